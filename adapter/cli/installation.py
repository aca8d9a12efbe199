"""The installation a command works on: its settings, its log, its database, its services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapter import settings as setting
from adapter.errors import SystemFault

if TYPE_CHECKING:
    from adapter.services import Services

PATIENCE: Final = 15.0
"""Seconds a command waits for its turn beside a server that writes: nobody waits for it in turn."""


def loaded(**given: Any) -> setting.Settings:
    """Return the settings of the environment, with what an option gave. Raises Faults IPK-S006."""
    return setting.load(**{name: value for name, value in given.items() if value is not None})


def checked(settings: setting.Settings) -> setting.Settings:
    """Return the settings once their address book reads, so that its faults are told here, not by a process to come.

    Raises Faults IPK-R006 …, all at once.
    """
    from adapter.registers import addressbook  # noqa: PLC0415

    addressbook.load(settings.addressbook)
    return settings


def logging(settings: setting.Settings, *, level: str | None = None) -> None:
    """Send the log to standard error as the settings say."""
    from adapter import log  # noqa: PLC0415

    log.configure(level=level or settings.log_level, form=settings.log_format)


def prepare(settings: setting.Settings, *, upgrade: bool) -> None:
    """Make sure the database has this version's schema: upgraded if asked for, or embedded; else IPK-S014."""
    from adapter.store import migrations  # noqa: PLC0415

    if upgrade or not settings.postgresql:
        _make_folder(settings)
        migrations.upgrade(settings.database_url)
    else:
        _must_be_current(settings)


def _must_be_current(settings: setting.Settings) -> None:
    from adapter.store import migrations  # noqa: PLC0415

    if not migrations.is_current(settings.database_url):
        raise SystemFault("IPK-S014", at="ADAPTER_DATABASE_URL")


def _make_folder(settings: setting.Settings) -> None:
    if settings.postgresql:
        return
    folder = Path(settings.database_url.partition("///")[2]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SystemFault("IPK-S008", at="ADAPTER_DATABASE_URL") from None


@contextmanager
def opened() -> Iterator[Services]:
    """Yield the services of the installation, for a command that stands beside the server; it makes no database.

    Raises Faults, SystemFault (IPK-S014 where there is no database of this version).
    """
    from adapter import wiring  # noqa: PLC0415

    settings = loaded()
    settings = settings.model_copy(update={"busy_seconds": max(PATIENCE, settings.busy_seconds)})
    logging(settings, level="error")
    _must_be_current(settings)
    services = wiring.build(settings)
    try:
        yield services
    finally:
        wiring.close(services)
