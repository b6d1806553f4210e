"""The state of a job: 200 for every known one, in both published revisions."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from longrun.compositions.refusals import Code
from longrun.operations.operation import Fault, Operation, Source
from longrun.operations.states import Status
from tests.contract.compositions.world import COMPOSITIONS, World, moment
from tests.unit.compositions.fakes import disability

ENTITY = "eHealth/composition"
UNKNOWN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"


def test_a_new_job_is_pending_with_what_both_revisions_require(world: World) -> None:
    job = world.poll(world.create())

    assert set(job) == {"id", "status", "eta", "links"}
    assert job["status"] == "PENDING"
    assert job["links"] == [{"entity": ENTITY}]
    moment(job["eta"])


def test_a_job_in_progress_is_pending(world: World) -> None:
    job = world.create()
    world.lifecycle.begin(job)

    assert world.poll(job)["status"] == "PENDING"


def test_a_job_that_is_done_links_the_composition(world: World) -> None:
    job = world.create()
    composition = world.made(job)

    told = world.poll(job)

    assert set(told) == {"id", "status", "eta", "doneAt", "links"}
    assert told["status"] == "DONE"
    assert told["links"] == [{"entity": ENTITY, "href": f"composition/{composition.id}"}]
    assert moment(told["doneAt"]) == world.clock()


def test_a_job_that_changed_several_links_its_own_first(world: World) -> None:
    replaced = world.final()
    job = world.sign(world.created(disability(replaces=replaced)))
    composition = world.made(job)

    hrefs = [link["href"] for link in world.poll(job)["links"]]

    assert hrefs == [f"composition/{composition.id}", f"composition/{replaced.id}"]


def test_a_pending_sign_links_what_it_is_about(world: World) -> None:
    composition = world.created()

    told = world.poll(world.sign(composition))

    assert told["links"] == [{"entity": ENTITY, "href": f"composition/{composition.id}"}]


def test_a_failed_job_tells_why_in_both_places(world: World) -> None:
    composition = world.created()
    job = world.cancel(composition)
    world.work(job)

    told = world.poll(job)

    (error,) = told["error"]
    assert told["status"] == "FAILED"
    assert error["code"] == 1003
    assert told["links"] == [
        {
            "entity": ENTITY,
            "href": f"composition/{composition.id}",
            "error": f"1003: {error['message']}",
        }
    ]
    assert told["doneAt"]


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_reaches_the_client_as_a_number(world: World, code: Code) -> None:
    job = world.create()
    world.lifecycle.begin(job)
    fault = Fault(code=str(int(code)), message="It does not fit.", source=Source.USER)
    world.lifecycle.fail(job, [fault])

    told = world.poll(job)

    assert told["error"] == [{"code": int(code), "message": "It does not fit."}]
    assert told["links"] == [{"entity": ENTITY, "error": f"{int(code)}: It does not fit."}]


def test_a_fault_of_the_service_has_a_number_too(world: World) -> None:
    job = world.create()
    world.lifecycle.begin(job)
    world.lifecycle.fail(job, [Fault(code="Crashed", message="Bang.", source=Source.SYSTEM)])

    assert world.poll(job)["error"] == [{"code": 9100, "message": "Bang."}]


def test_a_canceled_job_has_failed_and_says_so(world: World) -> None:
    job = world.create()
    world.stop(job)

    told = world.poll(job)

    assert told["status"] == "FAILED"
    assert told["error"][0]["code"] == 9101
    assert "error" in told["links"][0]


def test_whoever_may_read_sees_all_of_a_job_of_the_tenant(world: World) -> None:
    job = world.create()
    world.work(job)

    assert world.poll(job, who="reader") == world.poll(job)


@pytest.mark.parametrize(
    "named",
    [
        UNKNOWN,
        "no-uuid",
        "x" * 36,
        "%20",
        UNKNOWN.replace("-", ""),
        "0" * 400,
    ],
)
def test_an_unknown_or_malformed_id_is_404(world: World, named: str) -> None:
    assert world.call("GET", f"{COMPOSITIONS}/job/{named}").error == (404, "not_found")


def test_a_job_of_another_tenant_is_404(world: World) -> None:
    job = world.create()

    reply = world.call("GET", f"{COMPOSITIONS}/job/{job}", who="stranger")

    assert reply.error == (404, "not_found")


def test_an_operation_of_another_contract_is_404(world: World) -> None:
    now = world.clock()
    operation = Operation(
        id=str(uuid.uuid4()),
        kind="print.all-in-one",
        tenant="acme",
        owner="doctor",
        status=Status.ACCEPTED,
        accepted=now,
    )
    world.platform.operations.create(
        operation, {}, due=now, input_until=now + timedelta(days=1), idempotency=None
    )

    reply = world.call("GET", f"{COMPOSITIONS}/job/{operation.id}")

    assert reply.error == (404, "not_found")


def test_a_job_whose_retention_is_over_is_404(world: World) -> None:
    job = world.create()
    world.work(job)
    world.clock.pass_by(timedelta(days=8))

    assert world.call("GET", f"{COMPOSITIONS}/job/{job}").error == (404, "not_found")


def test_an_id_may_be_written_in_capitals(world: World) -> None:
    job = world.create()

    assert world.poll(job.upper())["id"] == job


@pytest.mark.parametrize("end", ["succeed", "fail", "cancel"])
def test_the_eta_of_a_job_that_has_ended_is_when_it_did(world: World, end: str) -> None:
    job = world.create()
    world.lifecycle.begin(job)
    ends: dict[str, Callable[[], object]] = {
        "succeed": lambda: world.work(job),
        "fail": lambda: world.lifecycle.fail(
            job, [Fault(code="1000", message="No.", source=Source.USER)]
        ),
        "cancel": lambda: world.stop(job),
    }
    ends[end]()
    ended = world.clock()
    world.clock.pass_by(timedelta(minutes=1))

    told = world.poll(job)

    assert moment(told["eta"]) == moment(told["doneAt"]) == ended


def test_the_eta_of_a_pending_job_is_never_past_and_new_with_each_poll(world: World) -> None:
    job = world.create()
    etas = []
    for _ in range(5):
        told = world.poll(job)
        assert moment(told["eta"]) > world.clock()
        etas.append(told["eta"])
        world.clock.pass_by(timedelta(minutes=1))

    assert etas == sorted(set(etas))
