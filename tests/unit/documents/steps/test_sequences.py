"""Every legal sequence of the All-In-One, from uploaded files to its result."""

from io import BytesIO

import pikepdf
import pytest
from mypy_boto3_s3 import S3Client

from longrun.documents.content_chunks import ContentReader
from longrun.documents.job_lines import read_jobs
from longrun.documents.sets import EntitySet, SetMissing, SetType
from longrun.documents.steps.content_creation import open_content
from longrun.filestore import FileType, directory_entries
from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.unit.documents.steps.conftest import TENANT, Press

ONLY_DATA = {"contentcreation": None, "jobcreation": None, "outputcreation": None}


def made(press: Press, operation: Operation, set_type: SetType) -> EntitySet:
    """The set that the operation says it made."""
    resource = operation.resource(set_type)
    assert resource is not None
    return press.engine.sets.get(TENANT, set_type, int(resource.id))


def result_type(operation: Operation) -> str:
    assert operation.status is Status.SUCCEEDED, operation.errors
    assert operation.result is not None
    return operation.result.type


def names(operation: Operation) -> list[str]:
    assert operation.result is not None
    return [file.name for file in operation.result.files]


def pages(press: Press, operation: Operation, number: int = 0) -> list[str]:
    """The first words of each page of an output file."""
    assert operation.result is not None
    artefact = operation.result.files[number].artefact
    content = press.engine.artefacts.read(artefact.key, version=artefact.version)
    with pikepdf.open(BytesIO(content)) as document:
        return [str(page.MediaBox) for page in document.pages]


def test_data_mapping_alone_ends_with_a_data_set(press: Press) -> None:
    operation = press.run(press.order(**ONLY_DATA))
    assert result_type(operation) == "Data-Set-ID"
    data_set = made(press, operation, SetType.DATA)
    assert data_set.count == 3
    assert data_set.details == 4


def test_up_to_content_creation_ends_with_a_content_set(press: Press) -> None:
    operation = press.run(press.order(jobcreation=None, outputcreation=None))
    assert result_type(operation) == "Content-Set-ID"
    content_set = made(press, operation, SetType.CONTENT)
    [chunk] = ContentReader(press.engine.artefacts, content_set).chunks()
    assert chunk.pages == (1, 2, 1)


def test_up_to_job_creation_ends_with_a_job_set(press: Press) -> None:
    operation = press.run(press.order(outputcreation=None))
    assert result_type(operation) == "Job-Set-ID"
    assert made(press, operation, SetType.JOB).count == 1


def test_all_four_parts_end_with_a_file(press: Press) -> None:
    operation = press.run(press.order())
    assert result_type(operation) == "Output"
    assert names(operation) == ["output.pdf"]
    assert len(pages(press, operation)) == 4
    made_types = [resource.type for resource in operation.resources]
    assert made_types == ["DATA_SET", "CONTENT_SET", "JOB_SET"]


def test_content_creation_from_the_record_ids_of_an_earlier_operation(press: Press) -> None:
    earlier = press.run(press.order(**ONLY_DATA))
    record_ids = made(press, earlier, SetType.DATA).members
    order = press.order(
        datamining=None,
        contentcreation={
            "identifiers": [record_ids[2], record_ids[0]],
            "config": press.template(),
        },
    )
    operation = press.run(order)
    assert result_type(operation) == "Output"
    content_set = made(press, operation, SetType.CONTENT)
    items = list(ContentReader(press.engine.artefacts, content_set).items())
    assert [record for _, record in items] == [record_ids[2], record_ids[0]]


def test_records_with_gaps_between_them_share_a_chunk(press: Press) -> None:
    data_set = made(press, press.run(press.order(**ONLY_DATA)), SetType.DATA)
    content = {"config": press.template(), "identifiers": [data_set.id + 3, data_set.id + 1]}
    operation_id = press.accept({"contentcreation": content})
    press.step(operation_id, lambda op: open_content(press.engine, op))
    [task] = press.items(operation_id, "content")
    assert task["records"] == [[data_set.id + 3] * 2, [data_set.id + 1] * 2]


def test_output_creation_from_the_job_ids_of_an_earlier_operation(press: Press) -> None:
    preset = press.jobs("group: [country]")
    earlier = press.run(press.order(jobcreation={"config": preset}, outputcreation=None))
    job_ids = made(press, earlier, SetType.JOB).members
    assert len(job_ids) == 3
    order = press.order(
        datamining=None,
        contentcreation=None,
        jobcreation=None,
        outputcreation={
            "identifiers": [job_ids[1]],
            "config": press.output(),
            "createOnly": True,
        },
    )
    operation = press.run(order)
    assert result_type(operation) == "Output"
    assert len(pages(press, operation)) == 2
    assert operation.resources == ()


