"""What the endpoints work with: domain services over a platform, made when needed.

The platform is the outside (`longrun.aws.platform` in a deployed function); nothing of it is known
here but its protocols.
"""

from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from longrun.contracts.kinds import KINDS
from longrun.operations.authority import Authority
from longrun.operations.estimates import Estimates, EstimateStore
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.store import OperationStore, Workflows

if TYPE_CHECKING:
    # What a poll does not need is loaded by the first call that does.
    from longrun.compositions.document import Composition
    from longrun.compositions.registry import Registry
    from longrun.compositions.search import Found, Search


class Compositions(Protocol):
    """Where compositions are read: a part of `CompositionStore`, and `CompositionSearch`."""

    def get(self, tenant: str, composition_id: str) -> "Composition | None":
        """See `CompositionStore.get`."""
        ...

    def search(self, tenant: str, search: "Search", *, offset: int, limit: int) -> "Found":
        """See `CompositionSearch.search`."""
        ...


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
    def estimates(self) -> EstimateStore:
        """How long operations have lately taken."""
        ...

    @property
    def compositions(self) -> Compositions:
        """The compositions."""
        ...

    @property
    def registry(self) -> "Registry":
        """Whom they are about and by."""
        ...

    @property
    def time_zone(self) -> tzinfo:
        """In whose days and times a print form tells them."""
        ...

    @property
    def public_base_url(self) -> str:
        """Where callers see the API, `/api` included, without a slash at the end."""
        ...

    @property
    def retention(self) -> timedelta:
        """How long ended operations are kept."""
        ...


class Services:
    """The domain services of one process."""

    streaming = False
    """Nothing here is larger than one response."""

    def __init__(self, platform: Platform) -> None:
        """Make the services; nothing of the platform is asked for yet.

        Args:
            platform: The outside.
        """
        self.platform = platform

    @cached_property
    def authority(self) -> Authority:
        """Who may see which operation."""
        return Authority(store=self.platform.states, kinds=KINDS, clock=self.platform.clock)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Accepts operations."""
        return Lifecycle(
            store=self.platform.operations,
            workflows=self.platform.workflows,
            kinds=KINDS,
            retention=self.platform.retention,
            clock=self.platform.clock,
        )

    @cached_property
    def estimates(self) -> Estimates:
        """When operations will end."""
        return Estimates(store=self.platform.estimates, kinds=KINDS, clock=self.platform.clock)
