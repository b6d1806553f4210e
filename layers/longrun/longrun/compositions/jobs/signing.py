"""What signing and cancelling have in common: whose a signature is, and where its blob is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from longrun.compositions.document import Composition, Signature
from longrun.compositions.jobs.engine import Engine
from longrun.compositions.refusals import Code, Refusal
from longrun.compositions.registry import Employee
from longrun.compositions.signatures.encoding import decode
from longrun.compositions.signatures.refusal import SignatureInvalid
from longrun.compositions.signatures.signed import Signed
from longrun.operations.operation import Operation

PKCS7: Final = "application/pkcs7-mime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A signed blob that holds, and is its author's."""

    blob: bytes
    signed: Signed


def author_of(engine: Engine, operation: Operation, composition: Composition) -> Employee:
    """The composition's author, who must be who started the operation.

    Raises:
        Refusal: It is somebody else.
    """
    employee = engine.registry.employee_of(operation.tenant, operation.owner)
    if employee is None or employee.id != composition.author:
        raise Refusal(
            Code.NOT_THE_AUTHOR,
            f"Only its author may sign or cancel composition {composition.id}.",
        )
    return employee


def opened(engine: Engine, data: str, author: Employee, now: datetime) -> Opened:
    """Verify a signed blob.

    Args:
        engine: The services.
        data: The blob, in base64.
        author: Whose signature it must be.
        now: When it must be valid.

    Raises:
        Refusal: It does not hold, or is not the author's.
    """
    try:
        blob = decode(data)
        signed = engine.verify(blob, now)
    except SignatureInvalid as invalid:
        raise Refusal(Code.SIGNATURE_INVALID, invalid.sentence, path="$.data") from None
    if signed.signer.tax_number != author.tax_number:
        raise Refusal(Code.SIGNER_DIFFERS, "Does not match the signer", path="$.data")
    return Opened(blob=blob, signed=signed)


def archived(
    engine: Engine, operation: Operation, composition: Composition, found: Opened, now: datetime
) -> Signature:
    """Keep the blob as it was received; again, it is the same object's next version.

    Returns:
        What the composition tells of it.
    """
    artefact = engine.archive.write(
        archive_key(operation.tenant, composition.id, operation.id), found.blob, media_type=PKCS7
    )
    return Signature(
        operation=operation.id,
        signed=now,
        key=artefact.key,
        sha256=hashlib.sha256(found.blob).hexdigest(),
        signer=found.signed.signer.name,
        tax_number=_tax_number(found.signed),
        certificate=found.signed.signer.certificate_serial,
    )


def archive_key(tenant: str, composition_id: str, operation_id: str) -> str:
    """Where the blob that a job accepted is kept."""
    return f"signed/{tenant}/{composition_id}/{operation_id}.p7s"


def _tax_number(signed: Signed) -> str:
    """The signer's tax number, which is the author's."""
    assert signed.signer.tax_number is not None, "it was held against the author's"
    return signed.signer.tax_number
