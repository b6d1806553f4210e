"""One response on its way to the Runtime API: a request in chunks, its trailers last.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final

from awslambdaric.lambda_runtime_client import ERROR_TYPE_HEADER

ERROR_BODY_HEADER: Final = "Lambda-Runtime-Function-Error-Body"

MESSAGE_LIMIT: Final = 300
"""Characters of an error's message in a trailer: up to 6 bytes each in JSON, before base64. The
Runtime API is written in Go, whose server refuses trailers that do not fit in 4096 bytes."""

TYPE_LIMIT: Final = 100
"""Characters of an error's type in a trailer."""

JOINED_LIMIT: Final = 64 * 1024
"""Bytes up to which a chunk is copied, to send it in one packet with its frame."""


class BrokenOff(Exception):
    """The Runtime API takes no more of the response: the client went away, or it was refused."""

    def __init__(self, invoke_id: str, cause: object) -> None:
        super().__init__(f"The response to invocation {invoke_id} was broken off: {cause}.")
        self.invoke_id = invoke_id


class ChunkedResponse:
    """Written piece by piece, then finished or failed. Closed before that, it is seen to be cut."""

    def __init__(
        self, address: str, invoke_id: str, *, content_type: str, invocation_id: str | None
    ) -> None:
        """Open the request.

        Args:
            address: Of the Runtime API, host and port.
            invoke_id: Which invocation it answers.
            content_type: Of the response.
            invocation_id: As given with the invocation, if it was; handed back.

        Raises:
            OSError: The Runtime API is not there.
        """
        self._invoke_id = invoke_id
        self._connection = HTTPConnection(address)
        self._connection.putrequest(
            "POST",
            f"/2018-06-01/runtime/invocation/{invoke_id}/response",
            skip_accept_encoding=True,
        )
        self._connection.putheader("Content-Type", content_type)
        self._connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
        self._connection.putheader("Transfer-Encoding", "chunked")
        self._connection.putheader("Trailer", f"{ERROR_TYPE_HEADER}, {ERROR_BODY_HEADER}")
        self._connection.putheader("Connection", "close")
        if invocation_id is not None:
            self._connection.putheader("Lambda-Runtime-Invocation-Id", invocation_id)
        self._connection.endheaders()

    def write(self, piece: bytes) -> None:
        """Send a piece; blocks while the other side does not take it.

        Raises:
            TypeError: It is not bytes.
            BrokenOff: See there.
        """
        size = memoryview(piece).nbytes
        if not size:
            return  # an empty chunk would be the last
        with self._sending():
            if size <= JOINED_LIMIT:
                self._connection.send(b"%x\r\n%b\r\n" % (size, piece))
            else:
                self._connection.send(b"%x\r\n" % size)
                self._connection.send(piece)
                self._connection.send(b"\r\n")

    def finish(self) -> None:
        """End the response as complete.

        Raises:
            BrokenOff: See there.
        """
        self._end(b"")

    def fail(self, error: Exception) -> None:
        """End the response as incomplete, and say why.

        Raises:
            BrokenOff: See there.
        """
        name = type(error).__name__[:TYPE_LIMIT]
        # No stack trace: Lambda hands this on to whoever called; the log has it.
        told = {"errorMessage": str(error)[:MESSAGE_LIMIT], "errorType": name, "stackTrace": []}
        category = f"Function.{name}".encode("ascii", "replace")
        body = base64.b64encode(json.dumps(told, ensure_ascii=False).encode(errors="replace"))
        self._end(
            b"%b: %b\r\n%b: %b\r\n"
            % (ERROR_TYPE_HEADER.encode(), category, ERROR_BODY_HEADER.encode(), body)
        )

    def close(self) -> None:
        """Leave the connection, whatever its state."""
        self._connection.close()

    def _end(self, trailers: bytes) -> None:
        with self._sending():
            self._connection.send(b"0\r\n%b\r\n" % trailers)
            response = self._connection.getresponse()
            answer = response.read()
        if response.status != HTTPStatus.ACCEPTED:
            raise BrokenOff(
                self._invoke_id, f"the Runtime API answers {response.status} {answer[:200]!r}"
            )

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException) as cause:
            raise BrokenOff(self._invoke_id, repr(cause)) from cause
