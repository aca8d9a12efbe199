"""A posted event: checked, allowed, accepted; by a process beside this one where one is free. contract.md, 'HTTP: events'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from adapter import events
from adapter.errors import Conflict, RoutingError
from adapter.ingest.accept import Answer, Made, committed, made
from adapter.ingest.addresses import CHANGED, accept
from adapter.ingest.commit import Unit
from adapter.services import Services


class Prepared(NamedTuple):
    """What an event writes, but for its audit row, and the answer to it."""

    unit: Unit
    body: bytes


def post(
    services: Services,
    item: Mapping[str, Any],
    *,
    permit: Callable[[str], object],
    dry_run: bool = False,
    limited: bool = False,
) -> Answer:
    """Return the answer to an event as it came. `permit` is asked about its source before anything is written.

    A caller that is `limited` to its own cases is told of another's as though nobody knew the person: in a dry run, and where it
    is refused, by what would stand against it then. Raises Faults with every fault, what `permit` raises, and as `accept`.
    """
    try:
        return _posted(services, item, permit=permit, dry_run=dry_run, limited=limited)
    except RoutingError as error:
        if limited and error.code == _NOT_ITS:
            event = events.check(item, now=services.clock(), people=services.people)
            made(services, event, now=services.clock(), stranger=True)
        raise


_NOT_ITS: Final = "IPK-R005"


def _posted(
    services: Services,
    item: Mapping[str, Any],
    *,
    permit: Callable[[str], object],
    dry_run: bool,
    limited: bool,
) -> Answer:
    now = services.clock()
    helpers = services.helpers
    found = None if helpers is None or dry_run else helpers.prepared(item, now, services.store.lane)
    if helpers is not None and found is not None:
        permit(found.unit.events[0].source)
        try:
            return committed(services, found.unit, found.body)
        except Conflict:  # somebody else wrote first
            services.shared.clear()
            helpers.forget()
    event = events.check(item, now=now, people=services.people)
    permit(event.source)
    return accept(services, event, dry_run=dry_run, stranger=limited and dry_run)


def prepared(services: Services, item: Mapping[str, Any], now: datetime) -> Prepared | None:
    """Return what an event as it came writes at its case, and its answer; the case is as its writing asserts it.

    None for one that is there already, or that has more to it than one transaction. Raises as `post`.
    """
    event = events.check(item, now=now, people=services.people)
    if event.type == CHANGED:
        return None
    found = made(services, event, now=now)
    if not isinstance(found, Made):
        return None
    return Prepared(unit=found.unit.bare(), body=found.body)
