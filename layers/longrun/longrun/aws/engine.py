"""Wiring for the workflow's tasks: the engine of documents over AWS."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from longrun.aws import clients
from longrun.aws.artefacts import S3Artefacts
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.environment import environment
from longrun.aws.files import DynamoFiles
from longrun.aws.operations import DynamoOperations
from longrun.aws.sets import DynamoSets
from longrun.documents.steps.engine import Engine
from longrun.filestore import FileStore, KeptOutputs
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle

if TYPE_CHECKING:
    from longrun.aws.record_source import DataSetRecords


def now() -> datetime:
    """The clock of deployed code."""
    return datetime.now(UTC)


def engine(kinds: Kinds) -> Engine:
    """The engine that a task function works with.

    Args:
        kinds: The kinds whose operations it may meet.
    """
    settings = environment()
    artefacts = S3Artefacts(clients.s3(), settings.bucket)
    operations = DynamoOperations(
        client=clients.dynamodb(), table=settings.table, artefacts=artefacts
    )
    ids = DynamoEntityIds(clients.dynamodb(), settings.table)
    index = DynamoFiles(clients.dynamodb(), settings.table)
    return Engine(
        lifecycle=Lifecycle(
            store=operations,
            kinds=kinds,
            retention=settings.retention,
            clock=now,
        ),
        operations=operations,
        artefacts=artefacts,
        sets=DynamoSets(client=clients.dynamodb(), table=settings.table, clock=now),
        ids=ids,
        files=FileStore(
            artefacts=artefacts, index=index, ids=ids, lifetime=settings.retention, now=now
        ),
        outputs=KeptOutputs(
            artefacts=artefacts, index=index, ids=ids, lifetime=settings.retention, now=now
        ),
        retention=settings.retention,
        clock=now,
    )


def record_source() -> "DataSetRecords":
    """What gives the records of named data sets."""
    # One task of all needs it.
    from longrun.aws.data_sets import DynamoDataSets
    from longrun.aws.record_source import DataSetRecords
    from longrun.datasets.rows import Rows

    settings = environment()
    return DataSetRecords(
        Rows(
            data_sets=DynamoDataSets(clients.dynamodb(), settings.table),
            artefacts=S3Artefacts(clients.s3(), settings.bucket),
        )
    )
