"""The commands over API keys, and the keys themselves."""

import hashlib
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from longrun.identity.administration import Administration
from longrun.identity.api_keys import KeyAdministration
from longrun.identity.ocids import tenancy_ocid, user_ocid
from longrun.identity.public_keys import PEM_LIMIT, PublicKey
from longrun.identity.rules import Conflict, InvalidArgument, NotFound


@pytest.fixture(autouse=True)
def acme(administration: Administration) -> None:
    administration.create_tenant("acme")
    administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"])
    administration.create_user("bob", tenant_id="acme", roles=["ROLE_DATA"])


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_key_is_named_by_the_md5_of_its_der_form(private_key: rsa.RSAPrivateKey) -> None:
    der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    fingerprint = PublicKey(public_pem(private_key)).fingerprint

    assert re.fullmatch(r"([0-9a-f]{2}:){15}[0-9a-f]{2}", fingerprint)
    assert fingerprint.replace(":", "") == hashlib.md5(der).hexdigest()


def test_the_form_in_which_a_key_comes_does_not_matter(private_key: rsa.RSAPrivateKey) -> None:
    old = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()

    assert PublicKey(old).pem == public_pem(private_key)


def test_a_key_is_added_once(keys: KeyAdministration, private_key: rsa.RSAPrivateKey) -> None:
    first = keys.add("anna", public_key=public_pem(private_key))
    again = keys.add("anna", public_key=public_pem(private_key) + "\n")

    assert first.changed
    assert (again.key, again.changed) == (first.key, False)
    assert keys.keys("acme").entries == [first.key]


def test_two_users_may_have_the_same_key(
    keys: KeyAdministration, private_key: rsa.RSAPrivateKey
) -> None:
    assert keys.add("anna", public_key=public_pem(private_key)).changed
    assert keys.add("bob", public_key=public_pem(private_key)).changed


def test_a_revoked_key_stays_revoked(
    keys: KeyAdministration, private_key: rsa.RSAPrivateKey
) -> None:
    fingerprint = keys.add("anna", public_key=public_pem(private_key)).key.fingerprint

    assert keys.revoke("anna", fingerprint=fingerprint.upper()).changed
    assert not keys.revoke("anna", fingerprint=fingerprint).changed
    with pytest.raises(Conflict, match="was revoked"):
        keys.add("anna", public_key=public_pem(private_key))


def test_who_or_what_is_unknown_is_named(
    keys: KeyAdministration, private_key: rsa.RSAPrivateKey
) -> None:
    with pytest.raises(NotFound, match="no user 'zoe'"):
        keys.add("zoe", public_key=public_pem(private_key))
    with pytest.raises(NotFound, match="has no key 'aa:bb'"):
        keys.revoke("anna", fingerprint="aa:bb")
    with pytest.raises(NotFound, match="no tenant 'initech'"):
        keys.keys("initech")


def small() -> str:
    return public_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024))


def of_a_curve() -> str:
    return public_pem(ec.generate_private_key(ec.SECP256R1()))


def private() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("pem", "message"),
    [
        (small(), "has 1024 bits"),
        (of_a_curve(), "not an RSA key"),
        (private(), "This is a private key"),
        ("", "cannot be read"),
        ("ssh-rsa AAAA", "cannot be read"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "cannot be read"),
        ("x" * (PEM_LIMIT + 1), "longer than"),
    ],
)
def test_what_is_no_fit_key_is_refused_and_not_shown(
    keys: KeyAdministration, pem: str, message: str
) -> None:
    with pytest.raises(InvalidArgument, match=message) as refused:
        keys.add("anna", public_key=pem)
    assert refused.value.target == "publicKey"
    assert pem[30:60] not in str(refused.value) or len(pem) < 60


def test_ocids_have_the_form_that_the_oci_configuration_checks() -> None:
    # The pattern of the SDK's own check of its configuration.
    pattern = r"([0-9a-zA-Z-_]+[.:])([0-9a-zA-Z-_]*[.:]){3,}([0-9a-zA-Z-_]+)"

    assert re.fullmatch(pattern, tenancy_ocid("acme-2"))
    assert re.fullmatch(pattern, user_ocid("Zoë #2 Müller/…"))
    assert user_ocid("Zoë") == user_ocid("Zoe\u0308") != user_ocid("zoe")
