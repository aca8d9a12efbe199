"""Fixtures: installations to make and to talk to. Imported by the conftest of each room that wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import books
from tests.house import House

Build = Callable[..., House]


@pytest.fixture
def build(tmp_path: Path, prepared_file: Path) -> Iterator[Build]:
    """Make installations: keywords of `books.book` in `of`, the rest for House."""
    made: list[House] = []

    def house(**more: Any) -> House:
        book = books.book(**more.pop("of", {}))
        found = House(tmp_path, template=prepared_file, book=book, name=f"house-{len(made)}", **more)
        made.append(found)
        return found

    yield house
    for one in made:
        one.close()


@pytest.fixture
def hospital(build: Build) -> House:
    """Make the hospital trust of the book that ships."""
    return build()


@pytest.fixture
def alvdal(build: Build) -> House:
    """Make the municipality of the book that ships, as an installation of its own."""
    return build(of={"home": books.ALVDAL})
