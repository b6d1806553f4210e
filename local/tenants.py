"""The two tenants that a local stack begins with, made as an operator would: by IdentityAdmin."""

import secrets
from dataclasses import replace

from local.commands import Failed
from local.stack import Stack, Tenant, User

TENANTS = ("acme", "globex")
ROLES = {
    "operator": ["ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"],
    "monitor": ["ROLE_MONITOR"],
}


def seed(stack: Stack) -> Stack:
    """Create tenants and users with fresh passwords; returns the stack that knows them."""
    print("Seeding tenants … ", end="", flush=True)
    tenants = [_create(stack, tenant) for tenant in TENANTS]
    print(", ".join(TENANTS), flush=True)
    return replace(stack, tenants=tenants)


def _create(stack: Stack, tenant: str) -> Tenant:
    _command(stack, {"command": "tenants.create", "tenant": tenant})
    users = [
        User(name=f"{tenant}-{part}", password=secrets.token_urlsafe(18), roles=roles)
        for part, roles in ROLES.items()
    ]
    for user in users:
        _command(
            stack,
            {
                "command": "users.create",
                "user": user.name,
                "tenant": tenant,
                "roles": user.roles,
                "password": user.password,
            },
        )
    return Tenant(id=tenant, users=users)


def _command(stack: Stack, event: dict[str, object]) -> None:
    answer = stack.invoke("IdentityAdmin", event)
    if answer.failed or "error" in answer.payload:
        raise Failed(f"IdentityAdmin refused {event['command']!r}: {answer.payload}\n{answer.log}")
