"""The methods of the function `work_requests/api`: all but those of `work_requests/delivery`."""

from typing import Final

from longrun.contracts.work_requests.analytics import (
    data_sets,
    exports,
    snapshots,
    work_requests,
    workbooks,
)

ENDPOINTS: Final = (
    # First, for it is what is called most and paths are compared in order.
    *work_requests.ENDPOINTS,
    *data_sets.ENDPOINTS,
    *workbooks.ENDPOINTS,
    *exports.STARTING,
    *snapshots.ENDPOINTS,
)
