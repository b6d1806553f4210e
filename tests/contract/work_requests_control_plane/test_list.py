import re
from itertools import chain
from urllib.parse import quote

import pytest

from longrun.contracts.work_requests.control_plane import listing
from longrun.contracts.work_requests.control_plane.filters import SORT_BY
from longrun.identity.ocids import tenancy_ocid
from longrun.operations.operation import Resource
from tests.contract.work_requests_control_plane.world import BASE, COMPARTMENT, World, forged

UNRESERVED = r"[A-Za-z0-9._~-]+"


def test_the_list_is_a_bare_array_of_summaries(world: World) -> None:
    operation = world.begun()

    reply = world.page()

    assert reply.status == 200
    (entry,) = reply.json
    assert entry["id"] == operation
    assert entry["compartmentId"] == COMPARTMENT
    assert entry["resources"] == []
    assert "percentComplete" not in entry
    assert {"operationType", "status", "timeAccepted", "timeStarted"} < set(entry)
    assert reply.next_page is None


def test_only_the_tenancys_own_are_listed_newest_first(world: World) -> None:
    mine = [world.accepted(age=age) for age in (30, 20, 10)]
    theirs = world.accepted(tenant="globex")

    assert world.listed() == [mine[::-1]]
    assert world.listed(who="gina") == [[theirs]]


@pytest.mark.parametrize("compartment", ["globex", "nowhere"])
def test_another_compartment_is_not_there(world: World, compartment: str) -> None:
    reply = world.call("GET", f"/workRequests?compartmentId={tenancy_ocid(compartment)}")

    assert reply.error == (404, "NotAuthorizedOrNotFound")


@pytest.mark.parametrize(
    "query",
    [
        "&limit=0",
        "&limit=1001",
        "&limit=-1",
        "&limit=ten",
        "&limit=1.0",
        "&limit=%D9%A1",
        "&limit=1&limit=2",
        "&status=DONE",
        "&status=FAILED&status=failed",
        "&sortBy=percentComplete",
        "&sortOrder=UP",
        "&sortBy=id&sortBy=status",
        "&resourceId=a&resourceId=b",
        "&compartmentId=twice",
        "&page=x",
        "&page=AAAAAAAAAAAAAAAAAAAAAAAA",
        "&page=" + "A" * 5000,
        "&page=%C3%A4",
    ],
)
def test_a_malformed_parameter_is_refused(world: World, query: str) -> None:
    assert world.page(query).error == (400, "InvalidParameter")


def test_the_compartment_must_be_given(world: World) -> None:
    assert world.call("GET", "/workRequests").error == (400, "InvalidParameter")
    assert world.call("GET", "/workRequests?compartmentId=").error == (400, "InvalidParameter")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("order", ["", "&sortOrder=ASC", "&sortBy=id", "&sortBy=timeStarted"])
def test_pages_join_to_the_whole_without_a_gap_or_a_double(
    world: World, limit: int, order: str
) -> None:
    made = {world.accepted(age=10 * n) for n in range(7)}

    pages = world.listed(f"&limit={limit}{order}")

    assert all(len(page) <= limit for page in pages)
    assert sorted(chain(*pages)) == sorted(made)


def test_a_page_token_is_of_unreserved_characters_only(world: World) -> None:
    for age in range(3):
        world.accepted(age=age)

    for order in ("", "&sortBy=status"):
        token = world.page(f"&limit=1{order}").next_page
        assert token and re.fullmatch(UNRESERVED, token)


