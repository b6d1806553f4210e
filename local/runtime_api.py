"""A Runtime API for one function, for tests and the bench: tells every chunk as it arrives.

No emulator: nothing is checked, nothing is passed on. AWS's own comes with the SAM CLI.
"""

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Self
from uuid import uuid4

PATIENCE = 60
"""Seconds after which what never comes is an error; no test waits for them to pass."""

TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"


@dataclass(kw_only=True)
class Invocation:
    """One invocation, and what became of it."""

    event: Mapping[str, Any]
    kept: bool = True
    """Whether the chunks are kept; of large ones only the digest is."""
    hashed: bool = True
    """Whether the digest is made."""
    hangs_up_after: int | None = None
    """Chunks after which the connection is reset."""
    status: int = 202
    """What the response is answered with."""
    id: str = field(default_factory=lambda: str(uuid4()))
    chunks: "SimpleQueue[bytes]" = field(default_factory=SimpleQueue)
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    """Whether the last chunk came, and the trailers' end."""
    size: int = 0
    digest: str = ""
    handed: float = 0.0
    """When it was handed out, in seconds of `time.perf_counter`, as the two that follow."""
    begun: float = 0.0
    """When the first byte of the body came, the metadata aside."""
    ready: float = 0.0
    """When the last chunk came."""
    buffered: bytes | None = None
    error: dict[str, Any] | None = None
    ended: Event = field(default_factory=Event)

    def chunk(self) -> bytes:
        """The next one, when it has arrived."""
        return self.chunks.get(timeout=PATIENCE)

    def end(self) -> Self:
        """This, after its end."""
        assert self.ended.wait(PATIENCE), "the invocation has not ended"
        return self

    def streamed(self) -> tuple[dict[str, Any], bytes]:
        """The metadata and the payload of a response that has ended."""
        received = b"".join(self.chunks.get_nowait() for _ in range(self.chunks.qsize()))
        metadata, delimiter, payload = received.partition(bytes(8))
        assert delimiter
        return json.loads(metadata), payload


class RuntimeApi:
    """Serves on a port of its own, until it is left."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Invocation | None] = SimpleQueue()
        self._given: dict[str, Invocation] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.init_error: dict[str, Any] | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def invoke(self, invocation: Invocation) -> Invocation:
        """Hand it out when the function asks for the next one."""
        self._waiting.put(invocation)
        return invocation

    def next(self) -> Invocation | None:
        """The next invocation; waits for it."""
        invocation = self._waiting.get()
        if invocation is not None:
            self._given[invocation.id] = invocation
        return invocation

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(_Handler):
            runtime_api = api

        return Handler

    def given(self, invocation: str) -> Invocation:
        """What was handed out under the id."""
        return self._given[invocation]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body of an invocation leave apart: the second would wait 40 ms for the first's ACK.
    disable_nagle_algorithm = True
    runtime_api: RuntimeApi

    def do_GET(self) -> None:
        assert self.path == "/2018-06-01/runtime/invocation/next"
        invocation = self.runtime_api.next()
        if invocation is None:
            self.close_connection = True
            return
        body = json.dumps(invocation.event).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.id)
        self.send_header("Lambda-Runtime-Invocation-Id", f"second-{invocation.id}")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 900) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:x:0:function:f")
        self.send_header("Lambda-Runtime-Trace-Id", TRACE)
        self.end_headers()
        invocation.handed = time.perf_counter()
        self.wfile.write(body)

    def do_POST(self) -> None:
        kind = self.path.removeprefix("/2018-06-01/runtime/")
        if kind == "init/error":
            self.runtime_api.init_error = json.loads(self._sized())
            self._answer(202)
            return
        _, identity, what = kind.split("/")
        invocation = self.runtime_api.given(identity)
        try:
            self._take(invocation, what)
        finally:
            invocation.ended.set()

    def _take(self, invocation: Invocation, what: str) -> None:
        invocation.headers = {name.lower(): value for name, value in self.headers.items()}
        if what == "error":
            invocation.error = json.loads(self._sized())
        elif invocation.headers.get("transfer-encoding") == "chunked":
            self._chunks(invocation)
        else:
            invocation.buffered = self._sized()
        if not self.close_connection or invocation.whole:
            self._answer(invocation.status)

    def _chunks(self, invocation: Invocation) -> None:
        hashed, taken = sha256(), 0
        while size := int(self.rfile.readline() or b"0", 16):
            taken += 1
            if taken == 2:
                invocation.begun = time.perf_counter()
            chunk = self.rfile.read(size)
            assert self.rfile.read(2) == b"\r\n"
            if invocation.kept:
                invocation.chunks.put(chunk)
            if taken > 1:  # the first is the metadata
                invocation.size += size
                if invocation.hashed:
                    hashed.update(chunk)
            if taken == invocation.hangs_up_after:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                return
        invocation.ready = time.perf_counter()
        invocation.digest = hashed.hexdigest()
        while line := self.rfile.readline():
            if line == b"\r\n":
                invocation.whole = True
                return
            name, _, value = line.decode().partition(":")
            invocation.trailers[name.lower()] = value.strip()

    def _sized(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass
