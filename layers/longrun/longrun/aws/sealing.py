"""Secrets sealed by a key of the platform's (KMS). Implements `operations.secrets.Sealer`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from longrun.aws.faults import code_of, interrupted
from longrun.operations.secrets import SealBroken

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_SERVICE: Final = "The key service"
_BROKEN: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsSealer:
    """Encrypts with one key, under the encryption context `operation`.

    The context is no secret: KMS writes it into its audit trail. It makes sealed bytes worthless
    anywhere but in their operation, and policies can demand it.
    """

    def __init__(self, *, client: "Callable[[], KMSClient]", key: Callable[[], str]) -> None:
        """Make a sealer; neither the client nor the key is asked for before there is a secret.

        Args:
            client: Gives the key service's client.
            key: Gives the key's ARN.
        """
        self._client = client
        self._key = key

    def seal(self, plain: str, context: str) -> bytes:
        """See `Sealer.seal`."""
        with interrupted(_SERVICE):
            answer = self._client().encrypt(
                KeyId=self._key(),
                Plaintext=plain.encode(),
                EncryptionContext={"operation": context},
            )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, context: str) -> str:
        """See `Sealer.open`."""
        with interrupted(_SERVICE):
            try:
                answer = self._client().decrypt(
                    KeyId=self._key(),
                    CiphertextBlob=sealed,
                    EncryptionContext={"operation": context},
                )
            except ClientError as error:
                if code_of(error) in _BROKEN:
                    raise SealBroken(context) from None
                raise
        try:
            return answer["Plaintext"].decode()
        except UnicodeDecodeError:
            # Its message would quote what was opened.
            raise SealBroken(context) from None
