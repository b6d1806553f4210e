"""Loading a registry: every entry is checked, and what is wrong is named by file and path."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from longrun.compositions.registry_document import (
    LARGEST,
    RegistryInvalid,
    load_registry,
    read_registry,
)
from longrun.operations.states import Status
from tests.unit.compositions.fakes import TENANT, MemoryRegistry, World

SAMPLES = Path(__file__).parents[3] / "samples" / "compositions"
REGISTRY: dict[str, Any] = json.loads((SAMPLES / "registry.json").read_bytes())
COMPOSITIONS = ["sickness", "sickness-prolonged", "sickness-unidentified", "newborn"]
NOWHERE = "00000000-0000-4000-8000-000000000000"
Edit = Callable[[dict[str, Any]], object]


def put(value: Any, *place: Any) -> Edit:
    def edit(document: Any) -> None:
        for step in place[:-1]:
            document = document[step]
        document[place[-1]] = value

    return edit


def again(name: str) -> Edit:
    return lambda document: document[name].append(document[name][0])


FAULTS: list[tuple[Edit, str]] = [
    (put([], "persons"), "$.prepersons[2].mergedInto"),
    (put("?", "comment"), "$.comment"),
    (put({}, "persons"), "$.persons"),
    (put("x", "persons", 0, "id"), "$.persons[0].id"),
    (put("", "persons", 0, "name"), "$.persons[0].name"),
    (put("12.04.1990", "persons", 0, "birthDate"), "$.persons[0].birthDate"),
    (put("1990-04-12T00:00:00", "persons", 0, "birthDate"), "$.persons[0].birthDate"),
    (put(86_400, "prepersons", 0, "birthDate"), "$.prepersons[0].birthDate"),
    (put("12 34", "employees", 0, "taxNumber"), "$.employees[0].taxNumber"),
    (put("P99", "employees", 0, "position"), "$.employees[0].position"),
    (put(["DRIVERS"], "positions", "P1"), "$.positions.P1[0]"),
    (put("acme-operator", "employees", 0, "principal"), "$.employees[1].principal"),
    (put(NOWHERE, "episodes", 0, "patient"), "$.episodes[0].patient"),
    (put([NOWHERE], "episodes", 0, "managers"), "$.episodes[0].managers[0]"),
    (put([], "episodes", 0, "managers"), "$.episodes[0].managers"),
    (put(NOWHERE, "encounters", 0, "patient"), "$.encounters[0].patient"),
    (put(NOWHERE, "encounters", 0, "employee"), "$.encounters[0].employee"),
    (put(NOWHERE, "encounters", 0, "episode"), "$.encounters[0].episode"),
    (
        put(REGISTRY["episodes"][5]["id"], "encounters", 0, "episode"),
        "$.encounters[0].patient",
    ),
    (again("persons"), "$.persons[3].id"),
    (again("encounters"), "$.encounters[6].id"),
]


def content(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(("edit", "path"), FAULTS)
def test_what_is_wrong_is_named_by_file_and_path(edit: Edit, path: str) -> None:
    document = copy.deepcopy(REGISTRY)
    edit(document)
    with pytest.raises(RegistryInvalid) as invalid:
        read_registry(content(document), "people.json")
    assert path in [at for at, _ in invalid.value.problems]
    assert str(invalid.value).startswith("people.json, $")


def test_several_faults_are_told_at_once_and_nobodys_data_among_them() -> None:
    document = copy.deepcopy(REGISTRY)
    for person in document["persons"]:
        person["birthDate"] = person["name"]
    with pytest.raises(RegistryInvalid) as invalid:
        read_registry(content(document), "people.json")
    assert len(invalid.value.problems) == len(document["persons"])
    assert not any(person["name"] in str(invalid.value) for person in document["persons"])


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"\xff", b'{"persons":[],"persons":[]}', b"[" * 100_000]
)
def test_what_is_no_registry_is_refused(text: bytes) -> None:
    with pytest.raises(RegistryInvalid):
        read_registry(text, "people.json")


def test_a_registry_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(RegistryInvalid, match="larger than"):
        read_registry(b" " * (LARGEST + 1), "people.json")


def test_nothing_is_loaded_of_a_registry_with_a_fault() -> None:
    registry = MemoryRegistry({})
    document = copy.deepcopy(REGISTRY) | {"comment": "?"}
    with pytest.raises(RegistryInvalid):
        load_registry(content(document), "people.json", tenant=TENANT, loader=registry)
    assert registry.contents == {}


def test_loading_again_changes_nothing() -> None:
    registry = MemoryRegistry({})
    loaded = load_registry(content(REGISTRY), "r.json", tenant=TENANT, loader=registry)
    assert load_registry(content(REGISTRY), "r.json", tenant=TENANT, loader=registry) == loaded
    assert registry.contents == {TENANT: loaded}
    assert len(loaded) == sum(len(part) for part in REGISTRY.values())


def test_an_empty_registry_may_be_loaded() -> None:
    assert len(read_registry(b"{}", "empty.json")) == 0


@pytest.mark.parametrize("name", ["registry.json", "registry-globex.json"])
def test_the_demo_registries_are_sound(name: str) -> None:
    contents = read_registry((SAMPLES / name).read_bytes(), name)
    assert any(each.merged_into for each in contents.prepersons.values())


def test_the_demo_tenants_share_nobody() -> None:
    one, other = (
        read_registry((SAMPLES / name).read_bytes(), name)
        for name in ("registry.json", "registry-globex.json")
    )
    for part in ("persons", "prepersons", "employees", "encounters", "episodes"):
        assert not getattr(one, part).keys() & getattr(other, part).keys()


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_the_demo_compositions_are_created_of_the_demo_registry(world: World, name: str) -> None:
    load_registry(content(REGISTRY), "registry.json", tenant=TENANT, loader=world.registry)
    document = json.loads((SAMPLES / f"{name}.json").read_bytes())
    assert world.create(document).status is Status.SUCCEEDED
