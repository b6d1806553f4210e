"""The sweep: looks at operations that nothing has been heard of for a while.

Events get lost, engines refuse, functions die: what is due is held against its execution, so that
nothing stays running for ever. It decides; the changes themselves are the lifecycle's.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from longrun.operations.errors import Interrupted, OperationUnknown
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import GIVE_UP, Lifecycle
from longrun.operations.operation import Operation
from longrun.operations.reasons import NEVER_STARTED
from longrun.operations.states import Status
from longrun.operations.store import OperationStore, Workflows

_logger = logging.getLogger(__name__)


class Sweep:
    """Looks at what is due. What was accepted and never started is started, or given up; what ended
    unheard is settled; what outlived its deadline is stopped.
    """

    def __init__(
        self,
        *,
        lifecycle: Lifecycle,
        store: OperationStore,
        workflows: Workflows,
        kinds: Kinds,
        clock: Callable[[], datetime],
    ) -> None:
        self._lifecycle = lifecycle
        self._store = store
        self._workflows = workflows
        self._kinds = kinds
        self._clock = clock

    def run(self) -> int:
        """Look at every operation that is due; returns how many there were.

        Raises:
            ExceptionGroup: Some could not be looked at, for no passing reason; all others were.
        """
        looked = 0
        broken: list[Exception] = []
        for operation_id in self._store.due(self._clock()):
            looked += 1
            try:
                self._look(self._store.get(operation_id))
            except (Interrupted, OperationUnknown) as passing:
                _logger.warning(
                    "Operation %s is left for the next sweep: %s", operation_id, passing
                )
            except Exception as error:
                # One operation's trouble must not keep the sweep from the others.
                _logger.exception("Operation %s could not be looked at.", operation_id)
                broken.append(error)
        if broken:
            raise ExceptionGroup(f"{len(broken)} operations could not be looked at.", broken)
        return looked

    def _look(self, operation: Operation) -> None:
        if operation.status.terminal:
            return
        kind = self._kinds[operation.kind]
        outcome = self._workflows.outcome(kind.workflow, operation.id)
        if outcome is not None and not outcome.running:
            self._lifecycle.settle(operation.id, outcome)
        elif operation.status is Status.CANCELING:
            self._lifecycle.cancel(operation.id)
        elif operation.status is Status.IN_PROGRESS:
            begun = operation.started or operation.accepted
            if self._age(begun) >= kind.deadline:
                self._lifecycle.stop_late(operation)
            else:
                self._lifecycle.look_later(operation.id, Status.IN_PROGRESS)
        elif outcome is None and self._age(operation.accepted) > GIVE_UP:
            self._lifecycle.fail(operation.id, [NEVER_STARTED])
        elif outcome is not None and self._age(operation.accepted) > GIVE_UP + kind.deadline:
            self._lifecycle.stop_late(operation)
        else:
            self._lifecycle.restart(operation)

    def _age(self, since: datetime) -> timedelta:
        return self._clock() - since
