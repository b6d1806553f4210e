"""The registry: every kind of operation that the stack runs. A new kind is one line here.

Read by each function that changes states, so nothing heavy is imported: input models are loaded
by the kinds themselves, where work is accepted.
"""

from typing import Final

from longrun.contracts.print.kind import ALL_IN_ONE
from longrun.operations.kinds import Kinds

KINDS: Final = Kinds([ALL_IN_ONE])
