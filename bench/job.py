"""One job from submit to result: the real doors in processes of their own, the real workflow."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.build import Build
from bench.ground import TENANT, Ground, upload
from bench.report import progress
from bench.walk import Walk
from bench.workers import Cost, FunctionFailed, Workers
from longrun.identity.roles import ROLES

API = frozenset({"PrintApi", "PrintDelivery"})
"""Functions that answer calls; all others of a job are its tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a job came to."""

    records: int
    operation: str
    costs: tuple[Cost, ...]
    transitions: int
    express: int
    item_lists: int

    @property
    def tasks(self) -> list[Cost]:
        """The functions that the workflow and the bus call."""
        return [cost for cost in self.costs if cost.name not in API]

    @property
    def cpu(self) -> float:
        """CPU seconds of all task functions, their start-up included."""
        return sum(cost.cpu for cost in self.tasks)

    @property
    def handling(self) -> float:
        """CPU seconds of all task functions, without their start-up."""
        return sum(cost.handling for cost in self.tasks)

    @property
    def requests(self) -> Counter[str]:
        """What all functions asked of AWS."""
        return sum((cost.requests for cost in self.costs), Counter())


def run_job(
    build: Build,
    place: Ground,
    records: int,
    typeset: Callable[[bytes], None] = lambda _: None,
) -> Job:
    """Upload, submit, walk the workflow, settle, fetch the result.

    Args:
        build: What is deployed.
        place: Where it runs.
        records: Customers with one page each.
        typeset: Called with each chunk of records right after it was typeset.
    """
    progress(f"{records} records: uploading")
    files = upload(place, records)
    configuration = {
        "datamining": {"identifier": files["data"].id, "config": files["mapping"].id},
        "contentcreation": {"config": files["template"].id},
        "jobcreation": {"config": files["jobs"].id},
        "outputcreation": {"config": files["output"].id, "createOnly": True},
    }
    with Workers(build, place.variables) as workers:
        submitted = workers.call(
            "PrintApi", request("POST", "/workflow/print/submit", json.dumps(configuration))
        )
        operation = _header(submitted, "operationId", 202)
        chunks = f"sets/{TENANT}/{operation}/data_set/records-"

        def call(name: str, event: Any) -> Any:
            chunk = event["number"] if name == "PrintCreateContent" else None
            progress(f"{records} records: {name}" + (f" {chunk}" if chunk else ""))
            answer = workers.call(name, event)
            if chunk is not None:
                typeset(place.read(f"{chunks}{chunk:05d}.jsonl"))
            return answer

        walk = Walk(call=call, substitutions=build.substitutions, read=place.read)
        walk.run(build.workflow, {"operationId": operation})
        detail = {"name": operation, "status": "SUCCEEDED"}
        workers.call("Settle", {"detail": detail})
        result = workers.call(
            "PrintDelivery", request("POST", f"/workflow/print/getResultTxt/{operation}")
        )
        _header(result, "X-Result-Type", 200)
        costs = workers.end()
    return Job(
        records=records,
        operation=operation,
        costs=tuple(costs),
        transitions=walk.transitions,
        express=walk.express,
        item_lists=walk.item_lists,
    )


def request(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    """What API Gateway hands to a function, with a principal who may do everything."""
    permissions = sorted({each for granted in ROLES.values() for each in granted})
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {"Accept": "*/*", "Host": "127.0.0.1", "Content-Type": "application/json"},
        "multiValueHeaders": {
            "Accept": ["*/*"],
            "Host": ["127.0.0.1"],
            "Content-Type": ["application/json"],
        },
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/bench{path}",
            "stage": "bench",
            "apiId": "0000000000",
            "accountId": "000000000000",
            "requestId": "7f1d9f5c-5e6d-4d0f-9f5b-0d8f1f8f2a11",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "bench"},
            "authorizer": {
                "tenant": TENANT,
                "principalId": "bench",
                "permissions": " ".join(permissions),
            },
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _header(answer: Mapping[str, Any], name: str, status: int) -> str:
    if answer["statusCode"] != status:
        raise FunctionFailed("The API", f"{answer['statusCode']}: {answer['body']}")
    headers = {key.lower(): value for key, value in (answer.get("headers") or {}).items()}
    several = {
        key.lower(): value[0] for key, value in (answer.get("multiValueHeaders") or {}).items()
    }
    return str((headers | several)[name.lower()])
