"""The compositions API in one process: both doors over AWS in memory, callers, and the jobs' work.

Requests go in as API Gateway's events and come back as what it would send on. Jobs are run by
their own steps over the same table; signatures are the fakes' (`tests.unit.compositions.fakes`).
"""

import base64
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from longrun.aws.platform import AwsPlatform
from longrun.compositions.document import Composition
from longrun.compositions.jobs.engine import Engine, WorkRefused, run
from longrun.contracts.compositions import api_routes, print_forms
from longrun.contracts.compositions.api import face
from longrun.contracts.compositions.services import Services
from longrun.gateway.api import build
from longrun.gateway.endpoint import Endpoint
from longrun.identity.principal import Principal
from longrun.identity.roles import permissions_of
from longrun.operations.operation import Operation
from longrun.operations.store import Outcome
from tests.unit.compositions.fakes import (
    KYIV,
    STEPS,
    cancellation,
    disability,
    encounter_of,
    episode_of,
    people,
    signed_blob,
    verify_blob,
)
from tests.unit.operations.fakes import Clock, MemoryWorkflows

BASE = "/api"
PUBLIC = "https://longrun.example/api"
BUCKET = "longrun-test"
COMPOSITIONS = "/patients/composition"

SCOPES = [f"composition:{each}" for each in ("read", "search", "create", "sign", "cancel")]
CALLERS: dict[str, Principal] = {
    name: Principal(tenant=tenant, id=name, permissions=permissions_of(scopes), name=name)
    for name, tenant, scopes in (
        ("doctor", "acme", SCOPES),
        ("colleague", "acme", SCOPES),
        # No employee.
        ("clerk", "acme", SCOPES),
        ("reader", "acme", ["composition:read"]),
        ("nobody", "acme", ["ROLE_DATA"]),
        ("stranger", "globex", SCOPES),
    )
}

Body = bytes | str | Mapping[str, Any] | list[Any]


@dataclass(frozen=True)
class Reply:
    """What the gateway sends on."""

    status: int
    headers: Mapping[str, list[str]]
    """Names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body, its envelope checked to the letter."""
        assert self.header("content-type") == "application/json"
        document = json.loads(self.body)
        meta = document["meta"]
        assert set(meta) == {"code", "url", "type", "request_id"}, meta
        assert meta["code"] == self.status
        assert meta["url"].startswith(f"{PUBLIC}/"), meta
        assert meta["type"] == ("list" if isinstance(document.get("data"), list) else "object")
        return document

    @property
    def data(self) -> Any:
        assert self.status == 200, self.text
        assert set(self.json) <= {"meta", "data", "paging"}
        return self.json["data"]

    @property
    def error(self) -> tuple[int, str]:
        """Status and type, the error's shape checked to the letter."""
        document = self.json
        assert set(document) == {"meta", "error"}, document
        error = document["error"]
        malformed = error["type"] == "request_malformed"
        assert set(error) == {"type", "message"} | ({"invalid"} if malformed else set()), error
        assert error["message"].endswith("."), error
        for entry in error.get("invalid", []):
            assert set(entry) == {"entry_type", "entry", "rules"}
            assert entry["entry"].startswith("$")
            for rule in entry["rules"]:
                assert set(rule) == {"rule", "description", "params"}
        return self.status, error["type"]

    @property
    def message(self) -> str:
        message: str = self.json["error"]["message"]
        return message

    @property
    def invalid(self) -> tuple[str, str]:
        """The one place that is wrong, and the one rule that it breaks."""
        assert self.error == (400, "request_malformed"), self.text
        (entry,) = self.json["error"]["invalid"]
        (rule,) = entry["rules"]
        return entry["entry"], rule["rule"]

    def header(self, name: str) -> str | None:
        values = self.headers.get(name.lower())
        if values is None:
            return None
        assert len(values) == 1, values
        return values[0]


