"""The unmodified OCI CLI against the control plane, by `--endpoint`."""

import pytest

from local.stack import Oci
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller
from tests.integration.letters import Letters
from tests.integration.oci.cli import Cli
from tests.integration.waiting import eventually

STEP = "PrintMapData"


@pytest.fixture(scope="module")
def operation(acme: Caller, letters: Letters) -> str:
    """One that has succeeded."""
    operation = acme.submit(letters.configuration("datamining"))
    acme.wait(operation)
    return operation


def test_get(cli: Cli, operation: str) -> None:
    shown = cli.run("work-request", "get", "--work-request-id", operation).document

    assert shown["data"]["id"] == operation
    assert shown["data"]["status"] == "SUCCEEDED"
    assert shown["data"]["percent-complete"] == 100.0
    assert shown["etag"]


def test_list(cli: Cli, operation: str, keys: dict[str, Oci]) -> None:
    words = ("work-request", "list", "--compartment-id", keys["acme"].tenancy)

    whole = eventually(
        lambda: cli.run(*words, "--all", "--page-size", "2").document["data"],
        until=lambda entries: operation in {each["id"] for each in entries},
    )
    filtered = cli.run(
        *words, "--status", "SUCCEEDED", "--limit", "3", "--sort-by", "timeFinished"
    ).document["data"]

    assert len(whole) == len({each["id"] for each in whole})
    assert {each["status"] for each in filtered} == {"SUCCEEDED"}
    assert len(filtered) <= 3


def test_errors_and_logs(cli: Cli, operation: str) -> None:
    of = ("list", "--work-request-id", operation)

    # The CLI prints nothing for an empty list.
    assert (cli.run("work-request-error", *of).document or {}).get("data", []) == []
    logged = eventually(
        lambda: cli.run("work-request-log", *of, "--all").document["data"],
        until=lambda entries: entries[-1]["message"] == "The work succeeded.",
    )
    assert logged[0]["message"] == "The work request was accepted."


def test_delete(cli: Cli, acme: Caller, letters: Letters, breakage: Breakage) -> None:
    with breakage.told(STEP, "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        of = ("--work-request-id", operation)
        etag = cli.run("work-request", "get", *of).document["etag"]
        delete = ("work-request", "delete", *of, "--force")

        wrong = cli.run(*delete, "--if-match", "another")
        assert wrong.code != 0
        assert "NoEtagMatch" in wrong.errors
        assert cli.run(*delete, "--if-match", etag).code == 0

        held.release()
    acme.wait(operation)
    ended = cli.run("work-request", "get", *of).document["data"]
    assert ended["status"] == "CANCELED"
    again = cli.run(*delete)
    assert again.code != 0
    assert "Conflict" in again.errors
