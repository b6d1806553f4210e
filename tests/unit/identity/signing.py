"""A caller of the OCI face, who signs as the SDK does; and what may be wrong with a request."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GET = ("date", "(request-target)", "host")
POST = (*GET, "content-length", "content-type", "x-content-sha256")


@dataclass
class SignedRequest:
    """What a client sends; changed after signing, it is a forged one."""

    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


@dataclass
class Signer:
    """Signs with a private key under a key id."""

    key: RSAPrivateKey
    key_id: str

    def sign(
        self,
        method: str,
        target: str,
        *,
        at: datetime,
        body: bytes = b"",
        names: tuple[str, ...] | None = None,
        date_header: str = "date",
    ) -> SignedRequest:
        names = names or (POST if method in {"POST", "PUT"} else GET)
        headers = {date_header: format_datetime(at, usegmt=True), "host": "127.0.0.1:4566"}
        if set(names) - set(GET) - {"x-date"}:
            headers |= {
                "content-length": str(len(body)),
                "content-type": "application/json",
                "x-content-sha256": base64.b64encode(hashlib.sha256(body).digest()).decode(),
            }
        request = SignedRequest(method=method, target=target, body=body, headers=headers)
        values = headers | {"(request-target)": f"{method.lower()} {target}"}
        text = "\n".join(f"{name}: {values[name]}" for name in names)
        signature = self.key.sign(text.encode(), PKCS1v15(), hashes.SHA256())
        request.headers["authorization"] = authorization(
            keyId=self.key_id,
            headers=" ".join(names),
            signature=base64.b64encode(signature).decode(),
        )
        return request


def authorization(**parameters: str) -> str:
    """The header's value; OCI's parameters, in the SDK's order, where none are given."""
    defaults = {"algorithm": "rsa-sha256", "headers": " ".join(GET), "keyId": "t/u/f"}
    all_of_them = defaults | {"signature": "AAAA", "version": "1"} | parameters
    return "Signature " + ",".join(f'{name}="{value}"' for name, value in all_of_them.items())
