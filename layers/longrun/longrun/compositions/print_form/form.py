"""What a print form says of a composition, in words; how it looks is `form.typ`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Final

from longrun.compositions.days import plain_day
from longrun.compositions.document import (
    Composition,
    CompositionType,
    Reference,
    RelationCode,
    Signature,
)
from longrun.compositions.extensions import EXTENSIONS
from longrun.compositions.registry import Registry
from longrun.compositions.statuses import CompositionStatus

TEMPLATES: Final = ("composition",)
"""The ids of templates that there are; the first is the usual one."""

type Line = tuple[str, str]
"""A name and a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines under one heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Everything that is printed."""

    id: str
    number: str
    heading: str
    status: str
    notice: str | None
    """What nobody may overlook: that it is not signed, or no longer holds."""
    mark: str | None
    """The same in a word or two, across the page."""
    blocks: tuple[Block, ...]
    printed: str


_HEADINGS: Final[Mapping[CompositionType, str]] = MappingProxyType(
    {
        CompositionType.TEMP_DISABILITY: "Temporary disability",
        CompositionType.NEWBORN: "Birth",
    }
)
_STATUSES: Final[Mapping[CompositionStatus, str]] = MappingProxyType(
    {
        CompositionStatus.PRELIMINARY: "Preliminary",
        CompositionStatus.FINAL: "Final",
        CompositionStatus.AMENDED: "Amended",
        CompositionStatus.ENTERED_IN_ERROR: "Entered in error",
    }
)
_MARKS: Final[Mapping[CompositionStatus, str]] = MappingProxyType(
    {
        CompositionStatus.PRELIMINARY: "NOT SIGNED",
        CompositionStatus.AMENDED: "AMENDED",
        CompositionStatus.ENTERED_IN_ERROR: "ENTERED IN ERROR",
    }
)
_EXTENSIONS: Final = {
    "INFORM_WITH": "Inform with",
    "AUTHORIZE_WITH": "Authorize with",
    "IS_ACCIDENT": "Accident",
    "IS_INTOXICATED": "Intoxicated",
    "IS_FOREIGN_TREATMENT": "Treatment abroad",
    "IS_FORCE_RENEW": "Not a continuation",
    "TREATMENT_VIOLATION": "Violation of the treatment",
    "TREATMENT_VIOLATION_DATE": "Violated on",
    "NEWBORN_SEX": "Sex",
    "NEWBORN_BIRTH_DATE": "Birth date",
}
_RELATIONS: Final[Mapping[RelationCode, str]] = MappingProxyType(
    {
        RelationCode.REPLACES: "Replaces",
        RelationCode.APPENDS: "Continues",
        RelationCode.TRANSFORMS: "Shortens",
    }
)


def form_of(
    composition: Composition, registry: Registry, *, zone: tzinfo, printed: datetime
) -> Form:
    """What is printed of a composition.

    Args:
        composition: Which, in any status.
        registry: Of the names of those whom it is about and by.
        zone: In which days and times are told.
        printed: Now.

    Raises:
        Interrupted: The registry could not answer just now.
    """
    return Form(
        id=composition.id,
        number=composition.title,
        heading=_HEADINGS[composition.type],
        status=_STATUSES[composition.status],
        notice=_notice(composition),
        mark=_MARKS.get(composition.status),
        blocks=tuple(_blocks(composition, registry, zone)),
        printed=_moment(printed, zone),
    )


def _notice(composition: Composition) -> str | None:
    match composition.status:
        case CompositionStatus.PRELIMINARY:
            return "This document is not signed and has no force."
        case CompositionStatus.AMENDED:
            return f"This document was replaced by composition {composition.amended_by}."
        case CompositionStatus.ENTERED_IN_ERROR:
            return f"This document was entered in error and has no force: {composition.reason}."
        case _:
            return None


def _blocks(composition: Composition, registry: Registry, zone: tzinfo) -> Iterator[Block]:
    yield Block(heading="What it says", lines=tuple(_content(composition, zone)))
    yield Block(heading="Whom it is about", lines=tuple(_people(composition, registry)))
    yield Block(heading="Who wrote it", lines=tuple(_author(composition, registry)))
    if composition.document["extension"]:
        yield Block(heading="Further", lines=tuple(_extensions(composition)))
    if composition.signature is not None:
        yield Block(heading="Signature", lines=_signed("Signed", composition.signature, zone))
    if composition.cancellation is not None:
        canceled = _signed("Canceled", composition.cancellation, zone)
        yield Block(heading="Cancellation", lines=canceled)


def _content(composition: Composition, zone: tzinfo) -> Iterator[Line]:
    start, end = composition.period.start, composition.period.end
    yield "Category", _words(composition.category)
    if composition.type is CompositionType.NEWBORN:
        yield "Born on", _day(start)
    else:
        yield "From", _day(start)
        yield "To, inclusive", "open" if end is None else _day(end)
    yield "Created", _moment(composition.created, zone)
    if composition.relation is not None:
        yield _RELATIONS[composition.relation.code], composition.relation.target


def _people(composition: Composition, registry: Registry) -> Iterator[Line]:
    yield "Subject", _patient(composition.tenant, composition.subject, registry)
    if composition.focus != composition.subject:
        yield "In focus", _patient(composition.tenant, composition.focus, registry)


def _author(composition: Composition, registry: Registry) -> Iterator[Line]:
    author = registry.employee(composition.tenant, composition.author)
    yield "Author", composition.author if author is None else author.name
    if author is not None:
        yield "Position", author.position
    yield "Legal entity", composition.document["custodian"]["value"]
    yield "Encounter", composition.encounter


def _extensions(composition: Composition) -> Iterator[Line]:
    for extension in composition.document["extension"]:
        code = extension["valueCode"]
        value = extension[EXTENSIONS[code]]
        match EXTENSIONS[code]:
            case "valueBoolean":
                value = "yes" if value else "no"
            case "valueDate":
                value = _day(plain_day(value))
        yield _EXTENSIONS[code], value


def _signed(verb: str, signature: Signature, zone: tzinfo) -> tuple[Line, ...]:
    return (
        (f"{verb} by", signature.signer),
        (f"{verb} on", _moment(signature.signed, zone)),
        ("Certificate", signature.certificate),
        ("SHA-256", signature.sha256),
    )


def _patient(tenant: str, patient: Reference, registry: Registry) -> str:
    look = registry.person if patient.kind == "person" else registry.preperson
    found = look(tenant, patient.id)
    unnamed = f"{_words(patient.kind)} {patient.id}"
    if found is None:
        return unnamed
    named = found.name or unnamed
    return named if found.birth_date is None else f"{named}, born on {_day(found.birth_date)}"


def _words(code: str) -> str:
    return "COVID-19" if code == "COVID19" else code.replace("_", " ").capitalize()


def _day(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _moment(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%d.%m.%Y %H:%M:%S (UTC%:z)")
