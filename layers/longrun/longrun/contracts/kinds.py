"""The registry: every kind of operation that the stack runs. A new kind is one line here.

Read by each function that changes states, so nothing heavy is imported: input models are loaded
by the kinds themselves, where work is accepted.
"""

from typing import Final

from longrun.contracts.compositions.kinds import (
    CANCEL_COMPOSITION,
    CREATE_COMPOSITION,
    SIGN_COMPOSITION,
)
from longrun.contracts.print.kind import ALL_IN_ONE
from longrun.contracts.work_requests.kinds import (
    CREATE_SNAPSHOT,
    EXPORT_WORKBOOK,
    RELOAD_DATA_SET,
    RESTORE_SNAPSHOT,
)
from longrun.operations.kinds import Kinds

KINDS: Final = Kinds(
    [
        ALL_IN_ONE,
        RELOAD_DATA_SET,
        EXPORT_WORKBOOK,
        CREATE_SNAPSHOT,
        RESTORE_SNAPSHOT,
        CREATE_COMPOSITION,
        SIGN_COMPOSITION,
        CANCEL_COMPOSITION,
    ]
)
