"""Data mapping: a CSV or JSON file and a configuration in, typed records out, one at a time."""

from longrun.documents.mapping.engine import Validation, map_records, validate_source

__all__ = ["Validation", "map_records", "validate_source"]
