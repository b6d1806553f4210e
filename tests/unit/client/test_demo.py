"""`longrun demo`, against a service in the process and the real samples."""

import base64
import hashlib
import json
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from longrun_client import demo as demo_module
from longrun_client.command import main
from longrun_client.compositions import JobFailed
from longrun_client.demo import Demo, run_demo
from longrun_client.demo_curl import Curl
from longrun_client.demo_progress import Lines, PhaseClock
from longrun_client.demo_sample import SampleMissing
from longrun_client.demo_stack import StackMissing, read_stack
from longrun_client.print import FileKind, NotAuthenticated, ServiceFailed
from longrun_client.print_files import UPLOAD_LIMIT
from longrun_client.signing import DemoAuthority, KeyKind, SigningRefused
from longrun_client.work_requests import TokenRefused, WorkFailed
from tests.unit.client.analytics import (
    API,
    TOKENS,
    accepted,
    answer,
    data_set,
    reloaded,
    seen,
    token,
)
from tests.unit.client.ehealth import (
    AT,
    CANCEL,
    COMPOSITION,
    CREATE,
    EHEALTH,
    ENCOUNTER,
    EPISODE,
    JOB,
    PERSON,
    POLL,
    SEARCH,
    SIGN,
    composition,
    enveloped,
    job,
    page,
)
from tests.unit.client.service import STORE, URL, Reply, Service, error, streamed, text

SAMPLES = Path(__file__).parents[3] / "samples"
ID = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d6e"
REMINDERS = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d6f"
RELOAD = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d70"
DATA_SET = f"{API}/catalog/datasets/YWNjb3VudHM"
POLL_RELOAD = f"GET {API}/workRequests/{RELOAD}"
PDF = b"%PDF-1.7 letters"
RESULT = f"POST /workflow/print/getResult/{ID}"
HEADERS = {
    "X-Result-Type": "Output-Streamed",
    "X-Data-Set-ID": "100",
    "X-Content-Set-ID": "200",
    "X-Job-Set-ID": "300",
}


MORNING = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SIGNER = DemoAuthority.create(now=MORNING).issue(
    "Maria", "3012345678", now=MORNING, kind=KeyKind.EC
)


def stack_document() -> dict[str, Any]:
    watcher = {"name": "acme-monitor", "password": "w", "roles": ["ROLE_MONITOR"]}
    roles = ["ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"]
    operator = {"name": "acme-operator", "password": "it's $ecret", "roles": roles}
    oidc = {"tokenUrl": TOKENS, "clientId": "me", "clientSecret": "s3cret/+", "scopes": []}
    compositions = {
        "person": PERSON,
        "preperson": "a-preperson",
        "employee": "a-doctor",
        "encounter": ENCOUNTER,
        "episode": EPISODE,
        "signer": {"certFile": "signer.pem", "keyFile": "signer-key.pem"},
    }
    tenant = {
        "id": "acme",
        "users": [watcher, operator],
        "oidc": oidc,
        "apiKey": "k-$123",
        "compositions": compositions,
    }
    return {
        "endpoint": "http://localhost:4566",
        "contracts": {"print": URL, "workRequests": API, "compositions": EHEALTH},
        "tenants": [tenant],
    }


OLD_STACK = json.dumps(stack_document() | {"contracts": {"print": URL}})


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "stack.json"
    document = stack_document()
    files = document["tenants"][0]["compositions"]["signer"]
    for name, content in (("certFile", SIGNER.certificate), ("keyFile", SIGNER.key)):
        files[name] = str(tmp_path / files[name])
        Path(files[name]).write_text(content)
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def demo(stack: Path, service: Service, tmp_path: Path) -> Demo:
    return Demo(
        stack=stack,
        samples=SAMPLES,
        target=tmp_path / "out" / "letters.pdf",
        customers=3,
        transport=service.transport(),
        sleep=service.sleep,
        clock=service.clock,
        now=lambda: MORNING + timedelta(seconds=service.now),
        command=".venv/bin/longrun",
    )


def running(phase: str, percent: int) -> Reply:
    entry = {"id": ID, "type": "PrintRestService", "startTime": 0, "progress": percent}
    other = entry | {"id": "another", "subTask": "Output Creation 99%"}
    mine = entry | {"subTask": f"{phase} 50%"}
    return lambda _: httpx.Response(200, json=[other, mine])


