"""Whether a signed message holds, and what it says then: the one way in."""

from datetime import datetime
from hmac import compare_digest

from longrun.compositions.signatures import certificates, der, schemes
from longrun.compositions.signatures.encoding import LIMIT, too_large
from longrun.compositions.signatures.message import Attributes, Message, read
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.signed import Signed
from longrun.compositions.signatures.trust import Trust


def verify(blob: bytes, trust: Trust, at: datetime, *, limit: int = LIMIT) -> Signed:
    """Verify a signed message.

    Held against one another: the content and its digest, the signed attributes and the signature,
    the signature and the certificate's key, the certificate and the trusted roots. Only what is
    signed comes out; what anybody may have added to the message does not.

    Args:
        blob: CMS SignedData with its content, DER.
        trust: Whose certificates are believed.
        at: When the certificates must be valid; with a time zone.
        limit: In bytes, of the message.

    Returns:
        The content and its signer.

    Raises:
        SignatureInvalid: Whatever is wrong; nothing else, whatever the bytes are.
        ValueError: The time has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("The time at which a signature is verified needs a time zone.")
    if len(blob) > limit:
        raise too_large(limit)
    message = read(blob)
    certificate = certificates.load(message.certificate)
    key = certificates.signing_key(certificate)
    schemes.check(key, message.scheme, message.signature, _what_is_signed(message))
    certificates.check(certificate, at)
    trust.check(certificate, tuple(certificates.load(other) for other in message.others), at)
    return Signed(content=message.content, signer=certificates.signer(certificate))


def _what_is_signed(message: Message) -> bytes:
    """The signed attributes, once they are known to speak of this content and certificate."""
    attributes = message.attributes
    if attributes is None:
        _refuse_attributes_as_content(message.content)
        return message.content
    if not compare_digest(schemes.digest(message.hash, message.content), attributes.message_digest):
        raise SignatureInvalid(
            Reason.ALTERED, "The content of the message is not the one that was signed."
        )
    _check_certificate(attributes, message.certificate)
    return attributes.der


def _check_certificate(attributes: Attributes, certificate: bytes) -> None:
    named = attributes.certificate
    if named is not None and not compare_digest(
        schemes.digest(named.hash, certificate), named.value
    ):
        raise SignatureInvalid(
            Reason.ATTRIBUTES, "The signed attributes name another certificate as the signer's."
        )


def _refuse_attributes_as_content(content: bytes) -> None:
    """Refuse a content that is somebody's signed attributes: their signature would hold for it.

    RFC 5652 cannot tell the two apart; source: draft-ietf-lamps-cms-euf-cma-signeddata.
    """
    if content[:1] != b"\x31":
        return
    try:
        der.check(content)
    except SignatureInvalid:
        return
    raise SignatureInvalid(
        Reason.ATTRIBUTES, "The content of the message is a set of signed attributes."
    )
