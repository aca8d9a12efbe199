"""The frozen values that shell and core exchange: case, parties, messages, deadlines, reasons, failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Generic, Literal, TypeVar, cast

from adapter import naming, timing
from adapter.timing import Clocks, Deadline

__all__ = [
    "PENDING", "AddressBook", "Agreement", "Case", "Clocks", "Deadline", "Door", "EventStatus", "Message",
    "MessageState", "Outcome", "Party", "Reason", "Resource", "Routing", "Same", "Warn",
]  # fmt: skip

Resource = dict[str, Any]
"""A FHIR R4 resource as JSON. Never changed in place: a changed one is a new dict."""

V = TypeVar("V")

Door = Literal["own", "observe", "handover"]
Routing = Literal["direct_with_copy_to_ke", "ke_then_municipality", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something was decided: the rule's anchor, its source, the outcome and a text in bokmål without personal data."""

    rule: str
    source: str
    outcome: str
    text: str
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One row of the address book: a communication party. contract.md, 'The address book'."""

    key: str
    name: str
    """Level-1 name."""
    her_id: str | None = None
    """Level-1 HER-id."""
    orgnr: str | None = None
    type: str | None = None
    """Organisation type, list 9040."""
    unit_her_id: str | None = None
    """Level-2 HER-id (of the service or the person)."""
    unit_name: str | None = None
    service: str | None = None
    unit: str | None = None
    """Name of the coordinating unit, where the party is one."""
    person: Mapping[str, str] | None = None
    """`family`, `given`, `hpr?` when level 2 is a person (a GP)."""
    serves: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    home: bool = False
    door: Door = "own"
    routing: Routing = "direct_with_copy_to_ke"
    release_days: int = 1
    answer_to: Literal["department", "ke"] = "department"
    plo: str = "epj"
    staffed: bool = True
    """Whether somebody reads the unit's queue now."""
    deputy: str | None = None
    """Key of the home party that stands in for the unit while nobody does."""
    contact_profession: str | None = None
    address: Mapping[str, str] | None = None
    phone: str | None = None
    leader: Mapping[str, str] | None = None
    """`name`, `phone?` of who leads a home party: the second step of the escalation."""
    form_url: str | None = None
    form: bytes | None = field(default=None, repr=False)
    """PDF of the application form that it demands."""
    language: Literal["nb", "nn"] = "nb"
    """Language of letters to it, and to its inhabitants who name none."""
    platform: Mapping[str, str] | None = None
    valid_from: date = date.min
    valid_to: date | None = None
    source: str = ""
    checked: date | None = None

    @property
    def address_id(self) -> str:
        """Level-2 HER-id, or the book key where it has none: what MsgIds and order of sending use."""
        return self.unit_her_id or self.key

    @property
    def is_letter(self) -> bool:
        """Whether it has no electronic address."""
        return "LETTER" in self.takes or self.unit_her_id is None

    @property
    def organisation_id(self) -> str:
        """Id of the Organization that stands for it: level 2, or level 1 where level 2 is a person or absent."""
        if self.unit_name and not self.person:
            return naming.unit_id(self.key)
        return self.level1_id

    @property
    def level1_id(self) -> str:
        """Id of its level-1 Organization."""
        return naming.organisation_id(her_id=self.her_id, orgnr=self.orgnr)

    @property
    def municipalities(self) -> frozenset[str]:
        """Codes of the municipalities that it serves, whole or by district."""
        return frozenset(place.partition("/")[0] for place in self.serves)

    @property
    def display(self) -> str:
        """Level-2 name, else level-1 name."""
        return self.unit_name or self.name

    @property
    def full_name(self) -> str:
        """Level-1 name and level-2 name: every municipality has a `Saksbehandling`."""
        return self.name if self.unit_name in {None, "", self.name} else f"{self.name}, {self.unit_name}"

    def accepts(self, type_: str, version: str) -> bool:
        """Whether `takes` lists `TYPE/version` or `*`."""
        return "*" in self.takes or f"{type_}/{version}" in self.takes


