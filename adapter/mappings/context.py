"""What a mapping is given and what it gives back. Frozen; no clock, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from adapter import naming
from adapter.events import Event
from adapter.kith.attachments import Outgoing
from adapter.model import (
    AddressBook,
    Case,
    Deadline,
    EventStatus,
    Message,
    Outcome,
    Party,
    Reason,
    Resource,
    Warn,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """The received message behind an event that was made from one."""

    message: Message
    melde_id: str | None
    sender: Party | None
    receiver: Party | None
    item: str | None = None
    """Task kind of the work item that a person needs to act on it."""
    suggestion: Mapping[str, str] = field(default_factory=dict, repr=False)
    """An event that a person may confirm, and whom it names: `{event, name, profession, phone}`."""
    consent_asked: bool = False
    """The receiver answered that the patient's consent is needed (9069/4)."""
    topic: str | None = None
    """TemaKodet of 7322."""
    reserved: bool = False
    """The patient lets nobody forward what the message says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One event at one case. `party` is the event's source in the book as valid on the day of the case's instant."""

    event: Event
    case: Case
    book: AddressBook
    party: Party | None = None
    inbound: Inbound | None = None

    @property
    def data(self) -> Any:
        """The event's data model."""
        return self.event.data

    @property
    def now(self) -> datetime:
        """The instant of the case."""
        return self.case.now

    @property
    def today(self) -> date:
        """The day in Norway of the case's instant."""
        return self.case.today

    @property
    def home(self) -> Party | None:
        """The home party that acts, None when the event came from outside or a clock."""
        return self.party if self.party is not None and self.party.home else None

    @property
    def may_send(self) -> bool:
        """Whether this event may make external messages: posted by a home party, over the system channel."""
        silent = getattr(self.data, "channel", None) in {"oral", "paper"}
        return self.home is not None and self.event.origin != "received" and not silent

    def id(self, type_: str, key: str = "") -> str:
        """Return the id of a resource that this event makes."""
        return naming.resource_id(self.event.event_id, type_, key)

    def patient_id(self) -> str:
        """Return the id of the Patient: the case's, or of the first event that named the person."""
        return self.case.key or self.id("Patient")

    def with_case(self, case: Case) -> Context:
        """Return the same event at another state of the case."""
        return replace(self, case=case)


PATIENT: Final = Party(key="patient", name="Pasienten", takes=("LETTER",))
"""Stands for the patient as receiver: a message row names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """A message of care in place of a notice: its type of 8279, and how it is made under a head."""

    type: str
    make: Callable[[Any], Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to be told to one party; `compose` makes the message of it."""

    receiver: Party
    title: str
    text: str = field(repr=False)
    melde_id: str | None = None
    thread: Message | None = None
    """The message it follows in a running thread of ours; None begins a dialogue."""
    answers: Message | None = None
    """The received question it answers."""
    replaces: Message | None = None
    """The message of ours that is stopped, of which it tells what still holds."""
    wants_reply: bool = False
    reply_days: int | None = None
    held: bool = False
    based_on: tuple[str, ...] = ()
    """References of the ServiceRequests it is about."""
    reasons: tuple[Reason, ...] = ()
    named: Mapping[str, Any] | None = field(default=None, repr=False)
    """The person the notice names with a 9034 role: `{role, family, given, hpr, profession, phone}`."""
    parent: tuple[str, str] | None = None
    """(RefToParent, RefToConversation) given by the EPJ for a thread that is not ours."""
    asks: bool = False
    """It wants an answer for which another clock than the message's own runs."""
    attached: tuple[Outgoing, ...] = field(default=(), repr=False)
    """What goes with it, as files."""
    contact_profession: str | None = None
    care: Care | None = None
    to_patient: bool = False
    """A letter to the patient, not to `receiver`."""
    to_guardians: bool = False
    """Whether it addresses those with parental responsibility for the patient. pbrl § 3-4."""
    lang: str | None = None
    """Language of a letter, `nb` or `nn`; None: that of its receiver."""

    @property
    def lane(self) -> tuple[str, str]:
        """What one event makes one message for: the receiver, and which message of care."""
        return self.receiver.key, self.care.type if self.care else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an event changes before its notices are composed."""

    resources: tuple[Resource, ...] = field(default=(), repr=False)
    messages: tuple[Message, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Warn, ...] = ()
    status: EventStatus | None = None
    case: Mapping[str, Any] = field(default_factory=dict)
    """Parts of the answer's `case` that follow from the event: meldeId, planId, assignmentId."""

    def __add__(self, other: Change) -> Change:
        """Return both; the later resource wins over an earlier one of the same id."""
        return together(self, other)

    def outcome(self, case_key: str | None) -> Outcome:
        """Return the change as an outcome, to look at the case as it will be."""
        return Outcome(
            status=self.status or "recorded",
            case_key=case_key,
            resources=self.resources,
            messages=self.messages,
            deadlines=self.deadlines,
        )


def together(*changes: Change) -> Change:
    """Return all of them as one; the later resource wins over an earlier one of the same id. Every event asks ten times: one pass."""
    resources: dict[tuple[str, str], Resource] = {}
    messages: dict[str, Message] = {}
    deadlines: dict[str, Deadline] = {}
    reasons: list[Reason] = []
    warnings: list[Warn] = []
    status: EventStatus | None = None
    case: dict[str, Any] = {}
    for change in changes:
        for resource in change.resources:
            resources[resource["resourceType"], resource["id"]] = resource
        for message in change.messages:
            messages[message.id] = message
        for deadline in change.deadlines:
            deadlines[deadline.id] = deadline
        reasons += change.reasons
        warnings += change.warnings
        status = change.status or status
        case |= change.case
    return Change(
        resources=tuple(resources.values()),
        messages=tuple(messages.values()),
        deadlines=tuple(deadlines.values()),
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        status=status,
        case=case,
    )
