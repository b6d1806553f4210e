"""A change of an operation in the words of DynamoDB's UpdateItem: expression, condition, values."""

from typing import Any

from longrun.aws import operation_items as items
from longrun.operations.store import Change


class Update:
    """A `Change` in the words of UpdateItem."""

    def __init__(self, operation_id: str, change: Change) -> None:
        self.names: dict[str, str] = {"#status": "status", "#version": "version"}
        self.values: dict[str, Any] = {":one": 1}
        self._sets: list[str] = []
        self._adds = ["#version :one"]
        self._removes: list[str] = []
        states = sorted(status.value for status in change.allowed)
        for number, state in enumerate(states):
            self.values[f":s{number}"] = state
        self._guards = [f"#status IN ({', '.join(f':s{n}' for n in range(len(states)))})"]
        self._states_and_times(operation_id, change)
        self._progress(change)
        self._products(change)

    @property
    def expression(self) -> str:
        parts = [
            f"{word} {', '.join(each)}"
            for word, each in (
                ("SET", self._sets),
                ("ADD", self._adds),
                ("REMOVE", self._removes),
            )
            if each
        ]
        return " ".join(parts)

    @property
    def condition(self) -> str:
        return " AND ".join(self._guards)

    def _set(self, attribute: str, value: Any) -> None:
        self.names[f"#{attribute}"] = attribute
        self.values[f":{attribute}"] = value
        self._sets.append(f"#{attribute} = :{attribute}")

    def _remove(self, *attributes: str) -> None:
        for attribute in attributes:
            self.names[f"#{attribute}"] = attribute
            self._removes.append(f"#{attribute}")

    def _states_and_times(self, operation_id: str, change: Change) -> None:
        if change.status:
            self._set("status", change.status.value)
            if change.ends:
                self._remove("activeIn", "dueIn", "dueAt", items.SEALED)
            if change.drops_result:
                self._remove("result")
        for attribute, time in (
            ("timeStarted", change.started),
            ("timeFinished", change.finished),
            ("expiresAt", change.expires),
        ):
            if time:
                self._set(attribute, items.stamp(time))
        if change.expires:
            self._set("ttl", int((change.expires + items.TOMBSTONE).timestamp()))
        if change.due and not change.ends:
            self._set("dueIn", items.shard(operation_id))
            self._set("dueAt", int(change.due.timestamp()))

    def _progress(self, change: Change) -> None:
        if change.enter:
            self._set("phase", change.enter.name)
            self._set("phaseStart", change.enter.start)
            self._set("phaseEnd", change.enter.end)
            self._set("done", 0)
            self._set("total", change.total)
            self._guards.append("(attribute_not_exists(#phaseEnd) OR #phaseEnd <= :phaseStart)")
        if change.within:
            self.names |= {"#phase": "phase", "#done": "done"}
            self.values |= {":within": change.within, ":more": change.done}
            self._guards.append("#phase = :within")
            self._adds.append("#done :more")

    def _products(self, change: Change) -> None:
        if change.errors:
            self._set("errors", [items.fault_value(fault) for fault in change.errors])
            self._set("errorCount", change.error_count)
        if change.result and not change.drops_result:
            self._set("result", items.result_value(change.result))
        resources = {f"{resource.type}:{resource.id}": resource for resource in change.resources}
        for number, (name, resource) in enumerate(resources.items()):
            self.names["#resources"] = "resources"
            self.names[f"#r{number}"] = name
            self.values[f":r{number}"] = items.resource_value(resource)
            self._sets.append(f"#resources.#r{number} = :r{number}")
