"""The client of the compositions service: jobs, and the compositions that they make and change."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from longrun_client import print_errors
from longrun_client.compositions_answers import Composition, CompositionStatus, Job, JobStatus
from longrun_client.compositions_connection import Connection
from longrun_client.compositions_documents import Place
from longrun_client.compositions_errors import DownloadDamaged, JobFailed, WaitedTooLong
from longrun_client.print_answers import SavedFile
from longrun_client.print_connection import segment
from longrun_client.print_download import save
from longrun_client.work_requests_tokens import ClientCredentials

PAGE: Final = 50
"""Compositions asked for at once."""
SHORTEST: Final = 0.2
LONGEST: Final = 5.0
"""Seconds between two polls, whatever `eta` says: this clock and the service's may differ."""

_BASE = "/patients/composition"

type OnPoll = Callable[[Job], None]


class CompositionsClient:
    """A program's connection to a compositions service (contracts/compositions.md).

    Calls that only read are repeated a few times where the connection breaks or the service asks
    for it; those that start a job only where they were never sent, or where the service says that
    it did nothing (429). Not for several threads at once.

    Every method raises CallRefused (by its subclasses) where the service's answer is an error,
    ServiceUnreachable where there is none, TokenRefused where the issuer gives no token, and
    UnexpectedAnswer where an answer is not what the contract says.

        with CompositionsClient("https://…/api", credentials=credentials, api_key=key) as client:
            job = client.wait(client.create(document))
            composition = client.get(job.composition, place)
            client.wait(client.sign(composition.id, sign(composition.content, signer)))
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: ClientCredentials | str,
        api_key: str,
        timeout: float = 40.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            base_url: Up to and including `/api`.
            credentials: By which access tokens are fetched, and again before they expire; or an
                access token, which is not.
            api_key: The tenant's secret for the header of that name.
            timeout: Seconds of silence after which an answer is given up.
            transport: What sends; for tests.
            sleep: Pauses for seconds; for tests.
            clock: Seconds that never go back; for tests.
            now: The time, against which an `eta` is held; for tests.
        """
        self._connection = Connection(
            base_url,
            credentials=credentials,
            api_key=api_key,
            timeout=timeout,
            transport=transport,
            sleep=sleep,
            clock=clock,
        )
        self._sleep = sleep
        self._clock = clock
        self._now = now

    def __repr__(self) -> str:
        return f"CompositionsClient({self._connection.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def create(self, document: Mapping[str, Any]) -> Job:
        """Have a composition created, PRELIMINARY.

        Args:
            document: Unsigned, as the contract has it. Whether it is one, the job tells.

        Returns:
            The job, for `wait`; of an identical request that is pending, that one's.
        """
        return self._connection.start("POST", _BASE, document, _job)

    def sign(self, composition: str, blob: bytes) -> Job:
        """Have a PRELIMINARY composition made FINAL.

        Args:
            composition: Its id.
            blob: `Composition.content`, signed by its author: CMS with the content attached, DER.

        Raises:
            NotFound: The id is none.
        """
        return self._signed(composition, "sign", blob)

    def cancel(self, composition: str, blob: bytes) -> Job:
        """Have a FINAL composition marked as entered in error.

        Args:
            composition: Its id.
            blob: A `cancellation`, signed by its author: CMS with the content attached, DER.

        Raises:
            NotFound: The id is none.
        """
        return self._signed(composition, "cancel", blob)

    def job(self, job: str) -> Job:
        """A job, as it stands.

        Raises:
            NotFound: It is unknown or another tenant's.
        """
        return self._connection.read(f"{_BASE}/job/{segment(job)}", _job)

    def wait(self, job: Job, on_poll: OnPoll | None = None, *, timeout: float = 900.0) -> Job:
        """Poll a job, each time at its `eta`, until it has ended well.

        Args:
            job: As the start of it was answered.
            on_poll: Called with that and after each poll, the last one included.
            timeout: Seconds after which to stop waiting.

        Returns:
            The job, DONE, with the compositions that it is about or has changed.

        Raises:
            JobFailed: It failed; the exception has the service's codes and sentences.
            WaitedTooLong: It has not ended; it goes on.
        """
        began = self._clock()
        while True:
            if on_poll is not None:
                on_poll(job)
            if job.ended:
                break
            left = timeout - (self._clock() - began)
            if left <= 0:
                raise WaitedTooLong(job, timeout)
            expected = (job.eta - self._now()).total_seconds()
            self._sleep(min(max(expected, SHORTEST), LONGEST, left))
            job = self.job(job.id)
        if job.status is JobStatus.FAILED:
            raise JobFailed(job)
        return job

    def get(self, composition: str, place: Place) -> Composition:
        """A composition.

        Raises:
            NotFound: There is none of that id, or not in that place.
            NotForYou: It is open to its author and to those who treat the patient.
        """
        return self._connection.read(
            place.path(composition), lambda document: Composition.read(document["data"])
        )

    def search(
        self,
        *,
        subject: str | None = None,
        focus: str | None = None,
        type: str | None = None,
        status: CompositionStatus | str | None = None,
        encounter: str | None = None,
        episode: str | None = None,
    ) -> Iterator[Composition]:
        """The compositions about somebody, the newest first; pages are asked for when needed.

        Args:
            subject: The id of whom they are about. This or `focus`.
            focus: The id of who is in their section's focus.
            type: Of this type alone.
            status: In this status alone.
            encounter: Of this encounter alone.
            episode: Of this episode alone.

        Raises:
            InvalidCall: Neither subject nor focus is given, or both.
        """
        asked = {
            "subject": subject,
            "focus": focus,
            "type": type,
            "status": status,
            "encounter": encounter,
            "episodeOfCare": episode,
        }
        given = {name: str(value) for name, value in asked.items() if value is not None}
        offset = 0
        while True:
            query: dict[str, str | int] = {**given, "offset": offset, "limit": PAGE}
            found, total = self._connection.read("/patients/searchComposition", _page, query=query)
            yield from found
            offset += PAGE
            if offset >= total:
                return

    def print_form(self, composition: str, place: Place, target: Path) -> SavedFile:
        """Save a composition's print form, a PDF.

        Args:
            composition: Its id.
            place: Where it is.
            target: Replaced when all is there; its folder is made if needed.

        Raises:
            DownloadDamaged: It broke off; the target is as it was.
            NotFound: As of `get`.
            NotForYou: As of `get`.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._connection.streamed(f"{place.path(composition)}/printForm") as answer:
            try:
                return save(answer, target)
            except print_errors.DownloadDamaged as damaged:
                raise DownloadDamaged(target, damaged.reason) from damaged

    def _signed(self, composition: str, verb: str, blob: bytes) -> Job:
        path = f"{_BASE}/{segment(composition)}/{verb}"
        return self._connection.start(
            "PATCH", path, {"data": base64.b64encode(blob).decode()}, _job
        )


def _job(document: Any) -> Job:
    return Job.read(document["data"])


def _page(document: Any) -> tuple[list[Composition], int]:
    found = [Composition.read(each) for each in document["data"]]
    return found, int(document["paging"]["total_entries"])
