"""The print contract: the entity services."""

from typing import Any

import pytest

from longrun.documents.dataset_chunks import RECORDS_A_CHUNK
from longrun.documents.records import Record
from longrun.documents.sets import EntitySet, SetType
from tests.contract.print.world import World


def customer(number: int, lines: int = 0) -> Record:
    rows = [Record({"item": f"item {n}", "amount": n * 1.5}) for n in range(lines)]
    return Record(
        {"name": f"customer {number}", "total": 12.0, "active": True, "note": None},
        {"lines": rows} if lines else {},
    )


PATHS = {"datasets": SetType.DATA, "contentsets": SetType.CONTENT, "jobsets": SetType.JOB}


@pytest.mark.parametrize(("path", "set_type"), PATHS.items())
def test_sets_are_listed_oldest_first(world: World, path: str, set_type: SetType) -> None:
    made = [world.a_set(set_type, 2) for _ in range(3)]
    world.a_set(set_type, 2, tenant="globex")
    world.a_set(set_type, 2, transient=True)

    reply = world.call("GET", f"/entity/{path}")

    assert reply.status == 200
    assert reply.header("content-type") == "application/json"
    assert reply.json == {"identifiers": [each.id for each in made]}


@pytest.mark.parametrize("path", PATHS)
def test_without_sets_the_list_is_empty(world: World, path: str) -> None:
    assert world.call("GET", f"/entity/{path}").json == {"identifiers": []}


def test_a_data_set_leads_to_its_records(world: World) -> None:
    data_set = world.data_set([customer(1), customer(2)])

    reply = world.call("GET", f"/entity/datasets/{data_set.id}")

    assert reply.json == {"identifiers": [data_set.id + 1, data_set.id + 2]}


def test_values_beyond_what_one_answer_carries_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set = world.data_set([customer(1)])
    monkeypatch.setattr("longrun.contracts.print.entities.VALUES_AT_ONCE", 1000)
    wanted = {"identifiers": [data_set.id + 1] * 20}

    reply = world.call("POST", "/entity/datarecords/values", wanted)

    assert reply.status == 400
    assert reply.error["parameter"] == "identifiers"


def test_the_values_of_a_record_are_text(world: World) -> None:
    data_set = world.data_set([customer(1)])

    reply = world.call("GET", f"/entity/datarecords/{data_set.id + 1}/values")

    assert reply.json == {
        "id": data_set.id + 1,
        "table": "record",
        "datasetid": data_set.id,
        "fields": [
            {"name": "name", "value": "customer 1"},
            {"name": "total", "value": "12"},
            {"name": "active", "value": "true"},
            {"name": "note", "value": ""},
        ],
        "records": [],
    }


def test_detail_records_have_ids_of_their_own_and_name_their_parent(world: World) -> None:
    data_set = world.data_set([customer(1, lines=2), customer(2, lines=1)])
    first, second = data_set.id + 1, data_set.id + 2

    rows = [
        world.call("GET", f"/entity/datarecords/{record}/values").json["records"]
        for record in (first, second)
    ]

    assert rows[0] == [
        {
            "id": data_set.id + 3 + n,
            "table": "lines",
            "parentrecordid": first,
            "fields": [
                {"name": "item", "value": f"item {n}"},
                {"name": "amount", "value": ["0", "1.5"][n]},
            ],
        }
        for n in range(2)
    ]
    assert [(row["id"], row["parentrecordid"]) for row in rows[1]] == [(data_set.id + 5, second)]


