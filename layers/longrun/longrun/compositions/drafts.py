"""A client's unsigned composition: reading it, checking what it says, and making it complete.

What needs the registry or other compositions is not looked at here.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Any, Final

from longrun.compositions.days import day_of, moment_text, plain_day
from longrun.compositions.document import CompositionType, Period, Reference, Relation, RelationCode
from longrun.compositions.extensions import read_extensions
from longrun.compositions.members import (
    bare_reference,
    coding,
    items,
    members,
    reference,
    text,
)
from longrun.compositions.refusals import Code, DocumentInvalid

CATEGORIES: Final[Mapping[CompositionType, tuple[str, ...]]] = MappingProxyType(
    {
        CompositionType.NEWBORN: ("LIVE_BIRTH",),
        CompositionType.TEMP_DISABILITY: (
            "SICKNESS",
            "CHILD_CARE",
            "FAMILY_CARE",
            "PARENTAL_CARE",
            "PREGNANCY",
            "QUARANTINE",
            "COVID19",
            "TEMP_TRANSFER",
            "PROSTHETIC",
            "RESTORATION",
        ),
    }
)
"""The dictionary COMPOSITION_CATEGORIES, by type."""

PREPERSON_CATEGORIES: Final = ("SICKNESS", "CHILD_CARE")
"""What a temporary disability of somebody unidentified may be."""

LARGEST: Final = 64 * 1024
"""In bytes, of a composition's document."""

_EVENT: Final = "COMPOSITION_VALIDITY_PERIOD"
_CLIENTS: Final = ("type", "category", "event", "subject", "encounter", "author", "section")
_SYSTEMS: Final = ("identifier", "status", "date", "title", "custodian")
"""Set by the system; what a client sends there is not looked at."""

_WRONG_CATEGORY_SYSTEM: Final = {
    CompositionType.NEWBORN: Code.NEWBORN_CATEGORY_SYSTEM,
    CompositionType.TEMP_DISABILITY: Code.DISABILITY_CATEGORY_SYSTEM,
}

_NAMES: Final = uuid.UUID("7e7a0f5c-64fb-5a3e-9d8c-0a6fbb1f5c11")
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter is taken for a digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a client's document says."""

    document: Mapping[str, Any]
    """The members that are the client's, nothing else."""
    type: CompositionType
    category: str
    subject: Reference
    focus: Reference
    encounter: str
    author: str
    period: Period
    force_renew: bool
    violation_date: date | None
    """The extension TREATMENT_VIOLATION_DATE."""
    replaces: str | None
    """The id of the composition that it is to replace. The system sets any other relation."""


def read_document(raw: Any, zone: tzinfo) -> Draft:
    """Read a client's composition.

    Args:
        raw: In JSON types.
        zone: Whose days its period is in.

    Raises:
        DocumentInvalid: The first thing that is not as the contract has it.
    """
    document = members(raw, "$", required=_CLIENTS, optional=("extension", "relatesTo", *_SYSTEMS))
    composition_type = CompositionType(
        coding(
            document["type"],
            "$.type",
            system="COMPOSITION_TYPES",
            codes=tuple(CompositionType),
            wrong_system=Code.TYPE_CODING,
            wrong_code=Code.TYPE_CODING,
        )
    )
    category = coding(
        document["category"],
        "$.category",
        system="COMPOSITION_CATEGORIES",
        codes=CATEGORIES[composition_type],
        wrong_system=_WRONG_CATEGORY_SYSTEM[composition_type],
        wrong_code=Code.CATEGORY_UNKNOWN,
    )
    period = _period(document["event"], composition_type, zone)
    subject = _subject(document["subject"], composition_type, category)
    encounter = reference(document["encounter"], "$.encounter", ("encounter",))
    author = reference(document["author"], "$.author", ("employee",))
    section = members(document["section"], "$.section", required=("focus",))
    focus = reference(section["focus"], "$.section.focus", ("person", "preperson"))
    if composition_type is CompositionType.NEWBORN and focus == subject:
        raise DocumentInvalid(
            "$.section.focus", "exclusion", "A newborn's focus is the mother, not the newborn."
        )
    extensions = read_extensions(document.get("extension"))
    birth_date = _day(extensions.get("NEWBORN_BIRTH_DATE"))
    if composition_type is CompositionType.NEWBORN and birth_date not in (None, period.start):
        raise DocumentInvalid(
            "$.event[0].period.start", "equality", "A newborn's period starts on the birth date."
        )
    draft = Draft(
        document={
            **{name: document[name] for name in ("type", "category", "event")},
            "subject": _lowered(document["subject"], subject),
            "encounter": _lowered(document["encounter"], encounter),
            "author": _lowered(document["author"], author),
            "section": {"focus": _lowered(section["focus"], focus)},
            "extension": document.get("extension") or [],
        },
        type=composition_type,
        category=category,
        subject=subject,
        focus=focus,
        encounter=encounter.id,
        author=author.id,
        period=period,
        force_renew=extensions.get("IS_FORCE_RENEW") is True,
        violation_date=_day(extensions.get("TREATMENT_VIOLATION_DATE")),
        replaces=_replaces(document.get("relatesTo")),
    )
    if len(json.dumps(draft.document, ensure_ascii=False).encode()) > LARGEST:
        raise DocumentInvalid("$", "length", f"A composition may have {LARGEST} bytes at most.")
    return draft


