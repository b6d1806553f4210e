"""The result of an operation as one of four values, told apart by `X-Result-Type`.

Follows contracts/print.md, "Result headers". The set ids are there only if the configuration asked
for them (`AllInOne.return_id_in_header`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from longrun_client.print_answers import SavedFile
from longrun_client.print_download import save
from longrun_client.print_reading import Answer, understood

# A comma may stand in a path too: only one before the beginning of another path separates.
_BETWEEN_PATHS = re.compile(r",\s*(?=[a-zA-Z][a-zA-Z0-9+.-]*://|/|[A-Za-z]:\\)")


class ResultType(StrEnum):
    """The values of `X-Result-Type`."""

    DATA_SET = "Data-Set-ID"
    CONTENT_SET = "Content-Set-ID"
    JOB_SET = "Job-Set-ID"
    STREAMED = "Output-Streamed"
    LOCAL_PATH = "Output-Local-Filepath"
    MANAGED = "Output-Managed-Info"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIds:
    """The sets that the operation produced, as far as it told."""

    data_set: int | None = None
    content_set: int | None = None
    job_set: int | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> "SetIds":
        """Of a result call's headers, whose names are found in any case."""
        data, content, job = (
            headers.get(f"X-{what}-Set-ID") for what in ("Data", "Content", "Job")
        )
        return cls(
            data_set=int(data) if data else None,
            content_set=int(content) if content else None,
            job_set=int(job) if job else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResult:
    """The configuration ended before output: the id of its last set."""

    type: ResultType
    id: int
    sets: SetIds


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolFile:
    """The single spool file, saved on this machine."""

    file: SavedFile
    sets: SetIds
    type: ResultType = ResultType.STREAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPaths:
    """Where the service put the output: URIs such as `s3://bucket/key`."""

    paths: tuple[str, ...]
    sets: SetIds
    type: ResultType = ResultType.LOCAL_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedOutput:
    """The output as a file, or a directory of several, in the file store."""

    identifier: int
    """Of the managed file, for `FileStore.download`."""
    files: tuple[str, ...]
    """Names; of a directory: for `FileStore.download_part`."""
    sets: SetIds
    type: ResultType = ResultType.MANAGED


type Result = SetResult | SpoolFile | OutputPaths | ManagedOutput


def take_result(answer: Answer, target: Path) -> Result:
    """The result in an answer that may be a spool file, which is saved.

    Raises:
        DownloadDamaged: What arrived is not what was announced.
        UnexpectedAnswer: It is none of the contract's results.
    """
    stated = answer.headers.get("X-Result-Type")
    # Only a spool file is ever redirected to.
    if stated == ResultType.STREAMED or (stated is None and answer.redirected):
        sets = understood(answer.response, lambda: SetIds.read(answer.headers))
        return SpoolFile(file=save(answer, target), sets=sets)
    text = answer.text()
    return understood(answer.response, lambda: read_text_result(text, answer.headers))


def read_text_result(text: str, headers: Mapping[str, str]) -> Result:
    """The result in an answer that is text, that is: of any type but Output-Streamed.

    Raises:
        ValueError: It is none of those, or its header is missing.
        KeyError: Its JSON lacks a part.
    """
    stated = headers.get("X-Result-Type")
    if stated is None:
        message = "it has no X-Result-Type"
        raise ValueError(message)
    kind, sets = ResultType(stated), SetIds.read(headers)
    match kind:
        case ResultType.DATA_SET | ResultType.CONTENT_SET | ResultType.JOB_SET:
            return SetResult(type=kind, id=int(text), sets=sets)
        case ResultType.LOCAL_PATH:
            return OutputPaths(paths=tuple(_BETWEEN_PATHS.split(text.strip())), sets=sets)
        case ResultType.MANAGED:
            document = json.loads(text)
            return ManagedOutput(
                identifier=int(document["identifier"]),
                files=tuple(str(name) for name in document["files"]),
                sets=sets,
            )
        case ResultType.STREAMED:
            message = f"its X-Result-Type is {stated}, which this call does not give"
            raise ValueError(message)
