"""The surroundings of the jobs on compositions in memory; the contract's tests use them too.

`World` has a registry of a few people, a store that can be interrupted at its commits, and signed
blobs that are made without any cryptography: `signed_blob` says who signed what.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from longrun.compositions.document import Composition
from longrun.compositions.jobs.cancel import cancel
from longrun.compositions.jobs.create import create
from longrun.compositions.jobs.engine import Engine, WorkRefused, run
from longrun.compositions.jobs.sign import sign
from longrun.compositions.records import read_record, record_of
from longrun.compositions.registry import (
    Employee,
    Encounter,
    Episode,
    Person,
    Preperson,
    RegistryContents,
)
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.signed import Signed, Signer
from longrun.compositions.store import Change, Overtaken, SubjectView
from longrun.operations.kinds import InputModel, Kind, Kinds
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.operation import Operation
from tests.unit.operations.fakes import Clock, MemoryArtefacts, MemoryOperations, MemoryWorkflows

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TENANT = "acme"

PERSON = "00000000-0000-4000-8000-0000000000a1"
OTHER_PERSON = "00000000-0000-4000-8000-0000000000a2"
PREPERSON = "00000000-0000-4000-8000-0000000000b1"
"""Not merged into anybody."""
MERGED = "00000000-0000-4000-8000-0000000000b2"
"""Merged into PERSON."""
NEWBORN = "00000000-0000-4000-8000-0000000000b3"
DOCTOR = "00000000-0000-4000-8000-0000000000e1"
COLLEAGUE = "00000000-0000-4000-8000-0000000000e2"
NURSE = "00000000-0000-4000-8000-0000000000e3"
"""May sign nothing."""
HOSPITAL = "00000000-0000-4000-8000-0000000000f1"
TAX_NUMBERS = {DOCTOR: "3012345678", COLLEAGUE: "2890123456", NURSE: "3123456789"}
PRINCIPALS = {DOCTOR: "doctor", COLLEAGUE: "colleague", NURSE: "nurse"}


def encounter_of(patient: str) -> str:
    """The id of the patient's encounter."""
    return patient.replace("4000-8000", "4000-9000")


def episode_of(patient: str) -> str:
    """The id of the patient's episode."""
    return patient.replace("4000-8000", "4000-a000")


def people() -> RegistryContents:
    """A registry in which the colleague had no part in any of the patients' care."""
    patients = (PERSON, OTHER_PERSON, PREPERSON, MERGED, NEWBORN)
    positions = {DOCTOR: "P1", COLLEAGUE: "P7", NURSE: "P33"}
    return RegistryContents(
        persons={each: Person(id=each, name=f"Person {each[-2:]}") for each in patients[:2]},
        prepersons={
            PREPERSON: Preperson(id=PREPERSON),
            MERGED: Preperson(id=MERGED, merged_into=PERSON),
            NEWBORN: Preperson(id=NEWBORN, birth_date=date(2026, 11, 2)),
        },
        employees={
            each: Employee(
                id=each,
                name=f"Employee {each[-2:]}",
                tax_number=TAX_NUMBERS[each],
                position=position,
                legal_entity=HOSPITAL,
                principal=PRINCIPALS[each],
            )
            for each, position in positions.items()
        },
        encounters={
            encounter_of(each): Encounter(
                id=encounter_of(each), patient=each, episode=episode_of(each), employee=DOCTOR
            )
            for each in patients
        },
        episodes={
            episode_of(each): Episode(
                id=episode_of(each), patient=each, managers=frozenset({DOCTOR})
            )
            for each in patients
        },
        positions={
            "P1": frozenset({"TEMP_DISABILITY", "NEWBORN"}),
            "P7": frozenset({"TEMP_DISABILITY"}),
            "P33": frozenset(),
        },
    )


