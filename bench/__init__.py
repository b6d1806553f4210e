"""`make bench`: what Longrun costs, as ratios within one run, so that the machine cancels out.

Nothing here is a test: a missed bound is printed, never failed. CPU time, for a machine may be
shared; of downloads the time that passes. What is measured and why is in docs/numbers.md.
"""
