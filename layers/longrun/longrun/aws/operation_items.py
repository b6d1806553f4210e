"""Operations as DynamoDB items, and back.

The shape of the item is known here alone; the store writes it, the table's stream is read
through it.
"""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from longrun.aws.typed_values import to_plain, to_typed
from longrun.operations.artefacts import Artefact
from longrun.operations.operation import (
    Fault,
    Operation,
    Phase,
    Progress,
    Resource,
    Result,
    ResultFile,
    Source,
)
from longrun.operations.states import Status

TOMBSTONE = timedelta(days=3)
"""How long an expired operation's item outlives it, so that it can be told from an unknown one."""

SHARDS = 8
"""Partitions of the index that the sweep reads: spreads the writes of what is due."""

SEALED = "sealed"
"""The attribute of an operation's secret. It is no part of the `Operation` that others see."""

type Item = dict[str, Any]
"""An item in the low-level client's form: attribute name to typed value."""


def typed(values: Mapping[str, Any]) -> Item:
    """Plain values as typed ones; None is left out."""
    return {name: to_typed(value) for name, value in values.items() if value is not None}


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as plain ones; numbers become decimals."""
    return {name: to_plain(value) for name, value in item.items()}


def stamp(time: datetime) -> str:
    """A time as kept: UTC, in microseconds, sortable as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def key(operation_id: str) -> Item:
    """The primary key of an operation's item."""
    return {"PK": {"S": f"OP#{operation_id}"}, "SK": {"S": "OP"}}


def shard(operation_id: str) -> str:
    """The partition of the index of what is due that the operation is in."""
    return f"DUE#{zlib.crc32(operation_id.encode()) % SHARDS}"


def to_item(operation: Operation) -> dict[str, Any]:
    """A new operation as plain attributes, without its place in the indexes."""
    return {
        "PK": f"OP#{operation.id}",
        "SK": "OP",
        "kind": operation.kind,
        "tenant": operation.tenant,
        "owner": operation.owner,
        "status": operation.status.value,
        "timeAccepted": stamp(operation.accepted),
        "tags": dict(operation.tags),
        "subject": operation.subject,
        "retryOf": operation.retry_of,
        "resources": {},
        "version": operation.version,
    }


def from_item(item: Mapping[str, Any]) -> Operation:
    """The operation of an item in typed form."""
    values = plain({name: value for name, value in item.items() if name != SEALED})
    return Operation(
        id=values["PK"].removeprefix("OP#"),
        kind=values["kind"],
        tenant=values["tenant"],
        owner=values["owner"],
        status=Status(values["status"]),
        accepted=datetime.fromisoformat(values["timeAccepted"]),
        started=_time(values.get("timeStarted")),
        finished=_time(values.get("timeFinished")),
        expires=_time(values.get("expiresAt")),
        progress=_progress(values),
        errors=tuple(_fault(each) for each in values.get("errors", ())),
        error_count=int(values.get("errorCount", 0)),
        result=_result(values["result"]) if "result" in values else None,
        resources=tuple(
            _resource(each)
            # Ids rise with time: shorter ones are older, then by digits.
            for each in sorted(
                values["resources"].values(), key=lambda each: (len(each["id"]), each["id"])
            )
        ),
        tags=values["tags"],
        subject=values.get("subject"),
        retry_of=values.get("retryOf"),
        version=int(values["version"]),
    )


def fault_value(fault: Fault) -> dict[str, Any]:
    """A fault as a plain map."""
    value = {
        "code": fault.code,
        "message": fault.message,
        "source": fault.source.value,
        "target": fault.target,
        "timestamp": stamp(fault.timestamp) if fault.timestamp else None,
    }
    return {name: each for name, each in value.items() if each is not None}


def resource_value(resource: Resource) -> dict[str, Any]:
    """A resource as a plain map."""
    return {
        "type": resource.type,
        "id": resource.id,
        "action": resource.action,
        "metadata": dict(resource.metadata),
    }


def result_value(result: Result) -> dict[str, Any]:
    """A result as a plain map."""
    value: dict[str, Any] = {
        "type": result.type,
        "values": dict(result.values),
        "count": result.count,
        "files": [{"name": file.name, **file.artefact.document()} for file in result.files],
    }
    if result.manifest:
        value["manifest"] = result.manifest.document()
    return value


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _progress(values: Mapping[str, Any]) -> Progress | None:
    if "phase" not in values:
        return None
    phase = Phase(
        name=values["phase"], start=float(values["phaseStart"]), end=float(values["phaseEnd"])
    )
    return Progress(phase=phase, done=int(values["done"]), total=int(values["total"]))


def _fault(value: Mapping[str, Any]) -> Fault:
    return Fault(
        code=value["code"],
        message=value["message"],
        source=Source(value["source"]),
        target=value.get("target"),
        timestamp=_time(value.get("timestamp")),
    )


def _resource(value: Mapping[str, Any]) -> Resource:
    return Resource(
        type=value["type"], id=value["id"], action=value["action"], metadata=value["metadata"]
    )


def _result(value: Mapping[str, Any]) -> Result:
    return Result(
        type=value["type"],
        values=value["values"],
        count=int(value["count"]),
        files=tuple(
            ResultFile(name=file["name"], artefact=Artefact.read(file)) for file in value["files"]
        ),
        manifest=Artefact.read(value["manifest"]) if "manifest" in value else None,
    )
