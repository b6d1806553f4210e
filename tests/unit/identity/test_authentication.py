"""Who gets in, and who does not."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from longrun.identity.administration import Administration
from longrun.identity.authentication import Authenticator
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.passwords import Cost, Passwords
from longrun.identity.tokens import IssuedToken
from tests.unit.identity.fakes import Clock, MemoryDirectory

PASSWORD = "correct horse: battery"


def basic(name: str, password: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def token(issued: IssuedToken) -> dict[str, str]:
    return {"auth_token": issued.token}


@pytest.fixture(autouse=True)
def anna(administration: Administration) -> None:
    administration.create_tenant("acme")
    administration.create_user(
        "anna", tenant_id="acme", roles=["ROLE_DATA", "ROLE_MONITOR"], password=PASSWORD
    )


@pytest.fixture
def session(authenticator: Authenticator) -> IssuedToken:
    return authenticator.login(authenticator.authenticate(basic("anna", PASSWORD)))


def refusal(authenticator: Authenticator, headers: dict[str, str]) -> Reason:
    with pytest.raises(Unauthenticated) as refused:
        authenticator.authenticate(headers)
    assert str(refused.value) == "The credentials are missing, wrong or expired."
    return refused.value.reason


def test_the_right_password_proves_the_user(authenticator: Authenticator) -> None:
    principal = authenticator.authenticate(basic("anna", PASSWORD))

    assert (principal.tenant, principal.id, principal.name) == ("acme", "anna", "anna")
    assert principal.permissions == {"print:run", "print:monitor", "resources:list"}


def test_a_session_token_proves_the_same_user(
    authenticator: Authenticator, session: IssuedToken
) -> None:
    by_password = authenticator.authenticate(basic("anna", PASSWORD))
    by_token = authenticator.authenticate(token(session))

    assert (by_token.tenant, by_token.id) == (by_password.tenant, by_password.id)
    assert by_token.permissions == by_password.permissions
    assert session.expires_in == 3600


def test_unicode_names_and_passwords_get_in(
    authenticator: Authenticator, administration: Administration
) -> None:
    administration.create_user(
        "Zoë Müller", tenant_id="acme", roles=["ROLE_DATA"], password="пароль: 密码 ключ 🔑"
    )

    principal = authenticator.authenticate(basic("Zoe\u0308 Mu\u0308ller", "пароль: 密码 ключ 🔑"))

    assert principal.id == "Zoë Müller"


@pytest.mark.parametrize("password", ["wrong", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1]])
def test_a_wrong_password_is_refused(authenticator: Authenticator, password: str) -> None:
    assert refusal(authenticator, basic("anna", password)) is Reason.WRONG_PASSWORD


@pytest.mark.parametrize("name", ["Anna", "anna ", "acme", "nobody", "TENANT#acme"])
def test_an_unknown_user_is_refused(authenticator: Authenticator, name: str) -> None:
    assert refusal(authenticator, basic(name, PASSWORD)) is Reason.UNKNOWN_USER


def test_an_unknown_user_costs_as_much_as_a_wrong_password(
    authenticator: Authenticator, slow_hashes: list[str]
) -> None:
    refusal(authenticator, basic("anna", "wrong"))
    refusal(authenticator, basic("nobody", "wrong"))

    assert slow_hashes == ["wrong", "wrong"]


def test_a_revoked_user_with_a_wrong_password_costs_the_same_and_is_told_nothing(
    authenticator: Authenticator, administration: Administration, slow_hashes: list[str]
) -> None:
    administration.revoke_user("anna")

    assert refusal(authenticator, basic("anna", "wrong")) is Reason.WRONG_PASSWORD
    assert slow_hashes == ["wrong"]


def test_polling_by_password_pays_for_the_hash_once(
    authenticator: Authenticator, clock: Clock, slow_hashes: list[str]
) -> None:
    for _ in range(20):
        authenticator.authenticate(basic("anna", PASSWORD))
        clock.pass_by(timedelta(seconds=1))

    assert slow_hashes == [PASSWORD]


def test_a_token_costs_no_slow_hash(
    authenticator: Authenticator, session: IssuedToken, slow_hashes: list[str]
) -> None:
    slow_hashes.clear()
    authenticator.authenticate(token(session))

    assert slow_hashes == []


def test_a_forged_token_is_refused(authenticator: Authenticator) -> None:
    assert refusal(authenticator, {"auth_token": "A" * 43}) is Reason.UNKNOWN_TOKEN


def test_the_stored_digest_is_no_token(
    authenticator: Authenticator, directory: MemoryDirectory, session: IssuedToken
) -> None:
    digest = hashlib.sha256(session.token.encode()).hexdigest()

    assert set(directory.sessions) == {digest}
    assert session.token not in repr(directory.sessions)
    assert refusal(authenticator, {"auth_token": digest}) is Reason.MALFORMED


def test_a_token_lives_for_its_time_and_no_longer(
    authenticator: Authenticator, clock: Clock, session: IssuedToken
) -> None:
    clock.pass_by(timedelta(minutes=59, seconds=59))
    authenticator.authenticate(token(session))

    clock.pass_by(timedelta(seconds=1))
    assert refusal(authenticator, token(session)) is Reason.EXPIRED_TOKEN


def test_the_lifetime_of_sessions_is_a_parameter(
    directory: MemoryDirectory, clock: Clock, passwords: Passwords
) -> None:
    short = Authenticator(
        directory=directory,
        clock=clock,
        passwords=passwords,
        session_lifetime=timedelta(seconds=90),
    )
    issued = short.login(short.authenticate(basic("anna", PASSWORD)))
    assert issued.expires_in == 90

    clock.pass_by(timedelta(seconds=90))
    assert refusal(short, token(issued)) is Reason.EXPIRED_TOKEN


ENDINGS: list[tuple[Callable[[Administration], object], Reason]] = [
    (lambda a: a.rotate_password("anna"), Reason.ENDED_SESSION),
    (lambda a: a.end_sessions("anna"), Reason.ENDED_SESSION),
    (lambda a: a.revoke_user("anna"), Reason.ENDED_SESSION),
    (lambda a: (a.revoke_user("anna"), a.restore_user("anna")), Reason.ENDED_SESSION),
    (lambda a: a.revoke_tenant("acme"), Reason.TENANT_REVOKED),
]


@pytest.mark.parametrize(("command", "reason"), ENDINGS)
def test_these_commands_end_an_open_session_at_once(
    authenticator: Authenticator,
    administration: Administration,
    session: IssuedToken,
    command: Callable[[Administration], object],
    reason: Reason,
) -> None:
    command(administration)

    assert refusal(authenticator, token(session)) is reason


CLOSINGS: list[tuple[Callable[[Administration], object], Reason]] = [
    (lambda a: a.rotate_password("anna"), Reason.WRONG_PASSWORD),
    (lambda a: a.revoke_user("anna"), Reason.USER_REVOKED),
    (lambda a: a.revoke_tenant("acme"), Reason.TENANT_REVOKED),
]


@pytest.mark.parametrize(("command", "reason"), CLOSINGS)
def test_these_commands_shut_out_a_password_that_is_still_remembered(
    authenticator: Authenticator,
    administration: Administration,
    command: Callable[[Administration], object],
    reason: Reason,
) -> None:
    authenticator.authenticate(basic("anna", PASSWORD))

    command(administration)

    assert refusal(authenticator, basic("anna", PASSWORD)) is reason


def test_restoring_lets_in_again(
    authenticator: Authenticator, administration: Administration
) -> None:
    administration.revoke_user("anna")
    administration.revoke_tenant("acme")
    administration.restore_user("anna")
    administration.restore_tenant("acme")

    assert authenticator.authenticate(basic("anna", PASSWORD)).id == "anna"


def test_a_change_of_roles_holds_for_open_sessions(
    authenticator: Authenticator, administration: Administration, session: IssuedToken
) -> None:
    administration.set_roles("anna", ["ROLE_MONITOR"])

    assert authenticator.authenticate(token(session)).permissions == {"print:monitor"}


def test_only_a_password_opens_a_session(
    authenticator: Authenticator, session: IssuedToken
) -> None:
    with pytest.raises(Unauthenticated) as by_header:
        authenticator.authenticate(token(session), password_only=True)
    with pytest.raises(Unauthenticated) as by_principal:
        authenticator.login(authenticator.authenticate(token(session)))

    assert by_header.value.reason is Reason.PASSWORD_NEEDED
    assert by_principal.value.reason is Reason.PASSWORD_NEEDED


def test_a_session_opened_while_the_password_is_rotated_is_dead(
    authenticator: Authenticator, administration: Administration
) -> None:
    proved = authenticator.authenticate(basic("anna", PASSWORD))
    administration.rotate_password("anna")

    issued = authenticator.login(proved)

    assert refusal(authenticator, token(issued)) is Reason.ENDED_SESSION


def test_an_issued_token_does_not_show_in_its_representation(session: IssuedToken) -> None:
    assert session.token not in repr(session)


def test_a_hash_at_an_older_cost_is_renewed_at_the_next_login(
    directory: MemoryDirectory, clock: Clock
) -> None:
    dearer = Passwords(cost=Cost(log2_n=3, r=1, p=1), monotonic=clock.monotonic)
    later = Authenticator(directory=directory, clock=clock, passwords=dearer)
    generation = directory.users_by_name["anna"].generation

    refusal(later, basic("anna", "wrong"))
    assert dearer.outdated(directory.users_by_name["anna"].password_hash)

    later.authenticate(basic("anna", PASSWORD))
    renewed = directory.users_by_name["anna"]
    assert not dearer.outdated(renewed.password_hash)
    assert renewed.generation == generation
    assert later.authenticate(basic("anna", PASSWORD)).id == "anna"
