"""Saving a download: in pieces, checked against its length and digest, in place only when whole."""

import base64
import hashlib
import re
from pathlib import Path

import httpx

from longrun_client.print_answers import SavedFile
from longrun_client.print_errors import DownloadDamaged
from longrun_client.print_reading import Answer

# RFC 9530; the algorithm's name may stand among others.
_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):", re.IGNORECASE)


def save(answer: Answer, target: Path) -> SavedFile:
    """Write the body of an answer to a file.

    Args:
        answer: Its body not read yet.
        target: Replaced at once when all is there; untouched when something goes wrong.

    Raises:
        DownloadDamaged: The body broke off, is shorter or longer than Content-Length says, is
            encoded, or has another digest than Repr-Digest says.
        OSError: The file cannot be written.
    """
    response = answer.response
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadDamaged(target, "it came encoded, which was not asked for.")
    expected = response.headers.get("Content-Length")
    digest, size = hashlib.sha256(), 0
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            try:
                for piece in response.iter_raw():
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
            except httpx.TransportError as error:
                of = f" of {expected}" if expected else ""
                raise DownloadDamaged(target, f"it broke off after {size}{of} bytes.") from error
        if expected is not None and size != int(expected):
            raise DownloadDamaged(target, f"it has {size} bytes instead of {expected}.")
        announced = _announced(answer)
        if announced is not None and announced != digest.digest():
            raise DownloadDamaged(
                target, f"its SHA-256 is {digest.hexdigest()} instead of {announced.hex()}."
            )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return SavedFile(
        path=target,
        size=size,
        sha256=digest.hexdigest(),
        media_type=response.headers.get("Content-Type", "application/octet-stream"),
        redirected=answer.redirected,
    )


def _announced(answer: Answer) -> bytes | None:
    """The SHA-256 that the body is to have.

    A redirect's digest counts as well: its own body is empty, so that the file's can be meant.
    """
    for headers in (answer.response.headers, answer.headers):
        found = _SHA256.search(headers.get("Repr-Digest", ""))
        if found:
            return base64.b64decode(found[1])
    return None
