"""The sample events of events/ are such that the doors answer them."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.contract.print.world import World

EVENTS = Path(__file__).parents[3] / "events"


@pytest.mark.parametrize(
    ("door", "name", "statuses"),
    [
        ("api", "print-api-version", {200}),
        ("api", "print-api-resources", {200}),
        # What these name is not there, in a stack that has just been made.
        ("api", "print-api-progress", {404}),
        ("api", "print-api-submit", {202, 400}),
        ("delivery", "print-delivery-result", {404}),
    ],
)
def test_a_sample_event_is_answered(world: World, door: str, name: str, statuses: set[int]) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    context = SimpleNamespace(
        function_name=door,
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:print",
        aws_request_id="request-1",
        get_remaining_time_in_millis=lambda: 29_000,
    )

    answer = world._doors[door].handler(event, context)

    assert answer["statusCode"] in statuses, answer["body"]
