"""Kinds of operation: what a domain registers, in one place, to have its work run.

A kind says what its input looks like, who may act on it, and how long it may take. Its workflow
is found by its name: the state machine `<stack>-<kind's name, dots as dashes>`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

from longrun.operations.errors import KindUnknown


class Input(Protocol):
    """A checked input; pydantic models are such."""

    def model_dump(self, *, mode: Literal["json"], exclude_none: bool) -> dict[str, Any]:
        """The input in JSON types."""
        ...


class InputModel(Protocol):
    """How a kind checks its input; pydantic model classes are such."""

    def model_validate(self, document: Any, /) -> Input:
        """The checked input.

        Raises:
            ValueError: It is not an input of this kind; the message names the places.
        """
        ...

    def model_json_schema(self) -> dict[str, Any]:
        """Its JSON Schema, for those who start operations of the kind."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A registered kind of operation."""

    name: str
    """Such as `print.all-in-one`."""
    permission: str
    """Needed to start, cancel, retry, delete, and to fetch the result."""
    input: Callable[[], InputModel]
    """Gives the model; a function, so that whoever only reads states never loads it."""
    typical: timedelta
    """A first guess at the duration, until finished operations tell better."""
    deadline: timedelta
    """After this long in progress the sweep looks whether the workflow still runs."""

    @property
    def workflow(self) -> str:
        """The workflow's name within the stack."""
        return self.name.replace(".", "-")


class Kinds:
    """The registry: every kind that a function set knows."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    def __getitem__(self, name: str) -> Kind:
        """The kind of that name.

        Raises:
            KindUnknown: There is none.
        """
        try:
            return self._kinds[name]
        except KeyError:
            raise KindUnknown(name) from None

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())
