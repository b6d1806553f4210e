"""Presets: what a client writes to say how documents become jobs, and jobs become files."""
