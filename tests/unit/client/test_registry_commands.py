"""`longrun registry load` and `longrun compositions trust`, over a Lambda client that is none."""

import base64
from pathlib import Path

import pytest

from longrun_client.registry_commands import LARGEST
from tests.unit.identity.test_longrun_command import FakeLambda, run

LOADED = {"registry": {"tenant": "acme", "loaded": {"persons": 3, "prepersons": 0, "episodes": 1}}}
TRUSTED = {
    "trust": {
        "tenant": "acme",
        "roots": [{"subject": "CN=Root", "sha256": "ab" * 32, "until": "2030-01-01T00:00:00Z"}],
    }
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "registry.json"
    path.write_text('{"persons": ["Їжак"]}', encoding="utf-8")
    return path


def test_a_registry_is_sent_to_its_function_as_it_is(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = FakeLambda(LOADED)
    assert run(client, "registry", "load", str(file), "--tenant", "acme") == 0
    assert client.functions == ["longrun-test-compositions-registry"]
    assert client.asked == [
        {
            "command": "registry.load",
            "tenant": "acme",
            "file": "registry.json",
            "content": base64.b64encode(file.read_bytes()).decode(),
        }
    ]
    assert capsys.readouterr().out == "Tenant acme: 3 persons, 1 episodes loaded.\n"


def test_roots_are_sent_to_the_same_function(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("-----BEGIN CERTIFICATE-----\n")
    client = FakeLambda(TRUSTED)
    assert run(client, "compositions", "trust", str(roots), "--tenant", "acme") == 0
    assert client.functions == ["longrun-test-compositions-registry"]
    assert client.asked == [
        {
            "command": "compositions.trust",
            "tenant": "acme",
            "roots": "-----BEGIN CERTIFICATE-----\n",
        }
    ]
    shown = capsys.readouterr().out
    assert "Tenant acme" in shown
    assert "CN=Root" in shown
    assert "ab" * 32 in shown


def test_an_answer_is_shown_as_json_where_that_is_asked_for(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(FakeLambda(LOADED), "registry", "load", str(file), "--tenant", "acme", "--json")
    assert '"persons": 3' in capsys.readouterr().out


def test_what_the_function_refuses_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refusal = {"error": {"code": "invalid", "message": "registry.json, $.persons: …", "target": ""}}
    assert run(FakeLambda(refusal), "registry", "load", str(file), "--tenant", "acme") == 1
    assert capsys.readouterr().err == "registry.json, $.persons: …\n"


def test_a_file_that_is_too_large_is_not_sent(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(b" " * (LARGEST + 1))
    client = FakeLambda()
    assert run(client, "registry", "load", str(file), "--tenant", "acme") == 1
    assert client.asked == []
    assert str(LARGEST) in capsys.readouterr().err


@pytest.mark.parametrize("command", [("registry", "load"), ("compositions", "trust")])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, str]
) -> None:
    missing = tmp_path / "missing"
    assert run(FakeLambda(), *command, str(missing), "--tenant", "acme") == 1
    assert str(missing) in capsys.readouterr().err


def test_roots_that_are_no_text_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = tmp_path / "roots.der"
    roots.write_bytes(b"0\x82\xff")
    assert run(FakeLambda(), "compositions", "trust", str(roots), "--tenant", "acme") == 1
    assert "not PEM" in capsys.readouterr().err


def test_the_largest_file_fits_into_an_invocation() -> None:
    # Lambda takes 6 MB; the file goes in base64.
    assert LARGEST * 4 / 3 + 1000 < 6 * 1024 * 1024


def test_signing_stands_in_the_same_group(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(FakeLambda(), "compositions", "--help")
    shown = capsys.readouterr().out
    assert "sign" in shown
    assert "trust" in shown
