"""How the other side behaves: its manner of writing, its receipts, its pace. Chosen by the tester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from adapter.settings import Settings

Manner = Literal["structured", "free-text"]
"""`structured`: lines an adapter reads. `free-text`: as a case handler writes."""

Receipting = Literal["ok", "rejected", "silent", "late", "duplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One way to behave. A rejected or silent message gets no answer."""

    manner: Manner = "structured"
    receipt: Receipting = "ok"
    error: str = "E21"
    """Code of list 8221 in a rejecting receipt."""
    pause: timedelta = timedelta(seconds=1)
    """Between one answer and the next, the first at once."""
    lateness: timedelta = timedelta(hours=97)
    """From GenDate to a late receipt."""


def chosen(settings: Settings) -> Script | None:
    """Return the script that the settings choose, None where nobody is simulated."""
    if settings.manner == "off":
        return None
    return Script(
        manner=settings.manner,
        receipt=settings.simulate_receipt,
        error=settings.simulate_error,
        pause=timedelta(seconds=settings.simulate_seconds),
        lateness=timedelta(hours=settings.receipt_hours + 1),
    )