class MemoryRegistry:
    """Implements `Registry` and `RegistryLoader` in memory."""

    def __init__(self, contents: Mapping[str, RegistryContents]) -> None:
        self.contents = dict(contents)

    def person(self, tenant: str, identifier: str) -> Person | None:
        return self._of(tenant).persons.get(identifier)

    def preperson(self, tenant: str, identifier: str) -> Preperson | None:
        return self._of(tenant).prepersons.get(identifier)

    def employee(self, tenant: str, identifier: str) -> Employee | None:
        return self._of(tenant).employees.get(identifier)

    def encounter(self, tenant: str, identifier: str) -> Encounter | None:
        return self._of(tenant).encounters.get(identifier)

    def episode(self, tenant: str, identifier: str) -> Episode | None:
        return self._of(tenant).episodes.get(identifier)

    def employee_of(self, tenant: str, principal: str) -> Employee | None:
        employees = self._of(tenant).employees.values()
        return next((each for each in employees if each.principal == principal), None)

    def may_sign(self, tenant: str, position: str, composition_type: str) -> bool:
        return composition_type in self._of(tenant).positions.get(position, ())

    def put(self, tenant: str, contents: RegistryContents) -> None:
        before = self._of(tenant)
        taken = {each.principal for each in contents.employees.values()} - {None}
        kept = {
            each.id: replace(each, principal=None) if each.principal in taken else each
            for each in before.employees.values()
        }
        self.contents[tenant] = RegistryContents(
            persons={**before.persons, **contents.persons},
            prepersons={**before.prepersons, **contents.prepersons},
            employees={**kept, **contents.employees},
            encounters={**before.encounters, **contents.encounters},
            episodes={**before.episodes, **contents.episodes},
            positions={**before.positions, **contents.positions},
        )

    def _of(self, tenant: str) -> RegistryContents:
        nothing = RegistryContents(
            persons={}, prepersons={}, employees={}, encounters={}, episodes={}, positions={}
        )
        return self.contents.get(tenant, nothing)


class Died(BaseException):
    """The job's process is gone."""


class MemoryCompositions:
    """Implements `CompositionStore` in memory; keeps records, as a database would."""

    def __init__(self) -> None:
        self.before_commit: list[Callable[[], object]] = []
        """Each runs once, at the next commit, before it is looked at: what others do meanwhile."""
        self.after_commit: list[Callable[[], object]] = []
        """The same, once something is written."""
        self.commits: list[tuple[Change, ...]] = []
        self._records: dict[tuple[str, str], dict[str, Any]] = {}
        self._heads: dict[tuple[str, str], int] = {}

    def get(self, tenant: str, composition_id: str) -> Composition | None:
        record = self._records.get((tenant, composition_id))
        return None if record is None else read_record(record)

    def of_subject(self, tenant: str, subject: str) -> SubjectView:
        mine = (each for each in self.all(tenant) if each.subject.id == subject)
        return SubjectView(version=self._heads.get((tenant, subject), 0), compositions=tuple(mine))

    def commit(self, tenant: str, changes: Sequence[Change], heads: Mapping[str, int]) -> None:
        if self.before_commit:
            self.before_commit.pop(0)()
        for subject, version in heads.items():
            if self._heads.get((tenant, subject), 0) != version:
                raise Overtaken
        for change in changes:
            current = self.get(tenant, change.after.id)
            before = change.before.version if change.before else None
            if (current.version if current else None) != before:
                raise Overtaken
            assert change.after.version == (before or 0) + 1
            assert change.after.subject.id in heads
        assert len({change.after.id for change in changes}) == len(changes)
        for subject in heads:
            self._heads[tenant, subject] = heads[subject] + 1
        for change in changes:
            # By way of JSON, so that nothing is kept that a database could not keep.
            record = json.loads(json.dumps(record_of(change.after)))
            self._records[tenant, change.after.id] = record
        self.commits.append(tuple(changes))
        if self.after_commit:
            self.after_commit.pop(0)()

    def take_task(
        self, tenant: str, composition_id: str, operation_id: str, *, over: str | None = None
    ) -> str | None:
        record = self._records[tenant, composition_id]
        if record["task"] in (None, operation_id, over):
            record["task"] = operation_id
            return None
        holder: str = record["task"]
        return holder

    def drop_task(self, tenant: str, composition_id: str, operation_id: str) -> None:
        record = self._records[tenant, composition_id]
        if record["task"] == operation_id:
            record["task"] = None

    def all(self, tenant: str = TENANT) -> list[Composition]:
        """Every composition of the tenant."""
        return [read_record(record) for key, record in self._records.items() if key[0] == tenant]

    def put(self, composition: Composition) -> None:
        """Enter a composition as it is."""
        self._records[composition.tenant, composition.id] = record_of(composition)

    def remove(self, composition: Composition) -> None:
        """Take a composition out, as nothing of the service would."""
        del self._records[composition.tenant, composition.id]


