"""Runs in the environment of the OCI SDK: carries out calls of the unmodified `AnalyticsClient`.

Reads a JSON object a line from standard input, writes one a line to standard output. The first line
says who calls: `{"config": …, "endpoint": …, "clockOff": seconds}`; every other is a call:
`{"do": "call" | "all" | "wait", "method": …, "arguments": {…}, "states": […]}`.
"""

import email.utils
import json
import sys
import time
from typing import Any

import oci
from oci.analytics import AnalyticsClient


class OffClock(oci.signer.Signer):  # type: ignore[misc]  # the SDK brings no types
    """The SDK's signer on a machine whose clock is wrong."""

    seconds: float = 0

    def do_request_sign(self, request: Any, enforce_content_headers: bool = True) -> Any:
        request.headers["date"] = email.utils.formatdate(time.time() + self.seconds, usegmt=True)
        return super().do_request_sign(request, enforce_content_headers)


def main() -> None:
    """Serve calls until standard input ends."""
    told = json.loads(sys.stdin.readline())
    client = _client(told)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = _answer(_carried_out(client, asked))
        except oci.exceptions.ServiceError as error:
            said = {
                "error": {"status": error.status, "code": error.code, "message": error.message},
                "headers": dict(error.headers),
            }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _client(told: dict[str, Any]) -> AnalyticsClient:
    config = told["config"]
    signing = {}
    if told["clockOff"]:
        signing["signer"] = OffClock(
            config["tenancy"], config["user"], config["fingerprint"], config["key_file"]
        )
        signing["signer"].seconds = told["clockOff"]
    return AnalyticsClient(config, service_endpoint=told["endpoint"], **signing)


def _carried_out(client: AnalyticsClient, asked: dict[str, Any]) -> Any:
    method, arguments = getattr(client, asked["method"]), asked["arguments"]
    match asked["do"]:
        case "call":
            return method(**arguments)
        case "all":
            return oci.pagination.list_call_get_all_results(method, **arguments)
        case "wait":
            return oci.wait_until(
                client,
                method(**arguments),
                evaluate_response=lambda response: response.data.status in asked["states"],
                max_interval_seconds=1,
                max_wait_seconds=40,
            )
    raise ValueError(asked["do"])


def _answer(response: Any) -> dict[str, Any]:
    return {
        "status": response.status,
        "headers": dict(response.headers),
        "data": oci.util.to_dict(response.data),
    }


if __name__ == "__main__":
    main()
