"""Snapshots of a tenant's catalogue: taking, listing, deleting, restoring."""

from collections.abc import Iterator

from longrun_client.print_connection import segment
from longrun_client.work_requests_answers import Snapshot
from longrun_client.work_requests_connection import Connection
from longrun_client.work_requests_reading import parsed, started

_SNAPSHOTS = "/snapshots"


class Snapshots:
    """The calls of `/snapshots` and `/system/actions/restoreSnapshot`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        name: str,
        password: str,
        *,
        description: str | None = None,
        retry_token: str | None = None,
    ) -> str:
        """Have a snapshot taken.

        Args:
            name: What it is called; several may be called the same.
            password: Opens the archive; who loses it has lost the snapshot.
            description: What it is for.
            retry_token: See `DataSets.reload`.

        Returns:
            The id of the work request, for `wait`, which is the snapshot's too.
        """
        document = {"type": "CREATE", "name": name, "bar": {"password": password}}
        if description is not None:
            document["description"] = description
        return started(self._connection.start(_SNAPSHOTS, document, retry_token=retry_token))

    def get(self, snapshot_id: str) -> Snapshot:
        """A snapshot, as it stands.

        Raises:
            NotFound: There is none of that id.
        """
        response = self._connection.call("GET", f"{_SNAPSHOTS}/{segment(snapshot_id)}")
        return parsed(response, Snapshot.read)

    def all(self) -> Iterator[Snapshot]:
        """Every snapshot; pages are asked for as they are needed."""
        for page in self._connection.pages(_SNAPSHOTS):
            yield from parsed(page, lambda listed: [Snapshot.read(e) for e in listed["items"]])

    def delete(self, snapshot_id: str) -> None:
        """Remove a snapshot and its archive.

        Raises:
            Conflict: It is being taken or restored.
        """
        path = f"{_SNAPSHOTS}/{segment(snapshot_id)}"
        self._connection.call("DELETE", path, repeatable=False)

    def restore(self, snapshot_id: str, password: str, *, retry_token: str | None = None) -> str:
        """Have the tenant's catalogue replaced by a snapshot's, wholly or not at all.

        Returns:
            The id of the work request, for `wait`: a wrong password ends it as failed.

        Raises:
            Conflict: Another restore is running, or the snapshot is not complete.
        """
        document = {"snapshot": {"id": snapshot_id, "password": password}}
        path = "/system/actions/restoreSnapshot"
        return started(self._connection.start(path, document, retry_token=retry_token))
