"""From what a configuration refers to, to ids: everything is looked up before work is accepted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from longrun.contracts.print.errors import Refused
from longrun.documents.entities import member_sets
from longrun.documents.ranges import compress, merge
from longrun.documents.sets import SetIndex, SetMissing, SetType
from longrun.documents.sources import DataSetMissing, DataSetNotLoaded, RecordSource
from longrun.filestore import FileNotFound, FileStore, FileType

if TYPE_CHECKING:
    from longrun.contracts.print.configuration import Configuration

SETS_AT_ONCE: Final = 100
"""Of so many sets the identifiers of one configuration may be; each is one query."""

NOT_FOUND: Final = "Required Input resource/file not found in File Store"

# A client tells by these words which of its files is missing (contracts/print.md, "Errors").
_FILES: Final = (
    ("datamining", "identifier", FileType.DATA_FILE, "Datafile"),
    ("datamining", "config", FileType.DATA_MAPPING_CONFIG, "Datamapper config"),
    ("contentcreation", "config", FileType.TEMPLATE, "Template"),
    ("jobcreation", "config", FileType.JOB_CREATION_CONFIG, "Job preset config"),
    ("outputcreation", "config", FileType.OUTPUT_CREATION_CONFIG, "Output creation config"),
)
_DATA_SET: Final = "$.datamining.dataset"
_MEMBERS: Final = (("contentcreation", SetType.DATA), ("outputcreation", SetType.JOB))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A configuration in which everything was found."""

    document: dict[str, Any]
    """The input of the kind, in JSON types."""
    template: str | None
    """The template's name, where there is one."""


def resolve(
    configuration: "Configuration",
    tenant: str,
    *,
    files: FileStore,
    sets: SetIndex,
    source: Callable[[], RecordSource],
) -> Resolved:
    """Find every file and set that the configuration refers to.

    Args:
        configuration: As it was sent, checked.
        tenant: The caller's; what belongs to another is not found.
        files: The file store.
        sets: The index of sets.
        source: Gives the named data sets; asked only where one is named.

    Raises:
        Refused: Something is not there; names it, or all of them where they are files. Or a data
            set was never loaded.
    """
    document = configuration.model_dump(mode="json", exclude_none=True)
    missing, template = _find_files(files, tenant, document)
    data_set = document.get("datamining", {}).get("dataset")
    if data_set is not None and not _is_loaded(source(), tenant, data_set):
        missing.append((_DATA_SET, f"Data set {data_set!r}"))
    if missing:
        named = ", ".join(what for _, what in missing)
        raise Refused(f"{NOT_FOUND}: {named}", parameter=missing[0][0])
    for part, set_type in _MEMBERS:
        identifiers = document.get(part, {}).get("identifiers")
        if identifiers is not None:
            _check_members(sets, tenant, set_type, identifiers, f"$.{part}.identifiers")
    return Resolved(document=document, template=template)


def _find_files(
    files: FileStore, tenant: str, document: dict[str, Any]
) -> tuple[list[tuple[str, str]], str | None]:
    """Put ids in the place of references: what is missing, with its place, and the template."""
    missing: list[tuple[str, str]] = []
    template = None
    for part, key, kind, word in _FILES:
        reference = document.get(part, {}).get(key)
        if reference is None:
            continue
        try:
            file = files.find(tenant, kind, reference)
        except FileNotFound:
            missing.append((f"$.{part}.{key}", f"{word} {reference!r}"))
            continue
        document[part][key] = file.id
        if kind is FileType.TEMPLATE:
            template = file.name
    return missing, template


def _is_loaded(source: RecordSource, tenant: str, name: str) -> bool:
    """Whether there is a data set of that name.

    Raises:
        Refused: There is, and it has no records yet.
    """
    try:
        source.state(tenant, name)
    except DataSetMissing:
        return False
    except DataSetNotLoaded as unloaded:
        raise Refused(str(unloaded), parameter=_DATA_SET) from None
    return True


def _check_members(
    sets: SetIndex, tenant: str, set_type: SetType, identifiers: Sequence[int], place: str
) -> None:
    met: set[int] = set()
    try:
        # A set comes once for each run of its members.
        for found, _ in member_sets(sets, tenant, set_type, merge(compress(identifiers))):
            met.add(found.id)
            if len(met) > SETS_AT_ONCE:
                raise Refused(
                    f"The identifiers are of more than {SETS_AT_ONCE} sets.", parameter=place
                )
    except SetMissing as missing:
        raise Refused(str(missing), parameter=place) from None
