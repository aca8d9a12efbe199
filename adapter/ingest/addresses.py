"""An address that no longer holds: what waits for it becomes work items, and a person sends it on. E64; contract.md, 'remap'."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapter import kith, naming, timing
from adapter.errors import MessageError
from adapter.events import Event
from adapter.fhir import parts
from adapter.ingest import leaving as doors
from adapter.ingest.accept import Answer
from adapter.ingest.accept import accept as accept_one
from adapter.ingest.commit import retrying
from adapter.ingest.settle import asked_anew, check_act, moved, one, succeeded
from adapter.mappings import common, compose, handling, leaving
from adapter.mappings.context import Change
from adapter.model import Case, Message, Party
from adapter.rules import message_states
from adapter.services import Services
from adapter.store import messages, resources

CHANGED: Final = "ip.address.changed"
"""States of a message that a person may send to another party."""
_PAGE: Final = 500


def accept(services: Services, event: Event, *, dry_run: bool = False, stranger: bool = False) -> Answer:
    """Return the answer to an event, as `accept.accept`; a changed address stops what waits for it, message by message.

    Posted again after a crash it does what was not done. Raises as `accept.accept`.
    """
    answer = accept_one(services, event, dry_run=dry_run, stranger=stranger)
    if event.type == CHANGED and not dry_run:
        _follow(services, event)
    return answer


def _follow(services: Services, event: Event) -> None:
    for message in _concerned(services, event.data.her_id):  # type: ignore[attr-defined]
        with services.store.read() as conn:
            done = resources.current(conn, "Task", naming.resource_id(event.event_id, "Task", message.id))
        if done is None:
            _stopped(services, event, message)


def _concerned(services: Services, her_id: str) -> list[Message]:
    """Return the messages to an address that its receiver may not get."""
    found: list[Message] = []
    cursor: str | None = None
    filters = messages.Filter(receiver=her_id, direction="out")
    while True:
        with services.store.read() as conn:
            page, cursor = messages.page(conn, filters, cursor=cursor, count=_PAGE)
        found += [
            m
            for m in page
            if m.state in message_states.before(message_states.ADDRESS)
            and m.type != "APPREC"
            and not m.replaced_by
        ]
        if cursor is None:
            return found


def _stopped(services: Services, event: Event, message: Message) -> None:
    book = services.book()

    def change(case: Case, row: Message) -> Change:
        if row.state not in message_states.before(message_states.ADDRESS):
            return Change()
        return handling.readdress(case, row, event_id=event.event_id, owner=handling.queue(book, row))

    retrying(services, lambda: moved(services, message.id, change))


# ── a person sends it on ─────────────────────────────────────────────────────────────────────────────────────────────


def remap(services: Services, message_id: str, key: str) -> Message:
    """Return the message that goes to another party of the book instead: next generation, ConversationRef kept.

    Raises MessageError IPK-M010 unknown, IPK-M011 its state, IPK-M051 a type that the party does not take, IPK-M052 our
    own or the same, IPK-M053 excluded by the patient; Faults IPK-E095 what must not leave any more; RoutingError IPK-R003 for a key that is not in the book.
    """
    return retrying(services, lambda: _remapped(services, message_id, key))


def _remapped(services: Services, message_id: str, key: str) -> Message:
    now = services.clock()
    book = services.books(timing.day(now))
    row, to = one(services, message_id), book.by_key(key)
    if to is None:
        raise MessageError("IPK-R003", at="$.key")
    check_act(row, message_states.REMAP, once=True)
    if to.home or (to.key, to.unit_her_id) == (row.receiver_key, row.receiver[1]):
        raise MessageError("IPK-M052", at="$.key")
    if to.is_letter or not to.accepts(row.type, row.version):
        raise MessageError("IPK-M051", at="$.key")
    fresh = readdressed(row, to, now)
    asks = doors.asking(services, row, to)

    def change(case: Case, old: Message) -> Change:
        one = asks(case, old)
        if leaving.excluded(one) is not None:
            raise MessageError("IPK-M053", at="$.key")
        doors.check(one)
        known = book.by_key(old.receiver_key)
        there = Change(resources=handling.reassigned(case, old, known, to))
        case = case.having(there.outcome(case.key))
        return there + _to(succeeded(case, replace(old, state=_after(old)), fresh), to)

    return moved(services, message_id, change, result=fresh.id)


def _after(old: Message) -> Any:
    """Return the state in which the old message stays: what never left is buried."""
    return message_states.after(old.state, message_states.REMAP)


def _to(change: Change, to: Party) -> Change:
    """Return the change with the new Communication at the party chosen."""
    there = [{"reference": f"Organization/{to.organisation_id}"}]
    new = tuple(
        parts.changed(r, recipient=there)
        if r["resourceType"] == "Communication" and r["status"] == "preparation"
        else r
        for r in change.resources
    )
    return replace(change, resources=(*common.parties(to), *new))


def readdressed(row: Message, to: Party, now: datetime) -> Message:
    """Return the same document to another party, under the next generation. Raises MessageError IPK-M011 for no KITH message."""
    read = kith.read(row.body) if row.body else None
    if row.event_id is None or read is None or read.message is None or read.head is None:
        raise MessageError("IPK-M011", at="$.state")
    at = now.replace(microsecond=0)
    msg_id = naming.msg_id(
        release_event=row.event_id, type_=row.type, receiver=to.address_id, generation=row.generation + 1
    )
    head = replace(read.head, msg_id=msg_id, gen_date=at, receiver=compose.address(to))
    return replace(
        row,
        id=msg_id,
        msg_id=msg_id,
        state="pending",
        receiver_key=to.key,
        receiver=(to.her_id, to.unit_her_id),
        receiver_names=(to.name, to.display),
        thread=msg_id if row.thread == row.msg_id else row.thread,
        gen_date=at,
        generation=row.generation + 1,
        replaces=row.id,
        body=asked_anew(kith.build(replace(read.message, head=head)), at),
        attempts=0,
        next_attempt=None,
        last_error=None,
        sent_at=None,
        apprec=None,
        replaced_by=None,
    )
