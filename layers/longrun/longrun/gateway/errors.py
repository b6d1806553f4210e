"""What is wrong with a request whatever the contract says; each contract gives it its own form."""


class RequestMalformed(Exception):
    """The request cannot be read as it was sent: 400 in every contract."""

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        """The parameter that it is about, if it is about one."""
