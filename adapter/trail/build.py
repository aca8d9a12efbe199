"""The trail of what was stored: each event and each message with the rules that were used, by whom, and what fell away.

Made of stored Provenance, message rows and receipts alone. What the row does not keep (who stood as sender, how long a
receipt is waited for, how a need moved) is worked out by the same rules, and told only where it agrees with what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from adapter import codes
from adapter.errortable import TABLE
from adapter.fhir import provenance, urls
from adapter.kith import titles
from adapter.mappings import views
from adapter.model import AddressBook, Message, Party, Reason
from adapter.rules import advice, anchors, clocks, requirements, routing, states
from adapter.rules.anchors import ANCHORS
from adapter.timing import OSLO
from adapter.trail.values import ORDER, At, Happened, Known, Part, Step, Trail

_BY_PREFIX: Final[Mapping[str, At]] = {
    "consent": "consent",
    "receiver": "routing",
    "routing": "routing",
    "answer": "routing",
    "carrier": "template",
    "clock": "clock",
    "message": "receipt",
    "receipt": "receipt",
}
"""First word of an anchor → step; every other is a rule."""

_ABOUT_MESSAGES: Final = ("ip.receipt.", "ip.message.")
"""Types of events that are about a message: a need they move has moved as far as its message."""

_BECAME: Final[Mapping[str, str]] = {
    "held": "message-waiting",
    "pending": "message-waiting",
    "leased": "message-waiting",
    "handed": "message-waiting",
    "dead": "message-given-up",
    "buried": "message-given-up",
    "manual": "message-other-way",
    "sent": "receipt-awaited",
    "delivered": "receipt-awaited",
    "acknowledged": "receipt-positive",
    "rejected": "receipt-negative",
    "unanswered": "receipt-missing",
}
"""State of a message that goes out → what became of it."""

_RECEIPT: Final = "APPREC"
_RECEIPTS: Final = "ip.receipt."
_RESPONSIBLE: Final = "responsible"
_BREACHED: Final = "ip.deadline.breached"
_PLACE: Final = re.compile(r"\{(\w+)(?::([^/{}]+)/([^/{}]+))?\}")
_UNKNOWN: Final = "Regelen finnes ikke lenger i listen over regler."
_WARNING: Final = "advarsel"


def build(known: Known, book: AddressBook) -> Trail:
    """Return the trail: events in their order, each followed by the messages it made; `book` gives names of parties."""
    made = {m.id: m for m in (*known.beside, *known.messages)}
    parts: list[Part] = []
    told: set[str] = set()
    for event in known.events:
        own = tuple(m for m in made.values() if m.event_id == event.event_id)
        parts += _received(event, known.messages, book, told)
        parts.append(_event(event, own, book))
        for message in known.messages:
            if message.id not in told and message.event_id == event.event_id:
                told.add(message.id)
                parts.append(_message(message, event, book))
    parts += [_message(m, None, book) for m in known.messages if m.id not in told]
    parts += _answers(known)
    return Trail(kind=known.kind, id=known.id, case_id=known.case_id, parts=tuple(parts))


def _received(
    event: Happened, messages: Iterable[Message], book: AddressBook, told: set[str]
) -> Iterator[Part]:
    """Yield the received message that an event was made from, before the event."""
    for message in messages:
        if message.direction == "in" and message.id not in told and event.id.startswith(message.id):
            told.add(message.id)
            yield _message(message, None, book)


def _answers(known: Known) -> Iterator[Part]:
    """Yield who answers for plan and coordinator as the case stands now, and why. domain § 1.5; R34."""
    said = known.responsible
    if said is not None:
        yield Part(
            kind="case",
            id=known.id,
            type=_RESPONSIBLE,
            title="Hvem som har ansvaret nå",
            at=None,
            state="",
            facts=(
                ("plan", said.plan or "none"),
                ("planOrganisation", said.plan_name or "none"),
                *((("pendingOrganisation", said.pending_name),) if said.pending_name else ()),
                ("coordinators", ", ".join(said.coordinators) or "none"),
            ),
            steps=_ordered(_of(reason) for reason in said.reasons),
        )


# ── an event ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _event(event: Happened, made: tuple[Message, ...], book: AddressBook) -> Part:
    number = requirements.number(event.type)
    said = requirements.happenings().get(number)
    title = requirements.title(event.type)
    status = str(event.answer.get("status", ""))
    by_message = {(r.rule, r.outcome) for m in made for r in m.why}
    steps = [
        Step(
            step="event",
            rule=number or event.type,
            source=said.source if said else "",
            kind=said.kind if said else "design",
            outcome=status,
            text=f"{title}.",
        ),
        *_duties(event),
        *(s for s in _explained(event) if (s.rule, s.outcome) not in by_message),
        *_moves(event),
        *_clock(event),
        *(_advised(event.data) if event.type.startswith(_RECEIPTS) else ()),
        *_warned(event),
    ]
    party = book.by_source(event.source)
    facts = [("number", number), ("source", event.source), ("party", _name(party)), ("needs", _needs(event))]
    return Part(
        kind="event",
        id=event.event_id,
        type=event.type,
        title=title,
        at=event.at,
        state=status,
        facts=tuple((name, value) for name, value in facts if value),
        steps=_ordered(steps),
    )


def _duties(event: Happened) -> Iterator[Step]:
    for id_, duty in requirements.of(event.type):
        yield Step(
            step="requirement", rule=id_, source=duty.source, kind=duty.kind, outcome="gjelder", text=duty.nb
        )


def _explained(event: Happened) -> Iterator[Step]:
    """Yield what the Provenance of an event says, each once."""
    found = (e for one in event.provenance for e in provenance.explanations(one))
    for said in {(e["rule"], e.get("outcome", ""), e["rejected"]): e for e in found}.values():
        yield _step(
            said["rule"],
            source=said.get("source", ""),
            outcome=said.get("outcome", ""),
            text="",
            rejected=said["rejected"],
        )


def _moves(event: Happened) -> Iterator[Step]:
    """Yield how needs moved by this event, each way once: Task.businessStatus before and after."""
    moved: dict[tuple[str, str, bool], None] = {}
    for one in event.provenance:
        for target in one.get("target", ()):
            before, after = _versions(event, target.get("reference", ""))
            state = _state(after)
            if state and state != _state(before):
                failed = (after or {}).get("status") == "failed"
                moved[_state(before), state, failed] = None
    for was, state, failed in moved:
        yield _of(_explain(event, was, state, failed=failed))


def _versions(event: Happened, reference: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    place, _, version = reference.partition("/_history/")
    number = int(version) if version.isdecimal() else 0
    return event.versions.get(f"{place}/_history/{number - 1}"), event.versions.get(reference)


def _state(task: Mapping[str, Any] | None) -> str:
    return views.code_of(task.get("businessStatus"), urls.NEED_STATE) or "" if task else ""


def _explain(event: Happened, was: str, state: str, *, failed: bool) -> Reason:
    after = states.STATES.get(state) or states.State(task_status="", business=state)
    if failed:
        return states.explain(was, after, by="person")
    if event.type.startswith(_ABOUT_MESSAGES):
        return states.explain(was, after, by="message")
    names = codes.LOCAL["need-state"]
    reason = states.explain(names.get(was, was or "nytt"), after)
    shown = names.get(state, state)
    return anchors.reason(reason.rule, state, before=names.get(was, was or "nytt"), after=shown)


def _clock(event: Happened) -> Iterator[Step]:
    """Yield the rule of the clock that ran out. How long it ran is not told: party or agreement may have said."""
    clock = clocks.CLOCKS.get(str(event.data.get("kind", "")))
    if event.type == _BREACHED and clock is not None:
        due = datetime.fromisoformat(str(event.data["due"])).astimezone(OSLO)
        text = f"Fristen gikk ut {due:%d.%m.%Y kl. %H.%M}."
        yield _step(clock.rule, outcome="brutt", text=text, source=ANCHORS[clock.rule].source)


def _warned(event: Happened) -> Iterator[Step]:
    for code in dict.fromkeys(w.get("code", "") for w in event.answer.get("warnings", ())):
        row = TABLE.get(code)
        if row is not None:
            yield Step(
                step="rule",
                rule=code,
                source="docs/errors",
                kind="design",
                outcome=_WARNING,
                text=f"{row.nb}.",
            )


def _needs(event: Happened) -> str:
    kinds, names = codes.LOCAL["need-kind"], codes.LOCAL["need-state"]
    listed = event.answer.get("case", {}).get("needs", ())
    return "; ".join(
        f"{kinds.get(n['kind'], n['kind'])}: {names.get(n['state'], n['state'])}" for n in listed
    )


# ── a message ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _message(message: Message, event: Happened | None, book: AddressBook) -> Part:
    steps = [_of(reason) for reason in message.why]
    if message.direction == "out":
        steps += [*_sender(message, event, book), *_waits(message, book)]
        steps += _advised(message.apprec)
    steps.append(_became(message))
    return Part(
        kind="message",
        id=message.id,
        type=message.type,
        title=_title(message),
        at=message.gen_date or message.sent_at,
        state=message.told,
        facts=_facts(message, book),
        steps=_ordered(steps),
    )


def _sender(message: Message, event: Happened | None, book: AddressBook) -> Iterator[Step]:
    """Yield why this party stands as sender, where the rule still says so."""
    home = book.by_source(event.source) if event is not None else None
    if home is not None and home.home:
        reason = routing.answer_reason(book, home)
        if reason.outcome == message.sender_key:
            yield _of(reason)


def _waits(message: Message, book: AddressBook) -> Iterator[Step]:
    if message.gen_date is None or message.type == _RECEIPT or message.state in {"held", "buried"}:
        return
    if message.state != "manual":
        yield _of(clocks.receipt_reason(book.clocks.receipt_hours))
    if message.wants_reply:
        yield _of(_reply(message, book))


def _reply(message: Message, book: AddressBook) -> Reason:
    agreement = book.agreement(message.sender_key or "", message.receiver_key or "")
    days, reason = clocks.reply_days(agreement)
    own = book.clocks.reply_days
    if own is None or (agreement is not None and agreement.reply_days is not None):
        return reason
    fallen = (reason.outcome,) if own != days else ()
    return anchors.reason(reason.rule, clocks.working_days(own), rejected=fallen, n=own)


def _became(message: Message) -> Step:
    if message.direction == "in":
        rule = "receipt-given" if message.apprec else "receipt-not-ours"
    elif message.type == _RECEIPT:
        rule = "receipt-given"
    else:
        rule = _BECAME[message.state]
    return _step(rule, source=ANCHORS[rule].source, outcome=_receipt(message), text="")


def _advised(receipt: Mapping[str, Any] | None) -> Iterator[Step]:
    """Yield cause, owner and next step of a receipt that a person must act on. domain § 2.6."""
    told = advice.of_receipt(receipt)
    if told is not None:
        yield _of(told.reason)


def _receipt(message: Message) -> str:
    """Return state and codes of the receipt, with our own text of each code: the other party's words are never told."""
    errors = (message.apprec or {}).get("errors", ())
    listed = [str(e.get("code", "")) for e in errors]
    named = [f"{code} {text}" for code in listed if (text := codes.display("8221", code))]
    failed = [message.last_error] if message.last_error in TABLE and message.direction == "out" else []
    return ", ".join(dict.fromkeys([message.told, *named, *(str(code) for code in failed)]))


