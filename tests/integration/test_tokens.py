"""Access tokens against the running user pool: who gets in, and who no longer does."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.deployment import client
from local.stack import Stack

NOWHERE = "/workRequests/00000000-0000-4000-8000-000000000000"
"""Known to nobody: 404 for whoever may ask."""


class Program:
    """A client of acme's own, made for one test."""

    def __init__(self, stack: Stack, *scopes: str) -> None:
        self._stack = stack
        self._name = f"test-{uuid4().hex[:8]}"
        self._made = self.command("clients.create", scopes=list(scopes))

    def command(self, command: str, **arguments: object) -> dict[str, Any]:
        event = {"command": command, "tenant": "acme", "client": self._name} | arguments
        answer = self._stack.invoke("IdentityAdmin", event)
        assert not answer.failed, answer.log
        assert "error" not in answer.payload, answer.payload
        payload: dict[str, Any] = answer.payload
        self._made = payload if "clientSecret" in payload else self._made
        return payload

    def ask_for_token(self, **form: str) -> httpx.Response:
        return httpx.post(
            self._made["tokenUrl"],
            data={"grant_type": "client_credentials"} | form,
            auth=(self._made["client"]["clientId"], self._made["clientSecret"]),
        )

    def token(self) -> str:
        token: str = self.ask_for_token().json()["access_token"]
        return token


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.contracts["workRequests"], timeout=60) as client:
        yield client


def status(api: httpx.Client, token: str) -> int:
    return api.get(NOWHERE, headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_seeded_token_lets_its_tenant_in(stack: Stack, api: httpx.Client) -> None:
    for tenant in stack.tenants:
        assert tenant.bearer is not None
        assert status(api, tenant.bearer) == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic YTpi"},
    ],
)
def test_nobody_gets_in_without_a_token(api: httpx.Client, headers: dict[str, str]) -> None:
    answer = api.get(NOWHERE, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "NotAuthenticated"


def test_a_signature_of_somebody_else_does_not_count(stack: Stack, api: httpx.Client) -> None:
    ours, theirs = (str(tenant.bearer).split(".") for tenant in stack.tenants)

    assert status(api, ".".join([*ours[:2], theirs[2]])) == 401


def test_a_session_token_or_a_password_is_no_access_token(stack: Stack, api: httpx.Client) -> None:
    user = stack.tenants[0].users[0]

    assert api.get(NOWHERE, auth=(user.name, user.password)).status_code == 401


def test_a_new_client_gets_in_at_once_and_a_revoked_one_is_out_at_once(
    stack: Stack, api: httpx.Client
) -> None:
    program = Program(stack, "DVContentAuthor")
    token = program.token()
    assert status(api, token) == 404

    program.command("clients.revoke")

    assert status(api, token) == 401
    assert program.ask_for_token().status_code == 400

    program.command("clients.restore")
    assert status(api, program.token()) == 404
    assert status(api, token) == 401


def test_rotating_ends_the_tokens_of_the_old_secret(stack: Stack, api: httpx.Client) -> None:
    program = Program(stack, "DVContentAuthor")
    token = program.token()

    program.command("clients.rotate")

    assert status(api, token) == 401
    assert status(api, program.token()) == 404


def test_the_pool_gives_no_scope_that_a_client_was_not_given(stack: Stack) -> None:
    program = Program(stack, "DVContentAuthor")

    answer = program.ask_for_token(scope="longrun/BIServiceAdministrator")

    assert answer.status_code == 400


def test_the_pools_users_get_in_with_their_groups_by_a_registered_application(
    stack: Stack, api: httpx.Client
) -> None:
    """A sign-in token: no scopes of ours, but `cognito:groups`; its ID token is no access token."""
    pool, name = stack.resources["UserPool"], f"person-{uuid4().hex[:8]}"
    cognito = client("cognito-idp", stack.endpoint)
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName=name,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    application = made["UserPoolClient"]["ClientId"]
    password = f"Aa1!{uuid4()}"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    given = cognito.initiate_auth(
        ClientId=application,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )["AuthenticationResult"]
    assert status(api, given["AccessToken"]) == 401

    event = {"command": "clients.create", "tenant": "acme", "client": name}
    registered = {"scopes": ["DVContentAuthor"], "clientId": application}
    assert "error" not in stack.invoke("IdentityAdmin", event | registered).payload

    assert status(api, given["AccessToken"]) == 404
    assert status(api, given["IdToken"]) == 401
    cognito.close()
