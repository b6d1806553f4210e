"""The local stack: MiniStack in the background, with `template.yaml` deployed and tenants seeded.

For development, demos and tests only; nothing of it is deployed. `python -m local --help`.
"""
