"""Who is who: credentials that are missing, wrong, expired, revoked, rotated or forged."""

import base64
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.stack import User
from longrun.contracts.print import api_routes, delivery_routes
from tests.integration.caller import CallAs, NewUser, refusal
from tests.integration.root import Root

EVERY_CALL = [
    (verb, re.sub(r"\{.*?\}", "1", endpoint.path))
    for endpoint in (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)
    for verb in endpoint.verbs
]
FORGED = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


@pytest.fixture
def user(new_user: NewUser) -> User:
    """Somebody whom a test may do harm to."""
    return new_user("ROLE_DATA")


@pytest.mark.parametrize(
    "headers",
    [
        basic("acme-operator:wrong"),
        basic("nobody:at all"),
        basic("no colon"),
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer abc"},
        {"auth_token": FORGED},
        {"auth_token": "short"},
    ],
    ids=["wrong", "unknown", "no colon", "no base64", "bearer", "forged", "short"],
)
@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "/entity/datasets"), ("POST", "/authentication/login")]
)
def test_credentials_that_are_no_good_are_challenged(
    call_as: CallAs, headers: dict[str, str], verb: str, path: str
) -> None:
    _check_challenge(call_as(headers).http.request(verb, path))


def test_no_method_answers_to_nobody(anonymous: httpx.Client) -> None:
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda call: anonymous.request(*call), EVERY_CALL))

    for answer in answers:
        _check_challenge(answer)


def _check_challenge(answer: httpx.Response) -> None:
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
    if answer.request.method != "HEAD":
        assert "missing, wrong or expired" in refusal(answer)


def test_wrong_credentials_beside_a_good_token_are_refused(call_as: CallAs, user: User) -> None:
    token = call_as(user).post("/authentication/login").text

    assert call_as({"auth_token": token}).get("/workflow/print").status_code == 200
    both = call_as({"auth_token": token, **basic(f"{user.name}:wrong")})
    assert both.get("/workflow/print").status_code == 401


def test_a_token_renews_itself_by_no_login(call_as: CallAs, user: User) -> None:
    token = call_as(user).post("/authentication/login").text

    assert call_as({"auth_token": token}).post("/authentication/login").status_code == 401


def test_an_expired_token_is_refused(root: Root, call_as: CallAs, user: User) -> None:
    token = call_as(user).post("/authentication/login").text
    bearer = call_as({"auth_token": token})
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert bearer.get("/workflow/print").status_code == 200

    root.update({"PK": {"S": f"TOKEN#{digest}"}, "SK": {"S": "TOKEN"}}, ttl=int(time.time()) - 1)

    answer = bearer.get("/workflow/print")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')


def test_tokens_are_kept_as_digests_and_removed_after_their_time(
    root: Root, call_as: CallAs, user: User
) -> None:
    answer = call_as(user).post("/authentication/login")
    digest = hashlib.sha256(answer.text.encode()).hexdigest()

    [session] = root.partition(f"TOKEN#{digest}")
    assert answer.text not in str(session)
    left = float(session["ttl"]) - time.time()
    assert 0 < left <= int(answer.headers["Token-Expires-In"])


def test_a_revoked_user_is_out_at_once_with_every_session(
    root: Root, call_as: CallAs, user: User
) -> None:
    by_password = call_as(user)
    bearer = call_as({"auth_token": by_password.post("/authentication/login").text})

    root.command("users.revoke", user=user.name)

    assert by_password.get("/workflow/print").status_code == 401
    assert bearer.get("/workflow/print").status_code == 401
    root.command("users.restore", user=user.name)
    assert by_password.get("/workflow/print").status_code == 200
    assert bearer.get("/workflow/print").status_code == 401


def test_a_rotated_password_kills_the_old_one_and_every_token(
    root: Root, call_as: CallAs, user: User
) -> None:
    before = call_as(user)
    bearer = call_as({"auth_token": before.post("/authentication/login").text})

    rotated = root.command("users.rotate", user=user.name)["password"]

    assert before.get("/workflow/print").status_code == 401
    assert bearer.get("/workflow/print").status_code == 401
    after = call_as(User(name=user.name, password=rotated, roles=user.roles))
    assert after.get("/workflow/print").status_code == 200


def test_sessions_are_ended_while_the_password_stays(
    root: Root, call_as: CallAs, user: User
) -> None:
    by_password = call_as(user)
    bearer = call_as({"auth_token": by_password.post("/authentication/login").text})

    root.command("users.endSessions", user=user.name)

    assert bearer.get("/workflow/print").status_code == 401
    assert by_password.get("/workflow/print").status_code == 200


def test_roles_that_are_taken_away_are_gone_from_open_sessions(
    root: Root, call_as: CallAs, user: User
) -> None:
    bearer = call_as({"auth_token": call_as(user).post("/authentication/login").text})
    assert bearer.get("/entity/datasets").status_code == 200

    root.command("users.roles", user=user.name, roles=["ROLE_MONITOR"])

    assert bearer.get("/entity/datasets").status_code == 403


def test_a_revoked_tenants_users_are_out_until_it_is_restored(
    root: Root, call_as: CallAs, new_user: NewUser
) -> None:
    root.command("tenants.create", tenant="initech")
    by_password = call_as(new_user("ROLE_DATA", tenant="initech"))
    bearer = call_as({"auth_token": by_password.post("/authentication/login").text})

    root.command("tenants.revoke", tenant="initech")
    out = [caller.get("/workflow/print").status_code for caller in (by_password, bearer)]
    root.command("tenants.restore", tenant="initech")

    assert out == [401, 401]
    assert by_password.get("/workflow/print").status_code == 200
