"""The types of managed files, and what each is called."""

from enum import StrEnum
from typing import Self


class FileType(StrEnum):
    """What a managed file is for (contracts/print.md, "File store")."""

    DATA_FILE = "DATA_FILE"
    DATA_MAPPING_CONFIG = "DATA_MAPPING_CONFIG"
    TEMPLATE = "TEMPLATE"
    JOB_CREATION_CONFIG = "JOB_CREATION_CONFIG"
    OUTPUT_CREATION_CONFIG = "OUTPUT_CREATION_CONFIG"
    OUTPUT = "OUTPUT"
    """Kept by operations, never uploaded: one file, or a directory of several."""

    @classmethod
    def uploaded_as(cls, name: str) -> Self | None:
        """The type whose upload method ends with this path segment (`DataFile`, …), if any."""
        return next((kind for kind in cls if _UPLOADS.get(kind.value) == name), None)

    @property
    def label(self) -> str:
        """The type in words, for messages."""
        return _LABELS[self.value]

    @property
    def resource(self) -> bool:
        """Whether this is a configuration, preset or template rather than data."""
        return self not in (FileType.DATA_FILE, FileType.OUTPUT)

    @property
    def media_type(self) -> str:
        """What its files are served as unless the upload said something else."""
        return "application/zip" if self is FileType.TEMPLATE else "application/octet-stream"


_UPLOADS = {
    "DATA_FILE": "DataFile",
    "DATA_MAPPING_CONFIG": "DataMiningConfig",
    "TEMPLATE": "template",
    "JOB_CREATION_CONFIG": "JobCreationConfig",
    "OUTPUT_CREATION_CONFIG": "OutputCreationConfig",
}
_LABELS = {
    "DATA_FILE": "data file",
    "DATA_MAPPING_CONFIG": "data mapping configuration",
    "TEMPLATE": "template",
    "JOB_CREATION_CONFIG": "job creation preset",
    "OUTPUT_CREATION_CONFIG": "output creation preset",
    "OUTPUT": "output",
}
