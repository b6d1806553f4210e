"""The methods of the function `print/delivery`: those that bring results and files to clients, and
the one that takes data and may bring its result in the same call.
"""

from typing import Final

from longrun.contracts.print import adhoc, downloads, results

ENDPOINTS: Final = (*results.ENDPOINTS, *adhoc.ENDPOINTS, *downloads.ENDPOINTS)
