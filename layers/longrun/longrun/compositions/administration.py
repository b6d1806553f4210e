"""The commands over a tenant's registry and its trusted roots, as JSON documents.

Asked by the `longrun` command only. Needs pydantic and cryptography.
"""

import base64
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from longrun.compositions.registry import RegistryContents, RegistryLoader
from longrun.compositions.registry_document import RegistryInvalid, load_registry
from longrun.compositions.roots import LARGEST, roots_key
from longrun.compositions.signatures.trust import Trust, TrustMalformed
from longrun.operations.artefacts import ArtefactStore

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the commands are carried out with."""

    has_tenant: Callable[[str], bool]
    """Whether there is such a tenant."""
    registry: RegistryLoader
    artefacts: ArtefactStore


class _Refused(Exception):
    def __init__(self, code: str, message: str, target: str) -> None:
        super().__init__(message)
        self.code = code
        self.target = target


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: str = Field(min_length=1, max_length=40)

    def check(self, office: Office) -> None:
        """Whether it is about a tenant that there is."""
        if not office.has_tenant(self.tenant):
            raise _Refused("unknown", f"There is no tenant {self.tenant!r}.", "tenant")

    @abstractmethod
    def run(self, office: Office) -> Json:
        """Carry it out; the outcome as it goes out."""


class LoadRegistry(_Command):
    """Enter persons, employees, encounters; what bears the same id is replaced."""

    command: Literal["registry.load"]
    file: str = Field(min_length=1, max_length=200)
    """Its name, for what is told of it."""
    content: str
    """The file, in base64: so its size in the request does not depend on its letters."""

    def run(self, office: Office) -> Json:
        """How many entries of which sort were loaded."""
        try:
            content = base64.b64decode(self.content, validate=True)
        except ValueError:  # of binascii; and of base64, for what is not even ASCII
            raise _Refused("malformed", "The content is not base64.", "content") from None
        try:
            loaded = load_registry(content, self.file, tenant=self.tenant, loader=office.registry)
        except RegistryInvalid as invalid:
            raise _Refused("invalid", str(invalid), "content") from None
        return {"registry": {"tenant": self.tenant, "loaded": _counts(loaded)}}


class TrustRoots(_Command):
    """Have signatures believed behind which one of these roots stands, and no others."""

    command: Literal["compositions.trust"]
    roots: str
    """Certificates in PEM."""

    def run(self, office: Office) -> Json:
        """The roots that are trusted from now on."""
        content = self.roots.encode()
        if len(content) > LARGEST:
            raise _Refused("too-large", f"Roots may have {LARGEST} bytes at most.", "roots")
        try:
            trust = Trust.read(self.roots)
        except TrustMalformed as malformed:
            raise _Refused("invalid", str(malformed), "roots") from None
        if not trust.roots:
            raise _Refused("invalid", "There is no certificate among the roots.", "roots")
        office.artefacts.write(
            roots_key(self.tenant), content, media_type="application/pem-certificate-chain"
        )
        return {
            "trust": {"tenant": self.tenant, "roots": [_root(each) for each in trust.roots]},
        }


type AnyCommand = Annotated[LoadRegistry | TrustRoots, Field(discriminator="command")]

_COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


def answer(document: object, office: Office) -> Json:
    """Run the command that a document names.

    Returns:
        The outcome, or an `error` with `code` (stable), `message` (a sentence) and `target`
        (the argument that it is about). Nothing of the registry's entries is in it.
    """
    try:
        command = _COMMANDS.validate_python(document)
        command.check(office)
        return command.run(office)
    except ValidationError as invalid:
        return _malformed(invalid)
    except _Refused as refused:
        return error(refused.code, str(refused), target=refused.target)


def error(code: str, message: str, *, target: str | None = None) -> Json:
    """An answer that is an error."""
    return {"error": {"code": code, "message": message, "target": target}}


def _malformed(invalid: ValidationError) -> Json:
    """The first fault of the document; without its input, which is people's."""
    fault = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
    # The first part of the place is the command, by which pydantic chose the model.
    target = ".".join(str(part) for part in fault["loc"][1:]) or "command"
    return error("malformed", f"The command's {target} is wrong: {fault['msg']}.", target=target)


def _counts(contents: RegistryContents) -> Json:
    return {
        "positions": len(contents.positions),
        "persons": len(contents.persons),
        "prepersons": len(contents.prepersons),
        "employees": len(contents.employees),
        "episodes": len(contents.episodes),
        "encounters": len(contents.encounters),
    }


def _root(certificate: Certificate) -> Json:
    until: datetime = certificate.not_valid_after_utc
    return {
        "subject": certificate.subject.rfc4514_string(),
        "sha256": certificate.fingerprint(SHA256()).hex(),
        "until": until.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
