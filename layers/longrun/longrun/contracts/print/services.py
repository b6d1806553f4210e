"""What the methods of the contract work with: domain services over a platform, made when needed.

The platform is the outside (`longrun.aws.platform` in a deployed function); nothing of it is known
here but its protocols.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from longrun.contracts.kinds import KINDS
from longrun.contracts.print.holding import Holding
from longrun.operations.authority import Authority
from longrun.operations.entity_ids import EntityIds
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.store import OperationStore, Workflows

if TYPE_CHECKING:
    # What a poll does not need is loaded by the first call that does.
    from longrun.delivery.delivery import Delivery
    from longrun.delivery.ports import Downloads, Uploads
    from longrun.documents.entities import Entities
    from longrun.documents.sets import SetIndex
    from longrun.documents.sources import RecordSource
    from longrun.filestore import FileArtefacts, FileIndex, FileStore
    from longrun.identity.authentication import Authenticator
    from longrun.identity.directory import Directory


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
    def sets(self) -> "SetIndex":
        """The index of sets."""
        ...

    @property
    def record_source(self) -> "RecordSource":
        """The records of named data sets."""
        ...

    @property
    def directory(self) -> "Directory":
        """Tenants, users and sessions."""
        ...

    @property
    def downloads(self) -> "Downloads":
        """Signs URLs that read."""
        ...

    @property
    def uploads(self) -> "Uploads":
        """Signs forms that write."""
        ...

    @property
    def bucket(self) -> str:
        """The name under which clients see the artefact store."""
        ...

    @property
    def public_base_url(self) -> str:
        """Where callers see the API, `/rest/serverengine` included, without a slash at the end."""
        ...

    @property
    def retention(self) -> timedelta:
        """How long ended operations, sets and files are kept."""
        ...

    @property
    def token_lifetime(self) -> timedelta:
        """How long a session token lives."""
        ...


class Services:
    """The domain services of one process."""

    def __init__(
        self,
        platform: Platform,
        *,
        streaming: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the services; nothing of the platform is asked for yet.

        Args:
            platform: The outside.
            streaming: Whether answers leave as they are made, of any size up to the gateway's.
            sleep: Waits for so many seconds.
            monotonic: The process's own time, in seconds.
        """
        self.platform = platform
        self.streaming = streaming
        self.holding = Holding(sleep=sleep, now=monotonic)

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
        )

    @cached_property
    def files(self) -> "FileStore":
        """The managed files; resources are checked as they are uploaded."""
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
    def entities(self) -> "Entities":
        """The sets and their members."""
        from longrun.documents.entities import Entities

        return Entities(sets=self.platform.sets, artefacts=self.platform.artefacts)

    @cached_property
    def delivery(self) -> "Delivery":
        """Brings files to clients."""
        from longrun.delivery.delivery import Delivery

        return Delivery(
            artefacts=self.platform.artefacts,
            downloads=self.platform.downloads,
            streaming=self.streaming,
        )

    @cached_property
    def authenticator(self) -> "Authenticator":
        """Opens sessions."""
        from longrun.identity.authentication import Authenticator

        return Authenticator(
            directory=self.platform.directory,
            clock=self.platform.clock,
            session_lifetime=self.platform.token_lifetime,
        )
