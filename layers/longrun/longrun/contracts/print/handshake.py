"""Handshakes and versions: the text by which clients know each service."""

from collections.abc import Callable
from typing import Final

from longrun.contracts.print.services import Services
from longrun.gateway.answer import Answer, text
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint

VERSION: Final = "2026.2.0"
"""YEAR.MINOR…; from 2024.2 on, clients send `jobOutputFolder`."""


def handshake(service: str, path: str, name: str) -> tuple[Endpoint[Services], Endpoint[Services]]:
    """The two methods that every service has.

    Args:
        service: What it calls itself, such as `PrintRestService`.
        path: Its own.
        name: For the methods' names.
    """
    return (
        Endpoint(
            name=name,
            verbs=("GET", "HEAD"),
            path=path,
            answer=_says(f"Server Engine REST Service available: {service}"),
        ),
        Endpoint(
            name=f"{name}Version", verbs=("GET",), path=f"{path}/version", answer=_says(VERSION)
        ),
    )


def _says(words: str) -> Callable[[Call[Services]], Answer]:
    def says(_: Call[Services]) -> Answer:
        return text(words)

    says.__doc__ = f"Always `{words}`."
    return says
