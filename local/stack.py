"""What `.local/stack.json` says, so that clients, demos and tests find the stack."""

import base64
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.commands import Failed
from local.deployment import client
from local.places import REGION, STACK_NAME, Places


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A seeded account."""

    name: str
    password: str
    roles: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """A seeded client of the user pool, for tokens."""

    token_url: str
    client_id: str
    client_secret: str
    scopes: list[str]
    """Every one, as a token request names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oci:
    """A seeded API key, as the configuration of the OCI SDK names its parts."""

    user: str
    tenancy: str
    fingerprint: str
    key_file: str
    """The private key; relative to the repository's root, if it is in there."""
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that signs for the demo employee, PEM; paths as in `Oci`."""

    cert_file: str
    key_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compositions:
    """Ids of the tenant's seeded registry that go together, and who signs."""

    person: str
    preperson: str
    """Who turned out to be the person."""
    employee: str
    """Whom the client of `oidc` is."""
    encounter: str
    """The employee's, with the preperson; so it goes with compositions about either."""
    episode: str
    signer: Signer
    """RSA."""
    ec_signer: Signer
    root_file: str
    """The certificate that the stack trusts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A seeded tenant. What a stack.json of an older version lacks is None."""

    id: str
    users: list[User]
    oidc: Oidc | None = None
    bearer: str | None = None
    """An access token, good for a day."""
    api_key: str | None = None
    """The secret for the header `api-key`, which compositions want beside the token."""
    oci: Oci | None = None
    compositions: Compositions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a function answered, and the end of what it logged."""

    payload: Any
    log: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A deployed local stack."""

    endpoint: str
    region: str
    stack: str
    contracts: dict[str, str]
    resources: dict[str, str]
    """The stack's outputs, and its functions' physical names by logical id."""
    tenants: list[Tenant] = field(default_factory=list)

    @staticmethod
    def read(path: Path) -> "Stack":
        """The stack that the file describes.

        Raises:
            Failed: There is none.
        """
        if not path.exists():
            raise Failed(f"There is no {path}: start the stack with `make up`.")
        values = json.loads(path.read_text())
        return Stack(**values | {"tenants": [_tenant(each) for each in values["tenants"]]})

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(_spelled(asdict(self), _camel), indent=2) + "\n")
        path.chmod(0o600)

    def invoke(self, function: str, event: Any) -> Answer:
        """Run a function, by its logical id, on an event.

        Raises:
            Failed: There is no such function.
        """
        if function not in self.resources:
            raise Failed(f"The stack has no function {function!r}.")
        with closing(client("lambda", self.endpoint)) as functions:
            answer = functions.invoke(
                FunctionName=self.resources[function], Payload=json.dumps(event), LogType="Tail"
            )
            with answer["Payload"] as payload:
                return Answer(
                    payload=json.load(payload),
                    log=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
                    failed="FunctionError" in answer,
                )


def describe_stack(places: Places) -> Stack:
    """Read the stack from what is deployed; accounts that were seeded before are kept."""
    formation = client("cloudformation", places.endpoint)
    (described,) = formation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    listed = formation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    functions = {
        r["LogicalResourceId"]: r["PhysicalResourceId"]
        for r in listed
        if r["ResourceType"] == "AWS::Lambda::Function"
    }
    outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
    return Stack(
        endpoint=places.endpoint,
        region=REGION,
        stack=STACK_NAME,
        contracts={
            "print": outputs["PrintUrl"],
            "workRequests": outputs["WorkRequestsUrl"],
            "controlPlane": outputs["ControlPlaneUrl"],
            "compositions": outputs["CompositionsUrl"],
        },
        resources=functions | outputs,
        tenants=Stack.read(places.stack).tenants if places.stack.exists() else [],
    )


def _tenant(document: dict[str, Any]) -> Tenant:
    values = _spelled(document, _snake)
    return Tenant(
        id=values["id"],
        users=[User(**user) for user in values["users"]],
        oidc=Oidc(**values["oidc"]) if values.get("oidc") else None,
        bearer=values.get("bearer"),
        api_key=values.get("api_key"),
        oci=Oci(**values["oci"]) if values.get("oci") else None,
        compositions=_compositions(values["compositions"]) if values.get("compositions") else None,
    )


def _compositions(values: dict[str, Any]) -> Compositions:
    signers = {name: Signer(**values[name]) for name in ("signer", "ec_signer")}
    return Compositions(**values | signers)


def _spelled(value: Any, spelling: Callable[[str], str]) -> Any:
    """The document with its names in another spelling."""
    if isinstance(value, dict):
        return {spelling(name): _spelled(each, spelling) for name, each in value.items()}
    return [_spelled(each, spelling) for each in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
