"""A DynamoDB that knows one answer: GetItem gets the item of an operation at work.

A process of its own, so that the CPU of a measured client is the client's alone. It ends with its
standard input, and after ten minutes at the latest.
"""

import socket
import sys
import threading
from pathlib import Path

_LIFETIME = 600.0
_END = b"\r\n\r\n"


def main(answer: Path) -> None:
    """Listen on a free port of 127.0.0.1, tell it, and answer one connection after another."""
    body = answer.read_bytes()
    response = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
        b"x-amzn-RequestId: bench\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    listener = socket.create_server(("127.0.0.1", 0))
    # Daemons all: the process ends with the main thread, whatever they wait for.
    threading.Thread(target=_accept, args=(listener, response), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    waiting = threading.Thread(target=sys.stdin.read, daemon=True)
    waiting.start()
    waiting.join(_LIFETIME)


def _accept(listener: socket.socket, response: bytes) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(connection, response), daemon=True).start()


def _serve(connection: socket.socket, response: bytes) -> None:
    """Answer each request of a connection; the body's length stands in its head."""
    received = b""
    with connection:
        while piece := connection.recv(65536):
            received += piece
            head, found, rest = received.partition(_END)
            if not found:
                continue
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            if len(rest) >= length:
                received = rest[length:]
                connection.sendall(response)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