def signed_blob(content: Any, employee: str = DOCTOR, **more: Any) -> str:
    """A blob in base64 that `verify_blob` takes for a signed one.

    Args:
        content: In JSON types, or bytes.
        employee: Whose tax number is in the certificate.
        more: `taxNumber` for another one.
    """
    raw = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    blob = {"content": base64.b64encode(raw).decode(), "taxNumber": TAX_NUMBERS[employee], **more}
    return base64.b64encode(json.dumps(blob).encode()).decode()


def verify_blob(blob: bytes, at: datetime) -> Signed:
    """In the place of `signatures.verification.verify`."""
    try:
        told = json.loads(blob)
        content = base64.b64decode(told["content"])
    except (ValueError, KeyError):
        raise SignatureInvalid(Reason.MALFORMED, "The message is not signed data.") from None
    signer = Signer(
        name="A. Signer",
        tax_number=told["taxNumber"],
        certificate_serial="0A1B",
        certificate_sha256="ab" * 32,
    )
    return Signed(content=content, signer=signer)


class _Input:
    """The input of a kind, taken as it is."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = dict(document)

    @classmethod
    def model_validate(cls, document: Any, /) -> Self:
        return cls(document)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object"}

    def model_dump(self, *, mode: str, exclude_none: bool) -> dict[str, Any]:
        return self._document


def _input() -> InputModel:
    return _Input


STEPS = {"composition.create": create, "composition.sign": sign, "composition.cancel": cancel}
KINDS = Kinds(
    Kind(
        name=name,
        permission=name.replace(".", ":"),
        input=_input,
        typical=timedelta(seconds=2),
        deadline=timedelta(minutes=5),
    )
    for name in STEPS
)


@dataclass(frozen=True)
class Somebody:
    """A caller who may do everything."""

    id: str
    tenant: str = TENANT
    permissions: frozenset[str] = frozenset(
        {"composition:create", "composition:sign", "composition:cancel"}
    )


class World:
    """Everything that the jobs use, and what a client does."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.now = NOW
        self.operations = MemoryOperations()
        self.compositions = MemoryCompositions()
        self.registry = MemoryRegistry({TENANT: people()})
        self.archive = MemoryArtefacts()
        self.lifecycle = Lifecycle(
            store=self.operations,
            kinds=KINDS,
            retention=timedelta(days=7),
            clock=self.clock,
            workflows=MemoryWorkflows(),
        )
        self.engine = Engine(
            lifecycle=self.lifecycle,
            operations=self.operations,
            compositions=self.compositions,
            registry=self.registry,
            archive=self.archive,
            verify=verify_blob,
            zone=KYIV,
            clock=self.clock,
        )

    def accept(self, kind: str, document: Mapping[str, Any], employee: str = DOCTOR) -> str:
        """Accept a job and begin it; returns the id of its operation."""
        request = Request(kind=kind, input=document)
        caller = Somebody(id=PRINCIPALS.get(employee, employee))
        operation_id = self.lifecycle.accept(request, caller).operation.id
        self.lifecycle.begin(operation_id)
        return operation_id

    def work(self, operation_id: str) -> Operation:
        """Run a job that was accepted; once it is through, its operation has ended."""
        step = STEPS[self.operations.get(operation_id).kind]
        try:
            run(self.engine, operation_id, step)
        except WorkRefused:
            return self.operations.get(operation_id)
        return self.lifecycle.succeed(operation_id)

    def create(self, document: Any, employee: str = DOCTOR) -> Operation:
        """Create a composition of a document."""
        job = self.accept("composition.create", {"composition": document}, employee)
        return self.work(job)

    def created(self, document: Any) -> Composition:
        """The same, where it has to succeed."""
        return self.made(self.create(document))

    def sign_request(
        self, composition: Composition, signer: str = DOCTOR, content: Any = None
    ) -> dict[str, Any]:
        """The input of a sign job."""
        content = composition.data if content is None else content
        return {"composition": composition.id, "data": signed_blob(content, signer)}

    def sign(self, composition: Composition, employee: str = DOCTOR, **more: Any) -> Operation:
        """Sign a composition as it stands."""
        request = self.sign_request(composition, **more)
        return self.work(self.accept("composition.sign", request, employee))

    def signed(self, composition: Composition) -> Composition:
        """The same, where it has to succeed."""
        return self.made(self.sign(composition))

    def final(self, document: Any) -> Composition:
        """A composition that was created and signed."""
        return self.signed(self.created(document))

    def cancel_request(
        self, composition: Composition, reason: str = "INCORRECT_PATIENT", signer: str = DOCTOR
    ) -> dict[str, Any]:
        """The input of a cancel job."""
        content = cancellation(composition, reason)
        return {"composition": composition.id, "data": signed_blob(content, signer)}

    def cancel(self, composition: Composition, employee: str = DOCTOR, **more: Any) -> Operation:
        """Cancel a composition."""
        request = self.cancel_request(composition, **more)
        return self.work(self.accept("composition.cancel", request, employee))

    def canceled(self, composition: Composition) -> Composition:
        """The same, where it has to succeed."""
        return self.made(self.cancel(composition))

    def now(self, composition: Composition) -> Composition:
        """The composition as it stands."""
        found = self.compositions.get(composition.tenant, composition.id)
        assert found is not None
        return found

    def made(self, operation: Operation) -> Composition:
        """The composition that a job that succeeded was about."""
        assert operation.result is not None, operation.errors
        found = self.compositions.get(operation.tenant, operation.result.values["composition"])
        assert found is not None
        return found


