"""The streaming runtime, whole, in a process of its own, on a Runtime API that watches it."""

import base64
import hashlib
import json
import os
import signal
from pathlib import Path

import pytest

from local.runtime_api import PATIENCE, TRACE, Invocation
from tests.integration.streaming.conftest import Runtime, Start
from tests.integration.streaming.runtime_api import RuntimeApi

MIB = 1024 * 1024


def told(invocation: Invocation) -> dict[str, object]:
    body = base64.b64decode(invocation.trailers["lambda-runtime-function-error-body"])
    error: dict[str, object] = json.loads(body)
    return error


def works(api: RuntimeApi) -> None:
    _, payload = api.ask("greeting").end().streamed()
    assert payload == b"hello, world"


def test_every_chunk_leaves_before_the_next_is_made(api: RuntimeApi, runtime: Runtime) -> None:
    invocation = api.ask("gated", pieces=3)
    os.write(runtime.gate, b".")
    assert json.loads(invocation.chunk().removesuffix(bytes(8)))["statusCode"] == 200
    assert invocation.chunk() == b"piece 0"
    for number in (1, 2):
        # The function waits for this byte to make the piece: the one before has arrived by now.
        os.write(runtime.gate, b".")
        assert invocation.chunk() == b"piece %d" % number
    assert invocation.end().whole


def test_the_response_is_in_the_form_that_the_runtime_api_and_the_gateway_take(
    api: RuntimeApi, runtime: Runtime
) -> None:
    invocation = api.ask("greeting").end()
    headers = invocation.headers
    assert headers["lambda-runtime-function-response-mode"] == "streaming"
    assert headers["transfer-encoding"] == "chunked"
    assert headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert headers["trailer"] == (
        "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
    )
    assert headers["lambda-runtime-invocation-id"] == f"second-{invocation.id}"
    metadata, payload = invocation.streamed()
    assert metadata == {"statusCode": 200, "headers": {"Content-Type": "text/plain"}}
    assert payload == b"hello, world"
    assert invocation.whole
    assert invocation.trailers == {}


