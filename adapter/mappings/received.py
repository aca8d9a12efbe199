"""What a received message becomes: the first rows of the table that fit, never guessed from prose. message-rules.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from adapter import codes, ids, timing
from adapter.kith import words
from adapter.kith.dialog import Contact
from adapter.kith.text import NEED_TITLES
from adapter.kith.text_read import as_day
from adapter.mappings import printed, reading, supplied, takeover, toread, views
from adapter.mappings.arrival import Arrival, Derived
from adapter.rules import alive, moves, states

COORDINATOR: Final = "8"
"""9034: Koordinator individuell plan."""
RECEIVER: Final = "24"
"""9034: Kontakt hos mottaker, never the author."""
CONSENT_NEEDED: Final = "4"
"""9069: cannot be answered without the patient's consent."""
GENDER: Final = {"1": "male", "2": "female", "9": "other", "0": "unknown"}
ANSWERED: Final = {
    "received": ("ip.need.acknowledged", "E03"),
    "needs-info": ("ip.need.info-requested", "E04"),
    "accepted": ("ip.need.accepted", "E06"),
    "declined": ("ip.need.declined", "E07"),
}
E58: Final = "ip.dialogue.received"


def derive(arrival: Arrival) -> tuple[Derived, ...]:
    """Return the events that a received message becomes; at least one."""
    if arrival.message.type == "DIALOG_AVVIK":
        return (_plain(arrival, "ip.message.faulted", "E57", toread.FAULT, item="read-answer"),)
    if views.is_dead(arrival.case):
        return (_plain(arrival, E58, "E58", alive.RECEIVED, item="read-answer"),)
    asked = _asked_to_take_over(arrival)
    if asked:
        return asked
    if not arrival.in_thread or _brings_need(arrival):
        return _begun(arrival)
    for row in _ROWS:
        made = row(arrival)
        if made:
            return made
    return _unread(arrival)


def _asked_to_take_over(arrival: Arrival) -> tuple[Derived, ...]:
    """Return the question whether we take over, in a thread or not, or the word that it is asked no more. E39, E50."""
    what = takeover.asked(arrival.text)
    known = arrival.case.key is not None or _known_person(arrival)
    if what is not None and known and arrival.sender is not None:
        made = _plain(arrival, E58, "E58", what, item=views.CONFIRM)
        data = made.data if arrival.case.key else made.data | {"patient": _patient(arrival)}
        return (
            replace(
                made,
                data=data,
                suggestion={"event": takeover.EVENT, takeover.ASKED: arrival.text.title or ""},
            ),
        )
    if takeover.takes_back(arrival.text, arrival.case, arrival.sender):
        made = _plain(arrival, E58, "E58", words.NOT_ASKED_ANY_MORE, item="read-answer")
        return (replace(made, suggestion={"answer": takeover.WITHDRAWN}),)
    return ()


# ── in a thread ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _consent_asked(arrival: Arrival) -> tuple[Derived, ...]:
    topic = arrival.body.topic if arrival.body else None
    if topic is None or not topic.among("9069", CONSENT_NEEDED):
        return ()
    return (_plain(arrival, E58, "E58", reading.CONSENT_ASKED, item="read-answer", consent_asked=True),)


def _answer(arrival: Arrival) -> tuple[Derived, ...]:
    """Rows 4 and 5, which may both apply."""
    made: list[Derived] = []
    if arrival.text.answer is not None:
        type_, number = ANSWERED[arrival.text.answer]
        kinds = _permitted(arrival, type_)
        if kinds:
            made.append(Derived(type=type_, number=number, data=_FACTS[type_](arrival, kinds)))
        elif arrival.text.answer == "received" and _performs(arrival):
            # A later answer overtook it: nobody has anything left to do with it.
            made.append(_plain(arrival, E58, "E58", "Bekreftet fra før", item=None))
        elif arrival.text.answer == "accepted" and views.takes_over(arrival.case, arrival.sender):
            said = _plain(arrival, E58, "E58", moves.TAKEN_OVER, item="read-answer")
            made.append(replace(said, suggestion={"answer": "accepted"}))
    appointed = _appointed(arrival)
    if appointed and not made:
        made += _acknowledged(arrival)
    return (*made, *appointed)


