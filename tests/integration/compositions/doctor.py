"""Somebody who calls the compositions API, as plain HTTP, and follows the jobs."""

from collections.abc import Mapping
from typing import Protocol

import httpx

from local.stack import Stack
from longrun_client.signing import SignerFiles, encoded
from tests.integration.compositions.papers import Json, Patient, cancellation, reference
from tests.integration.compositions.signers import signed
from tests.integration.waiting import eventually

BASE = "/patients/composition"


class Doctor:
    """A client of the API, by whom it is said to be, and with whose key it signs."""

    def __init__(
        self, stack: Stack, headers: Mapping[str, str], employee: str, signer: SignerFiles
    ) -> None:
        self.http = httpx.Client(
            base_url=stack.contracts["compositions"], headers=headers, timeout=60
        )
        self.employee = employee
        self.signer = signer

    def close(self) -> None:
        self.http.close()

    # What is asked for.

    def create(self, document: Json) -> httpx.Response:
        return self.http.post(BASE, json=document)

    def sign(
        self, composition: str, document: Json, signer: SignerFiles | None = None
    ) -> httpx.Response:
        """Sign a document and hand it in."""
        return self.hand_in(composition, "sign", signed(document, signer or self.signer))

    def cancel(self, composition: str, **reason: str) -> httpx.Response:
        blob = signed(cancellation(composition, **reason), self.signer)
        return self.hand_in(composition, "cancel", blob)

    def hand_in(self, composition: str, verb: str, blob: bytes) -> httpx.Response:
        """Hand in a signed message."""
        return self.http.patch(f"{BASE}/{composition}/{verb}", json={"data": encoded(blob)})

    def get(self, patient: Patient, composition: str) -> httpx.Response:
        return self.http.get(patient.path(composition))

    def search(self, **query: str | int) -> httpx.Response:
        return self.http.get("/patients/searchComposition", params=query)

    # What comes of it.

    def job(self, job: str) -> Json:
        """A job's state."""
        answer = self.http.get(f"{BASE}/job/{job}")
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()["data"]
        return told

    def ended(self, started: httpx.Response) -> Json:
        """The job that was started, as soon as it has ended."""
        told = eventually(
            lambda: self.job(job_of(started)), until=lambda seen: seen["status"] != "PENDING"
        )
        assert told["doneAt"]
        return told

    def done(self, started: httpx.Response) -> str:
        """The id of the composition that the job was about; fails if the job did."""
        told = self.ended(started)
        assert told["status"] == "DONE", told
        href: str = told["links"][0]["href"]
        return href.removeprefix("composition/")

    def refused(self, started: httpx.Response) -> tuple[int, str]:
        """Why the job failed: both revisions of the body say the same."""
        told = self.ended(started)
        assert told["status"] == "FAILED", told
        [error] = told["error"]
        assert {link["error"] for link in told["links"]} == {f"{error['code']}: {error['message']}"}
        assert {link["entity"] for link in told["links"]} == {"eHealth/composition"}
        return error["code"], error["message"]

    # Several steps at once.

    def data(self, patient: Patient, composition: str) -> Json:
        """What `get` gives."""
        answer = self.get(patient, composition)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["data"]
        return found

    def status(self, patient: Patient, composition: str) -> str:
        status: str = self.data(patient, composition)["status"]
        return status

    def created(self, document: Json) -> str:
        """The id of a composition that was just created."""
        return self.done(self.create(document))

    def signed(self, patient: Patient, document: Json) -> str:
        """The id of a composition that was just created and signed."""
        composition = self.created(document)
        assert self.done(self.sign(composition, self.data(patient, composition))) == composition
        return composition


def job_of(started: httpx.Response) -> str:
    """The id of the job that was answered."""
    assert started.status_code == 200, started.text
    told = started.json()["data"]
    assert told["status"] in {"PENDING", "DONE", "FAILED"}
    assert told["eta"]
    job: str = told["id"]
    return job


def target_of(data: Json) -> tuple[str, Json] | None:
    """Code and target of `relatesTo`."""
    relation = data["relatesTo"]
    return None if relation is None else (relation["code"], relation["targetIdentifier"])


def to(code: str, composition: str) -> tuple[str, Json]:
    """As `target_of` gives it."""
    return code, reference("composition", composition)


class Engage(Protocol):
    """Gives a doctor with a client of their own."""

    def __call__(
        self, *scopes: str, employed: bool = True, position: str = "P7", api_key: str | None = None
    ) -> Doctor: ...
