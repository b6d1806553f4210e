"""The All-In-One configuration as clients send it: its parts, their order, what is wrong with one.

Keys that the contract does not know are passed over, as the published servers do, because clients
send some of their own. Loaded by who accepts work alone (pydantic). References become ids in
`resolution`; the form that is kept is `accepted`.
"""

import json
import math
from typing import Annotated, Any, Never, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from longrun.contracts.print.errors import Refused
from longrun.documents.naming import DestinationInvalid, destination_prefix
from longrun.documents.ranges import RangeInvalid, Run, parse
from longrun.filestore.names import as_id

PARTS = ("datamining", "contentcreation", "jobcreation", "outputcreation")
"""In the order in which they must follow one another."""

FAULTS_SHOWN = 3


def _fault(reason: str, path: str = "") -> PydanticCustomError:
    """A fault at the checked value, or at a path below it."""
    return PydanticCustomError("configuration", "{reason}", {"reason": reason, "path": path})


def _reference(value: object) -> int | str:
    # `bool` is an `int` to Python, and no id to anybody.
    if isinstance(value, int) and not isinstance(value, bool) and as_id(value) is not None:
        return value
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _fault("This must be an id (a number, or a string of digits) or a name.")


def _name(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _fault("This must be a name.")


def _entity_id(value: object) -> int:
    if isinstance(value, int | str) and not isinstance(value, bool):
        number = as_id(value)
        if number is not None:
            return number
    raise _fault("This must be an id: a number, or a string of digits.")


def _parameter(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise _fault("The number is too large.")  # JSON allows 1e999, and has no way to say it on.
    if isinstance(value, str | int | float):
        return value
    raise _fault("A parameter must be a string, a number or a boolean.")


def _destination(value: object) -> object:
    if isinstance(value, str):
        try:
            destination_prefix(value)
        except DestinationInvalid as invalid:
            raise _fault(str(invalid)) from None
    return value


def _print_range(value: object) -> object:
    """Both forms: the text, and an object around it."""
    # A range under another key is refused below: it must not print everything.
    if isinstance(value, dict) and (not value or "printRange" in value):
        inner = value.get("printRange")
        value = "" if inner is None else inner
    if not isinstance(value, str):
        raise _fault('This must be a range such as "1-3, 7", or {"printRange": "1-3, 7"}.')
    if not value.strip():
        return None
    try:
        return parse(value)
    except RangeInvalid as invalid:
        raise _fault(str(invalid)) from None


type Reference = Annotated[int | str, BeforeValidator(_reference, json_schema_input_type=int | str)]
type DataSetName = Annotated[
    str, BeforeValidator(_name, json_schema_input_type=Annotated[str, Field(min_length=1)])
]
type EntityId = Annotated[int, BeforeValidator(_entity_id, json_schema_input_type=int | str)]
type Parameter = Annotated[str | int | float | bool, BeforeValidator(_parameter)]
type Parameters = dict[str, Parameter]
type Identifiers = Annotated[list[EntityId], Field(min_length=1)]
type PrintRange = Annotated[
    list[Run] | None, BeforeValidator(_print_range, json_schema_input_type=str | dict[str, str])
]


class Part(BaseModel):
    """What all parts of the configuration share."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        serialize_by_alias=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _take_null_as_absent(cls, document: Any) -> Any:
        # Some clients send every key that they know.
        if not isinstance(document, dict):
            return document
        return {key: value for key, value in document.items() if value is not None}


class DataMining(Part):
    """Map a data file to a data set, or take the records of one that is kept under a name.

    Either `identifier` and `config` are there, or `dataset`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["identifier", "config"]}, {"required": ["dataset"]}]
        }
    )

    identifier: Reference | None = None
    """The data file: its id or name."""
    config: Reference | None = None
    """The data mapping configuration: its id or name."""
    dataset: DataSetName | None = None
    """The name of a data set (the Analytics API's `/catalog/datasets`), in the place of both."""
    parameters: Parameters = {}
    """Runtime parameters of the configuration."""
    persist_dataset: StrictBool = True
    """Whether a data set remains."""

    @model_validator(mode="after")
    def _take_one_form(self) -> Self:
        form: dict[str, object] = {"identifier": self.identifier, "config": self.config}
        if self.dataset is None:
            missing = [name for name, value in form.items() if value is None]
            if len(missing) == len(form):
                raise _fault("Either identifier and config, or dataset, must be there.")
            if missing:
                raise _fault("This is required.", missing[0])
            return self
        form["parameters"] = self.parameters or None
        for name, value in form.items():
            if value is not None:
                raise _fault("A data set is taken as it is: this goes with a data file.", name)
        return self


class ContentCreation(Part):
    """Make a document of each record."""

    identifiers: Identifiers | None = None
    """Ids of data records; only where this is the first part."""
    config: Reference
    """The template: its id or name."""
    parameters: Parameters = {}
    """Runtime parameters of the template."""


class JobCreation(Part):
    """Sort and group the documents."""

    config: Reference | None = None
    """The job creation preset: its id or name; none keeps the order and makes one job."""
    parameters: Parameters = {}
    """Runtime parameters of the preset."""


