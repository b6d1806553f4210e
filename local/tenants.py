"""The two tenants that a local stack begins with, made as an operator would: by IdentityAdmin."""

import base64
import json
import secrets
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from local.commands import Failed
from local.compositions import seed_compositions
from local.deployment import client
from local.places import ROOT, Places, from_root
from local.stack import Oci, Oidc, Stack, Tenant, User

TENANTS = ("acme", "globex")
ROLES = {
    "operator": [
        *("ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"),
        *("DV Content Author", "BI Service Administrator"),
    ],
    "monitor": ["ROLE_MONITOR"],
}
CLIENT = "local"
RESOURCE_SERVER = "longrun"
OCI_REGION = "local-1"
"""The SDK wants one in its configuration; where the service is, `service_endpoint` says."""


def seed(stack: Stack, places: Places) -> Stack:
    """Make whatever the tenants still lack, and fresh tokens.

    Returns:
        The stack that knows them.
    """
    print("Seeding tenants … ", end="", flush=True)
    known = {tenant.id: tenant for tenant in stack.tenants}
    scopes = _scopes(stack)
    tenants = []
    for tenant_id in TENANTS:
        if tenant_id in known:
            tenant = _with_roles(stack, known[tenant_id])
        else:
            tenant = _create(stack, tenant_id)
        if tenant.oidc is None:
            tenant = replace(tenant, oidc=_client(stack, tenant_id, scopes))
        if tenant.oci is None or not (ROOT / tenant.oci.key_file).exists():
            tenant = replace(tenant, oci=_key(stack, tenant_id, places))
        if tenant.api_key is None:
            tenant = replace(tenant, api_key=_secret(stack, tenant_id))
        compositions = seed_compositions(
            stack,
            places,
            tenant_id,
            principal=f"client:{tenant_id}/{CLIENT}",
            known=tenant.compositions,
        )
        tenant = replace(tenant, compositions=compositions)
        assert tenant.oidc is not None
        tenants.append(replace(tenant, bearer=_token(tenant.oidc)))
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


def _with_roles(stack: Stack, tenant: Tenant) -> Tenant:
    """The tenant, its users with the roles of today."""
    users = []
    for user in tenant.users:
        roles = ROLES[user.name.removeprefix(f"{tenant.id}-")]
        if user.roles != roles:
            _command(stack, {"command": "users.roles", "user": user.name, "roles": roles})
        users.append(replace(user, roles=roles))
    return replace(tenant, users=users)


def _scopes(stack: Stack) -> list[str]:
    """Every scope that the user pool knows."""
    with closing(client("cognito-idp", stack.endpoint)) as pools:
        server = pools.describe_resource_server(
            UserPoolId=stack.resources["UserPool"], Identifier=RESOURCE_SERVER
        )
    return [scope["ScopeName"] for scope in server["ResourceServer"]["Scopes"]]


def _client(stack: Stack, tenant: str, scopes: list[str]) -> Oidc:
    named = {"tenant": tenant, "client": CLIENT}
    answer = _command(stack, named | {"command": "clients.create", "scopes": scopes})
    if "clientSecret" not in answer:
        # It was there, and its secret was shown to somebody else.
        answer = _command(stack, named | {"command": "clients.rotate"})
    return Oidc(
        token_url=answer["tokenUrl"],
        client_id=answer["client"]["clientId"],
        client_secret=answer["clientSecret"],
        scopes=[f"{RESOURCE_SERVER}/{scope}" for scope in scopes],
    )


def _secret(stack: Stack, tenant: str) -> str:
    """A new secret for `api-key`; one that is there already was shown to somebody else."""
    # Never a name that was given: what it stands for cannot be had again.
    name = f"{CLIENT}-{secrets.token_hex(4)}"
    answer = _command(stack, {"command": "apikeys.create", "tenant": tenant, "apikey": name})
    secret: str = answer["apiKey"]
    return secret


def _key(stack: Stack, tenant: str, places: Places) -> Oci:
    """A new key pair of the operator's; the private key is written for its owner's eyes only."""
    user = f"{tenant}-operator"
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file = places.keys / f"{user}.pem"
    places.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    added = {"command": "keys.add", "user": user, "publicKey": public.decode()}
    key = _command(stack, added)["key"]
    return Oci(
        user=key["userOcid"],
        tenancy=key["tenancyOcid"],
        fingerprint=key["fingerprint"],
        key_file=from_root(file),
        region=OCI_REGION,
    )


def _token(oidc: Oidc) -> str:
    """An access token, as any client gets one: OAuth 2.0, client credentials."""
    credentials = base64.b64encode(f"{oidc.client_id}:{oidc.client_secret}".encode()).decode()
    request = urllib.request.Request(
        oidc.token_url,
        data=b"grant_type=client_credentials",
        headers={
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            token: str = json.load(answer)["access_token"]
            return token
    except (OSError, ValueError, KeyError) as error:
        raise Failed(f"There is no token at {oidc.token_url}: {error}") from error


def _command(stack: Stack, event: dict[str, Any]) -> Any:
    answer = stack.invoke("IdentityAdmin", event)
    if answer.failed or "error" in answer.payload:
        raise Failed(f"IdentityAdmin refused {event['command']!r}: {answer.payload}\n{answer.log}")
    return answer.payload
