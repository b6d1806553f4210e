"""The Analytics API in one process: both doors over AWS in memory, callers, an engine.

Requests go in as API Gateway's events and come back as what it would send on. Nothing runs a
workflow: operations are brought to their states by the kernel, as its steps would.
"""

import base64
import importlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from longrun.aws.platform import AwsPlatform
from longrun.contracts.work_requests.analytics import api_routes, delivery_routes
from longrun.contracts.work_requests.analytics.api import FACE
from longrun.contracts.work_requests.services import Services
from longrun.datasets.data_sets import PARQUET, Contents, Definition
from longrun.gateway.api import build
from longrun.gateway.endpoint import Endpoint
from longrun.identity.principal import Principal
from longrun.identity.roles import permissions_of
from longrun.operations.artefacts import Artefact
from longrun.operations.operation import Fault, Operation, Source
from longrun.operations.states import Status
from tests.unit.operations.fakes import MemoryWorkflows

BASE = "/api/20210901"
PUBLIC = "https://longrun.example/api/20210901"
BUCKET = "longrun-test"

CALLERS: dict[str, Principal] = {
    name: Principal(tenant=tenant, id=name, permissions=permissions_of(roles), name=name)
    for name, tenant, roles in (
        ("adam", "acme", ["BIServiceAdministrator", "ROLE_DATA", "ROLE_MONITOR"]),
        ("cora", "acme", ["DVContentAuthor"]),
        ("paul", "acme", ["ROLE_DATA"]),
        ("nobody", "acme", []),
        ("gina", "globex", ["BIServiceAdministrator", "ROLE_DATA"]),
    )
}


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
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and code, the error's shape checked to the letter."""
        assert self.header("content-type") == "application/json"
        assert set(self.json) == {"code", "message"}, self.json
        assert self.message.endswith((".", "?")), self.message
        return self.status, self.json["code"]

    @property
    def message(self) -> str:
        message: str = self.json["message"]
        return message

    def header(self, name: str) -> str | None:
        values = self.headers.get(name.lower())
        if values is None:
            return None
        assert len(values) == 1, values
        return values[0]


class PlainSealer:
    """Seals nothing: it is AWS' key that does."""

    def seal(self, plain: str, context: str) -> bytes:
        return f"{context} {plain}".encode()

    def open(self, sealed: bytes, context: str) -> str:
        sealed_for, _, plain = sealed.decode().partition(" ")
        assert sealed_for == context
        return plain


class World:
    """The API and the hands that move its operations."""

    def __init__(
        self,
        platform: AwsPlatform,
        doors: Mapping[str, ModuleType],
        patch: Callable[[object, str, object], None],
    ) -> None:
        self.platform = platform
        self.workflows = MemoryWorkflows()
        vars(platform)["workflows"] = self.workflows
        vars(platform)["sealer"] = PlainSealer()
        self.services = Services(platform)
        self.lifecycle = self.services.lifecycle
        self.doors = doors
        self._patch = patch
        self.serve()

    def serve(self, *more: Endpoint[Services]) -> None:
        """Have the doors answer their endpoints, and the API's these too."""
        tables: dict[str, Sequence[Endpoint[Services]]] = {
            "api": (*api_routes.ENDPOINTS, *more),
            "delivery": delivery_routes.ENDPOINTS,
        }
        for name, endpoints in tables.items():
            self._patch(self.doors[name], "app", build(endpoints, self.services, FACE))

    def call(
        self,
        method: str,
        path: str,
        body: bytes | str | Mapping[str, Any] | list[Any] = b"",
        *,
        who: str = "adam",
        headers: Mapping[str, str] | None = None,
        prefix: str = BASE,
    ) -> Reply:
        """One request, by the door that answers its path."""
        split = urlsplit(path)
        door = self.doors["delivery" if _to_delivery(method, split.path) else "api"]
        event = an_event(
            method, prefix + unquote(split.path), split.query, _bytes(body), headers or {}, who
        )
        return reply_of(door.handler(event, a_context()))

    def poll(self, work_request: str, *, who: str = "adam") -> dict[str, Any]:
        """The work request as it stands."""
        reply = self.call("GET", f"/workRequests/{work_request}", who=who)
        assert reply.status == 200, reply.text
        told: dict[str, Any] = reply.json
        return told

    def accepted(
        self, kind: str, *, subject: str | None = None, tenant: str = "acme", owner: str = "adam"
    ) -> str:
        """The id of an operation that was just accepted, by whichever contract."""
        now = self.platform.clock()
        operation = Operation(
            id=str(uuid.uuid4()),
            kind=kind,
            tenant=tenant,
            owner=owner,
            status=Status.ACCEPTED,
            accepted=now,
            subject=subject,
        )
        self.platform.operations.create(
            operation,
            {},
            due=now + timedelta(minutes=1),
            input_until=now + timedelta(days=7),
            idempotency=None,
        )
        return operation.id

    def begun(self, kind: str, **more: Any) -> str:
        """The id of an operation in progress."""
        operation_id = self.accepted(kind, **more)
        self.lifecycle.begin(operation_id)
        return operation_id

    def load(self, name: str) -> None:
        """Give acme a data set with three rows."""
        data_set = self.services.data_sets.define("acme", name, Definition(source=name), None)
        artefact = Artefact(
            key=f"datasets/acme/{name}.parquet", media_type=PARQUET, size=1, sha256=""
        )
        contents = Contents(
            artefact=artefact,
            columns=(),
            rows=3,
            rejected=0,
            operation=str(uuid.uuid4()),
            loaded=self.platform.clock(),
            file=f"{name}.csv",
        )
        loaded = data_set.loaded(contents)
        assert self.platform.data_set_index.put(loaded, replacing=data_set.revision)

    def fail(self, operation_id: str, *messages: str, code: str = "SourceMissing") -> None:
        """End an operation without a result."""
        faults = [Fault(code=code, message=each, source=Source.USER) for each in messages]
        self.lifecycle.fail(operation_id, faults)


def make_world(monkeypatch: Any) -> World:
    """The world over moto's AWS, whose environment is set."""
    doors = {
        name: importlib.import_module(f"functions.work_requests.{name}.app")
        for name in ("api", "delivery")
    }
    return World(AwsPlatform(), doors, monkeypatch.setattr)


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
        function_name="work-requests",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:work-requests",
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


def _to_delivery(method: str, path: str) -> bool:
    """As template.yaml parts the paths."""
    match path.strip("/").split("/"):
        case ["catalog", "workbooks", _, "exports", _]:
            return method in ("GET", "HEAD")
    return False


def _bytes(body: bytes | str | Mapping[str, Any] | list[Any]) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()