def reference(kind: str, identifier: str) -> dict[str, Any]:
    """A bare reference."""
    return {
        "type": {"coding": [{"system": "eHealth/resources", "code": kind}]},
        "value": identifier,
    }


def concept(system: str, code: str) -> dict[str, Any]:
    """A concept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def disability(
    start: str = "2026-11-16",
    end: str | None = "2026-11-20",
    *,
    category: str = "SICKNESS",
    subject: str = PERSON,
    author: str = DOCTOR,
    replaces: Composition | str | None = None,
    **extensions: Any,
) -> dict[str, Any]:
    """A client's temporary disability; `extensions` are codes with (member, value)."""
    kind = "preperson" if subject in (PREPERSON, MERGED, NEWBORN) else "person"
    document = {
        "type": concept("COMPOSITION_TYPES", "TEMP_DISABILITY"),
        "category": concept("COMPOSITION_CATEGORIES", category),
        "event": [
            {
                "code": concept("COMPOSITION_EVENTS", "COMPOSITION_VALIDITY_PERIOD"),
                "period": {"start": start, "end": end},
            }
        ],
        "subject": reference(kind, subject),
        "encounter": reference("encounter", encounter_of(subject)),
        "author": reference("employee", author),
        "section": {"focus": reference(kind, subject)},
        "extension": [
            {"valueCode": code, member: value} for code, (member, value) in extensions.items()
        ],
    }
    return document | _replacing(replaces)


def newborn(
    *, subject: str = NEWBORN, replaces: Composition | str | None = None, **members: Any
) -> dict[str, Any]:
    """A client's conclusion of a birth."""
    document = disability("2026-11-02", None, subject=subject) | {
        "type": concept("COMPOSITION_TYPES", "NEWBORN"),
        "category": concept("COMPOSITION_CATEGORIES", "LIVE_BIRTH"),
        "section": {"focus": reference("person", PERSON)},
        "extension": [{"valueCode": "NEWBORN_BIRTH_DATE", "valueDate": "2026-11-02"}],
    }
    return document | _replacing(replaces) | members


def cancellation(composition: Composition, reason: str) -> dict[str, Any]:
    """What is signed to cancel a composition."""
    system = f"eHealth/COMPOSITION_CANCELLATION_REASONS_{composition.type}"
    return {
        "identifier": reference("composition", composition.id),
        "reason": concept(system, reason),
    }


def _replacing(replaces: Composition | str | None) -> dict[str, Any]:
    if replaces is None:
        return {}
    target = replaces if isinstance(replaces, str) else replaces.id
    return {"relatesTo": {"code": "replaces", "targetIdentifier": reference("composition", target)}}