def complete(
    draft: Draft,
    composition_id: str,
    *,
    created: datetime,
    custodian: str,
    relation: Relation | None,
) -> dict[str, Any]:
    """The document of the composition that the draft becomes: all of `data` but the status.

    Args:
        draft: What the client said.
        composition_id: Its id.
        created: Its date.
        custodian: The id of the legal entity that the author works for.
        relation: To an earlier composition.
    """
    relates_to = None
    if relation is not None:
        target = Reference(kind="composition", id=relation.target)
        relates_to = {"code": relation.code.value, "targetIdentifier": bare_reference(target)}
    return {
        **draft.document,
        "identifier": bare_reference(Reference(kind="composition", id=composition_id)),
        "date": moment_text(created),
        "title": title_of(composition_id),
        "custodian": bare_reference(Reference(kind="legal_entity", id=custodian)),
        "relatesTo": relates_to,
    }


def composition_id_of(operation_id: str) -> str:
    """The id of the composition that a job creates: the same, however often the job is run."""
    return str(uuid.uuid5(_NAMES, operation_id))


def title_of(composition_id: str) -> str:
    """A composition's number for people, such as `8910-33K4-EB46-KA3A`."""
    drawn = int.from_bytes(hashlib.sha256(composition_id.encode()).digest()[:10])
    signs = [_ALPHABET[drawn >> 5 * place & 31] for place in range(16)]
    return "-".join("".join(signs[start : start + 4]) for start in range(0, 16, 4))


def _period(value: Any, composition_type: CompositionType, zone: tzinfo) -> Period:
    events = items(value, "$.event", most=1)
    if not events:
        raise DocumentInvalid("$.event", "required", "This must have an entry.")
    event = members(events[0], "$.event[0]", required=("code", "period"))
    coding(event["code"], "$.event[0].code", system="COMPOSITION_EVENTS", codes=(_EVENT,))
    path = "$.event[0].period"
    bounds = members(event["period"], path, required=("start",), optional=("end",))
    start = _moment(bounds["start"], f"{path}.start", zone)
    end = None
    if bounds.get("end") is not None:
        end = _moment(bounds["end"], f"{path}.end", zone)
    if composition_type is CompositionType.NEWBORN:
        if end is not None:
            raise DocumentInvalid(f"{path}.end", "null", "A newborn's period has no end.")
    elif end is None:
        raise DocumentInvalid(f"{path}.end", "required", "A disability's period has an end.")
    elif end < start:
        raise DocumentInvalid(f"{path}.end", "order", "A period does not end before it starts.")
    return Period(start=start, end=end)


def _subject(value: Any, composition_type: CompositionType, category: str) -> Reference:
    if composition_type is CompositionType.NEWBORN:
        return reference(value, "$.subject", ("preperson",))
    subject = reference(value, "$.subject", ("person", "preperson"))
    if subject.kind == "preperson" and category not in PREPERSON_CATEGORIES:
        known = ", ".join(PREPERSON_CATEGORIES)
        raise DocumentInvalid(
            "$.subject", "inclusion", f"A preperson goes only with the categories {known}."
        )
    return subject


def _replaces(value: Any) -> str | None:
    if value is None:
        return None
    relation = members(value, "$.relatesTo", required=("code", "targetIdentifier"))
    if relation["code"] not in tuple(RelationCode):
        known = ", ".join(RelationCode)
        raise DocumentInvalid("$.relatesTo.code", "inclusion", f"This must be one of: {known}.")
    target = reference(
        relation["targetIdentifier"], "$.relatesTo.targetIdentifier", ("composition",)
    )
    return target.id if relation["code"] == RelationCode.REPLACES else None


def _lowered(value: Mapping[str, Any], read: Reference) -> dict[str, Any]:
    return {**value, "value": read.id}


def _moment(value: Any, path: str, zone: tzinfo) -> date:
    try:
        return day_of(text(value, path), zone)
    except ValueError:
        raise DocumentInvalid(path, "format", "This must be a date or a time.") from None


def _day(value: str | bool | None) -> date | None:
    return plain_day(value) if isinstance(value, str) else None
