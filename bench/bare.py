"""What a bare pipeline does with one event: check its shape, map it to three resources, write and validate one message.

No rules, no consent, no routing, no idempotency, no versions, no search index: the least that could be called the same job.
"""

from __future__ import annotations

import random
import re
import uuid
from pathlib import Path
from typing import Any, Final

import orjson
from lxml import etree
from pydantic import BaseModel, ConfigDict

from bench import plans

_CODES: Final = "2.16.578.1.12.4.1.1.9034"
_KEYS: Final = "2.16.578.1.12.4.1.1.8116"
_STATE: Final = {"planned": "not-started", "running": "in-progress", "done": "completed"}
_PLACE: Final = (
    '<Place><Kind v="WP"/><Street>Benkeveien 1</Street><Postal>0150</Postal><City>Oslo</City></Place>'
)
_SCHEMA: Final = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("pipeline.xsd"))))


_NEEDED: Final = re.compile('[&<>"]').search
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Worker(_Shape):
    """Somebody with a role."""

    family: str
    given: str
    number: str
    phone: str


class Unit(_Shape):
    """Who sends or receives."""

    title: str
    number: str


class Person(_Shape):
    """Whom it is about."""

    number: str
    family: str
    given: str
    born: str


class Goal(_Shape):
    """What is wished for."""

    id: str
    text: str


class Step(_Shape):
    """What is done."""

    id: str
    code: str
    display: str
    text: str
    state: str
    first: str
    last: str
    by: str


class Plan(_Shape):
    """The plan told about."""

    id: str
    title: str
    state: str
    first: str
    last: str
    goals: list[Goal]
    steps: list[Step]


class Event(_Shape):
    """One event, about 3.4 KB as JSON."""

    id: str
    type: str
    time: str
    sender: Unit
    receiver: Unit
    person: Person
    coordinator: Worker
    physician: Worker
    plan: Plan


def example() -> bytes:
    """Return the event that is posted again and again."""
    dice = random.Random(7)
    text = plans.text
    event = Event(
        id=str(uuid.UUID(int=dice.getrandbits(128))),
        type="plan-changed",
        time="2026-03-04T10:15:00+01:00",
        sender=Unit(title="Sykehuset Benk", number="90998"),
        receiver=Unit(title="Benk kommune", number="5079"),
        person=Person(number="13116900216", family="Målebenk", given="Syntetisk", born="1969-11-13"),
        coordinator=Worker(family="Plan", given="Anna", number="9144889", phone="+4790000000"),
        physician=Worker(family="Lege", given="Lise", number="9144897", phone="+4790000001"),
        plan=Plan(
            id="plan-000001", title="Individuell plan", state="running", first="2026-01-01", last="2026-12-31",
            goals=[Goal(id=f"g{n}", text=text(dice, 8)) for n in range(3)],
            steps=[
                Step(
                    id=f"s{n}", code=str(229070000 + n), display=text(dice, 3), text=text(dice, 17), state="running",
                    first="2026-01-01", last="2026-02-01", by=text(dice, 3),
                )
                for n in range(8)
            ],
        ),
    )  # fmt: skip
    return event.model_dump_json().encode()


def process(body: bytes) -> tuple[str, list[bytes], bytes]:
    """Return the event's id, three resources and the message. Raises ValueError where something does not validate."""
    event = Event.model_validate_json(body)
    resources = [orjson.dumps(each) for each in (_care_plan(event), _care_team(event), _task(event))]
    message = xml(event)
    if not _SCHEMA.validate(
        etree.fromstring(message, etree.XMLParser(resolve_entities=False, no_network=True))
    ):
        raise ValueError("pipeline.xsd")
    return event.id, resources, message


# ── resources ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _care_plan(event: Event) -> dict[str, Any]:
    plan = event.plan
    return {
        "resourceType": "CarePlan", "id": plan.id, "meta": {"versionId": "1", "lastUpdated": event.time},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{event.id}"}],
        "status": "active", "intent": "plan", "title": plan.title,
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "734163000"}]}],
        "subject": {"reference": f"Patient/{event.person.number}"},
        "period": {"start": plan.first, "end": plan.last}, "created": event.time,
        "careTeam": [{"reference": f"CareTeam/team-{plan.id}"}],
        "goal": [{"reference": f"Goal/{goal.id}", "display": goal.text} for goal in plan.goals],
        "activity": [{"detail": _activity(step)} for step in plan.steps],
    }  # fmt: skip


