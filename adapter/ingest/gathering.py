"""The case an event is about, gathered from the store, and for whom a clock ran. contract.md, 'HTTP: events'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from adapter.errors import EventError
from adapter.events import Event
from adapter.ingest import recall
from adapter.mappings import (
    access,
    expiring,
    handling,
    planclocks,
    planview,
    plo_roles,
    recalling,
    twins,
    views,
)
from adapter.model import AddressBook, Case, Message, Party
from adapter.rules import routing
from adapter.store import Connection, cases, events, messages, people, resources

TEXTS_AGAIN: Final = frozenset(
    {
        "ip.need.identified",
        "ip.rehabilitation-need.reported",
        "ip.need.forwarded",
        "ip.need.info-supplied",
        "ip.need.declined-by-patient",
        "ip.need.withdrawn",
        "ip.need.fulfilled",
        "ip.need.entered-in-error",
        "ip.consent.given",
        "ip.consent.withdrawn",
        "ip.consent.limited",
        "ip.consent.expired",
        "ip.representative.changed",
        "ip.identity.changed",
        "ip.deadline.breached",
    }
)
"""Events that may release a need, or add to one: its first event is read again for the text."""


def _team(case: Case, _data: Any) -> tuple[str, ...]:
    """Return the people who hold a role: those with an HPR number belong to no case."""
    return plo_roles.references(case)


def _document(case: Case, data: Any) -> tuple[str, ...]:
    """Return the DocumentReference of the message that an event names: history, so not gathered."""
    named = next((m for m in case.messages if data.message_id in (m.id, m.msg_id)), None)
    reference = handling.document_of(named) if named else None
    return (reference,) if reference else ()


def _parts(case: Case, data: Any) -> tuple[str, ...]:
    """Return what the plan consists of: what is over is not gathered, and keeps its id where the plan names it again."""
    plan = next((p for p in case.of("CarePlan") if planview.named(p, data.continues)), {})
    listed = [*plan.get("goal", ()), *(a.get("reference", {}) for a in plan.get("activity", ()))]
    return tuple(ref for one in listed if (ref := one.get("reference", "")) and ref not in case.resources)


ALSO: Final[Mapping[str, Callable[[Case, Any], tuple[str, ...]]]] = {
    "ip.patient.admitted": _team,
    "ip.patient.discharged": _team,
    "ip.patient.moved": _team,
    "ip.plan.updated": _parts,
    "ip.document.filed": _document,
    "ip.platform-access.granted": access.people,
    "ip.platform-access.ended": access.people,
}
"""Type of event → what is read besides the open resources of its case."""


def gather(
    conn: Connection, event: Event, *, org: str, now: Any, anchor: str | None, at: Case | None = None
) -> Case:
    """Return the case an event is about; `at` is that of `anchor` where it was just read.

    Raises EventError IPK-E014 when what it continues is not here, or not this person's.
    """
    person = _person(event)
    changed = numbers(event)
    if changed is not None:
        found = _renumbered(conn, changed, org=org, now=now)
        return replace(found, needs=events.needs(conn, found.key or "") | _reported(conn, found))
    key = anchor or _continued(conn, event, org) or _by_message(conn, event, org)
    known = at is not None and at.key is not None and at.key == key
    case = (
        at
        if at is not None and known
        else cases.gather(conn, org=org, now=now, person=None if key else person, case_key=key)
    )
    if key and person and not _is(case, person):
        raise EventError("IPK-E014", at="$.data.continues")
    if case.key is not None and (event.type in TEXTS_AGAIN or expiring.comes_of_age(case, event)):
        case = replace(case, needs=events.needs(conn, case.key) | _reported(conn, case))
    if event.type == recalling.EVENT:
        case = recall.whole(conn, case, event)
    return _completed(conn, event, case)


def whole(conn: Connection, key: str, *, org: str, now: Any) -> Case:
    """Return a case by its key, with the texts of its needs: an event of another case of the same person is told in it."""
    case = cases.gather(conn, org=org, now=now, case_key=key)
    if case.key is None:
        return case
    return replace(case, needs=events.needs(conn, key) | _reported(conn, case))


def _completed(conn: Connection, event: Event, case: Case) -> Case:
    """Return the case with what an event needs besides its open resources."""
    wanted = ALSO[event.type](case, event.data) if event.type in ALSO and case.key is not None else ()
    if not wanted:
        return case
    found = resources.many(conn, wanted)
    return replace(
        case, resources={**case.resources, **{ref: orjson.loads(row.body) for ref, row in found.items()}}
    )


def _reported(conn: Connection, case: Case) -> dict[str, bytes]:
    """Return the content of events that began a need and are not found by it, but are named by its request (E12)."""
    named = {n.melde_id: event_id for n in views.open_needs(case) if (event_id := views.begun_by(n))}
    found = {melde_id: events.find(conn, event_id) for melde_id, event_id in named.items()}
    return {melde_id: stored.content for melde_id, stored in found.items() if stored is not None}


def _person(event: Event) -> tuple[str, str] | None:
    said = getattr(event.data, "patient", None)
    return (said.identifier.system, said.identifier.value) if said else None


def numbers(event: Event) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Return the (new, former) number of an event that changes it; where it stands, none. E18."""
    if event.type != "ip.identity.changed":
        return None
    new, former = event.data.patient.identifier, event.data.former  # type: ignore[attr-defined, union-attr]
    changed = (new.system, new.value), (former.system, former.value)
    return changed if changed[0] != changed[1] else None


