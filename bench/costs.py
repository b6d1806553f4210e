"""What one job costs at list prices: its transitions, calls and requests, times 1,000."""

import math
from dataclasses import dataclass

from bench.job import API, Job
from bench.workers import Cost

# List prices in US dollars, us-east-1, arm64, as of November 2026; without free tiers.
TRANSITION = 25 / 1e6
EXPRESS_REQUEST = 1 / 1e6
EXPRESS_GB_SECOND = 0.00001667
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_SECOND = 0.0000133334
WRITE_UNIT = 0.625 / 1e6
READ_UNIT = 0.125 / 1e6
S3_PUT = 0.005 / 1e3
"""PUT, COPY, POST, LIST; deleting is free."""
S3_GET = 0.0004 / 1e3
"""GET and all others."""
API_REQUEST = 3.50 / 1e6
EVENT = 1 / 1e6

POLLS = 10
"""A client looks so often until its job is done."""

# What the bench does not see itself.
INDEX_WRITES = 7
"""Of an operation's keys: three when it is accepted, two as its due time moves, two at its end."""
AUTHORIZER_READS = 2
WHOLE_CORE = 1769
"""MB at which Lambda gives a whole core; below it, a share."""
LATENCY = 0.006
"""Seconds that a request to DynamoDB or S3 takes within a region, about."""
EXPRESS_LEAST = 64 / 1024
"""GB that an Express execution is charged at least."""

_FREE = frozenset({"s3:DeleteObjects", "s3:AbortMultipartUpload"})
_GETS = frozenset({"s3:GetObject", "s3:HeadObject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill of a job."""

    what: str
    count: float
    dollars: float
    """Of 1,000 jobs."""

    @property
    def row(self) -> list[str]:
        """As a row of the table."""
        return [self.what, f"{self.count:,.10g}", f"{self.dollars:.2f}"]


HEADS = ["one job", "count", "$ per 1,000 jobs"]


def bill(job: Job) -> list[Line]:
    """The bill of a job, from submit to result, with some polls between."""
    tasks = [cost for cost in job.costs if cost.name not in API]
    # History's: at most a call for each change, and for each an item of one unit and an event.
    changes = sum(cost.changes for cost in job.costs)
    calls = sum(cost.calls for cost in tasks) + changes
    answered = 2 + POLLS
    seconds = sum(_gigabyte_seconds(cost) for cost in job.costs)
    polled = POLLS * _poll_seconds()
    reads = sum(cost.reads for cost in job.costs)
    writes = sum(cost.writes for cost in job.costs)
    puts, gets = _store(job)
    express_seconds = sum(_seconds(cost) for cost in tasks if cost.name == "PrintCreateContent")
    lines = [
        _line("state transitions (Standard)", job.transitions, TRANSITION),
        _line("Express executions, one a chunk", job.express, EXPRESS_REQUEST),
        _line("GB-seconds of those", express_seconds * EXPRESS_LEAST, EXPRESS_GB_SECOND),
        _line("Lambda calls by the workflow, the bus, the stream", calls, LAMBDA_REQUEST),
        _line("Lambda calls by the API, authorizer included", 2 * answered, LAMBDA_REQUEST),
        _line("Lambda GB-seconds, warm", round(seconds + polled, 2), LAMBDA_GB_SECOND),
        _line(f"API requests: submit, {POLLS} polls, result", answered, API_REQUEST),
        _line(
            "DynamoDB read units",
            reads + POLLS + answered * AUTHORIZER_READS,
            READ_UNIT,
        ),
        _line("DynamoDB write units", writes + INDEX_WRITES + changes, WRITE_UNIT),
        _line("S3 PUT, COPY, POST, LIST", puts, S3_PUT),
        _line("S3 GET", gets, S3_GET),
        _line("events on the bus", changes, EVENT),
    ]
    total = sum(line.dollars for line in lines)
    return [*lines, Line(what=f"together, {job.records} records", count=1, dollars=total)]


def _line(what: str, count: float, price: float) -> Line:
    return Line(what=what, count=count, dollars=count * price * 1000)


def _store(job: Job) -> tuple[int, int]:
    puts, gets = 0, job.item_lists
    for name, count in job.requests.items():
        if not name.startswith("s3:") or name in _FREE:
            continue
        if name in _GETS:
            gets += count
        else:
            puts += count
    return puts, gets


def _gigabyte_seconds(cost: Cost) -> float:
    return _seconds(cost) * cost.memory / 1024


def _seconds(cost: Cost) -> float:
    """What Lambda would charge for: CPU at its share of a core, and waiting for answers."""
    computing = cost.handling / min(1.0, cost.memory / WHOLE_CORE)
    asked = sum(cost.requests.values())
    return math.ceil((computing + asked * LATENCY) * 1000) / 1000


def _poll_seconds() -> float:
    """GB-seconds of a poll and its authorizer, which remembers a password for a minute."""
    return 2 * (LATENCY + 0.002) * 1024 / 1024
