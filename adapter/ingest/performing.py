"""One write over FHIR: what it rests on, its events at its case, and what became of it. R4 http.html#create, #update.

It is worked out in the transaction that stores it or ahead of it: by its sight of the store it cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from adapter import events as events_made
from adapter import naming, timing
from adapter.access import members, policy
from adapter.errors import AdapterError, Conflict, Faults, FhirError, RoutingError, SystemFault
from adapter.events import Event
from adapter.fhir import deletion, parts, proposals, written
from adapter.fhir.query import Row
from adapter.ingest import became, conditions, placing, records, strangers, twins
from adapter.ingest.accept import owner
from adapter.ingest.commit import known
from adapter.ingest.deciding import Decided, decided_at, duplicates, unit_of
from adapter.ingest.gathering import gather
from adapter.ingest.orders import Order, Written
from adapter.ingest.sight import Sight
from adapter.mappings import writing
from adapter.mappings.writing import Told, needs, parties
from adapter.model import AddressBook, Case, Party, Resource, Warn
from adapter.services import Services
from adapter.store import cases


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


def perform(services: Services, sight: Sight, order: Order, *, now: datetime) -> Written:
    """Return what becomes of one write, whose units are put to the sight. Raises AdapterError, Elsewhere.

    Refused is only what is refused as the store stands: Conflict where somebody else wrote while it was read.
    """
    try:
        return _performed(services, sight, order, now=now)
    except SystemFault:
        raise
    except AdapterError:
        if sight.overtaken():
            raise Conflict from None
        raise


def _performed(services: Services, sight: Sight, order: Order, *, now: datetime) -> Written:
    book = services.books(timing.day(now))
    party = writing.acting(book, order.party, order.provenance)
    if party is None:
        raise RoutingError("IPK-R001")
    row = _target(sight, order, book=book, now=now)
    if order.interaction == "delete" and (row is None or policy.gone(row.body)):
        return _nothing(order, row)
    if order.interaction == "create" and row is not None:
        return Written(status=200, row=row)
    if order.interaction == "update" and row is None:  # by criteria that none meets. R4 http.html#cond-update
        order = replace(order, interaction="create")
    old = orjson.loads(row.body) if row is not None else None
    key = _key(order, row)
    basis = _Basis(order=order, said={}, row=row, old=old, party=party, book=book, now=now, key=key)
    if row is not None:
        conditions.unmet(order.conditions, row.version)
    done, basis = _created(sight, basis) if row is None else (_replayed(sight, basis, row), basis)
    if done is not None:
        return done
    _precondition(order, row)
    basis = replace(basis, said=_said(order, old))
    if old is not None and order.interaction != "delete" and _plain(basis.said) == _plain(old):
        return Written(status=200, row=row)
    try:
        return _told(services, sight, basis)
    except Faults as faults:
        raise Faults(
            tuple(replace(f, path=writing.origin(f.path, basis.said)) for f in faults.items)
        ) from None


def _target(sight: Sight, order: Order, *, book: AddressBook, now: datetime) -> Row | None:
    """Return the stored resource that is meant. Raises IPK-F001, F030 (gone), F033 (several), F038 (unknown).

    What is not there, or gone, may be deleted all the same. R4 http.html#delete.
    """
    if order.criteria is not None:
        found = [row for row in sight.found(order.criteria) if _sees(sight, order, row, book=book, now=now)]
        if len(found) > 1:
            raise FhirError("IPK-F033")
        row = found[0] if found else None
        if row is not None and order.id is None and order.body is not None and order.interaction == "update":
            _same_id(order.body, row.id)
        if row is None and order.interaction == "patch":
            raise FhirError("IPK-F001")
        if row is None and order.interaction == "update" and "id" in (order.body or {}):
            raise FhirError("IPK-F038")  # it would be created under another id. R4 http.html#cond-update
        return row
    if order.interaction == "create" or order.id is None:
        return None
    row = sight.row(f"{order.type}/{order.id}")
    if row is None or not _sees(sight, order, row, book=book, now=now):
        if order.interaction == "delete":
            return None
        raise FhirError("IPK-F038" if order.interaction == "update" else "IPK-F001")
    if policy.gone(row.body) and order.interaction != "delete":
        raise FhirError("IPK-F030")
    return row


def _nothing(order: Order, row: Row | None) -> Written:
    """Return what became of deleting what is not there: nothing. A deletion that comes again names the version before it."""
    conditions.absent(order.conditions, *((row.version, row.version - 1) if row is not None else ()))
    return Written(status=204, row=row)


def _sees(sight: Sight, order: Order, row: Row, *, book: AddressBook, now: datetime) -> bool:
    """Return whether the writer may see a stored row: what it may not see is not there for it."""
    if not policy.shows(row.body) and not policy.gone(row.body):
        return False
    if order.party is None:
        return True
    return bool(members.shown(sight.conn, (row,), party_key=order.party, book=book, now=now))


def _same_id(body: Resource, id_: str) -> None:
    if body.get("id", id_) != id_:
        raise FhirError("IPK-F037", at=f"{body['resourceType']}.id")


def _key(order: Order, row: Row | None, back: int = 0) -> str:
    """Return the id of the event: of type, id, base version and what was sent."""
    base = row.version - back if row is not None else 0
    place = () if row is not None or order.entry is None else (str(order.entry),)
    id_ = row.id if row is not None else ""
    return naming.uid("fhir", order.interaction, order.type, id_, str(base), order.digest, *place)


def _created(sight: Sight, basis: _Basis) -> tuple[Written | None, _Basis]:
    """Return the first answer to a create that came before.

    Where what it made is deleted since, it is another event, of the version of the deletion too.
    """
    while True:
        id_ = naming.event_id(source=basis.source, id_=basis.key)
        stored = sight.event(id_)
        if stored is None:
            return None, basis
        answer = orjson.loads(stored.answer)
        then, now = became.first(sight, basis.order.type, answer)
        if not policy.gone(now.body):
            status = 200 if became.joined(basis.order.type, (answer,)) else 201
            return Written(status=status, row=then, replayed=True, event_id=id_, created=True), basis
        basis = replace(basis, key=naming.uid("fhir", "again", basis.key, now.id, str(now.version)))


def _replayed(sight: Sight, basis: _Basis, row: Row) -> Written | None:
    """Return the first answer to an update that came before, of the version that it made itself."""
    order = basis.order
    for back in (0, 1):
        id_ = naming.event_id(source=basis.source, id_=_key(order, row, back))
        stored = sight.event(id_)
        if stored is None or not conditions.rests_on(order.conditions, row.version, row.version - back):
            continue
        if stored.type == writing.PROPOSED:
            made = became.proposal(sight, basis.book, (orjson.loads(stored.answer),))
            return replace(made, replayed=True, event_id=id_)
        return Written(status=200, row=row, replayed=True, event_id=id_)
    return None


def _precondition(order: Order, row: Row | None) -> None:
    """Refuse what rests on an older version: by its headers, else by the version that the body itself names."""
    if row is None:
        conditions.absent(order.conditions)
        return
    conditions.require(order.conditions, row.version, row.updated)
    if order.conditions.match is None and order.body is not None:
        current = str(row.version)
        if order.body.get("meta", {}).get("versionId", current) != current:
            raise FhirError("IPK-F044", at=f"{order.type}.meta.versionId")


def _said(order: Order, old: Resource | None) -> Resource:
    """Return the resource that is to be, checked. Raises Faults with every fault."""
    if order.interaction == "delete":
        return old or {}
    if order.patch is not None:
        made = order.patch(old or {})
        if found := written.check(made):
            raise Faults(found)
        return made
    body = order.body or {}
    return {**body, "id": old["id"]} if old is not None else {k: v for k, v in body.items() if k != "id"}


def _plain(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k not in {"meta", "text"}}


# ── its events ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(services: Services, sight: Sight, basis: _Basis) -> Written:
    """Put the events in turn, then compare what was said with what is stored then."""
    said = _whole(basis.said)
    case = sight.gathered(_case(sight, basis, owner(basis.book, basis.party)))
    _check_seen(sight, basis, said)
    stranger = basis.order.party is not None and strangers.is_stranger(case, basis.party, basis.book)
    told = writing.told(_wish(sight, basis, said, strangers.unknown(case) if stranger else case))
    sight.expect(len(told))
    made = [
        _one(services, sight, basis, one, number=number, at=None if number else case, case_key=case.key)
        for number, one in enumerate(told)
    ]
    answers = [answer for answer, _ in made]
    warnings = tuple(placing.warning(warn, told[0]) for _, listed in made for warn in listed)
    if basis.row is not None and told[0].type == writing.PROPOSED:
        done = became.proposal(sight, basis.book, answers)
        became.check_proposed(sight, said, done)
        return replace(done, warnings=warnings)
    if basis.row is not None:
        row = sight.row(f"{basis.row.type}/{basis.row.id}") or basis.row
    else:
        row = became.made(sight, basis.order.type, answers)
    joined = basis.row is None and became.joined(basis.order.type, answers)
    unseen = joined and not _sees(sight, basis.order, row, book=basis.book, now=basis.now)
    if basis.order.interaction != "delete" and not unseen:  # what differs would tell of what is there
        patched = basis.order.interaction == "patch"
        became.check_kept(sight, said, row, old=basis.old, told=told, patched=patched)
    status = 200 if joined else {"create": 201, "delete": 204}.get(basis.order.interaction, 200)
    return Written(
        status=status,
        row=row,
        event_id=str(answers[0]["eventId"]),
        warnings=warnings,
        created=basis.row is None,
    )


def _whole(said: Resource) -> Resource:
    return writing.undetailed(said) if said["resourceType"] == "CarePlan" else said


def _wish(sight: Sight, basis: _Basis, said: Resource, case: Case) -> writing.Wish:
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
        stored=partial(_stored, sight, case),
    )


def _stored(sight: Sight, case: Case, reference: str) -> Resource | None:
    """Return what is behind a reference: of this case, or of none. What is another patient's is nothing here, whoever writes."""
    row = sight.row(reference)
    return sight.resource(reference) if row is not None and row.case in {None, case.key} else None


