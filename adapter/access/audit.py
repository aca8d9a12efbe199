"""The audit trail: who read or wrote what about whom, refusals included. IHE BALP 1.1; R4 auditevent.html.

A row keeps the facts; the AuditEvent is made of them when somebody reads it. No person's number is ever among them: a
patient is named by the case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol

import orjson

from adapter.access.callers import CURRENT, Caller
from adapter.fhir import audit as fhir_audit
from adapter.fhir.query import Row
from adapter.idscan import has_eleven_digits, mask
from adapter.store import AuditRow
from adapter.store.events import StoredEvent

Interaction = Literal[
    "read",
    "vread",
    "history-instance",
    "history-type",
    "history-system",
    "search-type",
    "create",
    "update",
    "patch",
    "delete",
    "transaction",
    "batch",
    "operation",
]

OURSELVES: Final = "urn:adapter"
"""Who acts where nobody called: the worker, the clock, the inbox."""
LONGEST_QUERY: Final = 2000
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PATIENT: Final = re.compile(rb'"reference": ?"Patient/([A-Za-z0-9.-]{1,64})"')
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_PLAN: Final = "CarePlan"


@dataclass(slots=True)
class Trail:
    """What one request touched, gathered while it is answered."""

    interaction: Interaction
    patients: Sequence[str] = ()
    """Keys of the cases whose data was in the answer."""
    entities: Sequence[str] = ()
    """References to what was read or written."""
    along: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Plans found, or shown along with what was asked for: key of the case → references (E60)."""
    query: str = ""
    """What was searched for, without a person's identifier."""
    inner: Sequence[tuple[Trail, int]] = ()
    """What requests inside this one touched that have rows of their own, each with its HTTP status: searches, and what is refused."""

    def add(
        self,
        *,
        patients: Iterable[str],
        entities: Iterable[str],
        along: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Note more of what was touched, each once."""
        self.patients = tuple(dict.fromkeys((*self.patients, *patients)))
        self.entities = tuple(dict.fromkeys((*self.entities, *entities)))
        for key, more in (along or {}).items():
            self.along = {**self.along, key: tuple(dict.fromkeys((*self.along.get(key, ()), *more)))}


class Makes(Protocol):
    """What makes ids: Services is one."""

    @property
    def new_id(self) -> Callable[[], str]:
        """A random id."""


def outcome(status: int) -> str:
    """Return the audit-event-outcome of an HTTP status: 0 success, 4 refused, 8 failed."""
    return "0" if status < _CLIENT_ERROR else "4" if status < _SERVER_ERROR else "8"


def rows(
    trail: Trail, caller: Caller, *, status: int, org: str, at: datetime, new_id: Callable[[], str]
) -> list[AuditRow]:
    """Return the audit rows of one request: one per patient in the answer, else one; and those of requests inside it."""
    said: dict[str, Any] = {"interaction": trail.interaction, "client": caller.client}
    if caller.request_id:
        said["request_id"] = caller.request_id
    if trail.entities:
        said["entities"] = trail.entities
    if trail.query:
        said["query"] = mask(trail.query)[:LONGEST_QUERY]
    said["outcome"] = outcome(status)
    action = fhir_audit.ACTION[trail.interaction]
    mine = [
        AuditRow(
            id=new_id(), org=org, at=at, actor=caller.client, action=action, outcome=said["outcome"],
            body=orjson.dumps(said if key is None else _about(said, key, trail.along)), case_key=key,
        )
        for key in trail.patients or (None,)
    ]  # fmt: skip
    for inner, code in trail.inner:
        mine += rows(inner, caller, status=code, org=org, at=at, new_id=new_id)
    return mine


def _about(said: dict[str, Any], key: str, along: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    named = (
        {"entities": tuple(dict.fromkeys((*said.get("entities", ()), *along[key])))} if key in along else {}
    )
    return {**said, **named, "patient_id": key}


def written(services: Makes, event: StoredEvent, *, case_key: str | None, org: str, at: datetime) -> AuditRow:
    """Return the audit row of an event that is written, for the same transaction as all it changes."""
    caller = CURRENT.get()
    said: dict[str, Any] = {
        "interaction": "create",
        "client": event.source,
        "entities": [f"urn:uuid:{event.event_id}"],
        "outcome": "0",
    }
    if case_key is not None:
        said["patient_id"] = case_key
    if caller is not None and caller.request_id:
        said["request_id"] = caller.request_id
    return AuditRow(
        id=services.new_id(), org=org, at=at, actor=event.source, action="C", outcome="0",
        body=orjson.dumps(said), case_key=case_key,
    )  # fmt: skip


def handled(  # noqa: PLR0913 (all by name)
    services: Makes,
    *,
    entities: Sequence[str],
    case_key: str | None,
    org: str,
    at: datetime,
    client: str = OURSELVES,
    interaction: Interaction = "update",
) -> AuditRow:
    """Return the audit row of a document kept or removed, or a message moved, for the same transaction as the change itself."""
    caller = CURRENT.get()
    actor = caller.client if caller is not None else client
    said: dict[str, Any] = {
        "interaction": interaction,
        "client": actor,
        "entities": list(entities),
        "outcome": "0",
    }
    if case_key is not None:
        said["patient_id"] = case_key
    if caller is not None and caller.request_id:
        said["request_id"] = caller.request_id
    return AuditRow(
        id=services.new_id(), org=org, at=at, actor=actor, action=fhir_audit.ACTION[interaction], outcome="0",
        body=orjson.dumps(said), case_key=case_key,
    )  # fmt: skip


def served(row: Row) -> Row:
    """Return the AuditEvent of a stored row, as bytes."""
    facts = orjson.loads(row.body)
    recorded = _EPOCH + timedelta(microseconds=row.updated)
    made = fhir_audit.audit_event({**facts, "id": row.id, "recorded": recorded})
    version = {"versionId": "1", "lastUpdated": made["recorded"]}
    body = {"resourceType": "AuditEvent", "id": row.id, "meta": version, **made}
    return Row(type="AuditEvent", id=row.id, version=1, updated=row.updated, body=orjson.dumps(body))


def patient_of(type_: str, id_: str, body: bytes) -> str | None:
    """Return the key of the case a stored resource belongs to: the first Patient it refers to."""
    if type_ == "Patient":
        return id_
    found = _PATIENT.search(body)
    return found[1].decode() if found else None


def patients_of(found: Iterable[Row]) -> tuple[str, ...]:
    """Return the keys of the cases of stored resources, each once: the row's own, since not every body names its patient."""
    keys = (row.case or patient_of(row.type, row.id, row.body) for row in found)
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def plans_of(found: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Return the references to the plans among stored resources, by the key of their case."""
    plans: dict[str, dict[str, None]] = {}
    for row in found:
        key = (row.case or patient_of(row.type, row.id, row.body)) if row.type == _PLAN else None
        if key is not None:
            plans.setdefault(key, {})[f"{_PLAN}/{row.id}"] = None
    return {key: tuple(references) for key, references in plans.items()}


def entity(type_: str, id_: str) -> tuple[str, ...]:
    """Return the reference to what was asked for, nothing where the id is none (it comes from outside)."""
    return (f"{type_}/{id_}",) if _ID.fullmatch(id_) and not has_eleven_digits(id_) else ()
