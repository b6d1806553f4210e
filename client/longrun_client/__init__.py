"""The client of Longrun: a package of its own, which shares no code with the functions."""