class World:
    """The API, and what does the jobs."""

    def __init__(
        self,
        platform: AwsPlatform,
        doors: Mapping[str, ModuleType],
        clock: Clock,
        patch: Callable[[object, str, object], None],
    ) -> None:
        self.platform = platform
        self.clock = clock
        self.workflows = MemoryWorkflows()
        vars(platform)["workflows"] = self.workflows
        for tenant in ("acme", "globex"):
            platform.registry.put(tenant, people())
        self.services = Services(platform)
        self.lifecycle = self.services.lifecycle
        self.engine = Engine(
            lifecycle=self.lifecycle,
            operations=platform.operations,
            compositions=platform.compositions,
            registry=platform.registry,
            archive=platform.artefacts,
            verify=verify_blob,
            zone=KYIV,
            clock=clock,
        )
        self.doors = doors
        self._patch = patch
        self.serve()

    def serve(self, *more: Endpoint[Services], cors_origin: str = "") -> None:
        """Have the doors answer their endpoints, and the API's these too."""
        tables: dict[str, Sequence[Endpoint[Services]]] = {
            "api": (*api_routes.ENDPOINTS, *more),
            "print_form": print_forms.ENDPOINTS,
        }
        for name, endpoints in tables.items():
            app = build(endpoints, self.services, face(self.platform), cors_origin=cors_origin)
            self._patch(self.doors[name], "app", app)

    def call(
        self,
        method: str,
        path: str,
        body: Body = b"",
        *,
        who: str = "doctor",
        headers: Mapping[str, str] | None = None,
        prefix: str = BASE,
    ) -> Reply:
        """One request, by the door that answers its path; JSON unless the headers say otherwise."""
        split = urlsplit(path)
        door = self.doors["print_form" if split.path.endswith("/printForm") else "api"]
        sent = {"Content-Type": "application/json"} if headers is None else headers
        event = an_event(method, prefix + unquote(split.path), split.query, _bytes(body), sent, who)
        return reply_of(door.handler(event, a_context()))

    # --- what a client does ---------------------------------------------------------------------
    def poll(self, job: str, *, who: str = "doctor") -> dict[str, Any]:
        """The job as it stands."""
        told: dict[str, Any] = self.call("GET", f"{COMPOSITIONS}/job/{job}", who=who).data
        return told

    def create(self, document: Any = None, *, who: str = "doctor") -> str:
        """Ask for a composition; returns the job's id."""
        asked = self.call("POST", COMPOSITIONS, document or disability(), who=who)
        job: str = asked.data["id"]
        return job

    def sign(self, composition: Composition, *, who: str = "doctor", **more: Any) -> str:
        """Hand in the signed composition; returns the job's id."""
        blob = signed_blob(composition.data, **more)
        return self._patched(composition.id, "sign", blob, who)

    def cancel(
        self, composition: Composition, reason: str = "INCORRECT_PATIENT", *, who: str = "doctor"
    ) -> str:
        """Hand in a signed cancellation; returns the job's id."""
        blob = signed_blob(cancellation(composition, reason))
        return self._patched(composition.id, "cancel", blob, who)

    def _patched(self, composition: str, verb: str, blob: str, who: str) -> str:
        asked = self.call("PATCH", f"{COMPOSITIONS}/{composition}/{verb}", {"data": blob}, who=who)
        job: str = asked.data["id"]
        return job

    def stop(self, job: str) -> None:
        """Have a job canceled, as another contract would; its execution is stopped."""
        self.lifecycle.cancel(job)
        self.lifecycle.settle(job, Outcome(status="ABORTED"))

    # --- what the service does ------------------------------------------------------------------
    def work(self, job: str) -> Operation:
        """Do a job; its operation has ended then."""
        operation = self.lifecycle.begin(job)
        try:
            run(self.engine, job, STEPS[operation.kind])
        except WorkRefused:
            return self.platform.operations.get(job)
        return self.lifecycle.succeed(job)

    def made(self, job: str) -> Composition:
        """The composition that a job is about, once that is done."""
        operation = self.work(job)
        assert operation.result is not None, operation.errors
        found = self.platform.compositions.get(
            operation.tenant, operation.result.values["composition"]
        )
        assert found is not None
        return found

    def created(self, document: Any = None) -> Composition:
        """A PRELIMINARY composition."""
        return self.made(self.create(document))

    def final(self, document: Any = None) -> Composition:
        """A composition that is created and signed."""
        return self.made(self.sign(self.created(document)))

    def canceled(self, document: Any = None) -> Composition:
        """One that is canceled, too."""
        return self.made(self.cancel(self.final(document)))


def path_of(composition: Composition, **other: str) -> str:
    """The path of a composition; `other` ids take the places of its own."""
    ids = {
        "patient": composition.subject.id,
        "id": composition.id,
        "episode": episode_of(composition.subject.id),
        "encounter": encounter_of(composition.subject.id),
    } | other
    return (
        f"/patients/{ids['patient']}/composition/{ids['id']}"
        f"/episode/{ids['episode']}/encounter/{ids['encounter']}"
    )


def moment(text: str) -> datetime:
    """A time of an answer, its form checked."""
    assert len(text) == len("2022-10-24T12:35:49.956Z") and text.endswith("Z"), text
    return datetime.fromisoformat(text)


def make_world(monkeypatch: Any) -> World:
    """The world over moto's AWS, whose environment is set."""
    doors = {
        name: importlib.import_module(f"functions.compositions.{name}.app")
        for name in ("api", "print_form")
    }
    clock = Clock()
    monkeypatch.setattr(AwsPlatform, "clock", staticmethod(clock))
    return World(AwsPlatform(), doors, clock, monkeypatch.setattr)


def an_event(
    method: str, path: str, query: str, body: bytes, headers: Mapping[str, str], who: str
) -> dict[str, Any]:
    """API Gateway's REST proxy event, with every body in base64 (binaryMediaTypes is */*)."""
    pairs = parse_qsl(query, keep_blank_values=True)
    multi: dict[str, list[str]] = {}
    for name, value in pairs:
        multi.setdefault(name, []).append(value)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": dict(headers) or None,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} or None,
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": multi or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "stage": "v1",
            "path": path,
            "requestId": "request-1",
            "httpMethod": method,
            "authorizer": {**CALLERS[who].to_context(), "integrationLatency": 12},
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def a_context() -> SimpleNamespace:
    """What Lambda tells a function of an invocation."""
    return SimpleNamespace(
        function_name="compositions",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:compositions",
        aws_request_id="request-1",
        get_remaining_time_in_millis=lambda: 29_000,
    )


def reply_of(answer: Mapping[str, Any]) -> Reply:
    """What the gateway makes of a function's answer."""
    content = answer["body"] or ""
    return Reply(
        status=answer["statusCode"],
        headers={name.lower(): values for name, values in answer["multiValueHeaders"].items()},
        body=base64.b64decode(content) if answer["isBase64Encoded"] else content.encode(),
    )


def _bytes(body: Body) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()
