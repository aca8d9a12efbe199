"""A write over FHIR: its events through the same ingest as a posted one, in one transaction. R4 http.html#create, #update, #transaction.

What it rests on (version, criteria, reference) is judged in the transaction that writes it, so that of two at once one wins.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from adapter import events as events_made
from adapter import naming
from adapter.access import policy
from adapter.errors import AdapterError, Conflict, Fault, Faults, FhirError, RoutingError, SystemFault
from adapter.errortable import TABLE
from adapter.events import Event
from adapter.fhir import deletion, parts, proposals
from adapter.fhir.query import Row
from adapter.ingest import became, records
from adapter.ingest.accept import owner
from adapter.ingest.commit import audited, known, retrying
from adapter.ingest.commit import write as write_unit
from adapter.ingest.deciding import Decided, decided_at, duplicates, unit_of
from adapter.ingest.gathering import gather
from adapter.ingest.orders import Order, Written
from adapter.mappings import writing
from adapter.mappings.writing import Told, parties
from adapter.model import AddressBook, Case, Party, Resource, Warn
from adapter.services import Services
from adapter.store import Connection, cases, events, resources

T = TypeVar("T")


def write(services: Services, order: Order) -> Written:
    """Return what became of one write once it is committed. Raises AdapterError; then nothing of it is stored."""
    return _transacted(services, lambda conn: _perform(services, conn, order))


def write_all(
    services: Services,
    orders: Sequence[Callable[[Sequence[Written]], Order]],
    place: Callable[[int, str], str],
) -> tuple[Written, ...]:
    """Return what became of writes of one transaction, all or nothing; each is made knowing what came of those before.

    Raises AdapterError; `place` tells of the number of a write and a place in its resource where that stands in the whole.
    """

    def work(conn: Connection) -> tuple[Written, ...]:
        done: list[Written] = []
        for number, make in enumerate(orders):
            try:
                done.append(_perform(services, conn, make(done)))
            except SystemFault:
                raise
            except AdapterError as error:
                found = tuple(replace(f, path=place(number, f.path)) for f in error.faults)
                raise Faults(found) from None
        return tuple(done)

    return _transacted(services, work)


def _transacted(services: Services, work: Callable[[Connection], T]) -> T:
    # The writer's thread does not know who is calling, whom the audit row of an event names.
    context = contextvars.copy_context()

    def once() -> T:
        try:
            return services.store.write(lambda conn: context.copy().run(work, conn))
        except AdapterError:
            services.shared.clear()  # it may hold what was read of a transaction that is undone
            raise

    return retrying(services, once)


# ── one write ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """What one write rests on."""

    order: Order
    said: Resource
    row: Row | None
    old: Resource | None
    party: Party
    book: AddressBook
    now: datetime
    key: str
    """The event's own id, before the number of those that a write becomes."""

    @property
    def source(self) -> str:
        """The event's source."""
        return (
            f"urn:her:{self.party.unit_her_id}" if self.party.unit_her_id else f"urn:orgnr:{self.party.orgnr}"
        )


def _perform(services: Services, conn: Connection, order: Order) -> Written:
    now = services.clock()
    book = services.books(now.date())
    party = writing.acting(book, order.party, order.provenance)
    if party is None:
        raise RoutingError("IPK-R001")
    row = _target(conn, order)
    if order.interaction == "create" and row is not None:
        return Written(status=200, row=row)
    if order.interaction == "update" and row is None:  # by criteria that none meets. R4 http.html#cond-update
        order = replace(order, interaction="create")
    old = orjson.loads(row.body) if row is not None else None
    key = _key(order, row)
    basis = _Basis(order=order, said={}, row=row, old=old, party=party, book=book, now=now, key=key)
    done = _replayed(conn, basis)
    if done is not None:
        return done
    _precondition(order, row)
    basis = replace(basis, said=_said(order, old))
    if old is not None and order.interaction != "delete" and _plain(basis.said) == _plain(old):
        return Written(status=200, row=row)
    try:
        return _told(services, conn, basis)
    except Faults as faults:
        raise Faults(
            tuple(replace(f, path=writing.origin(f.path, basis.said)) for f in faults.items)
        ) from None


def _target(conn: Connection, order: Order) -> Row | None:
    """Return the stored resource that is meant. Raises IPK-F001, F030 (gone), F033 (several), F038 (unknown)."""
    if order.criteria is not None:
        found = [row for row in order.criteria(conn) if order.sees(conn, row)]
        if len(found) > 1:
            raise FhirError("IPK-F033")
        row = found[0] if found else None
        if row is not None and order.id is None and order.body is not None and order.interaction == "update":
            _same_id(order.body, row.id)
        if row is None and order.interaction in {"patch", "delete"}:
            raise FhirError("IPK-F001")
        return row
    if order.interaction == "create" or order.id is None:
        return None
    row = resources.many(conn, (f"{order.type}/{order.id}",)).get(f"{order.type}/{order.id}")
    if row is None or not order.sees(conn, row):
        raise FhirError("IPK-F038" if order.interaction == "update" else "IPK-F001")
    if policy.gone(row.body):
        raise FhirError("IPK-F030")
    return row