def _taken_over(arrival: Arrival) -> tuple[Derived, ...]:
    """Return the answer to whether the sender takes over: it answers nothing about the needs of its thread. E39, E50."""
    said = arrival.text.answer
    subject = arrival.body.subject if arrival.body else ""
    question = takeover.question_answered(arrival.case, arrival.message, arrival.sender, subject=subject)
    if question is None or said is None:
        return ()
    plan = takeover.plan_asked_of(arrival.case, question) if said in takeover.STEPS else None
    if plan is not None:
        data = _base(arrival) | {"continues": {"planId": plan}, "step": said}
        refused = (_plain(arrival, E58, "E58", words.PLAN_REFUSED, item="read-answer"),)
        return (
            Derived(type=takeover.EVENT, number="E39", data=data),
            *(refused if said == "declined" else ()),
        )
    follows = question.subject == takeover.MOVED and views.takes_over(arrival.case, arrival.sender)
    reason = _OF_MOVE.get(said, toread.IN_THREAD) if follows else toread.IN_THREAD
    made = _plain(arrival, E58, "E58", reason, item="read-answer")
    return (replace(made, suggestion={"answer": said}) if follows and said in takeover.STEPS else made,)


_OF_MOVE: Final = {"accepted": moves.TAKEN_OVER, "declined": words.MOVE_REFUSED}


def _appointed(arrival: Arrival) -> tuple[Derived, ...]:
    named = arrival.text.coordinator
    contact = _with_role(arrival)
    if named is None or contact is None or not _same_name(named.name, contact):
        return ()
    phone = contact.phone or named.phone
    if not phone or not _performs(arrival) or _already(arrival, contact):
        return ()
    return (
        Derived(type="ip.coordinator.appointed", number="E21", data=_coordinator(arrival, contact, phone)),
    )


def _already(arrival: Arrival, contact: Contact) -> bool:
    """Return whether this very coordinator stands in the team: the line is then a repetition, or a signature."""
    for held in views.assignments(arrival.case):
        name = held.role.get("practitioner", {}).get("display", "")
        if held.lasts(arrival.case.today) and held.code == COORDINATOR and _same_name(name, contact):
            return True
    return False


def _same_name(name: str, contact: Contact) -> bool:
    return name.casefold().split() == contact.name.casefold().split()


def unreadable(arrival: Arrival) -> Derived:
    """Return what a message becomes when a fact that its event needs is not there: a person must read it."""
    return _plain(
        arrival, E58, "E58", "Meldingen må leses: noe mangler for å kunne føres videre", item="read-answer"
    )


def _with_role(arrival: Arrival) -> Contact | None:
    return next(
        (c for c in arrival.contacts if c.role and c.role.among("9034", COORDINATOR) and c.family), None
    )


def _supplied(arrival: Arrival) -> tuple[Derived, ...]:
    """E05 where whoever reported answers what was asked; a person reads it all the same."""
    said = supplied.answer(
        arrival.text, arrival.body, arrival.sender, case=arrival.case, melde_id=arrival.melde_id
    )
    if said is None:
        return ()
    return (
        Derived(type=supplied.EVENT, number="E05", data=_base(arrival) | {"text": said}),
        _plain(arrival, E58, "E58", "Opplysninger er kommet og må leses", item="read-answer"),
    )


def _suggested(arrival: Arrival) -> tuple[Derived, ...]:
    """Row 6: role 8 alone, on somebody who holds no role of ours, is a suggestion for a person: it may be a signature."""
    contact = _with_role(arrival)
    if contact is None or _already(arrival, contact):
        return ()
    reason = "Mulig ny koordinator: meldingen nevner en koordinator, men sier ikke at noen er oppnevnt. Bekreft eller avvis"
    item = replace(_plain(arrival, E58, "E58", reason, item="confirm-coordinator"), suggestion=_who(contact))
    return (*_acknowledged(arrival), item)


