"""Runs a scenario in a store of its own: each step through `ingest`, then the worker until nothing is due."""

from __future__ import annotations

import time
from typing import Any, Final

import orjson

from adapter import deadlines, delivery, events, ingest, kith
from adapter.errors import AdapterError
from adapter.events import cloudevents
from adapter.kith.apprec import AppRec
from adapter.replay import collect
from adapter.replay.collect import Seen
from adapter.replay.outcome import STATUS, Answered, Difference, Ran, refused, unmet
from adapter.replay.places import Databases
from adapter.replay.profile import Profile
from adapter.replay.stage import Stage, staged
from adapter.scenarios import Scenario, Step, fill

ROUNDS: Final = 200
"""Rounds after which a worker that still finds something to do is called one that never ends."""


def run(scenario: Scenario, databases: Databases, *, profile: Profile | None = None) -> Ran:
    """Return what a scenario gave, with every step that was not answered as it says. Raises Faults IPK-S013, SystemFault."""
    began = time.monotonic()
    book = profile.addressbook if profile else None
    with databases.empty() as url, staged(scenario, url, book=book) as stage:
        seen = Seen(stage)
        found: list[Difference] = []
        for step in scenario.steps:
            found += _step(step, stage, seen, profile)
        files = collect.files(stage, seen)
    return Ran(name=scenario.name, files=files, differences=tuple(found), seconds=time.monotonic() - began)


def _step(step: Step, stage: Stage, seen: Seen, profile: Profile | None) -> tuple[Difference, ...]:
    if step.kind == "clock":
        stage.clock.now = step.clock(stage.clock.now)
        answered = None
    else:
        content = profile.apply(step.content) if profile else step.content
        content = fill(content, seen.made, file=step.path)
        answered = _posted(stage, content) if step.kind == "event" else _received(stage, step, content)
    settled = _settle(stage)
    seen.note(step, answered)
    return (unmet(step, answered) if answered else ()) + (() if settled else (_restless(step),))


def _restless(step: Step) -> Difference:
    return Difference(
        file=step.path.name, what=f"the worker still finds something to do after {ROUNDS} rounds"
    )


def _settle(stage: Stage) -> bool:
    """Let worker and ticker work until nothing is due; whether that was reached."""
    work = (delivery.run_once(stage.services) + deadlines.tick(stage.services) for _ in range(ROUNDS))
    return any(done == 0 for done in work)


def _posted(stage: Stage, content: bytes) -> Answered:
    services = stage.services
    try:
        (item,) = cloudevents.read(cloudevents.STRUCTURED, {}, content).items
        if isinstance(item, AdapterError):
            return refused(item)
        event = events.check(item, now=services.clock(), people=services.people)
        answer = ingest.accept(services, event)
    except AdapterError as error:
        return refused(error)
    body: dict[str, Any] = orjson.loads(answer.body)
    return Answered(status=answer.status, state=body.get("status"), body=body)


def _received(stage: Stage, step: Step, content: bytes) -> Answered:
    before = frozenset(stage.transport.out)
    try:
        got = ingest.receive(stage.services, content, channel=step.channel, name=step.path.name)
        delivery.send(stage.services, owner="replay")
    except AdapterError as error:
        return refused(error)
    given = got.apprec
    if given is None:
        given = next((data for name, data in stage.transport.out.items() if name not in before), None)
    body = {"outcome": got.outcome, "id": got.id} | ({"code": got.code} if got.code else {})
    return Answered(status=STATUS[got.outcome], outcome=got.outcome, apprec=_errors(given), body=body)


def _errors(given: bytes | None) -> tuple[str, ...] | None:
    receipt = kith.read(given).body if given else None
    return tuple(code.v for code in receipt.errors) if isinstance(receipt, AppRec) else None
