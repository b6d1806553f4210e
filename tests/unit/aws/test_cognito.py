"""Clients in the user pool, on Cognito (moto)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from longrun.aws.cognito import CognitoPool
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

URL = "https://pool.example/oauth2/token"
SCOPES = [{"ScopeName": name, "ScopeDescription": name} for name in ("print:run", "ROLE_DATA")]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["CognitoIdentityProviderClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("cognito-idp", region_name="us-east-1")


@pytest.fixture
def pool_id(client: "CognitoIdentityProviderClient") -> str:
    made = client.create_user_pool(PoolName="longrun")["UserPool"]["Id"]
    client.create_resource_server(
        UserPoolId=made,
        Identifier="longrun",
        Name="Longrun",
        Scopes=SCOPES,  # type: ignore[arg-type]  # plain dicts
    )
    return made


@pytest.fixture
def pool(client: "CognitoIdentityProviderClient", pool_id: str) -> CognitoPool:
    return CognitoPool(client=client, pool=pool_id, token_url=URL)


def test_a_client_gets_tokens_for_itself_alone_with_its_scopes_for_a_day(
    pool: CognitoPool, client: "CognitoIdentityProviderClient", pool_id: str
) -> None:
    issued = pool.create("acme-batch", frozenset({"print:run", "ROLE_DATA"}))

    made = client.describe_user_pool_client(UserPoolId=pool_id, ClientId=issued.id)[
        "UserPoolClient"
    ]
    assert made["ClientName"] == "acme-batch"
    assert made["ClientSecret"] == issued.secret
    assert made["AllowedOAuthFlows"] == ["client_credentials"]
    assert made["AllowedOAuthScopes"] == ["longrun/ROLE_DATA", "longrun/print:run"]
    assert made["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert made["AccessTokenValidity"] == 24
    assert made["TokenValidityUnits"] == {"AccessToken": "hours"}
    assert issued.secret not in repr(issued)
    assert pool.token_url == URL


def test_a_deleted_client_is_gone_and_deleting_it_again_is_no_fault(
    pool: CognitoPool, client: "CognitoIdentityProviderClient", pool_id: str
) -> None:
    issued = pool.create("acme-batch", frozenset({"print:run"}))

    pool.delete(issued.id)
    pool.delete(issued.id)

    assert not client.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]


def test_a_throttled_call_may_be_repeated(
    pool: CognitoPool, client: "CognitoIdentityProviderClient"
) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("create_user_pool_client", "TooManyRequestsException")
        with pytest.raises(Interrupted, match="The user pool"):
            pool.create("acme-batch", frozenset({"print:run"}))
