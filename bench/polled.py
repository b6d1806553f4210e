"""One of the two handlers that `bench.poll` compares: for each line of input, a round of calls.

Run as `polled.py app` in the environment of the function, or with an empty name for the bare one.
"""

import gc
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


class _Context:
    """As much of a Lambda context as the door asks for."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "7f1d9f5c-5e6d-4d0f-9f5b-0d8f1f8f2a11"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 29_000


def _bare() -> Any:
    """What anybody would write first."""
    import boto3

    client = boto3.client("dynamodb")

    def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
        operation = event["path"].rsplit("/", 1)[1]
        item = client.get_item(
            TableName=os.environ["TABLE"],
            Key={"PK": {"S": f"OP#{operation}"}, "SK": {"S": "OP"}},
            ConsistentRead=True,
        )["Item"]
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps({"status": item["status"]["S"], "done": item["done"]["N"]}),
        }

    return handler


def main(name: str) -> None:
    """Answer each line with what a round of calls took."""
    from botocore.endpoint import Endpoint

    if name:
        sys.path.insert(0, os.environ["PYTHONPATH"].split(os.pathsep)[0])
    handler = import_module(name).handler if name else _bare()
    event = json.loads(Path(os.environ["EVENT"]).read_text(encoding="utf-8"))
    calls = int(os.environ["CALLS"])
    requests = 0
    send = Endpoint.make_request

    def counted(endpoint: Any, operation: Any, request: Any) -> Any:
        nonlocal requests
        requests += 1
        return send(endpoint, operation, request)

    every_client: Any = Endpoint
    every_client.make_request = counted
    assert handler(event, _Context())["statusCode"] == 200
    for _ in sys.stdin:
        requests = 0
        gc.collect()
        begun = time.process_time()
        for _ in range(calls):
            handler(event, _Context())
        taken = time.process_time() - begun
        print(json.dumps({"cpu": taken, "requests": requests}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