def _case(sight: Sight, basis: _Basis, org: str) -> Case:
    """Return the case that is written in: of the stored resource, else of the patient named. Raises IPK-F041, Conflict."""
    now, conn = basis.now, sight.conn
    if basis.row is not None:
        key = basis.row.case
        case = (
            cases.gather(conn, org=org, now=now, case_key=key)
            if key
            else Case(key=None, version=0, now=now, owner=org)
        )
        _unmoved(sight, basis.row)
        return case
    key = parties.key(basis.said)
    if key is None:
        found = cases.gather(conn, org=org, now=now, person=parties.person(basis.said))
    else:
        found = cases.gather(conn, org=org, now=now, case_key=key)
    if not _known(basis, found, named=key is None) if found.key is not None else key is not None:
        raise FhirError("IPK-F041", at=parties.named(basis.said)[1])
    return found


def _known(basis: _Basis, case: Case, *, named: bool) -> bool:
    """Return whether there is such a person for the writer: one it has no part in is not there, but for what anybody may tell.

    A need is reported by anybody, and a plan made of a person who is new to its author; each then says who that is (`named`).
    Decision 25.
    """
    if basis.order.party is None or not strangers.is_stranger(case, basis.party, basis.book):
        return True
    return named and (basis.said["resourceType"] == "CarePlan" or needs.is_need(basis.said))


