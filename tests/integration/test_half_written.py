"""While an operation runs, nothing that is half done can be found, and afterwards all of it can."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.integration.breakage import Breakage, Held
from tests.integration.caller import Caller
from tests.integration.letters import Letters
from tests.integration.root import Root

STOPS = (
    "PrintMapData",
    "PrintOpenContent",
    "PrintCloseContent",
    "PrintCreateJobs",
    "PrintPlanOutput",
    "PrintDeliverOutput",
)
KINDS = {"data_set": "datasets", "content_set": "contentsets", "job_set": "jobsets"}


@pytest.fixture
def stops(breakage: Breakage) -> Iterator[dict[str, Held]]:
    with ExitStack() as told:
        yield {each: told.enter_context(breakage.told(each, "hold")) for each in STOPS}


class Onlooker:
    """Looks, while an operation runs, for what was reserved for it."""

    def __init__(self, root: Root, caller: Caller, operation: str) -> None:
        self._root = root
        self._caller = caller
        self._operation = operation

    def reserved(self, name: str) -> int | None:
        """The id that was drawn for a set, or for the output, if one was."""
        key = f"work/{self._operation}/{name}.json"
        if key not in self._root.keys(key):
            return None
        return int(self._root.document(key)["id"])

    def served(self) -> set[str]:
        """The kinds of sets that can be read; what can be read is listed, and the reverse."""
        return {name for name, path in KINDS.items() if self._is_served(name, path)}

    def _is_served(self, name: str, path: str) -> bool:
        number = self.reserved(name)
        if number is None:
            return False
        read = self._caller.get(f"/entity/{path}/{number}").status_code == 200
        assert read is (number in self._caller.ids(path)), name
        return read


def test_nothing_half_written_is_ever_served(
    root: Root, acme: Caller, letters: Letters, stops: dict[str, Held]
) -> None:
    operation = acme.submit(letters.configuration(outputcreation={"createOnly": False}))
    onlooker = Onlooker(root, acme, operation)
    expected = {
        "PrintMapData": set[str](),
        "PrintOpenContent": {"data_set"},
        "PrintCloseContent": {"data_set"},  # though every document is typeset by then
        "PrintCreateJobs": {"data_set", "content_set"},
        "PrintPlanOutput": {"data_set", "content_set", "job_set"},
    }
    for stop, kinds in expected.items():
        stops[stop].wait()
        assert onlooker.served() == kinds, stop
        if stop == "PrintCloseContent":
            first = (onlooker.reserved("content_set") or 0) + 1
            assert acme.get(f"/entity/contentitems/{first}/datarecord").status_code == 404
        stops[stop].release()

    stops["PrintDeliverOutput"].wait()
    file = onlooker.reserved("output-file")
    assert root.keys(f"files/transient/acme/{file}/"), "the file is written by then"
    for verb in ("GET", "HEAD"):
        assert acme.http.request(verb, f"/filestore/file/{file}").status_code == 404
    assert root.operation(operation).result is None
    stops["PrintDeliverOutput"].release()

    acme.wait(operation)
    managed = acme.result(operation, "getManagedResult").json()
    assert managed["identifier"] == file
    assert acme.get(f"/filestore/file/{file}").status_code == 200
