"""What the gateway answers by itself, in the contract's shape."""

import httpx


def test_a_call_without_credentials_is_challenged(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/workflow/print")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"]["status"] == 401


def test_the_base_path_itself_is_no_resource(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/")
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == 404


def test_a_preflight_needs_no_credentials(anonymous: httpx.Client) -> None:
    answer = anonymous.options("/workflow/print/submit", headers={"Origin": "https://a.example"})
    assert answer.status_code != 401
