"""What `.local/stack.json` says, so that clients, demos and tests find the stack."""

import base64
import json
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
class Tenant:
    """A seeded tenant."""

    id: str
    users: list[User]


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
        tenants = [
            Tenant(id=t["id"], users=[User(**user) for user in t["users"]])
            for t in values.pop("tenants")
        ]
        return Stack(**values, tenants=tenants)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")
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
        contracts={"print": outputs["PrintUrl"]},
        resources=functions | outputs,
        tenants=Stack.read(places.stack).tenants if places.stack.exists() else [],
    )
