"""The answers of the admin function, as lines for people or as JSON."""

import json
from collections.abc import Callable, Mapping

from longrun_client.administration import Json

type Head = tuple[str, ...]
type Row = tuple[str, ...]


_LISTS: Mapping[str, tuple[Head, Callable[[Json], Row]]] = {
    "tenants": (
        ("TENANT", "NAME", "STATE", "CREATED"),
        lambda t: (t["id"], t["name"], _state(t), t["timeCreated"]),
    ),
    "users": (
        ("USER", "ROLES", "STATE", "CREATED"),
        lambda u: (u["name"], ", ".join(u["roles"]), _state(u), u["timeCreated"]),
    ),
    "clients": (
        ("CLIENT", "ID", "SCOPES", "STATE", "CREATED"),
        lambda c: (
            *(c["name"], c["clientId"], " ".join(c["scopes"])),
            *(_state(c), c["timeCreated"]),
        ),
    ),
    "keys": (
        ("USER", "FINGERPRINT", "STATE", "CREATED"),
        lambda k: (k["user"], k["fingerprint"], _state(k), k["timeCreated"]),
    ),
    "apikeys": (
        ("APIKEY", "STATE", "CREATED"),
        lambda a: (a["name"], _state(a), a["timeCreated"]),
    ),
}


def show(answer: Json) -> str:
    """An answer of the admin function as lines for people."""
    for what, (head, row) in _LISTS.items():
        if what in answer:
            return _table(head, [row(entry) for entry in answer[what]])
    if "registry" in answer:
        return _registry(answer["registry"])
    if "trust" in answer:
        return _trust(answer["trust"])
    who = _who(answer)
    lines = [f"{who}." if answer["changed"] else f"{who}. It was so already; nothing changed."]
    if "password" in answer:
        lines.append(f"Password (shown this once): {answer['password']}")
    if "clientSecret" in answer:
        lines.append(f"Id: {answer['client']['clientId']}")
        lines.append(f"Secret (shown this once): {answer['clientSecret']}")
        lines.append(f"Tokens: {answer['tokenUrl']}")
    if "apiKey" in answer:
        lines.append(f"Secret (shown this once): {answer['apiKey']}")
    if "key" in answer and answer["key"]["active"]:
        key = answer["key"]
        lines.append(f"In the OCI configuration: user={key['userOcid']}")
        lines.append(f"  tenancy={key['tenancyOcid']} fingerprint={key['fingerprint']}")
    return "\n".join(lines)


def _registry(registry: Json) -> str:
    counts = ", ".join(f"{count} {what}" for what, count in registry["loaded"].items() if count)
    return f"Tenant {registry['tenant']}: {counts or 'nothing'} loaded."


def _trust(trust: Json) -> str:
    head = f"Tenant {trust['tenant']} trusts signatures behind which one of these stands:"
    rows: list[Row] = [(root["subject"], root["until"], root["sha256"]) for root in trust["roots"]]
    return f"{head}\n{_table(('ROOT', 'UNTIL', 'SHA-256'), rows)}"


def _who(answer: Json) -> str:
    """Whom a command was about, and how it is now."""
    if "tenant" in answer:
        tenant = answer["tenant"]
        return f"Tenant {tenant['id']} ({tenant['name']}) is {_state(tenant)}"
    if "client" in answer:
        client = answer["client"]
        scopes = ", ".join(client["scopes"])
        return f"Client {client['name']} of tenant {client['tenant']} is {_state(client)}: {scopes}"
    if "key" in answer:
        key = answer["key"]
        return f"Key {key['fingerprint']} of user {key['user']} is {_state(key)}"
    if "apikey" in answer:
        secret = answer["apikey"]
        return f"API key {secret['name']} of tenant {secret['tenant']} is {_state(secret)}"
    user = answer["user"]
    roles = ", ".join(user["roles"])
    return f"User {user['name']} of tenant {user['tenant']} is {_state(user)}: {roles}"


def _state(entry: Json) -> str:
    return "active" if entry["active"] else "revoked"


def _table(head: Head, rows: list[Row]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )
    return "\n".join(lines)


def as_json(answer: Json) -> str:
    """An answer as it came, indented."""
    return json.dumps(answer, indent=2, ensure_ascii=False)
