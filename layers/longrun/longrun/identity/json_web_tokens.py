"""JSON web tokens: their form, signature, issuer, audience and times. Whose they are is `bearer`'s.

Source: RFC 7519 and RFC 8725, the best current practices.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.json_web_keys import ALGORITHMS, KeyRing, VerificationKey

LEEWAY: Final = timedelta(seconds=30)
"""For clocks that differ."""
TOKEN_LIMIT: Final = 16_384
KID_LIMIT: Final = 256
"""In characters."""

type Claims = Mapping[str, Any]


class TokenVerifier:
    """Verifies the tokens of one issuer."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str | None,
        keys: KeyRing,
        clock: Callable[[], datetime],
    ) -> None:
        """Args: `audience` is what `aud` must hold; None: it is not looked at."""
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock

    def verify(self, token: str) -> Claims:
        """The claims of a token that holds now.

        Raises:
            Unauthenticated: Whatever is wrong with it; the reason is for the log only.
            Interrupted: The issuer's keys cannot be had just now.
        """
        if len(token) > TOKEN_LIMIT or token.count(".") != 2:
            raise Unauthenticated(Reason.MALFORMED)
        algorithm, kid = _header(token)
        claims = self._signed(token, algorithm, self._key(algorithm, kid))
        self._check_times(claims)
        return claims

    def _key(self, algorithm: str, kid: str | None) -> VerificationKey:
        found = self._keys.find(kid)
        if not found:
            raise Unauthenticated(Reason.WRONG_KEY_ID)
        fitting = [key for key in found if algorithm in key.algorithms]
        if not fitting:
            raise Unauthenticated(Reason.WRONG_ALGORITHM)
        return fitting[0]

    def _signed(self, token: str, algorithm: str, key: VerificationKey) -> Claims:
        # `from None`: the causes quote what was sent.
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                # The times are checked here, by our clock.
                options={
                    "require": ["iss", "exp"],
                    "verify_aud": self._audience is not None,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            raise Unauthenticated(Reason.WRONG_SIGNATURE) from None
        except jwt.InvalidIssuerError:
            raise Unauthenticated(Reason.WRONG_ISSUER) from None
        except jwt.InvalidAudienceError:
            raise Unauthenticated(Reason.WRONG_AUDIENCE) from None
        except jwt.MissingRequiredClaimError as missing:
            wrong = Reason.WRONG_AUDIENCE if missing.claim == "aud" else Reason.MALFORMED
            raise Unauthenticated(wrong) from None
        except jwt.PyJWTError:
            raise Unauthenticated(Reason.MALFORMED) from None

    def _check_times(self, claims: Claims) -> None:
        now, leeway = self._clock().timestamp(), LEEWAY.total_seconds()
        if now >= _seconds(claims["exp"]) + leeway:
            raise Unauthenticated(Reason.EXPIRED_TOKEN)
        if "nbf" in claims and now < _seconds(claims["nbf"]) - leeway:
            raise Unauthenticated(Reason.NOT_YET_VALID)


def _header(token: str) -> tuple[str, str | None]:
    """The algorithm and the key's id that a token names. Nothing else in its header counts.

    Raises:
        Unauthenticated: It is no token, names another algorithm, or has extensions that must be
            understood (`crit`): there are none that we do.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        raise Unauthenticated(Reason.MALFORMED) from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if "crit" in header or not (kid is None or (isinstance(kid, str) and len(kid) <= KID_LIMIT)):
        raise Unauthenticated(Reason.MALFORMED)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Unauthenticated(Reason.WRONG_ALGORITHM)
    return algorithm, kid


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unauthenticated(Reason.MALFORMED)
    return value
