"""Orders in their JSON form: the parts that an export and a named data set add."""

import pytest

from longrun.documents.order import DataMining, DataReading, Export, Order
from longrun.documents.sets import SetType

FILE = {"identifier": 1, "config": 2}
EXPORT = {"name": "Sales", "format": "png", "width": 1280, "height": 3600}


def test_data_comes_from_a_file_or_from_a_named_data_set() -> None:
    assert isinstance(Order.read({"datamining": FILE}).datamining, DataMining)
    named = Order.read({"datamining": {"dataset": "sales", "persistDataset": False}})
    assert named.datamining == DataReading(name="sales", persist=False)


def test_the_files_that_an_order_reads_are_those_that_it_names() -> None:
    order = Order.read(
        {
            "datamining": {"dataset": "sales"},
            "contentcreation": {"config": 3},
            "jobcreation": {},
            "outputcreation": {"createOnly": True},
        }
    )
    assert list(order.files()) == [3]
    assert list(Order.read({"datamining": FILE}).files()) == [1, 2]


def test_the_phases_of_an_export_end_with_it() -> None:
    order = Order.read(
        {
            "datamining": {"dataset": "sales"},
            "contentcreation": {"config": 3},
            "jobcreation": {},
            "outputcreation": {"createOnly": True},
            "export": EXPORT,
        }
    )
    phases = list(order.phases.values())
    assert [phase.name for phase in phases][-1] == "Export"
    assert (phases[0].start, phases[-1].end) == (0, 100)
    assert order.export == Export(name="Sales", format="png", pages=None, width=1280, height=3600)


@pytest.mark.parametrize(
    ("document", "transient"),
    [
        ({"datamining": FILE}, []),
        ({"datamining": {**FILE, "persistDataset": False}}, [SetType.DATA]),
        ({"datamining": {"dataset": "sales", "persistDataset": False}}, [SetType.DATA]),
        ({"contentcreation": {"config": 3}}, []),
        ({"datamining": {"dataset": "sales"}, "export": EXPORT}, list(SetType)),
    ],
)
def test_what_goes_with_its_order(document: dict[str, object], transient: list[SetType]) -> None:
    assert list(filter(Order.read(document).transient, SetType)) == transient
