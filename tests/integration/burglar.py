"""A function that tries what it is told with the role that it was given. See test_permissions."""

from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError


@cache
def session(role: str | None) -> boto3.Session:
    """Of the function's own role, or of one that it assumes."""
    if role is None:
        return boto3.Session()
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="burglar")["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


@cache
def client(role: str | None, service: str) -> Any:
    """A client of a service."""
    return session(role).client(service)  # type: ignore[call-overload]  # the name is no literal


def handler(event: dict[str, Any], context: object) -> list[str]:
    """Make the calls; for each its error's code, or `done`."""
    answers = []
    for service, method, parameters in event["calls"]:
        try:
            getattr(client(event["role"], service), method)(**parameters)
            answers.append("done")
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])
    return answers
