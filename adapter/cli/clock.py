"""`clock`: the time of a synthetic installation, shown and moved while its server runs. contract.md, 'Command line'."""

from __future__ import annotations

from collections.abc import Callable

import click

from adapter.cli import installation, say
from adapter.movable import Movable


@click.group("clock")
def clock_() -> None:
    """Show or move the clock of a synthetic installation; its server and worker follow within a second.

    \b
    Examples:
      ip-adapter clock show
      ip-adapter clock advance 96h
      ip-adapter clock reset
    """  # noqa: D301 (\b is click's mark)


@clock_.command("show")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def show(as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show the installation's time and how far it was moved.

    \b
    Examples:
      ip-adapter clock show
    """  # noqa: D301 (\b is click's mark)
    return _done(lambda _clock: None, as_json=as_json)


@clock_.command("advance")
@click.argument("duration", metavar="DURATION")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def advance(duration: str, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Move the clock on: 96h, 3d, 30m, 1d12h (s, m, h, d, w). What is due is acted on at once.

    \b
    Examples:
      ip-adapter clock advance 96h
      ip-adapter clock advance 3d
    """  # noqa: D301 (\b is click's mark)
    from adapter import movable  # noqa: PLC0415

    by = movable.duration(duration)
    return _done(lambda clock: clock.move(by), as_json=as_json)


@clock_.command("to")
@click.argument("time", metavar="TIME")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def to(time: str, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Move the clock to an RFC 3339 time with its offset; it goes on from there.

    \b
    Examples:
      ip-adapter clock to 2026-03-09T10:15:00+01:00
    """  # noqa: D301 (\b is click's mark)
    from adapter import movable  # noqa: PLC0415

    target = movable.instant(time)
    return _done(lambda clock: clock.to(target), as_json=as_json)


@clock_.command("reset")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def reset(as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Let the clock go with the system's time again.

    \b
    Examples:
      ip-adapter clock reset
    """  # noqa: D301 (\b is click's mark)
    return _done(lambda clock: clock.reset(), as_json=as_json)


def _done(act: Callable[[Movable], None], *, as_json: bool) -> int:
    from adapter import movable  # noqa: PLC0415

    with installation.opened() as services:
        clock = movable.of(services)
        act(clock)
        told = {"now": clock().isoformat(timespec="seconds"), "offsetSeconds": clock.offset.total_seconds()}
    if as_json:
        say.as_json(told)
    else:
        say.table([(name, str(value)) for name, value in told.items()])
    return 0
