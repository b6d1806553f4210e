"""What can be wrong with a call to the file store.

    FileStoreError
    ├── FileNotFound    no such file of that type for this tenant
    ├── FileInUse       an operation still needs it
    ├── EmptyUpload     nothing was sent
    ├── DigestWrong     something else was sent than had been promised
    ├── ClosedFormat    a vendor's closed archive or preset
    ├── UnsafePath      a path of a directory's file that would leave the directory
    └── FileIdTaken     two different files under one id: a fault of ours

What the checks of a resource's format raise is theirs. Contracts choose statuses and words.
"""

from longrun.filestore.file_type import FileType


class FileStoreError(Exception):
    """Base of the file store's errors."""


class FileNotFound(FileStoreError):
    """No file under that id or name: unknown, expired, of another type or another tenant."""

    def __init__(self, kind: FileType | None, reference: int | str) -> None:
        super().__init__(f"There is no {kind.label if kind else 'file'} {reference!r}.")
        self.kind = kind
        self.reference = reference


class FileInUse(FileStoreError):
    """The file may not be deleted while an operation needs it."""

    def __init__(self, file_id: int, name: str) -> None:
        super().__init__(f"File {file_id} ({name!r}) is still in use.")
        self.file_id = file_id
        self.name = name


class EmptyUpload(FileStoreError):
    """The upload has no content."""

    def __init__(self, kind: FileType, name: str | None) -> None:
        named = f" {name!r}" if name else ""
        super().__init__(f"The {kind.label}{named} is empty: the upload holds no data.")
        self.kind = kind
        self.name = name


class DigestWrong(FileStoreError):
    """What was uploaded does not have the digest that was promised for it."""

    def __init__(self, kind: FileType, name: str) -> None:
        super().__init__(
            f"The {kind.label} {name!r} is not what was announced: its SHA-256 is another."
        )
        self.kind = kind
        self.name = name


class ClosedFormat(FileStoreError):
    """The content is in a format of OL Connect's that only OL Connect can read."""

    def __init__(self, kind: FileType, name: str, found: str, expected: str) -> None:
        super().__init__(
            f"The {kind.label} {name!r} is {found}. OL Connect's own formats are closed and cannot "
            f"be read here; what is expected is {expected}."
        )
        self.kind = kind
        self.name = name
        self.expected = expected


class UnsafePath(FileStoreError):
    """A relative path that is empty, absolute, or leads out of its directory."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} is not a path inside a managed directory.")
        self.path = path


class FileIdTaken(FileStoreError):
    """Another file stands under the id already."""

    def __init__(self, file_id: int) -> None:
        super().__init__(f"Another file has the id {file_id} already.")
        self.file_id = file_id
