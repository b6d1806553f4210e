"""What the compositions of a tenant begin with: its registry, its demo authority, its signers.

Entered as an operator would, by the function of the `longrun registry` and `compositions` commands.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from local.commands import Failed
from local.places import ROOT, Places, from_root
from local.stack import Compositions, Signer, Stack
from longrun_client.signing import DemoAuthority, KeyKind, SignerFiles

REGISTRIES: Final = {"acme": "registry.json", "globex": "registry-globex.json"}
"""By tenant, among the samples."""


def seed_compositions(
    stack: Stack, places: Places, tenant: str, *, principal: str, known: Compositions | None
) -> Compositions:
    """Make what is lacking of what a tenant's compositions begin with.

    What an operator has entered since stays: nothing is loaded where nothing is lacking.

    Args:
        stack: Where the tenant is.
        places: Where keys are kept.
        tenant: Its id.
        principal: Who is to be the demo employee.
        known: What was made before, as stack.json has it.

    Raises:
        Failed: The registry of the samples has nobody for that, or the stack refused it.
    """
    folder = _Folder(places.signers / tenant)
    if known is not None and folder.complete():
        return known
    registry = (ROOT / "samples" / "compositions" / REGISTRIES[tenant]).read_bytes()
    entries = json.loads(registry)
    employee = _demo_employee(entries, principal)
    folder.fill(employee["name"], employee["taxNumber"])
    _command(
        stack,
        "registry.load",
        tenant=tenant,
        file=REGISTRIES[tenant],
        content=base64.b64encode(registry).decode(),
    )
    _command(stack, "compositions.trust", tenant=tenant, roots=folder.root.read_text())
    preperson = _merged_preperson(entries)
    encounter = next(
        each
        for each in entries["encounters"]
        if (each["patient"], each["employee"]) == (preperson["id"], employee["id"])
    )
    return Compositions(
        person=preperson["mergedInto"],
        preperson=preperson["id"],
        employee=employee["id"],
        encounter=encounter["id"],
        episode=encounter["episode"],
        signer=folder.signer(KeyKind.RSA),
        ec_signer=folder.signer(KeyKind.EC),
        root_file=from_root(folder.root),
    )


def _demo_employee(entries: Mapping[str, Any], principal: str) -> dict[str, Any]:
    for employee in entries["employees"]:
        if employee.get("principal") == principal:
            found: dict[str, Any] = employee
            return found
    raise Failed(f"No employee of the sample registry has the principal {principal!r}.")


def _merged_preperson(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody whose encounter goes with a composition about either: unknown first, then not."""
    found: dict[str, Any] = next(
        each for each in entries["prepersons"] if each.get("mergedInto") is not None
    )
    return found


@dataclass(frozen=True, slots=True)
class _Folder:
    """The keys and certificates of one tenant, for their owner's eyes only."""

    path: Path

    @property
    def root(self) -> Path:
        """The certificate of the authority, which the stack is told to trust."""
        return self.path / "root.pem"

    @property
    def authority_key(self) -> Path:
        return self.path / "root-key.pem"

    def certificate(self, kind: KeyKind) -> Path:
        return self.path / f"signer-{kind.lower()}.pem"

    def key(self, kind: KeyKind) -> Path:
        return self.path / f"signer-{kind.lower()}-key.pem"

    def signer(self, kind: KeyKind) -> Signer:
        """As stack.json names its files."""
        return Signer(
            cert_file=from_root(self.certificate(kind)), key_file=from_root(self.key(kind))
        )

    def complete(self) -> bool:
        """Whether all of it is there."""
        made = [each for kind in KeyKind for each in (self.certificate(kind), self.key(kind))]
        return all(file.exists() for file in (self.root, self.authority_key, *made))

    def fill(self, name: str, tax_number: str) -> None:
        """Make whatever is not there; an authority that is there issues it."""
        now = datetime.now(UTC)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.root.exists() and self.authority_key.exists():
            authority = DemoAuthority(
                key=self.authority_key.read_text(), certificate=self.root.read_text()
            )
        else:
            authority = DemoAuthority.create(now=now)
            _write(self.authority_key, authority.key)
            _write(self.root, authority.certificate)
            for kind in KeyKind:
                # Of another authority.
                self.certificate(kind).unlink(missing_ok=True)
        for kind in KeyKind:
            if not (self.certificate(kind).exists() and self.key(kind).exists()):
                made: SignerFiles = authority.issue(name, tax_number, now=now, kind=kind)
                _write(self.key(kind), made.key)
                _write(self.certificate(kind), made.certificate)


def _write(file: Path, content: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(content)


def _command(stack: Stack, command: str, **arguments: str) -> None:
    answer = stack.invoke("CompositionsRegistry", {"command": command, **arguments})
    if answer.failed or "error" in answer.payload:
        raise Failed(f"CompositionsRegistry refused {command!r}: {answer.payload}\n{answer.log}")
