"""What `replay` does: each scenario run here or posted to a server, with progress on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from adapter import log, scenarios
from adapter import replay as room
from adapter import settings as setting
from adapter.errors import AdapterError, Fault
from adapter.replay import Difference, Ran
from adapter.replay import profile as profiles
from adapter.replay.remote import Server
from adapter.scenarios import Scenario

_SLOW: Final = 1.0
"""Seconds between two words of progress."""


def run(paths: tuple[Path, ...], options: dict[str, Any]) -> tuple[Ran, ...]:
    """Return how each scenario at and below `paths` ran. Raises Faults IPK-S008, IPK-S013; SystemFault."""
    log.configure(level="error", form="text")
    return tuple(_ran(scenarios.find(paths), options))


def junit(told: tuple[Ran, ...]) -> bytes:
    """Return the run as JUnit XML."""
    return room.junit(told).encode()


def _ran(folders: tuple[Path, ...], options: dict[str, Any]) -> Iterator[Ran]:
    """Yield each scenario as it ran, with progress on standard error when it takes long."""
    profile = profiles.load(options["profile"]) if options["profile"] else None
    listed = [scenarios.read(folder) for folder in folders]
    with room.Databases(options["database"]) as databases:
        one = _posting(options, profile) if options["url"] else _running(databases, options, profile)
        said = time.monotonic()
        for number, scenario in enumerate(listed, start=1):
            yield _kept(one, scenario)
            if time.monotonic() - said > _SLOW:
                said = time.monotonic()
                click.echo(f"{number} of {len(listed)}", err=True)


_One = Callable[[Scenario], Ran]


def _running(databases: room.Databases, options: dict[str, Any], profile: room.Profile | None) -> _One:
    def run(scenario: Scenario) -> Ran:
        ran = room.run(scenario, databases, profile=profile)
        if options["bless"] and not ran.differences:
            room.bless(scenario.expected, ran.files)
        if not options["golden"]:
            return ran
        return replace(ran, differences=ran.differences + room.differences(scenario.expected, ran.files))

    return run


def _posting(options: dict[str, Any], profile: room.Profile | None) -> _One:
    from adapter.http import Client  # noqa: PLC0415 (requests, for those who post)

    settings = setting.load()
    token = settings.token.get_secret_value() if settings.token else None
    server = Server(client=Client.of(settings), url=options["url"], token=token, wait=options["wait"])
    return lambda scenario: room.post(scenario, server, profile=profile)


def _kept(one: _One, scenario: Scenario) -> Ran:
    """Return how a scenario ran; one that could not be run at all does not keep the others from it."""
    try:
        return one(scenario)
    except AdapterError as error:
        if error.row.retry:
            raise
        return Ran(name=scenario.name, differences=tuple(map(_of_fault, error.faults)))


def _of_fault(fault: Fault) -> Difference:
    return Difference(file=fault.path, line=fault.line, place=fault.code, what=fault.message())
