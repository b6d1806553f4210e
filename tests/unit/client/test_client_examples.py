"""The Python examples of docs/client.md run."""

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import longrun_client.compositions as third_face
import longrun_client.print as face
import longrun_client.work_requests as other_face
from longrun_client.compositions import CompositionsClient
from longrun_client.print import PrintClient
from longrun_client.signing import DemoAuthority, KeyKind
from longrun_client.work_requests import WorkRequestsClient
from tests.unit.client import analytics, ehealth
from tests.unit.client.service import Service, streamed, text

ROOT = Path(__file__).parents[3]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text(), re.DOTALL)
*PRINTING, WORKING, SIGNING = EXAMPLES
ID = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d6e"
PDF = streamed(b"%PDF", headers={"X-Result-Type": "Output-Streamed", "X-Data-Set-ID": "5"})


def local(handle: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """The examples' URL is that of the local stack."""

    def moved(request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="https", host="print.example.com", port=None)
        return handle(request)

    return httpx.MockTransport(moved)


@pytest.mark.parametrize("example", PRINTING, ids=["letters", "data in the call"])
def test_an_example_of_the_documentation_runs(
    example: str,
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    transport = local(service.handle)
    made = functools.partial(PrintClient, transport=transport, sleep=service.sleep)
    monkeypatch.setattr(face, "PrintClient", made)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    for upload in ("DataFile", "DataMiningConfig", "template", "JobCreationConfig"):
        service.on(f"POST /filestore/{upload}", text("11"))
    service.on("POST /filestore/OutputCreationConfig", text("12"))
    service.on("POST /workflow/print/submit", text("", 202, headers={"operationId": ID}))
    service.on(f"GET /workflow/print/getProgress/{ID}", text("50"), text("done"))
    service.on(f"POST /workflow/print/getResult/{ID}", PDF)
    service.on("POST /workflow/print/customers.mapping/template/0/one-file.output", PDF)

    exec(compile(example, "docs/client.md", "exec"), {})

    assert (tmp_path / "letters.pdf").read_bytes() == b"%PDF"
    assert "error" not in capsys.readouterr().out


def test_the_example_of_work_requests_runs(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        other_face,
        "WorkRequestsClient",
        functools.partial(WorkRequestsClient, transport=service.transport(), sleep=service.sleep),
    )
    monkeypatch.chdir(tmp_path)
    local, work_request = "http://127.0.0.1:4566/api/20210901", analytics.ID
    accounts = f"{local}/catalog/datasets/YWNjb3VudHM"
    reminders = f"{local}/catalog/workbooks/UmVtaW5kZXJz"
    service.on("POST http://localhost:4566/oauth2/token", analytics.token("t"))
    service.on(f"PUT {accounts}", analytics.answer(analytics.data_set(), 201))
    service.on(f"POST {accounts}/actions/reload", analytics.accepted())
    polls = [analytics.seen("IN_PROGRESS", 30), analytics.reloaded(rows=20)]
    service.on(f"GET {local}/workRequests/{work_request}", *polls)
    service.on(f"PUT {reminders}", analytics.answer(analytics.workbook(), 201))
    where = f"{reminders}/exports/{work_request}"
    service.on(f"POST {reminders}/exports", analytics.accepted(resourceUri=where))
    service.on(f"GET {where}", PDF)
    service.on(f"POST {local}/snapshots", analytics.accepted())
    service.on(f"POST {local}/system/actions/restoreSnapshot", analytics.accepted())

    exec(compile(WORKING, "docs/client.md", "exec"), {})

    assert (tmp_path / "reminders.pdf").read_bytes() == b"%PDF"
    assert capsys.readouterr().out.split() == ["30%", "100%", "20"]


def test_the_example_of_compositions_runs(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    made = functools.partial(
        CompositionsClient,
        transport=service.transport(),
        sleep=service.sleep,
        now=lambda: now,
    )
    monkeypatch.setattr(third_face, "CompositionsClient", made)
    signer = DemoAuthority.create(now=now).issue("Maria", "3012345678", now=now, kind=KeyKind.EC)
    (tmp_path / "key.pem").write_text(signer.key)
    (tmp_path / "cert.pem").write_text(signer.certificate)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    patients = "http://127.0.0.1:4566/api/patients"
    base = f"{patients}/composition/{ehealth.COMPOSITION}"
    place = re.findall(r'(?:patient|episode|encounter)="(.+)"', SIGNING)
    at = "{}/composition/{}/episode/{}/encounter/{}".format(
        place[0], ehealth.COMPOSITION, *place[1:]
    )
    service.on("POST http://localhost:4566/oauth2/token", analytics.token("t"))
    service.on(f"POST {patients}/composition", ehealth.job())
    service.on(f"PATCH {base}/sign", ehealth.job())
    service.on(f"PATCH {base}/cancel", ehealth.job())
    refusal = ehealth.job("FAILED", error=[{"code": 9002, "message": "It does not hold."}])
    polls = [ehealth.job("DONE"), refusal, ehealth.job("DONE")]
    service.on(f"GET {patients}/composition/job/{ehealth.JOB}", *polls)
    service.on(f"GET {patients}/{at}", ehealth.enveloped(ehealth.composition()))
    service.on(f"GET {patients}/{at}/printForm", PDF)
    service.on(f"GET {patients}/searchComposition", ehealth.page(ehealth.composition("FINAL")))

    exec(compile(SIGNING, "docs/client.md", "exec"), {})

    assert (tmp_path / "composition.pdf").read_bytes() == b"%PDF"
    shown = capsys.readouterr().out
    assert shown.startswith("PENDING 2026-11-22 12:00:03")
    assert "9002 It does not hold." in shown
    assert f"{ehealth.COMPOSITION} G516-Y2Q7-CTQG-B6MG None" in shown
