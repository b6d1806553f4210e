"""The print API in one process: both doors over AWS in memory, callers of two tenants, an engine.

Requests go in as API Gateway's events and come back as what it would send on. Nothing runs the
workflow: operations are brought to their states by the kernel, as its steps would.
"""

import base64
import importlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from longrun.aws.platform import AwsPlatform
from longrun.contracts.print import api_routes, delivery_routes
from longrun.contracts.print.api import FACE
from longrun.contracts.print.services import Services
from longrun.documents.content_chunks import (
    ContentChunk,
    PageSize,
    write_chunk,
    write_index,
)
from longrun.documents.dataset_chunks import DataSetWriter
from longrun.documents.job_lines import write_jobs
from longrun.documents.order import Order
from longrun.documents.ranges import Run
from longrun.documents.records import Record
from longrun.documents.sets import EntitySet, SetType
from longrun.filestore import KeptOutputs
from longrun.gateway.api import build
from longrun.identity.principal import Principal
from longrun.identity.roles import permissions_of
from longrun.operations.operation import Fault, Operation, Resource, Result, ResultFile, Source
from longrun.operations.results import describe
from longrun.operations.states import Status
from tests.unit.operations.fakes import MemoryWorkflows

BASE = "/rest/serverengine"
PUBLIC = "https://print.example/rest/serverengine"
BUCKET = "longrun-test"

CALLERS: Mapping[str, Principal] = {
    name: Principal(
        tenant=tenant, id=name, permissions=permissions_of(roles), name=name, password_generation=1
    )
    for name, tenant, roles in (
        ("anna", "acme", ["ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"]),
        ("dora", "acme", ["ROLE_DATA"]),
        ("rita", "acme", ["ROLE_RESOURCE"]),
        ("mona", "acme", ["ROLE_MONITOR"]),
        ("nobody", "acme", []),
        ("gina", "globex", ["ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"]),
    )
}

MAPPING = b"source: {format: csv}\nfields: [{name: name}]\n"
DATA = b"name\nAnn\nBob\n"


def a_template() -> bytes:
    """A template archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("template.typ", "#let document(record, parameters) = [Hello]")
    return target.getvalue()


@dataclass
class Time:
    """The process's own time; sleeping lets it pass, and what was planned happen."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    then: Any = None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if self.then:
            self.then()

    def __call__(self) -> float:
        return self.now


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
    def error(self) -> dict[str, Any]:
        """The JSON Error, its shape checked to the letter."""
        assert self.header("content-type") == "application/json"
        assert set(self.json) == {"error"}
        error: dict[str, Any] = self.json["error"]
        assert set(error) - {"parameter"} == {"status", "message"}
        assert error["status"] == self.status
        return error

    @property
    def message(self) -> str:
        message: str = self.error["message"]
        return message

    def header(self, name: str) -> str | None:
        values = self.headers.get(name.lower())
        if values is None:
            return None
        assert len(values) == 1, values
        return values[0]