def _title(message: Message) -> str:
    """Return the title where it is one of ours; a thread's may hold the other party's own words."""
    return message.subject if message.subject.removeprefix("Re: ") in titles.OURS else ""


def _facts(message: Message, book: AddressBook) -> tuple[tuple[str, str], ...]:
    facts = (
        ("version", message.version),
        ("direction", message.direction),
        ("sender", _party(message.sender_key, message.sender, book)),
        ("receiver", _party(message.receiver_key, message.receiver, book)),
        ("generation", str(message.generation) if message.generation else ""),
        ("replaces", message.replaces or ""),
        ("replacedBy", message.replaced_by or ""),
    )
    return tuple((name, value) for name, value in facts if value)


def _party(key: str | None, her_ids: tuple[str | None, str | None], book: AddressBook) -> str:
    """Return HER-id and name of the address book: never a name that a message brought, nor a person's."""
    name = _name(book.by_key(key) or book.by_her(her_ids[1]))
    her_id = her_ids[1] or her_ids[0]
    return " ".join(part for part in (name, f"({her_id})" if her_id and name else her_id) if part)


def _name(party: Party | None) -> str:
    if party is None:
        return ""
    return party.name if party.person or not party.unit_name else f"{party.name}, {party.unit_name}"


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of(reason: Reason) -> Step:
    return _step(
        reason.rule,
        source=reason.source,
        outcome=reason.outcome,
        text=reason.text,
        rejected=reason.rejected,
    )


