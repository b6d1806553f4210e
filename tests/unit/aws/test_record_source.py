"""The two rooms joined: what data sets say, in the words of documents."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.data_sets import DynamoDataSets
from longrun.aws.record_source import DataSetRecords
from longrun.datasets import errors
from longrun.datasets.data_sets import Contents, DataSet, Definition, state_key
from longrun.datasets.rows import Rows, State
from longrun.documents import sources


class FakeRows:
    """Rows that are there, or fail as they are told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def state(self, tenant: str, name: str) -> State:
        self._fail()
        return State(id="reload-1", rows=2)

    def rows(self, tenant: str, name: str, state: str) -> Iterator[Mapping[str, Any]]:
        yield {"region": "North"}
        self._fail()
        yield {"region": state}

    def _fail(self) -> None:
        if self.error:
            raise self.error


def a_source(error: Exception | None = None) -> DataSetRecords:
    return DataSetRecords(FakeRows(error))  # type: ignore[arg-type]  # all that is asked of it


def test_a_state_is_pinned_by_its_id() -> None:
    source = a_source()
    state = source.state("acme", "sales")
    assert state == sources.SourceState(version="reload-1", records=2)
    assert list(source.records("acme", "sales", state.version)) == [
        {"region": "North"},
        {"region": "reload-1"},
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.DataSetMissing("sales"), sources.DataSetMissing),
        (errors.DataSetNotLoaded("sales"), sources.DataSetNotLoaded),
        (errors.DataSetReplaced("sales"), sources.DataSetReplaced),
    ],
)
def test_what_is_wrong_with_a_data_set_is_an_input_at_fault(
    error: Exception, told: type[Exception]
) -> None:
    with pytest.raises(told, match="'sales'"):
        a_source(error).state("acme", "sales")
    with pytest.raises(told, match="'sales'"):
        list(a_source(error).records("acme", "sales", "reload-1"))


def test_the_rows_of_a_loaded_data_set_come_as_plain_values(
    s3: Any, bucket: str, dynamodb: Any, table: str, tmp_path: Path
) -> None:
    file = tmp_path / "state.parquet"
    rows = duckdb.sql(
        "SELECT * FROM (VALUES ('North', 12.5::DOUBLE, 3::BIGINT, true, DATE '2026-11-22'), "
        "(NULL, NULL, NULL, NULL, NULL)) t(region, amount, count, open, since)"
    )
    assert rows is not None
    rows.write_parquet(str(file))
    artefacts = S3Artefacts(s3, bucket)
    with file.open("rb") as content:
        artefact = artefacts.write(
            state_key("acme", "reload-1"), content, media_type="application/vnd.apache.parquet"
        )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contents = Contents(
        artefact=artefact,
        columns=(),
        rows=2,
        rejected=0,
        operation="reload-1",
        loaded=now,
        file="sales.csv",
    )
    data_set = DataSet(
        tenant="acme",
        name="sales",
        definition=Definition(source="sales.csv"),
        created=now,
        changed=now,
        revision="r1",
        contents=contents,
    )
    index = DynamoDataSets(dynamodb, table)
    assert index.put(data_set, replacing=None)
    source = DataSetRecords(Rows(data_sets=index, artefacts=artefacts))

    state = source.state("acme", "sales")
    records = list(source.records("acme", "sales", state.version))

    assert state.records == 2
    assert records == [
        {"region": "North", "amount": 12.5, "count": 3, "open": True, "since": "2026-11-22"},
        {"region": None, "amount": None, "count": None, "open": None, "since": None},
    ]
    with pytest.raises(sources.DataSetMissing):
        source.state("globex", "sales")
