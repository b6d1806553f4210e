"""The directory's entries as DynamoDB items and back; what reads and writes them is `directory`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from longrun.identity.directory import (
    ApiKey,
    ApiSecret,
    Client,
    Session,
    Tenant,
    User,
    UserEntry,
)
from longrun.identity.ocids import key_id, user_ocid

type Item = dict[str, Any]
"""An item in the low-level client's form: attribute name to typed value."""

_LONGEST: Final = {"PK": 2048, "SK": 1024}
"""In bytes of UTF-8; DynamoDB refuses a request with a longer key."""


def key(partition: str, sort: str) -> Item:
    """A primary key."""
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def can_be_kept(key: Item) -> bool:
    """Whether there can be an item of this key: it is text, and short enough."""
    try:
        return all(len(key[name]["S"].encode()) <= most for name, most in _LONGEST.items())
    except UnicodeEncodeError:
        return False


def tenant_key(tenant_id: str) -> Item:
    """The key of a tenant."""
    return key(f"TENANT#{tenant_id}", "TENANT")


def user_key(name: str) -> Item:
    """The key of a user."""
    return key(f"USER#{name}", "USER")


def token_key(digest: str) -> Item:
    """The key of a session."""
    return key(f"TOKEN#{digest}", "TOKEN")


def client_key(client_id: str) -> Item:
    """The key of a client, by its id at the issuer."""
    return key(f"CLIENT#{client_id}", "CLIENT")


def client_entry_key(tenant_id: str, name: str) -> Item:
    """The key by which a tenant's client is listed, and found by its name."""
    return key(f"TENANT#{tenant_id}", f"CLIENT#{name}")


def api_key_key(signed_as: str) -> Item:
    """The key of an API key, by `tenancy OCID/user OCID/fingerprint`."""
    return key(f"KEY#{signed_as}", "KEY")


def api_secret_key(digest: str) -> Item:
    """The key of an API secret."""
    return key(f"APIKEY#{digest}", "APIKEY")


def api_secret_entry_key(tenant_id: str, name: str) -> Item:
    """The key by which a tenant's API secret is listed, and found by its name."""
    return key(f"TENANT#{tenant_id}", f"APIKEY#{name}")


def _tenant_attributes(tenant: Tenant, version: int) -> Item:
    return {
        "tenant": {"S": tenant.id},
        "name": {"S": tenant.name},
        "timeCreated": _time(tenant.created),
        "active": {"BOOL": tenant.active},
        "version": _number(version),
    }


def tenant_item(tenant: Tenant, *, version: int | None = None) -> Item:
    """A tenant, as that version if one is given."""
    return tenant_key(tenant.id) | _tenant_attributes(tenant, version or tenant.version)


def tenant_entry(tenant: Tenant) -> Item:
    """What lists a tenant."""
    return key("TENANTS", f"TENANT#{tenant.id}") | _tenant_attributes(tenant, tenant.version)


def tenant(item: Mapping[str, Any]) -> Tenant:
    """The tenant of an item."""
    return Tenant(
        id=item["tenant"]["S"],
        name=item["name"]["S"],
        created=_read_time(item),
        active=item["active"]["BOOL"],
        version=int(item["version"]["N"]),
    )


def _listed_attributes(user: UserEntry) -> Item:
    return {
        "name": {"S": user.name},
        "tenant": {"S": user.tenant},
        "timeCreated": _time(user.created),
        "active": {"BOOL": user.active},
    } | _set("roles", user.roles)


def _listed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": item["name"]["S"],
        "tenant": item["tenant"]["S"],
        "roles": _read_set(item, "roles"),
        "created": _read_time(item),
        "active": item["active"]["BOOL"],
    }


def user_entry(user: User) -> Item:
    """What lists a user: without the password's hash."""
    return key(f"TENANT#{user.tenant}", f"USER#{user.name}") | _listed_attributes(user)


def user_listed(item: Mapping[str, Any]) -> UserEntry:
    """The user of what lists it."""
    return UserEntry(**_listed(item))


def user_item(user: User, *, version: int | None = None) -> Item:
    """A user, as that version if one is given."""
    return (
        user_key(user.name)
        | _listed_attributes(user)
        | {
            "passwordHash": {"S": user.password_hash},
            "generation": _number(user.generation),
            "version": _number(version or user.version),
        }
    )


def user(item: Mapping[str, Any]) -> User:
    """The user of an item."""
    return User(
        **_listed(item),
        password_hash=item["passwordHash"]["S"],
        generation=int(item["generation"]["N"]),
        version=int(item["version"]["N"]),
    )