def _step(rule: str, *, source: str, outcome: str, text: str, rejected: tuple[str, ...] = ()) -> Step:
    row = ANCHORS.get(rule)
    kind = "agreement" if source.startswith("avtale:") else row.kind if row is not None else "design"
    return Step(
        step=_BY_PREFIX.get(rule.partition("-")[0], "rule"),
        rule=rule,
        source=source or (row.source if row is not None else ""),
        kind=kind,
        outcome=outcome,
        text=text or _text(rule, outcome),
        fell_away=rejected,
    )


def _text(rule: str, outcome: str) -> str:
    """Return the text of a rule whose places were not kept: filled from the outcome as far as that says them."""
    row = ANCHORS.get(rule)
    if row is None:
        return _UNKNOWN
    number = next(iter(re.findall(r"\d+", outcome)), "")
    known = {
        "n": number,
        "type": outcome.partition("/")[0],
        "list": outcome.partition("/")[0],
        "after": outcome,
    }
    return _PLACE.sub(lambda place: _filled(place, known.get(place[1]) or ""), row.nb)


def _filled(place: re.Match[str], value: str) -> str:
    """Return a place with its value, and with the noun that fits a number where the place names one."""
    noun = f" {place[2] if value == '1' else place[3]}" if place[2] else ""
    return f"{value or '…'}{noun}"


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps in the order they are told, each once."""
    return tuple(sorted(dict.fromkeys(steps), key=lambda step: ORDER.index(step.step)))
