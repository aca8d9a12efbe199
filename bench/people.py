"""Numbers of people who do not exist: national numbers of the Tenor series, month plus 80. HIS 1001:2010."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_FIRST: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_TENOR: Final = 80


def numbers(start: int = 0) -> Iterator[str]:
    """Yield different synthetic numbers with right check digits, always the same ones, from the place `start` on."""
    place = start
    while True:
        found = _number(place)
        if found is not None:
            yield found
        place += 1


def _number(place: int) -> str | None:
    """Return the number of a place, None where its digits have no check digit."""
    rest, day = divmod(place, 28)
    rest, month = divmod(rest, 12)
    serial, year = divmod(rest, 60)
    nine = f"{day + 1:02}{month + 1 + _TENOR:02}{year + 40:02}{serial % 500:03}"
    first = _check(_FIRST, nine)
    if first is None:
        return None
    second = _check(_SECOND, nine + first)
    return None if second is None else nine + first + second


def _check(weights: tuple[int, ...], digits: str) -> str | None:
    rest = -sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
    return None if rest > 9 else str(rest)
