"""Reading the members of a client's JSON: what is wrong is told by its path, never by its value."""

import re
import uuid
from collections.abc import Collection, Mapping
from typing import Any, Final

from longrun.compositions.document import Reference
from longrun.compositions.refusals import Code, DocumentInvalid

RESOURCES: Final = "eHealth/resources"
TEXT_LENGTH: Final = 2_000
"""So many characters of any text."""

_TELLABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def members(
    value: Any, path: str, *, required: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """The object at a path, with the members that it must and may have; no others.

    Raises:
        DocumentInvalid: It is no object, lacks one, or has one that is unknown.
    """
    if not isinstance(value, Mapping):
        raise DocumentInvalid(path, "type", "This must be an object.")
    for name in value:
        if name not in required and name not in optional:
            # A name that does not look like one may be anybody's data.
            shown = f"{path}.{name}" if _TELLABLE.fullmatch(name) else path
            raise DocumentInvalid(shown, "unknown", "There is no such member in this document.")
    for name in required:
        if name not in value:
            raise DocumentInvalid(f"{path}.{name}", "required", "This must be given.")
    return value


def items(value: Any, path: str, *, most: int) -> list[Any]:
    """The list at a path.

    Raises:
        DocumentInvalid: It is none, or too long.
    """
    if not isinstance(value, list):
        raise DocumentInvalid(path, "type", "This must be a list.")
    if len(value) > most:
        raise DocumentInvalid(path, "length", f"This list may have {most} entries at most.")
    return value


def text(value: Any, path: str) -> str:
    """The text at a path.

    Raises:
        DocumentInvalid: It is none, too long, or holds half a character.
    """
    if not isinstance(value, str):
        raise DocumentInvalid(path, "type", "This must be text.")
    if len(value) > TEXT_LENGTH:
        raise DocumentInvalid(path, "length", f"This may be {TEXT_LENGTH} characters at most.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DocumentInvalid(path, "format", "This holds half a character.") from None
    return value


def identifier(value: Any, path: str) -> str:
    """The UUID at a path, in lower case.

    Raises:
        DocumentInvalid: It is none.
    """
    if not is_identifier(text(value, path)):
        raise DocumentInvalid(path, "format", "This must be a UUID.")
    return str(uuid.UUID(value))


def is_identifier(value: str) -> bool:
    """Whether a text is a UUID in its usual form."""
    return _UUID.fullmatch(value) is not None


def coding(
    value: Any,
    path: str,
    *,
    system: str,
    codes: Collection[str],
    wrong_system: Code = Code.DOCUMENT_INVALID,
    wrong_code: Code = Code.DOCUMENT_INVALID,
) -> str:
    """The code of a concept `{coding: [{system, code}]}` of exactly one coding.

    Args:
        value: What stands at the path.
        path: Where.
        system: The dictionary that it must name.
        codes: Of the dictionary.
        wrong_system: The number of the refusal where it names another dictionary, or none.
        wrong_code: The number where the code is not in it.

    Raises:
        DocumentInvalid: It is no such concept.
    """
    concept = members(value, path, required=("coding",), optional=("text",))
    if concept.get("text") is not None:
        text(concept["text"], f"{path}.text")
    found = items(concept["coding"], f"{path}.coding", most=1)
    if not found:
        raise DocumentInvalid(f"{path}.coding", "required", "This must have an entry.")
    inside = f"{path}.coding[0]"
    entry = members(found[0], inside, required=(), optional=("system", "code", "display"))
    if entry.get("display") is not None:
        text(entry["display"], f"{inside}.display")
    if entry.get("system") != system:
        raise DocumentInvalid(
            f"{inside}.system", "inclusion", f"This must be {system}.", code=wrong_system
        )
    code = entry.get("code")
    if not isinstance(code, str) or code not in codes:
        known = ", ".join(codes)
        raise DocumentInvalid(
            f"{inside}.code", "inclusion", f"This must be one of: {known}.", code=wrong_code
        )
    return code


def reference(value: Any, path: str, kinds: Collection[str]) -> Reference:
    """The bare reference `{type: {coding: [{system, code}]}, value}` at a path.

    Raises:
        DocumentInvalid: It is none, or to something of another kind.
    """
    bare = members(value, path, required=("type", "value"))
    kind = coding(bare["type"], f"{path}.type", system=RESOURCES, codes=kinds)
    return Reference(kind=kind, id=identifier(bare["value"], f"{path}.value"))


def concept(system: str, code: str) -> dict[str, Any]:
    """A concept as documents tell it."""
    return {"coding": [{"system": system, "code": code}]}


def bare_reference(to: Reference) -> dict[str, Any]:
    """A reference as documents tell it."""
    return {"type": concept(RESOURCES, to.kind), "value": to.id}
