"""The worker's part: look which subscriptions have something to be told, tell it, settle. Architecture, 'How one event flows'.

At least once, in order: a subscription is held by one worker at a time, its events are numbered before they leave, and a
notification that may not have arrived leaves again as it was. What a subscriber may see is asked when an event is found,
and again when it leaves. Slow receivers wait beside each other, never for each other.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

import structlog

from adapter import http, retry
from adapter.access import audit as trail
from adapter.access.callers import Caller
from adapter.errors import AdapterError
from adapter.fhir.notification import Kind
from adapter.hooks import asking, notices, seeing
from adapter.hooks.notices import Notice
from adapter.hooks.seeing import Eye, Rows
from adapter.retry import Failure
from adapter.services import Services
from adapter.store import AuditRow, Connection, audit, feed, subscriptions
from adapter.store.subscriptions import Event, Subscription
from adapter.store.times import micros

log = structlog.get_logger()

AT_ONCE: Final = 8
"""Notifications under way at once in a process."""
PAGE: Final = 500
"""Items of the feed read at once."""
KEPT: Final = 1000
"""Told events kept for `$events`."""
LADDER: Final = 5
"""Each wait is up to so many times the one before: 1 minute, 5, 25, 2 hours, 10. events.md, E63."""
LONGEST: Final = timedelta(hours=12)
_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a notification went. `seen` is what it named."""

    notice: Notice
    failure: Failure | None
    seen: Rows


