"""Wiring for the task that reloads data sets: `datasets.reload` over AWS."""

from longrun.aws import clients
from longrun.aws.artefacts import S3Artefacts
from longrun.aws.data_sets import DynamoDataSets
from longrun.aws.engine import now
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.environment import environment
from longrun.aws.files import DynamoFiles
from longrun.aws.operations import DynamoOperations
from longrun.datasets.reload import ReloadEngine
from longrun.filestore import FileStore
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle


def reload_engine(kinds: Kinds) -> ReloadEngine:
    """The services that the reload step works with.

    Args:
        kinds: The kinds whose operations it may meet.
    """
    settings = environment()
    database = clients.dynamodb()
    artefacts = S3Artefacts(clients.s3(), settings.bucket)
    operations = DynamoOperations(client=database, table=settings.table, artefacts=artefacts)
    return ReloadEngine(
        lifecycle=Lifecycle(store=operations, kinds=kinds, retention=settings.retention, clock=now),
        operations=operations,
        artefacts=artefacts,
        files=FileStore(
            artefacts=artefacts,
            index=DynamoFiles(database, settings.table),
            ids=DynamoEntityIds(database, settings.table),
            lifetime=settings.retention,
            now=now,
        ),
        data_sets=DynamoDataSets(database, settings.table),
        clock=now,
    )