def serve(service: Service, result: Reply | None = None) -> None:
    service.on("GET /workflow/print", text("Server Engine REST Service available"))
    service.on("GET /workflow/print/version", text("2026.1.0"))
    uploads = ("DataFile", "DataMiningConfig", "template", "JobCreationConfig")
    for number, upload in enumerate((*uploads, "OutputCreationConfig"), start=11):
        service.on(f"POST /filestore/{upload}", text(str(number)))
    submitted = [text("", 202, headers={"operationId": each}) for each in (ID, REMINDERS)]
    service.on("POST /workflow/print/submit", *submitted)
    polls = [text("0"), text("5"), text("40"), text("90"), text("done")]
    service.on(f"GET /workflow/print/getProgress/{ID}", *polls)
    service.on(
        "GET /workflow/print/getOperations",
        lambda _: httpx.Response(200, json=[]),
        running("Data Mapping", 5),
        running("Content Creation", 40),
        running("Output Creation", 90),
    )
    service.on(RESULT, result or streamed(PDF, headers=HEADERS))
    pages = {"pages": [{"count": 4, "media": {"name": "A4", "size": "210x297"}}]}
    service.on("GET /entity/contentsets/200/pages", lambda _: httpx.Response(200, json=pages))
    serve_data_set(service)
    serve_composition(service)


def serve_composition(service: Service) -> None:
    for start in (CREATE, SIGN, CANCEL):
        service.on(start, job(eta="2026-11-22T09:40:00.000Z"))
    service.on(POLL, job("DONE"))
    statuses = ("PRELIMINARY", "FINAL", "ENTERED_IN_ERROR")
    service.on(f"GET {AT}", *(enveloped(composition(status)) for status in statuses))
    service.on(SEARCH, page(composition("FINAL")))
    service.on(f"GET {AT}/printForm", streamed(b"%PDF form"))


def serve_data_set(service: Service) -> None:
    service.on(f"POST {TOKENS}", token("a-token"))
    service.on(f"PUT {DATA_SET}", answer(data_set(loaded=False), 201))
    service.on(f"GET {DATA_SET}", answer(data_set()))
    service.on(f"POST {DATA_SET}/actions/reload", accepted(RELOAD))
    service.on(POLL_RELOAD, seen("ACCEPTED", 0), seen("IN_PROGRESS", 30), reloaded(rows=3))
    printing = {"operationType": "CREATE_PRINT_OUTPUT"}
    service.on(
        f"GET {API}/workRequests/{REMINDERS}",
        seen("IN_PROGRESS", 70, **printing),
        seen("SUCCEEDED", 100, **printing),
    )
    service.on(
        f"POST /workflow/print/getResult/{REMINDERS}", streamed(b"%PDF reminders", headers=HEADERS)
    )


def commands(output: str) -> list[list[str]]:
    return [shlex.split(line) for line in output.splitlines() if line.startswith("curl ")]