def test_a_token_is_good_for_the_list_that_it_was_given_out_for_alone(world: World) -> None:
    for age in range(3):
        world.accepted(age=age)
    operation = world.failed("a", "b", "c")
    token = world.page("&limit=1&status=ACCEPTED").next_page
    assert token
    page = f"&page={token}"

    assert world.page(f"&limit=2&status=ACCEPTED{page}").status == 200
    assert world.page(f"&status=ACCEPTED&limit=1&status=ACCEPTED{page}").status == 200
    for reply in (
        world.page(page),
        world.page(f"&status=FAILED{page}"),
        world.page(f"&status=ACCEPTED&sortBy=id{page}"),
        world.page(f"&status=ACCEPTED&sortOrder=ASC{page}"),
        world.page(f"&status=ACCEPTED&resourceId=x{page}"),
        world.page(f"&status=ACCEPTED{page}", who="gina"),
        world.page(f"&status=ACCEPTED{page[:-1]}"),
        world.page(f"&status=ACCEPTED{page}A"),
        world.page(f"&status=ACCEPTED&page={token[:30]}A{token[31:]}"),
        world.call("GET", f"/workRequests/{operation}/errors?page={token}"),
    ):
        assert reply.error == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        b"no JSON",
        b"[" * 3_000,
        b'{"id": 7, "accepted": "2026-01-01T00:00:00Z"}',
        b'{"id": "", "accepted": "2026-01-01T00:00:00Z"}',
        b'{"id": "x"}',
        b'{"id": "x", "accepted": 5}',
        b'{"id": "x", "accepted": "yesterday"}',
        b'{"id": "x", "accepted": "0001-01-01T00:00:00+23:00"}',
        b'{"last": [1, 2, 3]}',
        b'{"last": [false, "x"]}',
        b'{"bound": {}}',
        b'{"best": {}}',
        b'{"best": [1]}',
    ],
)
@pytest.mark.parametrize("order", ["", "&sortBy=status"])
def test_a_token_that_was_made_up_is_refused_whatever_it_says(
    world: World, order: str, said: bytes
) -> None:
    world.accepted()
    by = ("status", "False") if order else ("timeAccepted", "True")
    token = forged(said, "workRequests", "", "", "", *by)

    assert (
        world.page(f"{order}&page={forged(b'{}', 'workRequests', '', '', '', *by)}").status == 200
    )
    assert world.page(f"{order}&page={token}").error == (400, "InvalidParameter")


def test_any_of_several_statuses_is_wanted(world: World) -> None:
    accepted, begun = world.accepted(age=3), world.begun(age=2)
    succeeded, failed = world.succeeded(age=1), world.failed("no")

    assert world.listed("&status=ACCEPTED") == [[accepted]]
    assert world.listed("&status=FAILED&status=SUCCEEDED") == [[failed, succeeded]]
    assert world.listed("&status=CANCELED") == [[]]
    assert world.listed() == [[failed, succeeded, begun, accepted]]


def test_a_resource_is_found_by_its_id_and_its_type(world: World) -> None:
    operation = world.begun()
    world.begun()
    world.lifecycle.produce(
        operation, resources=[Resource(type="DATA_SET", id="1000", action="CREATED")]
    )

    assert world.listed("&resourceId=1000") == [[operation]]
    assert world.listed("&resourceType=DATA_SET") == [[operation]]
    assert world.listed("&resourceId=1000&resourceType=DATA_SET") == [[operation]]
    assert world.listed("&resourceId=1000&resourceType=ANALYTICS_INSTANCE") == [[]]
    assert world.listed("&resourceId=1001") == [[]]


def test_resources_have_all_that_the_sdk_wants_and_metadata_of_strings(world: World) -> None:
    operation = world.begun()
    world.lifecycle.produce(
        operation,
        resources=[
            Resource(type="DATA_SET", id="1000", action="CREATED", metadata={"records": "20"})
        ],
    )

    for view in (world.page().json[0], world.call("GET", f"/workRequests/{operation}").json):
        assert view["resources"] == [
            {
                "actionResult": "CREATED",
                "resourceType": "DATA_SET",
                "identifier": "1000",
                "metadata": {"records": "20"},
            }
        ]


def test_resources_that_one_may_not_see_are_neither_shown_nor_found(world: World) -> None:
    operation = world.begun()
    world.lifecycle.produce(
        operation, resources=[Resource(type="DATA_SET", id="1000", action="CREATED")]
    )

    (entry,) = world.page(who="mona").json
    assert entry["id"] == operation
    assert entry["resources"] == []
    assert world.listed("&resourceId=1000", who="mona") == [[]]


