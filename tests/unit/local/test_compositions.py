"""What a tenant's compositions begin with: made once, for the owner's eyes only."""

import stat
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from local.commands import Failed
from local.compositions import seed_compositions
from local.places import Places
from local.stack import Answer, Compositions, Stack


class Commanded:
    """Stands for a stack; notes what it is told."""

    def __init__(self, payload: dict[str, Any] | None = None) -> None:
        self.told: list[str] = []
        self._payload = payload or {}

    def invoke(self, function: str, event: dict[str, Any]) -> Answer:
        assert function == "CompositionsRegistry"
        self.told.append(f"{event['command']} {event['tenant']}")
        return Answer(payload=self._payload, log="", failed=False)


def seed(
    stack: Commanded,
    home: Path,
    known: Compositions | None = None,
    principal: str = "client:acme/local",
) -> Compositions:
    places = Places(home=home, port=1)
    return seed_compositions(cast(Stack, stack), places, "acme", principal=principal, known=known)


def contents(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (home / "signers" / "acme").iterdir()}


def test_the_demo_employee_signs_and_the_root_is_trusted(tmp_path: Path) -> None:
    stack = Commanded()

    seeded = seed(stack, tmp_path)

    assert stack.told == ["registry.load acme", "compositions.trust acme"]
    for signer in (seeded.signer, seeded.ec_signer):
        certificate = x509.load_pem_x509_certificate(Path(signer.cert_file).read_bytes())
        [number] = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        assert number.value == "TINUA-3012345678"
        root = x509.load_pem_x509_certificate(Path(seeded.root_file).read_bytes())
        certificate.verify_directly_issued_by(root)
    for file in (tmp_path / "signers" / "acme").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_again_it_keeps_keys_and_loads_nothing(tmp_path: Path) -> None:
    seeded = seed(Commanded(), tmp_path)
    before = contents(tmp_path)
    stack = Commanded()

    assert seed(stack, tmp_path, known=seeded) == seeded

    assert stack.told == []
    assert contents(tmp_path) == before


def test_what_an_older_stack_lacks_is_made_with_the_keys_that_are_there(tmp_path: Path) -> None:
    seeded = seed(Commanded(), tmp_path)
    before = contents(tmp_path)
    Path(seeded.ec_signer.key_file).unlink()
    stack = Commanded()

    assert seed(stack, tmp_path, known=seeded) == seeded

    after = contents(tmp_path)
    assert stack.told == ["registry.load acme", "compositions.trust acme"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"signer-ec.pem", "signer-ec-key.pem"}


def test_a_stack_that_refuses_and_a_principal_without_employee_are_told(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"refused 'registry\.load'.*no tenant"):
        seed(Commanded({"error": {"message": "There is no tenant."}}), tmp_path)
    with pytest.raises(Failed, match="client:acme/other"):
        seed(Commanded(), tmp_path / "other", principal="client:acme/other")
