"""One function as Lambda runs it: a process that takes events on its input until that ends.

Run by `bench.workers` with the function's own import path, so only the standard library and the
function itself are at hand. Each line of the output is an answer with what the call cost.
"""

import json
import math
import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


class _Context:
    """As much of a Lambda context as the doors ask for."""

    function_name = "bench"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "7f1d9f5c-5e6d-4d0f-9f5b-0d8f1f8f2a11"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 900_000


class Requests:
    """Counts what is asked of AWS, the database's units, and the changes of operations."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.reads = 0.0
        self.writes = 0.0
        self.changes = 0

    def attach(self) -> None:
        """Look at every request that any client of the process sends from now on."""
        from botocore.endpoint import Endpoint

        send = Endpoint.make_request

        def counted(endpoint: Any, operation: Any, request: Any) -> Any:
            answer = send(endpoint, operation, request)
            self._count(operation, request, answer[1])
            return answer

        every_client: Any = Endpoint
        every_client.make_request = counted

    def _count(self, operation: Any, request: Any, answer: Any) -> None:
        name = f"{operation.service_model.service_name}:{operation.name}"
        self.counts[name] = self.counts.get(name, 0) + 1
        if not name.startswith("dynamodb:"):
            return
        body = json.loads(request["body"])
        match operation.name:
            case "GetItem" | "Query" | "BatchGetItem":
                found = answer.get("Items", [answer.get("Item", {})])
                units = max(1, math.ceil(sum(map(_size, found)) / 4096))
                self.reads += units if body.get("ConsistentRead") else units / 2
            case "TransactWriteItems":
                # A transaction is charged twice.
                for write in body["TransactItems"]:
                    item = next(iter(write.values())).get("Item", {})
                    self.writes += 2 * self._units(item)
                    self.changes += item.get("SK") == {"S": "OP"}
            case "BatchWriteItem":
                for entries in body["RequestItems"].values():
                    self.writes += sum(self._units(each["PutRequest"]["Item"]) for each in entries)
            case "UpdateItem" | "PutItem" | "DeleteItem":
                self.writes += self._units(body.get("Item") or answer.get("Attributes", {}))
                self.changes += body.get("Key", {}).get("SK") == {"S": "OP"}

    @staticmethod
    def _units(item: Any) -> int:
        return max(1, math.ceil(_size(item) / 1024))


def _size(item: Any) -> int:
    """About what DynamoDB counts for an item: names and values without the types' braces."""
    return sum(len(name) + len(_text(value)) - 8 for name, value in item.items())


def _text(value: Any) -> str:
    # Bytes count as they are.
    return json.dumps(value, default=lambda content: content.decode("latin-1"), ensure_ascii=False)


def most_resident() -> int:
    """The most memory that this process held, in bytes."""
    try:
        # Not getrusage's: that one begins with what the parent held.
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) * 1024


def main() -> None:
    """Import the function, then answer events until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a function prints is its log
    requests = Requests()
    requests.attach()
    sys.path.insert(0, os.environ["PYTHONPATH"].split(os.pathsep)[0])
    app = import_module("app")

    ready = time.process_time()
    for line in sys.stdin:
        begun = time.process_time()
        try:
            answer: dict[str, Any] = {"value": app.handler(json.loads(line), _Context())}
        except Exception as error:  # noqa: BLE001  # told to the driver, which gives up
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["cpu"] = time.process_time() - begun
        print(json.dumps(answer), file=answers, flush=True)
    summary = {
        "startup": ready,
        "cpu": time.process_time(),
        "resident": most_resident(),
        "requests": requests.counts,
        "reads": requests.reads,
        "writes": requests.writes,
        "changes": requests.changes,
    }
    print(json.dumps(summary), file=answers, flush=True)


if __name__ == "__main__":
    main()
