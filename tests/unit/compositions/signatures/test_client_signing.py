"""The demo CA and `longrun compositions sign`: what they make holds for the service."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from longrun.compositions.signatures.encoding import decode
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from longrun_client.command import main
from longrun_client.signing import (
    DemoAuthority,
    KeyKind,
    SignerFiles,
    SigningRefused,
    encoded,
    sign,
)
from tests.unit.compositions.signatures.authorities import (
    AT,
    TAX_NUMBER,
    Plan,
    authority,
    ec_key,
    ec_signer,
    root,
    rsa_signer,
)
from tests.unit.compositions.signatures.messages import CONTENT


@pytest.fixture(scope="module")
def demo() -> DemoAuthority:
    return DemoAuthority.create(now=AT)


@pytest.fixture(scope="module")
def signer(demo: DemoAuthority) -> SignerFiles:
    return demo.issue("Ігор Гнатюк", TAX_NUMBER, now=AT, kind=KeyKind.EC)


@pytest.fixture
def folder(tmp_path: Path, signer: SignerFiles) -> Path:
    (tmp_path / "key.pem").write_text(signer.key)
    (tmp_path / "cert.pem").write_text(signer.certificate)
    (tmp_path / "composition.json").write_bytes(CONTENT)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    keys = ["--key", str(folder / "key.pem"), "--cert", str(folder / "cert.pem")]
    return main(["compositions", "sign", *keys, *arguments])


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("content", [CONTENT, b"", b"line\nline\r\n"])
def test_what_a_demo_signer_signs_holds(demo: DemoAuthority, kind: KeyKind, content: bytes) -> None:
    signer = demo.issue("Ігор Гнатюк", TAX_NUMBER, now=AT, kind=kind)
    signed = verify(sign(content, signer), Trust.read(demo.certificate), AT)
    assert signed.content == content
    assert (signed.signer.name, signed.signer.tax_number) == ("Ігор Гнатюк", TAX_NUMBER)


def test_a_demo_authority_that_was_kept_issues_again(demo: DemoAuthority) -> None:
    kept = DemoAuthority(key=demo.key, certificate=demo.certificate)
    later = AT + timedelta(days=700)
    signer = kept.issue("Later", TAX_NUMBER, now=later, kind=KeyKind.EC)
    assert verify(sign(CONTENT, signer), Trust.read(demo.certificate), later).content == CONTENT


def test_the_chain_goes_along() -> None:
    between = authority("Between", ec_key(7)).signed_by(root())
    party = Plan(key=ec_key(8)).signed_by(between)
    files = SignerFiles(key=party.key_pem, certificate=party.pem, chain=between.pem)
    assert verify(sign(CONTENT, files), Trust((root().certificate,)), AT).content == CONTENT


def test_a_certificate_of_another_key_signs_nothing() -> None:
    files = SignerFiles(key=rsa_signer().key_pem, certificate=ec_signer().pem)
    with pytest.raises(SigningRefused, match="not that of the private key"):
        sign(CONTENT, files)


@pytest.mark.parametrize("wrong", ["", "key.pem", rsa_signer().pem])
def test_what_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(SigningRefused, match="private key"):
        sign(CONTENT, SignerFiles(key=wrong, certificate=rsa_signer().pem))


def test_the_command_writes_the_field_data(folder: Path, demo: DemoAuthority) -> None:
    target = folder / "composition.p7s.b64"
    assert run(folder, str(folder / "composition.json"), "-o", str(target)) == 0
    blob = decode(target.read_text())
    assert encoded(blob) == target.read_text()
    assert verify(blob, Trust.read(demo.certificate), AT).content == CONTENT


def test_without_a_target_it_goes_to_standard_output(
    folder: Path, demo: DemoAuthority, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, str(folder / "composition.json")) == 0
    blob = decode(capsys.readouterr().out.removesuffix("\n"))
    assert json.loads(verify(blob, Trust.read(demo.certificate), AT).content)


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"patient": "SECRET"', b'{"a": "\xff"}'])
def test_what_is_no_json_object_is_not_signed_nor_shown(
    folder: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "composition.json").write_bytes(content)
    assert run(folder, str(folder / "composition.json")) == 1
    said = capsys.readouterr()
    assert "It is not a JSON object in UTF-8." in said.err
    assert "SECRET" not in said.err
    assert not said.out


def test_a_file_that_is_not_there_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, str(folder / "nothing.json")) == 1
    assert "nothing.json" in capsys.readouterr().err
