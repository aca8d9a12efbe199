"""Statistics of an installation: every case read once, as a stream, at one instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from adapter import timing
from adapter.errors import EventError
from adapter.services import Services
from adapter.statistics.compute import Table, compute
from adapter.statistics.values import Asked, CaseFacts, Posted
from adapter.store import Connection, deadlines, figures
from adapter.timing import OSLO

_DAY: Final = timedelta(days=1)


def asked(services: Services, first: date | None, last: date | None) -> Asked:
    """Return the question: both days belong to the period; without them, from the year's beginning until today.

    Raises EventError IPK-E086 where the period ends before it begins, IPK-E026 where no day follows its last.
    """
    now = services.clock()
    end = last or timing.day(now)
    start = first or date(end.year, 1, 1)
    if end < start:
        raise EventError("IPK-E086", at="from")
    if end == date.max:
        raise EventError("IPK-E026", at="to", hint="YYYY-MM-DD")
    return Asked(
        start=_midnight(start),
        end=_midnight(end + _DAY),
        now=now,
        book=services.book(),
        smallest=services.settings.stats_smallest_cell,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO)


def tables(services: Services, question: Asked) -> tuple[Table, ...]:
    """Return every table. It may take long: others need not wait for it in the lane."""
    services.store.lane.leave()
    with services.store.read(snapshot=True) as conn:
        return compute(facts(conn), question)


def facts(conn: Connection) -> Iterator[CaseFacts]:
    """Yield every case as it is counted."""
    for stored in figures.cases(conn):
        yield CaseFacts(
            key=stored.key,
            events=tuple(_posted(row) for row in stored.events),
            resources=stored.resources,
            messages=stored.messages,
            deadlines=deadlines.of_case(conn, stored.key),
        )


def _posted(row: dict[str, Any]) -> Posted:
    content = row["content"]
    data = content.get("data", {})
    stated = data.get("occurredAt") or content.get("time")
    return Posted(
        event_id=row["event_id"],
        type=row["type"],
        received=row["received"],
        time=datetime.fromisoformat(stated) if stated else row["received"],
        melde_id=row["melde_id"],
        data=data,
    )