def _who(contact: Contact) -> dict[str, str]:
    """Return the E21 that a person may confirm, and whom it names."""
    profession = _profession(contact)
    facts = {"name": contact.name, "profession": profession, "phone": contact.phone}
    return {"event": "ip.coordinator.appointed"} | {key: value for key, value in facts.items() if value}


def _unread(arrival: Arrival) -> tuple[Derived, ...]:
    return (
        *_acknowledged(arrival),
        _plain(arrival, E58, "E58", toread.reason(arrival), item="read-answer"),
    )


_ROWS: Final[tuple[Callable[[Arrival], tuple[Derived, ...]], ...]] = (
    _consent_asked,
    _taken_over,
    _answer,
    _supplied,
    _suggested,
)


def _acknowledged(arrival: Arrival) -> tuple[Derived, ...]:
    """E03 once: only while no answer has come, for it stops the reply clock."""
    type_ = "ip.need.acknowledged"
    waiting = [n for n in _mine(arrival) if n.state in states.OUT and states.permits(n.state, type_)]
    if not waiting:
        return ()
    return (Derived(type=type_, number="E03", data=_received(arrival, tuple(n.kind for n in waiting))),)


def _mine(arrival: Arrival) -> list[views.Need]:
    """Return the open needs that the sender is to act on: nobody else in the thread answers for them."""
    return [n for n in views.open_needs(arrival.case) if _performed(arrival, n)]


def _performs(arrival: Arrival) -> bool:
    return any(_performed(arrival, n) for n in views.needs(arrival.case))


def _performed(arrival: Arrival, need: views.Need) -> bool:
    sender = arrival.sender
    return need.melde_id == arrival.melde_id and sender is not None and need.owner == sender.organisation_id


def _permitted(arrival: Arrival, type_: str) -> tuple[str, ...]:
    """Return the kinds still open that this answer may move: those that its `Gjelder` line names, where it names none all.

    What it names and is open no more moves nothing else. Kinds of one tick box are one to whoever read it ticked.
    """
    movable = tuple(dict.fromkeys(n.kind for n in _mine(arrival) if states.permits(n.state, type_)))
    named = set(arrival.text.kinds)
    boxes = {kind: set(kinds) for _, kinds in words.TICKS for kind in kinds}
    meant = named | {k for kind in named if kind not in movable for k in boxes.get(kind, ())}
    return tuple(kind for kind in movable if kind in meant) if named else movable


# ── no thread of ours ────────────────────────────────────────────────────────────────────────────────────────────────


def _begun(arrival: Arrival) -> tuple[Derived, ...]:
    said = arrival.text
    if said.title in NEED_TITLES and said.melde_id and said.kinds and _known_person(arrival):
        return (
            Derived(type="ip.need.identified", number="E01", data=printed.need(arrival.text, _base(arrival))),
        )
    made = _plain(arrival, E58, "E58", toread.reason(arrival), item="read-answer")
    if toread.is_enquiry(arrival) and arrival.case.key is None and _known_person(arrival):
        return (replace(made, data=made.data | {"patient": _patient(arrival)}),)
    return (made,)


def _brings_need(arrival: Arrival) -> bool:
    """Return whether a need comes in a thread that something else began: a question whether we take over. E50, E02."""
    said = arrival.text
    there = any(n.melde_id == said.melde_id for n in views.needs(arrival.case))
    mine = said.melde_id is not None and said.melde_id == arrival.melde_id
    return said.begins and said.title in NEED_TITLES and mine and not there


def _known_person(arrival: Arrival) -> bool:
    patient = arrival.head.patient
    return (
        patient is not None
        and patient.ident is not None
        and bool(patient.family and patient.given and arrival.municipality)
    )


# ── the facts of each event ──────────────────────────────────────────────────────────────────────────────────────────


def _plain(
    arrival: Arrival, type_: str, number: str, reason: str, *, item: str | None, consent_asked: bool = False
) -> Derived:
    name = " ".join(arrival.message.sender_names[1].split()) or arrival.message.sender_names[0] or "Ukjent"
    data = {
        "messageId": arrival.message.id,
        "from": {"herId": arrival.message.sender[1] or arrival.message.sender[0] or "0", "name": name[:200]},
        "reason": reason,
    }
    return Derived(type=type_, number=number, data=data, item=item, consent_asked=consent_asked)


