"""Managed files: their ids, types and names, finding them by name, refusing closed archives.

The formats of configurations and templates are not known here; `documents` brings their checks.
"""

from longrun.filestore.archive import zipped_size
from longrun.filestore.contents import directory_entries, directory_entry, stream_directory
from longrun.filestore.errors import (
    ClosedFormat,
    DigestWrong,
    EmptyUpload,
    FileIdTaken,
    FileInUse,
    FileNotFound,
    FileStoreError,
    UnsafePath,
)
from longrun.filestore.file_type import FileType
from longrun.filestore.managed_file import DirectoryEntry, ManagedFile
from longrun.filestore.outputs import KeptOutputs
from longrun.filestore.ports import FileArtefacts, FileIndex
from longrun.filestore.store import FileStore

__all__ = [
    "ClosedFormat",
    "DigestWrong",
    "DirectoryEntry",
    "EmptyUpload",
    "FileArtefacts",
    "FileIdTaken",
    "FileInUse",
    "FileIndex",
    "FileNotFound",
    "FileStore",
    "FileStoreError",
    "FileType",
    "KeptOutputs",
    "ManagedFile",
    "UnsafePath",
    "directory_entries",
    "directory_entry",
    "stream_directory",
    "zipped_size",
]
