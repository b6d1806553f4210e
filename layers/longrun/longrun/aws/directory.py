"""The directory on DynamoDB: tenants, users, sessions as items; conditional writes, no scans.

Each tenant and user has a second item by which it is listed (`TENANTS`, or its tenant's
partition), written in the same transaction and without the password hash.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from longrun.aws.faults import interrupted
from longrun.identity.directory import Page, Session, Stale, Tenant, User, UserEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

type Item = dict[str, Any]
"""An item in the low-level client's form: attribute name to typed value."""

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
        item = self._get(_tenant_key(tenant_id))
        return None if item is None else _tenant(item)

    def user(self, name: str) -> User | None:
        """See `Directory.user`."""
        item = self._get(_user_key(name))
        return None if item is None else _user(item)

    def session(self, digest: str) -> Session | None:
        """See `Directory.session`."""
        item = self._get(_token_key(digest))
        return None if item is None else _session(digest, item)

    def add_tenant(self, tenant: Tenant) -> bool:
        """See `Directory.add_tenant`."""
        return self._add(_tenant_item(tenant), _tenant_entry(tenant), f"Tenant {tenant.id!r}")

    def add_user(self, user: User) -> bool:
        """See `Directory.add_user`."""
        return self._add(_user_item(user), _user_entry(user), f"User {user.name!r}")

    def add_session(self, session: Session) -> None:
        """See `Directory.add_session`."""
        with interrupted(_SERVICE):
            self._client.put_item(TableName=self._table, Item=_session_item(session))

    def replace_tenant(self, tenant: Tenant) -> None:
        """See `Directory.replace_tenant`."""
        self._replace(
            _tenant_item(tenant, version=tenant.version + 1),
            _tenant_entry(tenant),
            read=tenant.version,
            name=f"Tenant {tenant.id!r}",
        )

    def replace_user(self, user: User) -> None:
        """See `Directory.replace_user`."""
        self._replace(
            _user_item(user, version=user.version + 1),
            _user_entry(user),
            read=user.version,
            name=f"User {user.name!r}",
        )

    def renew_hash(self, user: User, password_hash: str) -> None:
        """See `Directory.renew_hash`."""
        # Rotated, or renewed by another call, in between: theirs is the newer one.
        theirs = suppress(self._client.exceptions.ConditionalCheckFailedException)
        with interrupted(_SERVICE), theirs:
            self._client.update_item(
                TableName=self._table,
                Key=_user_key(user.name),
                UpdateExpression="SET passwordHash = :new",
                ConditionExpression="passwordHash = :old",
                ExpressionAttributeValues={
                    ":new": {"S": password_hash},
                    ":old": {"S": user.password_hash},
                },
            )

    def tenants(self, *, after: str | None, limit: int) -> Page[Tenant]:
        """See `Directory.tenants`."""
        items, last = self._query("TENANTS", "TENANT#", after=after, limit=limit)
        return Page(entries=[_tenant(item) for item in items], after=last)

    def users(self, tenant_id: str, *, after: str | None, limit: int) -> Page[UserEntry]:
        """See `Directory.users`."""
        items, last = self._query(f"TENANT#{tenant_id}", "USER#", after=after, limit=limit)
        return Page(entries=[UserEntry(**_entry(item)) for item in items], after=last)

    def _get(self, key: Item) -> Mapping[str, Any] | None:
        with interrupted(_SERVICE):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _add(self, item: Item, entry: Item, name: str) -> bool:
        return self._write(
            name,
            {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": _NEW}},
            {"Put": {"TableName": self._table, "Item": entry}},
        )

    def _replace(self, item: Item, entry: Item, *, read: int, name: str) -> None:
        written = self._write(
            name,
            {
                "Put": {
                    "TableName": self._table,
                    "Item": item,
                    "ConditionExpression": _SAME_VERSION,
                    "ExpressionAttributeValues": {":read": {"N": str(read)}},
                }
            },
            {"Put": {"TableName": self._table, "Item": entry}},
        )
        if not written:
            raise Stale(name)

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
            key = {"PK": {"S": partition}, "SK": {"S": prefix + after}}
            start = {"ExclusiveStartKey": key}
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


def _key(partition: str, sort: str) -> Item:
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def _tenant_key(tenant_id: str) -> Item:
    return _key(f"TENANT#{tenant_id}", "TENANT")


def _user_key(name: str) -> Item:
    return _key(f"USER#{name}", "USER")


def _token_key(digest: str) -> Item:
    return _key(f"TOKEN#{digest}", "TOKEN")


def _tenant_attributes(tenant: Tenant, version: int) -> Item:
    return {
        "tenant": {"S": tenant.id},
        "name": {"S": tenant.name},
        "timeCreated": {"S": tenant.created.isoformat()},
        "active": {"BOOL": tenant.active},
        "version": {"N": str(version)},
    }


def _tenant_item(tenant: Tenant, *, version: int | None = None) -> Item:
    return _tenant_key(tenant.id) | _tenant_attributes(tenant, version or tenant.version)


def _tenant_entry(tenant: Tenant) -> Item:
    return _key("TENANTS", f"TENANT#{tenant.id}") | _tenant_attributes(tenant, tenant.version)


def _tenant(item: Mapping[str, Any]) -> Tenant:
    return Tenant(
        id=item["tenant"]["S"],
        name=item["name"]["S"],
        created=datetime.fromisoformat(item["timeCreated"]["S"]),
        active=item["active"]["BOOL"],
        version=int(item["version"]["N"]),
    )


def _entry_attributes(user: UserEntry) -> Item:
    item: Item = {
        "name": {"S": user.name},
        "tenant": {"S": user.tenant},
        "timeCreated": {"S": user.created.isoformat()},
        "active": {"BOOL": user.active},
    }
    # A set of strings may not be empty.
    return item | {"roles": {"SS": sorted(user.roles)}} if user.roles else item


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": item["name"]["S"],
        "tenant": item["tenant"]["S"],
        "roles": frozenset(item["roles"]["SS"] if "roles" in item else ()),
        "created": datetime.fromisoformat(item["timeCreated"]["S"]),
        "active": item["active"]["BOOL"],
    }


def _user_entry(user: User) -> Item:
    return _key(f"TENANT#{user.tenant}", f"USER#{user.name}") | _entry_attributes(user)


def _user_item(user: User, *, version: int | None = None) -> Item:
    return (
        _user_key(user.name)
        | _entry_attributes(user)
        | {
            "passwordHash": {"S": user.password_hash},
            "generation": {"N": str(user.generation)},
            "version": {"N": str(version or user.version)},
        }
    )


def _user(item: Mapping[str, Any]) -> User:
    return User(
        **_entry(item),
        password_hash=item["passwordHash"]["S"],
        generation=int(item["generation"]["N"]),
        version=int(item["version"]["N"]),
    )


def _session_item(session: Session) -> Item:
    return _token_key(session.digest) | {
        "user": {"S": session.user},
        "generation": {"N": str(session.generation)},
        "ttl": {"N": str(int(session.expires.timestamp()))},
    }


def _session(digest: str, item: Mapping[str, Any]) -> Session:
    return Session(
        digest=digest,
        user=item["user"]["S"],
        generation=int(item["generation"]["N"]),
        expires=datetime.fromtimestamp(int(item["ttl"]["N"]), UTC),
    )