def _unmoved(sight: Sight, row: Row) -> None:
    """Raise Conflict where the resource was written after it was judged and before its case was read: both are read again."""
    found = sight.row(f"{row.type}/{row.id}")
    if found is None or found.version != row.version:
        raise Conflict


def _one(  # noqa: PLR0913 (all by name but the first)
    services: Services,
    sight: Sight,
    basis: _Basis,
    told: Told,
    *,
    number: int,
    at: Case | None,
    case_key: str | None,
) -> tuple[dict[str, Any], tuple[Warn, ...]]:
    """Put one event and return its answer, and its warnings in both languages. `at` is the case where it was just read."""
    org = owner(basis.book, basis.party)
    event = _event(services, basis, told, number)
    try:
        case = gather(sight.conn, event, org=org, now=basis.now, anchor=case_key, at=at)
        _check_told(basis, event, case)
        decided = _marked(basis, decided_at(event, case, basis.book, party=basis.party))
        both = [decided, *duplicates(services.people, decided, case, basis.book)]
        whole, beside = twins.followed(services, sight.conn, both, case=case, book=basis.book, org=org)
        there = known(services, sight.conn, case, records.references(d.outcome for d in whole))
        unit, body = unit_of(case, whole, there, org=org)
    except SystemFault:
        raise
    except AdapterError as error:
        raise placing.placed(error, told, basis.order.type) from None
    sight.put(replace(unit, beside=beside))
    return orjson.loads(body), decided.outcome.warnings


def _check_told(basis: _Basis, event: Event, case: Case) -> None:
    """Raise what stands against an event of a stranger's if nobody knew the person: not by the case is it refused first."""
    if basis.order.party is not None and strangers.is_stranger(case, basis.party, basis.book):
        decided_at(event, strangers.seen(case, event, basis.party, basis.book), basis.book, party=basis.party)


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
        raise placing.placed(faults, told, basis.order.type) from None


def _marked(basis: _Basis, decided: Decided) -> Decided:
    """Return what is decided with X-Provenance, and with the mark of deletion where the resource was entered in error."""
    decided, row = replace(decided, told=basis.order.provenance), basis.row
    mine = f"{row.type}/{row.id}" if row is not None else ""
    listed = tuple(
        deletion.marked(r) if parts.of(r) == mine and deletion.is_error(r) else r
        for r in decided.outcome.resources
    )
    return replace(decided, outcome=replace(decided.outcome, resources=listed))


def _check_seen(sight: Sight, basis: _Basis, said: Resource) -> None:
    """Refuse a proposal about a plan that the writer may not see: for it there is none. Raises IPK-F041."""
    named = proposals.plan_of(said) if proposals.is_proposal(said) else None
    if named is None:
        return
    row = sight.row(named)
    if row is None or not _sees(sight, basis.order, row, book=basis.book, now=basis.now):
        raise FhirError("IPK-F041", at="ServiceRequest.supportingInfo")