class Notifier:
    """Tells the subscriptions of one process. `step` in a loop; `close` when it ends."""

    def __init__(self, services: Services, *, owner: str, done: Callable[[], None] | None = None) -> None:
        """Use `owner` as this worker's own name; call `done` after each notification, so that the next is looked for."""
        self._services = services
        self._owner = owner
        self._done = done
        self._judge = asking.judge(services)
        self._parties = seeing.parties(services)
        self._base = f"{services.settings.base_url}/fhir"
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hook")
        self._busy: set[Future[None]] = set()

    def step(self) -> int:
        """Begin to tell those that have something to be told; how many. Raises AdapterError (database away)."""
        self._busy = {future for future in self._busy if not future.done()}
        claimed = self._claimed(AT_ONCE - len(self._busy))
        for row in claimed:
            future = self._pool.submit(self._attended, row)
            self._busy.add(future)
            future.add_done_callback(self._finished)
        return len(claimed)

    def run_once(self) -> int:
        """Tell those that have something to be told, one after another; how many. Raises AdapterError (database away)."""
        claimed = self._claimed(AT_ONCE)
        for row in claimed:
            self._attended(row)
        return len(claimed)

    def close(self, *, seconds: float = 10) -> None:
        """Wait until what is under way is settled, at most `seconds`; begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(self._busy, timeout=seconds)

    @cache  # noqa: B019 (one a process; the certificates are read once somebody is told something)
    def _context(self) -> ssl.SSLContext:
        return http.trusted(self._services.settings)

    def _finished(self, _: Future[None]) -> None:
        if self._done is not None:
            self._done()

    # ── who has something to be told ──

    def _claimed(self, most: int) -> list[Subscription]:
        """Return those that were leased: nothing is written, and nobody else held, where there is nothing to do."""
        if most <= 0:
            return []
        now = micros(self._services.clock())
        with self._services.store.read() as conn:
            rows = subscriptions.due(conn, now)
            end = feed.end(conn) if rows else ""
        wanted = [row for row in rows if _has_work(row, end, now)][:most]
        if not wanted:
            return []

        def work(conn: Connection) -> list[Subscription]:
            leases = (
                (row, now + (row.timeout + self._services.settings.lease_seconds) * _SECOND) for row in wanted
            )
            found = [
                subscriptions.claim(conn, row.id, owner=self._owner, now=now, until=until)
                for row, until in leases
            ]
            return [row for row in found if row is not None]

        return self._services.store.write(work)

    def _attended(self, row: Subscription) -> None:
        """Do what is next for a leased subscription. Nothing it meets ends the worker: the lease runs out, and it is tried again."""
        try:
            self._attend(row)
        except Exception as error:  # one subscription must not stop the others
            code = error.code if isinstance(error, AdapterError) else "IPK-S004"
            log.exception("hook.failed", resource=f"Subscription/{row.id}", code=code)

    def _attend(self, row: Subscription) -> None:
        now = self._services.clock()
        if row.ends is not None and row.ends <= micros(now):
            self._stop(row, "off", None)
        elif row.client != asking.OWN and row.client not in self._parties:
            self._stop(row, "error", "IPK-F078")
        elif row.status == "requested":
            self._send(row, "handshake")
        else:
            self._tell(row)

    # ── what is told ──

    def _tell(self, row: Subscription) -> None:
        sees = seeing.eye(self._services, self._parties.get(row.client))
        current: Subscription | None = row
        if row.upto == row.told:  # else a notification is under way, and leaves again as it was
            current = self._read_on(row, sees)
        if current is None:
            return
        now = micros(self._services.clock())
        if current.upto > current.told:
            self._send_events(current, sees)
        elif current.beat is not None and current.beat <= now:
            self._send(current, "heartbeat")
        else:
            self._services.store.write(lambda conn: subscriptions.release(conn, row.id, owner=self._owner))

    def _read_on(self, row: Subscription, sees: Eye) -> Subscription | None:
        """Return the subscription with what the feed holds for it, and its next notification fixed; None where the lease was lost."""
        found: tuple[Event, ...] = ()
        cursor = row.cursor
        if row.number - row.told < row.max_count:
            with self._services.store.read(snapshot=True) as conn:
                items, after = feed.page(conn, since=row.cursor, count=PAGE)
                found = seeing.found(
                    conn,
                    row,
                    items,
                    sees,
                    municipal=self._services.municipal,
                    base=f"{self._services.settings.base_url}/fhir/",
                )
            cursor = after or ""
        number = row.number + len(found)
        read = row._replace(cursor=cursor, number=number, upto=min(number, row.told + row.max_count))
        if read == row:
            return row
        held = self._services.store.write(
            lambda conn: subscriptions.read_on(conn, read, found, owner=self._owner)
        )
        return read if held else None

    def _send_events(self, row: Subscription, sees: Eye) -> None:
        with self._services.store.read(snapshot=True) as conn:
            events = subscriptions.events(
                conn, row.id, since=row.told + 1, until=row.upto, limit=row.max_count
            )
            seen = seeing.visible(conn, list(dict.fromkeys(event.focus for event in events)), sees)
        if seen:
            self._send(row, "event-notification", events=events, seen=seen)
        else:  # what happened is closed to the subscriber by now: not even that is told
            self._settle(row, None)

    def _send(
        self, row: Subscription, kind: Kind, *, events: tuple[Event, ...] = (), seen: Rows | None = None
    ) -> None:
        now = self._services.clock()
        made = notices.notice(row, kind, base=self._base, now=now, events=events, seen=seen)
        failed = notices.send(made, row, now=now, judge=self._judge, context=self._context())
        self._settle(row, Sent(notice=made, failure=failed, seen=seen or {}))

    # ── how it went ──

    def _settle(self, row: Subscription, sent: Sent | None) -> None:
        """Store how a notification went (None: there was nothing to send after all), where the lease still holds."""
        failed = sent.failure if sent is not None else None
        if failed is not None:
            self._unsent(row, failed)
            return
        now = self._services.clock()
        beat = None if row.heartbeat is None else micros(now) + row.heartbeat * _SECOND
        fixed = sent is None or sent.notice.kind == "event-notification"
        settled = row._replace(
            status="active", told=row.upto if fixed else row.told, attempts=0, last_error=None, due=micros(now),
            beat=row.beat if sent is None else beat,
        )  # fmt: skip
        rows = self._audited(row, sent) if sent is not None else []

        def work(conn: Connection) -> bool:
            held = subscriptions.settle(conn, settled, owner=self._owner, keep=KEPT)
            if held and row.status != "active":
                asking.restate(conn, subscriptions.get(conn, row.id) or settled, "active", now=now)
            if held:
                audit.append(conn, rows)
            return held

        if self._services.store.write(work) and sent is not None:
            log.info(
                "hook.sent", resource=f"Subscription/{row.id}", kind=sent.notice.kind, count=sent.notice.events,
                attempt=row.attempts + 1,
            )  # fmt: skip

    def _unsent(self, row: Subscription, failed: Failure) -> None:
        now = self._services.clock()
        attempts = row.attempts + 1
        decision = retry.decide(
            failed, attempts=attempts, now=now, jitter=self._services.random(), policy=self._policy()
        )
        log.warning("hook.unsent", resource=f"Subscription/{row.id}", code=failed.code, attempt=attempts)
        if isinstance(decision, retry.RetryAt):
            later = row._replace(attempts=attempts, last_error=failed.code, due=micros(decision.at))
            self._services.store.write(
                lambda conn: subscriptions.settle(conn, later, owner=self._owner, keep=KEPT)
            )
        else:
            self._stop(row, "error", failed.code)

    def _stop(self, row: Subscription, status: asking.Status, code: str | None) -> None:
        """End a subscription, where the lease still holds: in error with its reason, or off. What was not told waits."""
        now = self._services.clock()

        def work(conn: Connection) -> None:
            if subscriptions.settle(conn, row._replace(due=None), owner=self._owner, keep=KEPT):
                asking.restate(conn, row, status, now=now, code=code)

        self._services.store.write(work)
        log.warning("hook.stopped", resource=f"Subscription/{row.id}", state=status, code=code or "")

    def _policy(self) -> retry.Policy:
        settings = self._services.settings
        base = timedelta(seconds=settings.hook_retry_seconds)
        return retry.Policy(base=base, factor=LADDER, cap=max(LONGEST, base), limit=settings.hook_attempts)

    def _audited(self, row: Subscription, sent: Sent) -> list[AuditRow]:
        """Return a row for each patient of whom a notification told that something changed; none where it named nothing."""
        if row.content != "id-only" or not self._services.settings.audit:
            return []
        by_case: dict[str | None, list[str]] = {}
        for reference, seen in sent.seen.items():
            by_case.setdefault(seen.case, []).append(reference)
        caller = Caller(
            client=row.client or f"Subscription/{row.id}", local=False, trusted=False, request_id=""
        )
        return [
            each
            for case, references in by_case.items()
            for each in trail.rows(
                trail.Trail(
                    interaction="operation",
                    patients=() if case is None else (case,),
                    entities=(f"Subscription/{row.id}", *references),
                ),
                caller, status=notices.OK.start, org=row.org, at=self._services.clock(), new_id=self._services.new_id,
            )
        ]  # fmt: skip


def _has_work(row: Subscription, end: str, now: int) -> bool:
    over = row.ends is not None and row.ends <= now
    beats = row.beat is not None and row.beat <= now
    return over or row.status == "requested" or row.number > row.told or row.cursor != end or beats
