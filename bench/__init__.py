"""`make bench`: what Longrun costs, as ratios within one run, so that the machine cancels out.

Nothing here is a test: a missed bound is printed, never failed. CPU time only, for a machine may be
shared; what is measured and why is in docs/numbers.md.
"""
