"""The print service's entities: from a set's id to its records, items and jobs."""

from collections.abc import Sequence
from itertools import batched
from typing import Final

from longrun_client.print_answers import ContentItem, DataRecord, Pages, identifiers, truth
from longrun_client.print_connection import Connection, segment
from longrun_client.print_reading import parsed, parsed_text

RECORDS_AT_ONCE: Final = 1000
"""Records whose values one call gives."""


class Entities:
    """The calls below `/entity` (contracts/print.md, "Entity services").

    Every method raises CallRefused where the service's answer is an error (NotFound for an
    id that is none of the caller's) and ServiceUnreachable where there is none.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def data_sets(self) -> tuple[int, ...]:
        """The ids of all data sets."""
        return self._ids("/entity/datasets")

    def content_sets(self) -> tuple[int, ...]:
        """The ids of all content sets."""
        return self._ids("/entity/contentsets")

    def job_sets(self) -> tuple[int, ...]:
        """The ids of all job sets."""
        return self._ids("/entity/jobsets")

    def records(self, data_set: int) -> tuple[int, ...]:
        """The ids of a data set's records, in order."""
        return self._ids(f"/entity/datasets/{segment(data_set)}")

    def record(self, record: int) -> DataRecord:
        """A record with its values."""
        response = self._connection.call("GET", f"/entity/datarecords/{segment(record)}/values")
        return parsed(response, DataRecord.read)

    def record_values(self, records: Sequence[int]) -> tuple[DataRecord, ...]:
        """Several records with their values, in the order asked for; a call for each thousand."""
        found: list[DataRecord] = []
        for some in batched(records, RECORDS_AT_ONCE, strict=False):
            response = self._connection.call(
                "POST", "/entity/datarecords/values", document={"identifiers": list(some)}
            )
            found += parsed(response, lambda listed: [DataRecord.read(each) for each in listed])
        return tuple(found)

    def content_items(self, content_set: int) -> tuple[ContentItem, ...]:
        """A content set's items, each with the record it was made of."""
        response = self._connection.call("GET", f"/entity/contentsets/{segment(content_set)}")
        return parsed(
            response,
            lambda document: tuple(
                ContentItem(item=int(each["item"]), record=int(each["record"]))
                for each in document["identifiers"]
            ),
        )

    def pages(self, content_set: int, *, detail: bool = False) -> tuple[Pages, ...]:
        """How many pages a content set has, by medium; with `detail` for each of its items."""
        response = self._connection.call(
            "GET",
            f"/entity/contentsets/{segment(content_set)}/pages",
            query={"detail": str(detail).lower()},
        )
        return parsed(
            response, lambda document: tuple(Pages.read(each) for each in document["pages"])
        )

    def record_of(self, content_item: int) -> int:
        """The id of the record that a content item was made of."""
        path = f"/entity/contentitems/{segment(content_item)}/datarecord"
        return parsed_text(self._connection.call("GET", path), int)

    def jobs(self, job_set: int) -> tuple[int, ...]:
        """The ids of a job set's jobs, in order."""
        return self._ids(f"/entity/jobsets/{segment(job_set)}")

    def job_contents(self, job: int) -> tuple[int, ...]:
        """The ids of a job's content items, in order."""
        return self._ids(f"/entity/jobs/{segment(job)}/contents")

    def delete_data_set(self, data_set: int) -> bool:
        """Delete a data set with its records; False if it was gone."""
        return self._delete("datasets", data_set)

    def delete_content_set(self, content_set: int) -> bool:
        """Delete a content set with its items; False if it was gone."""
        return self._delete("contentsets", content_set)

    def delete_job_set(self, job_set: int) -> bool:
        """Delete a job set with its jobs; False if it was gone."""
        return self._delete("jobsets", job_set)

    def _ids(self, path: str) -> tuple[int, ...]:
        return parsed(self._connection.call("GET", path), identifiers)

    def _delete(self, sets: str, entity: int) -> bool:
        path = f"/entity/{sets}/{segment(entity)}/delete"
        return parsed_text(self._connection.call("POST", path, repeatable=False), truth)
