"""Cancellations: the signed text, its reasons, and until when a composition may be canceled."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final

from longrun.compositions.document import Composition, CompositionType, RelationCode
from longrun.compositions.members import coding, identifier, members, reference
from longrun.compositions.refusals import Code, DocumentInvalid, Refusal
from longrun.compositions.statuses import CompositionStatus

REASONS: Final[Mapping[CompositionType, tuple[str, ...]]] = MappingProxyType(
    {
        CompositionType.TEMP_DISABILITY: (
            "INCORRECT_CATEGORY",
            "INCORRECT_DISABILITY_PERIOD",
            "INCORRECT_INOXICATION",
            "INCORRECT_OTHER",
            "INCORRECT_PATIENT",
            "INCORRECT_TRITMENT_VIOLATION",
        ),
        CompositionType.NEWBORN: ("INCORRECT_PATIENT", "TYPO"),
    }
)
"""The dictionaries of reasons; two words are published misspelled."""

LIMITS: Final[Mapping[CompositionType, timedelta]] = MappingProxyType(
    {
        CompositionType.NEWBORN: timedelta(days=180),
        CompositionType.TEMP_DISABILITY: timedelta(days=7),
    }
)
"""How long after its signing a composition may be canceled."""

LIMIT_OF_REPLACEMENTS: Final = timedelta(days=365)
"""How long, whatever its type, where it replaced another."""


def reasons_system(composition_type: CompositionType) -> str:
    """The dictionary that a reason is of."""
    return f"eHealth/COMPOSITION_CANCELLATION_REASONS_{composition_type}"


def read_cancellation(content: Any, composition: Composition) -> str:
    """Why a composition is to be canceled, from the text that was signed.

    Args:
        content: In JSON types.
        composition: The one that the request names.

    Raises:
        Refusal: It is no cancellation, one of another composition, or gives no known reason.
    """
    cancellation = members(content, "$", required=("identifier", "reason"))
    named = cancellation["identifier"]
    # The pages show the identifier as a reference, and as its value alone.
    if isinstance(named, Mapping):
        target = reference(named, "$.identifier", ("composition",)).id
    else:
        target = identifier(named, "$.identifier")
    if target != composition.id:
        raise DocumentInvalid(
            "$.identifier",
            "equality",
            "The signed cancellation is of another composition.",
            code=Code.CONTENT_DIFFERS,
        )
    try:
        return coding(
            cancellation["reason"],
            "$.reason",
            system=reasons_system(composition.type),
            codes=REASONS[composition.type],
        )
    except DocumentInvalid as invalid:
        raise DocumentInvalid(
            invalid.path or "$.reason",
            invalid.rule,
            invalid.description,
            code=Code.CANCELLATION_CODING,
        ) from None


def limit_of(composition: Composition) -> timedelta:
    """How long after its signing the composition may be canceled, in days."""
    relation = composition.relation
    replaced = relation is not None and relation.code is RelationCode.REPLACES
    return LIMIT_OF_REPLACEMENTS if replaced else LIMITS[composition.type]


def check_cancellable(composition: Composition, now: datetime, zone: tzinfo) -> None:
    """Whether the composition may be canceled at that moment.

    Args:
        composition: Which.
        now: The moment.
        zone: Whose days are counted; the last of them is in time.

    Raises:
        Refusal: It is not FINAL (1003), or it is too late (1005).
    """
    if composition.status is not CompositionStatus.FINAL:
        raise Refusal(
            Code.CANCEL_OF_NON_FINAL,
            f"Only a FINAL composition can be canceled; {composition.id} is {composition.status}.",
        )
    assert composition.signature is not None, "what is FINAL was signed"
    limit = limit_of(composition)
    signed = composition.signature.signed.astimezone(zone).date()
    if now.astimezone(zone).date() > signed + limit:
        raise Refusal(
            Code.OUTDATED,
            f"Composition {composition.id} could be canceled for {limit.days} days "
            "after it was signed.",
        )


def restored_by(
    composition: Composition, found: Mapping[str, Composition]
) -> Sequence[Composition]:
    """What becomes FINAL again when the composition is canceled.

    Args:
        composition: A FINAL one.
        found: Those that its signing turned AMENDED, as far as they are there.

    Raises:
        Refusal: One of them is not there (1137), or not AMENDED (1136).
    """
    restored = []
    for each in composition.amended:
        replaced = found.get(each)
        if replaced is None:
            raise Refusal(
                Code.REPLACED_NOT_FOUND,
                f"Composition {each}, which {composition.id} replaced, is not there.",
            )
        if replaced.status is not CompositionStatus.AMENDED:
            raise Refusal(
                Code.REPLACED_NOT_AMENDED,
                f"Composition {each}, which {composition.id} replaced, is {replaced.status}, "
                "not AMENDED.",
            )
        restored.append(replaced)
    return restored
