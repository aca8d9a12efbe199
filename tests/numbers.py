"""National numbers computed at test time, so that none that could be a real person's is ever stored. HIS 1001:2010."""

from __future__ import annotations

from typing import Final

_K1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_K2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def _digit(weights: tuple[int, ...], digits: str, remainder: int) -> str:
    check = (remainder - sum(w * int(d) for w, d in zip(weights, digits, strict=True))) % 11
    if check > 9:
        raise ValueError("these digits have no check digit")
    return str(check)


def national(nine: str, *, remainder: int = 0) -> str:
    """Return nine digits with both check digits; `remainder` 1-3 is the rule from 2032. Raises ValueError."""
    ten = nine + _digit(_K1, nine, remainder)
    return ten + _digit(_K2, ten, 0)


def real_looking() -> str:
    """Return a number with an ordinary month and right check digits: the standard's own example."""
    return national("010150002")
