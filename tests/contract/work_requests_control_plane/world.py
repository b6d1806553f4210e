"""The control plane in one process: its door over AWS in memory, signers of two tenants.

Requests go in as an HTTP API's events, signed, and come back as what it would send on. Operations
are brought to their states by the kernel.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from longrun.aws.platform import AwsPlatform
from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.control_plane.api import ENDPOINTS, face
from longrun.contracts.work_requests.services import Services
from longrun.gateway.api import build
from longrun.identity.directory import ApiKey, Tenant, User
from longrun.identity.ocids import tenancy_ocid, user_ocid
from longrun.operations.history import Seen, derive
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Fault, Operation, Phase, Source
from longrun.operations.states import Status
from tests.contract.work_requests_control_plane.signing import Signer, fingerprint, public_pem
from tests.unit.operations.fakes import MemoryWorkflows

HOST = "longrun.example"
BASE = "/20190331"
COMPARTMENT = tenancy_ocid("acme")
MAPPING = Phase(name="Data Mapping", start=0, end=40)

USERS = {
    "anna": ("acme", frozenset({"ROLE_DATA"})),
    "mona": ("acme", frozenset({"ROLE_MONITOR"})),
    "gina": ("globex", frozenset({"ROLE_DATA"})),
}


@dataclass(frozen=True)
class Reply:
    """What the gateway sends on."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of an error, its shape checked to the letter."""
        assert set(self.json) == {"code", "message"}
        assert self.json["message"]
        assert self.headers["content-type"] == "application/json"
        return self.status, self.json["code"]

    @property
    def next_page(self) -> str | None:
        return self.headers.get("opc-next-page")


def signer(name: str, *, key: str | None = None) -> Signer:
    """A user, by the key that is registered, or by another that pretends to be it."""
    tenant, _ = USERS[name]
    key_id = f"{tenancy_ocid(tenant)}/{user_ocid(name)}/{fingerprint(name)}"
    return Signer(key or name, key_id)


def forged(said: bytes, *binding: str) -> str:
    """A token of a list of acme's that was never given out; its digest is right."""
    bound = json.dumps(["acme", *binding]).encode()
    digest = hashlib.sha256(bound + b"\n" + said).digest()[:16]
    return base64.urlsafe_b64encode(digest + said).decode().rstrip("=")


