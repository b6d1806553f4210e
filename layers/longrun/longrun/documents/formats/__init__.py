"""The resource formats: their names, their models, how text becomes one, their JSON Schemas.

The only place where configurations meet pydantic; a step that only carries one out reads what
`longrun.documents.checked` kept of it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from longrun.documents.errors import Misfit, ResourceInvalid
from longrun.documents.formats.text import TextInvalid, read_text
from longrun.documents.mapping.configuration import MappingConfiguration
from longrun.documents.presets.job import JobPreset
from longrun.documents.presets.output import OutputPreset

type Configuration = MappingConfiguration | JobPreset | OutputPreset


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One resource format."""

    title: str
    """What people call it."""
    model: type[Configuration]
    """What a file in it becomes."""
    parse: Callable[[bytes, str], Configuration]
    """From the content and the file's name; raises ResourceInvalid."""


def parse_mapping(content: bytes, file_name: str) -> MappingConfiguration:
    """A data mapping configuration from YAML or JSON.

    Raises:
        ResourceInvalid: It is not one.
    """
    configuration: MappingConfiguration = _parse("data-mapping", content, file_name)
    return configuration


def parse_job_preset(content: bytes, file_name: str) -> JobPreset:
    """A job creation preset from YAML or JSON; an empty file is the empty preset.

    Raises:
        ResourceInvalid: It is not one.
    """
    preset: JobPreset = _parse("job-creation", content, file_name)
    return preset


def parse_output_preset(content: bytes, file_name: str) -> OutputPreset:
    """An output creation preset from YAML or JSON; an empty file is the preset with its defaults.

    Raises:
        ResourceInvalid: It is not one.
    """
    preset: OutputPreset = _parse("output-creation", content, file_name)
    return preset


FORMATS: dict[str, Format] = {
    "data-mapping": Format(
        title="Data mapping configuration", model=MappingConfiguration, parse=parse_mapping
    ),
    "job-creation": Format(title="Job creation preset", model=JobPreset, parse=parse_job_preset),
    "output-creation": Format(
        title="Output creation preset", model=OutputPreset, parse=parse_output_preset
    ),
}
"""By the name that its JSON Schema has in docs/schemas."""


def json_schema(format_name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a format."""
    known = FORMATS[format_name]
    body = _adapter(format_name).json_schema(ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = body.pop("$defs", {})
    root = body.pop("$ref", None)
    if root is not None:
        body = definitions.pop(root.rsplit("/", 1)[1])
    # Files may name their schema, so that editors find it.
    body["properties"] = {"$schema": _SCHEMA_KEY} | body["properties"]
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:longrun:format:{format_name}",
        **body,
        "title": known.title,
    }
    whole: dict[str, Any] = _unwrapped(schema | ({"$defs": definitions} if definitions else {}))
    return whole


def _unwrapped(part: Any) -> Any:
    """The schema with each description on one line, however the docstring was broken."""
    if isinstance(part, dict):
        return {
            key: " ".join(value.split())
            if key == "description" and isinstance(value, str)
            else _unwrapped(value)
            for key, value in part.items()
        }
    return [_unwrapped(one) for one in part] if isinstance(part, list) else part


def write_schemas(folder: Path) -> list[Path]:
    """Write `<format>.json` for every format; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in FORMATS:
        target = folder / f"{name}.json"
        target.write_text(json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n")
        written.append(target)
    return written


_SCHEMA_KEY = {"type": "string", "description": "The file's JSON Schema, for editors."}


@cache
def _adapter(format_name: str) -> TypeAdapter[Any]:
    return TypeAdapter(FORMATS[format_name].model)


def _parse(format_name: str, content: bytes, file_name: str) -> Any:
    try:
        data = read_text(content, is_json=file_name.lower().endswith(".json"))
    except TextInvalid as error:
        raise ResourceInvalid(file_name, "$", str(error)) from None
    data = {} if data is None else data
    if isinstance(data, dict):
        data.pop("$schema", None)
    try:
        # By way of JSON text, where pydantic is strict about scalars but takes objects and arrays.
        return _adapter(format_name).validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        first, *others = _faults(error, data)
        raise ResourceInvalid(file_name, *first, tuple(others)) from None


def _faults(error: ValidationError, data: Any) -> Iterator[tuple[str, str]]:
    """The (JSON path, reason) of each fault; the alternatives of a union together are one."""
    merged: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        fault = detail.get("ctx", {}).get("error")
        inner = fault.at if isinstance(fault, Misfit) else ()
        absent = bool(inner) or detail["type"].startswith("missing")
        path = _path((*detail["loc"], *inner), data, absent=absent)
        reasons = merged.setdefault(path, [])
        reason = _reason(detail)
        if reason not in reasons:
            reasons.append(reason)
    for path, reasons in merged.items():
        if any(other.startswith((f"{path}[", f"{path}.")) for other in merged):
            continue  # What holds a fault is at fault for it only.
        wanted = [r.removeprefix(_WANTED).removesuffix(".") for r in reasons]
        together = all(r.startswith(_WANTED) for r in reasons)
        yield path, f"{_WANTED}{' or '.join(wanted)}." if together else reasons[0]


_WANTED = "This has to be "
_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dataclass_type": "an object",
    "dict_type": "an object",
    "none_required": "null",
}


def _reason(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    given = json.dumps(detail["input"], ensure_ascii=False, default=str)[:60]
    match kind:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"{given} is not supported; supported: {_bare(context['expected'])}."
        case "union_tag_invalid":
            tags = _bare(context["expected_tags"])
            return f'"{context["tag"]}" is not supported; supported: {tags}.'
        case "union_tag_not_found":
            return f"The key {_bare(context['discriminator'])} is missing."
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return "This is missing."
        case "unexpected_keyword_argument" | "extra_forbidden":
            return "There is no such key."
        case "too_short" | "string_too_short":
            return "This must not be empty."
        case "string_pattern_mismatch":
            return f"{given} is no name: a letter, then letters, digits, `_` and `-`."
        case _ if kind in _KINDS:
            return f"{_WANTED}{_KINDS[kind]}."
        case _:
            return f"{detail['msg']}."


def _bare(words: str) -> str:
    return words.replace("'", "")


def _path(location: tuple[str | int, ...], data: Any, *, absent: bool) -> str:
    """The location as a JSON path, without the union's alternatives that pydantic puts in it.

    `absent`: the last key need not be in the data, since that may be what is wrong.
    """
    path, here = "$", data
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if isinstance(here, dict) and (part in here or (last and absent)):
            path += f".{part}" if str(part).isidentifier() else f"[{json.dumps(part)}]"
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int):
            path += f"[{part}]"
            here = here[part] if part < len(here) else None
    return path
