"""The client of the work requests service: polling, and the way to what is polled for."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from longrun_client.print_client import Pace
from longrun_client.print_connection import segment
from longrun_client.work_requests_answers import Status, WorkRequest
from longrun_client.work_requests_catalogue import DataSets, Workbooks
from longrun_client.work_requests_connection import Connection
from longrun_client.work_requests_errors import WaitedTooLong, WorkCanceled, WorkFailed
from longrun_client.work_requests_reading import parsed
from longrun_client.work_requests_snapshots import Snapshots
from longrun_client.work_requests_tokens import ClientCredentials

type OnPoll = Callable[[WorkRequest], None]


class WorkRequestsClient:
    """A program's connection to a work requests service (contracts/work-requests.md, face 1).

    Calls that only read, and those that start work (by their `opc-retry-token`), are repeated a few
    times where the connection breaks or the service asks for it; so is `put` without a condition.
    Deletions are only where they were never sent. Not for several threads at once.

    Every method raises CallRefused (by its subclasses) where the service's answer is an error,
    ServiceUnreachable where there is none, TokenRefused where the issuer gives no token, and
    UnexpectedAnswer where an answer is not what the contract says.

        with WorkRequestsClient("https://…/api/20210901", credentials=credentials) as client:
            client.data_sets.put("sales", DataSetDefinition(source="sales.csv"))
            reload = client.data_sets.reload("sales")
            ended = client.wait(reload, lambda seen: print(f"{seen.percent}%"))
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: ClientCredentials | str,
        timeout: float = 40.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            base_url: Up to and including `/api/20210901`.
            credentials: By which access tokens are fetched, and again before they expire; or an
                access token, which is not.
            timeout: Seconds of silence after which an answer is given up.
            transport: What sends; for tests.
            sleep: Pauses for seconds; for tests.
            clock: Seconds that never go back; for tests.
        """
        self._connection = Connection(
            base_url,
            credentials=credentials,
            timeout=timeout,
            transport=transport,
            sleep=sleep,
            clock=clock,
        )
        self._sleep = sleep
        self._clock = clock
        self.data_sets = DataSets(self._connection)
        self.workbooks = Workbooks(self._connection)
        self.snapshots = Snapshots(self._connection)

    def __repr__(self) -> str:
        return f"WorkRequestsClient({self._connection.base_url!r})"

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

    def work_request(self, work_request_id: str) -> WorkRequest:
        """A work request, as it stands: of this service or of another, such as a print.

        Raises:
            NotFound: It is unknown, expired or another tenant's.
        """
        response = self._connection.call("GET", f"/workRequests/{segment(work_request_id)}")
        return parsed(response, WorkRequest.read)

    def wait(
        self,
        work_request_id: str,
        on_poll: OnPoll | None = None,
        *,
        timeout: float = 3600.0,
        pace: Pace | None = None,
    ) -> WorkRequest:
        """Poll until a work request has ended well.

        Args:
            work_request_id: Which.
            on_poll: Called after each poll, the last one included.
            timeout: Seconds after which to stop waiting.
            pace: Of the polls; by default four a second at first, one in five seconds later.

        Returns:
            The work request, SUCCEEDED, with its resources.

        Raises:
            WorkFailed: It failed; the exception has the service's sentences.
            WorkCanceled: It was canceled.
            WaitedTooLong: It has not ended; it goes on.
            NotFound: It is unknown, expired or another tenant's.
        """
        pace = pace or Pace()
        began, pause = self._clock(), pace.first
        while True:
            seen = self.work_request(work_request_id)
            if on_poll is not None:
                on_poll(seen)
            if seen.ended:
                return _well(seen)
            left = timeout - (self._clock() - began)
            if left <= 0:
                raise WaitedTooLong(seen, timeout)
            self._sleep(min(pause, left))
            pause = min(pause * pace.factor, pace.longest)


def _well(ended: WorkRequest) -> WorkRequest:
    if ended.status is Status.SUCCEEDED:
        return ended
    raise WorkCanceled(ended) if ended.status is Status.CANCELED else WorkFailed(ended)
