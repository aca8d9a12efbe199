"""What became of a received document, and a document that is only kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from adapter.access import audit as trail
from adapter.ingest import records
from adapter.ingest.commit import Unit
from adapter.model import AddressBook, Case, Message
from adapter.services import Services

Channel = Literal["in", "copy", "http"]
Result = Literal["receipted", "receipt", "duplicate", "ignored", "copied", "failed"]
HerIds = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a document. `apprec` is the receipt for an answer over HTTP; on `in` it goes through the outbox."""

    outcome: Result
    id: str | None = None
    apprec: bytes | None = field(default=None, repr=False)
    code: str | None = None
    at: str | None = None


def kept(services: Services, *messages: Message, now: datetime, org: str) -> Unit:
    """Return the unit that stores messages and changes nothing else."""
    case = Case(key=None, version=0, now=now, owner=org)
    told = tuple(f"DocumentReference/{m.id}" for m in messages)
    return Unit(
        case=case,
        case_key=None,
        now=now,
        org=org,
        messages=messages,
        feed=records.feed((), messages, (), org=org, now=now),
        audit=(trail.handled(services, entities=told, case_key=None, org=org, at=now),),
    )


def party_key(book: AddressBook, her_ids: HerIds) -> str | None:
    """Return the book key of a party by its level-2 HER-id, None for one it does not list."""
    party = book.by_her(her_ids[1])
    return party.key if party else None
