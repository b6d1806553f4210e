"""The stack's admin function, asked by the AWS API.

Its commands and answers are JSON documents; `admin_commands` makes and shows them.
"""

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

type Json = dict[str, Any]


class AdministrationError(Exception):
    """Base of what can go wrong with a command.

    AdministrationError
    ├── CommandRefused   the function answered that it cannot be done
    └── StackSilent      the function could not be asked, or died over it
    """


class CommandRefused(AdministrationError):
    """The function's answer is an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StackSilent(AdministrationError):
    """There is no answer: no such stack, no credentials, no network, or a crash."""

    def __init__(self, function: str, reason: str) -> None:
        super().__init__(f"The function {function} could not be asked: {reason}")
        self.function = function


class AdminFunction:
    """The function `<stack>-identity-admin`."""

    def __init__(self, *, stack: str, client: "LambdaClient | None" = None) -> None:
        """Args: `client` is made from the AWS configuration if left out."""
        self._function = f"{stack}-identity-admin"
        self._client = client

    def run(self, command: str, **arguments: object) -> Json:
        """Run a command; arguments that are None are left out.

        Raises:
            CommandRefused: The function's answer is an error.
            StackSilent: There is no answer.
        """
        document = {name: value for name, value in arguments.items() if value is not None}
        payload = json.dumps({"command": command} | document).encode()
        try:
            if self._client is None:
                self._client = boto3.client("lambda", config=Config(read_timeout=60))
            response = self._client.invoke(FunctionName=self._function, Payload=payload)
            answer: object = json.loads(response["Payload"].read())
        except (BotoCoreError, ClientError, ValueError) as error:
            raise StackSilent(self._function, str(error)) from error
        if response.get("FunctionError"):
            reason = answer.get("errorMessage") if isinstance(answer, dict) else None
            raise StackSilent(self._function, reason or response["FunctionError"])
        if not isinstance(answer, dict):
            raise StackSilent(self._function, "its answer is not a JSON object.")
        if "error" in answer:
            raise CommandRefused(answer["error"]["code"], answer["error"]["message"])
        return answer
