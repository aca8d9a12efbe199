"""Is the process alive, and can it do its work? contract.md, 'Operations'."""

from __future__ import annotations

from typing import Final

from adapter.errors import SystemFault
from adapter.store import resources
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Route


def live(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return 200 while the process answers."""
    return answers.json({"status": "ok"})


def ready(call: Call) -> Answer:
    """Return 200 when the database answers, takes what is written, and every loop of this process runs; else 503."""
    checks = {"database": _database(call)}
    if call.shared.alive is not None:
        checks |= call.shared.alive()
    fine = all(checks.values())
    said = {"status": "ok" if fine else "failed", "checks": checks}
    return answers.json(said, status=200 if fine else 503, headers=() if fine else (("Retry-After", "2"),))


def _database(call: Call) -> bool:
    try:
        with call.services.store.read() as conn:
            resources.current(conn, "Device", "-")
    except SystemFault:
        return False
    return call.services.store.writes()


ROUTES: Final = (
    Route(
        method="GET", path="/health/live", view=live, summary="The process answers",
        answers=Answers(media=answers.JSON, texts={200: "Alive"}),
    ),
    Route(
        method="GET", path="/health/ready", view=ready, summary="The database answers and the loops run",
        answers=Answers(media=answers.JSON, texts={200: "Ready", 503: "Not ready"}),
    ),
)  # fmt: skip
