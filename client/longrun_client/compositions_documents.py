"""What callers of the compositions service write: where they look, and what they sign."""

import json
from dataclasses import dataclass

from longrun_client.compositions_answers import Composition
from longrun_client.print_connection import segment

_REASONS = "eHealth/COMPOSITION_CANCELLATION_REASONS_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """By which way a patient's compositions are reached; all ids are those of the registry."""

    patient: str
    """A person or a preperson."""
    episode: str
    encounter: str

    def path(self, composition: str) -> str:
        """Of a composition, below the base URL."""
        patient, episode, encounter = map(segment, (self.patient, self.episode, self.encounter))
        return (
            f"/patients/{patient}/composition/{segment(composition)}"
            f"/episode/{episode}/encounter/{encounter}"
        )


def cancellation(composition: Composition, reason: str, *, text: str | None = None) -> bytes:
    """What the author signs to have a composition canceled.

    Args:
        composition: A FINAL one.
        reason: A code of the dictionary of its type, such as INCORRECT_PATIENT.
        text: The same in words, for people.
    """
    system = f"{_REASONS}{composition.type}"
    stated: dict[str, object] = {"coding": [{"system": system, "code": reason}]}
    if text is not None:
        stated["text"] = text
    document = {"identifier": composition.data["identifier"], "reason": stated}
    return json.dumps(document, ensure_ascii=False).encode()