def _renumbered(
    conn: Connection, changed: tuple[tuple[str, str], tuple[str, str]], *, org: str, now: Any
) -> Case:
    """Return the case of the former number, else of the new; with the other where both have one.

    Raises EventError IPK-E014, and IPK-E103 where one of the numbers is no longer the person's.
    """
    new, old = (people.find(conn, org, system=system, value=value) for system, value in changed)
    if not new and not old:
        raise EventError("IPK-E014", at="$.data.former")
    case = cases.gather(conn, org=org, now=now, case_key=(old or new)[0])
    other = next((key for key in new if key != case.key), None)
    if twins.replaced_by(case) not in (None, other):
        raise EventError("IPK-E103", at="$.data.former")
    if other is not None and twins.is_replaced(cases.gather(conn, org=org, now=now, case_key=other)):
        raise EventError("IPK-E103", at="$.data.patient.identifier")
    return replace(case, twin=other)


def _is(case: Case, person: tuple[str, str]) -> bool:
    patient = views.patient(case) or {}
    return person in {(i.get("system"), i.get("value")) for i in patient.get("identifier", ())}


def _continued(conn: Connection, event: Event, org: str) -> str | None:
    which = getattr(event.data, "continues", None)
    if which is None:
        return None
    kind, value = which.target
    found = cases.find_continued(conn, org, **{_KEYWORD[kind]: value})
    if found is None:
        raise EventError("IPK-E014", at="$.data.continues")
    return found


_KEYWORD: Final = {
    "melde": "melde_id",
    "need": "need_id",
    "assignment": "assignment_id",
    "plan": "plan_id",
    "plan-identifier": "plan_identifier",
    "task": "task_id",
}


def _by_message(conn: Connection, event: Event, org: str) -> str | None:
    """Return the case of the message an event names: a receipt, a clock, or what an EPJ sent itself.

    A clock may watch an assignment too.
    """
    data = event.data
    watched, _, name = str(getattr(data, "subject", "")).partition("/")
    if watched == "PractitionerRole":
        return cases.find_continued(conn, org, assignment_id=name)
    id_ = getattr(data, "message_id", None) or getattr(data, "msg_id", None)
    if str(getattr(data, "subject", "")).startswith("need/"):
        return cases.find_continued(conn, org, melde_id=str(data.subject).partition("/")[2])  # type: ignore[attr-defined]
    if str(getattr(data, "subject", "")).startswith(("Consent/", "ServiceRequest/", "Patient/")):
        type_, named = str(data.subject).split("/")[:2]  # type: ignore[attr-defined]
        return cases.of_resource(conn, org, type_, named)
    if id_ is None and str(getattr(data, "subject", "")).startswith("message/"):
        id_ = str(data.subject).partition("/")[2]  # type: ignore[attr-defined]
    if id_ is None or event.type in {"ip.dialogue.received", "ip.message.faulted"}:
        return None
    found = _received(conn, org, id_) if event.type == "ip.document.filed" else None
    found = found or messages.by_receipt(conn, org, id_)
    if found is None:
        raise EventError("IPK-M010", at="$.data.msgId")
    return found.case_key


def _received(conn: Connection, org: str, id_: str) -> Message | None:
    """Return a message that came in, by its id in /messages."""
    found = messages.get(conn, id_)
    return found if found is not None and found.owner == org else None


def clock_party(book: AddressBook, case: Case, event: Event) -> Party | None:
    """Return the home party for which a clock ran: the sender of the message it watches."""
    kind, _, subject = str(getattr(event.data, "subject", "")).partition("/")
    if kind in planclocks.OF_PLANS:
        return planview.acting(case, book, subject.partition("/")[0])
    need = next(
        (n for n in views.needs(case) if subject in {n.melde_id, n.id} or _rests_on(n, subject)), None
    )
    if need is not None:
        asked = book.by_organisation(views.reference_id(need.task.get("requester")))
        return asked if asked is not None and asked.home else _passed_on(book, case, need) or asked
    watched = next((m for m in case.messages if m.id == subject), None)
    return book.by_key(watched.sender_key) if watched else routing.first(book)


def _passed_on(book: AddressBook, case: Case, need: views.Need) -> Party | None:
    """Return the home party that sent the need to who has it now: it follows up what an outside party reported."""
    sent = (m for m in reversed(case.messages) if m.direction == "out" and m.wants_reply)
    return next((book.by_key(m.sender_key) for m in sent if m.melde_id == need.melde_id), None)


def _rests_on(need: views.Need, consent: str) -> bool:
    return {"reference": f"Consent/{consent}"} in need.request.get("supportingInfo", ())
