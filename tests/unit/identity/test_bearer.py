"""Bearer tokens: whose they are, what they permit, and every way to be kept out."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from longrun.identity.administration import Administration
from longrun.identity.bearer import BearerAuthenticator, Issuer
from longrun.identity.clients import ClientAdministration
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.principal import Principal
from longrun.operations.errors import Interrupted
from tests.unit.identity.fakes import Clock, MemoryDirectory
from tests.unit.identity.issuing import ISSUER, FakeIssuer

COGNITO = Issuer(url=ISSUER)
OTHER = Issuer(url=ISSUER, audience="longrun")
BY_CLAIM = Issuer(url=ISSUER, audience="longrun", tenant_claim="org")


@pytest.fixture
def issuer(private_key: rsa.RSAPrivateKey, clock: Clock) -> FakeIssuer:
    return FakeIssuer(key=private_key, clock=clock)


@pytest.fixture(autouse=True)
def acme(administration: Administration, clients: ClientAdministration) -> None:
    administration.create_tenant("acme")
    administration.create_tenant("globex")
    clients.create(
        "batch", tenant_id="acme", scopes=["DVContentAuthor", "print:run"], client_id="app-1"
    )


class Gate:
    """An authenticator, and what it says to a token."""

    def __init__(self, directory: MemoryDirectory, issuer: FakeIssuer, clock: Clock) -> None:
        self._parts = (directory, issuer, clock)
        self.issuer = issuer
        self.take(COGNITO)

    def take(self, whose: Issuer) -> None:
        directory, keys, clock = self._parts
        self.bearer = BearerAuthenticator(directory=directory, issuer=whose, keys=keys, clock=clock)

    def enter(self, token: str) -> Principal:
        return self.bearer.authenticate({"authorization": f"Bearer {token}"})

    def refuse(self, token: str) -> Reason:
        with pytest.raises(Unauthenticated) as refused:
            self.enter(token)
        assert str(refused.value) == "The credentials are missing, wrong or expired."
        assert refused.value.__suppress_context__ or refused.value.__context__ is None
        return refused.value.reason


@pytest.fixture
def gate(directory: MemoryDirectory, issuer: FakeIssuer, clock: Clock) -> Gate:
    return Gate(directory, issuer, clock)


def test_a_clients_token_is_the_clients(gate: Gate) -> None:
    principal = gate.enter(gate.issuer.token())

    assert principal.tenant == "acme"
    assert principal.id == "client:acme/batch"
    assert principal.name == "batch"
    assert principal.permissions == {"datasets:author", "print:run"}
    assert principal.password_generation is None


def test_a_clients_name_stays_when_it_is_rotated(gate: Gate, clients: ClientAdministration) -> None:
    made = clients.create("nightly", tenant_id="acme", scopes=["print:run"]).client
    before = gate.enter(gate.issuer.token(client_id=made.id, sub=made.id))
    old = gate.issuer.token(client_id=made.id, sub=made.id)

    rotated = clients.rotate("nightly", tenant_id="acme").client

    assert gate.refuse(old) == Reason.UNKNOWN_CLIENT
    assert gate.enter(gate.issuer.token(client_id=rotated.id, sub=rotated.id)).id == before.id


def test_a_token_permits_no_more_than_its_client_may_have(gate: Gate) -> None:
    token = gate.issuer.token(scope="longrun/BIServiceAdministrator longrun/resources:read openid")

    assert gate.enter(token).permissions == {"datasets:author"}


def test_a_token_without_scopes_permits_nothing(gate: Gate) -> None:
    assert gate.enter(gate.issuer.token(scope=None)).permissions == frozenset()


def test_a_users_token_has_its_groups_as_roles(gate: Gate) -> None:
    token = gate.issuer.token(
        sub="7f1c",
        username="anna",
        scope="openid aws.cognito.signin.user.admin",
        groups=["DVContentAuthor"],
    )

    principal = gate.enter(token)

    assert principal.id == "subject:acme/7f1c"
    assert principal.name == "anna"
    assert principal.permissions == {"datasets:author"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_schemes_case_does_not_matter(gate: Gate, scheme: str) -> None:
    token = gate.issuer.token()

    assert gate.bearer.authenticate({"Authorization": f"{scheme} {token}"}).tenant == "acme"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, Reason.MISSING),
        ({"authorization": ""}, Reason.MISSING),
        ({"authorization": "Bearer"}, Reason.MALFORMED),
        ({"authorization": "Basic YTpi"}, Reason.MALFORMED),
        ({"authorization": "Bearer a b"}, Reason.MALFORMED),
        ({"authorization": "Bearer abc"}, Reason.MALFORMED),
        ({"authorization": "Bearer a.b.c.d.e"}, Reason.MALFORMED),
        ({"authorization": "Bearer a.b.c"}, Reason.MALFORMED),
        ({"authorization": "Bearer .."}, Reason.MALFORMED),
        ({"authorization": f"Bearer {'a' * 17_000}.b.c"}, Reason.MALFORMED),
        ({"Authorization": "Bearer a.b.c", "authorization": "Bearer a.b.c"}, Reason.MALFORMED),
    ],
)
def test_what_is_no_bearer_token_is_refused(
    gate: Gate, headers: dict[str, str], reason: Reason
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        gate.bearer.authenticate(headers)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://elsewhere.example"}, Reason.WRONG_ISSUER),
        ({"iss": ISSUER + "/"}, Reason.WRONG_ISSUER),
        ({"iss": None}, Reason.MALFORMED),
        ({"exp": None}, Reason.MALFORMED),
        ({"exp": "tomorrow"}, Reason.MALFORMED),
        ({"exp": True}, Reason.MALFORMED),
        ({"token_use": "id"}, Reason.WRONG_USE),
        ({"token_use": None}, Reason.WRONG_USE),
        ({"client_id": "app-2"}, Reason.UNKNOWN_CLIENT),
        ({"client_id": None}, Reason.UNKNOWN_CLIENT),
        ({"client_id": 5}, Reason.UNKNOWN_CLIENT),
        ({"sub": "x" * 300}, Reason.MALFORMED),
        ({"sub": ""}, Reason.MALFORMED),
    ],
)
def test_a_claim_that_is_wrong_is_refused(
    gate: Gate, claims: dict[str, Any], reason: Reason
) -> None:
    assert gate.refuse(gate.issuer.token(**claims)) == reason


def test_a_token_holds_from_nbf_to_exp_with_half_a_minute_for_clocks(
    gate: Gate, clock: Clock
) -> None:
    now = int(clock.now.timestamp())
    token = gate.issuer.token(nbf=now + 60, exp=now + 120)

    assert gate.refuse(token) == Reason.NOT_YET_VALID
    clock.pass_by(timedelta(seconds=30))
    assert gate.enter(token).tenant == "acme"
    clock.pass_by(timedelta(seconds=119))
    assert gate.enter(token).tenant == "acme"
    clock.pass_by(timedelta(seconds=1))
    assert gate.refuse(token) == Reason.EXPIRED_TOKEN


def test_what_is_revoked_is_refused_from_the_next_call_on(
    gate: Gate, administration: Administration, clients: ClientAdministration
) -> None:
    token = gate.issuer.token()

    administration.revoke_tenant("acme")
    assert gate.refuse(token) == Reason.TENANT_REVOKED
    administration.restore_tenant("acme")
    clients.revoke("batch", tenant_id="acme")
    assert gate.refuse(token) == Reason.CLIENT_REVOKED
    clients.restore("batch", tenant_id="acme")
    assert gate.enter(token).tenant == "acme"


def test_a_token_without_signature_is_refused(gate: Gate) -> None:
    header, payload, _ = gate.issuer.token().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').rstrip(b"=").decode()

    assert gate.refuse(f"{none}.{payload}.") == Reason.WRONG_ALGORITHM
    assert gate.refuse(f"{header}.{payload}.") == Reason.WRONG_SIGNATURE


def test_the_public_key_is_no_password(gate: Gate, private_key: rsa.RSAPrivateKey) -> None:
    # The classic: a token "signed" by HMAC with the issuer's public key as its secret.
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, payload, _ = gate.issuer.token().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=").decode()
    mac = hmac.digest(public, f"{header}.{payload}".encode(), "sha256")
    forged = f"{header}.{payload}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    assert gate.refuse(forged) == Reason.WRONG_ALGORITHM


def test_another_key_under_the_same_id_is_refused(gate: Gate) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert gate.refuse(gate.issuer.token(key=other)) == Reason.WRONG_SIGNATURE


def test_a_payload_that_was_changed_is_refused(gate: Gate) -> None:
    header, payload, signature = gate.issuer.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["scope"] = "longrun/BIServiceAdministrator"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    assert gate.refuse(f"{header}.{changed}.{signature}") == Reason.WRONG_SIGNATURE


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_every_rsa_algorithm_of_the_list_is_accepted(gate: Gate, algorithm: str) -> None:
    assert gate.enter(gate.issuer.token(algorithm=algorithm)).tenant == "acme"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_every_curve_of_the_list_is_accepted(gate: Gate, key: Any, algorithm: str) -> None:
    gate.issuer.rotate(key, "curve")

    assert gate.enter(gate.issuer.token(algorithm=algorithm)).tenant == "acme"


def test_an_algorithm_off_the_list_is_refused(gate: Gate) -> None:
    gate.issuer.rotate(ec.generate_private_key(ec.SECP521R1()), "curve")

    assert gate.refuse(gate.issuer.token(algorithm="ES512")) == Reason.WRONG_ALGORITHM


def test_the_algorithm_must_fit_the_key(gate: Gate) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())

    assert gate.refuse(gate.issuer.token(algorithm="ES256", key=curve)) == Reason.WRONG_ALGORITHM


def test_an_extension_that_must_be_understood_is_refused(gate: Gate) -> None:
    token = gate.issuer.token(header={"crit": ["exp"]})

    assert gate.refuse(token) == Reason.MALFORMED


def test_without_a_key_id_the_sole_key_counts_and_no_other(gate: Gate) -> None:
    token = gate.issuer.token(header={"kid": None})
    assert gate.enter(token).tenant == "acme"

    gate.take(COGNITO)
    gate.issuer.entries = [*gate.issuer.entries, gate.issuer.entries[0] | {"kid": "two"}]
    assert gate.refuse(token) == Reason.WRONG_KEY_ID


def test_an_issuer_that_is_down_is_no_fault_of_the_callers(gate: Gate) -> None:
    gate.issuer.silent = True

    with pytest.raises(Interrupted):
        gate.enter(gate.issuer.token())


class TestAnotherIssuer:
    """Whose tokens have an audience."""

    @pytest.fixture(autouse=True)
    def other(self, gate: Gate) -> None:
        gate.take(OTHER)

    @pytest.mark.parametrize("audience", ["longrun", ["else", "longrun"]])
    def test_its_audience_is_ours(self, gate: Gate, audience: object) -> None:
        token = gate.issuer.token(
            aud=audience, azp="app-1", client_id=None, token_use=None, scope="print:run"
        )

        assert gate.enter(token).id == "client:acme/batch"

    @pytest.mark.parametrize("audience", [None, "app-1", ["else"], "longrun2", 5])
    def test_another_audience_is_refused(self, gate: Gate, audience: object) -> None:
        reason = gate.refuse(gate.issuer.token(aud=audience, token_use=None))

        assert reason in {Reason.WRONG_AUDIENCE, Reason.MALFORMED}

    def test_an_id_token_is_refused_where_the_issuer_says_that_it_is_one(self, gate: Gate) -> None:
        assert gate.refuse(gate.issuer.token(aud="longrun", token_use="id")) == Reason.WRONG_USE

    def test_scopes_and_roles_come_in_the_usual_claims(self, gate: Gate) -> None:
        token = gate.issuer.token(
            aud="longrun", scope=None, scp=["print:run"], roles=["DV Content Author"]
        )

        assert gate.enter(token).permissions == {"print:run", "datasets:author"}

    def test_a_client_that_is_not_registered_is_refused(self, gate: Gate) -> None:
        token = gate.issuer.token(aud="longrun", client_id="app-2", sub="app-2")

        assert gate.refuse(token) == Reason.UNKNOWN_CLIENT


class TestATenantClaim:
    """It says whose the caller is; clients need not be registered."""

    @pytest.fixture(autouse=True)
    def by_claim(self, gate: Gate) -> None:
        gate.take(BY_CLAIM)

    def test_an_unregistered_client_belongs_to_the_claims_tenant(self, gate: Gate) -> None:
        token = gate.issuer.token(
            aud="longrun", client_id="app-9", sub="app-9", org="globex", scope="snapshots:admin"
        )

        principal = gate.enter(token)

        assert (principal.tenant, principal.id) == ("globex", "subject:globex/app-9")
        assert principal.permissions == {"snapshots:admin"}

    def test_a_registered_client_keeps_its_limits(self, gate: Gate) -> None:
        token = gate.issuer.token(aud="longrun", org="acme", scope="snapshots:admin print:run")

        assert gate.enter(token).permissions == {"print:run"}

    @pytest.mark.parametrize(
        ("tenant", "reason"),
        [
            ("globex", Reason.UNKNOWN_CLIENT),
            ("nobody", Reason.UNKNOWN_CLIENT),
            (None, Reason.UNKNOWN_TENANT),
            (["acme"], Reason.UNKNOWN_TENANT),
            ("", Reason.UNKNOWN_TENANT),
        ],
    )
    def test_a_registered_clients_claim_must_be_its_own_tenant(
        self, gate: Gate, tenant: object, reason: Reason
    ) -> None:
        assert gate.refuse(gate.issuer.token(aud="longrun", org=tenant)) == reason

    def test_a_tenant_that_nobody_made_is_refused(self, gate: Gate) -> None:
        token = gate.issuer.token(aud="longrun", client_id="app-9", sub="app-9", org="nobody")

        assert gate.refuse(token) == Reason.UNKNOWN_TENANT


@given(
    text=st.text(max_size=100) | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
)
def test_whatever_is_sent_is_refused(text: str) -> None:
    # Not a fixture: one gate for all examples.
    with pytest.raises(Unauthenticated):
        _STRICT.bearer.authenticate({"authorization": f"Bearer {text}"})


_CLOCK = Clock()
_STRICT = Gate(
    MemoryDirectory(),
    FakeIssuer(key=ed25519.Ed25519PrivateKey.generate(), clock=_CLOCK),
    _CLOCK,
)
