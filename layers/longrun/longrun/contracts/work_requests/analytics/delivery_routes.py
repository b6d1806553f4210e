"""The methods of the function `work_requests/delivery`: those that bring files to clients."""

from typing import Final

from longrun.contracts.work_requests.analytics import exports

ENDPOINTS: Final = exports.FETCHING
