"""accept(event): gather → map → one transaction. contract.md, 'HTTP: events'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from adapter import events as events_made
from adapter.access import audit as trail
from adapter.errors import EventError, RoutingError
from adapter.events import Event
from adapter.events.envelope import OWN_SOURCE
from adapter.fhir import parts
from adapter.ingest import consenttable, recall, records
from adapter.ingest.commit import Unit, commit, known, retrying
from adapter.mappings import handling, joining, planclocks, planview, plo_roles, recalling, views
from adapter.mappings.common import author_reference, organisation
from adapter.mappings.context import Context, Inbound
from adapter.mappings.decide import decide
from adapter.model import AddressBook, Case, Message, Outcome, Party
from adapter.services import Services
from adapter.store import Connection, cases, events, messages, people, resources
from adapter.store.events import StoredEvent

ACCEPTED: Final = 202
REPLAYED: Final = 200
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


ALSO: Final[Mapping[str, Callable[[Case, Any], tuple[str, ...]]]] = {
    "ip.patient.admitted": _team,
    "ip.patient.discharged": _team,
    "ip.patient.moved": _team,
    "ip.document.filed": _document,
}
"""Type of event → what is read besides the open resources of its case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of an event is told: HTTP status and JSON body."""

    status: int
    event_id: str
    body: bytes = field(repr=False)
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One event decided at a case, not yet written."""

    event: Event
    outcome: Outcome
    party: Party | None
    author: str


def accept(services: Services, event: Event, *, dry_run: bool = False, anchor: str | None = None) -> Answer:
    """Return the answer to an event once everything it changes is committed; the same event again gets the first answer.

    With `dry_run` nothing is written and the documents are in the answer; `anchor` is the case where that is known. Raises EventError (IPK-E012 another content
    under the same id, IPK-E013 refused, IPK-E014 unknown …), RoutingError IPK-R001, SystemFault (IPK-S001-S003).
    """
    return retrying(services, lambda: _once(services, event, dry_run=dry_run, anchor=anchor))


def _once(services: Services, event: Event, *, dry_run: bool, anchor: str | None) -> Answer:
    now = services.clock()
    book = services.books(now.date())
    party = source(book, event)
    org = owner(book, party)
    with services.store.read() as conn:
        stored = events.find(conn, event.event_id)
        if stored is not None:
            return _again(stored, event)
        case = gather(conn, event, org=org, now=now, anchor=anchor)
        acting = party or _clock_party(book, case, event)
        decided = decided_at(event, case, book, party=acting)
        whole = [decided, *duplicates(services, decided, case, book)]
        there = known(services, conn, case, tuple(d.outcome for d in whole))
    unit, body = unit_of(services, case, whole, there, org=org)
    if dry_run:
        return Answer(status=REPLAYED, event_id=event.event_id, body=_rendered(body, decided, case, book))
    commit(services, unit)
    return Answer(status=ACCEPTED, event_id=event.event_id, body=body)


def source(book: AddressBook, event: Event) -> Party | None:
    """Return the party of the event's source, None for a clock. Raises RoutingError IPK-R001 when nobody is."""
    if event.origin == "clock":
        return None
    party = book.by_source(event.source)
    if party is None and event.origin == "posted":
        raise RoutingError("IPK-R001", at="$.source")
    return party


def owner(book: AddressBook, party: Party | None) -> str:
    """Return the level-1 HER-id this installation's data belongs to: the home party's own, else the first home party's."""
    if party is not None and party.home and party.her_id:
        return party.her_id
    return next((p.her_id for p in book.parties if p.home and p.her_id), "")


def _clock_party(book: AddressBook, case: Case, event: Event) -> Party | None:
    """Return the home party for which a clock ran: the sender of the message it watches."""
    kind, _, subject = str(getattr(event.data, "subject", "")).partition("/")
    if kind in planclocks.OF_PLANS:
        return planview.acting(case, book, subject.partition("/")[0])
    need = next(
        (n for n in views.needs(case) if subject in {n.melde_id, n.id} or _rests_on(n, subject)), None
    )
    if need is not None:
        return book.by_organisation(views.reference_id(need.task.get("requester")))
    watched = next((m for m in case.messages if m.id == subject), None)
    return book.by_key(watched.sender_key) if watched else next((p for p in book.parties if p.home), None)


def _rests_on(need: views.Need, consent: str) -> bool:
    return {"reference": f"Consent/{consent}"} in need.request.get("supportingInfo", ())


def _again(stored: StoredEvent, event: Event) -> Answer:
    if stored.digest != event.digest:
        raise EventError("IPK-E012", at="$.id")
    return Answer(status=REPLAYED, event_id=event.event_id, body=stored.answer, replayed=True)


# ── gather ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def gather(conn: Connection, event: Event, *, org: str, now: Any, anchor: str | None) -> Case:
    """Return the case an event is about. Raises EventError IPK-E014 when what it continues is not here, or not this person's."""
    person = _person(event)
    numbers = _numbers(event)
    if numbers is not None:
        found = _renumbered(conn, numbers, org=org, now=now)
        return replace(found, needs=events.needs(conn, found.key or ""))
    key = anchor or _continued(conn, event, org) or _by_message(conn, event, org)
    case = cases.gather(conn, org=org, now=now, person=None if key else person, case_key=key)
    if key and person and not _is(case, person):
        raise EventError("IPK-E014", at="$.data.continues")
    if case.key is not None and event.type in TEXTS_AGAIN:
        case = replace(case, needs=events.needs(conn, case.key) | _reported(conn, case))
    if event.type == recalling.EVENT:
        case = recall.whole(conn, case, event)
    return _completed(conn, event, case)


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


