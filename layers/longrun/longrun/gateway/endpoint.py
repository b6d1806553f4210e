"""A contract's methods as a table: verb, path, what the caller needs, who answers.

The resolver and the OpenAPI document are both made of these.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from longrun.gateway.answer import Answer
from longrun.gateway.call import Call, Services

_PARAMETER = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint[S: Services]:
    """One path with the verbs that are the same method of the contract."""

    name: str
    """Unique; OpenAPI's operation id, with the verb for all but the first."""
    verbs: tuple[str, ...]
    path: str
    """As in `/filestore/file/{fileId}/{relPath+}`; a plus: with slashes in it."""
    needs: tuple[str, ...] = ()
    """The caller has one of these permissions; none: every known caller may."""
    answer: Callable[[Call[S]], Answer]

    @property
    def rule(self) -> str:
        """The path as a regular expression without groups, so that the order of tables decides."""
        return self._expression("[^/]+", ".+")

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression that names its parameters."""
        return re.compile(self._expression(r"(?P<\1>[^/]+)", r"(?P<\1>.+)"))

    def _expression(self, segment: str, rest: str) -> str:
        return _PARAMETER.sub(lambda found: found.expand(rest if found[2] else segment), self.path)
