"""Telling OL Connect's closed formats by their content, whatever the file is called.

Its templates and data mapping configurations are zip archives (`index.xml`, `public/document/…`,
`*.OL-datamodel`), its presets are XML. Ours are a zip with a `template.typ`, and YAML or JSON.
"""

import re
import zipfile
from io import BytesIO

from longrun.filestore.errors import ClosedFormat
from longrun.filestore.file_type import FileType

_EXPECTED = {
    FileType.TEMPLATE: (
        "a zip archive with template.typ (Typst) at its top, its images and fonts beside it"
    ),
    FileType.DATA_MAPPING_CONFIG: "a data mapping configuration in YAML or JSON",
    FileType.JOB_CREATION_CONFIG: "a job creation preset in YAML or JSON",
    FileType.OUTPUT_CREATION_CONFIG: "an output creation preset in YAML or JSON",
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# YAML may begin with "<" too ("<<", a merge), but no such document is one of ours.
_XML = re.compile(r"\s*<[?!A-Za-z]")


def refuse_closed_format(kind: FileType, name: str, content: bytes) -> None:
    """Refuse a resource that is in the vendor's format.

    Args:
        kind: What it was uploaded as; data files and outputs may be anything.
        name: For the message.
        content: All of it.

    Raises:
        ClosedFormat: It is. A broken archive is not: what reads templates says what is wrong.
    """
    expected = _EXPECTED.get(kind)
    if expected is None:
        return
    if kind is FileType.TEMPLATE:
        if _has_template(content) is False:
            raise ClosedFormat(kind, name, "a zip archive without a template.typ", expected)
        return
    if content.startswith(_ZIP):
        raise ClosedFormat(kind, name, "a zip archive", expected)
    if _XML.match(_head(content)):
        raise ClosedFormat(kind, name, "an XML file", expected)


def _has_template(content: bytes) -> bool | None:
    """Whether an archive has a template.typ, at whatever depth; None if it is no archive."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    # The vendor's archives, made on Windows, may separate names with backslashes.
    return any(re.split(r"[/\\]", name)[-1] == "template.typ" for name in names)


def _head(content: bytes) -> str:
    head = content[:512]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="ignore")
    return head.decode("utf-8-sig", errors="ignore")
