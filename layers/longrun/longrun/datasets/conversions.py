"""How the text of a value becomes a value of a type, in the engine's SQL.

The engine's own casts are too kind: 1.5 becomes 2, `1_000` a thousand, `infinity` a date, and a
zone is dropped. Here a value is what it says, or it does not fit. Each type has a quick check that
nearly every value passes, and a slow one for the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from longrun.datasets.columnar import literal
from longrun.datasets.columns import ColumnType

_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_ZONE = r" ?([Zz]|[+-]\d{2}(:?\d{2})?)"
_FIRST, _LAST = "'0001-01-01'", "'9999-12-31'"
_EXACT_DIGITS: Final = 15
"""So many digits any double holds."""
_MIDNIGHT = r"([T ]00:00(:00(\.0+)?)?)?"

ENGINE_TYPES: Final[Mapping[ColumnType, str]] = MappingProxyType(
    {
        ColumnType.STRING: "VARCHAR",
        ColumnType.INTEGER: "BIGINT",
        ColumnType.NUMBER: "DOUBLE",
        ColumnType.BOOLEAN: "BOOLEAN",
        ColumnType.DATE: "DATE",
        ColumnType.TIMESTAMP: "TIMESTAMP",
    }
)


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _exact(text: str, number: str) -> str:
    """True where a double says what the text says: of 15 digits always, of more if it is told so.

    The engine tells a double by as few digits as it takes.
    """
    digits = f"strlen(translate({text}, '-.', ''))"
    written = f"CASE WHEN contains({text}, '.') THEN {text} ELSE {text} || '.' END"
    told = f"rtrim({written}, '0') = rtrim({number}::VARCHAR, '0')"
    return f"(strlen({text}) <= {_EXACT_DIGITS} OR {digits} <= {_EXACT_DIGITS} OR {told})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How one column's text is read. `text` and `cast` are names of columns in a query."""

    type: ColumnType
    format: str | None = None
    """Of dates and timestamps, as declared."""
    lenient: bool = False
    """Whether somebody declared the type: 007 may then be a number."""

    def cast(self, text: str) -> str:
        """The engine's own cast of the text, or the declared format's; null where it fails."""
        engine_type = ENGINE_TYPES[self.type]
        if self.format is not None:
            return f"TRY_CAST(try_strptime({text}, {literal(self.format)}) AS {engine_type})"
        return f"TRY_CAST({text} AS {engine_type})"

    def quick(self, text: str, cast: str) -> str:
        """True for most values that fit: the cast is then the value."""
        if self.format is not None:
            return f"{cast} IS NOT NULL"
        match self.type:
            case ColumnType.INTEGER:
                return f"{cast}::VARCHAR = {text}"
            case ColumnType.NUMBER:
                finite = f"isfinite({cast}) AND NOT contains({text}, '_')"
                if self.lenient:
                    return finite
                return f"{finite} AND NOT {self._padded(text)} AND {_exact(text, cast)}"
            case ColumnType.DATE:
                return f"strlen({text}) = 10 AND {cast} BETWEEN DATE {_FIRST} AND DATE {_LAST}"
            case ColumnType.TIMESTAMP:
                # The colon before the seconds: in its place a zone would have its sign.
                within = f"{cast} BETWEEN TIMESTAMP {_FIRST} AND TIMESTAMP {_LAST}"
                return f"strlen({text}) = 19 AND {text}[17] = ':' AND {within}"
            case _:
                return f"{cast} IS NOT NULL"

    def slow(self, text: str, cast: str) -> str | None:
        """The value of what the quick check let fall, or null; None: no such value fits."""
        if self.format is not None:
            return None
        match self.type:
            case ColumnType.INTEGER:
                digits = r"[+-]?\d+" if self.lenient else r"-?(0|[1-9]\d*)"
                return f"CASE WHEN {_matches(text, rf'\s*{digits}(\.0*)?\s*')} THEN {cast} END"
            case ColumnType.DATE:
                days = rf"\s*\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}{_MIDNIGHT}\s*"
                return f"CASE WHEN {_matches(text, days)} THEN {cast} END"
            case ColumnType.TIMESTAMP:
                plain = _matches(text, rf"\s*{_DAY}({_CLOCK})?\s*")
                zoned = _matches(text, rf"\s*{_DAY}{_CLOCK}{_ZONE}\s*")
                in_utc = f"timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ))"
                unzoned = f"TRY_CAST(trim({text}) AS TIMESTAMP)"
                return f"CASE WHEN {plain} THEN {unzoned} WHEN {zoned} THEN {in_utc} END"
            case _:
                return None

    def empty(self, text: str) -> str:
        """True for what stands for no value."""
        if self.type is ColumnType.NUMBER:
            return f"({text} IS NULL OR lower({text}) IN ('', 'nan'))"
        return f"({text} IS NULL OR {text} = '')"

    @staticmethod
    def _padded(text: str) -> str:
        """True where a number begins with a zero that is not its own: 007, but not 0.5."""
        return f"({text} >= '00' AND {text} < '0:')"

    def misfit(self, text: str) -> str:
        """What a value is, or is not, that does not fit."""
        match self.type:
            case ColumnType.DATE if self.format:
                return f"not a date of the form {self.format}"
            case ColumnType.TIMESTAMP if self.format:
                return f"not a timestamp of the form {self.format}"
            case ColumnType.INTEGER:
                return "not an integer"
            case ColumnType.NUMBER if re.fullmatch(_NUMBER, text.strip()):
                return "a number of more than 15 digits, which would be changed"
            case ColumnType.NUMBER:
                return "not a number"
            case ColumnType.BOOLEAN:
                return "neither true nor false"
            case ColumnType.DATE:
                return "not a date (YYYY-MM-DD)"
            case ColumnType.TIMESTAMP:
                return "not a timestamp (YYYY-MM-DD hh:mm:ss)"
            case _:
                return "not text"


# Which types all values of a column fit, from the narrowest; text fits always. Stricter than
# conversions are: 007 and +49 are no numbers, and what a double would change is text.
_INTEGER = r"-?(0|[1-9]\d{0,18})"
_NUMBER = r"-?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d{1,3})?|-?\.\d+"
DETECTED: Final = (
    ColumnType.BOOLEAN,
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.DATE,
    ColumnType.TIMESTAMP,
)


def looks_like(type: ColumnType, text: str) -> str:
    """True where a value that nobody declared is taken for the type."""
    match type:
        case ColumnType.BOOLEAN:
            return f"lower({text}) IN ('true', 'false')"
        case ColumnType.INTEGER:
            return f"{_matches(text, _INTEGER)} AND TRY_CAST({text} AS BIGINT) IS NOT NULL"
        case ColumnType.NUMBER:
            cast = f"TRY_CAST({text} AS DOUBLE)"
            finite = f"{_matches(text, _NUMBER)} AND isfinite({cast})"
            return f"({finite} AND {_exact(text, cast)} OR lower({text}) = 'nan')"
        case ColumnType.DATE:
            return f"{_matches(text, _DAY)} AND TRY_CAST({text} AS DATE) IS NOT NULL"
        case ColumnType.TIMESTAMP:
            return (
                f"{_matches(text, f'{_DAY}{_CLOCK}({_ZONE})?')} "
                f"AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL"
            )
        case _:
            return "true"
