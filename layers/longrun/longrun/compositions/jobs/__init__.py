"""The jobs on compositions: create, sign, cancel, each one step of its workflow.

A job changes compositions in one transaction and leaves the id of its operation in what it
changed: repeated after it died, at whatever point, it finds that and goes on from there.
"""
