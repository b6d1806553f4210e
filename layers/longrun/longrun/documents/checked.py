"""Checked configurations as JSON, so that the steps of a job need neither YAML nor pydantic.

What was checked when it was uploaded or submitted is written once and read by every step. This is
no way in for clients: text from outside goes through `longrun.documents.formats`.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


def dump_checked(configuration: Any) -> bytes:
    """A configuration as UTF-8 JSON."""
    return json.dumps(asdict(configuration), ensure_ascii=False, separators=(",", ":")).encode()


def load_checked[T](model: type[T], content: bytes) -> T:
    """The configuration that `dump_checked` wrote.

    Args:
        model: Its class.
        content: What `dump_checked` gave.
    """
    built: T = _build(model, json.loads(content))
    return built


@cache
def _hints(model: Any) -> dict[str, Any]:
    return {
        name: hint for name, hint in get_type_hints(model).items() if name in _field_names(model)
    }


def _field_names(model: type[Any]) -> set[str]:
    return {field.name for field in fields(model)}


def _build(hint: Any, data: Any) -> Any:
    if isinstance(data, dict):
        model: Any = hint if is_dataclass(hint) else _alternative(hint, data)
        hints = _hints(model)
        return model(**{name: _build(hints[name], value) for name, value in data.items()})
    if isinstance(data, list):
        inner = next(get_args(one)[0] for one in _alternatives(hint) if get_origin(one) is tuple)
        return tuple(_build(inner, value) for value in data)
    return data


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)


def _alternative(hint: Any, data: dict[str, Any]) -> Any:
    """The class of a union whose `format` is the data's."""
    for model in _alternatives(hint):
        tag = _hints(model).get("format")
        if get_origin(tag) is Literal and data.get("format") in get_args(tag):
            return model
    raise TypeError(f"No alternative of {hint} fits.")
