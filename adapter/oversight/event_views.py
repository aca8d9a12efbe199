"""Events that are views of rows kept for other ends: messages that left, plans pulled, subscriptions told. E52, E60, E61, E63.

They stand in no case and in no feed, and each is listed by its type alone, after a cursor of its own.
docs/decisions/0089-pulls-and-notifications-under-events.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapter.events.envelope import OWN_SOURCE
from adapter.store import Connection, audited, sendings
from adapter.store.audited import Audited, Stopped
from adapter.store.sendings import Sending

LOOKED_AT: Final = 2000
"""Rows that one page looks at: however few of them are events, it comes to an end, and the next goes on there."""
TOGETHER: Final = 100
"""Rows read at once."""
_VERSION_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event of a view, as it is told, and the case whose it is."""

    said: dict[str, Any]
    case_key: str | None = None
    entity: str = ""
    """What the audit trail calls it; empty: its id, a UUID."""


Page = tuple[Sequence[Seen], str | None]
"""Events, and the cursor to go on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a type is listed and found: `page(conn, since, count)`, `find(conn, id)`."""

    page: Callable[[Connection, str | None, int], Page]
    find: Callable[[Connection, str], Seen | None]


def find(conn: Connection, event_id: str) -> Seen | None:
    """Return the event of a view that has this id."""
    found = (view.find(conn, event_id) for view in VIEWS.values())
    return next((each for each in found if each is not None), None)


def entity(event_id: str) -> str:
    """Return what the audit trail calls an event: its id is a UUID, or a Subscription's with its version."""
    subscription, stop, _ = event_id.rpartition(".")
    return f"{audited.SUBSCRIPTION}/{subscription}" if stop else f"urn:uuid:{event_id}"


def _said(type_: str, id_: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    when = at.isoformat()
    head = {"eventId": id_, "id": id_, "source": OWN_SOURCE, "type": type_, "time": when, "receivedAt": when}
    return {**head, "data": {name: value for name, value in data.items() if value}}


# ── messages that left (E52) ─────────────────────────────────────────────────────────────────────────────────────────


def _left(type_: str) -> View:
    def page(conn: Connection, since: str | None, count: int) -> Page:
        found, cursor = sendings.page(conn, since=since, count=count)
        return [_sent(type_, each) for each in found], cursor

    def one(conn: Connection, id_: str) -> Seen | None:
        found = sendings.find(conn, id_)
        return None if found is None else _sent(type_, found)

    return View(page=page, find=one)


def _sent(type_: str, one: Sending) -> Seen:
    data = {
        "messageId": one.message_id,
        "type": one.type,
        "receiver": one.receiver_her_id,
        "event": one.event_id,
    }
    return Seen(said=_said(type_, one.message_id, one.at, data), case_key=one.case_key)


# ── rows of the audit trail (E60, E61, E63) ──────────────────────────────────────────────────────────────────────────

_Owners = Mapping[str, str | None]
"""Plan → its case; without those that are not there."""
_Told = Callable[[str, Audited, _Owners], Seen | None]
"""Type, row → its event; None where it is none."""


def _of_audit(type_: str, kind: audited.Kind, told: _Told) -> View:
    def events(conn: Connection, rows: Sequence[Audited]) -> Iterator[tuple[Audited, Seen | None]]:
        cases = audited.owners(conn, (plan for row in rows for plan in _plans(row)))
        return ((row, told(type_, row, cases)) for row in rows)

    def page(conn: Connection, since: str | None, count: int) -> Page:
        found: list[Seen] = []
        for _ in range(0, LOOKED_AT, TOGETHER):
            rows = audited.page(conn, kind, since=since, count=TOGETHER)
            for row, seen in events(conn, rows):
                since = row.cursor
                found += () if seen is None else (seen,)
                if len(found) == count:
                    return found, since
            if len(rows) < TOGETHER:
                break
        return found, since

    def one(conn: Connection, id_: str) -> Seen | None:
        row = audited.find(conn, kind, id_)
        return None if row is None else next(seen for _, seen in events(conn, (row,)))

    return View(page=page, find=one)


def _plans(row: Audited) -> tuple[str, ...]:
    return tuple(each for each in row.references if each.startswith(f"{audited.PLAN}/"))


def _ids(references: Sequence[str]) -> list[str]:
    return [each.partition("/")[2] for each in references]


def _pulled(type_: str, row: Audited, cases: _Owners) -> Seen | None:
    """Return who was shown a plan. Of several that a request named, those of the row's own patient."""
    plans = _plans(row)
    if len(row.references) > 1:
        plans = tuple(plan for plan in plans if cases.get(plan) == row.case_key)
    if row.references and not plans:
        return None
    data = {
        "client": row.client,
        "interaction": row.interaction,
        "patientId": row.case_key,
        "planIds": _ids(plans),
    }
    return Seen(said=_said(type_, row.id, row.at, data), case_key=row.case_key)


def _denied(type_: str, row: Audited, cases: _Owners) -> Seen | None:
    """Return who was refused a plan that is there: where there is none, nothing was withheld."""
    plans = [plan for plan in _plans(row) if plan in cases]
    if not plans:
        return None
    case_key = cases[plans[0]]
    data = {
        "client": row.client,
        "interaction": row.interaction,
        "patientId": case_key,
        "planIds": _ids(plans),
    }
    return Seen(said=_said(type_, row.id, row.at, data), case_key=case_key)


def _delivered(type_: str, row: Audited, _: _Owners) -> Seen:
    subscription, *told = row.references
    data = {
        "subscription": subscription,
        "client": row.client,
        "patientId": row.case_key,
        "resources": told,
    }
    return Seen(said=_said(type_, row.id, row.at, data), case_key=row.case_key)


# ── subscriptions that stopped (E63) ─────────────────────────────────────────────────────────────────────────────────


def _failed(type_: str) -> View:
    def page(conn: Connection, since: str | None, count: int) -> Page:
        found = audited.stopped(conn, since=since, count=count)
        return [_stopped(type_, each) for each in found], found[-1].cursor if found else since

    def one(conn: Connection, id_: str) -> Seen | None:
        subscription, _, version = id_.rpartition(".")
        if not (version.isascii() and version.isdigit() and len(version) <= _VERSION_DIGITS):
            return None
        found = audited.stop(conn, subscription, int(version))
        return None if found is None else _stopped(type_, found)

    return View(page=page, find=one)


def _stopped(type_: str, one: Stopped) -> Seen:
    reference = f"{audited.SUBSCRIPTION}/{one.id}"
    data = {
        "subscription": reference,
        "client": None if one.client is None else one.client or reference,
        "error": one.code,
    }
    return Seen(said=_said(type_, f"{one.id}.{one.version}", one.at, data), entity=reference)


_AUDITED: Final[Mapping[str, tuple[audited.Kind, _Told]]] = {
    "ip.plan.pulled": ("pulled", _pulled),
    "ip.plan.pull-denied": ("denied", _denied),
    "ip.subscription.delivered": ("told", _delivered),
}
VIEWS: Final[Mapping[str, View]] = {
    "ip.message.left": _left("ip.message.left"),
    **{type_: _of_audit(type_, kind, told) for type_, (kind, told) in _AUDITED.items()},
    "ip.subscription.failed": _failed("ip.subscription.failed"),
}
"""Type → its view: E52 by MsgId; E60, E61 and E63 by the id of the AuditEvent; E63 failed by Subscription and version."""
