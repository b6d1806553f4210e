"""The methods of the function `print/api`: all but those of `print/delivery`."""

from typing import Final

from longrun.contracts.print import authentication, entities, files, workflow

ENDPOINTS: Final = (
    *workflow.ENDPOINTS,
    *authentication.ENDPOINTS,
    *files.ENDPOINTS,
    *entities.ENDPOINTS,
)
