"""The issuer's JWK set over HTTP: bounded in time and in size, and no redirect is followed."""

from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from longrun.operations.errors import Interrupted

SECONDS: Final = 3.0
"""To connect, and for each read; an authorizer has ten in all."""
SIZE_LIMIT: Final = 256 * 1024
"""In bytes."""
_OK: Final = 200
_SERVICE: Final = "The token issuer"


class HttpKeySource:
    """Implements `longrun.identity.json_web_keys.KeySource`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=SECONDS, read=SECONDS), retries=False
        )

    def fetch(self) -> bytes:
        """See `KeySource.fetch`."""
        try:
            response = self._pool.request(
                "GET",
                self._url,
                headers={"Accept": "application/json"},
                redirect=False,
                preload_content=False,
            )
            try:
                document = response.read(SIZE_LIMIT + 1)
            finally:
                response.close()
        except HTTPError as error:
            raise Interrupted(_SERVICE) from error
        if response.status != _OK or len(document) > SIZE_LIMIT:
            raise Interrupted(_SERVICE)
        return document
