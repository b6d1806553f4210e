"""The rows of a data set, as documents get them."""

import pytest

from longrun.datasets.errors import DataSetMissing, DataSetNotLoaded
from tests.unit.datasets.sources import rule
from tests.unit.datasets.test_reload import World


def test_values_are_plain_dates_and_timestamps_are_text() -> None:
    world = World()
    world.define(
        columns=(
            rule("n", type="integer"),
            rule("x", type="number"),
            rule("ok"),
            rule("day"),
            rule("at"),
            rule("name"),
        )
    )
    world.upload(
        b"n,x,ok,day,at,name\n"
        b"1,1.5,true,2024-01-05,2024-01-05 10:00:00,Ann\n"
        b",,,,2024-01-05 10:00:00.25,\n"
    )
    world.reload()
    assert world.read() == [
        {
            "n": 1,
            "x": 1.5,
            "ok": True,
            "day": "2024-01-05",
            "at": "2024-01-05T10:00:00",
            "name": "Ann",
        },
        {
            "n": None,
            "x": None,
            "ok": None,
            "day": None,
            "at": "2024-01-05T10:00:00.250000",
            "name": None,
        },
    ]


def test_many_rows_come_in_their_order() -> None:
    world = World()
    world.define()
    world.upload(b"n\n" + b"".join(b"%d\n" % number for number in range(130_000)))
    world.reload()
    state = world.rows.state("acme", "sales")
    assert state.rows == 130_000
    rows = world.rows.rows("acme", "sales", state.id)
    assert all(row["n"] == number for number, row in enumerate(rows))


def test_a_data_set_without_rows_yields_none() -> None:
    world = World()
    world.define()
    world.upload(b"n\n")
    world.reload()
    assert world.read() == []


def test_what_is_not_there_or_was_never_loaded_is_told() -> None:
    world = World()
    with pytest.raises(DataSetMissing, match="no data set 'sales'"):
        world.rows.state("acme", "sales")
    world.define()
    with pytest.raises(DataSetNotLoaded, match="reload it first"):
        world.rows.state("acme", "sales")


def test_another_tenants_state_is_not_found() -> None:
    world = World()
    world.define()
    world.upload(b"n\n1\n")
    world.reload()
    with pytest.raises(DataSetMissing):
        world.rows.state("globex", "sales")