def test_every_field_of_the_contract_sorts_both_ways(world: World) -> None:
    world.accepted(age=50)
    world.begun(age=10)
    world.succeeded(age=40)
    world.failed("no", age=30)
    world.accepted(age=20)
    entries = world.page().json

    for field in SORT_BY:
        wanted = sorted(
            entries, key=lambda entry: (field not in entry, entry.get(field, ""), entry["id"])
        )
        ids = [entry["id"] for entry in wanted]
        for limit in (1, 2, 100):
            query = f"&sortBy={field}&limit={limit}"
            ascending = world.listed(f"{query}&sortOrder=ASC")
            descending = world.listed(f"{query}&sortOrder=DESC")
            assert list(chain(*ascending)) == ids, field
            assert list(chain(*descending)) == ids[::-1], field


def test_a_call_reads_so_much_and_no_more_and_pages_may_be_empty(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "READS", 2)
    monkeypatch.setattr(listing, "STRETCH", 2)
    made = [world.accepted(age=age) for age in range(11)]
    last = world.failed("no", age=20)
    reads = _count_reads(world, monkeypatch)

    pages = world.listed("&status=FAILED")
    assert pages == [[], [], [last]]
    assert reads == [2, 2, 2]

    reads.clear()
    pages = world.listed("&limit=5")
    assert list(chain(*pages)) == [*made, last]
    assert max(reads) <= 2


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("carried", [1, 2, 50])
def test_any_order_is_kept_where_one_call_cannot_read_all(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: int, carried: int
) -> None:
    monkeypatch.setattr(listing, "READS", 1)
    monkeypatch.setattr(listing, "STRETCH", 3)
    monkeypatch.setattr(listing, "CARRIED", carried)
    made = sorted(world.accepted(age=age) for age in range(8))
    reads = _count_reads(world, monkeypatch)

    for query, wanted in (("sortBy=id", made), ("sortBy=id&sortOrder=DESC", made[::-1])):
        pages = world.listed(f"&{query}&limit={limit}")
        assert list(chain(*pages)) == wanted
        assert all(len(page) <= limit for page in pages)
    assert max(reads) == 1


def test_nothing_is_passed_over_where_an_entry_changes_its_place_between_two_calls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "READS", 1)
    monkeypatch.setattr(listing, "STRETCH", 3)
    failed = world.failed("no", age=30)
    first, second, third = sorted(world.accepted(age=age) for age in range(3))
    query = "&sortBy=status&limit=2"
    reply = world.page(query)
    assert reply.json == []

    world.lifecycle.begin(first)
    listed: list[str] = []
    while reply.next_page:
        reply = world.page(f"{query}&page={reply.next_page}")
        listed += [entry["id"] for entry in reply.json]

    assert listed == [second, third, failed, first]


def test_a_call_stops_reading_before_its_time_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "STRETCH", 1)
    for age in range(4):
        world.accepted(age=age)
    world.milliseconds_left = 4_000

    assert [len(page) for page in world.listed()] == [1, 1, 1, 1]


def test_a_page_of_large_entries_ends_early(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "BYTES", 500)
    made = sorted(world.accepted(age=age) for age in range(6))

    for order in ("", "&sortBy=id"):
        pages = world.listed(order)
        assert len(pages) > 1
        assert sorted(chain(*pages)) == made


def test_the_answer_to_the_longest_token_can_be_asked_for(world: World) -> None:
    """50 ids carried stay below what a URL, and the verifier, take."""
    reply = world.call("GET", f"/workRequests?compartmentId={COMPARTMENT}&page={'A' * 4000}")

    assert reply.error == (400, "InvalidParameter")
    assert len(BASE + quote(COMPARTMENT)) + 4000 < 8000


def _count_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often each of the calls to come reads a stretch of the list."""
    reads: list[int] = []
    read = world.services.authority.listed
    call = world.page

    def listed(*arguments: object, **more: object) -> object:
        reads[-1] += 1
        return read(*arguments, **more)  # type: ignore[arg-type]  # whatever it is handed

    def counted(*arguments: object, **more: object) -> object:
        reads.append(0)
        return call(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(world.services.authority, "listed", listed)
    monkeypatch.setattr(world, "page", counted)
    return reads
