"""Every setting as `ip-adapter settings` shows it: value, default and meaning, what is secret as stars. contract.md, 'Command line'."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.hosts import without_password
from adapter.settings import PREFIX, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One setting as `ip-adapter settings` shows it."""

    variable: str
    value: str
    default: str
    meaning: str


def show(settings: Settings) -> tuple[Shown, ...]:
    """Return every setting with value, default and meaning; secrets and passwords as stars."""
    return tuple(
        Shown(
            variable=f"{PREFIX}{name.upper()}",
            value=_text(getattr(settings, name)),
            default=_text(field.default),
            meaning=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, frozenset)):
        return ",".join(sorted(map(str, value)))
    return without_password(str(value))
