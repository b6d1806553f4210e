"""The stack's functions for administration, asked by the AWS API.

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

_COMPOSITIONS = "compositions-registry"
_FUNCTIONS = {"registry": _COMPOSITIONS, "compositions": _COMPOSITIONS}
"""Which function answers a group of commands, where it is not the one of identities."""


class AdministrationError(Exception):
    """Base of what can go wrong with a command.

    AdministrationError
    ├── CommandRefused   the function, or what it needs to be told, says that it cannot be done
    └── StackSilent      the function could not be asked, or died over it
    """


class CommandRefused(AdministrationError):
    """It cannot be done as it stands; the function's answer is an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StackSilent(AdministrationError):
    """There is no answer: no such stack, no credentials, no network, or a crash."""

    def __init__(self, function: str, reason: str) -> None:
        super().__init__(f"The function {function} could not be asked: {reason}")
        self.function = function


class AdminFunction:
    """The function `<stack>-identity-admin`, and for some commands another."""

    def __init__(self, *, stack: str, client: "LambdaClient | None" = None) -> None:
        """Args: `client` is made from the AWS configuration if left out."""
        self._stack = stack
        self._client = client

    def run(self, command: str, **arguments: object) -> Json:
        """Run a command; arguments that are None are left out.

        Raises:
            CommandRefused: The function's answer is an error.
            StackSilent: There is no answer.
        """
        group = command.partition(".")[0]
        function = f"{self._stack}-{_FUNCTIONS.get(group, 'identity-admin')}"
        document = {name: value for name, value in arguments.items() if value is not None}
        payload = json.dumps({"command": command} | document).encode()
        try:
            if self._client is None:
                self._client = boto3.client("lambda", config=Config(read_timeout=190))
            response = self._client.invoke(FunctionName=function, Payload=payload)
            answer: object = json.loads(response["Payload"].read())
        except (BotoCoreError, ClientError, ValueError) as error:
            raise StackSilent(function, str(error)) from error
        if response.get("FunctionError"):
            reason = answer.get("errorMessage") if isinstance(answer, dict) else None
            raise StackSilent(function, reason or response["FunctionError"])
        if not isinstance(answer, dict):
            raise StackSilent(function, "its answer is not a JSON object.")
        if "error" in answer:
            raise CommandRefused(answer["error"]["code"], answer["error"]["message"])
        return answer
