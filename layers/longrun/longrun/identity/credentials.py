"""Credentials as they arrive: `Authorization: Basic` or `auth_token`, read from the headers.

Only their form is judged here; whether they are right is `authentication`'s.
"""

import base64
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from longrun.identity.directory import canonical

NAME_LIMIT: Final = 128
PASSWORD_LIMIT: Final = 1024
"""In characters; nobody makes us hash more."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `tokens` makes: 32 bytes in base64url."""


class Reason(StrEnum):
    """Why a caller was refused; for the log, never for the caller."""

    MISSING = "no credentials"
    MALFORMED = "malformed credentials"
    UNKNOWN_USER = "unknown user"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - a reason
    UNKNOWN_TOKEN = "unknown token"  # noqa: S105 - a reason
    EXPIRED_TOKEN = "expired token"  # noqa: S105 - a reason
    ENDED_SESSION = "session ended by rotation or revocation"
    USER_REVOKED = "user revoked"
    TENANT_REVOKED = "tenant revoked"
    PASSWORD_NEEDED = "a token where only a password is accepted"  # noqa: S105 - a reason
    SIGNATURE_UNSUPPORTED = "a signature of another version or algorithm"
    SIGNED_HEADERS = "a signature over too little, or over a header that is unknown or absent"
    CLOCK_SKEW = "a signed date too far from ours"
    UNKNOWN_KEY = "unknown key"
    KEY_REVOKED = "key revoked"
    WRONG_SIGNATURE = "wrong signature"
    WRONG_BODY = "another body than the one signed"
    WRONG_KEY_ID = "a token that names no key of the issuer"
    WRONG_ALGORITHM = "a token signed by an algorithm that is not accepted"
    WRONG_ISSUER = "a token of another issuer"
    WRONG_AUDIENCE = "a token for another audience"
    WRONG_USE = "a token that is no access token"
    NOT_YET_VALID = "a token that is not valid yet"
    UNKNOWN_CLIENT = "unknown client"
    CLIENT_REVOKED = "client revoked"
    UNKNOWN_TENANT = "a token without a tenant that we know"
    OTHER_TENANT = "a key of another tenant than the token's"


class Unauthenticated(Exception):
    """The caller is nobody we know. The message is the same whatever was wrong."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("The credentials are missing, wrong or expired.")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCredentials:
    """A name and a password, from `Authorization: Basic`."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCredentials:
    """A session token, from `auth_token`."""

    token: str = field(repr=False)


def read_credentials(headers: Mapping[str, str]) -> PasswordCredentials | TokenCredentials:
    """The credentials that a request carries.

    Exactly one credential is judged: `Authorization` if it is there, else `auth_token`. A request
    with both stands or falls with `Authorization`, for falling back would give two guesses a call.
    An empty header counts as absent.

    Args:
        headers: Name → value; the names' case does not matter.

    Raises:
        Unauthenticated: There are none, or they are not of the form that their scheme wants, or
            one header comes twice in different spellings.
    """
    authorization = header_value(headers, "authorization")
    if authorization:
        return _basic(authorization)
    token = header_value(headers, "auth_token")
    if not token:
        raise Unauthenticated(Reason.MISSING)
    if not _TOKEN.fullmatch(token):
        raise Unauthenticated(Reason.MALFORMED)
    return TokenCredentials(token=token)


def header_value(headers: Mapping[str, str], name: str) -> str:
    """The value of a header by its lower-case name; empty if it is absent.

    Raises:
        Unauthenticated: It comes twice, in different spellings.
    """
    values = [value.strip() for key, value in headers.items() if key.lower() == name]
    if len(values) > 1:
        raise Unauthenticated(Reason.MALFORMED)
    return values[0] if values else ""


def _basic(value: str) -> PasswordCredentials:
    """RFC 7617, in UTF-8: the name ends at the first colon, the password may hold more of them.

    Control characters are refused, as the RFC wants it: scrypt takes a password and the same with
    NULs behind it for one.
    """
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated(Reason.MALFORMED)
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except ValueError:
        # `from None`: the cause would carry what was sent into a log.
        raise Unauthenticated(Reason.MALFORMED) from None
    name, colon, password = text.partition(":")
    name = canonical(name)
    if (
        not colon
        or not 0 < len(name) <= NAME_LIMIT
        or not 0 < len(password) <= PASSWORD_LIMIT
        or any(unicodedata.category(character) == "Cc" for character in text)
    ):
        raise Unauthenticated(Reason.MALFORMED)
    return PasswordCredentials(name=name, password=password)
