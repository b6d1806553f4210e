"""A source file as the engine sees it: columns, a relation to read them from, and its own faults.

Each format makes one of these (`csv_source`, `json_source`, `parquet_source`, `sheet_source`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from longrun.datasets.columnar import Columnar
from longrun.datasets.columns import MOST_COLUMNS, ColumnType
from longrun.datasets.conversions import DETECTED
from longrun.datasets.errors import Rejection, SourceInvalid

REJECTIONS_LISTED = 10_000
"""So many rejected rows are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """One column of a source."""

    name: str
    text: str
    """SQL: the value as text; null where there is none."""
    type: ColumnType | None = None
    """What the source itself says that all values are."""
    value: str | None = None
    """SQL: the value in the engine's form of `type`, where the source has it so."""
    candidates: tuple[ColumnType, ...] = DETECTED
    """Without a type: what the text may turn out to be, besides text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows that the reader itself could not make out."""

    count: int = 0
    first: Sequence[Rejection] = ()
    starts: frozenset[int] = frozenset()
    """Where the first of them begin, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What makes a row impossible whatever its columns are."""

    test: str
    """SQL: true where it is so."""
    reason: str


@dataclass(slots=True, kw_only=True)
class Source:
    """A readable source; the formats override what is theirs."""

    file: str
    """The file's name, for messages."""
    columns: Sequence[SourceColumn]
    relation: str
    """SQL: what follows FROM."""
    faults: Sequence[Fault] = field(default=())
    ordinal: str = "row_number() OVER ()"
    """SQL: a row's number, by which `places` finds it."""

    def begin(self, engine: Columnar) -> None:
        """A query over all rows follows."""

    def left_out(self, engine: Columnar) -> LeftOut:
        """What the query since `begin` could not read."""
        return LeftOut()

    def places(self, ordinals: Sequence[int], left_out: LeftOut) -> Mapping[int, str]:
        """Where rows are, for people.

        Args:
            ordinals: Their numbers, rising.
            left_out: Of the query that gave the numbers.
        """
        return {ordinal: f"row {ordinal}" for ordinal in ordinals}

    def mend(self, said: str, *, limit: int) -> "Source | None":
        """What to read in place of this source, which the engine could not; None: there is no way.

        Args:
            said: By the engine.
            limit: How many rows may be rejected.

        Raises:
            RowsRejected: Most rows are broken.
        """
        return None

    def explain(self, said: str) -> SourceInvalid | None:
        """Why the engine could not read the source; None: it is not the source's fault."""
        return None


def check_names(file: str, names: Sequence[str], *, needed: Sequence[str] | None) -> None:
    """Refuse a file whose columns cannot be told apart.

    Args:
        file: Its name.
        names: Of its columns, in order.
        needed: Those that will be looked for; None: all.

    Raises:
        SourceInvalid: Two columns have one name, but for upper and lower case; or there are none,
            or too many.
    """
    if not names:
        raise SourceInvalid(file, "it has no columns.")
    if len(names) > MOST_COLUMNS:
        raise SourceInvalid(
            file, f"it has {len(names):,} columns; a data set has at most {MOST_COLUMNS:,}."
        )
    wanted = None if needed is None else {name.casefold() for name in needed}
    first: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        folded = name.casefold()
        if wanted is not None and folded not in wanted:
            continue
        if folded in first:
            raise SourceInvalid(
                file,
                f'columns {first[folded]} and {place} are both called "{name}" (upper and lower '
                "case are not told apart).",
            )
        first[folded] = place
