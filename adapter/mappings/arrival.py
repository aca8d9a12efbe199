"""A received message with all that decides what it becomes, and an event made of it. message-rules.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapter.kith.dialog import Contact, Notes
from adapter.kith.head import Head
from adapter.kith.plan import PlanFacts
from adapter.kith.text import ParsedText
from adapter.model import AddressBook, Case, Message, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """An event to be made of a received message. `item` is the kind of work item it needs, if any."""

    type: str
    number: str
    data: dict[str, Any]
    item: str | None = None
    consent_asked: bool = False
    suggestion: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A received message with all that decides what it becomes."""

    message: Message
    head: Head
    body: Notes | None
    text: ParsedText
    case: Case
    book: AddressBook
    in_thread: bool
    melde_id: str | None
    sender: Party | None
    receiver: Party | None
    registered: bool = True
    """Whether the service addressed is `receiver`; else that party stands in for one of its organisation."""
    municipality: str = ""
    contacts: tuple[Contact, ...] = field(default=())
    plan: PlanFacts | None = None
    """What a referral or a message of PLO 2.0 says of plan and coordinator."""
