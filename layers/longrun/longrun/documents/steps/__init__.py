"""The steps of document production, as a workflow runs them.

A step is handed an operation's id (and the item of a Map), reads everything else, and is safe to
repeat: it writes under keys that depend on the operation alone, ids are drawn once and remembered,
and nothing that it wrote can be found before it is complete.
"""