class World:
    """The API and the hands that move its operations."""

    def __init__(self, platform: AwsPlatform, door: ModuleType) -> None:
        self.platform = platform
        self._door = door
        self.workflows = MemoryWorkflows()
        vars(platform)["workflows"] = self.workflows
        self.services = Services(platform)
        self.lifecycle = Lifecycle(
            store=platform.states,
            workflows=self.workflows,
            kinds=KINDS,
            retention=timedelta(days=7),
            clock=platform.clock,
        )
        self.app = build(ENDPOINTS, self.services, face(self.services))
        self.milliseconds_left = 29_000
        self._register()

    def _register(self) -> None:
        now = self.platform.clock()
        directory = self.platform.directory
        for tenant in ("acme", "globex"):
            directory.add_tenant(Tenant(id=tenant, name=tenant, created=now))
        for name, (tenant, roles) in USERS.items():
            directory.add_user(
                User(name=name, tenant=tenant, roles=roles, created=now, password_hash="none")
            )
            directory.add_api_key(
                ApiKey(
                    tenant=tenant,
                    user=name,
                    fingerprint=fingerprint(name),
                    public_key=public_pem(name),
                    created=now,
                )
            )

    def call(
        self,
        method: str,
        target: str,
        *,
        who: str | Signer | None = "anna",
        headers: Mapping[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
        at: datetime | None = None,
        mapping: str = "",
        body: bytes = b"",
    ) -> Reply:
        """One request.

        Args:
            method: The verb.
            target: Path and query below the base, as sent.
            who: A user, or a signer; None: nobody signs.
            headers: To be sent besides, not signed.
            changed: Parts of the event that are not what was signed: `target`, or a header.
            at: The date that is signed.
            mapping: What the gateway leaves in front of the path.
            body: What is sent.
        """
        signed = BASE + target
        sent: dict[str, str] = {"host": HOST}
        if who is not None:
            by = signer(who) if isinstance(who, str) else who
            date = at or self.platform.clock()
            sent = dict(by.headers(method, signed, host=HOST, date=date, body=body))
        changed = dict(changed or {})
        target = changed.pop("target", target)
        sent |= {**(headers or {}), **changed}
        event = an_event(method, mapping, target, sent, body)
        return self.send(event)

    def send(self, event: Mapping[str, Any]) -> Reply:
        """An event through the door."""
        context = SimpleNamespace(
            function_name="control_plane",
            memory_limit_in_mb=256,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:control-plane",
            aws_request_id="request-1",
            get_remaining_time_in_millis=lambda: self.milliseconds_left,
        )
        answer = self._door.handler(dict(event), context)
        return Reply(
            status=answer["statusCode"],
            headers={name.lower(): value for name, value in answer["headers"].items()},
            body=answer.get("body") or "",
        )

    def page(self, query: str = "", *, who: str = "anna") -> Reply:
        """A page of the caller's list."""
        compartment = quote(tenancy_ocid(USERS[who][0]))
        return self.call("GET", f"/workRequests?compartmentId={compartment}{query}", who=who)

    def listed(self, query: str = "", *, who: str = "anna") -> list[list[str]]:
        """The ids on every page, as a paginator gets them."""
        pages: list[list[str]] = []
        following = ""
        while True:
            reply = self.page(f"{query}{following}", who=who)
            assert reply.status == 200, reply.body
            pages.append([entry["id"] for entry in reply.json])
            if reply.next_page is None:
                return pages
            following = f"&page={reply.next_page}"

    def accepted(
        self, *, tenant: str = "acme", kind: str = "print.all-in-one", age: int = 0
    ) -> str:
        """The id of an operation that was accepted so many seconds ago, and is being run."""
        now = self.platform.clock()
        operation = Operation(
            id=str(uuid.uuid4()),
            kind=kind,
            tenant=tenant,
            owner="anna",
            status=Status.ACCEPTED,
            accepted=now - timedelta(seconds=age),
        )
        self.platform.states.create(
            operation, {}, due=now, input_until=now + timedelta(days=7), idempotency=None
        )
        self.workflows.start(kind, operation.id)
        self._tell(None, operation)
        return operation.id

    def begun(self, **more: Any) -> str:
        """The id of one that is at work."""
        operation_id = self.accepted(**more)
        self._move(operation_id, lambda: self.lifecycle.begin(operation_id))
        self._move(operation_id, lambda: self.lifecycle.enter(operation_id, MAPPING, 4))
        self.advance(operation_id)
        return operation_id

    def advance(self, operation_id: str) -> None:
        self._move(operation_id, lambda: self.lifecycle.advance(operation_id, MAPPING.name))

    def succeeded(self, **more: Any) -> str:
        """The id of one that has succeeded."""
        operation_id = self.begun(**more)
        self._move(operation_id, lambda: self.lifecycle.succeed(operation_id))
        return operation_id

    def failed(self, *messages: str, count: int | None = None, **more: Any) -> str:
        """The id of one that has failed for these reasons."""
        faults = [
            Fault(code="RecordInvalid", message=message, source=Source.USER) for message in messages
        ]
        operation_id = self.begun(**more)
        self._move(operation_id, lambda: self.lifecycle.fail(operation_id, faults, count))
        return operation_id

    def status(self, operation_id: str) -> Status:
        return self.platform.states.get(operation_id).status

    def _move(self, operation_id: str, move: Any) -> None:
        before = self.platform.states.get(operation_id)
        self._tell(before, move())

    def _tell(self, before: Operation | None, after: Operation) -> None:
        """What the table's stream does in a stack."""
        seen = Seen(before=before, after=after, time=self.platform.clock())
        event = derive(seen.before, seen.after, seen.time)
        if event is not None:
            # As it is in a stack: a moment later, and each event with its own.
            later = after.accepted + timedelta(milliseconds=after.version)
            self.platform.events.keep([replace(event, time=later)])


def an_event(
    method: str, mapping: str, target: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """An HTTP API's event, payload 2.0: the path decoded but for `%25`, the query as sent."""
    split = urlsplit(target)
    path = mapping + _decoded(split.path)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": split.query,
        "headers": dict(headers),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefgh",
            "domainName": HOST,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if body:
        event["body"] = body.decode()
    return event


def _decoded(path: str) -> str:
    return "%25".join(unquote(part) for part in path.split("%25"))
