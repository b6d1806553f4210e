"""The AWS clients: one of each a process, with bounded waits and retries."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make what stays for the life of the process without looking for garbage in it.

    A sixth of the start-up: boto3 makes some 10^5 objects, and each collection walks them all.
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
    import boto3
    from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
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
def dynamodb() -> "DynamoDBClient":
    """The database."""
    with _uncollected():
        return boto3.client("dynamodb", config=CONFIG)


@cache
def s3() -> "S3Client":
    """The object store."""
    with _uncollected():
        return boto3.client("s3", config=CONFIG.merge(Config(signature_version="s3v4")))


@cache
def stepfunctions() -> "SFNClient":
    """The workflow engine."""
    with _uncollected():
        return boto3.client("stepfunctions", config=CONFIG)


@cache
def events() -> "EventBridgeClient":
    """The event bus."""
    with _uncollected():
        return boto3.client("events", config=CONFIG)


@cache
def sts() -> "STSClient":
    """The token service: sessions of narrower roles."""
    with _uncollected():
        return boto3.client("sts", config=CONFIG)
