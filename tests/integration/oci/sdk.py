"""The public OCI SDK, called in the environment that it has to itself (`make oci`)."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.places import ROOT
from local.stack import Oci

PROGRAMS = ROOT / ".local" / "oci-venv" / "bin"
PROCESS = Path(__file__).parent / "sdk_process.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the SDK made of an answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    data: Any
    """The SDK's models as dictionaries, their names in its spelling."""


class ServiceError(Exception):
    """The SDK raised its own `ServiceError`."""

    def __init__(self, error: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(f"{error['status']} {error['code']}: {error['message']}")
        self.status: int = error["status"]
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.headers = {name.lower(): value for name, value in headers.items()}


class Sdk:
    """One caller's `AnalyticsClient`, in a process of its own."""

    def __init__(self, endpoint: str, key: Oci, *, clock_off: float = 0) -> None:
        """
        Args:
            endpoint: The service endpoint, as a user of the SDK gives it.
            key: Whose calls these are.
            clock_off: Seconds by which the caller's clock is wrong.
        """
        assert PROGRAMS.exists(), "The OCI SDK is not installed: run `make oci`."
        self._process = subprocess.Popen(
            [PROGRAMS / "python", "-I", PROCESS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._tell({"config": configuration(key), "endpoint": endpoint, "clockOff": clock_off})

    def close(self) -> None:
        self._process.communicate(timeout=10)

    def call(self, method: str, **arguments: Any) -> Response:
        """One call of the client."""
        return self._asked(do="call", method=method, arguments=arguments)

    def all(self, method: str, **arguments: Any) -> Response:
        """The SDK's paginator: every entry of every page."""
        return self._asked(do="all", method=method, arguments=arguments)

    def wait(self, work_request: str, *states: str) -> Response:
        """The SDK's `wait_until`."""
        return self._asked(
            do="wait",
            method="get_work_request",
            arguments={"work_request_id": work_request},
            states=states,
        )

    def _asked(self, **asked: Any) -> Response:
        self._tell(asked)
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "The SDK's process has ended; see its standard error."
        said = json.loads(line)
        if "error" in said:
            raise ServiceError(said["error"], said["headers"])
        headers = {name.lower(): value for name, value in said["headers"].items()}
        return Response(status=said["status"], headers=headers, data=said["data"])

    def _tell(self, line: Mapping[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()


def configuration(key: Oci) -> dict[str, str]:
    """What stands in a profile of `~/.oci/config`."""
    return {
        "user": key.user,
        "tenancy": key.tenancy,
        "fingerprint": key.fingerprint,
        "key_file": str(ROOT / key.key_file),
        "region": key.region,
    }
