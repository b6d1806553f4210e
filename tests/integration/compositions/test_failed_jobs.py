"""Signatures and cancellations that fail: each with its code, and a reason to be understood."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from longrun_client.signing import DemoAuthority, sign
from tests.integration.compositions.doctor import Doctor, Engage
from tests.integration.compositions.papers import Json, Patient, cancellation, sickness
from tests.integration.compositions.signers import Signers, signed, signed_by_two
from tests.integration.compositions.ward import Ward
from tests.integration.root import Root

NOWHERE = str(uuid4())


@pytest.fixture
def preliminary(doctor: Doctor, patient: Patient) -> str:
    return doctor.created(sickness(patient, doctor.employee))


@pytest.fixture
def data(doctor: Doctor, patient: Patient, preliminary: str) -> Json:
    return doctor.data(patient, preliminary)


def check_unsigned(
    doctor: Doctor, patient: Patient, composition: str, blob: bytes, said: tuple[int, str]
) -> None:
    """The message is refused for that reason, and the composition is what it was."""
    refused = doctor.refused(doctor.hand_in(composition, "sign", blob))

    assert refused == said
    assert doctor.status(patient, composition) == "PRELIMINARY"


# What is signed, and by whom.


def test_somebody_elses_signature_is_not_the_authors(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json, signers: Signers
) -> None:
    blob = signed(data, signers.somebody("2890123456", "Petro Hrytsenko"))

    check_unsigned(doctor, patient, preliminary, blob, (9003, "Does not match the signer"))


def test_a_root_of_somebody_elses_is_not_trusted(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json, signers: Signers, ward: Ward
) -> None:
    foreign = DemoAuthority.create(now=datetime.now(UTC))
    blob = signed(data, signers.somebody(ward.tax_numbers[0], authority=foreign))

    said = "No valid chain leads from the signer's certificate to a trusted root."
    check_unsigned(doctor, patient, preliminary, blob, (9002, said))


def test_the_other_tenants_root_is_not_ours(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json, neighbour: Doctor
) -> None:
    said = "No valid chain leads from the signer's certificate to a trusted root."
    blob = signed(data, neighbour.signer)

    check_unsigned(doctor, patient, preliminary, blob, (9002, said))


def test_content_that_was_tampered_with_is_noticed(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json
) -> None:
    blob = signed(data, doctor.signer)
    tampered = blob.replace(b'"2026-11-20"', b'"2026-12-20"')
    assert tampered != blob

    said = "The content of the message is not the one that was signed."
    check_unsigned(doctor, patient, preliminary, tampered, (9002, said))


def test_a_message_of_two_signers_is_refused(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json, signers: Signers
) -> None:
    said = "The message has 2 signers; it must have exactly one."
    blob = signed_by_two(data, signers.rsa, signers.ec)

    check_unsigned(doctor, patient, preliminary, blob, (9002, said))


def test_what_is_no_signed_message_is_refused(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json
) -> None:
    blob = signed(data, doctor.signer)
    for broken in (b"not CMS", json.dumps(data).encode(), blob[: len(blob) // 2]):
        code, message = doctor.refused(doctor.hand_in(preliminary, "sign", broken))
        assert code == 9002
        assert message.startswith("The signed message")
    assert doctor.status(patient, preliminary) == "PRELIMINARY"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("$.event[0].period.end", {"event": 0, "end": "2026-11-21"}),
        ("$.title", {"title": "another"}),
        ("$", {"more": True}),
    ],
)
def test_another_content_than_the_stored_is_refused(
    doctor: Doctor,
    patient: Patient,
    preliminary: str,
    data: Json,
    path: str,
    change: dict[str, Any],
) -> None:
    if "end" in change:
        data["event"][0]["period"]["end"] = change["end"]
    else:
        data |= change

    said = f"{path}: The signed content differs from the composition here."
    check_unsigned(doctor, patient, preliminary, signed(data, doctor.signer), (9004, said))


def test_content_that_is_no_json_is_refused(
    doctor: Doctor, patient: Patient, preliminary: str
) -> None:
    blob = sign(b"%PDF-1.7", doctor.signer)

    check_unsigned(doctor, patient, preliminary, blob, (9004, "$: The signed content is not JSON."))


def test_only_the_author_signs_and_cancels(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json, engage: Engage
) -> None:
    said = f"Only its author may sign or cancel composition {preliminary}."
    for somebody in (engage(), engage(employed=False)):
        # With the author's own signature: who hands it in counts too.
        started = somebody.hand_in(preliminary, "sign", signed(data, doctor.signer))
        assert somebody.refused(started) == (9005, said)
    doctor.done(doctor.sign(preliminary, data))
    assert engage().refused(engage().cancel(preliminary)) == (9005, said)
    assert doctor.status(patient, preliminary) == "FINAL"


def test_what_is_final_is_not_signed_again(doctor: Doctor, patient: Patient) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))

    code, message = doctor.refused(doctor.sign(final, doctor.data(patient, final)))

    assert code == 9006
    assert message == f"Only a PRELIMINARY composition can be signed; {final} is FINAL."


def test_an_unknown_composition_is_said_to_be_missing(doctor: Doctor) -> None:
    said = (1000, f"There is no composition {NOWHERE}.")

    assert doctor.refused(doctor.sign(NOWHERE, {"any": "thing"})) == said
    assert doctor.refused(doctor.cancel(NOWHERE)) == said


def test_a_signature_that_was_damaged_is_refused(
    doctor: Doctor, patient: Patient, preliminary: str, data: Json
) -> None:
    blob = bytearray(signed(data, doctor.signer))
    blob[-1] ^= 1

    said = "The signature was not made by the key of the signer's certificate."
    check_unsigned(doctor, patient, preliminary, bytes(blob), (9002, said))


def test_what_no_longer_holds_when_it_is_signed_must_be_created_again(
    doctor: Doctor, patient: Patient
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.created(sickness(patient, doctor.employee, "2026-11-21", "2026-11-25"))
    data = doctor.data(patient, second)

    doctor.done(doctor.cancel(first))

    assert doctor.refused(doctor.sign(second, data))[0] == 1184


# What is canceled, and why.


def test_only_what_is_final_is_canceled(doctor: Doctor, patient: Patient, preliminary: str) -> None:
    code, message = doctor.refused(doctor.cancel(preliminary))
    assert code == 1003
    assert message == f"Only a FINAL composition can be canceled; {preliminary} is PRELIMINARY."

    doctor.done(doctor.sign(preliminary, doctor.data(patient, preliminary)))
    doctor.done(doctor.cancel(preliminary))
    code, message = doctor.refused(doctor.cancel(preliminary))
    assert (code, message.rpartition(" ")[2]) == (1003, "ENTERED_IN_ERROR.")


def test_a_reason_must_be_one_of_the_type(doctor: Doctor, patient: Patient) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))

    for reason in (
        {"reason": "TYPO"},
        {"reason": "INCORRECT_PATIENT", "type": "NEWBORN"},
        {"reason": ""},
    ):
        code, message = doctor.refused(doctor.cancel(final, **reason))
        assert code == 1004
        assert message.startswith("$.reason")
    assert doctor.status(patient, final) == "FINAL"


def test_a_cancellation_of_another_composition_is_refused(doctor: Doctor, patient: Patient) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))

    blob = signed(cancellation(NOWHERE), doctor.signer)

    assert doctor.refused(doctor.hand_in(final, "cancel", blob)) == (
        9004,
        "$.identifier: The signed cancellation is of another composition.",
    )


def test_a_cancellation_needs_the_authors_signature(
    doctor: Doctor, patient: Patient, signers: Signers
) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))

    blob = signed(cancellation(final), signers.somebody("2890123456"))

    assert doctor.refused(doctor.hand_in(final, "cancel", blob))[0] == 9003
    assert doctor.status(patient, final) == "FINAL"


def item_key(patient: Patient, composition: str) -> dict[str, Any]:
    return {
        "PK": {"S": f"SUBJECT#acme#{patient.person}"},
        "SK": {"S": f"COMPOSITION#{composition}"},
    }


@pytest.mark.parametrize(("days", "codes"), [(7, set()), (8, {1005})])
def test_a_week_after_its_signing_it_is_too_late(
    doctor: Doctor, patient: Patient, root: Root, days: int, codes: set[int]
) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))
    [stored] = root.partition(f"SUBJECT#acme#{patient.person}", f"COMPOSITION#{final}")
    earlier = datetime.fromisoformat(stored["signature"]["signed"]) - timedelta(days=days)
    signature = stored["signature"] | {"signed": earlier.isoformat()}
    root.update(item_key(patient, final), signature=signature)

    job = doctor.ended(doctor.cancel(final))

    assert {error["code"] for error in job.get("error", [])} == codes
    for error in job.get("error", []):
        assert error["message"].endswith("could be canceled for 7 days after it was signed.")


def test_what_was_replaced_must_be_there_and_amended(
    doctor: Doctor, patient: Patient, root: Root
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.signed(patient, sickness(patient, doctor.employee, replaces=first))

    # No job does so: somebody was at the table.
    root.update(item_key(patient, first), status="ENTERED_IN_ERROR")
    code, message = doctor.refused(doctor.cancel(second))
    assert (code, message.rpartition(" is ")[2]) == (1136, "ENTERED_IN_ERROR, not AMENDED.")

    root.dynamodb.delete_item(TableName=root.table, Key=item_key(patient, first))
    code, message = doctor.refused(doctor.cancel(second, reason="INCORRECT_PATIENT"))
    assert (code, message.rpartition(" ")[2]) == (1137, "there.")
    assert doctor.status(patient, second) == "FINAL"
