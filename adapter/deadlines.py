"""The ticker: a deadline that has passed becomes an event like any other. message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

from typing import Final

import structlog

from adapter import ingest
from adapter.errors import AdapterError, Conflict
from adapter.model import Deadline
from adapter.services import Services
from adapter.store import deadlines

log = structlog.get_logger()

BATCH: Final = 500
"""Most deadlines of one tick."""


def tick(services: Services) -> int:
    """Act on what is due now, the oldest first; how many deadlines. Raises AdapterError where the database is away.

    Each is a use case of its own: one that cannot be acted on is logged and tried at the next tick, and holds no other.
    """
    with services.store.read() as conn:
        due = deadlines.due(conn, services.clock(), BATCH)
    return sum(_act(services, deadline) for deadline in due)


def _act(services: Services, deadline: Deadline) -> int:
    try:
        ingest.overdue(services, deadline)
    except Conflict:  # the case was changed meanwhile; the next tick sees it as it is then
        return 0
    except AdapterError as error:
        if error.row.retry:
            raise
        log.exception("deadline.failed", deadline_id=deadline.id, kind=deadline.kind, code=error.code)
        return 0
    except Exception:  # one deadline must not stop the others
        log.exception("deadline.failed", deadline_id=deadline.id, kind=deadline.kind, code="IPK-S004")
        return 0
    log.info("deadline.passed", deadline_id=deadline.id, kind=deadline.kind)
    return 1
