"""The streaming runtime on AWS's own runtime emulator, which ships with the SAM CLI.

It takes what Lambda takes, but buffers: the response is what streamed, in one piece, up to 6 MB.
"""

import json
import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.places import ROOT
from local.runtime_api import PATIENCE
from tests.integration.streaming.conftest import command, environment


def emulator() -> Path:
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    packages = ROOT / ".local" / "stack-venv" / "lib" / "python3.13" / "site-packages"
    return packages / "samcli" / "local" / "rapid" / f"aws-lambda-rie-{machine}"


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("emulator")
    invoked, runtime_api = free_address(), free_address()
    # The emulator takes the last argument for the handler, and hands it to the command as well.
    options = [
        "--runtime-interface-emulator-address",
        invoked,
        "--runtime-api-address",
        runtime_api,
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [emulator(), *options, *command(), "app.handler"],
            env=environment(),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    transport = httpx.HTTPTransport(retries=8)  # until it listens
    try:
        with httpx.Client(
            base_url=f"http://{invoked}", timeout=PATIENCE, transport=transport
        ) as client:
            yield client
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def invoke(client: httpx.Client, answer: str, **rest: Any) -> httpx.Response:
    event = {"answer": answer, **rest}
    return client.post("/2015-03-31/functions/function/invocations", json=event)


def streamed(response: httpx.Response) -> tuple[dict[str, Any], bytes]:
    metadata, delimiter, payload = response.content.partition(bytes(8))
    assert delimiter
    return json.loads(metadata), payload


def works(client: httpx.Client) -> None:
    metadata, payload = streamed(invoke(client, "greeting"))
    assert metadata == {"statusCode": 200, "headers": {"Content-Type": "text/plain"}}
    assert payload == b"hello, world"


def test_a_small_result_arrives(client: httpx.Client) -> None:
    works(client)
    works(client)


def test_five_megabytes_arrive(client: httpx.Client) -> None:
    _, payload = streamed(invoke(client, "large", mib=5))
    assert len(payload) == 5 * 1024 * 1024
    works(client)


def test_an_error_before_the_first_byte_is_told_and_the_next_call_works(
    client: httpx.Client,
) -> None:
    error = invoke(client, "fails_at_once").json()
    assert error["errorType"] == "LookupError"
    assert error["errorMessage"] == "not even the first"
    works(client)


@pytest.mark.parametrize("message", ["went away", "🖨" * 10_000, "\0" * 10_000])
def test_the_trailers_of_an_error_are_taken_and_the_next_call_works(
    client: httpx.Client, message: str
) -> None:
    _, payload = streamed(invoke(client, "fails_later", message=message))
    assert payload == b"the beginning"
    works(client)


def test_what_is_not_streamed_arrives_as_ever(client: httpx.Client) -> None:
    assert invoke(client, "plain").json()["body"] == "plain"


def test_what_is_beyond_the_emulators_limit_is_refused_and_the_next_call_works(
    client: httpx.Client,
) -> None:
    assert invoke(client, "large", mib=7).json()["errorType"] == "Function.ResponseSizeTooLarge"
    works(client)
