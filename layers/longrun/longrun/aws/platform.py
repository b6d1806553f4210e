"""Wiring for the doors of the APIs: every adapter, made when it is first asked for.

A poll must not pay for what only other methods need. A client takes about as long to make as the
database's, the adapters' modules together half of that: hence the local imports.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from longrun.aws import clients
from longrun.aws.environment import environment
from longrun.aws.operations import DynamoOperations

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from longrun.aws.artefacts import S3Artefacts
    from longrun.aws.compositions import DynamoCompositions
    from longrun.aws.data_sets import DynamoDataSets
    from longrun.aws.directory import DynamoDirectory
    from longrun.aws.downloads import PresignedDownloads, PresignedUploads
    from longrun.aws.entity_ids import DynamoEntityIds
    from longrun.aws.estimates import DynamoEstimates
    from longrun.aws.files import DynamoFiles
    from longrun.aws.history import DynamoEventLog
    from longrun.aws.record_source import DataSetRecords
    from longrun.aws.registry import DynamoRegistry
    from longrun.aws.sealing import KmsSealer
    from longrun.aws.sets import DynamoSets
    from longrun.aws.snapshots import DynamoSnapshots
    from longrun.aws.workbooks import DynamoWorkbooks
    from longrun.aws.workflows import StepFunctionsWorkflows


class AwsPlatform:
    """What a contract's services stand on; implements each contract's `Platform`."""

    @staticmethod
    def clock() -> datetime:
        """The time."""
        return datetime.now(UTC)

    @cached_property
    def states(self) -> DynamoOperations:
        """Operations without their inputs: the database is all that this touches."""
        return DynamoOperations(client=clients.dynamodb(), table=environment().table)

    @cached_property
    def operations(self) -> DynamoOperations:
        """Operations with their inputs."""
        return DynamoOperations(
            client=clients.dynamodb(), table=environment().table, artefacts=self.artefacts
        )

    @cached_property
    def workflows(self) -> "StepFunctionsWorkflows":
        """The workflow engine."""
        from longrun.aws.workflows import StepFunctionsWorkflows

        return StepFunctionsWorkflows(
            client=clients.stepfunctions(), prefix=environment().workflow_prefix
        )

    @cached_property
    def events(self) -> "DynamoEventLog":
        """The history of operations."""
        from longrun.aws.history import DynamoEventLog

        return DynamoEventLog(
            client=clients.dynamodb(), table=environment().table, retention=self.retention
        )

    @cached_property
    def estimates(self) -> "DynamoEstimates":
        """How long operations have lately taken."""
        from longrun.aws.estimates import DynamoEstimates

        return DynamoEstimates(clients.dynamodb(), environment().table)

    @cached_property
    def sealer(self) -> "KmsSealer":
        """Seals secrets of operations, and opens them."""
        from longrun.aws.sealing import KmsSealer

        return KmsSealer(client=clients.kms, key=lambda: environment().secrets_key)

    @cached_property
    def artefacts(self) -> "S3Artefacts":
        """The artefact store."""
        from longrun.aws.artefacts import S3Artefacts

        return S3Artefacts(clients.s3(), environment().bucket)

    @cached_property
    def file_index(self) -> "DynamoFiles":
        """The catalogue of managed files."""
        from longrun.aws.files import DynamoFiles

        return DynamoFiles(clients.dynamodb(), environment().table)

    @cached_property
    def ids(self) -> "DynamoEntityIds":
        """The counter of entity ids."""
        from longrun.aws.entity_ids import DynamoEntityIds

        return DynamoEntityIds(clients.dynamodb(), environment().table)

    @cached_property
    def sets(self) -> "DynamoSets":
        """The index of sets."""
        from longrun.aws.sets import DynamoSets

        return DynamoSets(client=clients.dynamodb(), table=environment().table, clock=self.clock)

    @cached_property
    def record_source(self) -> "DataSetRecords":
        """Gives the records of named data sets."""
        from longrun.aws.record_source import DataSetRecords
        from longrun.datasets.rows import Rows

        return DataSetRecords(Rows(data_sets=self.data_set_index, artefacts=self.artefacts))

    @cached_property
    def data_set_index(self) -> "DynamoDataSets":
        """The catalogue of data sets."""
        from longrun.aws.data_sets import DynamoDataSets

        return DynamoDataSets(clients.dynamodb(), environment().table)

    @cached_property
    def workbook_index(self) -> "DynamoWorkbooks":
        """The catalogue of workbooks."""
        from longrun.aws.workbooks import DynamoWorkbooks

        return DynamoWorkbooks(clients.dynamodb(), environment().table)

    @cached_property
    def snapshot_index(self) -> "DynamoSnapshots":
        """The catalogue of snapshots."""
        from longrun.aws.snapshots import DynamoSnapshots

        return DynamoSnapshots(clients.dynamodb(), environment().table)

    @cached_property
    def compositions(self) -> "DynamoCompositions":
        """The compositions, and the search among them."""
        from longrun.aws.compositions import DynamoCompositions

        return DynamoCompositions(clients.dynamodb(), environment().table)

    @cached_property
    def registry(self) -> "DynamoRegistry":
        """The registry of persons, employees and encounters."""
        from longrun.aws.registry import DynamoRegistry

        return DynamoRegistry(clients.dynamodb(), environment().table)

    @cached_property
    def directory(self) -> "DynamoDirectory":
        """Tenants, users and sessions."""
        from longrun.aws.directory import DynamoDirectory

        return DynamoDirectory(client=clients.dynamodb(), table=environment().table)

    @cached_property
    def downloads(self) -> "PresignedDownloads":
        """Signs URLs that read."""
        from longrun.aws.downloads import PresignedDownloads

        settings = environment()
        return PresignedDownloads(
            sts=clients.sts,
            role=settings.results_role,
            bucket=settings.bucket,
            clock=self.clock,
        )

    @cached_property
    def uploads(self) -> "PresignedUploads":
        """Signs forms that write."""
        from longrun.aws.downloads import PresignedUploads

        return PresignedUploads(bucket=environment().bucket, clock=self.clock)

    @property
    def bucket(self) -> str:
        """The name of the artefact bucket."""
        return environment().bucket

    @property
    def public_base_url(self) -> str:
        """Where callers see the API, without a slash at the end."""
        return environment().public_base_url

    @property
    def cors_origin(self) -> str:
        """The origin whose scripts may call the API from a browser; empty: none."""
        return environment().variables.get("CORS_ORIGIN", "")

    @property
    def time_zone(self) -> "ZoneInfo":
        """Whose days and times count for compositions."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(environment().time_zone)

    @property
    def retention(self) -> timedelta:
        """How long ended operations, sets and files are kept."""
        return environment().retention

    @property
    def token_lifetime(self) -> timedelta:
        """How long a session token lives."""
        return environment().token_lifetime
