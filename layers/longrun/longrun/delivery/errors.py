"""Why a download is refused. Contracts choose the words and the form; the status is HTTP's own.

DeliveryError
├── PreconditionFailed     412: the client holds another version
├── RangeNotSatisfiable    416: nothing of what is asked for lies in the content
├── TooLargeToCarry        the response was asked to carry more than it can
└── WrongLength            the store gave other bytes than it announced: the response is cut
"""


class DeliveryError(Exception):
    """Base of this room's errors."""


class PreconditionFailed(DeliveryError):
    """The client asked only for a version that is not this one."""

    def __init__(self, header: str) -> None:
        super().__init__(f"The content is not the one that {header} asks for.")
        self.header = header


class RangeNotSatisfiable(DeliveryError):
    """Every range begins beyond the end."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The content has {size} bytes: nothing of the range lies in it.")
        self.size = size


class TooLargeToCarry(DeliveryError):
    """The client wants the bytes in the response, and they do not fit."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"One response carries {limit} bytes and this has {size}. Fetch it by a presigned URL, "
            "or a file in parts by Range."
        )
        self.size = size
        self.limit = limit


class WrongLength(DeliveryError):
    """The body that was announced with one length has another."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"The body ended after {found} bytes; {expected} were announced.")
        self.expected = expected
        self.found = found
