"""`run`, `serve`, `work` and `simulate`: what goes on until it is stopped. contract.md, 'Set-up' and 'Operations'."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click

from adapter import log
from adapter.cli import installation
from adapter.errors import SystemFault
from adapter.settings import Settings

QUICK: Final = {"poll_seconds": 0.5, "worker_seconds": 0.5, "tick_seconds": 0.5, "simulate_seconds": 1.0}
"""Pauses of `run`, where nobody set others: its story is told within ten seconds."""
_KILL_AFTER: Final = 15
"""Seconds a server process may take to stop."""

_Port = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on, in place of ADAPTER_PORT."
)
_Host = click.option("--host", help="Address to listen on, in place of ADAPTER_HOST.")


@click.command("run")
@_Host
@_Port
def run_(host: str | None, port: int | None) -> int:
    """Start everything in one process group: server, worker, clocks and a simulated municipality. Ctrl-C stops it all.

    The database under var/ is prepared first. Polls are quick, so that the whole story is told in seconds.

    \b
    Examples:
      ip-adapter run
      ADAPTER_PORT=9090 ip-adapter run
      ADAPTER_SIMULATE=free-text ip-adapter run
    """  # noqa: D301 (\b is click's mark)
    from adapter.cli import welcome  # noqa: PLC0415

    settings = _bound(installation.checked(installation.loaded(host=host, port=port)))
    settings = settings.model_copy(
        update={name: value for name, value in QUICK.items() if name not in settings.model_fields_set}
    )
    installation.logging(settings, level=None if "log_level" in settings.model_fields_set else "warning")
    installation.prepare(settings, upgrade=True)
    click.echo(welcome.text(settings))
    return _serve(settings, worker=True, simulator=True)


@click.command("serve")
@_Host
@_Port
def serve_(host: str | None, port: int | None) -> int:
    """Start the server alone: events, messages, FHIR. A worker (`ip-adapter work`) must run beside it.

    An embedded database is prepared first; PostgreSQL must have been (`ip-adapter db upgrade`).

    \b
    Examples:
      ip-adapter serve
      ip-adapter serve --port 9090
      ADAPTER_DATABASE_URL=postgresql+psycopg://adapter@db/adapter ip-adapter serve
    """  # noqa: D301 (\b is click's mark)
    settings = _bound(installation.checked(installation.loaded(host=host, port=port)))
    installation.logging(settings)
    installation.prepare(settings, upgrade=False)
    return _serve(settings, worker=False, simulator=False)


@click.command("work")
def work_() -> int:
    """Start worker and clocks alone, beside `ip-adapter serve`: sends, receives, files, and acts on what is due.

    \b
    Examples:
      ip-adapter work
      ADAPTER_EXCHANGE=/srv/exchange ip-adapter work
    """  # noqa: D301 (\b is click's mark)
    from adapter import wiring  # noqa: PLC0415
    from adapter.cli.hosting import Parts, Threads  # noqa: PLC0415

    settings = installation.loaded()
    installation.logging(settings)
    installation.prepare(settings, upgrade=False)
    services = wiring.build(settings)
    wiring.ready(services)
    threads = Threads(services, Parts(worker=True))
    try:
        _until_stopped(threads.start, threads.stop)
    finally:
        wiring.close(services)
    return 0


@click.command("simulate")
def simulate_() -> int:
    """Play the other side at the exchange folders: receipts and answers to what stands in out/.

    \b
    Examples:
      ip-adapter simulate
      ADAPTER_SIMULATE=free-text ADAPTER_SIMULATE_RECEIPT=late ip-adapter simulate
    """  # noqa: D301 (\b is click's mark)
    from adapter import wiring  # noqa: PLC0415
    from adapter.cli.hosting import Parts, Threads  # noqa: PLC0415
    from adapter.simulator import municipality  # noqa: PLC0415

    settings = installation.loaded()
    installation.logging(settings)
    services = wiring.build(settings)
    if municipality.loop(services) is None:
        raise SystemFault("IPK-S006", at="ADAPTER_SIMULATE")
    threads = Threads(services, Parts(simulator=True))
    try:
        _until_stopped(threads.start, threads.stop)
    finally:
        wiring.close(services)
    return 0


def _until_stopped(start: Callable[[], None], stop: Callable[[], None]) -> None:
    """Let something go on until Ctrl-C or SIGTERM."""
    stopped = threading.Event()

    def ask(_signal: int, _frame: Any) -> None:
        stopped.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, ask)
    start()
    stopped.wait()
    stop()


def _bound(settings: Settings) -> Settings:
    """Return the settings with a port that is free: the one set, or any where 0 is set. Raises SystemFault IPK-S015."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((settings.host, settings.port))
        except OSError:
            raise SystemFault("IPK-S015", at=f"{settings.host}:{settings.port}") from None
        return settings.model_copy(update={"port": found.getsockname()[1]})


def _serve(settings: Settings, *, worker: bool, simulator: bool) -> int:
    from granian.constants import Interfaces  # noqa: PLC0415 (the server, for those who serve)
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    from adapter.cli import hosting  # noqa: PLC0415

    server = Server(
        "ip-adapter",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=False,
        respawn_failed_workers=False,
        workers_kill_timeout=_KILL_AFTER,
    )
    # Granian advises against more threads than cores; ours wait for commits.
    log.leave_out("_granian", "Python threads")
    parts = hosting.Parts(worker=worker, simulator=simulator)
    os.register_at_fork(after_in_child=hosting.block)  # a worker that is not yet in `load` loses no signal
    server.serve(target_loader=partial(hosting.load, settings, parts), wrap_loader=False)
    return 0
