"""A write over FHIR: its events through the same ingest as a posted one, in one transaction. R4 http.html#create, #update, #transaction.

It is worked out ahead of the transaction, which asserts what it rests on (version, criteria, reference): of two at once one
wins, and the other is worked out again where it is written.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from adapter.errors import AdapterError, Conflict, Faults, SystemFault
from adapter.ingest.commit import Unit, audited, retrying
from adapter.ingest.commit import write as write_unit
from adapter.ingest.orders import Asked, Criteria, Order, Written, ordered
from adapter.ingest.performing import perform
from adapter.ingest.sight import Ahead, Elsewhere, Matched, Rest, Sight, matches, require
from adapter.services import Services
from adapter.store import AuditRow, Connection

T = TypeVar("T")
Tells = Callable[[Written], Sequence[AuditRow]]


class Prepared(NamedTuple):
    """What a write puts, but for its audit row, what becomes of it then, and what that rests on beside its case."""

    unit: Unit | None
    """None for what is there already."""
    done: Written
    rests: Rest
    matched: Matched = ()


def write(services: Services, wish: Order | Asked, *, tells: Tells | None = None) -> Written:
    """Return what became of one write once it is committed. Raises AdapterError; then nothing of it is stored.

    `tells` makes the audit rows of the request, which go with it where that is one transaction (`Written.audited`).
    """
    if isinstance(wish, Asked) and (done := _helped(services, wish, tells)) is not None:
        return done
    order = ordered(wish) if isinstance(wish, Asked) else wish
    try:
        found = prepared(services, order, services.clock())
        return committed(services, found, criteria=order.criteria, tells=tells)
    except (Conflict, Elsewhere):
        services.shared.clear()
    return _transacted(
        services, lambda conn: perform(services, _writing(services, conn), order, now=services.clock())
    )


def _helped(services: Services, asked: Asked, tells: Tells | None) -> Written | None:
    """Return what became of a write that a helper worked out; None where none did, or where somebody else wrote first."""
    helpers = services.helpers
    found = None if helpers is None else helpers.prepared(asked, services.clock(), services.store.lane)
    if helpers is None or found is None:
        return None
    try:
        return committed(services, found, tells=tells)
    except Conflict:
        services.shared.clear()
        helpers.forget()
        return None


def ahead(services: Services, asked: Asked, now: datetime) -> Prepared:
    """Return what a write as it came puts as the store is now. Raises AdapterError, Elsewhere."""
    return prepared(services, ordered(asked), now)


def prepared(services: Services, order: Order, now: datetime) -> Prepared:
    """Return what a write puts as the store is now; nothing is written. Raises AdapterError, Elsewhere."""
    with services.store.read() as conn:
        sight = Ahead(conn)
        done = perform(services, sight, order, now=now)
        unit = sight.unit
        rests = sight.rests(unit.case_key) if unit is not None else ()
    return Prepared(
        unit=unit.bare() if unit is not None else None, done=done, rests=rests, matched=sight.matched
    )


def committed(
    services: Services, found: Prepared, *, criteria: Criteria | None = None, tells: Tells | None = None
) -> Written:
    """Return what became of a write once what it puts is on the disk. Raises Conflict where something it rests on is not as it was."""
    if found.unit is None:
        return found.done
    unit = audited(services, found.unit)
    if tells is not None:
        unit = replace(unit, audit=(*unit.audit, *tells(found.done)))

    def work(conn: Connection) -> None:
        if criteria is not None and matches(criteria(conn)) != found.matched:
            raise Conflict
        require(conn, unit, found.rests)
        write_unit(conn, unit)

    services.store.write(work)
    return found.done if tells is None else replace(found.done, audited=True)


def write_all(
    services: Services,
    orders: Sequence[Callable[[Sequence[Written]], Order]],
    place: Callable[[int, str], str],
) -> tuple[Written, ...]:
    """Return what became of writes of one transaction, all or nothing; each is made knowing what came of those before.

    Raises AdapterError; `place` tells of the number of a write and a place in its resource where that stands in the whole.
    """

    def work(conn: Connection) -> tuple[Written, ...]:
        done: list[Written] = []
        for number, make in enumerate(orders):
            try:
                sight = _writing(services, conn)
                done.append(perform(services, sight, make(done), now=services.clock()))
            except SystemFault:
                raise
            except AdapterError as error:
                found = tuple(replace(f, path=place(number, f.path)) for f in error.faults)
                raise Faults(found) from None
        return tuple(done)

    return _transacted(services, work)


def _writing(services: Services, conn: Connection) -> Sight:
    return Sight(conn, lambda conn, unit: write_unit(conn, audited(services, unit)))


def _transacted(services: Services, work: Callable[[Connection], T]) -> T:
    # The writer's thread does not know who is calling, whom the audit row of an event names.
    context = contextvars.copy_context()

    def once() -> T:
        try:
            return services.store.write(lambda conn: context.copy().run(work, conn))
        except AdapterError:
            services.shared.clear()  # it may hold what was read of a transaction that is undone
            raise

    return retrying(services, once)
