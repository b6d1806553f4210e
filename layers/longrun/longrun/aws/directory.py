"""The directory on DynamoDB: conditional writes, transactions, no scans.

All but sessions have a second item by which they are listed (`TENANTS`, or their tenant's
partition), written in the same transaction. The items themselves are `directory_items`'.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from longrun.aws import directory_items as items
from longrun.aws.directory_items import Item
from longrun.aws.faults import interrupted
from longrun.identity.directory import (
    ApiKey,
    ApiSecret,
    Client,
    Page,
    Session,
    Stale,
    Tenant,
    User,
    UserEntry,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_SERVICE = "The directory"
_NEW = "attribute_not_exists(PK)"
_SAME_VERSION = "version = :read"


class DynamoDirectory:
    """Implements `longrun.identity.directory.Directory`.

    Reads of single entries are strongly consistent, so that a revocation holds from the moment
    when its command has answered; lists may lag a moment behind.
    """

    def __init__(self, *, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def tenant(self, tenant_id: str) -> Tenant | None:
        """See `Directory.tenant`."""
        item = self._get(items.tenant_key(tenant_id))
        return None if item is None else items.tenant(item)

    def user(self, name: str) -> User | None:
        """See `Directory.user`."""
        item = self._get(items.user_key(name))
        return None if item is None else items.user(item)

    def session(self, digest: str) -> Session | None:
        """See `Directory.session`."""
        item = self._get(items.token_key(digest))
        return None if item is None else items.session(digest, item)

    def client(self, client_id: str) -> Client | None:
        """See `Directory.client`."""
        item = self._get(items.client_key(client_id))
        return None if item is None else items.client(item)

    def client_named(self, tenant_id: str, name: str) -> Client | None:
        """See `Directory.client_named`."""
        item = self._get(items.client_entry_key(tenant_id, name))
        return None if item is None else items.client(item)

    def api_key(self, key_id: str) -> ApiKey | None:
        """See `Directory.api_key`."""
        item = self._get(items.api_key_key(key_id))
        return None if item is None else items.api_key(item)

    def api_secret(self, digest: str) -> ApiSecret | None:
        """See `Directory.api_secret`."""
        item = self._get(items.api_secret_key(digest))
        return None if item is None else items.api_secret(item)

    def api_secret_named(self, tenant_id: str, name: str) -> ApiSecret | None:
        """See `Directory.api_secret_named`."""
        item = self._get(items.api_secret_entry_key(tenant_id, name))
        return None if item is None else items.api_secret(item)

    def add_tenant(self, tenant: Tenant) -> bool:
        """See `Directory.add_tenant`."""
        item, entry = items.tenant_item(tenant), items.tenant_entry(tenant)
        return self._add(item, entry, f"Tenant {tenant.id!r}")

    def add_user(self, user: User) -> bool:
        """See `Directory.add_user`."""
        return self._add(items.user_item(user), items.user_entry(user), f"User {user.name!r}")

    def add_client(self, client: Client) -> bool:
        """See `Directory.add_client`."""
        # The second is no copy that may be written over: it holds the name.
        return self._write(
            _client_name(client),
            self._put(items.client_item(client), _NEW),
            self._put(items.client_entry(client), _NEW),
        )

    def add_api_key(self, key: ApiKey) -> bool:
        """See `Directory.add_api_key`."""
        return self._add(items.api_key_item(key), items.api_key_entry(key), _key_name(key))

    def add_api_secret(self, secret: ApiSecret) -> bool:
        """See `Directory.add_api_secret`."""
        # As for clients: the second item holds the name.
        return self._write(
            _secret_name(secret),
            self._put(items.api_secret_item(secret), _NEW),
            self._put(items.api_secret_entry(secret), _NEW),
        )

    def add_session(self, session: Session) -> None:
        """See `Directory.add_session`."""
        with interrupted(_SERVICE):
            self._client.put_item(TableName=self._table, Item=items.session_item(session))

    def replace_tenant(self, tenant: Tenant) -> None:
        """See `Directory.replace_tenant`."""
        self._replace(
            items.tenant_item(tenant, version=tenant.version + 1),
            items.tenant_entry(tenant),
            read=tenant.version,
            name=f"Tenant {tenant.id!r}",
        )

    def replace_user(self, user: User) -> None:
        """See `Directory.replace_user`."""
        self._replace(
            items.user_item(user, version=user.version + 1),
            items.user_entry(user),
            read=user.version,
            name=f"User {user.name!r}",
        )

    def replace_client(self, before: Client, after: Client) -> None:
        """See `Directory.replace_client`."""
        after = replace(after, version=before.version + 1)
        writes = [self._put(items.client_entry(after), _SAME_VERSION, read=before.version)]
        if after.id == before.id:
            writes.append(self._put(items.client_item(after), _SAME_VERSION, read=before.version))
        else:
            old = items.client_key(before.id)
            writes.append(self._put(items.client_item(after), _NEW))
            writes.append({"Delete": {"TableName": self._table, "Key": old}})
        if not self._write(_client_name(before), *writes):
            raise Stale(_client_name(before))

    def replace_api_key(self, key: ApiKey) -> None:
        """See `Directory.replace_api_key`."""
        self._replace(
            items.api_key_item(key, version=key.version + 1),
            items.api_key_entry(key),
            read=key.version,
            name=_key_name(key),
        )

    def replace_api_secret(self, secret: ApiSecret) -> None:
        """See `Directory.replace_api_secret`."""
        read, after = secret.version, replace(secret, version=secret.version + 1)
        if not self._write(
            _secret_name(secret),
            self._put(items.api_secret_item(after), _SAME_VERSION, read=read),
            self._put(items.api_secret_entry(after), _SAME_VERSION, read=read),
        ):
            raise Stale(_secret_name(secret))

    def renew_hash(self, user: User, password_hash: str) -> None:
        """See `Directory.renew_hash`."""
        # Rotated, or renewed by another call, in between: theirs is the newer one.
        theirs = suppress(self._client.exceptions.ConditionalCheckFailedException)
        with interrupted(_SERVICE), theirs:
            self._client.update_item(
                TableName=self._table,
                Key=items.user_key(user.name),
                UpdateExpression="SET passwordHash = :new",
                ConditionExpression="passwordHash = :old",
                ExpressionAttributeValues={
                    ":new": {"S": password_hash},
                    ":old": {"S": user.password_hash},
                },
            )

    def tenants(self, *, after: str | None, limit: int) -> Page[Tenant]:
        """See `Directory.tenants`."""
        found, last = self._query("TENANTS", "TENANT#", after=after, limit=limit)
        return Page(entries=[items.tenant(item) for item in found], after=last)

    def users(self, tenant_id: str, *, after: str | None, limit: int) -> Page[UserEntry]:
        """See `Directory.users`."""
        found, last = self._query(f"TENANT#{tenant_id}", "USER#", after=after, limit=limit)
        return Page(entries=[items.user_listed(item) for item in found], after=last)

    def clients(self, tenant_id: str, *, after: str | None, limit: int) -> Page[Client]:
        """See `Directory.clients`."""
        found, last = self._query(f"TENANT#{tenant_id}", "CLIENT#", after=after, limit=limit)
        return Page(entries=[items.client(item) for item in found], after=last)

    def api_keys(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiKey]:
        """See `Directory.api_keys`."""
        found, last = self._query(f"TENANT#{tenant_id}", "KEY#", after=after, limit=limit)
        return Page(entries=[items.api_key(item) for item in found], after=last)

    def api_secrets(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiSecret]:
        """See `Directory.api_secrets`."""
        found, last = self._query(f"TENANT#{tenant_id}", "APIKEY#", after=after, limit=limit)
        return Page(entries=[items.api_secret(item) for item in found], after=last)

    def _get(self, key: Item) -> Mapping[str, Any] | None:
        if not items.can_be_kept(key):
            return None
        with interrupted(_SERVICE):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _add(self, item: Item, entry: Item, name: str) -> bool:
        return self._write(name, self._put(item, _NEW), self._put(entry))

    def _replace(self, item: Item, entry: Item, *, read: int, name: str) -> None:
        put = self._put(item, _SAME_VERSION, read=read)
        if not self._write(name, put, self._put(entry)):
            raise Stale(name)

    def _put(
        self, item: Item, condition: str | None = None, *, read: int | None = None
    ) -> "TransactWriteItemTypeDef":
        put: Any = {"TableName": self._table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        if read is not None:
            put["ExpressionAttributeValues"] = {":read": {"N": str(read)}}
        return {"Put": put}

    def _write(self, name: str, *writes: "TransactWriteItemTypeDef") -> bool:
        """Write all or nothing; False if a condition refused it."""
        with interrupted(_SERVICE):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as canceled:
                reasons = canceled.response.get("CancellationReasons", [])
                codes = {reason.get("Code") for reason in reasons}
                if "ConditionalCheckFailed" in codes:
                    return False
                if "TransactionConflict" in codes:
                    raise Stale(name) from None
                raise
        return True

    def _query(
        self, partition: str, prefix: str, *, after: str | None, limit: int
    ) -> tuple[list[Item], str | None]:
        """Items of the partition whose sort key is the prefix and a name behind `after`."""
        start: Item = {}
        if after is not None:
            start = {"ExclusiveStartKey": items.key(partition, prefix + after)}
        with interrupted(_SERVICE):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="PK = :partition AND begins_with(SK, :prefix)",
                ExpressionAttributeValues={
                    ":partition": {"S": partition},
                    ":prefix": {"S": prefix},
                },
                Limit=limit,
                **start,
            )
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], last["SK"]["S"].removeprefix(prefix) if last else None


def _client_name(client: Client) -> str:
    return f"Client {client.name!r} of tenant {client.tenant!r}"


def _secret_name(secret: ApiSecret) -> str:
    return f"API key {secret.name!r} of tenant {secret.tenant!r}"


def _key_name(key: ApiKey) -> str:
    return f"Key {key.fingerprint} of user {key.user!r}"
