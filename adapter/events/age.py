"""The age at which a patient consents alone: by the birth date, never by the number. pbrl § 4-3."""

from __future__ import annotations

from datetime import date
from typing import Final

CONSENTS_ALONE: Final = 16
"""Years. pbrl § 4-3 first paragraph."""


def sixteen(born: date) -> date:
    """Return the day on which a person consents alone; born on 29 February: the first of March."""
    try:
        return born.replace(year=born.year + CONSENTS_ALONE)
    except ValueError:
        return date(born.year + CONSENTS_ALONE, 3, 1)


def is_sixteen(born: date, on: date) -> bool:
    """Return whether a person consents alone on a day."""
    return on >= sixteen(born)
