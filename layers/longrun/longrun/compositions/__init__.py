"""Compositions: signed medical documents, the rules of their life, and the jobs that change them.

Imports the kernel only; how they are stored is `aws`, and how they are asked for
`contracts.compositions`.
"""
