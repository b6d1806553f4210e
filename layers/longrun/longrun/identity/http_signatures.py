"""HTTP signatures as the OCI SDK makes them: read, judged, and resolved to their principal.

The scheme is draft-cavage-http-signatures, narrowed as OCI narrows it
(https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm). A signed request may be
sent again within the clock skew: the scheme knows no nonce.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.directory import Directory
from longrun.identity.principal import Principal
from longrun.identity.public_keys import PublicKey
from longrun.identity.roles import permissions_of

SKEW: Final = timedelta(minutes=5)
AUTHORIZATION_LIMIT: Final = 8192
KEY_ID_LIMIT: Final = 512
HEADER_LIMIT: Final = 2048
TARGET_LIMIT: Final = 8192
"""In characters; what is longer is refused before anything is computed."""

REQUEST_TARGET: Final = "(request-target)"
_ALWAYS: Final = frozenset({REQUEST_TARGET, "host"})
_DATES: Final = ("date", "x-date")
_OF_BODY: Final = frozenset({"content-length", "content-type", "x-content-sha256"})
_KNOWN: Final = _ALWAYS | _OF_BODY | frozenset(_DATES)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
"""The SDK signs the headers of the body of these methods even where it is empty."""

_PARAMETERS: Final = frozenset({"version", "keyId", "algorithm", "headers", "signature"})
_PARAMETER = re.compile(r'([A-Za-z]{1,16})="([^"\x00-\x1f\x7f]*)"')
_BETWEEN = re.compile(r" ?, ?")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an `Authorization: Signature …` says."""

    key_id: str
    """`tenancy OCID/user OCID/fingerprint`."""
    headers: tuple[str, ...]
    """The names of what is signed, in the order in which it is signed; lower case."""
    value: bytes


def read_signature(authorization: str) -> Signature:
    """The signature that an `Authorization` header carries.

    Raises:
        Unauthenticated: It is not of the form that the scheme wants: a parameter is unknown, twice
            there or missing, or a header is named that OCI does not sign.
    """
    if len(authorization) > AUTHORIZATION_LIMIT:
        raise Unauthenticated(Reason.MALFORMED)
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "signature":
        raise Unauthenticated(Reason.MALFORMED)
    parameters = _parameters(rest.strip(" "))
    if parameters["version"] != "1" or parameters["algorithm"].lower() != "rsa-sha256":
        raise Unauthenticated(Reason.SIGNATURE_UNSUPPORTED)
    names = tuple(parameters["headers"].lower().split(" "))
    if len(set(names)) != len(names) or not _KNOWN.issuperset(names):
        raise Unauthenticated(Reason.SIGNED_HEADERS)
    if not 0 < len(parameters["keyId"]) <= KEY_ID_LIMIT:
        raise Unauthenticated(Reason.MALFORMED)
    try:
        value = base64.b64decode(parameters["signature"], validate=True)
    except ValueError:
        raise Unauthenticated(Reason.MALFORMED) from None
    return Signature(key_id=parameters["keyId"], headers=names, value=value)


def _parameters(text: str) -> dict[str, str]:
    """The parameters by name: every one exactly once, and nothing else between them."""
    found: dict[str, str] = {}
    position = 0
    while match := _PARAMETER.match(text, position):
        name, value = match.groups()
        if name not in _PARAMETERS or name in found:
            raise Unauthenticated(Reason.MALFORMED)
        found[name] = value
        position = match.end()
        if position == len(text):
            break
        separator = _BETWEEN.match(text, position)
        if separator is None:
            raise Unauthenticated(Reason.MALFORMED)
        position = separator.end()
    if position != len(text) or found.keys() != _PARAMETERS or text.endswith(","):
        raise Unauthenticated(Reason.MALFORMED)
    return found


