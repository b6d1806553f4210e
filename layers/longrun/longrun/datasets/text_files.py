"""Text as the engine wants it: UTF-8 with one kind of line end; and where lines are in it."""

import codecs
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from longrun.datasets.errors import SourceInvalid

NOT_TEXT: Final = "\N{REPLACEMENT CHARACTER}"
"""What bytes are shown as that are no text."""

_PIECE: Final = 1 << 20
_HEAD: Final = 4096
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK: Final = "windows-1252"
"""What text is taken for that is not UTF-8 and says nothing else."""


def normalise(path: Path, file: str) -> None:
    """Make the file UTF-8, if its beginning says that it is something else.

    Raises:
        SourceInvalid: It is no text, or empty.
    """
    head = _head(path)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SourceInvalid(file, "it is empty.")
    encoding = encoding_of(head)
    if encoding is not None:
        recode(path, encoding, file)
    elif b"\0" in head or head.startswith((b"PK\x03\x04", b"PAR1")):
        raise SourceInvalid(file, f"it is no text{_looks_like(head)}.")


def encoding_of(head: bytes) -> str | None:
    """The encoding that the first bytes of a text show, other than UTF-8."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # Latin letters in UTF-16 have a zero in every other byte.
    even, odd = head[::2], head[1::2]
    if len(odd) >= 2 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(odd) >= 2 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def recode(path: Path, encoding: str, file: str) -> None:
    """Rewrite the file in UTF-8.

    Raises:
        SourceInvalid: It is not in that encoding.
    """
    whole = path.with_suffix(".utf8")
    decoder = codecs.getincrementaldecoder(encoding)(
        "undefined_kept" if encoding == FALLBACK else "strict"
    )
    with path.open("rb") as source, whole.open("wb") as target:
        ended = False
        while not ended:
            piece = source.read(_PIECE)
            ended = not piece
            try:
                target.write(decoder.decode(piece, ended).encode())
            except UnicodeError:
                raise SourceInvalid(
                    file, f"it begins as {encoding.upper()} text and goes on otherwise."
                ) from None
    whole.replace(path)


def _undefined_kept(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that windows-1252 does not define, as the controls that latin-1 has there."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error("undefined_kept", _undefined_kept)


def speaks_utf8(path: Path) -> bool:
    """Whether a text that is not UTF-8 everywhere is so for the most part."""
    good = bad = 0
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            if piece.isascii():
                continue
            text = piece.decode(errors="replace")
            wrong = text.count(NOT_TEXT)
            bad += wrong
            good += len(text) - wrong - sum(map(text.count, map(chr, range(128))))
    return good > bad


def even_out_line_ends(path: Path) -> None:
    """Make every CR LF an LF."""
    whole = path.with_suffix(".lf")
    with path.open("rb") as source, whole.open("wb") as target:
        held = b""
        while piece := source.read(_PIECE):
            piece = held + piece
            held = b"\r" if piece.endswith(b"\r") else b""
            target.write(piece[: len(piece) - len(held)].replace(b"\r\n", b"\n"))
        target.write(held)
    whole.replace(path)


def cut_lines(path: Path, count: int) -> None:
    """Remove so many lines from the beginning of the file."""
    rest = path.with_suffix(".rest")
    start = next(islice(lines_of(path), count, None))[0]
    with path.open("rb") as source, rest.open("wb") as target:
        source.seek(start)
        shutil.copyfileobj(source, target, _PIECE)
    rest.replace(path)


def mixes_line_ends(path: Path) -> bool:
    """Whether some lines end with CR LF and others with LF."""
    crlf = lf = 0
    before = b""
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            piece = before + piece
            before = b"\r" if piece.endswith(b"\r") else b""
            piece = piece[: len(piece) - len(before)]
            crlf += piece.count(b"\r\n")
            lf += piece.count(b"\n")
            if 0 < crlf < lf:
                return True
    return False


def past_blank_lines(path: Path, position: int) -> int:
    """The first position from there on that is no line end."""
    with path.open("rb") as source:
        source.seek(position)
        while source.read(1) in {b"\r", b"\n"}:
            position += 1
    return position


def lines_at(path: Path, positions: Sequence[int]) -> dict[int, int]:
    """The number of the line, from 1, that each byte position is in.

    Args:
        path: The file.
        positions: Rising.
    """
    found: dict[int, int] = {}
    line, start = 1, 0
    wanted = iter(positions)
    following = next(wanted, None)
    returns = ends_with_returns(path)
    end_of_line = b"\r" if returns else b"\n"
    with path.open("rb") as source:
        while following is not None and (piece := source.read(_PIECE)):
            at = 0
            while following is not None and following < start + len(piece):
                line += piece.count(end_of_line, at, following - start)
                at = following - start
                found[following] = line
                following = next(wanted, None)
            line += piece.count(end_of_line, at)
            start += len(piece)
    while following is not None:
        found[following] = line
        following = next(wanted, None)
    return found


def ends_with_returns(path: Path) -> bool:
    """Whether lines end with a CR alone, as on old Macintoshes."""
    with path.open("rb") as source:
        head = source.read(_PIECE)
    return b"\r" in head and b"\n" not in head


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines with their line ends, each with its first byte's position."""
    end_of_line = b"\r" if ends_with_returns(path) else b"\n"
    with path.open("rb") as source:
        if end_of_line == b"\n":
            position = 0
            for line in source:
                yield position, line.decode(errors="replace")
                position += len(line)
            return
    position = 0
    for line in _cut(path, end_of_line):
        yield position, line.decode(errors="replace")
        position += len(line)


def _cut(path: Path, end_of_line: bytes) -> Iterator[bytes]:
    rest = b""
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            *whole, rest = (rest + piece).split(end_of_line)
            for line in whole:
                yield line + end_of_line
    if rest:
        yield rest


def _head(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(_HEAD)


def _looks_like(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return " but a zip archive, perhaps a spreadsheet (xlsx)"
    if head.startswith(b"PAR1"):
        return " but Parquet"
    if head.startswith(b"\x1f\x8b"):
        return " but compressed (gzip)"
    return ""
