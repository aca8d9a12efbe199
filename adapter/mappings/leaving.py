"""Whether a message may still leave: asked before it goes again, by a person or a worker. message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from adapter import naming
from adapter.fhir import needs
from adapter.kith import titles
from adapter.mappings import (
    care,
    clocks,
    common,
    grants,
    handling,
    internal,
    meetings,
    named,
    overtaken,
    protecting,
    resting,
    telling,
    views,
)
from adapter.mappings.context import PATIENT, Change
from adapter.mappings.views import communication_of
from adapter.model import AddressBook, Case, Message, Party, Reason
from adapter.rules import anchors, consent, message_states, states

_TITLES: Final = titles.TITLES
ANSWER: Final = f"Re: {titles.NEED_TITLE}"
OF_THE_DEAD: Final = frozenset({_TITLES["ip.patient.deceased"], _TITLES["ip.need.entered-in-error"]})
"""Tema of what may be told of a patient who is dead. E51, E66."""
LAST_WORDS: Final = frozenset({_TITLES["ip.consent.limited"], _TITLES["ip.need.entered-in-error"]})
"""Tema of what a party hears that is excepted: once that it is, and that what it has filed is of the wrong patient. E14, E66."""
UNCALLED: Final = "Ring den som skulle vært innkalt"
REST: Final = "Vurder om og hvordan det som fortsatt gjelder, kan formidles."


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A message that is to leave, to whom, and the needs that it tells of (ids of ServiceRequests)."""

    case: Case
    message: Message = field(repr=False)
    to: Party | None
    about: Collection[str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a consent may call the receiver."""
        return named.called(self.case, self.to) if self.to is not None else named.names(None)


def obstacle(one: Leaving) -> Reason | None:
    """Return why a message must not leave, None where it may: each of _ASKED is asked in turn. A receipt always may."""
    if one.message.type == "APPREC":
        return None
    return next((why for ask in _ASKED if (why := ask(one)) is not None), None)


def shut(one: Leaving) -> Reason | None:
    """Return why a message that has not arrived can never go again as the case stands: all of its need is over, or its notice closed.

    Where a person takes everything by hand it may still be told.
    """
    if one.message.subject in titles.BRINGS_NEED:
        listed = told_needs(one)
        over = bool(listed) and all(not n.is_open or n.state == "consent-pending" for n in listed)
        return anchors.fixed("need-over", "stanset") if over else None
    if one.to is None:
        return None
    return next((why for ask in (_recalled, excluded, _notice, _care) if (why := ask(one))), None)


def _by_hand(one: Leaving) -> Reason | None:
    return protecting.obstacle(one.case)


def _dead(one: Leaving) -> Reason | None:
    told = one.message.subject in OF_THE_DEAD or one.message.type in care.NO_CONSENT
    return anchors.fixed("deceased-closes", "avsluttet") if views.is_dead(one.case) and not told else None


def _recalled(one: Leaving) -> Reason | None:
    if one.message.subject == _TITLES["ip.need.entered-in-error"]:
        return None
    wrong = any(
        n.melde_id == one.message.melde_id and n.task["status"] == "entered-in-error"
        for n in views.needs(one.case)
    )
    return anchors.fixed("need-recalled", "stanset") if wrong else None


def excluded(one: Leaving) -> Reason | None:
    """Return that the patient excepts the receiver, None where not: its last words may go, and logistics."""
    if one.message.subject in LAST_WORDS or one.message.type in care.NO_CONSENT or _is_to_patient(one):
        return None
    out = any(set(one.names) & g.excluded for g in grants.newest_first(one.case)[:1])
    return anchors.fixed("consent-excluded", "stanset") if out else None


def _need(one: Leaving) -> Reason | None:
    """Return why a need must not be told: it is over, waits for consent, or consent no longer opens for a kind of it."""
    if not _brings_need(one):
        return None
    listed = told_needs(one)
    if not listed or any(not n.is_open or n.state == "consent-pending" for n in listed):
        return anchors.fixed("need-over", "stanset")
    if views.reported_by(one.case, one.message.melde_id or "") is not None:
        return None
    return _closed(_verdict(one, n.kind) for n in listed)


def _brings_need(one: Leaving) -> bool:
    """Return whether a message tells of a need: as reported, or the answer to a question about one that we reported."""
    message = one.message
    ours = views.reported_by(one.case, message.melde_id or "") is None
    return message.subject in titles.BRINGS_NEED or (message.subject == ANSWER and ours and bool(one.about))


def is_invitation(message: Message) -> bool:
    """Return whether a message calls to a meeting: asked about whenever it is to leave, for the hour of the meeting comes by itself."""
    return message.subject == _TITLES[meetings.CALLED]


def _begun(one: Leaving) -> Reason | None:
    """Return that nobody is called any more to a meeting that has begun, or is not to be. E42; ADR 104."""
    if not is_invitation(one.message):
        return None
    said = next((m for m in one.case.of("Appointment") if meetings.invites(one.message, m)), None)
    over = said is not None and datetime.fromisoformat(said["start"]) <= one.case.now
    return anchors.fixed("meeting-begun", "stanset") if over else None


def told_needs(one: Leaving) -> list[views.Need]:
    """Return the needs that a message tells of: those its Communication names, else all of its Melde-id."""
    named = [n for n in views.needs(one.case) if n.id in one.about]
    return named or [n for n in views.needs(one.case) if n.melde_id == one.message.melde_id]


def _notice(one: Leaving) -> Reason | None:
    """Return why a notice that rests on a consent must not leave. Whoever reported is covered by what it reported under."""
    type_ = resting.EVENT.get(one.message.subject)
    if type_ is None or _is_to_patient(one):
        return None
    sectors = f"{type_}/other-sectors"
    verdicts = [_verdict(one, subject) for subject in (type_, sectors) if subject in consent.NEEDS]
    return None if any(v.open for v in verdicts) else _closed(verdicts)


def _overtaken(one: Leaving) -> Reason | None:
    return overtaken.obstacle(one.case, one.message)


def _care(one: Leaving) -> Reason | None:
    return _closed((_verdict(one, care.CARE),)) if care.rests_on_consent(one.message.type) else None


def _verdict(one: Leaving, subject: str) -> consent.Verdict:
    """Return what consent says now. A basis in law was named where the consent was taken; it is not asked for again."""
    who = one.names
    if one.to is not None and one.to.key in telling.reporting_keys(one.case):
        who = (*who, consent.REPORTER)
    granted = grants.newest_first(one.case)
    return grants.verdict(one.case, granted, subject, who, legal_basis="hpl-25-45", on=one.case.today)


def _closed(verdicts: Iterator[consent.Verdict] | Collection[consent.Verdict]) -> Reason | None:
    return next((v.reasons[0] for v in verdicts if not v.open), None)


def _is_to_patient(one: Leaving) -> bool:
    return one.message.receiver_key == PATIENT.key


_ASKED: Final[tuple[Callable[[Leaving], Reason | None], ...]] = (
    _by_hand,
    _dead,
    _recalled,
    excluded,
    _need,
    _begun,
    _notice,
    _overtaken,
    _care,
)
"""What is asked of a message, in turn: the first that says no is the reason."""


def rest(one: Leaving) -> tuple[views.Need, ...]:
    """Return the needs of a message that must not leave as it is which nobody has answered and consent still opens.

    None where nothing may go to this receiver, or by itself.
    """
    if not one.message.wants_reply or any(ask(one) for ask in (_by_hand, _dead, _recalled, excluded)):
        return ()
    return tuple(n for n in told_needs(one) if n.state in states.OUT and _verdict(one, n.kind).open)


def anew(one: Leaving) -> Change:
    """Return a message that is given up for what still holds of it: reported again, and let go at once by a clock of its own. ADR 100."""
    message, case = one.message, one.case
    after: Any = message_states.after(message.state, message_states.REST)
    watched = f"message/{message.id}"
    again = tuple(
        needs.moved(n.task, modified=case.now, status=step.task_status, state=step.business)
        for n in rest(one)
        for step in (states.after_message(n.state, "held"),)
    )
    return Change(
        resources=(*again, *internal.items_done(case, message)),
        messages=(replace(message, state=after, next_attempt=None),),
        deadlines=(
            *(replace(d, state="cancelled") for d in case.deadlines if d.runs and d.subject == watched),
            clocks.now(case, message.melde_id or "", because=message.id),
        ),
    )


def stopped(one: Leaving, why: Reason, book: AddressBook) -> Change:
    """Return a message that a worker must not send again: given up; for a person where something of it still holds.

    What its first attempt sent, if it did, cannot be taken back. What still holds of a need goes anew.
    """
    if rest(one):
        return anew(one)
    message, case = one.message, one.case
    if why.rule == "meeting-begun":
        return _too_late(one, why, book)
    by_hand = protecting.rest(case)
    left = _brings_need(one) and any(n.is_open and n.state != "consent-pending" for n in told_needs(one))
    if not (by_hand or left):
        return internal.ended(case, replace(message, state="buried", next_attempt=None))
    said = protecting.words_for(message, by_hand) if by_hand else f"{why.text} {REST}"
    done = internal.ended(case, replace(message, state="manual", next_attempt=None))
    return done + _item(one, handling.queue(book, message), kind="manual-fallback", said=said)


def _too_late(one: Leaving, why: Reason, book: AddressBook) -> Change:
    """Return an invitation that is given up because the meeting has begun, and the word to who called. ADR 104."""
    phone = f", telefon {one.to.phone}" if one.to is not None and one.to.phone else ""
    sender = book.by_key(one.message.sender_key) or handling.queue(book, one.message)
    done = internal.ended(one.case, replace(one.message, state="buried", next_attempt=None))
    return done + _item(one, sender, kind="review", said=f"{why.text} {UNCALLED}{phone}.")


def _item(one: Leaving, owner: Party | None, *, kind: str, said: str) -> Change:
    """Return a work item about a message that was stopped, and the parties that it names."""
    message, case = one.message, one.case
    item = needs.work_item(
        id_=naming.resource_id(message.event_id or message.id, "Task", f"stopped/{message.id}"),
        kind=kind,
        authored=case.now,
        patient=f"Patient/{case.key}" if case.key else None,
        focus=communication_of(message),
        owner=common.organisation(owner),
        melde_id=message.melde_id,
        inputs=(("evidence", message.id),),
        description=said,
    )
    return Change(resources=(*(common.parties(owner) if owner else ()), item))