def session_item(session: Session) -> Item:
    """A session, which the table drops after its time."""
    return token_key(session.digest) | {
        "user": {"S": session.user},
        "generation": _number(session.generation),
        "ttl": _number(int(session.expires.timestamp())),
    }


def session(digest: str, item: Mapping[str, Any]) -> Session:
    """The session of an item."""
    return Session(
        digest=digest,
        user=item["user"]["S"],
        generation=int(item["generation"]["N"]),
        expires=datetime.fromtimestamp(int(item["ttl"]["N"]), UTC),
    )


def _client_attributes(client: Client) -> Item:
    return {
        "client": {"S": client.id},
        "name": {"S": client.name},
        "tenant": {"S": client.tenant},
        "timeCreated": _time(client.created),
        "active": {"BOOL": client.active},
        "managed": {"BOOL": client.managed},
        "version": _number(client.version),
    } | _set("scopes", client.scopes)


def client_item(client: Client) -> Item:
    """A client, found by its id."""
    return client_key(client.id) | _client_attributes(client)


def client_entry(client: Client) -> Item:
    """The same, found by its tenant and name."""
    return client_entry_key(client.tenant, client.name) | _client_attributes(client)


def client(item: Mapping[str, Any]) -> Client:
    """The client of either item."""
    return Client(
        id=item["client"]["S"],
        name=item["name"]["S"],
        tenant=item["tenant"]["S"],
        scopes=_read_set(item, "scopes"),
        created=_read_time(item),
        active=item["active"]["BOOL"],
        managed=item["managed"]["BOOL"],
        version=int(item["version"]["N"]),
    )


def _api_key_attributes(api_key: ApiKey, version: int) -> Item:
    return {
        "tenant": {"S": api_key.tenant},
        "user": {"S": api_key.user},
        "fingerprint": {"S": api_key.fingerprint},
        "publicKey": {"S": api_key.public_key},
        "timeCreated": _time(api_key.created),
        "active": {"BOOL": api_key.active},
        "version": _number(version),
    }


def api_key_item(api_key: ApiKey, *, version: int | None = None) -> Item:
    """An API key, as that version if one is given."""
    attributes = _api_key_attributes(api_key, version or api_key.version)
    signed_as = key_id(api_key.tenant, api_key.user, api_key.fingerprint)
    return api_key_key(signed_as) | attributes


def api_key_entry(api_key: ApiKey) -> Item:
    """What lists an API key."""
    listed = key(f"TENANT#{api_key.tenant}", f"KEY#{user_ocid(api_key.user)}/{api_key.fingerprint}")
    return listed | _api_key_attributes(api_key, api_key.version)


def api_key(item: Mapping[str, Any]) -> ApiKey:
    """The API key of either item."""
    return ApiKey(
        tenant=item["tenant"]["S"],
        user=item["user"]["S"],
        fingerprint=item["fingerprint"]["S"],
        public_key=item["publicKey"]["S"],
        created=_read_time(item),
        active=item["active"]["BOOL"],
        version=int(item["version"]["N"]),
    )


def _api_secret_attributes(secret: ApiSecret) -> Item:
    return {
        "digest": {"S": secret.digest},
        "name": {"S": secret.name},
        "tenant": {"S": secret.tenant},
        "timeCreated": _time(secret.created),
        "active": {"BOOL": secret.active},
        "version": _number(secret.version),
    }


def api_secret_item(secret: ApiSecret) -> Item:
    """An API secret, found by its digest."""
    return api_secret_key(secret.digest) | _api_secret_attributes(secret)


def api_secret_entry(secret: ApiSecret) -> Item:
    """The same, found by its tenant and name."""
    return api_secret_entry_key(secret.tenant, secret.name) | _api_secret_attributes(secret)


def api_secret(item: Mapping[str, Any]) -> ApiSecret:
    """The API secret of either item."""
    return ApiSecret(
        digest=item["digest"]["S"],
        name=item["name"]["S"],
        tenant=item["tenant"]["S"],
        created=_read_time(item),
        active=item["active"]["BOOL"],
        version=int(item["version"]["N"]),
    )


def _number(value: int) -> Item:
    return {"N": str(value)}


def _time(value: datetime) -> Item:
    return {"S": value.isoformat()}


def _read_time(item: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(item["timeCreated"]["S"])


def _set(name: str, values: frozenset[str]) -> Item:
    # A set of strings may not be empty.
    return {name: {"SS": sorted(values)}} if values else {}


def _read_set(item: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(item[name]["SS"] if name in item else ())
