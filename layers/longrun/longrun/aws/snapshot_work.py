"""Wiring for the tasks that take and restore snapshots: their workshop over AWS."""

from datetime import UTC, datetime

from longrun.aws import clients
from longrun.aws.artefacts import S3Artefacts
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.environment import environment
from longrun.aws.files import DynamoFiles
from longrun.aws.operations import DynamoOperations
from longrun.aws.sealing import KmsSealer
from longrun.aws.snapshots import DynamoSnapshots
from longrun.aws.whole_catalogue import DynamoCatalogue
from longrun.datasets.snapshots.work import Workshop
from longrun.documents.checks import CHECKS
from longrun.documents.errors import InputInvalid
from longrun.filestore import FileStore, FileStoreError, ManagedFile
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle


def workshop(kinds: Kinds) -> Workshop:
    """What a task function works with.

    Args:
        kinds: The kinds whose operations it may meet.
    """
    settings = environment()
    database = clients.dynamodb()
    artefacts = S3Artefacts(clients.s3(), settings.bucket)
    operations = DynamoOperations(client=database, table=settings.table, artefacts=artefacts)
    files = FileStore(
        artefacts=artefacts,
        index=DynamoFiles(database, settings.table),
        ids=DynamoEntityIds(database, settings.table),
        checks=CHECKS,
        lifetime=settings.retention,
    )
    return Workshop(
        lifecycle=Lifecycle(
            store=operations,
            kinds=kinds,
            retention=settings.retention,
            clock=lambda: datetime.now(UTC),
            sealer=KmsSealer(client=clients.kms, key=lambda: settings.secrets_key),
        ),
        operations=operations,
        artefacts=artefacts,
        snapshots=DynamoSnapshots(database, settings.table),
        catalogue=DynamoCatalogue(
            database,
            settings.table,
            lifetime=settings.retention,
            take_in=lambda file: _taken_in(files, file),
        ),
    )


def _taken_in(files: FileStore, awaited: ManagedFile) -> ManagedFile | None:
    """A resource that was uploaded straight to the store, and that nobody has used yet."""
    try:
        return files.get(awaited.tenant, awaited.id)
    except (FileStoreError, InputInvalid):
        return None  # its bytes never came, or are not what they should be
