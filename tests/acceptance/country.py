"""Installations side by side, each with two folders, and the post office between them. No echo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from adapter import delivery, kith
from adapter.kith.apprec import AppRec
from adapter.mappings import views
from adapter.transports.directory import Directory
from tests import books
from tests.house import Clock, House
from tests.houses import Build

Homes = Mapping[str, Mapping[str, Any]]
"""Name → what `books.book` takes, the hospital first, then Alvdal."""
HOMES: Final[Homes] = {"hospital": {"home": books.HOSPITAL}, "alvdal": {"home": books.ALVDAL}}
"""The two of most stories."""
SETTLED: Final = frozenset({"acknowledged"})


class Side:
    """One installation with its folders."""

    def __init__(self, house: House, root: Path) -> None:
        self.house = house
        self.out, self.inbox = root / "out", root / "in"
        self.level1 = house.org
        self.inbox.mkdir(parents=True, exist_ok=True)

    def work(self) -> int:
        """Do one round of the worker."""
        return delivery.run_once(self.house.services)

    def documents(self, type_: str | None = None) -> list[kith.Read]:
        """Return what it sent, of a type."""
        rows = self.house.messages(direction="out")
        return [kith.read(m.body) for m in rows if m.type == type_ or (type_ is None and m.type != "APPREC")]


class Country:
    """The installations and a tiny post office between their folders."""

    def __init__(self, build: Build, root: Path, homes: Homes = HOMES) -> None:
        self.clock = Clock()
        self.sides = tuple(
            Side(
                build(of=dict(of), clock=self.clock, transport=Directory(root / name, max_bytes=8_000_000)),
                root / name,
            )
            for name, of in homes.items()
        )
        self.undelivered: list[str] = []
        self.on_the_way: Callable[[bytes], bytes | None] = lambda data: data
        """What the post office does to a document: None leaves it lying."""

    @property
    def hospital(self) -> House:
        return self.sides[0].house

    @property
    def alvdal(self) -> House:
        return self.sides[1].house

    def post(self) -> int:
        """Carry every letter to the inbox it is addressed to; how many were carried."""
        return sum(
            self._deliver(path)
            for side in self.sides
            for path in (sorted(side.out.glob("*.xml")) if side.out.is_dir() else ())
        )

    def _deliver(self, path: Path) -> int:
        read = kith.read(path.read_bytes())
        to = (read.head or read.body).receiver.her_ids[0]  # type: ignore[union-attr]
        side = next((s for s in self.sides if s.level1 == to), None)
        if side is None:
            self.undelivered.append(read.type)
            path.unlink()
            return 1
        data = self.on_the_way(path.read_bytes())
        if data is None:
            return 0
        path.write_bytes(data)
        path.rename(side.inbox / path.name)
        return 1

    def settle(self) -> None:
        """Let all work until nothing moves any more."""
        self.clock.advance(seconds=30)
        for _ in range(20):
            worked = [side.work() for side in self.sides]
            if not self.post() and not any(worked):
                return
        pytest.fail("they never come to rest")

    def counts(self) -> list[tuple[int, int]]:
        """Return how many messages and events each has."""
        return [(s.house.count(), len(s.house.events())) for s in self.sides]

    def states(self) -> list[dict[str, tuple[str, str]]]:
        """Return where the needs stand on each side, for what all can know."""
        return [{k: (v.task, v.business) for k, v in s.house.needs().items()} for s in self.sides]

    def agree(self) -> None:
        """Assert that the first two say the same of every need."""
        hospital, alvdal = self.states()[:2]
        assert hospital == alvdal

    def teams(self) -> list[list[tuple[str, bool, str | None]]]:
        """Return who works as what for the patient, on each side: code, main, last day."""
        return [[(a.code, a.main, a.end) for a in views.assignments(s.house.case())] for s in self.sides]


def receipted_once(country: Country, *, other_than: Collection[str] = ()) -> None:
    """Assert that every message that is no receipt got exactly one, and no receipt got any.

    `other_than` lists messages (MsgIds) whose receipt is another thing than a plain yes: the story tells it itself.
    """
    for side in country.sides:
        for other in country.sides:
            if other is side:
                continue
            sent = [
                m
                for m in side.house.messages(direction="out")
                if m.type != "APPREC" and m.receiver[0] == other.level1 and m.msg_id not in other_than
            ]
            receipts = [r.body for r in other.documents("APPREC")]
            named = Counter(
                r.original.msg_id
                for r in receipts
                if isinstance(r, AppRec)
                and r.receiver.her_ids[0] == side.level1
                and r.original.msg_id not in other_than
            )
            assert named == Counter(m.msg_id for m in sent)
            assert [m.state for m in sent if m.state not in SETTLED] == []


def quiet(country: Country) -> None:
    """Assert that nothing more happens in five rounds, the clock moved: no echo."""
    before = country.counts()
    for _ in range(5):
        country.clock.advance(minutes=5)
        for side in country.sides:
            side.house.tick()
        country.settle()
    assert country.counts() == before


def rested(country: Country, *, other_than: Collection[str] = ()) -> None:
    """Settle, and assert one receipt each and no echo."""
    country.settle()
    receipted_once(country, other_than=other_than)
    quiet(country)


def reported(country: Country) -> str:
    """Return the Melde-id of a need that the hospital has reported and the municipality has."""
    told = country.hospital.need()
    rested(country)
    return str(told.case["meldeId"])