def test_rows_of_rows_follow_the_row_that_they_belong_to(world: World) -> None:
    inner = [Record({"n": 1}), Record({"n": 2})]
    row = Record({"r": 1}, {"parts": inner})
    data_set = world.data_set([Record({"a": 1}, {"rows": [row, Record({"r": 2})]})])
    first = data_set.id + 2

    rows = world.call("GET", f"/entity/datarecords/{data_set.id + 1}/values").json["records"]

    assert [(each["id"], each["table"], each["parentrecordid"]) for each in rows] == [
        (first, "rows", data_set.id + 1),
        (first + 1, "parts", first),
        (first + 2, "parts", first),
        (first + 3, "rows", data_set.id + 1),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_several_records_come_in_the_order_sent(world: World, method: str, wrapped: bool) -> None:
    data_set = world.data_set([customer(n, lines=1) for n in range(1, 6)])
    ids: list[int | str] = [data_set.id + 4, str(data_set.id + 1), data_set.id + 5]

    reply = world.call(
        method, "/entity/datarecords/values", {"identifiers": ids} if wrapped else ids
    )

    assert [record["id"] for record in reply.json] == [int(each) for each in ids]
    assert [record["fields"][0]["value"] for record in reply.json] == [
        "customer 4",
        "customer 1",
        "customer 5",
    ]
    assert [record["records"][0]["id"] for record in reply.json] == [
        data_set.id + 5 + 4,
        data_set.id + 5 + 1,
        data_set.id + 5 + 5,
    ]


def test_ids_may_be_sent_in_the_query(world: World) -> None:
    data_set = world.data_set([customer(1), customer(2)])

    reply = world.call(
        "GET", f"/entity/datarecords/values?identifiers={data_set.id + 2},%20{data_set.id + 1}"
    )

    assert [record["id"] for record in reply.json] == [data_set.id + 2, data_set.id + 1]


def test_records_of_several_sets_and_chunks_are_found(world: World) -> None:
    large = world.data_set([customer(n, lines=n % 3) for n in range(RECORDS_A_CHUNK + 20)])
    small = world.data_set([customer(0)])
    ids = [small.id + 1, large.members[-1], large.id + 1, large.id + 1 + RECORDS_A_CHUNK]

    records = world.call("POST", "/entity/datarecords/values", ids).json

    assert [record["datasetid"] for record in records] == [small.id, large.id, large.id, large.id]
    last = records[1]
    assert [row["id"] for row in last["records"]] == list(
        range(large.last - len(last["records"]) + 1, large.last + 1)
    )
    before = sum(n % 3 for n in range(RECORDS_A_CHUNK))
    assert records[3]["records"][0]["id"] == large.members[-1] + 1 + before


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"{}", b"[]", b'{"identifiers": "1"}', b"[true]", b"[1.5]", b'["x"]', b"[null]"],
)
def test_what_are_no_ids_of_records_is_refused(world: World, sent: bytes) -> None:
    reply = world.call("POST", "/entity/datarecords/values", sent)

    assert reply.status == 400
    assert reply.error["parameter"] == "identifiers"


def test_records_at_once_are_bounded(world: World) -> None:
    reply = world.call("POST", "/entity/datarecords/values", list(range(1000, 2001)))

    assert reply.status == 400
    assert "1000 are allowed" in reply.message


def contents(world: World) -> EntitySet:
    """Two chunks: records 5001–5003 with 1, 2, 1 pages and record 5009 with 3."""
    return world.content_set([((5001, 5003), (1, 2, 1)), ((5009, 5009), (3,))])


def test_a_content_set_leads_to_its_items_and_their_records(world: World) -> None:
    content_set = contents(world)

    reply = world.call("GET", f"/entity/contentsets/{content_set.id}")

    assert reply.json == {
        "identifiers": [
            {"item": content_set.id + 1 + n, "record": record}
            for n, record in enumerate([5001, 5002, 5003, 5009])
        ]
    }


def test_a_content_item_leads_to_its_record(world: World) -> None:
    content_set = contents(world)

    reply = world.call("GET", f"/entity/contentitems/{content_set.id + 4}/datarecord")

    assert (reply.status, reply.text) == (200, "5009")


@pytest.mark.parametrize("query", ["", "?detail=false"])
def test_pages_are_summed_up_by_size(world: World, query: str) -> None:
    content_set = contents(world)

    reply = world.call("GET", f"/entity/contentsets/{content_set.id}/pages{query}")

    assert reply.json == {"pages": [{"count": 7, "media": {"name": "A4", "size": "210mm x 297mm"}}]}


def test_pages_are_told_by_item_if_that_is_wanted(world: World) -> None:
    content_set = contents(world)

    reply = world.call("GET", f"/entity/contentsets/{content_set.id}/pages?detail=true")

    a4 = {"name": "A4", "size": "210mm x 297mm"}
    assert reply.json == {
        "pages": [
            {"item": content_set.id + 1 + n, "count": count, "media": a4}
            for n, count in enumerate([1, 2, 1, 3])
        ]
    }


def test_a_wrong_detail_is_refused(world: World) -> None:
    content_set = contents(world)

    reply = world.call("GET", f"/entity/contentsets/{content_set.id}/pages?detail=some")

    assert reply.error["parameter"] == "detail"


