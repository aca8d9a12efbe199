"""Clocks that nothing waits for, as shares in time: C1, C6 and C7. domain § 2.7; forskrift 2011-11-18-1115 § 8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from adapter.rules import clocks
from adapter.statistics.measures import IN_TIME, LATE, MISSING
from adapter.statistics.values import Asked, CaseFacts, Posted, Seen

_HOUR: Final = timedelta(hours=1)
_ADMITTED: Final = "ip.patient.admitted"
_ANOTHER_WAY: Final = "ip.manual-fallback.recorded"
_KEPT: Final = frozenset({"consent-pending", "declined-by-patient", "withdrawn"})
"""States of a need that may have come to nobody."""
_EARLY: Final = "ip.patient.early-notice"


def notified(facts: CaseFacts, asked: Asked, needs: tuple[Posted, ...]) -> Iterator[Seen]:
    """C1: needs of the period whose message left within the working day after; what is not due yet is not counted."""
    for need in needs:
        at = left(facts, need.melde_id)
        if at is None and _refused(facts, need.melde_id):
            continue  # the patient said no: there is nothing to tell
        due = clocks.reply_due(need.time, clocks.CLOCKS["notify"].amount)
        yield from _judged("c1", at, due, asked)


def left(facts: CaseFacts, melde_id: str | None) -> datetime | None:
    """Return when a need left first: by a message of ours, or another way that a person told of (a letter posted, E59)."""
    told = {e.data["messageId"]: datetime.fromisoformat(e.data["at"]) for e in facts.of(_ANOTHER_WAY)}
    ours = [m for m in facts.messages if m.wants_reply and (m.direction, m.melde_id) == ("out", melde_id)]
    times = (at for m in ours for at in (m.sent_at, told.get(m.id), told.get(m.msg_id)))
    return min((at for at in times if at is not None), default=None)


def received(facts: CaseFacts, asked: Asked, melde_id: str | None) -> bool:
    """Return whether a need has come to who is to assess it: it left, came by message, or was told inside; what is held has not."""
    brought = any((m.direction, m.melde_id) == ("in", melde_id) for m in facts.messages)
    owners = (
        asked.book.by_organisation(n.owner)
        for n in facts.needs
        if n.melde_id == melde_id and n.state not in _KEPT
    )
    return brought or left(facts, melde_id) is not None or any(p is not None and p.home for p in owners)


def _refused(facts: CaseFacts, melde_id: str | None) -> bool:
    mine = [n.state for n in facts.needs if n.melde_id == melde_id]
    return bool(mine) and all(state == "declined-by-patient" for state in mine)


def noticed(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """C6: hours from admission, or from when the need was known, to the first early notice of a stay; those in time.

    Which stays need a notice nobody here knows: only notices that were given are counted.
    """
    for admitted in facts.of(_ADMITTED):
        stay = [e for e in facts.of(_ADMITTED, _EARLY) if e.received > admitted.received]
        notice = next(iter(stay), None)
        if notice is None or notice.type != _EARLY or not asked.within(notice.received):
            continue
        known = datetime.fromisoformat(notice.data["occurredAt"]) if "occurredAt" in notice.data else None
        since = max(admitted.time, known) if known is not None else admitted.time
        left = [m.sent_at for m in facts.messages if m.event_id == notice.event_id and m.sent_at]
        at = min(left, default=notice.received)
        yield Seen("c6-hours", "tidligmelding", max(0.0, (at - since) / _HOUR))
        yield from _judged("c6", at, since + _hours("early-notice"), asked)


def reported(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """C7: hours from LOG_INNLAGT to the municipality's INNLEGGELSESRAPPORT, and those in time or not come."""
    told = sorted(m.sent_at for m in facts.messages if m.type == "LOG_INNLAGT" and m.sent_at)
    came = [m.gen_date for m in facts.messages if m.type == "INNLEGGELSESRAPPORT" and m.direction == "in"]
    for number, sent in enumerate(told):
        until = told[number + 1] if number + 1 < len(told) else None
        mine = [at for at in came if at and at >= sent and (until is None or at < until)]
        at = min(mine, default=None)
        if not asked.within(sent):
            continue
        if at is not None:
            yield Seen("c7-hours", "innleggelsesrapport", (at - sent) / _HOUR)
        yield from _judged("c7", at, sent + _hours("admission-report"), asked)


def _hours(name: str) -> timedelta:
    return timedelta(hours=clocks.CLOCKS[name].amount)


def _judged(table: str, at: datetime | None, due: datetime, asked: Asked) -> Iterator[Seen]:
    if at is not None:
        yield Seen(table, IN_TIME if at <= due else LATE)
    elif asked.now > due:
        yield Seen(table, MISSING)