def test_200_megabytes_go_through_within_32_of_memory(api: RuntimeApi, runtime: Runtime) -> None:
    api.ask("large", mib=4, kept=False).end()
    Path(f"/proc/{runtime.process.pid}/clear_refs").write_text("5")  # resets VmHWM
    before = runtime.status("VmRSS")
    invocation = api.ask("large", mib=200, kept=False).end()
    assert invocation.whole
    assert invocation.size == 200 * MIB
    expected = hashlib.sha256()
    for number in range(200):
        expected.update(hashlib.sha256(b"%d" % number).digest() * (MIB // 32))
    assert invocation.digest == expected.hexdigest()
    assert runtime.status("VmHWM") - before < 32 * MIB


def test_an_error_before_the_first_byte_is_an_ordinary_invocation_error(
    api: RuntimeApi, runtime: Runtime
) -> None:
    invocation = api.ask("fails_at_once").end()
    assert invocation.error is not None
    assert invocation.error["errorType"] == "LookupError"
    assert invocation.error["errorMessage"] == "not even the first"
    assert invocation.chunks.empty()
    works(api)


def test_an_error_in_the_middle_is_told_in_trailers_and_logged(
    api: RuntimeApi, runtime: Runtime
) -> None:
    invocation = api.ask("fails_later").end()
    _, payload = invocation.streamed()
    assert payload == b"the beginning"
    assert invocation.whole
    assert invocation.trailers["lambda-runtime-function-error-type"] == "Function.LookupError"
    assert told(invocation) == {
        "errorMessage": "the store went away",
        "errorType": "LookupError",
        "stackTrace": [],
    }
    works(api)
    [logged] = [json.loads(line) for line in runtime.logged().splitlines() if "broke off" in line]
    assert logged["level"] == "ERROR"
    assert logged["requestId"] == invocation.id
    assert logged["errorType"] == "LookupError"
    assert logged["errorMessage"] == "the store went away"
    result = api.ask("plain").end().buffered
    assert result is not None
    assert json.loads(result)["closed"] == ["fails_later"]


def test_what_is_no_bytes_is_such_an_error(api: RuntimeApi, runtime: Runtime) -> None:
    invocation = api.ask("gives_text").end()
    assert told(invocation)["errorType"] == "TypeError"
    works(api)


@pytest.mark.parametrize("message", ["x" * 10_000, "\0" * 10_000, "🖨" * 10_000, "\ud800"])
def test_trailers_stay_small_and_in_one_line(
    api: RuntimeApi, runtime: Runtime, message: str
) -> None:
    invocation = api.ask("fails_later", message=message).end()
    assert sum(len(name) + len(value) + 4 for name, value in invocation.trailers.items()) < 4000
    assert told(invocation)["errorType"] == "LookupError"


def test_a_process_that_ends_in_the_middle_leaves_no_whole_response(
    api: RuntimeApi, runtime: Runtime
) -> None:
    invocation = api.ask("ends_the_process").end()
    assert runtime.process.wait(PATIENCE) == 3
    assert not invocation.whole


def test_a_client_that_goes_away_ends_the_body_and_nothing_else(
    api: RuntimeApi, runtime: Runtime
) -> None:
    api.ask("endless", hangs_up_after=3).end()
    result = api.ask("plain").end().buffered
    assert result is not None
    assert json.loads(result)["closed"] == ["endless"]
    assert "was broken off" in runtime.logged()
    works(api)


def test_a_refused_response_is_logged_and_nothing_else(api: RuntimeApi, runtime: Runtime) -> None:
    invocation = api.ask("greeting", status=413).end()
    works(api)
    assert f"The response to invocation {invocation.id} was broken off" in runtime.logged()


def test_several_values_of_a_header_stay_several(api: RuntimeApi, runtime: Runtime) -> None:
    given = {
        "Link": ["</a>; rel=self", "</b>; rel=next"],
        "Set-Cookie": ["a=1; Path=/", "b=2"],
        "ETag": ['"x"'],
        "X-None": [],
    }
    metadata, _ = api.ask("headers", headers=given).end().streamed()
    assert metadata == {
        "statusCode": 201,
        "headers": {"ETag": '"x"'},
        "multiValueHeaders": {"Link": ["</a>; rel=self", "</b>; rel=next"]},
        "cookies": ["a=1; Path=/", "b=2"],
    }


def test_headers_go_through_up_to_the_gateways_limit(api: RuntimeApi, runtime: Runtime) -> None:
    metadata, _ = api.ask("headers", headers={"X-Large": "x" * 16_000}).end().streamed()
    assert metadata["headers"] == {"X-Large": "x" * 16_000}
    invocation = api.ask("headers", headers={"X-Large": "x" * 17_000}).end()
    assert invocation.error is not None
    assert invocation.error["errorType"] == "HeadersTooLarge"
    works(api)


def test_an_empty_body_is_metadata_alone(api: RuntimeApi, runtime: Runtime) -> None:
    invocation = api.ask("nothing").end()
    assert invocation.streamed() == ({"statusCode": 204, "headers": {}}, b"")
    assert invocation.whole


def test_what_is_not_streamed_goes_the_ordinary_way(api: RuntimeApi, runtime: Runtime) -> None:
    invocation = api.ask("plain").end()
    assert invocation.buffered is not None
    assert json.loads(invocation.buffered)["body"] == "plain"
    assert "lambda-runtime-function-response-mode" not in invocation.headers
    error = api.ask("unknown").end().error
    assert error is not None
    assert error["errorType"] == "KeyError"


def test_trace_request_and_deadline_are_known_while_streaming(
    api: RuntimeApi, runtime: Runtime
) -> None:
    invocation = api.ask("surroundings").end()
    _, payload = invocation.streamed()
    assert payload.decode().splitlines() == [TRACE, invocation.id, "True"]


def test_a_function_that_does_not_load_is_an_init_error(api: RuntimeApi, start: Start) -> None:
    runtime = start(_HANDLER="nowhere.handler")
    assert runtime.process.wait(PATIENCE) == 1
    assert api.init_error is not None
    assert api.init_error["errorType"] == "Runtime.ImportModuleError"


def test_several_invocations_at_once_are_refused_at_the_start(
    api: RuntimeApi, start: Start
) -> None:
    runtime = start(AWS_LAMBDA_MAX_CONCURRENCY="8")
    assert runtime.process.wait(PATIENCE) == 1
    assert "takes one invocation at a time" in runtime.logged()


def test_the_function_hears_that_it_is_to_end_while_it_waits(
    api: RuntimeApi, runtime: Runtime
) -> None:
    api.ask("minds_the_end").end()
    runtime.process.send_signal(signal.SIGTERM)
    works(api)
    assert "asked to end" in runtime.logged()


def test_without_a_say_of_the_function_it_ends_when_asked(
    api: RuntimeApi, runtime: Runtime
) -> None:
    works(api)
    runtime.process.terminate()
    assert runtime.process.wait(PATIENCE) == -signal.SIGTERM
