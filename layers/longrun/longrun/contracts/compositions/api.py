"""The face of the API: its errors, its envelope, its headers, where it is published."""

from collections.abc import Mapping
from typing import Final

from longrun.contracts.compositions.envelope import PREFIX, REQUEST_ID, finishing
from longrun.contracts.compositions.errors import failed, too_large, unknown
from longrun.contracts.compositions.services import Platform
from longrun.gateway.api import Face
from longrun.gateway.request import Request

SENT_HEADERS: Final = ("Authorization", "api-key", "Content-Type", REQUEST_ID)
"""What a browser's script may send."""

SHOWN_HEADERS: Final = ("Retry-After", "Content-Disposition", "Allow")
"""What a browser's script may see."""


def face(platform: Platform) -> Face:
    """The face over a platform, which knows where callers see the API."""

    def base_url(request: Request) -> str:
        return platform.public_base_url or request.base_url

    return Face(
        prefixes=(PREFIX,),
        failure=failed,
        unknown=unknown,
        too_large=too_large,
        finish=finishing(base_url),
        always=_not_to_keep,
        sent=SENT_HEADERS,
        shown=SHOWN_HEADERS,
    )


def _not_to_keep(_: Request) -> Mapping[str, str]:
    # It is patients' data, and a job's state is another with the next poll.
    return {"Cache-Control": "no-store"}
