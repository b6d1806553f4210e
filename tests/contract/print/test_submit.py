"""The print contract: submitting an All-In-One configuration."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from longrun.documents.records import Record, Value
from longrun.documents.sets import SetType
from longrun.documents.sources import DataSetMissing, DataSetNotLoaded, SourceState
from tests.contract.print.world import PUBLIC, World

SUBMIT = "/workflow/print/submit"


def input_of(world: World, operation_id: str) -> dict[str, Any]:
    return dict(world.platform.operations.input(operation_id))


def without(configuration: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in configuration.items() if name not in names}


def test_a_submit_is_answered_202_with_nothing_in_the_body(world: World) -> None:
    reply = world.call("POST", SUBMIT, world.configuration())

    assert reply.status == 202
    assert reply.body == b""
    assert reply.header("content-type") == "text/plain"
    operation_id = reply.header("operationId")
    assert str(uuid.UUID(operation_id)) == operation_id


def test_a_submit_links_to_its_progress_result_and_cancel_by_a_header_each(world: World) -> None:
    reply = world.call("POST", SUBMIT, world.configuration())

    operation_id = reply.header("operationId")
    assert reply.headers["link"] == [
        f'<{PUBLIC}/workflow/print/{method}/{operation_id}>; rel="{rel}"'
        for rel, method in (
            ("progress", "getProgress"),
            ("result", "getResult"),
            ("cancel", "cancel"),
        )
    ]


def test_the_operation_is_kept_and_its_workflow_started_when_the_answer_leaves(
    world: World,
) -> None:
    operation_id = world.submitted()

    operation = world.platform.states.get(operation_id)
    assert (operation.kind, operation.tenant, operation.owner) == (
        "print.all-in-one",
        "acme",
        "anna",
    )
    assert operation.subject == "letter.zip"
    assert operation_id in world.workflows.executions


def test_a_refused_start_still_answers_202_because_the_sweep_starts_it(world: World) -> None:
    configuration = world.configuration()
    world.workflows.refuses = True

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 202
    assert world.call("GET", f"/workflow/print/getProgress/{reply.header('operationId')}").text == (
        "0"
    )


def test_ids_are_taken_as_numbers_and_as_digit_strings(world: World) -> None:
    ids = world.resources()
    operation_id = world.submitted(
        {
            "datamining": {"identifier": str(ids["data"]), "config": ids["mapping"]},
            "contentcreation": {"config": str(ids["template"])},
        }
    )

    kept = input_of(world, operation_id)
    assert kept["datamining"]["identifier"] == ids["data"]
    assert kept["contentcreation"]["config"] == ids["template"]


@pytest.mark.parametrize("template", ["letter.zip", "letter", "letter.OL-template"])
def test_names_match_with_and_without_extension_and_with_the_vendors(
    world: World, template: str
) -> None:
    ids = world.resources()
    operation_id = world.submitted(
        {
            "datamining": {"identifier": "customers.csv", "config": "customers"},
            "contentcreation": {"config": template},
            "jobcreation": {"config": "by-name.OL-jobpreset"},
            "outputcreation": {"config": "one-file.OL-outputpreset", "createOnly": False},
        }
    )

    kept = input_of(world, operation_id)
    assert kept["contentcreation"]["config"] == ids["template"]
    assert kept["outputcreation"]["config"] == ids["output"]
    assert world.platform.states.get(operation_id).subject == "letter.zip"


@pytest.mark.parametrize("sent", ["1-3, 7", {"printRange": "1-3, 7"}])
def test_a_print_range_is_taken_in_both_forms(world: World, sent: object) -> None:
    operation_id = world.submitted(world.configuration(printRange=sent))

    assert input_of(world, operation_id)["printRange"] == [[1, 3], [7, 7]]


@pytest.mark.parametrize("sent", ["", {"printRange": " "}, None])
def test_an_empty_print_range_is_none(world: World, sent: object) -> None:
    operation_id = world.submitted(world.configuration(printRange=sent))

    assert "printRange" not in input_of(world, operation_id)


@pytest.mark.parametrize("sent", ["3-1", "0", "a", "1,,2", {"printRange": 3}, 7, ["1"]])
def test_a_print_range_that_is_none_is_refused(world: World, sent: object) -> None:
    reply = world.call("POST", SUBMIT, world.configuration(printRange=sent))

    assert reply.status == 400
    assert reply.error["parameter"] == "$.printRange"


def test_a_print_range_needs_all_four_parts(world: World) -> None:
    configuration = without(world.configuration(printRange="1-3"), "jobcreation", "outputcreation")

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert "printRange needs all four parts" in reply.message


def test_an_empty_job_creation_part_is_legal(world: World) -> None:
    operation_id = world.submitted(world.configuration(jobcreation={}))

    assert input_of(world, operation_id)["jobcreation"] == {"parameters": {}}


def test_parameters_are_strings_numbers_and_booleans(world: World) -> None:
    configuration = world.configuration()
    configuration["contentcreation"]["parameters"] = {"a": "x", "b": 1, "c": 1.5, "d": True}
    operation_id = world.submitted(configuration)

    kept = input_of(world, operation_id)["contentcreation"]["parameters"]
    assert kept == {"a": "x", "b": 1, "c": 1.5, "d": True}
    assert kept["d"] is True


def test_other_parameters_are_refused_by_their_place(world: World) -> None:
    configuration = world.configuration()
    configuration["contentcreation"]["parameters"] = {"a": ["x"]}

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.error["parameter"] == "$.contentcreation.parameters.a"


def test_keys_that_the_contract_does_not_know_are_passed_over(world: World) -> None:
    configuration = world.configuration(copies=2)
    configuration["datamining"]["priority"] = "high"

    assert "priority" not in input_of(world, world.submitted(configuration))["datamining"]


LEGAL = [
    ("datamining",),
    ("datamining", "contentcreation"),
    ("datamining", "contentcreation", "jobcreation"),
    ("datamining", "contentcreation", "jobcreation", "outputcreation"),
]


@pytest.mark.parametrize("parts", LEGAL, ids="+".join)
def test_the_legal_sequences_from_a_data_file_are_taken(
    world: World, parts: tuple[str, ...]
) -> None:
    configuration = world.configuration()

    kept = input_of(world, world.submitted({name: configuration[name] for name in parts}))

    assert set(kept) & set(configuration) == set(parts)


@pytest.mark.parametrize(
    "parts",
    [
        ("contentcreation",),
        ("contentcreation", "jobcreation"),
        ("contentcreation", "jobcreation", "outputcreation"),
    ],
    ids="+".join,
)
def test_the_legal_sequences_from_data_records_are_taken(
    world: World, parts: tuple[str, ...]
) -> None:
    data_set = world.data_set([Record({"name": "Ann"}), Record({"name": "Bob"})])
    configuration = world.configuration()
    configuration["contentcreation"]["identifiers"] = [str(data_set.id + 2), data_set.id + 1]

    kept = input_of(world, world.submitted({name: configuration[name] for name in parts}))

    assert kept["contentcreation"]["identifiers"] == [data_set.id + 2, data_set.id + 1]


def test_output_creation_from_jobs_is_legal(world: World) -> None:
    job_set = world.job_set([[1], [2]])
    output = world.configuration()["outputcreation"]
    output["identifiers"] = [job_set.id + 1]

    kept = input_of(world, world.submitted({"outputcreation": output}))

    assert kept["outputcreation"]["identifiers"] == [job_set.id + 1]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((), "There is nothing to do"),
        (("datamining", "jobcreation"), "contentcreation is missing between"),
        (("datamining", "outputcreation"), "contentcreation is missing between"),
        (("datamining", "contentcreation", "outputcreation"), "jobcreation is missing between"),
        (("datamining", "jobcreation", "outputcreation"), "contentcreation is missing between"),
        (("contentcreation", "outputcreation"), "jobcreation is missing between"),
        (("contentcreation",), "contentcreation is the first part: it needs the ids"),
        (("jobcreation",), "jobcreation cannot be the first part"),
        (("jobcreation", "outputcreation"), "jobcreation cannot be the first part"),
        (("outputcreation",), "outputcreation is the first part: it needs the ids"),
    ],
)
def test_every_other_sequence_is_refused_with_a_sentence(
    world: World, parts: tuple[str, ...], words: str
) -> None:
    configuration = world.configuration()

    reply = world.call("POST", SUBMIT, {name: configuration[name] for name in parts})

    assert reply.status == 400
    assert words in reply.message


@pytest.mark.parametrize("part", ["contentcreation", "outputcreation"])
def test_identifiers_are_refused_where_an_earlier_part_makes_them(world: World, part: str) -> None:
    configuration = world.configuration()
    configuration[part]["identifiers"] = [1001]

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert reply.error["parameter"] == f"$.{part}.identifiers"


def test_a_data_set_that_does_not_remain_must_be_used(world: World) -> None:
    configuration = world.configuration()
    configuration["datamining"]["persistDataset"] = False

    refused = world.call("POST", SUBMIT, {"datamining": configuration["datamining"]})
    accepted = world.call("POST", SUBMIT, configuration)

    assert refused.status == 400
    assert "leaves nothing" in refused.message
    assert refused.error["parameter"] == "$.datamining.persistDataset"
    assert accepted.status == 202


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("datamining", "identifier"),
        ("datamining", "config"),
        ("contentcreation", "config"),
        ("outputcreation", "config"),
        ("outputcreation", "createOnly"),
    ],
)
def test_a_missing_key_is_named_by_its_place(world: World, part: str, key: str) -> None:
    configuration = world.configuration()
    del configuration[part][key]

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert reply.error["parameter"] == f"$.{part}.{key}"
    assert f"$.{part}.{key}: This is required." in reply.message


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("datamining", "identifier", True),
        ("datamining", "identifier", " "),
        ("datamining", "config", -1),
        ("datamining", "config", 2**53),
        ("datamining", "config", [1]),
        ("datamining", "persistDataset", "yes"),
        ("contentcreation", "config", None),
        ("outputcreation", "createOnly", 1),
        ("outputcreation", "jobOutputFolder", "../other-tenant"),
        ("outputcreation", "jobOutputFolder", 3),
    ],
)
def test_a_mistyped_value_is_named_by_its_place(
    world: World, part: str, key: str, value: object
) -> None:
    configuration = world.configuration()
    configuration[part][key] = value

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert reply.error["parameter"] == f"$.{part}.{key}"


def test_a_part_that_is_no_object_is_named(world: World) -> None:
    reply = world.call("POST", SUBMIT, {"datamining": [1]})

    assert reply.error["parameter"] == "$.datamining"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "has no body"),
        (b"  ", "has no body"),
        (b'{"datamining": ', "is not JSON at line 1"),
        (b"[1, 2]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a": NaN}', "is not JSON"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"datamapping": {}}', "Unknown: datamapping"),
    ],
)
def test_a_body_that_is_no_configuration_is_refused_in_clear_words(
    world: World, body: bytes, words: str
) -> None:
    reply = world.call("POST", SUBMIT, body, headers={"Content-Type": "application/json"})

    assert reply.status == 400
    assert words in reply.message


def test_a_configuration_may_begin_with_a_byte_order_mark(world: World) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(world.configuration()).encode()

    assert world.call("POST", SUBMIT, body).status == 202


@pytest.mark.parametrize(
    ("part", "key", "words"),
    [
        ("datamining", "identifier", "Datafile"),
        ("datamining", "config", "Datamapper config"),
        ("contentcreation", "config", "Template "),
        ("jobcreation", "config", "Job preset config"),
        ("outputcreation", "config", "Output creation config"),
    ],
)
@pytest.mark.parametrize("missing", [999_999, "999999", "no such name"])
def test_a_missing_file_is_told_in_the_words_that_clients_classify_by(
    world: World, part: str, key: str, words: str, missing: object
) -> None:
    configuration = world.configuration()
    configuration[part][key] = missing

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert "Required Input resource/file not found in File Store" in reply.message
    assert words in reply.message
    assert str(missing) in reply.message
    others = {"Datafile", "Datamapper config", "Template ", "Job preset", "Output creation"}
    assert [other for other in others if other in reply.message and other not in words] == []


def test_another_tenants_files_are_not_found(world: World) -> None:
    reply = world.call("POST", SUBMIT, world.configuration(who="gina"))

    assert reply.status == 400
    assert "Required Input resource/file not found in File Store" in reply.message


def test_a_file_of_another_type_is_not_found(world: World) -> None:
    configuration = world.configuration()
    configuration["datamining"]["config"] = configuration["datamining"]["identifier"]

    assert "Datamapper config" in world.call("POST", SUBMIT, configuration).message


@pytest.mark.parametrize("part", ["contentcreation", "outputcreation"])
def test_identifiers_that_are_of_no_set_are_refused_by_the_first_missing(
    world: World, part: str
) -> None:
    made = {
        "contentcreation": lambda: world.data_set([Record({}), Record({})]),
        "outputcreation": lambda: world.job_set([[1], [2]]),
    }[part]()
    configuration = {part: world.configuration()[part]}
    configuration[part]["identifiers"] = [made.id + 1, made.id + 2, made.id + 3]

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert str(made.id + 3) in reply.message
    assert reply.error["parameter"] == f"$.{part}.identifiers"


@pytest.mark.parametrize("more", [{"tenant": "globex"}, {"transient": True}])
def test_members_of_sets_that_the_caller_does_not_have_are_refused(
    world: World, more: dict[str, Any]
) -> None:
    data_set = world.a_set(SetType.DATA, 3, **more)
    content = world.configuration()["contentcreation"] | {"identifiers": [data_set.id + 1]}

    reply = world.call("POST", SUBMIT, {"contentcreation": content})

    assert reply.status == 400
    assert f"There is no data record with the id {data_set.id + 1}." in reply.message


@pytest.mark.parametrize("identifiers", [[], "1001", [True], ["x"], [1.5], [None]])
def test_identifiers_are_a_list_of_ids(world: World, identifiers: object) -> None:
    content = world.configuration()["contentcreation"] | {"identifiers": identifiers}

    reply = world.call("POST", SUBMIT, {"contentcreation": content})

    assert reply.status == 400
    assert reply.error["parameter"].startswith("$.contentcreation.identifiers")


def test_the_sets_of_one_configuration_are_bounded(world: World) -> None:
    sets = [world.a_set(SetType.DATA, 1) for _ in range(101)]
    content = world.configuration()["contentcreation"]
    content["identifiers"] = [each.id + 1 for each in sets]

    reply = world.call("POST", SUBMIT, {"contentcreation": content})

    assert "more than 100 sets" in reply.message


def test_many_runs_of_one_set_are_one_set(world: World) -> None:
    data_set = world.a_set(SetType.DATA, 300)
    content = world.configuration()["contentcreation"]
    content["identifiers"] = list(data_set.members)[::2]

    assert world.call("POST", SUBMIT, {"contentcreation": content}).status == 202


@pytest.mark.parametrize("sent", [{"range": "1"}, {"printRange": 0}, {"printRange": []}])
def test_a_range_that_is_none_does_not_print_everything(world: World, sent: object) -> None:
    reply = world.call("POST", SUBMIT, world.configuration() | {"printRange": sent})

    assert reply.status == 400
    assert reply.error["parameter"] == "$.printRange"


def test_a_parameter_that_json_cannot_say_on_is_refused(world: World) -> None:
    configuration = world.configuration()
    configuration["contentcreation"]["parameters"] = {"x": "TOO LARGE"}
    body = json.dumps(configuration).replace('"TOO LARGE"', "1e999").encode()

    reply = world.call("POST", SUBMIT, body)

    assert reply.status == 400
    assert reply.error["parameter"] == "$.contentcreation.parameters.x"


def test_half_a_character_in_a_key_is_told_in_what_can_be_sent(world: World) -> None:
    reply = world.call("POST", SUBMIT, b'{"\\ud800": 1}')

    assert reply.status == 400
    assert "Unknown: ?" in reply.message


def test_the_same_submit_twice_is_two_operations(world: World) -> None:
    configuration = world.configuration()

    assert world.submitted(configuration) != world.submitted(configuration)


def test_the_same_submit_with_the_same_key_is_one_operation(world: World) -> None:
    configuration = world.configuration()
    key = {"Idempotency-Key": "monday"}

    first = world.call("POST", SUBMIT, configuration, headers=key)
    second = world.call("POST", SUBMIT, configuration, headers={"idempotency-key": "monday"})

    assert (first.status, second.status) == (202, 202)
    assert first.header("operationId") == second.header("operationId")
    assert first.headers["link"] == second.headers["link"]


def test_a_repeated_submit_is_answered_though_its_files_are_gone(world: World) -> None:
    configuration = world.configuration()
    key = {"Idempotency-Key": "tuesday"}
    first = world.call("POST", SUBMIT, configuration, headers=key).header("operationId")
    assert first is not None
    world.fail(first, "It was not to be.")
    template = world.platform.file_index.get(
        "acme", int(configuration["contentcreation"]["config"])
    )
    assert template is not None
    world.platform.file_index.remove(template)

    reply = world.call("POST", SUBMIT, configuration, headers=key)

    assert (reply.status, reply.header("operationId")) == (202, first)


def test_a_key_with_another_configuration_is_refused(world: World) -> None:
    configuration = world.configuration()
    key = {"Idempotency-Key": "monday"}
    world.call("POST", SUBMIT, configuration, headers=key)

    reply = world.call("POST", SUBMIT, {**configuration, "returnIdInHeader": True}, headers=key)

    assert reply.status == 400
    assert reply.error["parameter"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    reply = world.call("POST", SUBMIT, world.configuration(), headers={"Idempotency-Key": key})

    assert reply.status == 400
    assert reply.error["parameter"] == "Idempotency-Key"


def test_a_resource_uploaded_by_form_is_checked_when_it_is_first_used(world: World) -> None:
    form = world.call(
        "POST", "/filestore/uploads", {"type": "TEMPLATE", "filename": "closed.OL-template"}
    ).json
    world.platform.artefacts.write(
        form["fields"]["key"], b"PK\x03\x04 broken", media_type="application/zip"
    )
    configuration = world.configuration()
    configuration["contentcreation"]["config"] = form["fileId"]

    reply = world.call("POST", SUBMIT, configuration)

    assert reply.status == 400
    assert "closed.OL-template" in reply.message


def test_a_large_configuration_is_kept_whole(world: World) -> None:
    data_set = world.a_set(SetType.DATA, 30_000)
    content = world.configuration()["contentcreation"]
    content["identifiers"] = list(reversed(data_set.members))

    kept = input_of(world, world.submitted({"contentcreation": content}))

    assert kept["contentcreation"]["identifiers"] == content["identifiers"]


def test_a_template_is_only_named_where_there_is_one(world: World) -> None:
    configuration = world.configuration()
    operation_id = world.submitted({"datamining": configuration["datamining"]})

    assert world.platform.states.get(operation_id).subject is None


class Named:
    """Named data sets: `sales` of acme, and `empty`, which was never loaded."""

    def state(self, tenant: str, name: str) -> SourceState:
        if tenant != "acme" or name not in {"sales", "empty"}:
            raise DataSetMissing(name)
        if name == "empty":
            raise DataSetNotLoaded(name)
        return SourceState(version="1", records=3)

    def records(self, tenant: str, name: str, version: str) -> Iterator[Mapping[str, Value]]:
        raise NotImplementedError


@pytest.fixture
def named(world: World) -> World:
    vars(world.platform)["record_source"] = Named()
    return world


def test_a_named_data_set_takes_the_place_of_file_and_mapping(named: World) -> None:
    operation_id = named.submitted(named.configuration(datamining={"dataset": " sales "}))

    kept = input_of(named, operation_id)["datamining"]
    assert (kept["dataset"], kept["persistDataset"]) == ("sales", True)
    assert "identifier" not in kept
    assert operation_id in named.call("GET", "/workflow/print/getOperations").text


def test_persist_dataset_and_a_print_range_hold_for_a_named_data_set_too(named: World) -> None:
    mining = {"dataset": "sales", "persistDataset": False, "parameters": {}, "config": None}
    operation_id = named.submitted(named.configuration(datamining=mining, printRange="2"))

    assert input_of(named, operation_id)["datamining"]["persistDataset"] is False
    assert input_of(named, operation_id)["printRange"] == [[2, 2]]


@pytest.mark.parametrize(
    ("mining", "place"),
    [
        ({}, "$.datamining"),
        ({"dataset": ""}, "$.datamining.dataset"),
        ({"dataset": 7}, "$.datamining.dataset"),
        ({"dataset": "sales", "identifier": 1000}, "$.datamining.identifier"),
        ({"dataset": "sales", "config": 1000}, "$.datamining.config"),
        ({"dataset": "sales", "parameters": {"year": 2026}}, "$.datamining.parameters"),
    ],
)
def test_a_part_of_both_forms_or_of_none_is_refused_with_its_place(
    named: World, mining: dict[str, Any], place: str
) -> None:
    reply = named.call("POST", SUBMIT, named.configuration(datamining=mining))

    assert reply.status == 400
    assert reply.error["parameter"] == place


@pytest.mark.parametrize(("who", "name"), [("anna", "stock"), ("gina", "sales")])
def test_a_data_set_that_the_tenant_has_not_is_named_as_a_missing_file_is(
    named: World, who: str, name: str
) -> None:
    configuration = named.configuration(who=who, datamining={"dataset": name})

    reply = named.call("POST", SUBMIT, configuration, who=who)

    assert reply.status == 400
    assert reply.error["parameter"] == "$.datamining.dataset"
    assert reply.message == (
        f"Required Input resource/file not found in File Store: Data set '{name}'"
    )


def test_a_missing_data_set_and_a_missing_template_are_told_together(named: World) -> None:
    configuration = named.configuration(datamining={"dataset": "stock"})
    configuration["contentcreation"]["config"] = "invoice"

    reply = named.call("POST", SUBMIT, configuration)

    assert "Template 'invoice', Data set 'stock'" in reply.message


def test_a_data_set_that_was_never_loaded_is_to_be_reloaded_first(named: World) -> None:
    reply = named.call("POST", SUBMIT, named.configuration(datamining={"dataset": "empty"}))

    assert reply.status == 400
    assert reply.error["parameter"] == "$.datamining.dataset"
    assert reply.message == "Data set 'empty' has not been loaded yet: reload it first."


def test_who_may_print_may_use_a_data_set_by_its_name(named: World) -> None:
    configuration = named.configuration(datamining={"dataset": "sales"})

    assert named.call("POST", SUBMIT, configuration, who="dora").status == 202


def test_no_client_smuggles_an_export_into_its_order(named: World) -> None:
    export = {"name": "x", "format": "png", "width": 99999, "height": 99999}
    operation_id = named.submitted(named.configuration(export=export))

    assert "export" not in input_of(named, operation_id)
