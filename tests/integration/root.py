"""The account's root: looks behind the API, and breaks what a test wants broken."""

import json
from typing import Any

from local.deployment import client
from local.stack import Answer, Stack
from longrun.aws import operation_items as items
from longrun.operations.operation import Operation
from tests.integration.waiting import eventually


class Root:
    """The AWS services of one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.dynamodb = client("dynamodb", stack.endpoint)
        self.s3 = client("s3", stack.endpoint)
        self.workflows = client("stepfunctions", stack.endpoint)
        self.functions = client("lambda", stack.endpoint)
        self.iam = client("iam", stack.endpoint)
        self.events = client("events", stack.endpoint)
        self.sqs = client("sqs", stack.endpoint)
        self.table = stack.resources["TableName"]
        self.bucket = stack.resources["BucketName"]

    def close(self) -> None:
        for each in (self.dynamodb, self.s3, self.workflows, self.functions, self.iam):
            each.close()
        self.events.close()
        self.sqs.close()

    def operation(self, operation: str) -> Operation:
        """As it stands."""
        return items.from_item(self._item(operation))

    def attributes(self, operation: str) -> dict[str, Any]:
        """Every attribute of an operation's item."""
        return items.plain(self._item(operation))

    def _item(self, operation: str) -> dict[str, Any]:
        found: dict[str, Any] = self.dynamodb.get_item(
            TableName=self.table, Key=items.key(operation), ConsistentRead=True
        )["Item"]
        return found

    def change(self, operation: str, **attributes: Any) -> None:
        """Write attributes into an operation's item, behind the kernel's back."""
        self.update(items.key(operation), **attributes)

    def update(self, key: dict[str, Any], **attributes: Any) -> None:
        """Write attributes into an item."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=key,
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues=items.typed(
                {f":{name}": value for name, value in attributes.items()}
            ),
        )

    def partition(self, partition: str, prefix: str = "") -> list[dict[str, Any]]:
        """The items of a partition."""
        answer = self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression="PK = :partition AND begins_with(SK, :prefix)"
            if prefix
            else "PK = :partition",
            ExpressionAttributeValues=items.typed({":partition": partition})
            | (items.typed({":prefix": prefix}) if prefix else {}),
            ConsistentRead=True,
        )
        return [items.plain(item) for item in answer["Items"]]

    def keys(self, prefix: str) -> list[str]:
        """The objects under a prefix."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", [])]

    def tidied(self, operation: str) -> list[str]:
        """What is left of an operation's artefacts once it was tidied up after."""
        eventually(lambda: self.execution_status(operation), until=lambda seen: seen != "RUNNING")
        tenant = self.operation(operation).tenant
        return [*self.keys(f"work/{operation}/"), *self.keys(f"sets/{tenant}/{operation}/")]

    def read(self, key: str) -> bytes:
        with self.s3.get_object(Bucket=self.bucket, Key=key)["Body"] as body:
            content: bytes = body.read()
        return content

    def execution(self, operation: str) -> str:
        """The ARN of an operation's execution."""
        machine = self.stack.resources["PrintAllInOne"]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{operation}"

    def execution_status(self, operation: str) -> str | None:
        """How the execution stands; None if it was never started."""
        try:
            answer = self.workflows.describe_execution(executionArn=self.execution(operation))
        except self.workflows.exceptions.ExecutionDoesNotExist:
            return None
        status: str = answer["status"]
        return status

    def invoke(self, function: str, event: Any) -> Answer:
        """Run a function, by its logical id."""
        return self.stack.invoke(function, event)

    def command(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Have an admin command carried out."""
        answer = self.invoke("IdentityAdmin", {"command": command, **arguments})
        assert not answer.failed and "error" not in answer.payload, answer.payload
        outcome: dict[str, Any] = answer.payload
        return outcome

    def role_of(self, function: str) -> str:
        """The ARN of a function's role."""
        found: str = self.functions.get_function_configuration(
            FunctionName=self.stack.resources[function]
        )["Role"]
        return found

    def document(self, key: str) -> Any:
        """An object that is JSON."""
        return json.loads(self.read(key))