class OutputCreation(Part):
    """Make files of the jobs."""

    identifiers: Identifiers | None = None
    """Ids of jobs; only where this is the first part."""
    config: Reference
    """The output creation preset: its id or name."""
    create_only: StrictBool
    """True: the output stays in the file store. False: it is delivered as well."""
    job_output_folder: Annotated[str | None, BeforeValidator(_destination)] = None
    """Overrides the destination of the preset."""
    parameters: Parameters = {}
    """Runtime parameters of the preset."""


class Configuration(Part):
    """The All-In-One configuration. The parts that are there follow one another without a hole."""

    datamining: DataMining | None = None
    """First: the data file's records."""
    contentcreation: ContentCreation | None = None
    """Then: the documents."""
    jobcreation: JobCreation | None = None
    """Then: the jobs; `{}` is legal."""
    outputcreation: OutputCreation | None = None
    """Last: the files."""
    print_range: PrintRange = None
    """Only these records, counted from 1; only where all four parts are present."""
    return_id_in_header: StrictBool = False
    """Whether the result calls send the ids of the sets as headers."""

    @model_validator(mode="after")
    def _follow_one_another(self) -> Self:
        present = [getattr(self, name) is not None for name in PARTS]
        if not any(present):
            raise _fault(f"There is nothing to do: none of {', '.join(PARTS)} is there.")
        first, last = present.index(True), len(PARTS) - 1 - present[::-1].index(True)
        if not all(present[first : last + 1]):
            missing = PARTS[present.index(False, first)]
            raise _fault(f"{missing} is missing between {PARTS[first]} and {PARTS[last]}.", missing)
        if PARTS[first] == "jobcreation":
            raise _fault(
                "jobcreation cannot be the first part: contentcreation comes before it.",
                "jobcreation",
            )
        self._check_identifiers(PARTS[first])
        if self.print_range and not all(present):
            raise _fault("printRange needs all four parts.", "printRange")
        if self.datamining and not self.datamining.persist_dataset and last == 0:
            raise _fault(
                "Without the data set, datamining alone leaves nothing: persistDataset must be "
                "true, or contentcreation must follow.",
                "datamining.persistDataset",
            )
        return self

    def _check_identifiers(self, first: str) -> None:
        for name, members in (("contentcreation", "data records"), ("outputcreation", "jobs")):
            part: ContentCreation | OutputCreation | None = getattr(self, name)
            if part is None:
                continue
            place = f"{name}.identifiers"
            if name == first and part.identifiers is None:
                raise _fault(f"{name} is the first part: it needs the ids of {members}.", place)
            if name != first and part.identifiers is not None:
                before = PARTS[PARTS.index(name) - 1]
                raise _fault(f"{name} takes what {before} makes: it cannot have ids too.", place)


def read_configuration(body: bytes) -> Configuration:
    """The configuration that was sent.

    Args:
        body: UTF-8 JSON, with or without a byte order mark.

    Raises:
        Refused: It is missing, no JSON, no object, or breaks a rule; says which and where.
    """
    if not body.strip():
        raise Refused("The request has no body; it must be an All-In-One configuration in JSON.")
    return check_configuration(_object(body))


def check_configuration(document: object) -> Configuration:
    """The configuration of a JSON document.

    Raises:
        Refused: It breaks a rule; says which and where.
    """
    try:
        return Configuration.model_validate(document)
    except ValidationError as invalid:
        raise _refused(invalid, document) from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_constant)
    except UnicodeDecodeError:
        raise Refused("The configuration is not UTF-8 text.") from None
    except json.JSONDecodeError as broken:
        raise Refused(
            f"The configuration is not JSON at line {broken.lineno}, column {broken.colno}: "
            f"{broken.msg}."
        ) from None
    except (ValueError, RecursionError):
        raise Refused(
            "The configuration is not JSON: a number or the nesting is too large."
        ) from None
    if not isinstance(document, dict):
        raise Refused("The configuration must be a JSON object.", parameter="$")
    return document


def _constant(name: str) -> Never:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)


def _refused(invalid: ValidationError, document: object) -> Refused:
    faults = [_place_and_reason(detail) for detail in invalid.errors(include_url=False)]
    shown = [f"{place}: {reason}" for place, reason in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        shown.append(f"There are {len(faults) - FAULTS_SHOWN} more faults.")
    if faults[0][0] == "$" and isinstance(document, dict):
        strangers = sorted(str(key) for key in document if key not in _KEYS)
        if strangers:
            shown.append(f"Unknown: {', '.join(strangers)[:200]}.")
    return Refused(f"The configuration is invalid. {' '.join(shown)}", parameter=faults[0][0])


_KEYS = {*PARTS, "printRange", "returnIdInHeader"}

_REASONS = {
    "missing": "This is required.",
    "bool_type": "This must be true or false.",
    "string_type": "This must be a string.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "too_short": "This must not be empty.",
}


def _place_and_reason(detail: ErrorDetails) -> tuple[str, str]:
    place = "$"
    for step in detail["loc"]:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    context = detail.get("ctx", {})
    if path := context.get("path"):
        place += f".{path}"
    reason = context.get("reason") or _REASONS.get(detail["type"]) or f"{detail['msg']}."
    return place, reason
