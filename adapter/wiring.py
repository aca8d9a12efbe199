"""build(settings) → Services: the only place where concrete parts meet, and where the clock and new ids come from."""

from __future__ import annotations

import gc
import os
import random as chance
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from threading import BoundedSemaphore
from time import time_ns
from typing import TYPE_CHECKING, Final

from adapter import __version__

if TYPE_CHECKING:
    from adapter.helpers import Helpers
    from adapter.model import AddressBook
    from adapter.services import Services
    from adapter.settings import Settings
    from adapter.transports.base import Transport


EMBEDDED_HELPERS: Final = 2
"""Helpers of a server with the embedded database: they share what the writing process leaves of the processors."""


def now() -> datetime:
    """Return the instant, aware."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """Return a new id, for what does not follow from facts: requests, audit rows. UUIDv7, RFC 9562 § 5.7.

    Ids that grow keep the index of the audit trail together: one page per commit, not one per row. It names and does
    not protect, so a generator that asks the kernel nothing will do; the module's own is seeded anew in each process.
    """
    made = (
        (time_ns() // 1_000_000) << 80
        | 7 << 76
        | chance.getrandbits(12) << 64
        | 2 << 62
        | chance.getrandbits(62)
    )
    digits = f"{made:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def build(  # noqa: PLR0913 (parts that tests and replay replace, by name)
    settings: Settings,
    *,
    transport: Transport | None = None,
    clock: Callable[[], datetime] | None = None,
    new_id: Callable[[], str] | None = None,
    random: Callable[[], float] | None = None,
    book: AddressBook | None = None,
    durable: bool = True,
    helped: bool = False,
) -> Services:
    """Return the services of an installation; the parts named replace the real ones (tests, replay).

    With `helped` it has the processes that `ADAPTER_HELPERS` asks for; call it before there are threads.
    The database must have been prepared (`ip-adapter db upgrade`). Raises Faults (the address book), SystemFault IPK-S006.
    """
    # Half a second of imports, for those who build: a command that only asks the clock does without.
    from adapter import store  # noqa: PLC0415
    from adapter.model import Clocks  # noqa: PLC0415
    from adapter.movable import Movable  # noqa: PLC0415
    from adapter.registers import addressbook  # noqa: PLC0415
    from adapter.rules.book import municipal  # noqa: PLC0415
    from adapter.services import Services  # noqa: PLC0415
    from adapter.transports.directory import Directory  # noqa: PLC0415

    set_ = Clocks(
        receipt_hours=settings.receipt_hours,
        reply_days=settings.reply_days,
        release_days=settings.release_days,
        assessment_days=settings.assessment_days,
        coordinator_days=settings.coordinator_days,
        consent_days=settings.consent_days,
        gap_days=settings.gap_days,
        escalation_days=settings.escalation_days,
    )
    whole = replace(book or addressbook.load(settings.addressbook), clocks=set_)
    helpers = _helpers(settings, whole) if helped else None
    opened = store.open(
        settings.database_url,
        queue_limit=settings.queue_limit,
        group=settings.group_limit,
        connections=settings.database_pool if settings.database_url.startswith("postgresql") else None,
        durable=durable,
        busy_seconds=settings.busy_seconds,
    )
    return Services(
        settings=settings,
        store=opened,
        books=_dated(whole),
        municipal=municipal(whole),
        people=settings.people(),
        helpers=helpers,
        transport=transport or Directory(settings.exchange, max_bytes=settings.max_message_bytes),
        clock=clock or (Movable(opened, now) if settings.mode == "synthetic" else now),
        new_id=new_id or fresh_id,
        random=random or chance.SystemRandom().random,
        large=BoundedSemaphore(settings.xml_large_at_once),
    )


def _helpers(settings: Settings, book: AddressBook) -> Helpers | None:
    """Return the processes beside this one, with all they need loaded before they part: what is not changed is shared."""
    embedded = settings.database_url.startswith("sqlite")
    count = (EMBEDDED_HELPERS if embedded else 0) if settings.helpers is None else settings.helpers
    if not count or not hasattr(os, "fork"):
        return None
    from adapter.helpers import Helpers  # noqa: PLC0415
    from adapter.rules import clocks  # noqa: PLC0415

    clocks.is_working_day(now().date())
    _settled()
    return Helpers(count, lambda: build(settings, book=book))


def ready(services: Services) -> None:
    """Make a process that serves or works ready: the Device stored, slow look-ups made, long-lived objects set apart.

    Without the last the collector walks everything ever imported, a twentieth of each event's time.
    """
    from adapter import ingest  # noqa: PLC0415
    from adapter.rules import clocks  # noqa: PLC0415

    ingest.introduce(services, version=__version__)
    clocks.is_working_day(services.clock().date())
    _settled()


def _settled() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _dated(whole: AddressBook) -> Callable[[date], AddressBook]:
    """Return the book by day; one day's book is made once."""

    @lru_cache(maxsize=8)
    def on(day: date) -> AddressBook:
        return whole.on(day)

    return on


def close(services: Services) -> None:
    """Close what `build` opened."""
    services.store.close()
    if services.helpers is not None:
        services.helpers.close()
