"""`/snapshots`, and `/system/actions/restoreSnapshot`: taking, showing, deleting, restoring.

A password goes from the body to the operation's secret and nowhere else (`Request.secret`).
"""

from collections.abc import Callable
from typing import Any, Final

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.paging import NEXT_PAGE, limit_of, place_of
from longrun.contracts.work_requests.analytics.starting import HEADER, replayed, started
from longrun.contracts.work_requests.kinds import CREATE_SNAPSHOT, RESTORE_SNAPSHOT
from longrun.contracts.work_requests.object_ids import object_id
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.datasets.snapshots.snapshots import Snapshot, State
from longrun.gateway.answer import Answer, document, no_content
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import SNAPSHOTS_ADMIN
from longrun.operations.request import Request

CATALOGUE: Final = "catalogue"
"""What a restore has to itself: a tenant's catalogue is exchanged by one at a time."""


def create_snapshot(call: Call[Services]) -> Answer:
    """Have a snapshot of the tenant's catalogue taken; its id is the work request's."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.snapshot_bodies import SnapshotBody

    body = read_body(call.body, SnapshotBody)
    again = replayed(call, CREATE_SNAPSHOT.name, confidential=True)
    if again is not None:
        return again
    order = {"name": body.name, "description": body.description}
    request = Request(
        kind=CREATE_SNAPSHOT.name,
        input={name: value for name, value in order.items() if value is not None},
        subject=body.name,
        secret=body.bar.password,
    )
    answer = started(call, request)
    snapshot_id = str(answer.headers[HEADER])
    # Before the 202 leaves: whoever got it finds the snapshot.
    call.services.snapshots.enter(
        Snapshot(
            id=snapshot_id,
            tenant=call.principal.tenant,
            name=body.name,
            description=body.description,
            owner=call.principal.id,
            created=call.services.authority.see(snapshot_id, call.principal).accepted,
            operation=snapshot_id,
        )
    )
    return answer


def restore_snapshot(call: Call[Services]) -> Answer:
    """Have the tenant's catalogue replaced by a snapshot's, wholly or not at all."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.snapshot_bodies import RestoreBody

    wanted = read_body(call.body, RestoreBody).snapshot
    again = replayed(call, RESTORE_SNAPSHOT.name, confidential=True)
    if again is not None:
        return again
    snapshot = call.services.snapshots.restorable(call.principal.tenant, wanted.id)
    request = Request(
        kind=RESTORE_SNAPSHOT.name,
        input={"snapshot": snapshot.id},
        subject=snapshot.name,
        claim=CATALOGUE,
        secret=wanted.password,
    )
    answer = started(call, request)
    # Before the 202 leaves: from then on it cannot be deleted.
    call.services.snapshots.hold(call.principal.tenant, snapshot.id, str(answer.headers[HEADER]))
    return answer


def list_snapshots(call: Call[Services]) -> Answer:
    """The tenant's snapshots, in the order of their ids."""
    limit, after = limit_of(call), place_of(call)
    found, following = call.services.snapshots.page(call.principal.tenant, after=after, limit=limit)
    headers = {} if following is None else {NEXT_PAGE: object_id(following)}
    return document({"items": [_view(*each) for each in found]}, headers=headers)


def get_snapshot(call: Call[Services]) -> Answer:
    """The snapshot, as it stands at this moment."""
    found = call.services.snapshots.get(call.principal.tenant, call.path["snapshotId"])
    return document(_view(*found), headers={"Cache-Control": "no-cache"})


def delete_snapshot(call: Call[Services]) -> Answer:
    """Remove the snapshot and its archive, unless it is being taken or restored."""
    call.services.snapshots.delete(call.principal.tenant, call.path["snapshotId"])
    return no_content()


def _view(snapshot: Snapshot, state: State) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": snapshot.id,
        "name": snapshot.name,
        "type": "CREATE",
        "status": state.value,
        "createdBy": snapshot.owner,
        "timeCreated": written(snapshot.created),
    }
    if snapshot.description is not None:
        told["description"] = snapshot.description
    if snapshot.archive is not None:
        told["bar"] = {"size": snapshot.archive.size, "sha256": snapshot.archive.sha256}
        told["contents"] = dict(snapshot.contents)
    return told


def _method(
    name: str, verb: str, path: str, answer: Callable[[Call[Services]], Answer]
) -> Endpoint[Services]:
    return Endpoint[Services](
        name=name, verbs=(verb,), path=path, needs=(SNAPSHOTS_ADMIN,), answer=answer
    )


ENDPOINTS: Final = (
    _method("createSnapshot", "POST", "/snapshots", create_snapshot),
    _method("listSnapshots", "GET", "/snapshots", list_snapshots),
    _method("getSnapshot", "GET", "/snapshots/{snapshotId}", get_snapshot),
    _method("deleteSnapshot", "DELETE", "/snapshots/{snapshotId}", delete_snapshot),
    _method("restoreSnapshot", "POST", "/system/actions/restoreSnapshot", restore_snapshot),
)
