"""Configuration text: YAML or JSON in, plain JSON values out, whatever a stranger sends.

Scalars follow JSON, so that `NO` and `0101` stay text; anchors, aliases, tags and a second document
are refused, which leaves no way for a small file to become large data.
"""

import json
import re
from typing import Any, Never

import yaml

LARGEST = 1 << 20
"""In bytes; larger texts are refused unread."""
_DEEPEST = 64

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TextInvalid(ValueError):
    """The text is neither JSON nor the plain YAML that stands for it."""


class _Loader(_Base):  # type: ignore[misc]  # with or without libyaml
    """YAML with the scalars of JSON."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 – the base's own attribute

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = key_node.value
            line = key_node.start_mark.line + 1
            if key_node.tag != "tag:yaml.org,2002:str":
                raise TextInvalid(f"The key at line {line} is not text.")
            if key in seen:
                raise TextInvalid(f'The key "{key}" at line {line} is there already.')
            seen.add(key)
        built: dict[str, Any] = super().construct_mapping(node, deep=deep)
        return built


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,30})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", "-0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


def read_text(content: bytes, *, is_json: bool) -> Any:
    """What the text says, as dicts, lists and JSON's scalars.

    Args:
        content: UTF-8, with or without a byte order mark.
        is_json: Whether to take nothing but JSON.

    Raises:
        TextInvalid: With a sentence that says what and, where known, at which line.
    """
    if len(content) > LARGEST:
        raise TextInvalid(f"The file is larger than {LARGEST:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TextInvalid(f"The text is not UTF-8 at line {line}.") from None
    # JSON allows the tabs that YAML forbids.
    if is_json or text.lstrip()[:1] in ("{", "["):
        try:
            return _json(text)
        except TextInvalid:
            if is_json:
                raise
    return _yaml(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TextInvalid(f"This is not JSON at {place}: {error.msg}.") from None
    except RecursionError:
        raise TextInvalid("The JSON is nested too deeply.") from None
    except TextInvalid:
        raise
    except ValueError:
        raise TextInvalid("A number has too many digits.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise TextInvalid(f'The key "{twice}" is there twice.')
    return built


def _constant(name: str) -> Never:
    raise TextInvalid(f"{name} is not JSON.")


def _yaml(text: str) -> Any:
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe loader's subclass)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise TextInvalid(f"This is not YAML{place}: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise TextInvalid(f"This is not YAML: {error}.".replace("\n", " ")) from None
    except (TextInvalid, RecursionError):
        raise
    except ValueError:
        raise TextInvalid("A value cannot be read as YAML.") from None


def _check_events(text: str) -> None:
    # Before anything is built: the C composer recurses without a limit of its own.
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise TextInvalid(f"Line {line}: anchors and aliases are not taken.")
        if getattr(event, "tag", None):
            raise TextInvalid(f"Line {line}: tags are not taken.")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise TextInvalid(f"Line {line}: a second document begins.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise TextInvalid(f"Line {line}: nested deeper than {_DEEPEST} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
