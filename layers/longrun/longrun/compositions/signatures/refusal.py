"""Why a signature is refused. The reasons are stable: jobs, logs and tests name them."""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a signed message, as one word."""

    TOO_LARGE = "TOO_LARGE"
    NOT_BASE64 = "NOT_BASE64"
    MALFORMED = "MALFORMED"
    """Not DER, or not CMS SignedData."""
    NO_CONTENT = "NO_CONTENT"
    """Detached, or of another content type than data."""
    SIGNERS = "SIGNERS"
    """Not exactly one."""
    NO_CERTIFICATE = "NO_CERTIFICATE"
    """The signer's is not in the message."""
    ALGORITHM = "ALGORITHM"
    WEAK_KEY = "WEAK_KEY"
    ATTRIBUTES = "ATTRIBUTES"
    """The signed attributes are incomplete, or say something else."""
    ALTERED = "ALTERED"
    """The content is not the one that was signed."""
    SIGNATURE = "SIGNATURE"
    """It is not the signer's."""
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    PURPOSE = "PURPOSE"
    """The certificate is not for signing documents."""
    SELF_SIGNED = "SELF_SIGNED"
    UNTRUSTED = "UNTRUSTED"
    """No chain of certificates leads to a configured root."""


class SignatureInvalid(Exception):
    """A signed message does not hold.

    Attributes:
        reason: Which of the known reasons.
        sentence: For the one who signed; it quotes nothing of the content or the certificates.
    """

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
