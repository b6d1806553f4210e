"""Where patients and doctors come from: a tenant's registry, which grows as tests need it."""

import base64
import json
from typing import Any
from uuid import uuid4

from tests.integration.compositions.papers import SAMPLES, Json, Patient
from tests.integration.root import Root

SURNAME = "Nevidomska"
"""Nobody else's: it is looked for where it must not be."""
BIRTH_DATE = "1987-06-05"

_FILES = {"acme": "registry.json", "globex": "registry-globex.json"}


class Ward:
    """Enters people, by the function that `longrun registry load` asks."""

    def __init__(self, root: Root, tenant: str, employee: str) -> None:
        """
        Args:
            root: The stack's.
            tenant: Whose registry.
            employee: Who treats whoever is admitted.
        """
        self._root = root
        self._tenant = tenant
        self._employee = employee
        entries = json.loads((SAMPLES / _FILES[tenant]).read_text())
        self._positions: Json = entries["positions"]
        self._employees: list[Json] = entries["employees"]

    @property
    def legal_entity(self) -> str:
        entity: str = self._employees[0]["legalEntity"]
        return entity

    @property
    def tax_numbers(self) -> list[str]:
        return [each["taxNumber"] for each in self._employees]

    def admit(self, *, born: str | None = None) -> Patient:
        """Somebody new, unidentified first, and merged into who they are."""
        patient = Patient(
            person=str(uuid4()),
            preperson=str(uuid4()),
            encounter=str(uuid4()),
            episode=str(uuid4()),
        )
        preperson = {"id": patient.preperson, "mergedInto": patient.person}
        if born is not None:
            preperson["birthDate"] = born
        self._load(
            persons=[{"id": patient.person, "name": f"Vira {SURNAME}", "birthDate": BIRTH_DATE}],
            prepersons=[preperson],
            episodes=[
                {
                    "id": patient.episode,
                    "patient": patient.preperson,
                    "managers": [self._employee],
                }
            ],
            encounters=[
                {
                    "id": patient.encounter,
                    "patient": patient.preperson,
                    "episode": patient.episode,
                    "employee": self._employee,
                }
            ],
        )
        return patient

    def employ(self, principal: str, *, position: str, tax_number: str) -> str:
        """Somebody who treats nobody yet; the id."""
        employee = {
            "id": str(uuid4()),
            "name": "Yurii Novyi",
            "taxNumber": tax_number,
            "position": position,
            "legalEntity": self.legal_entity,
            "principal": principal,
        }
        self._load(extra=[employee])
        return employee["id"]

    def _load(self, *, extra: list[Json] | None = None, **entries: Any) -> None:
        document = {
            "positions": self._positions,
            "employees": [*self._employees, *(extra or [])],
            **entries,
        }
        answer = self._root.invoke(
            "CompositionsRegistry",
            {
                "command": "registry.load",
                "tenant": self._tenant,
                "file": "test.json",
                "content": base64.b64encode(json.dumps(document).encode()).decode(),
            },
        )
        assert not answer.failed and "error" not in answer.payload, answer.payload
