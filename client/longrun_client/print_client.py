"""The print service's client: sessions, productions from submit to result.

Its file store is `PrintClient.files`, its sets are `PrintClient.entities`.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from longrun_client.print_answers import Progress, RunningOperation, Submitted, Token, Version
from longrun_client.print_configuration import AdHoc, AllInOne
from longrun_client.print_connection import Connection, segment
from longrun_client.print_entities import Entities
from longrun_client.print_errors import UnexpectedAnswer, WaitedTooLong
from longrun_client.print_files import FileStore, Source, pieces
from longrun_client.print_reading import parsed, parsed_text, submitted
from longrun_client.print_results import Result, read_text_result, take_result

type OnProgress = Callable[[Progress], None]

_PRINT = "/workflow/print"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long `wait` pauses between two polls, in seconds."""

    first: float = 0.25
    factor: float = 1.5
    longest: float = 5.0


class PrintClient:
    """A user's connection to a print service (contracts/print.md).

    Calls that only read, and those that start a production (by their Idempotency-Key), are
    repeated a few times where the connection breaks or the service asks for it; uploads and
    deletions only where they were never sent. Not for several threads at once.

    Every method raises CallRefused (by its subclasses) where the service's answer is an error,
    ServiceUnreachable where there is none and UnexpectedAnswer where it is not what the contract
    says.

        with PrintClient("https://…/rest/serverengine", user="anna", password=secret) as client:
            data = client.files.upload_data(Path("customers.csv"))
            operation = client.submit(AllInOne(datamining=DataMining(identifier=data, …), …))
            client.wait(operation.operation_id)
            result = client.result(operation.operation_id, Path("letters.pdf"))
    """

    def __init__(
        self,
        base_url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        timeout: float = 40.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            base_url: Up to and including `/rest/serverengine`.
            user: With `password`, for Basic authentication.
            password: Of the user.
            token: Of an earlier `login`, instead.
            timeout: Seconds of silence after which an answer is given up; the service holds result
                calls for up to 20 s, synchronous ad-hoc calls for 25 s.
            transport: What sends; for tests.
            sleep: Pauses for seconds; for tests.
            clock: Seconds that never go back; for tests.
        """
        self._connection = Connection(
            base_url,
            user=user,
            password=password,
            token=token,
            timeout=timeout,
            transport=transport,
            sleep=sleep,
        )
        self._sleep = sleep
        self._clock = clock
        self.files = FileStore(self._connection)
        self.entities = Entities(self._connection)

    def __repr__(self) -> str:
        return f"PrintClient({self._connection.base_url!r}, user={self._connection.user!r})"

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

    def handshake(self) -> str:
        """What the print service says of itself; the cheapest proof that the credentials hold."""
        return self._connection.call("GET", _PRINT).text

    def version(self) -> Version:
        """The print service's version."""
        return parsed_text(self._connection.call("GET", f"{_PRINT}/version"), Version.parse)

    def authentication_version(self) -> Version:
        """The authentication service's version: `jobOutputFolder` needs 2024.2 of any server."""
        response = self._connection.call("GET", "/authentication/version")
        return parsed_text(response, Version.parse)

    def login(self) -> Token:
        """Open a session: its token is sent from now on instead of the password.

        Raises:
            NotAuthenticated: User or password are wrong.
        """
        response = self._connection.call("POST", "/authentication/login", basic=True)
        lifetime = response.headers.get("Token-Expires-In", "")
        if not response.text or not lifetime.isdigit():
            raise UnexpectedAnswer("POST /authentication/login", "token or lifetime are missing")
        token = Token(value=response.text.strip(), expires_in=int(lifetime))
        self._connection.take(token.value)
        return token

    def submit(
        self, configuration: AllInOne | Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> Submitted:
        """Start a production.

        Args:
            configuration: As values, or as the JSON document itself.
            idempotency_key: Two submits with the same one are one operation; default: a fresh one,
                so that the repeats within this call are safe.

        Raises:
            InvalidCall: It is broken or illogical, or names what is not in the file store.
            ValueError: The key cannot stand in a header.
        """
        document = (
            configuration.document() if isinstance(configuration, AllInOne) else configuration
        )
        response = self._connection.call(
            "POST",
            f"{_PRINT}/submit",
            document=document,
            headers=_key(idempotency_key),
        )
        return submitted(response)

    def submit_data(
        self, data: Source, production: AdHoc, *, idempotency_key: str | None = None
    ) -> Submitted:
        """Start a production of a data file that is sent along rather than uploaded before.

        Args:
            data: What one call carries: about 4.5 MB.
            production: What to make of it.
            idempotency_key: See `submit`.

        Raises:
            TooLarge: Upload the data file instead.
        """
        response = self._connection.call(
            "POST",
            _PRINT + production.path,
            query=_named(data) | production.query | {"async": "true"},
            body=pieces(data),
            headers=_octets(data) | _key(idempotency_key),
        )
        return submitted(response)

    def process_data(
        self,
        data: Source,
        production: AdHoc,
        target: Path,
        *,
        as_text: bool = False,
        idempotency_key: str | None = None,
    ) -> Result | Submitted:
        """Produce from a data file that is sent along, and take the result from the same call.

        Args:
            data: What one call carries: about 4.5 MB.
            production: What to make of it.
            target: Where a single spool file is saved.
            as_text: Ask for the output's paths instead of its bytes.
            idempotency_key: See `submit`.

        Returns:
            The result; or, where it takes longer than a call may last, the operation, which is to
            be waited for.

        Raises:
            TooLarge: Upload the data file instead.
            ServiceFailed: The production failed; the message is the cause.
            DownloadDamaged: What arrived is not what was announced.
        """
        path = _PRINT + production.path
        flags = {"async": "false", "resultAsTxt": str(as_text).lower()}
        with self._connection.streamed(
            "POST",
            path,
            query=_named(data) | production.query | flags,
            body=pieces(data),
            headers=_octets(data) | _key(idempotency_key),
        ) as answer:
            if answer.status == httpx.codes.ACCEPTED:
                return submitted(answer.response)
            return take_result(answer, target)

    def operations(self) -> tuple[RunningOperation, ...]:
        """What runs at the moment."""
        response = self._connection.call("GET", f"{_PRINT}/getOperations")
        return parsed(
            response, lambda entries: tuple(RunningOperation.read(each) for each in entries)
        )

    def progress(self, operation_id: str) -> Progress:
        """How far an operation is; also of one that has ended, until it expires.

        Raises:
            NotFound: It is unknown, expired or another tenant's.
        """
        path = f"{_PRINT}/getProgress/{segment(operation_id)}"
        return parsed_text(self._connection.call("GET", path), Progress.parse)

    def wait(
        self,
        operation_id: str,
        on_progress: OnProgress | None = None,
        *,
        timeout: float = 3600.0,
        pace: Pace | None = None,
    ) -> None:
        """Poll until an operation has ended; whether well, the result call tells.

        Args:
            operation_id: Which.
            on_progress: Called after each poll, the last one included.
            timeout: Seconds after which to stop waiting.
            pace: Of the polls; by default four a second at first, one in five seconds later.

        Raises:
            WaitedTooLong: It has not ended; it runs on.
            NotFound: It is unknown, expired or another tenant's.
        """
        pace = pace or Pace()
        began, pause = self._clock(), pace.first
        while True:
            progress = self.progress(operation_id)
            if on_progress is not None:
                on_progress(progress)
            if progress.done:
                return
            left = timeout - (self._clock() - began)
            if left <= 0:
                raise WaitedTooLong(operation_id, timeout, progress.percent)
            self._sleep(min(pause, left))
            pause = min(pause * pace.factor, pace.longest)

    def result(self, operation_id: str, target: Path) -> Result:
        """The result of an operation; a single spool file is saved, in pieces, and checked.

        Args:
            operation_id: Which.
            target: Where a spool file is saved; not touched by a result of another type.

        Raises:
            ServiceFailed: The operation failed; the message is the cause.
            Busy: It still runs.
            NotFound: It was canceled, or is unknown, expired or another tenant's.
            DownloadDamaged: What arrived is not what was announced.
        """
        path = f"{_PRINT}/getResult/{segment(operation_id)}"
        with self._connection.streamed("POST", path) as answer:
            return take_result(answer, target)

    def result_text(self, operation_id: str) -> Result:
        """The result as text: the id of a set, or the paths of the output, never its bytes.

        Raises:
            ServiceFailed: The operation failed; the message is the cause.
            Busy: It still runs.
            NotFound: It was canceled, or is unknown, expired or another tenant's.
        """
        return self._text_result(f"{_PRINT}/getResultTxt/{segment(operation_id)}")

    def managed_result(self, operation_id: str) -> Result:
        """The output as a managed file; of an operation without output: the id of its set.

        Raises:
            ServiceFailed: The operation failed; the message is the cause.
            Busy: It still runs.
            NotFound: It was canceled, or is unknown, expired or another tenant's.
        """
        return self._text_result(f"{_PRINT}/getManagedResult/{segment(operation_id)}")

    def cancel(self, operation_id: str) -> None:
        """Ask for an operation to be canceled; harmless after its end."""
        self._connection.call("POST", f"{_PRINT}/cancel/{segment(operation_id)}")

    def _text_result(self, path: str) -> Result:
        response = self._connection.call("POST", path)
        return parsed_text(response, lambda text: read_text_result(text, response.headers))


def _key(given: str | None) -> dict[str, str]:
    key = str(uuid.uuid4()) if given is None else given
    if not (key and key.isascii() and key.isprintable()):
        message = f"An idempotency key has ASCII characters alone, and at least one: {key!r}"
        raise ValueError(message)
    return {"Idempotency-Key": key}


def _named(data: Source) -> dict[str, str]:
    return {"filename": data.name} if isinstance(data, Path) else {}


def _octets(data: Source) -> dict[str, str]:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    return {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
