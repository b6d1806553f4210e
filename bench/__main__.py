"""The command `python -m bench`: measures and prints tables; a missed bound is no failure."""

import argparse
import sys
import time
from pathlib import Path

from bench import costs, report
from bench.build import Build, NotBuilt, sizes
from bench.download import download
from bench.ground import ground
from bench.job import Job
from bench.large import large
from bench.poll import poll
from bench.reload import reload
from bench.report import Figure, progress, table
from bench.startup import startup
from local.commands import Failed
from local.places import ROOT
from local.stack import Stack

PARTS = ("poll", "startup", "sizes", "download", "reload", "large")


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for; the exit status is 0 unless something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--stack", type=Path, default=ROOT / ".local" / "stack.json")
    parser.add_argument("--records", type=int, default=10_000, help="of the large job")
    parser.add_argument("--only", choices=PARTS, action="append", help="default: everything")
    chosen = parser.parse_args(arguments)
    wanted = chosen.only or PARTS
    begun = time.monotonic()
    try:
        build, stack = Build.read(), Stack.read(chosen.stack)
    except (NotBuilt, Failed) as problem:
        print(problem, file=sys.stderr)
        return 1
    figures: list[Figure] = []
    if "poll" in wanted:
        figures += poll(build)
    with ground(build, stack) as place:
        if "startup" in wanted:
            figures += startup(build, place.variables)
        if "download" in wanted:
            figures += download(build, place)
        if "reload" in wanted:
            figures += reload(build, place)
        if "large" in wanted:
            found, small, job = large(build, place, chosen.records)
            figures += found
            _jobs(small, job)
    if "sizes" in wanted:
        progress("Sizes: zipping")
        table("Deployed size", ["what", "unpacked", "zipped"], _sizes(build))
    if figures:
        table("Ratios within this run", report.HEADS, [figure.row for figure in figures])
    missed = [figure.name for figure in figures if figure.verdict == "MISSED"]
    print(f"\n{len(missed)} of the bounds missed{': ' if missed else '.'}{', '.join(missed)}")
    print(f"Took {time.monotonic() - begun:.0f} s.")
    return 0


def _jobs(small: Job, job: Job) -> None:
    heads = ["function", "calls", "start-up s", "CPU s", "DynamoDB", "S3", "resident MB"]
    rows = [
        [
            cost.name,
            str(cost.calls),
            f"{cost.startup:.2f}",
            f"{cost.cpu:.2f}",
            str(_asked(cost.requests, "dynamodb:")),
            str(_asked(cost.requests, "s3:")),
            f"{cost.resident / 1024 / 1024:.0f}",
        ]
        for cost in job.costs
    ]
    table(f"One job of {job.records} records, by function", heads, rows)
    for each in (small, job):
        lines = [line.row for line in costs.bill(each)]
        table(f"What a job of {each.records} records costs", costs.HEADS, lines)


def _asked(requests: dict[str, int], service: str) -> int:
    return sum(count for name, count in requests.items() if name.startswith(service))


def _sizes(build: Build) -> list[list[str]]:
    return [
        [name, _kilobytes(unpacked), _kilobytes(packed)] for name, unpacked, packed in sizes(build)
    ]


def _kilobytes(count: int) -> str:
    return f"{count / 1024:,.0f} KB"


if __name__ == "__main__":
    raise SystemExit(main())