class SignatureAuthenticator:
    """Proves the callers of the OCI face by the public keys in the directory."""

    def __init__(self, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock

    def authenticate(
        self, *, method: str, target: str, headers: Callable[[str], str | None], body: bytes
    ) -> Principal:
        """The user whose key signed the request, with the permissions of the user's roles.

        Args:
            method: The HTTP method.
            target: The path with the raw query, byte for byte as the client sent and signed it.
            headers: The value of a header by its lower-case name, or None.
            body: The body as sent; empty if there is none.

        Raises:
            Unauthenticated: Whatever is wrong with it; the reason is for the log only.
        """
        authorization = headers("authorization")
        if not authorization:
            raise Unauthenticated(Reason.MISSING)
        signature = read_signature(authorization)
        _check_covered(signature.headers, with_body=bool(body) or method.upper() in _WITH_BODY)
        message = _signed_text(signature.headers, method=method, target=target, headers=headers)
        self._check_dates(signature.headers, headers)
        key = self._directory.api_key(signature.key_id)
        if key is None:
            raise Unauthenticated(Reason.UNKNOWN_KEY)
        if not PublicKey(key.public_key).verifies(signature.value, message):
            raise Unauthenticated(Reason.WRONG_SIGNATURE)
        _check_body(signature.headers, headers, body)
        if not key.active:
            raise Unauthenticated(Reason.KEY_REVOKED)
        return self._principal(key.user, key.tenant)

    def _check_dates(self, names: tuple[str, ...], headers: Callable[[str], str | None]) -> None:
        for name in _DATES:
            if name in names and abs(self._clock() - _date(headers(name) or "")) > SKEW:
                raise Unauthenticated(Reason.CLOCK_SKEW)

    def _principal(self, name: str, tenant_id: str) -> Principal:
        user = self._directory.user(name)
        if user is None or user.tenant != tenant_id:
            raise Unauthenticated(Reason.UNKNOWN_USER)
        if not user.active:
            raise Unauthenticated(Reason.USER_REVOKED)
        tenant = self._directory.tenant(tenant_id)
        if tenant is None or not tenant.active:
            raise Unauthenticated(Reason.TENANT_REVOKED)
        return Principal(
            tenant=tenant_id, id=name, permissions=permissions_of(user.roles), name=name
        )


def _check_covered(names: tuple[str, ...], *, with_body: bool) -> None:
    """Refuse a signature that leaves out what it must cover."""
    covered = frozenset(names)
    needed = _ALWAYS | _OF_BODY if with_body else _ALWAYS
    if not covered.issuperset(needed) or covered.isdisjoint(_DATES):
        raise Unauthenticated(Reason.SIGNED_HEADERS)


def _signed_text(
    names: tuple[str, ...],
    *,
    method: str,
    target: str,
    headers: Callable[[str], str | None],
) -> bytes:
    """What the signature is over: a line for each name."""
    if len(target) > TARGET_LIMIT or not _PRINTABLE.fullmatch(target):
        raise Unauthenticated(Reason.MALFORMED)
    lines = []
    for name in names:
        if name == REQUEST_TARGET:
            lines.append(f"{name}: {method.lower()} {target}")
            continue
        value = headers(name)
        if value is None:
            raise Unauthenticated(Reason.SIGNED_HEADERS)
        if len(value) > HEADER_LIMIT or not _PRINTABLE.fullmatch(value):
            raise Unauthenticated(Reason.MALFORMED)
        lines.append(f"{name}: {value.strip()}")
    return "\n".join(lines).encode("ascii")


def _check_body(names: tuple[str, ...], headers: Callable[[str], str | None], body: bytes) -> None:
    """Refuse a body that is not the one signed."""
    if "x-content-sha256" in names:
        digest = base64.b64encode(hashlib.sha256(body).digest())
        said = (headers("x-content-sha256") or "").strip().encode()
        if not hmac.compare_digest(digest, said):
            raise Unauthenticated(Reason.WRONG_BODY)
    if "content-length" in names and (headers("content-length") or "").strip() != str(len(body)):
        raise Unauthenticated(Reason.WRONG_BODY)


def _date(value: str) -> datetime:
    """An HTTP date in the one form that clients send (RFC 9110, IMF-fixdate)."""
    match = _HTTP_DATE.fullmatch(value.strip())
    if match is None or match[2] not in _MONTHS:
        raise Unauthenticated(Reason.MALFORMED)
    day, month, year, hour, minute, second = match.groups()
    number = _MONTHS.index(month) + 1
    try:
        return datetime(
            int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        raise Unauthenticated(Reason.MALFORMED) from None
