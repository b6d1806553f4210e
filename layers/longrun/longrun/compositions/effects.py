"""What a job does to compositions: the changes of its one transaction, as values."""

from collections.abc import Sequence

from longrun.compositions.document import Composition, Signature
from longrun.compositions.statuses import CompositionStatus
from longrun.compositions.store import Change


def created(composition: Composition) -> list[Change]:
    """The changes by which a composition comes to be, PRELIMINARY."""
    return [Change(before=None, after=composition)]


def signed(
    composition: Composition, signature: Signature, amends: Sequence[Composition]
) -> list[Change]:
    """The changes by which a PRELIMINARY composition becomes FINAL.

    Args:
        composition: The one that was signed.
        signature: By whom, and when.
        amends: What it replaces or refines: FINAL until now.
    """
    after = composition.moved(
        CompositionStatus.FINAL,
        signature=signature,
        amended=tuple(each.id for each in amends),
    )
    return [
        Change(before=composition, after=after),
        *(
            Change(
                before=each,
                after=each.moved(CompositionStatus.AMENDED, amended_by=composition.id),
            )
            for each in amends
        ),
    ]


def canceled(
    composition: Composition,
    cancellation: Signature,
    reason: str,
    restored: Sequence[Composition],
) -> list[Change]:
    """The changes by which a FINAL composition becomes ENTERED_IN_ERROR.

    Args:
        composition: The one that was canceled.
        cancellation: By whom, and when.
        reason: Why: a code.
        restored: What its signing had turned AMENDED.
    """
    after = composition.moved(
        CompositionStatus.ENTERED_IN_ERROR, cancellation=cancellation, reason=reason
    )
    return [
        Change(before=composition, after=after),
        *(
            Change(before=each, after=each.moved(CompositionStatus.FINAL, amended_by=None))
            for each in restored
        ),
    ]
