"""The demo's second part: a data set, reloaded, and letters from it; both are work requests."""

import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from longrun_client.demo_curl import BearerCurl, Curl, Line
from longrun_client.demo_progress import WAITING, display
from longrun_client.demo_sample import AccountsSample
from longrun_client.demo_stack import DemoStack
from longrun_client.print_client import Pace, PrintClient
from longrun_client.print_configuration import (
    AllInOne,
    ContentCreation,
    DataReading,
    JobCreation,
    OutputCreation,
)
from longrun_client.print_errors import UnexpectedAnswer
from longrun_client.print_files import FileKind
from longrun_client.print_results import SpoolFile
from longrun_client.work_requests_answers import DataSet, Status, WorkRequest
from longrun_client.work_requests_client import WorkRequestsClient
from longrun_client.work_requests_definitions import DataSetDefinition

DATA_SET = "accounts"

_INDENT = " " * 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where the second part writes."""

    target: Path
    """The PDF."""
    submitted: Path
    """The configuration, for the curl lines."""


class DataSetRun:
    """One run of the second part, step by step."""

    def __init__(
        self,
        stack: DemoStack,
        prints: PrintClient,
        work: WorkRequestsClient,
        *,
        timeout: float,
        pace: Pace,
    ) -> None:
        """
        Args:
            stack: Whose services these are.
            prints: Uploads and submits.
            work: Defines, reloads, polls.
            timeout: Seconds for each work request.
            pace: Of the polls.
        """
        self._stack = stack
        self._prints = prints
        self._work = work
        self._timeout = timeout
        self._pace = pace

    def go(self, sample: AccountsSample, paths: Paths) -> list[Line]:
        """Reload, print, save; the same calls as lines for a shell."""
        ids = {kind: self._prints.files.upload(kind, path) for kind, path in sample.files()}
        for kind, path in sample.files():
            print(f"Uploaded as {ids[kind]}: {path}")
        definition = DataSetDefinition(source=sample.data.name)
        self._work.data_sets.put(DATA_SET, definition)
        print(f"Data set {DATA_SET} at {self._stack.work_requests}, read from {sample.data.name}")
        reload = self._work.data_sets.reload(DATA_SET)
        print(f"Reload: work request {reload}")
        _report_reload(self._watch(reload, "Reload"), self._work.data_sets.get(DATA_SET))
        configuration = _configuration(ids)
        paths.submitted.write_text(json.dumps(configuration.document(), indent=2) + "\n")
        printing = self._prints.submit(configuration).operation_id
        print(f"Print: work request {printing}")
        self._watch(printing, "Print")
        redirected = self._save(printing, paths.target)
        return self._lines(definition, reload, printing, paths, redirected=redirected)

    def _watch(self, work_request: str, what: str) -> WorkRequest:
        with display() as shown:
            return self._work.wait(
                work_request, _showing(shown.show, what), timeout=self._timeout, pace=self._pace
            )

    def _save(self, operation_id: str, target: Path) -> bool:
        """Save the PDF; whether it came by a redirect."""
        result = self._prints.result(operation_id, target)
        if not isinstance(result, SpoolFile):
            raise UnexpectedAnswer("getResult", f"a result of type {result.type}")
        print(f"Result   {result.type}: {result.file.path}, {result.file.size:,} bytes")
        return result.file.redirected

    def _lines(
        self,
        definition: DataSetDefinition,
        reload: str,
        printing: str,
        paths: Paths,
        *,
        redirected: bool,
    ) -> list[Line]:
        stack, again = self._stack, paths.target.with_stem(f"{paths.target.stem}-again")
        bearer = BearerCurl(url=stack.work_requests, credentials=stack.credentials)
        basic = Curl(url=stack.url, user=stack.user, password=stack.password)
        return [
            bearer.token(),
            bearer.define(DATA_SET, definition),
            bearer.reload(DATA_SET),
            bearer.poll(reload, "reload"),
            basic.submit(paths.submitted),
            bearer.poll(printing, "print"),
            basic.result(printing, again, redirected=redirected),
        ]


def _configuration(ids: dict[FileKind, int]) -> AllInOne:
    return AllInOne(
        datamining=DataReading(dataset=DATA_SET),
        contentcreation=ContentCreation(config=ids[FileKind.TEMPLATE]),
        jobcreation=JobCreation(),
        outputcreation=OutputCreation(config=ids[FileKind.OUTPUT_CREATION_CONFIG]),
    )


def _showing(show: Callable[[str, int], None], what: str) -> Callable[[WorkRequest], None]:
    def see(seen: WorkRequest) -> None:
        waiting = WAITING if seen.status is Status.ACCEPTED else what
        show("Done" if seen.ended else waiting, int(seen.percent))

    return see


def _report_reload(ended: WorkRequest, data_set: DataSet) -> None:
    """What the work request tells of what it made, and of which types the columns are."""
    for resource in ended.resources:
        facts = resource.metadata
        rows = f"{facts.get('rowsLoaded')} of {facts.get('rowsRead')} rows"
        print(
            f"Reloaded {data_set.name}: {rows}, {facts.get('rowsRejected')} rejected,"
            f" {facts.get('columns')} columns, {facts.get('bytes')} bytes"
        )
    if data_set.contents is not None:
        print(_columns(data_set.contents.schema))


def _columns(schema: Mapping[str, str]) -> str:
    """Each column with its type, in lines that part between two."""
    tied = ", ".join(f"{name}\xa0{kind}" for name, kind in schema.items())
    lines = textwrap.fill(tied, 88, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return lines.replace("\xa0", " ")
