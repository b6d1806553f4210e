"""`longrun demo`, as `make demo` runs it: letters, a data set, a composition; and all by hand."""

import hashlib
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest

from tests.e2e.conftest import Run

CUSTOMERS = 250


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def demo(run: Run, home: Path, out: Path) -> subprocess.CompletedProcess[str]:
    done = run(
        "longrun",
        "demo",
        "--stack",
        home / "stack.json",
        "--out",
        out,
        "--customers",
        str(CUSTOMERS),
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done


def test_the_demo_ends_with_a_pdf_of_a_page_or_more_for_each_customer(
    demo: subprocess.CompletedProcess[str], out: Path
) -> None:
    with pikepdf.open(out / "letters.pdf") as letters:
        pages = len(letters.pages)
        sizes = {tuple(map(round, page.mediabox.as_list()[2:])) for page in letters.pages}

    assert pages >= CUSTOMERS
    assert sizes == {(595, 842)}
    assert f"{pages} pages" in demo.stdout


def test_the_demo_tells_result_type_digest_and_the_time_of_each_phase(
    demo: subprocess.CompletedProcess[str], out: Path
) -> None:
    digest = hashlib.sha256((out / "letters.pdf").read_bytes()).hexdigest()

    assert re.search(r"Result +Output-Streamed: .*letters\.pdf", demo.stdout)
    assert f"SHA-256 {digest}" in demo.stdout
    for phase in ("Upload", "Content Creation", "Download", "Together"):
        assert re.search(rf"^ +{phase} +\d+\.\d$", demo.stdout, re.MULTILINE), phase
    assert re.search(r"data set \d+, content set \d+, job set \d+", demo.stdout)


def test_the_demo_reloads_a_data_set_and_prints_a_page_for_each_of_its_rows(
    demo: subprocess.CompletedProcess[str], out: Path
) -> None:
    assert f"Reloaded accounts: {CUSTOMERS} of {CUSTOMERS} rows, 0 rejected, 12 columns" in (
        demo.stdout
    )
    assert "due_date date" in demo.stdout
    assert re.search(r"Print: work request [0-9a-f-]{36}$", demo.stdout, re.MULTILINE)
    with pikepdf.open(out / "reminders.pdf") as reminders:
        assert len(reminders.pages) == CUSTOMERS


def test_the_demo_takes_a_composition_from_its_draft_to_its_cancellation(
    demo: subprocess.CompletedProcess[str], out: Path
) -> None:
    statuses = re.findall(r"^Status +(\w+):", demo.stdout, re.MULTILINE)
    assert statuses == ["PRELIMINARY", "FINAL", "ENTERED_IN_ERROR"]
    for what in ("Create", "Sign", "Cancel"):
        assert re.search(rf"^{what}: job [0-9a-f-]{{36}}$", demo.stdout, re.MULTILINE)
    assert re.search(r"^Search +[1-9]\d* FINAL about person", demo.stdout, re.MULTILINE)
    with pikepdf.open(out / "composition.pdf") as form:
        assert len(form.pages) == 1


def test_the_demos_curl_lines_do_the_same_again(
    run: Run, demo: subprocess.CompletedProcess[str], out: Path
) -> None:
    by_hand = demo.stdout.split("The same by hand.")[1]
    commands = by_hand[by_hand.index("\n#") :]

    done = run("bash", "-euo", "pipefail", "-c", commands)

    assert done.returncode == 0, done.stderr
    again = (out / "letters-again.pdf").read_bytes()
    assert again == (out / "letters.pdf").read_bytes()
    assert "done" in done.stdout
    again = (out / "reminders-again.pdf").read_bytes()
    assert again == (out / "reminders.pdf").read_bytes()
    work_requests = re.findall(r'"operationType":"(\w+)".*?"status":"(\w+)"', done.stdout)
    assert work_requests == [("RELOAD_DATASET", "SUCCEEDED"), ("CREATE_PRINT_OUTPUT", "SUCCEEDED")]
    jobs = re.findall(r'"status":"(\w+)","eta":"[^"]+","doneAt"', done.stdout)
    assert jobs == ["DONE", "DONE", "DONE"]
    assert (out / "composition-again.pdf").read_bytes().startswith(b"%PDF")
    assert done.stdout.endswith("ENTERED_IN_ERROR\n")


def test_the_demo_says_what_is_missing_where_there_is_no_stack(run: Run, out: Path) -> None:
    done = run("longrun", "demo", "--stack", out / "nowhere.json", "--out", out)

    assert done.returncode == 1
    assert "make up" in done.stderr
    assert "Traceback" not in done.stderr
