"""Data mapping: a CSV or JSON file and a configuration in, typed records out, one at a time.

Nothing is loaded here: who only reads a configuration needs no reader of files (start-up).
"""
