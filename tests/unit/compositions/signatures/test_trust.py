"""The configured roots, as text."""

import pytest
from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding

from longrun.compositions.signatures.trust import Trust, TrustMalformed
from tests.unit.compositions.signatures.authorities import foreign_root, root, rsa_signer


def test_several_roots_may_stand_in_one_text_with_words_between_them() -> None:
    trust = Trust.read(f"# ours\n{root().pem}\nand theirs\n{foreign_root().pem}")
    assert trust.roots == (root().certificate, foreign_root().certificate)


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_blank_text_trusts_nobody(blank: str) -> None:
    assert Trust.read(blank).roots == ()


@pytest.mark.parametrize(
    "text", ["root.pem", root().pem[:-40], root().key_pem, root().pem.replace("MII", "M!I", 1)]
)
def test_what_is_no_certificate_is_refused_instead_of_trusting_nobody(text: str) -> None:
    with pytest.raises(TrustMalformed) as error:
        Trust.read(text)
    assert "PRIVATE" not in str(error.value)


def test_a_certificate_that_cannot_be_read_to_its_end_is_refused() -> None:
    twice = asn1.Certificate.load(root().certificate.public_bytes(Encoding.DER)).copy()
    extensions = twice["tbs_certificate"]["extensions"]
    extensions.append(extensions[0].copy())
    with pytest.raises(TrustMalformed):
        Trust.read(pem.armor("CERTIFICATE", twice.dump(force=True)).decode())


def test_who_is_no_authority_is_no_root_and_is_named_by_place() -> None:
    with pytest.raises(TrustMalformed, match="Certificate 2"):
        Trust.read(root().pem + rsa_signer().pem)