def test_a_job_set_leads_to_its_jobs_and_their_contents(world: World) -> None:
    content_set = contents(world)
    first = content_set.id + 1
    job_set = world.job_set([[first + 1, first], [first + 2, first + 3]])

    jobs = world.call("GET", f"/entity/jobsets/{job_set.id}").json["identifiers"]
    items = [world.call("GET", f"/entity/jobs/{job}/contents").json for job in jobs]

    assert jobs == [job_set.id + 1, job_set.id + 2]
    assert items == [
        {"identifiers": [first + 1, first]},
        {"identifiers": [first + 2, first + 3]},
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_set_is_deleted_with_its_contents(world: World, path: str) -> None:
    made = {
        "datasets": lambda: world.data_set([customer(1)]),
        "contentsets": lambda: contents(world),
        "jobsets": lambda: world.job_set([[1]]),
    }[path]()

    reply = world.call("POST", f"/entity/{path}/{made.id}/delete")

    assert (reply.status, reply.text) == (200, "true")
    assert reply.header("content-type") == "text/plain"
    assert world.call("GET", f"/entity/{path}/{made.id}").status == 404
    assert world.call("POST", f"/entity/{path}/{made.id}/delete").status == 404
    listed = world.platform.artefacts._client.list_objects_v2(
        Bucket=world.platform.bucket, Prefix=made.prefix
    )
    assert listed["KeyCount"] == 0


def test_deleting_what_somebody_else_just_deleted_is_false(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.job_set([[1]])
    monkeypatch.setattr(world.platform.sets, "delete", lambda _: False)

    assert world.call("POST", f"/entity/jobsets/{made.id}/delete").text == "false"


SET_CALLS = [
    ("GET", "/entity/datasets/{}", SetType.DATA),
    ("POST", "/entity/datasets/{}/delete", SetType.DATA),
    ("GET", "/entity/contentsets/{}", SetType.CONTENT),
    ("GET", "/entity/contentsets/{}/pages", SetType.CONTENT),
    ("GET", "/entity/contentsets/{}/pages?detail=true", SetType.CONTENT),
    ("POST", "/entity/contentsets/{}/delete", SetType.CONTENT),
    ("GET", "/entity/jobsets/{}", SetType.JOB),
    ("POST", "/entity/jobsets/{}/delete", SetType.JOB),
]
MEMBER_CALLS = [
    ("GET", "/entity/datarecords/{}/values", SetType.DATA),
    ("GET", "/entity/datarecords/values?identifiers={}", SetType.DATA),
    ("GET", "/entity/contentitems/{}/datarecord", SetType.CONTENT),
    ("GET", "/entity/jobs/{}/contents", SetType.JOB),
]


@pytest.mark.parametrize(("method", "path", "set_type"), SET_CALLS + MEMBER_CALLS)
@pytest.mark.parametrize("unknown", ["999999", "0", "x", "-1", "1" * 50])
def test_an_unknown_id_is_not_found(
    world: World, method: str, path: str, set_type: SetType, unknown: str
) -> None:
    reply = world.call(method, path.format(unknown))

    in_query = "identifiers=" in path and not unknown.startswith("9")
    assert reply.status == (400 if in_query else 404)
    assert "id" in reply.message


@pytest.mark.parametrize(("method", "path", "set_type"), SET_CALLS)
@pytest.mark.parametrize("more", [{"tenant": "globex"}, {"transient": True}])
def test_a_set_that_the_caller_does_not_have_is_not_found(
    world: World, method: str, path: str, set_type: SetType, more: dict[str, Any]
) -> None:
    made = world.a_set(set_type, 2, **more)

    reply = world.call(method, path.format(made.id))

    assert reply.status == 404
    assert f"with the id {made.id}." in reply.message


@pytest.mark.parametrize(("method", "path", "set_type"), MEMBER_CALLS)
@pytest.mark.parametrize("more", [{"tenant": "globex"}, {"transient": True}])
def test_a_member_of_such_a_set_is_not_found(
    world: World, method: str, path: str, set_type: SetType, more: dict[str, Any]
) -> None:
    made = world.a_set(set_type, 2, **more)

    assert world.call(method, path.format(made.id + 1)).status == 404


def test_a_set_id_is_no_member_and_a_member_no_set(world: World) -> None:
    data_set = world.data_set([customer(1)])

    assert world.call("GET", f"/entity/datarecords/{data_set.id}/values").status == 404
    assert world.call("GET", f"/entity/datasets/{data_set.id + 1}").status == 404


def test_a_set_whose_contents_go_while_it_is_read_is_not_found(world: World) -> None:
    data_set = world.data_set([customer(1)])
    world.platform.artefacts.delete(data_set.prefix)

    assert world.call("GET", f"/entity/datarecords/{data_set.id + 1}/values").status == 404


def test_the_ids_of_a_large_set_are_sent_compressed(world: World) -> None:
    data_set = world.a_set(SetType.DATA, 1_000_000)

    plain = world.call("GET", f"/entity/datasets/{data_set.id}")
    packed = world.call(
        "GET", f"/entity/datasets/{data_set.id}", headers={"Accept-Encoding": "gzip, br"}
    )

    assert plain.status == 400
    assert "Accept-Encoding: gzip" in plain.message
    assert packed.header("content-encoding") == "gzip"
    assert len(packed.body) < 4_500_000
