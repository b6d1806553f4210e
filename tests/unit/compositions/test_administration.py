"""The commands over registries and trusted roots: what they take, and what they answer."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from longrun.compositions.administration import Office, answer
from longrun.compositions.roots import LARGEST, roots_key
from tests.unit.compositions.fakes import TENANT, MemoryRegistry
from tests.unit.compositions.signatures.authorities import ec_signer, foreign_root, root
from tests.unit.operations.fakes import MemoryArtefacts

REGISTRY = Path(__file__).parents[3] / "samples" / "compositions" / "registry.json"


class World:
    def __init__(self) -> None:
        self.registry = MemoryRegistry({})
        self.artefacts = MemoryArtefacts()
        self.office = Office(
            has_tenant=lambda tenant: tenant == TENANT,
            registry=self.registry,
            artefacts=self.artefacts,
        )

    def run(self, command: str, **arguments: object) -> dict[str, Any]:
        return answer({"command": command, "tenant": TENANT, **arguments}, self.office)

    def load(self, content: bytes, **more: object) -> dict[str, Any]:
        encoded = base64.b64encode(content).decode()
        return self.run("registry.load", **{"file": "r.json", "content": encoded, **more})

    def trust(self, roots: str, **more: object) -> dict[str, Any]:
        return self.run("compositions.trust", roots=roots, **more)


@pytest.fixture
def world() -> World:
    return World()


class TestLoading:
    def test_a_registry_is_loaded_and_counted(self, world: World) -> None:
        document = json.loads(REGISTRY.read_bytes())
        counts = {name: len(entries) for name, entries in document.items()}
        for _ in range(2):
            loaded = world.load(REGISTRY.read_bytes())
            assert loaded == {"registry": {"tenant": TENANT, "loaded": counts}}
        person = document["persons"][0]
        found = world.registry.person(TENANT, person["id"])
        assert found is not None
        assert found.name == person["name"]

    def test_what_is_wrong_is_told_by_file_and_path_and_nothing_is_loaded(
        self, world: World
    ) -> None:
        document = json.loads(REGISTRY.read_bytes())
        document["employees"][0]["taxNumber"] = "Ann Smith"
        error = world.load(json.dumps(document).encode())["error"]
        assert (error["code"], error["target"]) == ("invalid", "content")
        assert "r.json" in error["message"]
        assert "$.employees[0].taxNumber" in error["message"]
        assert "Ann Smith" not in error["message"]
        assert world.registry.contents == {}

    @pytest.mark.parametrize("content", ["{}", "Оля="])
    def test_what_is_not_base64_is_refused(self, world: World, content: str) -> None:
        refused = world.run("registry.load", file="r.json", content=content)
        assert (refused["error"]["code"], refused["error"]["target"]) == ("malformed", "content")


class TestTrusting:
    def test_the_roots_are_kept_and_shown(self, world: World) -> None:
        told = world.trust(root().pem + foreign_root().pem)["trust"]
        assert told["tenant"] == TENANT
        assert [each["subject"] for each in told["roots"]] == [
            party.certificate.subject.rfc4514_string() for party in (root(), foreign_root())
        ]
        assert all(len(each["sha256"]) == 64 for each in told["roots"])
        kept = world.artefacts.read(roots_key(TENANT)).decode()
        assert kept == root().pem + foreign_root().pem

    def test_the_next_ones_take_their_place(self, world: World) -> None:
        world.trust(foreign_root().pem)
        world.trust(root().pem)
        assert world.artefacts.read(roots_key(TENANT)).decode() == root().pem

    @pytest.mark.parametrize(
        "roots",
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"],
    )
    def test_what_holds_no_certificates_is_refused_and_what_was_trusted_stays(
        self, world: World, roots: str
    ) -> None:
        world.trust(root().pem)
        assert world.trust(roots)["error"]["code"] == "invalid"
        assert world.artefacts.read(roots_key(TENANT)).decode() == root().pem

    def test_a_signers_certificate_is_no_root(self, world: World) -> None:
        error = world.trust(root().pem + ec_signer().pem)["error"]
        assert error["code"] == "invalid"
        assert "Certificate 2" in error["message"]

    def test_there_is_a_limit(self, world: World) -> None:
        error = world.trust(" " * (LARGEST + 1))["error"]
        assert error["code"] == "too-large"


@pytest.mark.parametrize(
    ("document", "code", "target"),
    [
        ({"command": "compositions.trust", "tenant": "nobody", "roots": ""}, "unknown", "tenant"),
        ({"command": "compositions.trust", "tenant": "", "roots": ""}, "malformed", "tenant"),
        ({"command": "compositions.trust", "tenant": "acme"}, "malformed", "roots"),
        ({"command": "compositions.delete", "tenant": "acme"}, "malformed", "command"),
        (["compositions.trust"], "malformed", "command"),
    ],
)
def test_a_command_that_is_none_is_refused(
    world: World, document: object, code: str, target: str
) -> None:
    error = answer(document, world.office)["error"]
    assert (error["code"], error["target"]) == (code, target)
