"""The case a received message belongs to, and whether it is in a thread of ours. message-rules.md, 'What a received message becomes'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapter import ids
from adapter.kith.head import Head
from adapter.mappings import threads, twins, views
from adapter.model import Case, Message, Party
from adapter.store import Connection, cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The case (an empty one for a person who is new here), the Melde-id it goes by, and whether it is in a thread."""

    case: Case
    melde_id: str | None
    in_thread: bool


def found(
    conn: Connection, head: Head, row: Message, *, melde_id: str | None, sender: Party | None, now: datetime
) -> Found:
    """Return the case of a message. `melde_id` is the one its text states.

    In a thread = a ConversationRef of ours or a valid Melde-id, and the same patient, and a party of that thread.
    """
    thread = head.conversation.conversation if head.conversation else None
    parent = head.conversation.parent if head.conversation else None
    for key in _candidates(conn, row.owner, (thread, parent), melde_id):
        case = cases.gather(conn, org=row.owner, now=now, case_key=key)
        known = _melde_id(case, thread, parent) or melde_id
        ref = thread if _knows(case, thread) else parent
        party = threads.party_of_thread(case, sender, row.sender[1], melde_id=known, thread=ref)
        if party and threads.same_person(case, head):
            return Found(case=case, melde_id=known, in_thread=True)
    return Found(case=_by_person(conn, head, row.owner, now), melde_id=None, in_thread=False)


def _candidates(
    conn: Connection, org: str, refs: tuple[str | None, ...], melde_id: str | None
) -> tuple[str, ...]:
    """Return the cases that a reference or the Melde-id may mean, references first."""
    keys = [cases.by_thread(conn, org, ref) for ref in refs if ref]
    keys += [cases.find_continued(conn, org, melde_id=melde_id)] if melde_id else []
    return tuple(dict.fromkeys(key for key in keys if key))


def _knows(case: Case, ref: str | None) -> bool:
    return ref is not None and any(ref in (m.msg_id, m.thread) for m in case.messages)


def _melde_id(case: Case, thread: str | None, parent: str | None) -> str | None:
    """Return the Melde-id of the thread: of the message answered, else the latest in the thread."""
    named = [
        m
        for m in case.messages
        if m.melde_id and (m.msg_id == parent or (thread and thread in (m.msg_id, m.thread)))
    ]
    return next((m.melde_id for m in named if m.msg_id == parent), named[-1].melde_id if named else None)


def _by_person(conn: Connection, head: Head, org: str, now: datetime) -> Case:
    """Return the case of the person whom a message names; of a number that another case has replaced, that case."""
    ident = head.patient.ident if head.patient else None
    if ident is None:
        return Case(key=None, version=0, now=now, owner=org)
    case = cases.gather(conn, org=org, now=now, person=(ids.system_of_kith(ident[1]), ident[0]))
    current = twins.replaced_by(case)
    return case if current is None else cases.gather(conn, org=org, now=now, case_key=current)


def municipality(case: Case, receiver: Party | None, sender: Party | None) -> str:
    """Return the case's municipality, else the one that we, or the sender, serve."""
    served = [place for party in (receiver, sender) if party for place in party.serves]
    return views.municipality(case) or (served[0].partition("/")[0] if served else "")
