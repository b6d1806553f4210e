"""Documents that doctors send: the samples, about other people."""

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.places import ROOT

SAMPLES = ROOT / "samples" / "compositions"

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody who was unknown at first, with the encounter and episode from then."""

    person: str
    preperson: str
    encounter: str
    episode: str

    def path(self, composition: str) -> str:
        """Where one of their compositions is."""
        return (
            f"/patients/{self.person}/composition/{composition}"
            f"/episode/{self.episode}/encounter/{self.encounter}"
        )


def reference(kind: str, identifier: str) -> Json:
    coding = {"system": "eHealth/resources", "code": kind}
    return {"type": {"coding": [coding]}, "value": identifier}


def sickness(
    patient: Patient,
    author: str,
    start: str = "2026-11-16",
    end: str = "2026-11-20",
    *,
    kind: str = "person",
    category: str = "SICKNESS",
    replaces: str | None = None,
) -> Json:
    """A temporary disability of the person, or of the preperson."""
    document = _about(patient, author, "sickness.json", kind)
    document["event"][0]["period"] = {"start": start, "end": end}
    document["category"]["coding"][0]["code"] = category
    if replaces is not None:
        target = reference("composition", replaces)
        document["relatesTo"] = {"code": "replaces", "targetIdentifier": target}
    return document


def newborn(patient: Patient, author: str, born: date = date(2026, 11, 2)) -> Json:
    """The birth of the preperson."""
    document = _about(patient, author, "newborn.json", "preperson")
    document["event"][0]["period"]["start"] = born.isoformat()
    document["extension"][0]["valueDate"] = born.isoformat()
    document["section"]["focus"] = reference("person", patient.person)
    return document


def cancellation(
    composition: str, reason: str = "INCORRECT_OTHER", type: str = "TEMP_DISABILITY"
) -> Json:
    """Why a composition is canceled; to be signed."""
    system = f"eHealth/COMPOSITION_CANCELLATION_REASONS_{type}"
    return {
        "identifier": reference("composition", composition),
        "reason": {"coding": [{"system": system, "code": reason}]},
    }


def _about(patient: Patient, author: str, sample: str, kind: str) -> Json:
    document: Json = deepcopy(json.loads((SAMPLES / sample).read_text()))
    subject = reference(kind, patient.person if kind == "person" else patient.preperson)
    document["subject"] = subject
    document["section"]["focus"] = deepcopy(subject)
    document["encounter"] = reference("encounter", patient.encounter)
    document["author"] = reference("employee", author)
    return document
