"""`longrun demo`: letters, a data set, a composition, over HTTP; and the same by hand.

Here is the first part, and what holds the three together; the second is in `demo_data_set`, the
third in `demo_compositions`.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from longrun_client.compositions_client import CompositionsClient
from longrun_client.demo_compositions import CompositionRun, Papers
from longrun_client.demo_curl import Curl, Line
from longrun_client.demo_data_set import DataSetRun, Paths
from longrun_client.demo_progress import WAITING, PhaseClock, display
from longrun_client.demo_sample import (
    Sample,
    composition_sample,
    make_accounts_sample,
    make_sample,
)
from longrun_client.demo_stack import DemoStack, StackMissing, read_stack
from longrun_client.print_answers import Progress
from longrun_client.print_client import Pace, PrintClient
from longrun_client.print_configuration import (
    AllInOne,
    ContentCreation,
    DataMining,
    JobCreation,
    OutputCreation,
)
from longrun_client.print_errors import (
    CallRefused,
    PrintServiceError,
    ServiceUnreachable,
    UnexpectedAnswer,
)
from longrun_client.print_files import FileKind
from longrun_client.print_results import SetIds, SpoolFile
from longrun_client.work_requests_client import WorkRequestsClient

# Steady, so that the phases' times are worth telling.
_PACE = Pace(first=0.2, factor=1.0, longest=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What to run, and where."""

    stack: Path
    """`.local/stack.json`."""
    samples: Path
    target: Path
    """The PDF of the letters; those of the reminders and of the composition are put beside it, and
    what they are made of into the folder `sample`."""
    customers: int = 1000
    timeout: float = 1800.0
    """Seconds after which to give up on an operation."""
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    """What sends; for tests."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    command: str = "longrun"
    """How the command is called, for the lines."""


def run_demo(demo: Demo) -> None:
    """Run the demo and print what happens.

    Raises:
        StackMissing: The stack is not up.
        SampleMissing: The samples are not there.
        PrintServiceError: A call failed; ServiceFailed with the cause if the production did.
        WorkRequestsError: A call of the other service failed; WorkFailed if its work did.
        CompositionsError: A call of the third one failed; JobFailed if its job did.
        SigningRefused: The seeded key cannot sign.
    """
    stack = read_stack(demo.stack)
    with (
        PrintClient(
            stack.url,
            user=stack.user,
            password=stack.password,
            transport=demo.transport,
            sleep=demo.sleep,
            clock=demo.clock,
        ) as prints,
        WorkRequestsClient(
            stack.work_requests,
            credentials=stack.credentials,
            transport=demo.transport,
            sleep=demo.sleep,
            clock=demo.clock,
        ) as work,
        CompositionsClient(
            stack.doctor.url,
            credentials=stack.credentials,
            api_key=stack.doctor.api_key,
            transport=demo.transport,
            sleep=demo.sleep,
            clock=demo.clock,
            now=demo.now,
        ) as compositions,
    ):
        _greet(prints, demo, stack)
        lines = _Letters(demo, stack, prints).go()
        print()
        lines += _reminders(demo, stack, prints, work)
        print()
        lines += _composition(demo, stack, compositions)
        _by_hand(lines)


def _reminders(
    demo: Demo, stack: DemoStack, prints: PrintClient, work: WorkRequestsClient
) -> list[Line]:
    """The second part."""
    folder = _folder(demo)
    sample = make_accounts_sample(demo.samples, folder, customers=demo.customers)
    print(f"The accounts of the same customers, a row for each: {sample.data}")
    paths = Paths(
        target=demo.target.with_name("reminders.pdf"), submitted=folder / "submit-reminders.json"
    )
    return DataSetRun(stack, prints, work, timeout=demo.timeout, pace=_PACE).go(sample, paths)


def _composition(demo: Demo, stack: DemoStack, client: CompositionsClient) -> list[Line]:
    """The third part."""
    papers = Papers(
        sample=composition_sample(demo.samples),
        draft=_folder(demo) / "composition.json",
        target=demo.target.with_name("composition.pdf"),
    )
    run = CompositionRun(stack.doctor, client, timeout=demo.timeout, now=demo.now)
    return run.go(papers, command=demo.command)


def _folder(demo: Demo) -> Path:
    """Where what is uploaded is put."""
    return demo.target.parent / "sample"


def _by_hand(lines: list[Line]) -> None:
    print()
    print(
        "The same by hand. The password and the secrets are of this local stack alone, made up when"
    )
    print("it was seeded; the ids are those of this run.")
    for line in lines:
        print()
        print(f"# {line.comment}")
        print(line.command)


def _greet(client: PrintClient, demo: Demo, stack: DemoStack) -> None:
    """Make sure that there is a print service, and say which."""
    try:
        client.handshake()
        version = client.version()
    except ServiceUnreachable as error:
        raise StackMissing(demo.stack, f"nothing answers at {error.origin}.") from error
    except (CallRefused, UnexpectedAnswer) as error:
        raise StackMissing(demo.stack, f"no print service at {stack.url} ({error}).") from error
    print(f"Print service {version.text} at {stack.url}, as {stack.user} of tenant {stack.tenant}")


class _Letters:
    """The first part, step by step; each step leaves its time on the clock."""

    def __init__(self, demo: Demo, stack: DemoStack, client: PrintClient) -> None:
        self._demo = demo
        self._stack = stack
        self._client = client
        self._clock = PhaseClock(demo.clock)
        self._folder = _folder(demo)

    def go(self) -> list[Line]:
        """Generate, upload, produce, save; the same calls as lines for a shell."""
        self._clock.see("Generate")
        sample = make_sample(self._demo.samples, self._folder, customers=self._demo.customers)
        print(f"{self._demo.customers:,} customers with their invoice lines: {sample.data}")
        self._clock.see("Upload")
        ids = self._upload(sample)
        configuration = _configuration(ids)
        submitted_as = self._folder / "submit.json"
        submitted_as.write_text(json.dumps(configuration.document(), indent=2) + "\n")
        self._clock.see(WAITING)
        operation_id = self._client.submit(configuration).operation_id
        print(f"Submitted: operation {operation_id}")
        self._watch(operation_id)
        self._clock.see("Download")
        result = self._client.result(operation_id, self._demo.target)
        self._clock.end()
        if not isinstance(result, SpoolFile):
            raise UnexpectedAnswer("getResult", f"a result of type {result.type}")
        self._report(result)
        return self._lines(sample, submitted_as, operation_id, redirected=result.file.redirected)

    def _upload(self, sample: Sample) -> dict[FileKind, int]:
        ids = {kind: self._client.files.upload(kind, path) for kind, path in sample.files()}
        for kind, path in sample.files():
            print(f"Uploaded as {ids[kind]}: {path}")
        return ids

    def _watch(self, operation_id: str) -> None:
        with display() as shown:
            phase = WAITING

            def see(progress: Progress) -> None:
                nonlocal phase
                if not progress.done:
                    running = {each.id: each for each in self._client.operations()}
                    if operation_id in running and running[operation_id].phase:
                        phase = running[operation_id].phase
                self._clock.see(phase)
                shown.show("Done" if progress.done else phase, progress.percent)

            self._client.wait(operation_id, see, timeout=self._demo.timeout, pace=_PACE)

    def _report(self, result: SpoolFile) -> None:
        file = result.file
        pages = self._page_count(result.sets)
        print()
        print(f"Result   {result.type}: {file.path}")
        print(f"         {file.size:,} bytes{f', {pages:,} pages' if pages else ''}")
        print(f"         SHA-256 {file.sha256}")
        print(f"         {_sets(result.sets)}")
        times = self._clock.times()
        print("Time     seconds, as seen by polls five times a second")
        for phase, seconds in times:
            print(f"         {phase:<18}{seconds:7.1f}")
        print(f"         {'Together':<18}{sum(seconds for _, seconds in times):7.1f}")

    def _page_count(self, sets: SetIds) -> int | None:
        """By one call, which the demo can do without."""
        if sets.content_set is not None:
            with suppress(PrintServiceError):
                return sum(pages.count for pages in self._client.entities.pages(sets.content_set))
        return None

    def _lines(
        self, sample: Sample, configuration: Path, operation_id: str, *, redirected: bool
    ) -> list[Line]:
        curl = Curl(url=self._stack.url, user=self._stack.user, password=self._stack.password)
        again = self._demo.target.with_stem(f"{self._demo.target.stem}-again")
        return [
            *(curl.upload(kind, path) for kind, path in sample.files()),
            curl.submit(configuration),
            curl.operations(),
            curl.progress(operation_id),
            curl.result(operation_id, again, redirected=redirected),
            curl.result_text(operation_id),
            curl.managed_result(operation_id),
            curl.cancel(operation_id),
        ]


def _configuration(ids: dict[FileKind, int]) -> AllInOne:
    return AllInOne(
        datamining=DataMining(
            identifier=ids[FileKind.DATA_FILE], config=ids[FileKind.DATA_MAPPING_CONFIG]
        ),
        contentcreation=ContentCreation(config=ids[FileKind.TEMPLATE]),
        jobcreation=JobCreation(config=ids[FileKind.JOB_CREATION_CONFIG]),
        outputcreation=OutputCreation(config=ids[FileKind.OUTPUT_CREATION_CONFIG]),
    )


def _sets(sets: SetIds) -> str:
    ids = (
        ("data set", sets.data_set),
        ("content set", sets.content_set),
        ("job set", sets.job_set),
    )
    return ", ".join(f"{name} {number}" for name, number in ids if number is not None)
