"""/sandbox/clock: the time of a synthetic installation, told and moved. contract.md, 'Command line'; 403 in real mode."""

from __future__ import annotations

from typing import Any, Final

import orjson

from adapter import movable
from adapter.errors import EventError, Faults
from adapter.events import repeated
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route


def told(call: Call) -> Answer:
    """Return the installation's time and how far it was moved. Raises SystemFault IPK-S020."""
    return _now(movable.of(call.services))


def moved(call: Call) -> Answer:
    """Return the time after the clock was moved: `advance` by a duration, or `to` an instant. Raises EventError IPK-E080.

    The loops of this process act at once, those of others within a second.
    """
    clock = movable.of(call.services)
    said = _said(call)
    if "advance" in said:
        clock.move(movable.duration(said["advance"]))
    else:
        clock.to(movable.instant(said["to"]))
    return _now(clock)


def _said(call: Call) -> dict[str, str]:
    """Return the body: exactly one of `advance` and `to`, each a text, once."""
    body = call.body()
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventError("IPK-E001", at="$") from None
    if twice := repeated.faults(body, found):
        raise Faults(twice)
    if not isinstance(found, dict) or found.keys() not in ({"advance"}, {"to"}):
        raise EventError("IPK-E080", at="$", hint="advance, to")
    if not all(isinstance(value, str) for value in found.values()):
        raise EventError("IPK-E080", at="$", hint="advance, to")
    return found


def _now(clock: movable.Movable) -> Answer:
    return answers.json(
        {"now": clock().isoformat(timespec="seconds"), "offsetSeconds": clock.offset.total_seconds()}
    )


_PATH: Final = "/sandbox/clock"
_REAL: Final = {403: "Not in real mode"}

ROUTES: Final = (
    Route(
        method="GET",
        path=_PATH,
        view=told,
        summary="The time of a synthetic installation",
        answers=Answers(media=answers.JSON, texts={200: "now and offsetSeconds", **_REAL}),
        access=Access(action="read", kind="operations", interaction="read"),
    ),
    Route(
        method="POST",
        path=_PATH,
        view=moved,
        summary='Move it: {"advance": "96h"} or {"to": "2026-03-09T10:15:00+01:00"}',
        body=("application/json",),
        answers=Answers(
            media=answers.JSON,
            texts={200: "now and offsetSeconds", 400: "Not JSON", **_REAL, 422: "Not a duration or time"},
        ),
        access=Access(action="write", kind="operations", interaction="operation"),
    ),
)
