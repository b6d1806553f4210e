"""The commands that make, rotate and revoke, and their repetition."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from longrun.identity.administration import Administration
from longrun.identity.passwords import Passwords
from longrun.identity.rules import (
    ChangedMeanwhile,
    CommandRefused,
    Conflict,
    InvalidArgument,
    NotFound,
)
from tests.unit.identity.fakes import MemoryDirectory

PASSWORD = "correct horse battery"


@pytest.fixture
def acme(administration: Administration) -> None:
    administration.create_tenant("acme", name="Acme Insurance")


@pytest.fixture
def anna(administration: Administration, acme: None) -> None:
    administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"], password=PASSWORD)


def test_a_tenant_is_created_once(administration: Administration) -> None:
    first = administration.create_tenant("acme", name="Acme Insurance")
    again = administration.create_tenant("acme", name="Acme Insurance")
    unnamed = administration.create_tenant("acme")

    assert (first.changed, again.changed, unnamed.changed) == (True, False, False)
    assert first.tenant == again.tenant == unnamed.tenant


def test_a_tenant_is_named_by_its_id_if_nobody_names_it(administration: Administration) -> None:
    assert administration.create_tenant("acme").tenant.name == "acme"


@pytest.mark.usefixtures("acme")
def test_creating_a_tenant_under_another_name_is_a_conflict_that_names_both(
    administration: Administration,
) -> None:
    with pytest.raises(Conflict, match="'acme' exists with the name 'Acme Insurance'") as refused:
        administration.create_tenant("acme", name="Other")

    assert refused.value.target == "name"


@pytest.mark.usefixtures("acme")
def test_a_tenant_is_renamed(administration: Administration) -> None:
    first = administration.rename_tenant("acme", name="Acme Ltd")
    again = administration.rename_tenant("acme", name="Acme Ltd")

    assert (first.tenant.name, first.changed, again.changed) == ("Acme Ltd", True, False)


@pytest.mark.usefixtures("acme")
def test_revoking_and_restoring_a_tenant_can_be_repeated(administration: Administration) -> None:
    outcomes = [
        administration.revoke_tenant("acme"),
        administration.revoke_tenant("acme"),
        administration.restore_tenant("acme"),
        administration.restore_tenant("acme"),
    ]

    assert [outcome.changed for outcome in outcomes] == [True, False, True, False]
    assert [outcome.tenant.active for outcome in outcomes] == [False, False, True, True]


@pytest.mark.parametrize("tenant", ["", "Acme", "a_b", "a#b", "a/b", "-a", "a--b", "a\n", "a" * 41])
def test_a_bad_tenant_id_is_refused(administration: Administration, tenant: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        administration.create_tenant(tenant)

    assert refused.value.target == "tenant"


@pytest.mark.usefixtures("acme")
def test_a_generated_password_is_shown_once_and_works(
    administration: Administration, directory: MemoryDirectory, passwords: Passwords
) -> None:
    first = administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"])
    again = administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"])

    assert first.password is not None
    assert first.password not in repr(first)
    assert passwords.matches(first.password, directory.users_by_name["anna"].password_hash)
    assert (again.changed, again.password) == (False, None)


@pytest.mark.usefixtures("anna")
def test_creating_the_same_user_again_changes_nothing_and_shows_no_password(
    administration: Administration,
) -> None:
    again = administration.create_user(
        "anna", tenant_id="acme", roles=["ROLE_DATA"], password=PASSWORD
    )

    assert (again.changed, again.password) == (False, None)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("tenant", "roles", "password", "target"),
    [
        ("globex", ["ROLE_DATA"], PASSWORD, "user"),
        ("acme", ["ROLE_MONITOR"], PASSWORD, "roles"),
        ("acme", ["ROLE_DATA"], "different password", "password"),
    ],
)
def test_a_user_who_exists_otherwise_is_a_conflict_that_says_how(
    administration: Administration, tenant: str, roles: list[str], password: str, target: str
) -> None:
    administration.create_tenant("globex")

    with pytest.raises(Conflict) as refused:
        administration.create_user("anna", tenant_id=tenant, roles=roles, password=password)

    assert refused.value.target == target
    assert password not in str(refused.value)


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("name", ["", "a:b", " anna", "anna\n", "an\x00na", "n" * 129])
def test_a_bad_user_name_is_refused(administration: Administration, name: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        administration.create_user(name, tenant_id="acme", roles=["ROLE_DATA"])

    assert refused.value.target == "user"


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("password", ["", "tooshort", "p" * 1025, "with\x00a control char"])
def test_a_bad_password_is_refused_without_being_shown(
    administration: Administration, password: str
) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: administration.create_user(
            "bob", tenant_id="acme", roles=["ROLE_DATA"], password=password
        ),
        lambda: administration.rotate_password("anna", password=password),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidArgument) as refused:
            attempt()
        assert refused.value.target == "password"
        assert not password or password not in str(refused.value)


@pytest.mark.usefixtures("anna")
def test_an_unknown_role_is_refused_by_name_and_so_is_none(
    administration: Administration,
) -> None:
    with pytest.raises(InvalidArgument, match="There is no role 'ROLE_GOD'"):
        administration.create_user("bob", tenant_id="acme", roles=["ROLE_DATA", "ROLE_GOD"])
    with pytest.raises(InvalidArgument, match="at least one role"):
        administration.set_roles("anna", [])


def test_a_user_of_an_unknown_tenant_is_refused(administration: Administration) -> None:
    with pytest.raises(NotFound, match="There is no tenant 'acme'"):
        administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"])


@pytest.mark.usefixtures("anna")
def test_rotating_makes_the_old_password_wrong_and_the_new_one_right(
    administration: Administration, directory: MemoryDirectory, passwords: Passwords
) -> None:
    outcome = administration.rotate_password("anna")

    user = directory.users_by_name["anna"]
    assert outcome.password is not None
    assert passwords.matches(outcome.password, user.password_hash)
    assert not passwords.matches(PASSWORD, user.password_hash)


@pytest.mark.usefixtures("anna")
def test_rotating_to_a_given_password_can_be_repeated(administration: Administration) -> None:
    first = administration.rotate_password("anna", password="another password")
    again = administration.rotate_password("anna", password="another password")

    assert (first.changed, again.changed) == (True, False)
    assert (first.password, again.password) == (None, None)


@pytest.mark.usefixtures("anna")
def test_roles_revoking_and_restoring_can_be_repeated(administration: Administration) -> None:
    outcomes = [
        administration.set_roles("anna", ["ROLE_MONITOR"]),
        administration.set_roles("anna", ["ROLE_MONITOR", "ROLE_MONITOR"]),
        administration.revoke_user("anna"),
        administration.revoke_user("anna"),
        administration.restore_user("anna"),
        administration.restore_user("anna"),
    ]

    assert [outcome.changed for outcome in outcomes] == [True, False] * 3
    assert outcomes[-1].user.roles == {"ROLE_MONITOR"}


def test_commands_on_what_does_not_exist_name_it(administration: Administration) -> None:
    on_users: list[Callable[[], object]] = [
        lambda: administration.rotate_password("nobody"),
        lambda: administration.set_roles("nobody", ["ROLE_DATA"]),
        lambda: administration.revoke_user("nobody"),
        lambda: administration.restore_user("nobody"),
        lambda: administration.end_sessions("nobody"),
    ]
    for attempt in on_users:
        with pytest.raises(NotFound, match="There is no user 'nobody'"):
            attempt()
    on_tenants: list[Callable[[], object]] = [
        lambda: administration.revoke_tenant("none"),
        lambda: administration.restore_tenant("none"),
        lambda: administration.rename_tenant("none", name="None"),
        lambda: administration.users("none"),
    ]
    for attempt in on_tenants:
        with pytest.raises(NotFound, match="There is no tenant 'none'"):
            attempt()


@pytest.mark.usefixtures("anna")
def test_a_change_in_between_is_noticed_and_nothing_is_written(
    administration: Administration, directory: MemoryDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = directory.users_by_name["anna"]
    changed = replace(read, version=read.version + 1)
    directory.users_by_name["anna"] = changed
    monkeypatch.setattr(directory, "user", lambda name: read)

    with pytest.raises(ChangedMeanwhile, match="repeat the command"):
        administration.revoke_user("anna")

    assert directory.users_by_name["anna"] == changed


@pytest.mark.usefixtures("acme")
def test_a_user_made_by_another_command_at_the_same_moment_is_found(
    administration: Administration, directory: MemoryDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = administration.create_user(
        "anna", tenant_id="acme", roles=["ROLE_DATA"], password=PASSWORD
    )
    answers = iter([None, directory.users_by_name["anna"]])
    monkeypatch.setattr(directory, "user", lambda name: next(answers))

    ours = administration.create_user(
        "anna", tenant_id="acme", roles=["ROLE_DATA"], password=PASSWORD
    )

    assert (ours.user.name, ours.changed) == (theirs.user.name, False)


def test_lists_come_in_pages_by_name(administration: Administration) -> None:
    for tenant in ("globex", "acme", "initech"):
        administration.create_tenant(tenant)
    for name in ("carl", "anna", "bob"):
        administration.create_user(name, tenant_id="acme", roles=["ROLE_DATA"])

    first = administration.users("acme", limit=2)
    second = administration.users("acme", limit=2, after=first.after)

    assert [user.name for user in first.entries] == ["anna", "bob"]
    assert [user.name for user in second.entries] == ["carl"]
    assert second.after is None
    assert [t.id for t in administration.tenants().entries] == ["acme", "globex", "initech"]
    assert not administration.users("globex").entries


def test_every_refusal_has_a_stable_code_of_its_own() -> None:
    kinds: list[type[CommandRefused]] = [InvalidArgument, NotFound, Conflict, ChangedMeanwhile]

    assert [kind.code for kind in kinds] == ["invalid", "notFound", "conflict", "changedMeanwhile"]
