"""What the demo works on: the letters and the accounts of `samples/`, as many as asked for."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from longrun_client.print_files import FileKind, zip_folder

CSV_CUSTOMERS = "customers.csv"
CSV_ACCOUNTS = "accounts.csv"


class SampleMissing(Exception):
    """The sample is not there, or could not be made."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(
            f"{place}: {reason} Run this from the root of the repository, or say"
            " where the samples are with --samples."
        )
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The five files of the production, on this machine."""

    data: Path
    mapping: Path
    template: Path
    """Zipped."""
    job: Path
    output: Path

    def files(self) -> tuple[tuple[FileKind, Path], ...]:
        """Each with what it is for, in the order of the upload."""
        return (
            (FileKind.DATA_FILE, self.data),
            (FileKind.DATA_MAPPING_CONFIG, self.mapping),
            (FileKind.TEMPLATE, self.template),
            (FileKind.JOB_CREATION_CONFIG, self.job),
            (FileKind.OUTPUT_CREATION_CONFIG, self.output),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsSample:
    """The three files that a data set and the letters from it are made of, on this machine."""

    data: Path
    template: Path
    """Zipped."""
    output: Path

    def files(self) -> tuple[tuple[FileKind, Path], ...]:
        """Each with what it is for, in the order of the upload."""
        return (
            (FileKind.DATA_FILE, self.data),
            (FileKind.TEMPLATE, self.template),
            (FileKind.OUTPUT_CREATION_CONFIG, self.output),
        )


def make_sample(samples: Path, folder: Path, *, customers: int) -> Sample:
    """Generate the data file and zip the template.

    Args:
        samples: The repository's folder of samples.
        folder: Where to write; it is made if needed.
        customers: How many letters there will be.

    Raises:
        SampleMissing: Something of it is not in `samples`, or its generator failed.
    """
    letters = samples / "letters"
    sample = Sample(
        data=folder / CSV_CUSTOMERS,
        mapping=letters / "customers.mapping.yaml",
        template=folder / "letters.zip",
        job=letters / "by-country.jobs.yaml",
        output=letters / "one-file.output.yaml",
    )
    generator, template = samples / "generate.py", letters / "template"
    _need(generator, template / "template.typ", sample.mapping, sample.job, sample.output)
    folder.mkdir(parents=True, exist_ok=True)
    _generate(generator, "--csv", sample.data, customers)
    sample.template.write_bytes(zip_folder(template))
    return sample


def make_accounts_sample(samples: Path, folder: Path, *, customers: int) -> AccountsSample:
    """Generate the accounts of the same customers, and zip the template of their reminders.

    Args:
        samples: The repository's folder of samples.
        folder: Where to write; it is made if needed.
        customers: How many accounts there will be.

    Raises:
        SampleMissing: Something of it is not in `samples`, or its generator failed.
    """
    sample = AccountsSample(
        data=folder / CSV_ACCOUNTS,
        template=folder / "reminder.zip",
        output=samples / "data-sets" / "reminders.output.yaml",
    )
    generator, template = samples / "generate.py", samples / "data-sets" / "reminder"
    _need(generator, template / "template.typ", sample.output)
    folder.mkdir(parents=True, exist_ok=True)
    _generate(generator, "--accounts", sample.data, customers)
    sample.template.write_bytes(zip_folder(template))
    return sample


def composition_sample(samples: Path) -> Path:
    """The draft of a composition.

    Raises:
        SampleMissing: It is not in `samples`.
    """
    draft = samples / "compositions" / "sickness.json"
    _need(draft)
    return draft


def _need(*files: Path) -> None:
    for needed in files:
        if not needed.is_file():
            raise SampleMissing(needed, "this file of the sample is missing.")


def _generate(generator: Path, what: str, target: Path, customers: int) -> None:
    command = [sys.executable, str(generator), "--customers", str(customers), what, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise SampleMissing(generator, f"it failed: {last[0]}.")
