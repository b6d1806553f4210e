"""The endpoints of the API function: all but that of `print_forms`."""

from typing import Final

from longrun.contracts.compositions import compositions, jobs, starting

ENDPOINTS: Final = (*jobs.ENDPOINTS, *starting.ENDPOINTS, *compositions.ENDPOINTS)