def _activity(step: Step) -> dict[str, Any]:
    coding = {"system": "http://snomed.info/sct", "code": step.code, "display": step.display}
    return {
        "kind": "ServiceRequest", "code": {"coding": [coding]}, "status": _STATE[step.state],
        "scheduledPeriod": {"start": step.first, "end": step.last}, "performer": [{"display": step.by}],
        "description": step.text,
    }  # fmt: skip


def _care_team(event: Event) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam", "id": f"team-{event.plan.id}", "status": "active",
        "subject": {"reference": f"Patient/{event.person.number}"},
        "participant": [
            {
                "role": [{"text": role}],
                "member": {
                    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": worker.number},
                    "display": f"{worker.given} {worker.family}",
                },
            }
            for role, worker in (("koordinator", event.coordinator), ("kontaktlege", event.physician))
        ],
    }  # fmt: skip


def _task(event: Event) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": f"task-{event.id}", "status": "requested", "intent": "order",
        "for": {"reference": f"Patient/{event.person.number}"}, "focus": {"reference": f"CarePlan/{event.plan.id}"},
        "authoredOn": event.time, "description": "Oppfølging av planen",
    }  # fmt: skip


# ── message ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def escape(text: str) -> str:
    """Return text as it may stand in an element or a quoted attribute."""
    return text.translate(_ESCAPES) if _NEEDED(text) else text


def _code(name: str, value: str, text: str, list_: str) -> str:
    return f'<{name} v="{escape(value)}" list="{list_}" text="{escape(text)}"/>'


def _key(number: str, kind: str) -> str:
    return f"<Key><Value>{escape(number)}</Value>{_code('Kind', kind, kind, _KEYS)}</Key>"


def _phone(number: str) -> str:
    return f'<Phone><Use v="WP" text="Arbeidsplass"/><To uri="tel:{escape(number)}"/></Phone>'


def _name(family: str, given: str) -> str:
    return f"<Name><Family>{escape(family)}</Family><Given>{escape(given)}</Given></Name>"


def _worker(worker: Worker, role: str) -> str:
    return (
        f"<Worker>{_code('Role', '8', role, _CODES)}{_name(worker.family, worker.given)}"
        f"{_key(worker.number, 'HPR')}{_phone(worker.phone)}</Worker>"
    )


def _unit(name: str, unit: Unit, rest: str = "") -> str:
    return f"<{name}><Title>{escape(unit.title)}</Title>{_key(unit.number, 'HER')}{_PLACE}{rest}</{name}>"


def _note(event: Event, role: str, worker: Worker) -> str:
    return (
        f"<Note>{_code('About', '6', role, _CODES)}<Text>{role}: {escape(worker.given)} {escape(worker.family)}</Text>"
        f"<Day>{event.time[:10]}</Day>{_worker(worker, role)}</Note>"
    )


def _step(step: Step) -> str:
    return (
        f"<Step><Id>{escape(step.id)}</Id>{_code('Code', step.code, step.display, _CODES)}"
        f"<Text>{escape(step.text)}</Text><State>{escape(step.state)}</State><From>{step.first}</From>"
        f"<To>{step.last}</To><By><Title>{escape(step.by)}</Title>{_key('9144889', 'HPR')}{_phone('+4790000000')}</By></Step>"
    )


def _head(event: Event) -> str:
    person = event.person
    return (
        f"<Head>{_code('Type', 'PLAN', 'Plan endret', _CODES)}<Made>{event.time}</Made><Id>{event.id}</Id>"
        f"<Answers>{event.id}</Answers>{_unit('From', event.sender, _worker(event.coordinator, 'Koordinator'))}"
        f"{_unit('To', event.receiver)}<Person>{_name(person.family, person.given)}<Born>{person.born}</Born>"
        f"{_code('Sex', '2', 'Kvinne', _CODES)}{_key(person.number, 'FNR')}{_PLACE}</Person></Head>"
    )


def xml(event: Event) -> bytes:
    """Return the message, about 7 KB, as text put together."""
    plan = event.plan
    notes = _note(event, "Koordinator", event.coordinator) + _note(event, "Kontaktlege", event.physician)
    goals = "".join(
        f"<Goal><Id>{escape(goal.id)}</Id><Text>{escape(goal.text)}</Text></Goal>" for goal in plan.goals
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="urn:adapter:bench">{_head(event)}<Body>'
        f"{_code('Matter', '1', 'Individuell plan', _CODES)}{notes}<Plan><Id>{escape(plan.id)}</Id>"
        f"<Title>{escape(plan.title)}</Title><State>{escape(plan.state)}</State><From>{plan.first}</From>"
        f"<To>{plan.last}</To>{goals}{''.join(map(_step, plan.steps))}</Plan></Body></Message>"
    ).encode()
