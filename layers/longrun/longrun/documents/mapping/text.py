"""Source bytes as text, piece by piece, with the place of the first byte that is not text."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Protocol

_PIECE = 1 << 16
_LONGEST_LINE = 1 << 24


class Readable(Protocol):
    """All that mapping asks of a data file: any binary file is one."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, about `size` of them; none at the end."""
        ...


class Pieces:
    """A data file that arrives in pieces, as a stored artefact does, read like a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = filter(None, pieces)

    def read(self, _size: int, /) -> bytes:
        """The next piece, whatever its size; empty at the end."""
        return next(self._pieces, b"")


class TextInvalid(Exception):
    """The text stops being text: raised after all of the text before that place was handed out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decoded(source: Readable, encoding: str) -> Iterator[str]:
    """The file's text in pieces, without a byte order mark.

    Raises:
        TextInvalid: The bytes that follow are not in the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    first, ended = True, False
    while not ended:
        piece = source.read(_PIECE)
        ended = not piece
        fault = None
        try:
            text = decoder.decode(piece, ended)
        except UnicodeError as error:
            fault, text = TextInvalid(f"The bytes are not {encoding}."), ""
            if isinstance(error, UnicodeDecodeError):
                text = error.object[: error.start].decode(encoding, "replace")
                bad = error.object[error.start : error.start + 1].hex()
                fault = TextInvalid(f"The byte 0x{bad} is not {encoding}.")
        if first and text:
            first, text = False, text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        if text:
            yield text
        if fault:
            raise fault


def lines(source: Readable, encoding: str) -> Iterator[str]:
    """The file's lines, each with its LF, a CR before it included; the last as it is.

    Raises:
        TextInvalid: As `decoded`; or the line that follows has no end within 16 Mi characters.
    """
    rest = ""
    fault = None
    pieces = decoded(source, encoding)
    while True:
        try:
            piece = next(pieces, None)
        except TextInvalid as error:
            piece, fault = None, error
        if piece is None:
            break
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            yield line + "\n"
        if len(rest) > _LONGEST_LINE:
            raise TextInvalid(f"A line is longer than {_LONGEST_LINE:,} characters.")
    if fault:
        raise fault
    if rest:
        yield rest
