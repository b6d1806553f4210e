"""The directory on DynamoDB (moto): what is written, what is refused, what is found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from longrun.aws.directory import DynamoDirectory
from longrun.identity.directory import (
    ApiKey,
    ApiSecret,
    Client,
    Session,
    Stale,
    Tenant,
    User,
)
from longrun.identity.ocids import key_id
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "longrun-state"
CREATED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACME = Tenant(id="acme", name="Acme Insurance", created=CREATED)
ANNA = User(
    name="anna",
    tenant="acme",
    roles=frozenset({"ROLE_DATA", "ROLE_MONITOR"}),
    created=CREATED,
    password_hash="$scrypt$one",
)
BATCH = Client(
    id="app-1",
    name="batch",
    tenant="acme",
    scopes=frozenset({"print:run", "ROLE_DATA"}),
    created=CREATED,
    managed=True,
)
KEY = ApiKey(
    tenant="acme", user="anna", fingerprint="aa:bb", public_key="-----BEGIN", created=CREATED
)
KEY_ID = key_id("acme", "anna", "aa:bb")
SECRET = ApiSecret(digest="0a1b", name="portal", tenant="acme", created=CREATED)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        yield client


@pytest.fixture
def directory(client: "DynamoDBClient") -> DynamoDirectory:
    return DynamoDirectory(client=client, table=TABLE)


def item(client: "DynamoDBClient", partition: str, sort: str) -> dict[str, Any]:
    found = client.get_item(TableName=TABLE, Key={"PK": {"S": partition}, "SK": {"S": sort}})
    return dict(found["Item"])


def test_what_is_unknown_is_none(directory: DynamoDirectory) -> None:
    assert directory.tenant("acme") is None
    assert directory.user("anna") is None
    assert directory.session("digest") is None


@pytest.mark.parametrize("name", ["a" * 2044, "\N{SLIGHTLY SMILING FACE}" * 511, "a\ud800"])
def test_what_fits_in_no_key_is_none_and_is_not_asked_for(
    directory: DynamoDirectory, stubbed: Stubber, name: str
) -> None:
    assert directory.user(name) is None
    assert directory.client_named("acme", name) is None
    assert directory.api_key(key_id("acme", "anna", name)) is None


def test_tenants_and_users_come_back_as_they_were(directory: DynamoDirectory) -> None:
    zoe = replace(ANNA, name="Zoë #2 Müller", active=False, generation=7)

    assert directory.add_tenant(ACME)
    assert directory.add_user(ANNA)
    assert directory.add_user(zoe)

    assert directory.tenant("acme") == ACME
    assert directory.user("anna") == ANNA
    assert directory.user("Zoë #2 Müller") == zoe


def test_a_user_without_roles_can_be_kept(directory: DynamoDirectory) -> None:
    nobody = replace(ANNA, roles=frozenset[str]())

    assert directory.add_user(nobody)
    assert directory.user("anna") == nobody


def test_a_taken_id_or_name_writes_nothing(directory: DynamoDirectory) -> None:
    directory.add_tenant(ACME)
    directory.add_user(ANNA)

    assert not directory.add_tenant(replace(ACME, name="Other"))
    assert not directory.add_user(replace(ANNA, tenant="globex"))

    assert directory.tenant("acme") == ACME
    assert directory.user("anna") == ANNA
    assert not directory.users("globex", after=None, limit=10).entries


def test_replacing_counts_the_version_and_the_list_follows(directory: DynamoDirectory) -> None:
    directory.add_tenant(ACME)
    directory.add_user(ANNA)

    directory.replace_tenant(replace(ACME, active=False))
    directory.replace_user(replace(ANNA, active=False, generation=2))

    assert directory.tenant("acme") == replace(ACME, active=False, version=2)
    assert directory.user("anna") == replace(ANNA, active=False, generation=2, version=2)
    assert not directory.tenants(after=None, limit=10).entries[0].active
    assert not directory.users("acme", after=None, limit=10).entries[0].active


def test_replacing_what_has_changed_is_refused_and_writes_nothing(
    directory: DynamoDirectory,
) -> None:
    directory.add_tenant(ACME)
    directory.add_user(ANNA)
    directory.replace_tenant(replace(ACME, name="First"))
    directory.replace_user(replace(ANNA, generation=2))

    with pytest.raises(Stale, match="Tenant 'acme'"):
        directory.replace_tenant(replace(ACME, name="Second"))
    with pytest.raises(Stale, match="User 'anna'"):
        directory.replace_user(replace(ANNA, roles=frozenset({"ROLE_RESOURCE"})))

    tenant, user = directory.tenant("acme"), directory.user("anna")
    assert tenant is not None
    assert user is not None
    assert tenant.name == directory.tenants(after=None, limit=10).entries[0].name == "First"
    assert user.roles == directory.users("acme", after=None, limit=10).entries[0].roles


def test_a_hash_is_renewed_only_in_place_of_the_one_that_was_read(
    directory: DynamoDirectory,
) -> None:
    directory.add_user(ANNA)

    directory.renew_hash(ANNA, "$scrypt$two")
    directory.renew_hash(ANNA, "$scrypt$late")
    directory.renew_hash(replace(ANNA, name="nobody"), "$scrypt$two")

    assert directory.user("anna") == replace(ANNA, password_hash="$scrypt$two")
    assert directory.user("nobody") is None


def test_the_list_of_users_holds_no_hash(
    directory: DynamoDirectory, client: "DynamoDBClient"
) -> None:
    directory.add_user(ANNA)

    assert "scrypt" not in str(item(client, "TENANT#acme", "USER#anna"))
    assert "scrypt" not in repr(directory.user("anna"))


def test_a_session_is_kept_by_digest_with_its_ttl(
    directory: DynamoDirectory, client: "DynamoDBClient"
) -> None:
    session = Session(
        digest="ab12", user="anna", generation=3, expires=CREATED + timedelta(hours=1)
    )
    directory.add_session(session)

    assert directory.session("ab12") == session
    stored = item(client, "TOKEN#ab12", "TOKEN")
    assert stored["ttl"] == {"N": str(int(session.expires.timestamp()))}


def test_a_session_past_its_time_is_still_found_for_the_reader_to_judge(
    directory: DynamoDirectory,
) -> None:
    past = Session(digest="ab12", user="anna", generation=1, expires=CREATED - timedelta(days=1))
    directory.add_session(past)

    assert directory.session("ab12") == past


def test_users_are_listed_by_tenant_and_in_pages(directory: DynamoDirectory) -> None:
    directory.add_tenant(ACME)
    for name in ("carl", "anna", "bob"):
        directory.add_user(replace(ANNA, name=name))
    directory.add_user(replace(ANNA, name="gina", tenant="globex"))

    first = directory.users("acme", after=None, limit=2)
    second = directory.users("acme", after=first.after, limit=2)

    assert [user.name for user in first.entries] == ["anna", "bob"]
    assert first.after == "bob"
    assert [user.name for user in second.entries] == ["carl"]
    assert second.after is None


def test_tenants_are_listed_in_pages(directory: DynamoDirectory) -> None:
    for tenant in ("globex", "acme", "initech"):
        directory.add_tenant(replace(ACME, id=tenant))

    first = directory.tenants(after=None, limit=2)
    second = directory.tenants(after=first.after, limit=2)

    assert [tenant.id for tenant in first.entries] == ["acme", "globex"]
    assert [tenant.id for tenant in second.entries] == ["initech"]


def canceled(*codes: str) -> dict[str, Any]:
    reasons = [{"Code": code} for code in codes]
    return {"CancellationReasons": reasons}


@pytest.fixture
def stubbed(directory: DynamoDirectory, client: "DynamoDBClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


def test_a_transaction_that_meets_another_is_stale(
    directory: DynamoDirectory, stubbed: Stubber
) -> None:
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields=canceled("TransactionConflict", "None"),
    )

    with pytest.raises(Stale):
        directory.add_user(ANNA)


def test_a_transaction_canceled_for_another_reason_is_no_refusal(
    directory: DynamoDirectory, stubbed: Stubber
) -> None:
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields=canceled("ValidationError", "None"),
    )

    with pytest.raises(ClientError):
        directory.add_user(ANNA)


def test_a_throttled_read_is_an_interruption(directory: DynamoDirectory, stubbed: Stubber) -> None:
    stubbed.add_client_error("get_item", "ThrottlingException")

    with pytest.raises(Interrupted):
        directory.user("anna")


def test_a_client_is_found_by_its_id_and_by_its_name(directory: DynamoDirectory) -> None:
    assert directory.client("app-1") is None
    assert directory.client_named("acme", "batch") is None

    assert directory.add_client(BATCH)

    assert directory.client("app-1") == directory.client_named("acme", "batch") == BATCH
    assert directory.client_named("globex", "batch") is None


@pytest.mark.parametrize("taken", [replace(BATCH, name="other"), replace(BATCH, id="app-2"), BATCH])
def test_neither_a_clients_id_nor_its_name_is_given_twice(
    directory: DynamoDirectory, taken: Client
) -> None:
    directory.add_client(BATCH)

    assert not directory.add_client(taken)

    assert directory.clients("acme", after=None, limit=10).entries == [BATCH]


def test_a_client_is_replaced_only_as_it_was_read(directory: DynamoDirectory) -> None:
    directory.add_client(BATCH)

    directory.replace_client(BATCH, replace(BATCH, active=False))

    revoked = directory.client("app-1")
    assert revoked == replace(BATCH, active=False, version=2)
    assert directory.client_named("acme", "batch") == revoked
    with pytest.raises(Stale):
        directory.replace_client(BATCH, BATCH)


def test_a_rotated_clients_old_id_is_unknown(directory: DynamoDirectory) -> None:
    directory.add_client(BATCH)

    directory.replace_client(BATCH, replace(BATCH, id="app-2"))

    assert directory.client("app-1") is None
    rotated = directory.client("app-2")
    assert rotated == directory.client_named("acme", "batch")
    assert rotated == replace(BATCH, id="app-2", version=2)
    with pytest.raises(Stale):
        directory.replace_client(BATCH, replace(BATCH, id="app-3"))
    assert directory.client("app-3") is None


def test_a_key_is_found_by_what_signatures_call_it(directory: DynamoDirectory) -> None:
    assert directory.api_key(KEY_ID) is None

    assert directory.add_api_key(KEY)
    assert not directory.add_api_key(replace(KEY, public_key="another"))

    assert directory.api_key(KEY_ID) == KEY
    directory.replace_api_key(replace(KEY, active=False))
    assert directory.api_key(KEY_ID) == replace(KEY, active=False, version=2)
    with pytest.raises(Stale):
        directory.replace_api_key(KEY)


def test_an_api_secret_is_found_by_its_digest_and_by_its_name(
    directory: DynamoDirectory, client: "DynamoDBClient"
) -> None:
    assert directory.api_secret("0a1b") is None

    assert directory.add_api_secret(SECRET)
    assert not directory.add_api_secret(replace(SECRET, digest="2c3d"))

    assert item(client, "APIKEY#0a1b", "APIKEY")["tenant"] == {"S": "acme"}
    assert directory.api_secret("0a1b") == directory.api_secret_named("acme", "portal") == SECRET
    directory.replace_api_secret(replace(SECRET, active=False))
    revoked = replace(SECRET, active=False, version=2)
    assert directory.api_secret("0a1b") == directory.api_secret_named("acme", "portal") == revoked
    assert directory.api_secrets("acme", after=None, limit=5).entries == [revoked]
    with pytest.raises(Stale):
        directory.replace_api_secret(SECRET)


def test_users_clients_and_keys_of_a_tenant_are_listed_apart_and_in_pages(
    directory: DynamoDirectory,
) -> None:
    directory.add_tenant(ACME)
    directory.add_user(ANNA)
    for number in range(3):
        directory.add_client(replace(BATCH, id=f"app-{number}", name=f"batch-{number}"))
        directory.add_api_key(replace(KEY, fingerprint=f"aa:b{number}"))

    first = directory.clients("acme", after=None, limit=2)
    second = directory.clients("acme", after=first.after, limit=2)
    keys = directory.api_keys("acme", after=None, limit=2)
    rest = directory.api_keys("acme", after=keys.after, limit=2)

    assert [c.name for c in [*first.entries, *second.entries]] == ["batch-0", "batch-1", "batch-2"]
    assert [k.fingerprint for k in [*keys.entries, *rest.entries]] == ["aa:b0", "aa:b1", "aa:b2"]
    assert [u.name for u in directory.users("acme", after=None, limit=10).entries] == ["anna"]
