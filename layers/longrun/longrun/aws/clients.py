"""The AWS clients: one of each a process, with bounded waits and retries.

Made by botocore, on which boto3 stands: what boto3 adds, resources and managed transfers, is not
used here and is a tenth of a function's start-up.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make what stays for the life of the process, and never look for garbage among it.

    botocore makes some 100,000 objects: walking them again and again is a seventh of the start-up,
    and later a part of every call.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


with _uncollected():
    from botocore.config import Config
    from botocore.session import get_session

# Where functions log at DEBUG, botocore would write out every request: passwords and data.
logging.getLogger("botocore").setLevel(logging.INFO)

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 4},
    signature_version="v4",
)


@cache
def _session() -> "Session":
    return get_session()


def _made(service: str, config: Config = CONFIG) -> Any:
    with _uncollected():
        return _session().create_client(service, config=config)


@cache
def dynamodb() -> "DynamoDBClient":
    """The database."""
    client: DynamoDBClient = _made("dynamodb")
    return client


@cache
def s3() -> "S3Client":
    """The object store."""
    client: S3Client = _made("s3", CONFIG.merge(Config(signature_version="s3v4")))
    return client


@cache
def stepfunctions() -> "SFNClient":
    """The workflow engine."""
    client: SFNClient = _made("stepfunctions")
    return client


@cache
def events() -> "EventBridgeClient":
    """The event bus."""
    client: EventBridgeClient = _made("events")
    return client


@cache
def sts() -> "STSClient":
    """The token service: sessions of narrower roles."""
    client: STSClient = _made("sts")
    return client


@cache
def kms() -> "KMSClient":
    """The key service: seals what only the work itself may read."""
    client: KMSClient = _made("kms")
    return client


@cache
def cognito() -> "CognitoIdentityProviderClient":
    """The user pools."""
    client: CognitoIdentityProviderClient = _made("cognito-idp")
    return client
