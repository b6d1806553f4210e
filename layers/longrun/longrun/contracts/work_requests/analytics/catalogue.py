"""What data sets and workbooks have in common: their paths, ETags and conditional writes."""

from collections.abc import Callable
from typing import Final

from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.services import Services
from longrun.datasets.data_sets import DataSet
from longrun.datasets.workbooks import Workbook
from longrun.delivery.conditions import EntityTag, Validators, hold_write
from longrun.delivery.errors import PreconditionFailed
from longrun.delivery.request import Request
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import DATASETS_AUTHOR

type Entry = DataSet | Workbook

CATALOGUE: Final = "/catalog"


def method(
    name: str, verb: str, path: str, answer: Callable[[Call[Services]], Answer]
) -> Endpoint[Services]:
    """A method of those who author the catalogue's entries; `path` is below `/catalog`."""
    return Endpoint[Services](
        name=name,
        verbs=(verb,),
        path=CATALOGUE + path,
        needs=(DATASETS_AUTHOR,),
        answer=answer,
    )


def validators(entry: Entry) -> Validators:
    """The entry's ETag."""
    return Validators(etag=EntityTag(opaque=entry.revision))


def hold(call: Call[Services], current: Entry | None) -> None:
    """Hold a write to its conditions.

    Args:
        call: The write.
        current: The entry as it stands; None: there is none.

    Raises:
        PreconditionFailed: A condition does not hold.
    """
    etag = validators(current).etag if current is not None else None
    hold_write(Request.read(call.method, call.header), etag)


def overtaken(call: Call[Services], changed: Exception) -> Exception:
    """Somebody was quicker: what that means to a caller who said which state it meant, or not."""
    if call.header("If-Match") is not None:
        return PreconditionFailed("If-Match")
    return Refused(409, "Conflict", f"{changed} Send the request again if it still holds.")
