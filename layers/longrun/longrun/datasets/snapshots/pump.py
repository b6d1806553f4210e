"""Bytes between what pushes and what pulls: age writes into a writer, S3 and tar read pieces.

Memory is bounded by a few pieces, whatever goes through.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from io import RawIOBase
from queue import Full, Queue
from threading import Event, Thread
from typing import Any, Final

WAITING: Final = 32
"""So many pieces wait to be read; age writes 64 KiB at a time."""
_LOOK: Final = 0.2
"""Seconds after which a writer that waits looks whether anybody still reads."""


class _Abandoned(Exception):
    """Nobody reads any more."""


class PieceReader(RawIOBase):
    """Reads an iterator of pieces like a file. Remembers what the iterator raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.failure: Exception | None = None
        """What went wrong with the pieces: what reads through foreign code loses it."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, at least one until the end; all that is left if it is negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        while not self._rest:
            try:
                piece = next(self._pieces, None)
            except Exception as error:
                self.failure = error
                raise
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)


class _Writer(RawIOBase):
    def __init__(self) -> None:
        self._waiting: Queue[bytes | None] = Queue(WAITING)
        self._stopped = Event()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._offer(piece)
        return len(piece)

    def end(self) -> None:
        with suppress(_Abandoned):
            self._offer(None)

    def stop(self) -> None:
        self._stopped.set()

    def pieces(self) -> Iterator[bytes]:
        return iter(self._waiting.get, None)

    def _offer(self, piece: bytes | None) -> None:
        while not self._stopped.is_set():
            with suppress(Full):
                self._waiting.put(piece, timeout=_LOOK)
                return
        raise _Abandoned


def pumped(push: Callable[[RawIOBase], None]) -> Iterator[bytes]:
    """What a function writes, in pieces, while it writes it, in a thread of its own.

    Args:
        push: Writes all of it into the writer that it is given.

    Raises:
        Exception: By the iterator: what the function raised, after all that it wrote.
    """
    writer = _Writer()
    failures: list[Exception] = []

    def run() -> None:
        try:
            push(writer)
        except Exception as error:  # noqa: BLE001 - raised again where the pieces are read
            failures.append(error)
        finally:
            writer.end()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield from writer.pieces()
        if failures:
            raise failures[0]
    finally:
        writer.stop()
        thread.join()
