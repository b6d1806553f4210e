"""The extensions of a composition: which there are, and what type of value each has."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from longrun.compositions.days import plain_day
from longrun.compositions.members import identifier, items, members, text
from longrun.compositions.refusals import DocumentInvalid


def _date(value: Any, path: str) -> str:
    try:
        plain_day(text(value, path))
    except ValueError:
        raise DocumentInvalid(path, "format", "This must be a date, such as 2022-10-01.") from None
    return str(value)


def _boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise DocumentInvalid(path, "type", "This must be true or false.")
    return value


_READERS: Final[Mapping[str, Callable[[Any, str], str | bool]]] = {
    "valueUuid": identifier,
    "valueBoolean": _boolean,
    "valueString": text,
    "valueDate": _date,
}

EXTENSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "INFORM_WITH": "valueUuid",
        "AUTHORIZE_WITH": "valueUuid",
        "IS_ACCIDENT": "valueBoolean",
        "IS_INTOXICATED": "valueBoolean",
        "IS_FOREIGN_TREATMENT": "valueBoolean",
        "IS_FORCE_RENEW": "valueBoolean",
        "TREATMENT_VIOLATION": "valueString",
        "NEWBORN_SEX": "valueString",
        "TREATMENT_VIOLATION_DATE": "valueDate",
        "NEWBORN_BIRTH_DATE": "valueDate",
    }
)
"""The member that each extension's value stands in."""


def read_extensions(value: Any) -> dict[str, str | bool]:
    """The values of a document's `extension`, by their codes.

    Args:
        value: The list, or None where the document has none.

    Raises:
        DocumentInvalid: An entry is unknown, comes twice, or has not the value of its type.
    """
    found: dict[str, str | bool] = {}
    entries = [] if value is None else items(value, "$.extension", most=len(EXTENSIONS))
    for index, entry in enumerate(entries):
        path = f"$.extension[{index}]"
        extension = members(entry, path, required=("valueCode",), optional=tuple(_READERS))
        code = extension["valueCode"]
        if not isinstance(code, str) or code not in EXTENSIONS:
            known = ", ".join(EXTENSIONS)
            raise DocumentInvalid(
                f"{path}.valueCode", "inclusion", f"This must be one of: {known}."
            )
        if code in found:
            raise DocumentInvalid(f"{path}.valueCode", "unique", f"{code} may be given once.")
        member = EXTENSIONS[code]
        if {name for name in extension if extension[name] is not None} != {"valueCode", member}:
            raise DocumentInvalid(
                path, "required", f"{code} has its value in {member}, and in no other member."
            )
        found[code] = _READERS[member](extension[member], f"{path}.{member}")
    return found
