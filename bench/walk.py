"""The workflow, walked state by state in this process: as much of the language as ours uses."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_PLACEHOLDER = re.compile(r"^\$\{(\w+)\}$")


class StateUnknown(Exception):
    """The workflow uses something that the bench does not walk."""


@dataclass(slots=True)
class Walk:
    """One execution; counts what Step Functions charges for."""

    call: Callable[[str, Any], Any]
    """Takes a function's logical id and an event."""
    substitutions: Mapping[str, str]
    read: Callable[[str], bytes]
    """The artefact under a key: a Map's items."""
    transitions: int = 0
    """Of the execution and of its children that are Standard; the start of each counts as one."""
    express: int = 0
    """Children that are Express."""
    item_lists: int = 0
    """Lists of items that Maps read."""

    def run(self, machine: Mapping[str, Any], data: Any, *, counted: bool = True) -> Any:
        """Walk from `StartAt` to an end; returns the output."""
        name = machine["StartAt"]
        self.transitions += counted
        while True:
            self.transitions += counted
            state = machine["States"][name]
            following = state.get("Next")
            match state["Type"]:
                case "Task":
                    data = _placed(state, data, self._task(state, data))
                case "Choice":
                    following = _chosen(state, data)
                case "Map":
                    self._map(state, data)
                case "Succeed":
                    return data
                case other:
                    raise StateUnknown(f"{name} is a {other}.")
            if following is None:
                return data
            name = following

    def _task(self, state: Mapping[str, Any], data: Any) -> Any:
        event = _parameters(state["Parameters"], data) if "Parameters" in state else data
        found = _PLACEHOLDER.match(state["Resource"])
        if not found:
            raise StateUnknown(state["Resource"])
        return self.call(self.substitutions[found[1]], event)

    def _map(self, state: Mapping[str, Any], data: Any) -> None:
        key = _key(state["ItemReader"]["Parameters"]["Key.$"], data)
        self.item_lists += 1
        items = json.loads(self.read(key))
        processor = state["ItemProcessor"]
        express = processor["ProcessorConfig"]["ExecutionType"] == "EXPRESS"
        for item in items:
            self.express += express
            self.run(processor, item, counted=not express)


def _placed(state: Mapping[str, Any], data: Any, result: Any) -> Any:
    if "ResultSelector" in state:
        result = _parameters(state["ResultSelector"], result)
    path = state.get("ResultPath", "$")
    if path is None:
        return data
    return result if path == "$" else data | {path.removeprefix("$."): result}


def _parameters(wanted: Mapping[str, Any], data: Any) -> dict[str, Any]:
    return {
        name.removesuffix(".$"): _at(value, data) if name.endswith(".$") else value
        for name, value in wanted.items()
    }


def _at(path: str, data: Any) -> Any:
    for name in path.removeprefix("$").split("."):
        data = data[name] if name else data
    return data


def _chosen(state: Mapping[str, Any], data: Any) -> str:
    for choice in state["Choices"]:
        if _at(choice["Variable"], data) is choice["BooleanEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def _key(expression: str, data: Any) -> str:
    found = re.fullmatch(r"States\.Format\('([^']*)', (\$[\w.]*)\)", expression)
    if not found:
        raise StateUnknown(expression)
    return found[1].replace("{}", str(_at(found[2], data)))
