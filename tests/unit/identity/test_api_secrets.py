"""Secrets for the header `api-key`, and the callers who need one beside their token."""

from collections.abc import Mapping

import pytest

from longrun.identity.administration import Administration
from longrun.identity.api_secrets import SecretAdministration, find
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.keyed_bearer import KeyedBearerAuthenticator
from longrun.identity.principal import Principal
from longrun.identity.rules import Conflict, InvalidArgument, NotFound
from tests.unit.identity.fakes import MemoryDirectory

CALLER = Principal(tenant="acme", id="client:acme/batch", permissions=frozenset())


class FakeTokens:
    """Knows one token."""

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        if headers.get("Authorization") != "Bearer good":
            raise Unauthenticated(Reason.UNKNOWN_CLIENT)
        return CALLER


@pytest.fixture(autouse=True)
def tenants(administration: Administration) -> None:
    administration.create_tenant("acme")
    administration.create_tenant("globex")


@pytest.fixture
def authenticator(directory: MemoryDirectory) -> KeyedBearerAuthenticator:
    return KeyedBearerAuthenticator(tokens=FakeTokens(), directory=directory)


def made(secrets: SecretAdministration, name: str = "portal", tenant: str = "acme") -> str:
    secret = secrets.create(name, tenant_id=tenant).secret
    assert secret is not None
    return secret


def test_a_secret_is_told_once_and_kept_as_a_digest(
    secrets: SecretAdministration, directory: MemoryDirectory
) -> None:
    secret = made(secrets)

    assert len(secret) == 43
    assert secret not in repr(directory)
    found = find(directory, secret)
    assert found is not None and (found.tenant, found.name) == ("acme", "portal")
    again = secrets.create("portal", tenant_id="acme")
    assert (again.changed, again.secret) == (False, None)


def test_a_secret_does_not_show_in_an_outcomes_repr(secrets: SecretAdministration) -> None:
    outcome = secrets.create("portal", tenant_id="acme")

    assert outcome.secret is not None
    assert outcome.secret not in repr(outcome)


def test_a_revoked_secret_stays_revoked(secrets: SecretAdministration) -> None:
    made(secrets)

    assert secrets.revoke("portal", tenant_id="acme").changed
    assert not secrets.revoke("portal", tenant_id="acme").changed
    with pytest.raises(Conflict, match="was revoked"):
        secrets.create("portal", tenant_id="acme")


def test_two_tenants_may_use_the_same_name(secrets: SecretAdministration) -> None:
    assert made(secrets) != made(secrets, tenant="globex")
    assert [entry.tenant for entry in secrets.listed("acme").entries] == ["acme"]


def test_who_or_what_is_unknown_is_named(secrets: SecretAdministration) -> None:
    with pytest.raises(NotFound, match="no tenant 'initech'"):
        secrets.create("portal", tenant_id="initech")
    with pytest.raises(NotFound, match="no tenant 'initech'"):
        secrets.listed("initech")
    with pytest.raises(NotFound, match="no API key 'portal'"):
        secrets.revoke("portal", tenant_id="acme")


@pytest.mark.parametrize("name", ["", "Portal", "a b", "a--b", "x" * 61])
def test_a_name_breaks_its_rule(secrets: SecretAdministration, name: str) -> None:
    with pytest.raises(InvalidArgument):
        secrets.create(name, tenant_id="acme")


def test_a_token_and_its_tenants_secret_let_a_caller_in(
    authenticator: KeyedBearerAuthenticator, secrets: SecretAdministration
) -> None:
    headers = {"Authorization": "Bearer good", "API-Key": made(secrets)}

    assert authenticator.authenticate(headers) == CALLER


def test_anything_less_is_refused_and_the_reason_told_to_the_log_alone(
    authenticator: KeyedBearerAuthenticator, secrets: SecretAdministration
) -> None:
    good, theirs, revoked = made(secrets), made(secrets, tenant="globex"), made(secrets, "old")
    secrets.revoke("old", tenant_id="acme")

    for token, key, reason in (
        ("Bearer good", None, Reason.MISSING),
        ("Bearer good", "", Reason.MISSING),
        ("Bearer good", "x" * 43, Reason.UNKNOWN_KEY),
        ("Bearer good", "not a key", Reason.UNKNOWN_KEY),
        ("Bearer good", revoked, Reason.KEY_REVOKED),
        ("Bearer good", theirs, Reason.OTHER_TENANT),
        ("Bearer bad", good, Reason.UNKNOWN_CLIENT),
        ("", good, Reason.UNKNOWN_CLIENT),
    ):
        headers = {"Authorization": token} | ({} if key is None else {"api-key": key})
        with pytest.raises(Unauthenticated) as refused:
            authenticator.authenticate(headers)
        assert refused.value.reason == reason
        assert str(refused.value) == str(Unauthenticated(Reason.MALFORMED))


def test_a_secret_that_comes_twice_is_refused(
    authenticator: KeyedBearerAuthenticator, secrets: SecretAdministration
) -> None:
    secret = made(secrets)

    with pytest.raises(Unauthenticated):
        authenticator.authenticate(
            {"Authorization": "Bearer good", "api-key": secret, "Api-Key": secret}
        )
