"""What runs and what is late: by how much, who owns it, what to do next, and whom to ring. Issue 4, `GET /deadlines`.

Ids, kinds, times, and names and phones of units and professionals; of the patient only the case's id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from adapter.errors import EventError
from adapter.fhir import parts
from adapter.mappings import escalation, views
from adapter.mappings.escalation import About
from adapter.model import AddressBook, Case, Deadline, Party, Resource
from adapter.rules import clocks
from adapter.services import Services
from adapter.store import Connection, cases, cursors, deadlines, resources
from adapter.store.times import instant, micros

_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which deadlines are asked for; None: all."""

    late: bool = False
    kind: str | None = None
    owner: str | None = None
    """Key of the party that has it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One deadline as it stands."""

    deadline: Deadline
    now: datetime
    to: clocks.To
    owner: Party | None
    phone: str | None = field(repr=False)
    """Of whoever has it now."""
    other: Party | None
    next_step: str

    @property
    def late_seconds(self) -> int:
        """By how much it is late, 0 where it is not, or rests."""
        if self.deadline.paused:
            return 0
        return max(0, int((self.now - self.deadline.due).total_seconds()))

    def told(self) -> dict[str, Any]:
        """Return it as `GET /deadlines` tells it."""
        due, other = self.deadline, self.other
        leader = (self.owner.leader or {}).get("name") if self.owner and self.to == "leader" else None
        return {
            "id": due.id,
            "kind": due.kind,
            "due": parts.instant(due.due),
            "state": due.state,
            "late": self.late_seconds > 0,
            "lateBySeconds": self.late_seconds,
            "resting": due.resting,
            "subject": due.subject,
            "caseId": due.case_key,
            "owner": {
                "key": self.owner.key if self.owner else None,
                "name": leader or (self.owner.full_name if self.owner else None),
                "level": self.to,
                "phone": self.phone,
            },
            "waitsFor": {"key": other.key, "name": other.full_name, "herId": other.unit_her_id, "phone": other.phone}
            if other
            else None,
            "nextStep": self.next_step,
            "phone": (other.phone if other else None) or self.phone,
        }  # fmt: skip


def listed(
    services: Services, wanted: Wanted, *, count: int, cursor: str | None = None
) -> tuple[tuple[Standing, ...], str | None]:
    """Return deadlines that run, the longest due first, and the cursor of the next page.

    Raises FhirError IPK-F008 for a cursor that is none, EventError IPK-E026 for an owner that the address book does not list.
    """
    now = services.clock()
    book = services.book()
    if wanted.owner is not None and book.by_key(wanted.owner) is None:
        raise EventError("IPK-E026", at="owner")
    found: list[Standing] = []
    after = _after(cursor)
    with services.store.read() as conn:
        reading = _Reading(conn, book, now)
        while len(found) <= count:
            rows = deadlines.running(conn, _BATCH, before=now if wanted.late else None, after=after)
            for row in rows:
                after = (row.due, row.id)
                if wanted.kind in (None, row.kind) and not (wanted.late and row.paused):
                    one = reading.standing(row)
                    if wanted.owner is None or (one.owner is not None and one.owner.key == wanted.owner):
                        found.append(one)
            if len(rows) < _BATCH:
                break
    page = tuple(found[:count])
    return page, _mark(page[-1].deadline) if len(found) > count and page else None


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    at, id_ = cursors.read(cursor, (int, str))
    return instant(int(at)), str(id_)


def _mark(last: Deadline) -> str:
    return cursors.write((micros(last.due), last.id))


class _Reading:
    """The cases behind a page, each gathered once."""

    def __init__(self, conn: Connection, book: AddressBook, now: datetime) -> None:
        self._conn, self._book, self._now = conn, book, now
        self._cases: dict[str, Case] = {}

    def standing(self, row: Deadline) -> Standing:
        """Return one deadline as it stands."""
        case = self._case(row)
        found = escalation.about(case, self._book, row)
        steps = clocks.ladder(row.kind)
        to = steps[min(max(row.level - 1, 0), len(steps) - 1)].to
        owner = found.owner(self._book, to)
        phone = _phone(owner, to) or (self._author(case, found, owner) if owner and to == "owner" else None)
        return Standing(
            deadline=row,
            now=self._now,
            to=to,
            owner=owner,
            phone=phone,
            other=found.other,
            next_step=escalation.next_step(row, found),
        )

    def _case(self, row: Deadline) -> Case:
        key = row.case_key or ""
        if key not in self._cases:
            self._cases[key] = cases.gather(self._conn, org=row.owner, now=self._now, case_key=row.case_key)
        return self._cases[key]

    def _author(self, case: Case, found: About, owner: Party) -> str | None:
        """Return the phone of the professional who reported the need, where the party that has it is the one that did."""
        need = next(iter(found.needs), None)
        if need is None or views.reference_id(need.task.get("requester")) != owner.organisation_id:
            return None
        reference = str(need.request.get("requester", {}).get("reference", ""))
        if not reference.startswith("PractitionerRole/"):
            return None
        role = case.get(reference) or self._read(reference)
        return next((str(t["value"]) for t in role.get("telecom", ()) if t.get("system") == "phone"), None)

    def _read(self, reference: str) -> Resource:
        row = resources.many(self._conn, [reference]).get(reference)
        return orjson.loads(row.body) if row is not None else {}


def _phone(owner: Party | None, to: clocks.To) -> str | None:
    """Return the phone of who has it as the address book states it: the leader's, or the unit's."""
    if owner is None:
        return None
    return ((owner.leader or {}).get("phone") if to == "leader" else None) or owner.phone
