"""Wiring for the jobs on compositions: their engine over AWS, and the roots that tenants trust."""

from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from longrun.aws import clients
from longrun.aws.artefacts import S3Artefacts
from longrun.aws.compositions import DynamoCompositions
from longrun.aws.environment import environment
from longrun.aws.operations import DynamoOperations
from longrun.aws.registry import DynamoRegistry
from longrun.compositions.jobs.engine import Engine
from longrun.compositions.roots import roots_key
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle


def now() -> datetime:
    """The clock of deployed code."""
    return datetime.now(UTC)


def engine(kinds: Kinds) -> Engine:
    """The engine of a job; jobs that verify signatures are run by `jobs.trusting`.

    Args:
        kinds: The kinds whose operations it may meet.
    """
    settings = environment()
    database = clients.dynamodb()
    operations = DynamoOperations(
        client=database,
        table=settings.table,
        artefacts=S3Artefacts(clients.s3(), settings.bucket),
    )
    return Engine(
        lifecycle=Lifecycle(store=operations, kinds=kinds, retention=settings.retention, clock=now),
        operations=operations,
        compositions=DynamoCompositions(database, settings.table),
        registry=DynamoRegistry(database, settings.table),
        archive=S3Artefacts(clients.s3(), settings.signed_bucket),
        verify=_trusting_nobody,
        zone=ZoneInfo(settings.time_zone),
        clock=now,
    )


def roots(tenant: str) -> str:
    """The certificates that a tenant trusts, in PEM; empty if there are none."""
    try:
        return S3Artefacts(clients.s3(), environment().bucket).read(roots_key(tenant)).decode()
    except ArtefactMissing:
        return ""


def _trusting_nobody(_blob: bytes, _at: datetime) -> NoReturn:
    raise TypeError("This engine verifies no signatures; `jobs.trusting` makes one that does.")
