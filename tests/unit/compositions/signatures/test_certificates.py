"""What a certificate says of its owner: the tax number above all."""

import pytest
from asn1crypto import core
from cryptography import x509

from longrun.compositions.signatures.certificates import signer, tax_number
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from tests.unit.compositions.signatures.authorities import Plan, ec_key, name, root
from tests.unit.compositions.signatures.messages import attribute

DRFO = "1.2.804.2.1.1.1.11.1.4.1.1"
EDRPOU = "1.2.804.2.1.1.1.11.1.4.2.1"


def certificate(*serial_numbers: str, directory: bytes | None = None) -> x509.Certificate:
    plan = Plan(key=ec_key(), subject=name("Олена Коваль", serial_numbers=serial_numbers))
    if directory is not None:
        oid = x509.ObjectIdentifier("2.5.29.9")
        plan = plan.to(others=[(x509.UnrecognizedExtension(oid, directory), False)])
    return plan.signed_by(root()).certificate


def attributes(*members: bytes) -> bytes:
    contents = b"".join(members)
    assert len(contents) < 0x80
    return bytes([0x30, len(contents)]) + contents


def drfo(*numbers: str) -> bytes:
    return attribute(DRFO, *(core.PrintableString(number) for number in numbers))


@pytest.mark.parametrize("written", ["TINUA-3126509816", "3126509816", " 3126509816 "])
def test_the_subjects_serial_number_is_the_tax_number(written: str) -> None:
    assert tax_number(certificate(written)) == "3126509816"


def test_the_passport_of_who_refused_a_tax_number_stands_in_its_place() -> None:
    assert tax_number(certificate("TINUA-BK123456")) == "BK123456"
    cyrillic = attributes(attribute(DRFO, core.UTF8String("ВК123456")))
    assert tax_number(certificate(directory=cyrillic)) == "ВК123456"


@pytest.mark.parametrize(
    "written", ["PASUA-AA123456", "IDCUA-123456789", "TINUA-", "UA-31265098-0217", "1" * 21]
)
def test_another_kind_of_identity_is_no_tax_number(written: str) -> None:
    assert tax_number(certificate(written)) is None


def test_without_any_there_is_none() -> None:
    assert tax_number(certificate()) is None


def test_two_serial_numbers_are_none() -> None:
    assert tax_number(certificate("TINUA-1111111111", "TINUA-2222222222")) is None


@pytest.mark.parametrize("text", [core.PrintableString, core.UTF8String, core.NumericString])
def test_the_attribute_drfo_is_the_tax_number(text: type[core.Asn1Value]) -> None:
    directory = attributes(attribute(DRFO, text("3126509816")))
    assert tax_number(certificate(directory=directory)) == "3126509816"


def test_drfo_wins_over_the_serial_number() -> None:
    directory = attributes(attribute(EDRPOU, core.PrintableString("31265098")), drfo("3126509816"))
    assert tax_number(certificate("TINUA-1111111111", directory=directory)) == "3126509816"


def test_without_drfo_the_serial_number_counts_whatever_else_there_is() -> None:
    directory = attributes(attribute(EDRPOU, core.PrintableString("31265098")))
    assert tax_number(certificate("3126509816", directory=directory)) == "3126509816"


@pytest.mark.parametrize(
    "directory",
    [
        attributes(drfo("1111111111", "2222222222")),
        attributes(drfo("1111111111"), drfo("2222222222")),
        attributes(attribute(DRFO, core.Integer(5))),
        attributes(drfo()),
    ],
)
def test_a_drfo_that_is_not_one_text_is_no_tax_number(directory: bytes) -> None:
    assert tax_number(certificate("TINUA-1111111111", directory=directory)) is None


@pytest.mark.parametrize(
    "directory", [b"", b"\x30\x80\x00\x00", b"\x30\x02\x05\x00", b"\x04\x00", b"\x30\x84" * 9]
)
def test_an_extension_that_cannot_be_read_is_refused(directory: bytes) -> None:
    with pytest.raises(SignatureInvalid) as error:
        tax_number(certificate("TINUA-1111111111", directory=directory))
    assert error.value.reason is Reason.MALFORMED


def test_who_has_no_common_name_is_named_by_the_subject() -> None:
    party = Plan(key=ec_key(), subject=name(None), serial=0xABC).signed_by(root())
    told = signer(party.certificate)
    assert told.name == "C=UA"
    assert told.certificate_serial == "0ABC"
