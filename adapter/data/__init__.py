"""Package data: the synthetic address book. contract.md, 'The address book'."""

from __future__ import annotations

from importlib import resources


def read(name: str) -> bytes:
    """Return the bytes of a file of this package. Raises FileNotFoundError where there is none of that name."""
    return resources.files(__name__).joinpath(name).read_bytes()
