"""Who signed what: CMS SignedData with its content, verified against configured roots.

`verification.verify` is the door. `refusal` and `signed` are plain values and need no package; the
others need the layer `signatures`, so nothing is imported here. There is no setting that skips a
check: a local stack configures the root of a demo CA instead.
"""