def _same_id(body: Resource, id_: str) -> None:
    if body.get("id", id_) != id_:
        raise FhirError("IPK-F037", at=f"{body['resourceType']}.id")


def _key(order: Order, row: Row | None, back: int = 0) -> str:
    """Return the id of the event: of type, id, base version and what was sent."""
    base = row.version - back if row is not None else 0
    return naming.uid("fhir", order.interaction, order.type, row.id if row else "", str(base), order.digest)


def _replayed(conn: Connection, basis: _Basis) -> Written | None:
    """Return the first answer to a write that came before: a create, or an update of the version that it made itself."""
    order, row = basis.order, basis.row
    for back in (0, 1) if row is not None else (0,):
        id_ = naming.event_id(source=basis.source, id_=_key(order, row, back))
        stored = events.find(conn, id_)
        if stored is None or (row is not None and not _rests_on(order, row.version, row.version - back)):
            continue
        if row is not None and stored.type == writing.PROPOSED:
            return replace(
                became.proposal(conn, basis.book, (orjson.loads(stored.answer),)), replayed=True, event_id=id_
            )
        made = row or became.made(conn, order.type, (orjson.loads(stored.answer),))
        status = 201 if order.interaction == "create" else 200
        return Written(status=status, row=made, replayed=True, event_id=id_)
    return None


def _precondition(order: Order, row: Row | None) -> None:
    """Refuse what rests on an older version: If-Match, else the version that the body itself names. RFC 9110 § 13.1.1."""
    current = str(row.version) if row is not None else ""
    if order.if_match is not None:
        if not row or not _rests_on(order, row.version):
            raise FhirError("IPK-F032")
    elif order.body is not None and row is not None:
        said = order.body.get("meta", {}).get("versionId", current)
        if said != current:
            raise FhirError("IPK-F044", at=f"{order.type}.meta.versionId")


def _rests_on(order: Order, *versions: int) -> bool:
    """Return whether If-Match names one of these versions, or is not given."""
    if order.if_match is None:
        return True
    tags = {one.strip().removeprefix("W/").strip('"') for one in order.if_match.split(",")}
    return bool(tags & {"*", *map(str, versions)})


def _said(order: Order, old: Resource | None) -> Resource:
    """Return the resource that is to be, checked. Raises Faults with every fault."""
    if order.interaction == "delete":
        return old or {}
    if order.patch is not None:
        made = order.patch(old or {})
        if found := order.check(made):
            raise Faults(found)
        return made
    body = order.body or {}
    return {**body, "id": old["id"]} if old is not None else {k: v for k, v in body.items() if k != "id"}


def _plain(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k not in {"meta", "text"}}


# ── its events ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(services: Services, conn: Connection, basis: _Basis) -> Written:
    """Write the events in turn, then compare what was said with what is stored."""
    said = _whole(basis.said)
    case = _case(conn, basis, owner(basis.book, basis.party))
    _check_seen(conn, basis, said)
    wish = _wish(conn, basis, said, case)
    told = writing.told(wish)
    made = [
        _one(services, conn, basis, one, number=number, case_key=case.key) for number, one in enumerate(told)
    ]
    answers = [answer for answer, _ in made]
    warnings = tuple(_warning(warn, told[0]) for _, listed in made for warn in listed)
    if basis.row is not None and told[0].type == writing.PROPOSED:
        done = became.proposal(conn, basis.book, answers)
        became.check_proposed(conn, said, done)
        return replace(done, warnings=warnings)
    if basis.row is not None:
        row = resources.many(conn, (f"{basis.row.type}/{basis.row.id}",))[f"{basis.row.type}/{basis.row.id}"]
    else:
        row = became.made(conn, basis.order.type, answers)
    if basis.order.interaction != "delete":
        became.check_kept(conn, said, row)
    status = {"create": 201, "delete": 204}.get(basis.order.interaction, 200)
    return Written(status=status, row=row, event_id=str(answers[0]["eventId"]), warnings=warnings)


def _whole(said: Resource) -> Resource:
    return writing.undetailed(said) if said["resourceType"] == "CarePlan" else said


def _wish(conn: Connection, basis: _Basis, said: Resource, case: Case) -> writing.Wish:
    return writing.Wish(
        interaction="update" if basis.order.interaction == "patch" else basis.order.interaction,
        said=said,
        old=basis.old,
        case=case,
        book=basis.book,
        party=basis.party,
        key=basis.key,
        now=basis.now,
        provenance=basis.order.provenance,
        stored=became.reader(conn),
    )


