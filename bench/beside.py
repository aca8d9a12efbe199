"""Ours beside the peer, and ours beside ours with many times as much in store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import measures, peer, plans, servers
from bench.measures import Pair, Size

PEER_PLANS: Final = 2_000
"""Plans that the peer holds, at most: it is filled over HTTP."""
_SAMPLE: Final = 10_000
"""Plans asked for of a large store."""


def peers(folder: Path, size: Size, port: int) -> dict[str, Pair]:
    """Return read and search of ours (audited, at `port`) beside the peer's (as floor); nothing where there is no peer."""
    python = peer.installed()
    if python is None:
        return {}
    count = min(size.plans, PEER_PLANS)
    with peer.serving(python, folder / "peer") as other:
        peer.fill(other, map(plans.patient, plans.persons(count)))
        peer.fill(other, plans.care_plans(count))
        return {
            "read peer": measures.gets(size, (port, _reads(count)), (other, _reads(count))),
            "search peer": measures.gets(size, (port, _searches(count)), (other, _searches(count))),
        }


def scale(folder: Path, size: Size, port: int) -> dict[str, Pair]:
    """Return read and search of a store of `size.large` plans (as ours) beside the one at `port` (as floor)."""
    with _large(folder, size) as other:
        return {
            "read large": measures.gets(size, (other, _reads(size.large)), (port, _reads(size.plans))),
            "search large": measures.gets(
                size, (other, _searches(size.large)), (port, _searches(size.plans))
            ),
        }


@contextmanager
def _large(folder: Path, size: Size) -> Iterator[int]:
    url = measures.prepared(folder / "large.db")
    measures.fill(url, size.large)
    settings = measures.environment(url, folder)
    with servers.serving("server:app", threads=measures.THREADS, env=settings) as port:
        yield port


def _places(count: int) -> list[int]:
    return measures.shuffled(count)[:_SAMPLE]


def _reads(count: int) -> list[str]:
    return [f"/fhir/CarePlan/{plans.plan_id(place)}" for place in _places(count)]


def _searches(count: int) -> list[str]:
    return [f"/fhir/CarePlan?subject=Patient/{plans.patient_id(place)}&_count=10" for place in _places(count)]
