"""The command that validates a data file without running it."""

from pathlib import Path

import pytest

from longrun.documents.mapping.validate import main

MAPPING = """
source: {format: csv}
fields:
  - {name: customer, required: true}
  - {name: amount, type: number}
parameters:
  - {name: season, required: true}
"""


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    path = tmp_path / "customers.yaml"
    path.write_text(MAPPING)
    return str(path)


def data(folder: Path, text: str) -> str:
    path = folder / "customers.csv"
    path.write_text(text)
    return str(path)


def test_a_sound_file_is_counted(
    mapping: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = data(tmp_path, "customer,amount\nAda,10\n")
    assert main([mapping, file, "--parameter", "season=winter"]) == 0
    assert capsys.readouterr().out == "customers.csv: 1 records, 0 faults.\n"


def test_every_fault_is_named_with_its_place(
    mapping: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = data(tmp_path, "customer,amount\nAda,ten\n,2\nCarl,3\n")
    assert main([mapping, file, "--parameter", "season=winter"]) == 1
    told = capsys.readouterr()
    assert "customers.csv, record 1" in told.err
    assert "customers.csv, record 2" in told.err
    assert told.out == "customers.csv: 3 records, 2 faults.\n"


def test_what_cannot_be_read_at_all_is_said(
    mapping: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([mapping, data(tmp_path, "customer,amount\n")]) == 1
    assert "season" in capsys.readouterr().err
    assert main([mapping, str(tmp_path / "nowhere.csv"), "--parameter", "season=x"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err