class World:
    """The API and the hands that move its operations."""

    def __init__(self, platform: AwsPlatform, doors: Mapping[str, ModuleType]) -> None:
        self.platform = platform
        self.workflows = MemoryWorkflows()
        vars(platform)["workflows"] = self.workflows
        self.time = Time()
        self.services = Services(platform, sleep=self.time.sleep, monotonic=self.time)
        self.lifecycle = self.services.lifecycle
        self.milliseconds_left = 29_000
        self._doors = doors

    def call(
        self,
        method: str,
        path: str,
        body: bytes | str | Mapping[str, Any] | list[Any] = b"",
        *,
        who: str = "anna",
        headers: Mapping[str, str] | None = None,
        prefix: str = BASE,
    ) -> Reply:
        """One request, by the door that answers its path."""
        split = urlsplit(path)
        door = self._doors["delivery" if _to_delivery(method, split.path) else "api"]
        event = an_event(
            method, prefix + unquote(split.path), split.query, _bytes(body), headers or {}, who
        )
        context = SimpleNamespace(
            function_name="print",
            memory_limit_in_mb=256,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:print",
            aws_request_id="request-1",
            get_remaining_time_in_millis=lambda: self.milliseconds_left,
        )
        answer = door.handler(event, context)
        assert "headers" not in answer
        content = answer["body"] or ""
        decoded = base64.b64decode(content) if answer["isBase64Encoded"] else content.encode()
        return Reply(
            status=answer["statusCode"],
            headers={name.lower(): values for name, values in answer["multiValueHeaders"].items()},
            body=decoded,
        )

    def upload(self, kind: str, content: bytes, name: str, *, who: str = "anna") -> int:
        """Upload a file; its id."""
        reply = self.call("POST", f"/filestore/{kind}?filename={name}", content, who=who)
        assert reply.status == 200, reply.text
        return int(reply.text)

    def resources(self, *, who: str = "anna") -> dict[str, int]:
        """One file of each type; their ids."""
        return {
            "data": self.upload("DataFile", DATA, "customers.csv", who=who),
            "mapping": self.upload("DataMiningConfig", MAPPING, "customers.yaml", who=who),
            "template": self.upload("template", a_template(), "letter.zip", who=who),
            "jobs": self.upload("JobCreationConfig", b"{}", "by-name.json", who=who),
            "output": self.upload("OutputCreationConfig", b"{}", "one-file.json", who=who),
        }

    def configuration(self, *, who: str = "anna", **more: Any) -> dict[str, Any]:
        """A configuration of all four parts, its files uploaded."""
        ids = self.resources(who=who)
        return {
            "datamining": {"identifier": ids["data"], "config": ids["mapping"]},
            "contentcreation": {"config": ids["template"]},
            "jobcreation": {"config": ids["jobs"]},
            "outputcreation": {"config": ids["output"], "createOnly": True},
            **more,
        }

    def submitted(self, configuration: Any = None, *, who: str = "anna") -> str:
        """The id of an operation that was just submitted."""
        if configuration is None:
            configuration = self.configuration(who=who)
        reply = self.call("POST", "/workflow/print/submit", configuration, who=who)
        assert reply.status == 202, reply.text
        operation_id = reply.header("operationId")
        assert operation_id is not None
        return operation_id

    def in_phase(self, name: str, *, done: int = 1, total: int = 4) -> str:
        """The id of an operation that is at work in a phase."""
        operation_id = self.submitted()
        self.lifecycle.begin(operation_id)
        order = Order.read(self.platform.operations.input(operation_id))
        self.lifecycle.enter(operation_id, order.phases[name], total)
        self.lifecycle.advance(operation_id, name, done)
        return operation_id

    def succeed(self, operation_id: str, result: Result, *sets: EntitySet) -> Operation:
        """End an operation with its result and the sets that remain of it."""
        if self.platform.states.get(operation_id).status is Status.ACCEPTED:
            self.lifecycle.begin(operation_id)
        resources = [Resource(type=each.type, id=str(each.id), action="CREATED") for each in sets]
        self.lifecycle.produce(operation_id, resources=resources, result=result)
        return self.lifecycle.succeed(operation_id)

    def fail(self, operation_id: str, *messages: str, count: int | None = None) -> None:
        """End an operation without one."""
        faults = [
            Fault(code="RecordInvalid", message=message, source=Source.USER) for message in messages
        ]
        self.lifecycle.begin(operation_id)
        self.lifecycle.fail(operation_id, faults, count)

    def cancel(self, operation_id: str) -> None:
        """Have it canceled, its execution's end known."""
        self.lifecycle.cancel(operation_id)
        outcome = self.workflows.end(operation_id, "ABORTED")
        self.lifecycle.settle(operation_id, outcome)

    def output(self, files: Mapping[str, bytes], *, delivered: str | None = None) -> Result:
        """The result that output creation ends with: files, kept under one id."""
        outputs = KeptOutputs(
            artefacts=self.platform.artefacts, index=self.platform.file_index, ids=self.platform.ids
        )
        file_id = outputs.new_id()
        directory = None if len(files) == 1 else "output"
        artefacts = {
            name: self.platform.artefacts.write(
                outputs.output_key("acme", file_id, name, directory=directory),
                content,
                media_type="application/pdf",
            )
            for name, content in files.items()
        }
        outputs.keep("acme", directory or "", artefacts, file_id=file_id)
        described = describe(
            "Output",
            [ResultFile(name=name, artefact=artefact) for name, artefact in artefacts.items()],
            prefix="results/acme/x/",
            artefacts=self.platform.artefacts,
        )
        values = {"identifier": str(file_id)}
        if delivered is not None:
            values["delivered"] = delivered
        return Result(
            type=described.type,
            files=described.files,
            manifest=described.manifest,
            count=described.count,
            values=values,
        )

    def a_set(
        self, set_type: SetType, count: int, *, tenant: str = "acme", **more: Any
    ) -> EntitySet:
        """A set that can be found; its contents are written by the caller."""
        set_id = self.platform.ids.draw(1 + count + more.get("details", 0)).start
        now = self.platform.clock()
        entity_set = EntitySet(
            type=set_type,
            id=set_id,
            tenant=tenant,
            operation="00000000-0000-0000-0000-000000000000",
            count=count,
            prefix=f"sets/{tenant}/{set_id}/",
            created=now,
            expires=more.pop("expires", now + timedelta(days=7)),
            **more,
        )
        self.platform.sets.put(entity_set)
        return entity_set

    def data_set(self, records: list[Record], **more: Any) -> EntitySet:
        """A data set with its records."""
        count = len(records)
        scratch = DataSetWriter(self.platform.artefacts, "work/scratch/")
        for record in records:
            scratch.add(record)
        data_set = self.a_set(SetType.DATA, count, details=scratch.details, **more)
        writer = DataSetWriter(self.platform.artefacts, data_set.prefix)
        for record in records:
            writer.add(record)
        writer.close()
        return data_set

    def content_set(self, chunks: list[tuple[Run, tuple[int, ...]]], **more: Any) -> EntitySet:
        """A content set: for each chunk its records, and the pages of each of their documents."""
        count = sum(len(pages) for _, pages in chunks)
        content_set = self.a_set(SetType.CONTENT, count, **more)
        for number, (run, pages) in enumerate(chunks):
            a4 = PageSize(width=210.0, height=297.0)
            chunk = ContentChunk(
                number=number, records=(run,), pages=pages, media=((sum(pages), a4),)
            )
            write_chunk(self.platform.artefacts, content_set.prefix, chunk)
        counts = [len(pages) for _, pages in chunks]
        write_index(self.platform.artefacts, content_set.prefix, counts)
        return content_set

    def job_set(self, jobs: list[list[int]], **more: Any) -> EntitySet:
        """A job set: the content items of each job."""
        job_set = self.a_set(SetType.JOB, len(jobs), **more)
        write_jobs(self.platform.artefacts, job_set.prefix, (({}, items) for items in jobs))
        return job_set


def make_world(monkeypatch: Any) -> World:
    """The world over moto's AWS, whose environment is set."""
    platform = AwsPlatform()
    doors = {
        name: importlib.import_module(f"functions.print.{name}.app") for name in ("api", "delivery")
    }
    world = World(platform, doors)
    for name, routes in (("api", api_routes), ("delivery", delivery_routes)):
        monkeypatch.setattr(doors[name], "app", build(routes.ENDPOINTS, world.services, FACE))
    return world


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


def _to_delivery(method: str, path: str) -> bool:
    """As template.yaml parts the paths."""
    segments = path.strip("/").split("/")
    match segments:
        case ["workflow", "print", "getResult" | "getResultTxt" | "getManagedResult", _]:
            return True
        case ["workflow", "print", _, _, _, _]:
            return True
        case ["filestore", "file", *_]:
            return True
    return False


def _bytes(body: bytes | str | Mapping[str, Any] | list[Any]) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()
