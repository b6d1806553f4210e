"""The commands over clients."""

import pytest

from longrun.identity.administration import Administration
from longrun.identity.clients import ClientAdministration
from longrun.identity.directory import Client, Stale
from longrun.identity.rules import (
    ChangedMeanwhile,
    CommandRefused,
    Conflict,
    InvalidArgument,
    NotFound,
)
from tests.unit.identity.fakes import Clock, MemoryDirectory, MemoryPool

SCOPES = ["print:run"]


@pytest.fixture(autouse=True)
def acme(administration: Administration) -> None:
    administration.create_tenant("acme")
    administration.create_tenant("globex")


def test_a_client_is_made_in_the_pool_with_its_scopes(
    clients: ClientAdministration, directory: MemoryDirectory, pool: MemoryPool
) -> None:
    outcome = clients.create("batch", tenant_id="acme", scopes=["DV Content Author", "print:run"])

    assert outcome.secret == "secret-1"
    assert outcome.token_url == pool.token_url
    assert "secret-1" not in repr(outcome)
    assert pool.labels == {"id-1": "acme-batch"}
    assert pool.scopes["id-1"] == {"DVContentAuthor", "print:run"}
    assert directory.client("id-1") == outcome.client


def test_repeating_it_changes_nothing_and_shows_no_secret(
    clients: ClientAdministration, pool: MemoryPool
) -> None:
    first = clients.create("batch", tenant_id="acme", scopes=SCOPES)
    again = clients.create("batch", tenant_id="acme", scopes=SCOPES)

    assert (again.client, again.changed, again.secret) == (first.client, False, None)
    assert pool.made == 1


def test_two_tenants_may_have_clients_of_one_name(clients: ClientAdministration) -> None:
    ours = clients.create("batch", tenant_id="acme", scopes=SCOPES).client
    theirs = clients.create("batch", tenant_id="globex", scopes=SCOPES).client

    assert ours.id != theirs.id
    assert clients.clients("acme").entries == [ours]
    assert clients.clients("globex").entries == [theirs]


