"""Whether what was signed is what is stored: both in the canonical form of RFC 8785."""

from collections.abc import Mapping
from typing import Any

from longrun.compositions.canonical import NotCanonical, canonical, read, same
from longrun.compositions.document import Composition
from longrun.compositions.refusals import Code, DocumentInvalid


def read_signed(content: bytes) -> Any:
    """The JSON that was signed.

    Raises:
        DocumentInvalid: It is none, or one without a canonical form.
    """
    try:
        value = read(content)
        canonical(value)
    except NotCanonical:
        raise DocumentInvalid(
            "$", "format", "The signed content is not JSON.", code=Code.CONTENT_DIFFERS
        ) from None
    return value


def check_signed(content: bytes, composition: Composition) -> None:
    """Hold the signed content against a composition's `data`.

    Raises:
        DocumentInvalid: It is something else; the path is that of the first difference.
    """
    path = _difference(composition.data, read_signed(content), "$")
    if path is not None:
        raise DocumentInvalid(
            path,
            "equality",
            "The signed content differs from the composition here.",
            code=Code.CONTENT_DIFFERS,
        )


def _difference(stored: Any, signed: Any, path: str) -> str | None:
    """The path of the first difference; it is one of the stored value's, which holds no data."""
    if isinstance(stored, Mapping) and isinstance(signed, Mapping):
        if signed.keys() - stored.keys():
            return path
        for name, value in stored.items():
            inside = f"{path}.{name}"
            different = _difference(value, signed[name], inside) if name in signed else inside
            if different is not None:
                return different
        return None
    if isinstance(stored, list) and isinstance(signed, list) and len(stored) == len(signed):
        pairs = enumerate(zip(stored, signed, strict=True))
        found = (_difference(one, other, f"{path}[{index}]") for index, (one, other) in pairs)
        return next((each for each in found if each is not None), None)
    return None if same(stored, signed) else path