def _numbers(event: Event) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Return the (new, former) number of an event that changes it. E18."""
    if event.type != "ip.identity.changed":
        return None
    new, former = event.data.patient.identifier, event.data.former  # type: ignore[attr-defined, union-attr]
    return (new.system, new.value), (former.system, former.value)


def _renumbered(
    conn: Connection, numbers: tuple[tuple[str, str], tuple[str, str]], *, org: str, now: Any
) -> Case:
    """Return the case of the former number, else of the new; with the other where both have one. Raises IPK-E014."""
    new, old = (people.find(conn, org, system=system, value=value) for system, value in numbers)
    if not new and not old:
        raise EventError("IPK-E014", at="$.data.former")
    case = cases.gather(conn, org=org, now=now, case_key=(old or new)[0])
    other = next((key for key in new if key != case.key), None)
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


# ── map ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decided_at(
    event: Event, case: Case, book: AddressBook, *, party: Party | None, inbound: Inbound | None = None
) -> Decided:
    """Return the event decided at a case, with who is named as its author."""
    outcome = decide(event, case, book, party=party, inbound=inbound)
    ctx = Context(event=event, case=case, book=book, party=party, inbound=inbound)
    return Decided(event=event, outcome=outcome, party=party, author=author_reference(ctx))


def duplicates(
    services: Services, decided: Decided, case: Case, book: AddressBook, *, inbound: Inbound | None = None
) -> list[Decided]:
    """Return the E11 for each need that an E01, decided at a case, reports again: they are written with it."""
    event = decided.event
    ctx = Context(event=event, case=case, book=book, party=decided.party, inbound=inbound)
    after, made = case.having(decided.outcome), []
    for number, data in enumerate(joining.detected(ctx)):
        one = events_made.make(
            source=OWN_SOURCE,
            id_=f"{event.event_id}-E11" + (f"-{number + 1}" if number else ""),
            type_=joining.EVENT,
            time=case.now,
            data=data,
            origin="clock",
            now=case.now,
            people=services.people,
        )
        made.append(decided_at(one, after, book, party=decided.party))
        after = after.having(made[-1].outcome)
    return made


def unit_of(
    services: Services,
    case: Case,
    decided: list[Decided],
    there: Any,
    *,
    org: str,
    extra: tuple[Message, ...] = (),
) -> tuple[Unit, bytes]:
    """Return everything that events decided in turn at one case write, and the answer to the first."""
    now = case.now
    key = next((d.outcome.case_key for d in decided if d.outcome.case_key), case.key)
    merged: dict[str, Any] = {}
    for one in decided:
        merged |= {parts.of(r): r for r in one.outcome.resources}
    stamped = records.stamp(list(merged.values()), known=there, org=org, case_key=key, now=now)
    proofs = [
        r
        for d in decided
        for r in records.proven(
            d.event, d.outcome, stamped.effects, author=d.author, org=organisation(d.party), now=now
        )
    ]
    all_messages = _messages(decided, extra)
    proven = records.stamp(proofs, known={}, org=org, case_key=key, now=now)
    bodies = [
        orjson.dumps(
            records.answer(
                d.event,
                d.outcome,
                (*_of(d, stamped, alone=len(decided) == 1), *(proven.effects if i == 0 else ())),
            )
        )
        for i, d in enumerate(decided)
    ]
    unit = Unit(
        case=case,
        case_key=key,
        now=now,
        org=org,
        person=next((d.outcome.patient_identifier for d in decided if d.outcome.patient_identifier), None),
        renamed=None if case.twin else _numbers(decided[0].event),
        events=tuple(
            _stored(d, body, org=org, key=key, now=now) for d, body in zip(decided, bodies, strict=True)
        ),
        writes=stamped.writes + proven.writes,
        messages=all_messages,
        deadlines=tuple({x.id: x for d in decided for x in d.outcome.deadlines}.values()),
        feed=records.feed(
            [(d.event, d.outcome.status) for d in decided],
            all_messages,
            stamped.writes,
            org=org,
            now=now,
        ),
        audit=(trail.written(services, decided[0].event, case_key=key, org=org, at=now),),
    )
    return unit, bodies[0]


def _of(decided: Decided, stamped: records.Stamped, *, alone: bool) -> tuple[records.Effect, ...]:
    if alone:
        return stamped.effects
    mine = {parts.of(r) for r in decided.outcome.resources}
    return tuple(e for e in stamped.effects if e.reference in mine)


def _messages(decided: list[Decided], extra: tuple[Message, ...]) -> tuple[Message, ...]:
    found = {m.id: m for m in extra}
    for one in decided:
        found |= {m.id: m for m in one.outcome.messages}
    return tuple(found.values())


def _stored(decided: Decided, body: bytes, *, org: str, key: str | None, now: Any) -> StoredEvent:
    event = decided.event
    return StoredEvent(
        event_id=event.event_id,
        org=org,
        source=event.source,
        id=event.id,
        type=event.type,
        digest=event.digest,
        status_code=ACCEPTED,
        answer=body,
        content=event.content,
        received_at=now,
        case_key=key,
        melde_id=decided.outcome.case.get("meldeId"),
    )


def _rendered(body: bytes, decided: Decided, case: Case, book: AddressBook) -> bytes:
    """Return the answer with `rendered` per message and the table of consent: a dry run shows what would leave, and what not."""
    answer, outcome = orjson.loads(body), decided.outcome
    answer["consent"] = consenttable.after(case, decided.event, outcome, book)
    documents = {m.id: m.body.decode() for m in outcome.messages if m.body}
    for message in answer["messages"]:
        message["rendered"] = documents.get(message["id"], "")
    return orjson.dumps(answer)
