"""An OIDC issuer in memory: keys that rotate, tokens of every kind, and silence."""

import json
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from longrun.operations.errors import Interrupted
from tests.unit.identity.fakes import Clock

ISSUER = "https://issuer.example/pool"
type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def published(key: PrivateKey, **attributes: str) -> dict[str, Any]:
    """The entry of a key in the set."""
    public = key.public_key()
    match public:
        case rsa.RSAPublicKey():
            entry = RSAAlgorithm.to_jwk(public, as_dict=True)
        case ec.EllipticCurvePublicKey():
            entry = ECAlgorithm.to_jwk(public, as_dict=True)
        case _:
            entry = OKPAlgorithm.to_jwk(public, as_dict=True)
    return {name: value for name, value in entry.items() if name != "key_ops"} | attributes


@dataclass
class FakeIssuer:
    """Signs tokens, and is the `KeySource` of its key set."""

    key: PrivateKey
    clock: Clock
    kid: str = "one"
    entries: list[Any] = field(default_factory=list)
    document: bytes | None = None
    silent: bool = False
    fetched: int = 0

    def __post_init__(self) -> None:
        self.entries = [published(self.key, kid=self.kid, use="sig")]

    def fetch(self) -> bytes:
        self.fetched += 1
        if self.silent:
            raise Interrupted("The token issuer")
        return self.document or json.dumps({"keys": self.entries}).encode()

    def rotate(self, key: PrivateKey, kid: str) -> None:
        self.key, self.kid = key, kid
        self.entries = [published(key, kid=kid, use="sig")]

    def token(
        self,
        *,
        algorithm: str = "RS256",
        key: Any = None,
        header: dict[str, Any] | None = None,
        groups: list[str] | None = None,
        **claims: Any,
    ) -> str:
        """A client's access token, as Cognito makes them; a claim that is None is left out."""
        now = int(self.clock.now.timestamp())
        defaults = {
            "iss": ISSUER,
            "sub": "app-1",
            "client_id": "app-1",
            "token_use": "access",
            "scope": "longrun/DVContentAuthor longrun/print:run",
            "cognito:groups": groups,
            "iat": now,
            "exp": now + 3600,
        }
        said = {name: value for name, value in (defaults | claims).items() if value is not None}
        headers = {"kid": self.kid} | (header or {})
        kept = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(said, key or self.key, algorithm=algorithm, headers=kept)
