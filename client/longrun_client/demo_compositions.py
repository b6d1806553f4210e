"""The demo's third part: a composition from its draft to its cancellation, each step a job."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from longrun_client.compositions_answers import Composition, CompositionStatus, Job
from longrun_client.compositions_client import CompositionsClient
from longrun_client.compositions_documents import cancellation
from longrun_client.demo_compositions_curl import JobCurl
from longrun_client.demo_curl import Line
from longrun_client.demo_progress import WAITING, display
from longrun_client.demo_stack import DemoDoctor
from longrun_client.signing import SignerFiles, sign

DAYS: Final = 5
"""Of the sickness, today included."""
REASON: Final = "INCORRECT_DISABILITY_PERIOD"

_KIND = "eHealth/resources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Where the third part reads and writes."""

    sample: Path
    """The draft of the samples."""
    draft: Path
    """The same about the seeded people and these days; for the curl lines, too."""
    target: Path
    """The print form."""


class CompositionRun:
    """One run of the third part, step by step."""

    def __init__(
        self,
        doctor: DemoDoctor,
        client: CompositionsClient,
        *,
        timeout: float,
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            doctor: Who writes and signs, and about whom.
            client: Of this doctor.
            timeout: Seconds for each job.
            now: The time, with a zone.
        """
        self._doctor = doctor
        self._client = client
        self._timeout = timeout
        self._now = now
        self._signer = SignerFiles(
            key=doctor.key_file.read_text(), certificate=doctor.certificate_file.read_text()
        )

    def go(self, papers: Papers, *, command: str) -> list[Line]:
        """Create, sign, find, print, cancel; the same calls as lines for a shell.

        Args:
            papers: Where.
            command: How the `longrun` command is called, for the lines.
        """
        doctor, client = self._doctor, self._client
        document = self._draft(papers)
        created = self._ended("Create", client.create(document))
        composition = client.get(created.composition, doctor.place)
        print(f"Composition {composition.id}, number {composition.title}")
        _say(composition, "what `get` gives is what the author signs")

        self._ended("Sign", client.sign(composition.id, sign(composition.content, self._signer)))
        _say(client.get(composition.id, doctor.place), f"signed with {doctor.key_file}")
        found = list(client.search(subject=doctor.person, status=CompositionStatus.FINAL))
        print(f"Search   {len(found)} FINAL about person {doctor.person}")
        form = client.print_form(composition.id, doctor.place, papers.target)
        print(f"Result   print form: {form.path}, {form.size:,} bytes")

        stated = cancellation(composition, REASON, text="The period was one day too long.")
        self._ended("Cancel", client.cancel(composition.id, sign(stated, self._signer)))
        _say(client.get(composition.id, doctor.place), REASON)
        return JobCurl(doctor=doctor, command=command).lines(
            papers.draft, again=papers.target.with_stem(f"{papers.target.stem}-again")
        )

    def _draft(self, papers: Papers) -> dict[str, Any]:
        """The sample, about who is seeded, from today on."""
        document: dict[str, Any] = json.loads(papers.sample.read_text(encoding="utf-8"))
        start = self._now().date()
        end = start + timedelta(days=DAYS - 1)
        document["event"][0]["period"] = {"start": start.isoformat(), "end": end.isoformat()}
        document["subject"] = _reference("person", self._doctor.person)
        document["section"]["focus"] = _reference("person", self._doctor.person)
        document["encounter"] = _reference("encounter", self._doctor.place.encounter)
        document["author"] = _reference("employee", self._doctor.employee)
        papers.draft.parent.mkdir(parents=True, exist_ok=True)
        papers.draft.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        print(f"A sickness from {start} to {end}, as {self._doctor.url} takes it: {papers.draft}")
        return document

    def _ended(self, what: str, job: Job) -> Job:
        """The job, once it is done; it is polled when it says that it will be."""
        began = self._now()
        print(f"{what}: job {job.id}")
        with display() as shown:

            def see(seen: Job) -> None:
                if seen.ended:
                    shown.show("Done", 100)
                    return
                shown.show(what if seen is not job else WAITING, self._share(began, seen.eta))

            return self._client.wait(job, see, timeout=self._timeout)

    def _share(self, began: datetime, eta: datetime) -> int:
        """Percent of the time that it is said to take."""
        passed, whole = self._now() - began, eta - began
        return min(99, int(100 * passed / whole)) if whole > timedelta(0) else 99


def _say(composition: Composition, why: str) -> None:
    print(f"Status   {composition.status}: {why}")


def _reference(kind: str, identifier: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": _KIND, "code": kind}]}, "value": identifier}
