"""Nobody sees another tenant's operations, files or sets: by no method, whatever id is known."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.caller import OCTETS, PRINT, Caller, refusal
from tests.integration.letters import CUSTOMERS, Letters, upload_letters
from tests.integration.root import Root

NOT_FOUND = "Operation not found in Server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What acme has, by its ids."""

    operation: str
    output: int
    data_set: str
    content_set: str
    job_set: str
    record: int
    item: int
    job: int


@pytest.fixture(scope="module")
def owned(acme: Caller, letters: Letters) -> Owned:
    configuration = letters.configuration(
        outputcreation={"config": letters.per_letter}, returnIdInHeader=True
    )
    operation = acme.submit(configuration)
    acme.wait(operation)
    answer = acme.result(operation, "getManagedResult")
    sets = {name: answer.headers[f"X-{name}-Set-ID"] for name in ("Data", "Content", "Job")}
    return Owned(
        operation=operation,
        output=answer.json()["identifier"],
        data_set=sets["Data"],
        content_set=sets["Content"],
        job_set=sets["Job"],
        record=acme.ids(f"datasets/{sets['Data']}")[0],
        item=acme.ids(f"contentsets/{sets['Content']}")[0]["item"],
        job=acme.ids(f"jobsets/{sets['Job']}")[0],
    )


@pytest.fixture(scope="module")
def theirs(globex: Caller) -> Letters:
    """The same files in the other tenant's file store."""
    return upload_letters(globex)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "getProgress"),
        ("POST", "getResult"),
        ("POST", "getResultTxt"),
        ("POST", "getManagedResult"),
        ("POST", "cancel"),
    ],
)
def test_another_tenants_operation_is_not_found(
    globex: Caller, owned: Owned, verb: str, path: str
) -> None:
    foreign = globex.http.request(verb, f"{PRINT}/{path}/{owned.operation}")
    unknown = globex.http.request(verb, f"{PRINT}/{path}/00000000-0000-4000-8000-000000000000")

    assert foreign.status_code == 404
    assert refusal(foreign) == NOT_FOUND
    assert foreign.json() == unknown.json()


def test_another_tenants_running_operations_are_not_listed(
    globex: Caller, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())

    assert operation not in globex.running()
    acme.wait(operation)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/filestore/file/{output}"),
        ("HEAD", "/filestore/file/{output}"),
        ("GET", "/filestore/file/{output}/1.pdf"),
        ("GET", "/filestore/delete/{output}"),
        ("POST", "/filestore/delete/{output}"),
        ("GET", "/entity/datasets/{data_set}"),
        ("GET", "/entity/contentsets/{content_set}"),
        ("GET", "/entity/contentsets/{content_set}/pages"),
        ("GET", "/entity/jobsets/{job_set}"),
        ("GET", "/entity/datarecords/{record}/values"),
        ("GET", "/entity/datarecords/values?identifiers={record}"),
        ("GET", "/entity/contentitems/{item}/datarecord"),
        ("GET", "/entity/jobs/{job}/contents"),
        ("POST", "/entity/datasets/{data_set}/delete"),
        ("POST", "/entity/contentsets/{content_set}/delete"),
        ("POST", "/entity/jobsets/{job_set}/delete"),
    ],
)
def test_another_tenants_files_sets_and_members_are_not_found(
    globex: Caller, acme: Caller, owned: Owned, verb: str, path: str
) -> None:
    known = {name: getattr(owned, name) for name in Owned.__slots__}
    place = path.format(**known)

    answer = globex.http.request(verb, place)

    assert answer.status_code == 404
    if verb != "HEAD":
        assert refusal(answer)
    if verb != "POST" and "delete" not in path:
        assert acme.http.request(verb, place).status_code == 200


def test_nothing_of_another_tenants_was_deleted(acme: Caller, owned: Owned) -> None:
    assert acme.get(f"/filestore/file/{owned.output}").status_code == 200
    assert int(owned.data_set) in acme.ids("datasets")
    assert int(owned.content_set) in acme.ids("contentsets")
    assert int(owned.job_set) in acme.ids("jobsets")


@pytest.mark.parametrize("path", ["datasets", "contentsets", "jobsets"])
def test_another_tenants_sets_are_not_listed(globex: Caller, owned: Owned, path: str) -> None:
    listed = globex.ids(path)

    assert {int(owned.data_set), int(owned.content_set), int(owned.job_set)}.isdisjoint(listed)


def test_another_tenants_resources_are_not_listed(globex: Caller, letters: Letters) -> None:
    listed = {row["id"] for row in globex.get("/filestore/resources").json()}

    assert listed.isdisjoint({letters.template, letters.mapping, letters.one_file})


@pytest.mark.parametrize("by", ["id", "name"])
@pytest.mark.parametrize(
    ("part", "key", "field", "extension"),
    [
        ("datamining", "identifier", "data", ".csv"),
        ("datamining", "config", "mapping", ".yaml"),
        ("contentcreation", "config", "template", ".zip"),
        ("jobcreation", "config", "by_country", ".jobs.yaml"),
        ("outputcreation", "config", "one_file", ".output.yaml"),
    ],
)
def test_another_tenants_file_cannot_be_used_in_a_configuration(
    globex: Caller,
    theirs: Letters,
    letters: Letters,
    by: str,
    part: str,
    key: str,
    field: str,
    extension: str,
) -> None:
    foreign = getattr(letters, field) if by == "id" else letters.name + extension

    answer = globex.post(f"{PRINT}/submit", json=theirs.configuration(**{part: {key: foreign}}))

    assert answer.status_code == 400
    assert refusal(answer).startswith("Required Input resource/file not found in File Store")


@pytest.mark.parametrize("place", range(4))
def test_another_tenants_file_cannot_be_used_in_an_ad_hoc_call(
    globex: Caller, theirs: Letters, letters: Letters, place: int
) -> None:
    own = [theirs.mapping, theirs.template, theirs.by_country, theirs.one_file]
    own[place] = [letters.mapping, letters.template, letters.by_country, letters.one_file][place]

    answer = globex.post(f"{PRINT}/{'/'.join(map(str, own))}", content=CUSTOMERS, headers=OCTETS)

    assert answer.status_code == 400
    assert "not found in File Store" in refusal(answer)


@pytest.mark.parametrize(
    ("parts", "member"), [(("contentcreation",), "record"), (("outputcreation",), "job")]
)
def test_another_tenants_records_and_jobs_cannot_be_used(
    globex: Caller, theirs: Letters, owned: Owned, parts: tuple[str, ...], member: str
) -> None:
    identifiers: dict[str, Any] = {"identifiers": [getattr(owned, member)]}

    answer = globex.post(
        f"{PRINT}/submit", json=theirs.configuration(*parts, **{parts[0]: identifiers})
    )

    assert answer.status_code == 400
    assert str(getattr(owned, member)) in refusal(answer)


def test_the_same_idempotency_key_of_two_tenants_is_two_operations(
    acme: Caller, globex: Caller, letters: Letters, theirs: Letters
) -> None:
    key = {"Idempotency-Key": str(uuid4())}

    first = acme.submit(letters.configuration(), **key)
    second = globex.submit(theirs.configuration(), **key)

    assert first != second
    acme.wait(first)
    globex.wait(second)


def test_what_is_stored_stands_under_its_tenant(root: Root, owned: Owned) -> None:
    assert root.keys(f"sets/acme/{owned.operation}/")
    assert root.keys(f"files/transient/acme/{owned.output}/")
    assert root.operation(owned.operation).tenant == "acme"