def _base(arrival: Arrival) -> dict[str, Any]:
    return {
        "patient": _patient(arrival),
        "author": _author(arrival),
        "continues": {"meldeId": arrival.melde_id},
    }


def _patient(arrival: Arrival) -> dict[str, Any]:
    said = arrival.head.patient
    value, kind = (said.ident if said else None) or ("", "FNR")
    name = {"family": said.family if said else "", "given": said.given if said else ""}
    if said and said.middle:
        name["middle"] = said.middle
    found: dict[str, Any] = {
        "identifier": {"system": ids.system_of_kith(kind), "value": value},
        "name": name,
        "municipality": {"code": arrival.municipality},
    }
    if said and said.birth_date:
        found["birthDate"] = said.birth_date.isoformat()
    if said and said.sex in GENDER:
        found["gender"] = GENDER[said.sex]
    return found


def _author(arrival: Arrival) -> dict[str, Any]:
    """Return the first professional named, else the party."""
    organisation = {"name": _organisation(arrival)}
    person = next(
        (c for c in arrival.contacts if c.family and not (c.role and c.role.among("9034", RECEIVER))), None
    )
    if person is None or not person.given:
        return {"kind": "municipality", "organisation": organisation}
    found: dict[str, Any] = {
        "kind": "health-personnel" if person.hpr else "municipality",
        "name": {"family": person.family, "given": person.given},
        "organisation": organisation,
    }
    facts = {"hpr": person.hpr, "profession": _profession(person), "phone": person.phone}
    return found | {key: value for key, value in facts.items() if value}


def _profession(person: Contact) -> str | None:
    v = person.profession.v if person.profession else None
    return v if v and codes.display("9060", v) else None


def _organisation(arrival: Arrival) -> str:
    return (
        arrival.sender.display
        if arrival.sender
        else next(filter(None, reversed(arrival.message.sender_names)), "Ukjent")
    )


def _received(arrival: Arrival, _kinds: tuple[str, ...]) -> dict[str, Any]:
    return _base(arrival) | {"handler": {"unit": _organisation(arrival)}}


def _asked(arrival: Arrival, _kinds: tuple[str, ...]) -> dict[str, Any]:
    question = arrival.text.labels.get("Spørsmål") or "Se meldingen"
    due = as_day(arrival.text.labels.get(words.DUE))
    return _base(arrival) | {"question": question[:2000]} | ({"due": due.isoformat()} if due else {})


def _accepted(arrival: Arrival, kinds: tuple[str, ...]) -> dict[str, Any]:
    return _base(arrival) | {"scope": list(kinds), "responsible": _responsible(arrival)}


def _declined(arrival: Arrival, kinds: tuple[str, ...]) -> dict[str, Any]:
    return _base(arrival) | {"scope": list(kinds), "reasonCode": "not-stated"}


def _responsible(arrival: Arrival) -> dict[str, Any]:
    found = {"name": _organisation(arrival)}
    return found | {"key": arrival.sender.key} if arrival.sender else found


_FACTS: Final[dict[str, Callable[[Arrival, tuple[str, ...]], dict[str, Any]]]] = {
    "ip.need.acknowledged": _received,
    "ip.need.info-requested": _asked,
    "ip.need.accepted": _accepted,
    "ip.need.declined": _declined,
}


def _coordinator(arrival: Arrival, contact: Contact, phone: str) -> dict[str, Any]:
    person: dict[str, Any] = {
        "name": {"family": contact.family, "given": contact.given},
        "phone": phone,
        "organisation": _responsible(arrival),
    }
    facts = {"hpr": contact.hpr, "profession": _profession(contact), "email": contact.email}
    begun = arrival.message.gen_date or arrival.case.now
    return _base(arrival) | {
        "person": person | {key: value for key, value in facts.items() if value},
        "role": "koordinator-ip",
        "main": not any(a.main and a.lasts(arrival.case.today) for a in views.assignments(arrival.case)),
        "from": timing.day(min(begun, arrival.case.now)).isoformat(),
    }
