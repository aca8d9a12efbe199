"""The installation a scenario runs in: settings, address book, clock, memory in the place of folders."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapter import settings as setting
from adapter import wiring
from adapter.errors import Fault, Faults
from adapter.model import AddressBook
from adapter.naming import NAMESPACE
from adapter.registers import addressbook
from adapter.scenarios import Scenario
from adapter.services import Services
from adapter.transports.memory import Memory


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a runner works with."""

    services: Services
    transport: Memory
    clock: Clock


@contextmanager
def staged(scenario: Scenario, database: str, *, book: Path | None = None) -> Iterator[Stage]:
    """Yield the scenario's installation; closed afterwards. `book` replaces the address book. Raises Faults."""
    settings = settings_of(scenario, database, book)
    transport = Memory(max_bytes=settings.max_message_bytes)
    clock = Clock(scenario.clock)
    services = wiring.build(
        settings,
        transport=transport,
        clock=clock,
        new_id=_ids(),
        random=lambda: 0.0,
        book=book_of(scenario, settings.addressbook),
        durable=False,
    )
    try:
        yield Stage(services=services, transport=transport, clock=clock)
    finally:
        wiring.close(services)


def settings_of(scenario: Scenario, database: str, book: Path | None) -> setting.Settings:
    """Return the defaults with what the scenario says; the environment has no say. Raises Faults IPK-S006."""
    given = {name: field.default for name, field in setting.Settings.model_fields.items()}
    said = dict(scenario.settings)
    if "addressbook" in said:
        said["addressbook"] = scenario.folder / said["addressbook"]
    if book is not None:
        said["addressbook"] = book
    return setting.load(**{**given, **said, "database_url": database})


def book_of(scenario: Scenario, path: Path | None) -> AddressBook:
    """Return the address book with the scenario's own doors, routings and homes. Raises Faults IPK-S013."""
    book = addressbook.load(path)
    unknown = scenario.parties.keys() - {party.key for party in book.parties}
    if unknown:
        raise Faults(tuple(_unknown(scenario, key) for key in sorted(unknown)))
    parties = tuple(replace(p, **_fields(scenario.parties.get(p.key, {}))) for p in book.parties)
    return AddressBook(parties, book.agreements)


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}


def _unknown(scenario: Scenario, key: str) -> Fault:
    place = f"{scenario.name}/scenario.toml: party.{key}"
    return Fault(code="IPK-S013", path=place, rule="scenario", hint="a key of the address book")


def _ids() -> Any:
    """Return a source of ids that are the same in every run."""
    numbers = itertools.count(1)
    return lambda: str(uuid.uuid5(NAMESPACE, f"replay|{next(numbers)}"))
