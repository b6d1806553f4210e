"""A composition in JSON types, for whoever keeps it; `read_record` is the inverse."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from longrun.compositions.document import (
    Composition,
    CompositionType,
    Period,
    Reference,
    Relation,
    RelationCode,
    Signature,
)
from longrun.compositions.statuses import CompositionStatus


def record_of(composition: Composition) -> dict[str, Any]:
    """All of a composition, in JSON types; dates and times are ISO texts."""
    period = composition.period
    return {
        **asdict(composition),
        "status": composition.status.value,
        "type": composition.type.value,
        "created": composition.created.isoformat(),
        "period": {
            "start": period.start.isoformat(),
            "end": period.end.isoformat() if period.end else None,
        },
        "relation": {"code": composition.relation.code.value, "target": composition.relation.target}
        if composition.relation
        else None,
        "amended": list(composition.amended),
        "signature": _signature(composition.signature),
        "cancellation": _signature(composition.cancellation),
    }


def read_record(record: Mapping[str, Any]) -> Composition:
    """The composition of a record."""
    period, relation = record["period"], record["relation"]
    return Composition(
        **{
            **record,
            "status": CompositionStatus(record["status"]),
            "type": CompositionType(record["type"]),
            "version": int(record["version"]),
            "created": datetime.fromisoformat(record["created"]),
            "subject": Reference(**record["subject"]),
            "focus": Reference(**record["focus"]),
            "period": Period(
                start=date.fromisoformat(period["start"]),
                end=date.fromisoformat(period["end"]) if period["end"] else None,
            ),
            "relation": Relation(code=RelationCode(relation["code"]), target=relation["target"])
            if relation
            else None,
            "amended": tuple(record["amended"]),
            "signature": _read_signature(record["signature"]),
            "cancellation": _read_signature(record["cancellation"]),
        }
    )


def _signature(signature: Signature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    return {**asdict(signature), "signed": signature.signed.isoformat()}


def _read_signature(record: Mapping[str, Any] | None) -> Signature | None:
    if record is None:
        return None
    return Signature(**{**record, "signed": datetime.fromisoformat(record["signed"])})
