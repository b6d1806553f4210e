"""The large job: what 10,000 letters cost, by a bare loop of compiles and by 1,000 letters."""

from statistics import median

from bench.baseline import Bare, BareLoop
from bench.build import Build
from bench.ground import Ground
from bench.job import API, Job, run_job
from bench.report import Figure

COMPILES_BOUND = 1.4
SCALE_BOUND = 11
RESIDENT_BOUND = 512
SMALL_RUNS = 3
_MB = 1024 * 1024


def large(build: Build, place: Ground, records: int) -> tuple[list[Figure], Job, Job]:
    """Run jobs of a tenth of the records before and after one of all of them.

    Returns:
        The figures, a small job and the large one.
    """
    smalls = [_beside(build, place, records // 10) for _ in range(SMALL_RUNS // 2 + 1)]
    job, bare = _beside(build, place, records)
    smalls += [_beside(build, place, records // 10) for _ in range(SMALL_RUNS // 2)]
    return [*_figures(job, bare, smalls), *_memory(job)], smalls[-1][0], job


def _beside(build: Build, place: Ground, records: int) -> tuple[Job, Bare]:
    """A job and the bare loop, chunk by chunk in turns: they share what the machine does else."""
    with BareLoop(build) as loop:
        job = run_job(build, place, records, loop.compile)
        return job, loop.end()


def _figures(job: Job, bare: Bare, smalls: list[tuple[Job, Bare]]) -> list[Figure]:
    small = median(each.cpu for each, _ in smalls)
    handling = median(each.handling for each, _ in smalls)
    compiles = median(each.cpu for _, each in smalls)
    return [
        Figure(
            name=f"{job.records} records: all task functions, by bare compiles",
            measured=f"{job.cpu:.1f} / {bare.cpu:.1f} s",
            value=job.cpu / bare.cpu,
            bound=COMPILES_BOUND,
        ),
        Figure(
            name=f"10 × the records ({job.records // 10} → {job.records}): CPU",
            measured=f"{job.cpu:.1f} / {small:.1f} s",
            value=job.cpu / small,
            bound=SCALE_BOUND,
        ),
        Figure(
            name="the same, without the functions' start-up",
            measured=f"{job.handling:.1f} / {handling:.1f} s",
            value=job.handling / handling,
            bound=SCALE_BOUND,
        ),
        Figure(
            name="the same, of the bare loop (for comparison)",
            measured=f"{bare.cpu:.1f} / {compiles:.1f} s",
            value=bare.cpu / compiles,
        ),
        Figure(
            name="resident, the bare loop (for comparison)",
            measured="peak",
            value=bare.resident / _MB,
            unit="MB",
        ),
    ]


def _memory(job: Job) -> list[Figure]:
    return [
        Figure(
            name=f"resident, {cost.name}",
            measured="peak",
            value=cost.resident / _MB,
            unit="MB",
            bound=RESIDENT_BOUND,
        )
        for cost in sorted(job.costs, key=lambda each: -each.resident)
        if cost.name not in API
    ]
