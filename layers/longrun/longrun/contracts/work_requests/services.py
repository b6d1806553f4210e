"""What the endpoints of both faces work with: domain services over a platform, made when needed.

The platform is the outside (`longrun.aws.platform` in a deployed function); nothing of it is known
here but its protocols.
"""

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from longrun.contracts.kinds import KINDS
from longrun.operations.authority import Authority
from longrun.operations.entity_ids import EntityIds
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.store import OperationStore, Workflows

if TYPE_CHECKING:
    # What a poll does not need is loaded by the first call that does.
    from longrun.datasets.data_sets import DataSetIndex, DataSets
    from longrun.datasets.snapshots.snapshots import SnapshotIndex, Snapshots
    from longrun.datasets.workbooks import WorkbookIndex, Workbooks
    from longrun.delivery.delivery import Delivery
    from longrun.delivery.ports import Downloads
    from longrun.filestore import FileArtefacts, FileIndex, FileStore
    from longrun.identity.directory import Directory
    from longrun.identity.http_signatures import SignatureAuthenticator
    from longrun.operations.artefacts import ArtefactStore
    from longrun.operations.history import EventLog
    from longrun.operations.secrets import Sealer


class Platform(Protocol):
    """The outside. Every property may be slow when it is first read, so it is read when needed."""

    def clock(self) -> datetime:
        """The time, with its zone."""
        ...

    @property
    def states(self) -> OperationStore:
        """Operations without their inputs."""
        ...

    @property
    def operations(self) -> OperationStore:
        """Operations with their inputs."""
        ...

    @property
    def workflows(self) -> Workflows:
        """The workflow engine."""
        ...

    @property
    def sealer(self) -> "Sealer":
        """Keeps what only the work itself may read."""
        ...

    @property
    def events(self) -> "EventLog":
        """What happened to operations, event by event."""
        ...

    @property
    def directory(self) -> "Directory":
        """Tenants, users and their keys."""
        ...

    @property
    def artefacts(self) -> "FileArtefacts":
        """The artefact store."""
        ...

    @property
    def file_index(self) -> "FileIndex":
        """The catalogue of managed files."""
        ...

    @property
    def ids(self) -> EntityIds:
        """The counter of entity ids."""
        ...

    @property
    def data_set_index(self) -> "DataSetIndex":
        """The catalogue of data sets."""
        ...

    @property
    def workbook_index(self) -> "WorkbookIndex":
        """The catalogue of workbooks."""
        ...

    @property
    def snapshot_index(self) -> "SnapshotIndex":
        """The catalogue of snapshots."""
        ...

    @property
    def downloads(self) -> "Downloads":
        """Signs URLs that read."""
        ...

    @property
    def public_base_url(self) -> str:
        """Where callers see the API, `/api/20210901` included, without a slash at the end."""
        ...

    @property
    def retention(self) -> timedelta:
        """How long ended operations and files are kept."""
        ...


class Services:
    """The domain services of one process."""

    def __init__(self, platform: Platform, *, streaming: bool = False) -> None:
        """Make the services; nothing of the platform is asked for yet.

        Args:
            platform: The outside.
            streaming: Whether answers leave as they are made, of any size up to the gateway's.
        """
        self.platform = platform
        self.streaming = streaming

    # --- operations -----------------------------------------------------------------------------
    @cached_property
    def authority(self) -> Authority:
        """Who may see which operation."""
        return Authority(store=self.platform.states, kinds=KINDS, clock=self.platform.clock)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Accepts and cancels operations."""
        return Lifecycle(
            store=self.platform.operations,
            workflows=self.platform.workflows,
            kinds=KINDS,
            retention=self.platform.retention,
            clock=self.platform.clock,
            sealer=self.platform.sealer,
        )

    @property
    def events(self) -> "EventLog":
        """What happened to operations."""
        return self.platform.events

    @property
    def artefacts(self) -> "ArtefactStore":
        """Where long lists of errors lie."""
        return self.platform.artefacts

    # --- the control plane ----------------------------------------------------------------------
    @cached_property
    def signatures(self) -> "SignatureAuthenticator":
        """Tells by the signatures of requests who calls."""
        from longrun.identity.http_signatures import SignatureAuthenticator

        return SignatureAuthenticator(self.platform.directory, self.platform.clock)

    @cached_property
    def canceling(self) -> Lifecycle:
        """Cancels operations, and can do nothing else: inputs and secrets are out of its reach."""
        return Lifecycle(
            store=self.platform.states,
            workflows=self.platform.workflows,
            kinds=KINDS,
            retention=self.platform.retention,
            clock=self.platform.clock,
        )

    # --- files ----------------------------------------------------------------------------------
    @cached_property
    def files(self) -> "FileStore":
        """The managed files: sources of data sets, templates of workbooks."""
        from longrun.documents.checks import CHECKS
        from longrun.filestore import FileStore

        return FileStore(
            artefacts=self.platform.artefacts,
            index=self.platform.file_index,
            ids=self.platform.ids,
            checks=CHECKS,
            lifetime=self.platform.retention,
            now=self.platform.clock,
        )

    @cached_property
    def delivery(self) -> "Delivery":
        """Brings files to clients."""
        from longrun.delivery.delivery import Delivery

        return Delivery(
            artefacts=self.platform.artefacts,
            downloads=self.platform.downloads,
            streaming=self.streaming,
        )

    # --- data sets ------------------------------------------------------------------------------
    @cached_property
    def data_sets(self) -> "DataSets":
        """Sources in the file store, and what was loaded from them."""
        from longrun.datasets.data_sets import DataSets

        return DataSets(
            index=self.platform.data_set_index,
            artefacts=lambda: self.platform.artefacts,
            now=self.platform.clock,
        )

    # --- workbooks ------------------------------------------------------------------------------
    @cached_property
    def workbooks(self) -> "Workbooks":
        """Templates with data sets."""
        from longrun.datasets.workbooks import Workbooks

        return Workbooks(
            index=self.platform.workbook_index,
            files=self.files,
            data_sets=self.data_sets,
            now=self.platform.clock,
        )

    # --- snapshots ------------------------------------------------------------------------------
    @cached_property
    def snapshots(self) -> "Snapshots":
        """Archives of the catalogue."""
        from longrun.datasets.snapshots.snapshots import Snapshots

        return Snapshots(
            index=self.platform.snapshot_index,
            artefacts=lambda: self.platform.artefacts,
            operations=self.platform.states,
        )