def _case(conn: Connection, basis: _Basis, org: str) -> Case:
    """Return the case that is written in: of the stored resource, else of the patient named. Raises IPK-F041."""
    now = basis.now
    if basis.row is not None:
        key = basis.row.case
        return (
            cases.gather(conn, org=org, now=now, case_key=key)
            if key
            else Case(key=None, version=0, now=now, owner=org)
        )
    key = parties.key(basis.said)
    if key is None:
        return cases.gather(conn, org=org, now=now, person=parties.person(basis.said))
    found = cases.gather(conn, org=org, now=now, case_key=key)
    if found.key is None:
        raise FhirError("IPK-F041", at=parties.named(basis.said)[1])
    return found


def _one(
    services: Services,
    conn: Connection,
    basis: _Basis,
    told: Told,
    *,
    number: int,
    case_key: str | None,
) -> tuple[dict[str, Any], tuple[Warn, ...]]:
    """Write one event and return its answer, and its warnings in both languages."""
    org = owner(basis.book, basis.party)
    event = _event(services, basis, told, number)
    try:
        case = gather(conn, event, org=org, now=basis.now, anchor=case_key)
        if not number:
            _unmoved(conn, basis.row)
        decided = _marked(basis, decided_at(event, case, basis.book, party=basis.party))
        whole = [decided, *duplicates(services.people, decided, case, basis.book)]
        there = known(services, conn, case, records.references(d.outcome for d in whole))
        unit, body = unit_of(case, whole, there, org=org)
    except SystemFault:
        raise
    except AdapterError as error:
        raise _placed(error, told, basis.order.type) from None
    write_unit(conn, audited(services, unit))
    return orjson.loads(body), decided.outcome.warnings


def _unmoved(conn: Connection, row: Row | None) -> None:
    """Raise Conflict where the resource was written after it was judged and before its case was read: both are read again."""
    if row is None:
        return
    name = f"{row.type}/{row.id}"
    if resources.many(conn, (name,))[name].version != row.version:
        raise Conflict


def _event(services: Services, basis: _Basis, told: Told, number: int) -> Event:
    try:
        return events_made.make(
            source=basis.source,
            id_=f"{basis.key}-{number + 1}" if number else basis.key,
            type_=told.type,
            time=basis.now,
            data=told.data,
            origin="posted",
            now=basis.now,
            people=services.people,
            unnamed=True,
        )
    except Faults as faults:
        raise _placed(faults, told, basis.order.type) from None


def _marked(basis: _Basis, decided: Decided) -> Decided:
    """Return what is decided with X-Provenance, and with the mark of deletion where the resource was entered in error."""
    decided, row = replace(decided, told=basis.order.provenance), basis.row
    mine = f"{row.type}/{row.id}" if row is not None else ""
    listed = tuple(
        deletion.marked(r) if parts.of(r) == mine and deletion.is_error(r) else r
        for r in decided.outcome.resources
    )
    return replace(decided, outcome=replace(decided.outcome, resources=listed))


def _placed(error: AdapterError, told: Told, type_: str) -> Faults:
    """Return an error of an event with its places in the resource."""
    return Faults(tuple(_moved(fault, told, type_) for fault in error.faults))


def _moved(fault: Fault, told: Told, type_: str) -> Fault:
    """Return a fault at its place in the resource; what of the event's place is more exact than that becomes its hint."""
    if not fault.path.startswith("$"):
        return fault
    best = _nearest(fault.path, told)
    rest = fault.path.removeprefix(best).lstrip(".") if best else ""
    return replace(fault, path=told.places.get(best, type_), hint=fault.hint or rest)


def _nearest(path: str, told: Told) -> str:
    """Return the longest of the event's places that leads to an element and that a path is, or is within."""
    return max(
        (p for p in told.places if path == p or path.startswith((f"{p}.", f"{p}["))), key=len, default=""
    )


def _warning(warn: Warn, told: Told) -> Fault:
    """Return a warning of an event at its place in the resource, with what it says beyond the code's text, in both languages."""
    row, place = TABLE[warn.code], told.places.get(_nearest(warn.path, told), "")
    nb, en = (
        text.removeprefix(plain).removeprefix(" (").removesuffix(")")
        for text, plain in ((warn.text_nb, row.nb), (warn.text_en, row.en))
    )
    return Fault(code=warn.code, path=place, severity="may", hint=nb, hint_en=en)


def _check_seen(conn: Connection, basis: _Basis, said: Resource) -> None:
    """Refuse a proposal about a plan that the writer may not see: for it there is none. Raises IPK-F041."""
    named = proposals.plan_of(said) if proposals.is_proposal(said) else None
    if named is None:
        return
    row = resources.many(conn, (named,)).get(named)
    if row is None or not basis.order.sees(conn, row):
        raise FhirError("IPK-F041", at="ServiceRequest.supportingInfo")