class Same(Generic[V]):
    """A value as a key by identity: for caches of what follows from a party or a book, which hold mappings."""

    __slots__ = ("value",)

    def __init__(self, value: V) -> None:
        self.value = value

    def __hash__(self) -> int:
        """Return the identity's hash."""
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the very same object."""
        return isinstance(other, Same) and other.value is self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Overrides clocks and routing for a pair of parties."""

    between: frozenset[str]
    reply_days: int | None = None
    assessment_days: int | None = None
    coordinator_days: int | None = None
    release_days: int | None = None
    gap_days: int | None = None
    escalation_days: int | None = None
    reminders: bool = False
    """Whether the receiver is reminded by a message of its own."""
    routing: Routing | None = None
    source: str = ""
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class AddressBook:
    """All parties and agreements, as valid on one day. Names never decide a match; HER-ids do."""

    parties: tuple[Party, ...]
    agreements: tuple[Agreement, ...] = ()
    clocks: Clocks = field(default_factory=Clocks)
    _by_her: dict[str, Party] = field(init=False, repr=False, compare=False)
    _by_key: dict[str, Party] = field(init=False, repr=False, compare=False)
    _by_organisation: dict[str, Party] = field(init=False, repr=False, compare=False)
    _between: dict[frozenset[str], Agreement | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index by level-2 HER-id and by key."""
        object.__setattr__(self, "_by_her", {p.unit_her_id: p for p in self.parties if p.unit_her_id})
        object.__setattr__(self, "_by_key", {p.key: p for p in self.parties})
        object.__setattr__(self, "_by_organisation", {p.organisation_id: p for p in reversed(self.parties)})
        between: dict[frozenset[str], Agreement | None] = {}
        for one in self.agreements:
            pair = frozenset(self._by_key[key].level1_id for key in one.between if key in self._by_key)
            # Two of the same organisations, each for services of its own: neither speaks for a third.
            between[pair] = None if pair in between else one
        object.__setattr__(self, "_between", between)

    def on(self, day: date) -> AddressBook:
        """Return the book as valid on `day`."""
        return AddressBook(
            tuple(
                p for p in self.parties if p.valid_from <= day and (p.valid_to is None or day <= p.valid_to)
            ),
            tuple(
                a
                for a in self.agreements
                if a.valid_from <= day and (a.valid_to is None or day <= a.valid_to)
            ),
            self.clocks,
        )

    def by_her(self, her_id: str | None) -> Party | None:
        """Return the party with this level-2 HER-id."""
        return self._by_her.get(her_id) if her_id else None

    def by_key(self, key: str | None) -> Party | None:
        """Return the party with this key."""
        return self._by_key.get(key) if key else None

    def by_organisation(self, id_: str) -> Party | None:
        """Return the party for which this Organization stands."""
        return self._by_organisation.get(id_)

    def by_source(self, source: str) -> Party | None:
        """Return the party of an event's `source` (`urn:her:…` or `urn:orgnr:…`)."""
        scheme, _, value = source.rpartition(":")
        if scheme == "urn:her":
            return self.by_her(value)
        return next((p for p in self.parties if p.orgnr == value), None) if scheme == "urn:orgnr" else None

    def agreement(self, one: str, other: str) -> Agreement | None:
        """Return the agreement between two parties (by key), else the one of their organisations, where there is just one.

        A hospital trust agrees with a municipality; the services that the row names stand for both.
        """
        pair = frozenset((one, other))
        own = next((a for a in self.agreements if a.between == pair), None)
        parties = (self.by_key(one), self.by_key(other))
        levels = frozenset(p.level1_id for p in parties if p is not None)
        return own or (self._between.get(levels) if len(levels) == len(pair) else None)


MessageState = Literal[
    "held", "pending", "leased", "handed", "sent", "delivered", "acknowledged", "rejected", "unanswered", "dead", "buried",
    "manual", "received", "unmatched", "ignored", "failed",
]  # fmt: skip

PENDING: Final = ("pending", "leased", "handed")
"""States told as `pending`. contract.md, 'HTTP: messages'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message row: sent (`id` = MsgId) or received (`id` by naming.received_id). Bytes as sent or as received."""

    id: str
    msg_id: str
    direction: Literal["out", "in"]
    type: str
    """Type of 8279, `LETTER` for a letter."""
    version: str
    """Version of the payload standard: `1.0`, `1.1`."""
    state: MessageState
    owner: str
    """Level-1 HER-id of the home organisation it belongs to."""
    sender_key: str | None = None
    receiver_key: str | None = None
    """Keys of the address book, None for parties it does not list."""
    sender: tuple[str | None, str | None] = (None, None)
    """(level-1 HER-id, level-2 HER-id)."""
    receiver: tuple[str | None, str | None] = (None, None)
    sender_names: tuple[str, str] = ("", "")
    receiver_names: tuple[str, str] = ("", "")
    case_key: str | None = None
    seq: int = 0
    """Order within the case."""
    thread: str | None = None
    """RefToConversation, the first message's MsgId for the first."""
    parent: str | None = None
    gen_date: datetime | None = None
    generation: int = 0
    replaces: str | None = None
    event_id: str | None = None
    """The event that made it (out) or the last made from it (in)."""
    melde_id: str | None = None
    wants_reply: bool = False
    """A need message: the reply clock runs."""
    subject: str = ""
    """Tema of the thread. A fixed title of ours; for received ones kept in the bytes only."""
    body: bytes = field(default=b"", repr=False)
    why: tuple[Reason, ...] = ()
    attempts: int = 0
    next_attempt: datetime | None = None
    last_error: str | None = None
    """Stable code of the last failure, never its text."""
    sent_at: datetime | None = None
    apprec: Mapping[str, Any] | None = None
    """The receipt got (out) or given (in): `{id, status, errors: [{code}], at}`."""
    replaced_by: str | None = None

    @property
    def told(self) -> str:
        """Its state as everybody is told it: what a worker holds, or the EPJ has yet to send, is pending."""
        return "pending" if self.state in PENDING else self.state

    @property
    def place(self) -> str | None:
        """Where the document lies that the EPJ has yet to send, below the exchange folder."""
        return f"handover/{self.id}.xml" if self.state == "handed" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A patient in this installation, as gathered: open resources, message heads, running deadlines, and the instant."""

    key: str | None
    """Equal to the Patient's id; None when the person is new here."""
    version: int
    now: datetime
    owner: str
    resources: Mapping[str, Resource] = field(default_factory=dict, repr=False)
    """`Type/id` → current resource."""
    messages: tuple[Message, ...] = ()
    """Without bytes, in order of `seq`."""
    deadlines: tuple[Deadline, ...] = ()
    bodies: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Bytes of received questions, by message id."""
    needs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Content of the event that made a need still open, by Melde-id: its text is written again on release."""
    twin: str | None = None
    """Key of another case of the same person, where an event says that two numbers are one person's."""
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked of this very case before, by who asked: a case never changes."""

    @property
    def today(self) -> date:
        """The day in Norway of the case's instant."""
        return timing.day(self.now)

    def once(self, make: Callable[[Case], V]) -> V:
        """Return what `make` returns for this case, made the first time it is asked for."""
        known = self._known
        if make not in known:
            known[make] = make(self)
        return cast("V", known[make])

    def of(self, type_: str) -> tuple[Resource, ...]:
        """Return the resources of one type, by id."""
        return self.once(_by_type).get(type_, ())

    def get(self, reference: str) -> Resource | None:
        """Return the resource behind a relative reference."""
        return self.resources.get(reference)

    def having(self, outcome: Outcome) -> Case:
        """Return the case as it will be once `outcome` is written (to decide the next event in the same transaction)."""
        merged = dict(self.resources) | {f"{r['resourceType']}/{r['id']}": r for r in outcome.resources}
        changed = {m.id: m for m in outcome.messages}
        kept = tuple(changed.pop(m.id, m) for m in self.messages)
        closed = {d.id: d for d in outcome.deadlines}
        clocks = tuple(closed.pop(d.id, d) for d in self.deadlines)
        return replace(
            self,
            key=outcome.case_key or self.key,
            resources=merged,
            messages=kept + tuple(changed.values()),
            deadlines=clocks + tuple(closed.values()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """A warning of the answer: stable code and path, never a value."""

    code: str
    path: str
    text_nb: str
    text_en: str


def _by_type(case: Case) -> Mapping[str, tuple[Resource, ...]]:
    """Return the resources of a case by type, each type's by id."""
    found: dict[str, list[Resource]] = {}
    for key in sorted(case.resources):
        found.setdefault(key.partition("/")[0], []).append(case.resources[key])
    return {type_: tuple(listed) for type_, listed in found.items()}


EventStatus = Literal["accepted", "held", "unrouted", "recorded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything one event changes; written in one transaction or not at all."""

    status: EventStatus
    case_key: str | None
    resources: tuple[Resource, ...] = field(default=(), repr=False)
    """New and changed resources, without meta.versionId and meta.lastUpdated (the writer stamps them)."""
    messages: tuple[Message, ...] = ()
    """New and changed messages."""
    deadlines: tuple[Deadline, ...] = ()
    """New and changed deadlines."""
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Warn, ...] = ()
    patient_identifier: tuple[str, str] | None = field(default=None, repr=False)
    """(system, value) of the person, where the Patient is new."""
    case: Mapping[str, Any] = field(default_factory=dict)
    """The `case` part of the answer: `{patientId, meldeId, needs, planId, assignmentId}`."""