def test_a_file_for_each_group_is_named_by_its_fields(press: Press) -> None:
    order = press.order(
        jobcreation={"config": press.jobs("sort: [{field: country}]\ngroup: [country]")},
        outputcreation={
            "config": press.output("separation: group\nfile_name: letters-${country}.pdf"),
            "createOnly": True,
        },
    )
    operation = press.run(order)
    assert names(operation) == ["letters-DE.pdf", "letters-FR.pdf", "letters-GB.pdf"]
    assert [len(pages(press, operation, number)) for number in range(3)] == [1, 2, 1]


def test_a_file_for_each_document_is_kept_as_a_directory(press: Press) -> None:
    order = press.order(
        outputcreation={
            "config": press.output("separation: document\nfile_name: ${customer}.pdf"),
            "createOnly": True,
        }
    )
    operation = press.run(order)
    assert names(operation) == ["Ada.pdf", "Blaise.pdf", "Carl.pdf"]
    assert operation.result is not None
    kept = press.engine.files.get(
        TENANT, int(operation.result.values["identifier"]), FileType.OUTPUT
    )
    entries = directory_entries(press.engine.artefacts, kept)
    assert [entry.path for entry in entries] == names(operation)


def test_output_that_is_delivered_is_kept_as_well(press: Press) -> None:
    order = press.order(
        outputcreation={
            "config": press.output("destination: letters/november"),
            "createOnly": False,
        }
    )
    operation = press.run(order)
    assert operation.result is not None
    prefix = operation.result.values["delivered"]
    assert prefix == f"delivered/{TENANT}/letters/november/"
    kept = operation.result.files[0].artefact
    delivered = press.engine.artefacts.read(f"{prefix}output.pdf")
    assert delivered == press.engine.artefacts.read(kept.key)


def test_a_job_output_folder_overrides_the_presets_destination(press: Press) -> None:
    order = press.order(
        outputcreation={
            "config": press.output("destination: letters"),
            "createOnly": False,
            "jobOutputFolder": "urgent",
        }
    )
    operation = press.run(order)
    assert operation.result is not None
    assert operation.result.values["delivered"] == f"delivered/{TENANT}/urgent/"


def test_a_print_range_selects_records(press: Press) -> None:
    operation = press.run(press.order(printRange=[[1, 1], [3, 9]]))
    assert made(press, operation, SetType.DATA).count == 3
    assert made(press, operation, SetType.CONTENT).count == 2


def test_a_data_set_that_is_not_to_persist_leaves_nothing_behind(press: Press) -> None:
    mining = {"identifier": press.data(), "config": press.mapping(), "persistDataset": False}
    operation = press.run(press.order(datamining=mining))
    assert result_type(operation) == "Output"
    assert operation.resource(SetType.DATA) is None
    content_set = made(press, operation, SetType.CONTENT)
    assert content_set.source is not None
    with pytest.raises(SetMissing):
        press.engine.sets.get(TENANT, SetType.DATA, content_set.source)


def test_jobs_are_sorted_by_the_presets_keys(press: Press) -> None:
    preset = press.jobs("sort: [{field: customer, descending: true}]")
    operation = press.run(press.order(jobcreation={"config": preset}, outputcreation=None))
    content_set = made(press, operation, SetType.CONTENT)
    job_set = made(press, operation, SetType.JOB)
    [job] = read_jobs(press.engine.artefacts, job_set.prefix)
    first = content_set.members[0]
    assert job.items == ((first + 2, first + 2), (first + 1, first + 1), (first, first))


@pytest.mark.parametrize("times", [1, 2])
def test_repeating_every_step_makes_nothing_twice(press: Press, times: int) -> None:
    operation = press.run(press.order(), times=times)
    for set_type in SetType:
        assert len(list(press.engine.sets.list(TENANT, set_type))) == 1
    assert operation.percent == 100
    assert len(list(press.engine.files.list(TENANT, [FileType.OUTPUT]))) == 1


def test_nothing_of_the_work_remains_once_it_is_tidied(
    press: Press, s3: S3Client, bucket: str
) -> None:
    operation = press.run(press.order())
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"work/{operation.id}/")
    assert listed["KeyCount"] == 0
