"""Posts a scenario to a running server: events and KITH documents; a clock step moves the server's clock where it can be moved.

A server that offers `/sandbox/clock` (synthetic mode) is moved on by as long as the scenario's own clock is; any other, or one
whose clock cannot be moved so, is left alone with a note.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import orjson

from adapter import kith
from adapter.errors import SystemFault
from adapter.events.cloudevents import STRUCTURED
from adapter.http import Client, Reply
from adapter.kith.apprec import AppRec
from adapter.replay.outcome import Answered, Difference, Ran, unmet
from adapter.replay.profile import Profile
from adapter.scenarios import Scenario, Step, fill

_PAUSE: Final = 0.2
_WAITS: Final = frozenset({"pending"})
_MEDIA: Final = {"event": STRUCTURED, "message": "application/xml"}
_PATHS: Final = {"event": "/events", "message": "/messages"}
_OK: Final = 200
_DAY: Final = 86_400
_CLOCK: Final = "/sandbox/clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to post, with what, and how long to wait for messages to leave."""

    client: Client
    url: str
    token: str | None = None
    wait: float = 10.0

    def send(self, method: str, path: str, *, body: bytes = b"", media: str = "") -> Reply:
        """Return the server's answer. Raises SystemFault IPK-S009-S011."""
        headers = {"Accept-Language": "nb"} | ({"Content-Type": media} if media else {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.send(method, self.url.rstrip("/") + path, headers=headers, body=body)


def post(scenario: Scenario, server: Server, *, profile: Profile | None = None) -> Ran:
    """Return how a running server answered a scenario's steps. Raises Faults IPK-S013, SystemFault."""
    began = time.monotonic()
    made: dict[tuple[str, str, str], str] = {("now", "", ""): scenario.clock.isoformat()}
    found: list[Difference] = []
    notes: list[str] = []
    now = scenario.clock
    for step in scenario.steps:
        if step.kind == "clock":
            before, now = now, step.clock(now)
            if not _moved(server, now - before):
                notes.append(f"{scenario.name}/{step.path.name}: skipped, the server has a clock of its own")
            continue
        content = profile.apply(step.content) if profile else step.content
        answered = _answered(step, server, fill(content, made, file=step.path))
        _keep(made, step, answered.body, server)
        found += unmet(step, answered)
    return Ran(
        name=scenario.name, differences=tuple(found), notes=tuple(notes), seconds=time.monotonic() - began
    )


def _moved(server: Server, by: timedelta) -> bool:
    """Move the server's clock on; whether it let itself be moved."""
    seconds = int(by.total_seconds())
    if seconds <= 0:
        return False
    said = orjson.dumps({"advance": _duration(seconds)})
    return server.send("POST", _CLOCK, body=said, media="application/json").status == _OK


def _duration(seconds: int) -> str:
    """Return seconds as a duration of days and seconds: `10d300s`."""
    days, rest = divmod(seconds, _DAY)
    return "".join(f"{amount}{unit}" for amount, unit in ((days, "d"), (rest, "s")) if amount)


def _answered(step: Step, server: Server, content: bytes) -> Answered:
    reply = server.send("POST", _PATHS[step.kind], body=content, media=_MEDIA[step.kind])
    if step.kind == "message" and reply.status == _OK:
        return Answered(status=reply.status, apprec=_errors(reply.body))
    body = _object(reply.body)
    codes = frozenset(fault["code"] for fault in body.get("errors", ()))
    # The same scenario posted before is answered as it was then.
    again = reply.headers.get("Idempotent-Replayed") == "true" and step.expect.status is not None
    status = step.expect.status if again and step.expect.status else reply.status
    return Answered(status=status, state=body.get("status") if not codes else None, codes=codes, body=body)


def _errors(document: bytes) -> tuple[str, ...] | None:
    receipt = kith.read(document).body
    return tuple(code.v for code in receipt.errors) if isinstance(receipt, AppRec) else None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise SystemFault("IPK-S009", at="--url", hint="JSON") from None
    return found if isinstance(found, dict) else {}


def _keep(
    made: dict[tuple[str, str, str], str], step: Step, body: dict[str, Any] | Any, server: Server
) -> None:
    """Keep the ids of an answer, once its messages have left."""
    case = body.get("case") or {}
    for name in ("meldeId", "planId", "assignmentId", "patientId"):
        if case.get(name):
            made[name, step.number, ""] = case[name]
    for need in case.get("needs") or ():
        made["needId", step.number, need["kind"]] = need["needId"]
    for message in body.get("messages") or ():
        made["MsgId", step.number, str(message["receiver"]["herId"])] = message["id"]
        gen_date = _left(server, message["id"])
        if gen_date:
            made["genDate", step.number, str(message["receiver"]["herId"])] = gen_date


def _left(server: Server, message_id: str) -> str | None:
    """Wait until a message has left, or the time is up; its GenDate."""
    until = time.monotonic() + server.wait
    while True:
        head = _object(server.send("GET", f"/messages/{message_id}").body)
        if head.get("state") not in _WAITS or time.monotonic() >= until:
            return head.get("genDate")
        time.sleep(_PAUSE)