@pytest.mark.parametrize(
    ("name", "arguments", "target"),
    [
        ("Batch", {}, "client"),
        ("", {}, "client"),
        ("a" * 61, {}, "client"),
        ("batch", {"scopes": []}, "scopes"),
        ("batch", {"scopes": ["print:all"]}, "scopes"),
        ("batch", {"client_id": ""}, "clientId"),
        ("batch", {"client_id": "a b"}, "clientId"),
        ("batch", {"client_id": "x" * 256}, "clientId"),
    ],
)
def test_an_argument_that_breaks_its_rule_is_named(
    clients: ClientAdministration, name: str, arguments: dict[str, str], target: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        clients.create(name, **({"tenant_id": "acme", "scopes": SCOPES} | arguments))  # type: ignore[arg-type]  # what a caller may send
    assert refused.value.target == target


def test_a_client_of_another_kind_under_the_name_is_a_conflict(
    clients: ClientAdministration,
) -> None:
    clients.create("batch", tenant_id="acme", scopes=SCOPES)

    with pytest.raises(Conflict, match=r"with the scopes print:run\."):
        clients.create("batch", tenant_id="acme", scopes=["ROLE_DATA"])
    with pytest.raises(Conflict, match="with another id"):
        clients.create("batch", tenant_id="acme", scopes=SCOPES, client_id="app-1")


def test_an_id_belongs_to_one_client_of_all_tenants(clients: ClientAdministration) -> None:
    clients.create("web", tenant_id="acme", scopes=SCOPES, client_id="app-1")

    with pytest.raises(Conflict) as refused:
        clients.create("web", tenant_id="globex", scopes=SCOPES, client_id="app-1")
    assert refused.value.target == "clientId"


def test_rotating_gives_another_id_and_secret_and_ends_the_old(
    clients: ClientAdministration, directory: MemoryDirectory, pool: MemoryPool
) -> None:
    clients.create("batch", tenant_id="acme", scopes=SCOPES)

    rotated = clients.rotate("batch", tenant_id="acme")

    assert rotated.secret == "secret-2"
    assert directory.client("id-1") is None
    assert set(pool.labels) == {"id-2"}
    assert clients.clients("acme").entries[0].id == "id-2"


def test_revoking_takes_the_client_out_of_the_pool(
    clients: ClientAdministration, pool: MemoryPool
) -> None:
    clients.create("batch", tenant_id="acme", scopes=SCOPES)

    assert clients.revoke("batch", tenant_id="acme").changed
    assert not clients.revoke("batch", tenant_id="acme").changed

    assert not pool.labels
    assert not clients.clients("acme").entries[0].active
    with pytest.raises(Conflict, match="the restore command"):
        clients.create("batch", tenant_id="acme", scopes=SCOPES)
    with pytest.raises(Conflict, match="the restore command"):
        clients.rotate("batch", tenant_id="acme")


def test_a_revocation_that_broke_off_is_finished_by_repeating_it(
    clients: ClientAdministration, pool: MemoryPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: MemoryPool, __: str) -> None:
        raise ConnectionError

    clients.create("batch", tenant_id="acme", scopes=SCOPES)
    with monkeypatch.context() as patched:
        patched.setattr(MemoryPool, "delete", silent)
        with pytest.raises(ConnectionError):
            clients.revoke("batch", tenant_id="acme")
    assert pool.labels

    clients.revoke("batch", tenant_id="acme")

    assert not pool.labels


def test_a_restored_client_of_the_pool_gets_a_new_secret(
    clients: ClientAdministration, pool: MemoryPool
) -> None:
    clients.create("batch", tenant_id="acme", scopes=SCOPES)
    clients.revoke("batch", tenant_id="acme")

    restored = clients.restore("batch", tenant_id="acme")

    assert restored.secret == "secret-2"
    assert restored.client.active
    assert set(pool.labels) == {"id-2"}
    assert not clients.restore("batch", tenant_id="acme").changed


def test_a_registered_client_keeps_its_id(clients: ClientAdministration, pool: MemoryPool) -> None:
    made = clients.create("web", tenant_id="acme", scopes=SCOPES, client_id="app-1")
    clients.revoke("web", tenant_id="acme")
    restored = clients.restore("web", tenant_id="acme")

    assert made.secret is None
    assert (restored.client.id, restored.client.active) == ("app-1", True)
    assert pool.made == 0
    with pytest.raises(InvalidArgument, match="rotate it there"):
        clients.rotate("web", tenant_id="acme")


def test_what_does_not_exist_is_named(clients: ClientAdministration) -> None:
    for command in (clients.rotate, clients.revoke, clients.restore):
        with pytest.raises(NotFound, match="Tenant 'acme' has no client 'batch'"):
            command("batch", tenant_id="acme")
    with pytest.raises(NotFound):
        clients.create("batch", tenant_id="initech", scopes=SCOPES)
    with pytest.raises(NotFound):
        clients.clients("initech")


def test_without_a_user_pool_clients_are_registered_only(
    directory: MemoryDirectory, clock: Clock
) -> None:
    clients = ClientAdministration(directory=directory, clock=clock, pool=None)

    with pytest.raises(InvalidArgument, match="another issuer"):
        clients.create("batch", tenant_id="acme", scopes=SCOPES)
    assert clients.create("batch", tenant_id="acme", scopes=SCOPES, client_id="app-1").changed
    assert clients.revoke("batch", tenant_id="acme").changed


def refusing(_: MemoryDirectory, __: Client) -> bool:
    return False


def stale(_: MemoryDirectory, __: Client, ___: Client) -> None:
    raise Stale("Client 'batch'")


@pytest.mark.parametrize("command", ["create", "rotate"])
def test_what_could_not_be_kept_is_unmade_in_the_pool(
    clients: ClientAdministration,
    pool: MemoryPool,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    if command == "rotate":
        clients.create("batch", tenant_id="acme", scopes=SCOPES)
    before = dict(pool.labels)
    monkeypatch.setattr(MemoryDirectory, "add_client", refusing)
    monkeypatch.setattr(MemoryDirectory, "replace_client", stale)

    with pytest.raises(CommandRefused) as refused:
        if command == "create":
            clients.create("batch", tenant_id="acme", scopes=SCOPES)
        else:
            clients.rotate("batch", tenant_id="acme")

    assert isinstance(refused.value, ChangedMeanwhile)
    assert pool.labels == before