def test_the_demo_makes_the_letters_and_tells_what_happened(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    shown = capsys.readouterr().out
    assert demo.target.read_bytes() == PDF
    assert f"Output-Streamed: {demo.target}" in shown
    assert "16 bytes, 4 pages" in shown
    assert hashlib.sha256(PDF).hexdigest() in shown
    assert "data set 100, content set 200, job set 300" in shown
    phases = ["Generate", "Upload", "Waiting", "Data Mapping", "Content Creation"]
    for phase in [*phases, "Output Creation", "Download", "Together"]:
        assert f"\n         {phase} " in shown
    assert "The password and the secrets are of this local stack alone" in shown


def test_the_demo_reloads_a_data_set_and_prints_it_as_a_work_request(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    shown = capsys.readouterr().out
    assert demo.target.with_name("reminders.pdf").read_bytes() == b"%PDF reminders"
    assert f"Reload: work request {RELOAD}" in shown
    assert "30%  Reload" in shown
    assert "Reloaded accounts: 3 of 3 rows, 0 rejected, 2 columns, 3613 bytes" in shown
    assert "name string, total number" in shown
    assert f"Print: work request {REMINDERS}" in shown
    assert "70%  Print" in shown
    (define,) = (each for each in service.requests if each.method == "PUT")
    assert json.loads(define.content) == {"source": "accounts.csv"}
    submits = [each for each in service.requests if each.url.path.endswith("/submit")]
    assert json.loads(submits[1].content) == {
        "datamining": {"dataset": "accounts"},
        "contentcreation": {"config": 13},
        "jobcreation": {},
        "outputcreation": {"config": 15, "createOnly": True},
        "returnIdInHeader": True,
    }
    accounts = (demo.target.parent / "sample" / "accounts.csv").read_text()
    assert len(accounts.splitlines()) == 4


def test_the_demo_creates_signs_prints_and_cancels_a_composition(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    shown = capsys.readouterr().out
    assert demo.target.with_name("composition.pdf").read_bytes() == b"%PDF form"
    for what in ("Create", "Sign", "Cancel"):
        assert f"{what}: job {JOB}" in shown
    assert f"Composition {COMPOSITION}, number G516-Y2Q7-CTQG-B6MG" in shown
    said = [line.split()[1] for line in shown.splitlines() if line.startswith("Status ")]
    assert said == ["PRELIMINARY:", "FINAL:", "ENTERED_IN_ERROR:"]
    assert f"1 FINAL about person {PERSON}" in shown
    assert 5.0 in service.pauses


def test_the_draft_is_about_the_seeded_people_from_today_on(demo: Demo, service: Service) -> None:
    serve(service)
    run_demo(demo)
    (create,) = (each for each in service.requests if str(each.url).endswith("/composition"))
    draft = json.loads(create.content)
    assert draft["event"][0]["period"] == {"start": "2026-11-22", "end": "2026-11-26"}
    assert draft["subject"] == draft["section"]["focus"]
    named = (draft["subject"], draft["encounter"], draft["author"])
    assert [each["value"] for each in named] == [PERSON, ENCOUNTER, "a-doctor"]
    assert draft == json.loads((demo.target.parent / "sample" / "composition.json").read_text())


def test_what_get_gives_is_signed_and_then_the_cancellation(demo: Demo, service: Service) -> None:
    serve(service)
    run_demo(demo)
    patches = [each for each in service.requests if each.method == "PATCH"]
    sign, cancel = (base64.b64decode(json.loads(each.content)["data"]) for each in patches)
    assert json.dumps(composition()).encode() in sign
    assert b"INCORRECT_DISABILITY_PERIOD" in cancel


def test_a_job_that_failed_ends_the_demo_with_its_code(demo: Demo, service: Service) -> None:
    serve(service)
    error = {"code": 1143, "message": "The period starts before that of the previous one."}
    service.replies[POLL] = [job("FAILED", error=[error])]
    with pytest.raises(JobFailed, match="1143: The period starts before"):
        run_demo(demo)


def test_a_key_that_is_none_ends_the_demo(demo: Demo, service: Service, tmp_path: Path) -> None:
    serve(service)
    (tmp_path / "signer-key.pem").write_text("no key")
    with pytest.raises(SigningRefused, match="private key"):
        run_demo(demo)


def test_the_lines_of_the_composition_are_of_the_shells_variables(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    lines = capsys.readouterr().out.split("# how the API is asked")[1].splitlines()
    assert f"api={EHEALTH}/patients" in lines
    (header,) = (line for line in lines if "api-key" in line)
    assert "'api-key: k-$123'" in header
    assert [line.split()[0] for line in lines if "compositions sign" in line] == [
        "signed=$(.venv/bin/longrun"
    ] * 2
    (create,) = (line for line in lines if "--data-binary" in line)
    draft = demo.target.parent / "sample" / "composition.json"
    assert f"@{draft} $api/composition" in create
    assert [line.split()[-4] for line in lines if "--request PATCH" in line] == [
        "$api/$href/sign",
        "$api/$href/cancel",
    ]
    assert any(line.endswith("/printForm") for line in lines)
    assert COMPOSITION not in "".join(lines)


def test_a_reload_that_failed_ends_the_demo_with_its_reasons(demo: Demo, service: Service) -> None:
    serve(service)
    reason = {"code": "RowRejected", "message": "accounts.csv, line 3: this is no number."}
    service.replies[POLL_RELOAD] = [seen("FAILED", 30, Errors=[reason])]
    with pytest.raises(WorkFailed, match="line 3: this is no number"):
        run_demo(demo)
    assert demo.target.read_bytes() == PDF


def test_a_client_whose_secret_does_not_hold_is_told(demo: Demo, service: Service) -> None:
    serve(service)
    service.replies[f"POST {TOKENS}"] = [answer({"error": "invalid_client"}, 400)]
    with pytest.raises(TokenRefused, match="invalid_client"):
        run_demo(demo)


def test_the_demo_submits_all_four_parts_by_the_ids_of_its_uploads(
    demo: Demo, service: Service
) -> None:
    serve(service)
    run_demo(demo)
    submit = next(each for each in service.requests if each.url.path.endswith("/submit"))
    assert json.loads(submit.content) == {
        "datamining": {"identifier": 11, "config": 12},
        "contentcreation": {"config": 13},
        "jobcreation": {"config": 14},
        "outputcreation": {"config": 15, "createOnly": True},
        "returnIdInHeader": True,
    }
    data = (demo.target.parent / "sample" / "customers.csv").read_text()
    assert len({line.split(",")[0] for line in data.splitlines()[1:]}) == 3


def test_the_curl_lines_are_whole_and_carry_credentials_and_urls(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    lines = commands(capsys.readouterr().out)
    assert len(lines) == 18
    for words in lines:
        assert words[:4] == ["curl", "-sS", "-D", "-"]
        if words[-1].startswith(f"{URL}/"):
            assert words[4:6] == ["--user", "acme-operator:it's $ecret"]
        else:
            assert words[-1].startswith(f"{API}/")
            assert words[4:6] == ["--header", "Authorization: Bearer $token"]
        for word in words:
            assert not word.startswith("@") or Path(word[1:]).is_file()
    paths = [words[-1].removeprefix(URL) for words in lines]
    assert paths[:2] == [
        "/filestore/DataFile?filename=customers.csv",
        "/filestore/DataMiningConfig?filename=customers.mapping.yaml",
    ]
    assert paths[5:9] == [
        "/workflow/print/submit",
        "/workflow/print/getOperations",
        f"/workflow/print/getProgress/{ID}",
        f"/workflow/print/getResult/{ID}",
    ]
    submitted = next(word for word in lines[5] if word.startswith("@"))
    assert json.loads(Path(submitted[1:]).read_text())["datamining"]["identifier"] == 11
    assert lines[8][-3:-1] == ["--output", str(demo.target.with_name("letters-again.pdf"))]
    paths = [words[-1].removeprefix(API) for words in lines]
    assert paths[12:15] == [
        "/catalog/datasets/YWNjb3VudHM",
        "/catalog/datasets/YWNjb3VudHM/actions/reload",
        f"/workRequests/{RELOAD}",
    ]
    assert paths[16] == f"/workRequests/{REMINDERS}"
    assert lines[17][-3:-1] == ["--output", str(demo.target.with_name("reminders-again.pdf"))]


def test_the_curl_lines_fetch_a_token_into_a_variable(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    run_demo(demo)
    shown = capsys.readouterr().out
    (asking,) = (line for line in shown.splitlines() if line.startswith("token="))
    words = shlex.split(asking.removeprefix("token=$(").removesuffix(" |"))
    assert words[words.index("--user") + 1] == "me:s3cret/+"
    assert words[words.index("--data") + 1] == "grant_type=client_credentials"
    assert words[-1] == TOKENS
    assert "access_token" in shown


def test_a_result_from_the_store_is_repeated_in_two_steps_that_keep_the_password_back(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    place = httpx.Response(303, headers={"Location": f"{STORE}/a.pdf?sig=x"} | HEADERS)
    serve(service, lambda _: place)
    service.on(f"GET {STORE}/a.pdf", streamed(PDF))
    run_demo(demo)
    shown = capsys.readouterr().out
    again = str(demo.target.with_name("letters-again.pdf"))
    assert ["curl", "-sS", "-D", "-", "--output", again, "$place"] in commands(shown)
    (asking,) = (shlex.split(line) for line in shown.splitlines() if line.startswith("place="))
    assert asking[0] == "place=$(curl"
    assert asking[-1] == f"{URL}/workflow/print/getResult/{ID})"
    assert asking[asking.index("--user") + 1] == "acme-operator:it's $ecret"
    assert "%{redirect_url}" in asking
    assert "sig=x" not in shown


def test_a_data_file_too_large_for_one_call_gets_the_line_that_asks_for_a_form(
    tmp_path: Path,
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (UPLOAD_LIMIT + 1))
    line = Curl(url=URL, user="anna", password="x").upload(FileKind.DATA_FILE, large)
    words = shlex.split(line.command)
    assert words[-1] == f"{URL}/filestore/uploads"
    document = json.loads(words[words.index("--data") + 1])
    assert document == {"type": "DATA_FILE", "filename": "large.csv"}


def test_a_page_count_that_cannot_be_had_is_done_without(
    demo: Demo, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(service)
    service.replies["GET /entity/contentsets/200/pages"] = [error(404, "gone")]
    run_demo(demo)
    assert "16 bytes\n" in capsys.readouterr().out


def test_a_failed_production_ends_the_demo_with_its_cause(demo: Demo, service: Service) -> None:
    serve(service, error(500, "Record 17: field total is missing."))
    with pytest.raises(ServiceFailed, match="Record 17: field total is missing"):
        run_demo(demo)
    assert not demo.target.exists()


def test_a_stack_that_does_not_answer_is_said_to_be_down(demo: Demo, service: Service) -> None:
    service.on("GET /workflow/print", httpx.ConnectError("Connection refused"))
    with pytest.raises(StackMissing, match=r"nothing answers at https.*`make up`"):
        run_demo(demo)


def test_something_else_at_the_address_is_said_to_be_no_print_service(
    demo: Demo, service: Service
) -> None:
    service.on("GET /workflow/print", text("<html>no such API</html>", 404))
    with pytest.raises(StackMissing, match=r"no print service at .*`make up`") as missing:
        run_demo(demo)
    assert not isinstance(missing.value.__cause__, NotAuthenticated)


def test_missing_samples_are_named(demo: Demo, service: Service, tmp_path: Path) -> None:
    serve(service)
    elsewhere = Demo(
        stack=demo.stack,
        samples=tmp_path,
        target=demo.target,
        transport=service.transport(),
    )
    with pytest.raises(SampleMissing, match=r"generate\.py: this file of the sample is missing"):
        run_demo(elsewhere)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (OLD_STACK, "does not describe a stack"),
        ("{", "cannot be read"),
        ("[]", "does not describe a stack"),
        ("{}", "does not describe a stack"),
        ('{"tenants": [], "contracts": {"print": "x"}}', "no user in it has the roles"),
    ],
)
def test_a_stack_file_that_is_none_is_told(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    path.write_text(content)
    with pytest.raises(StackMissing, match=reason):
        read_stack(path)


def test_the_first_user_who_may_do_it_all_is_taken_and_the_password_not_shown(stack: Path) -> None:
    found = read_stack(stack)
    assert (found.tenant, found.user, found.url) == ("acme", "acme-operator", URL)
    assert (found.work_requests, found.credentials.client_id) == (API, "me")
    assert "$ecret" not in repr(found)
    assert "s3cret" not in repr(found)
    assert (found.doctor.person, found.doctor.place.episode) == (PERSON, EPISODE)
    assert "k-$123" not in repr(found)


def test_the_command_says_in_a_sentence_that_there_is_no_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, out = tmp_path / "none.json", tmp_path / "out"
    assert main(["demo", "--stack", str(missing), "--out", str(out)]) == 1
    assert not out.exists()
    shown = capsys.readouterr()
    assert shown.err == (
        f"The demo failed. {missing}: there is no such file, so no stack is up. "
        "Start the local stack with `make up`.\n"
    )
    assert shown.out == ""


@pytest.mark.parametrize(
    ("out", "target"), [("some/folder", "some/folder/letters.pdf"), ("a/b.PDF", "a/b.PDF")]
)
def test_the_command_takes_a_file_or_a_folder(
    out: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Demo] = []
    monkeypatch.setattr(demo_module, "run_demo", asked.append)
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--out", out, "--customers", "7"]) == 0
    (demo,) = asked
    assert (demo.target, demo.customers) == (Path(target), 7)
    assert demo.stack == Path(".local/stack.json")


def test_the_command_refuses_a_number_of_customers_that_is_none() -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--customers", "0"])


def test_the_phase_clock_gives_each_phase_the_time_until_the_next(service: Service) -> None:
    clock = PhaseClock(service.clock)
    for phase, seconds in (("Upload", 2), ("Start", 1), ("Start", 1), ("Content Creation", 5)):
        clock.see(phase)
        service.sleep(seconds)
    clock.end()
    service.sleep(60)
    assert clock.times() == (("Upload", 2), ("Start", 2), ("Content Creation", 5))


def test_without_a_terminal_there_is_a_line_for_each_phase_and_ten_percent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()
    polls = (("Start", 0), ("Start", 0), ("Data", 1), ("Data", 9), ("Data", 12), ("Data", 13))
    for phase, percent in polls:
        lines.show(phase, percent)
    assert capsys.readouterr().out.split() == ["0%", "Start", "1%", "Data", "12%", "Data"]
