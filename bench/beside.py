"""Ours beside the peer, and ours beside ours with many times as much in store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench import measures, peer, plans, servers, writing
from bench.driver import Job
from bench.measures import Pair, Size

PEER_PLANS: Final = 10_000
"""Plans that the peer holds, at most: it is filled over HTTP."""
CREATED: Final = 500
"""People that are ready for a plan, for each second of a round: more than are created."""
_SAMPLE: Final = 10_000
"""Plans asked for of a large store."""


def peers(folder: Path, size: Size, ports: Mapping[str, int]) -> dict[str, Pair]:
    """Return read, search and create of ours (audited) beside the peer's (as floor); nothing where there is no peer.

    And the same of the `bare` floor with a row of audit: what a server without any rule reaches beside that peer here.
    """
    python = peer.installed()
    if python is None:
        return {}
    count = min(size.plans, PEER_PLANS)
    with peer.serving(python, folder / "peer") as other:
        peer.fill(other, map(plans.patient, plans.persons(count)))
        peer.fill(other, plans.care_plans(count))
        return {
            "read peer": measures.gets(size, (ports["ours"], _reads(count)), (other, _reads(count))),
            "search peer": measures.gets(size, (ports["ours"], _searches(count)), (other, _searches(count))),
            "create peer": creates(folder / "creates", size, other),
            "read bare": measures.gets(size, (ports["bare"], _bare(_reads(count))), (other, _reads(count))),
            "search bare": measures.gets(
                size, (ports["bare"], _bare(_searches(count))), (other, _searches(count))
            ),
            "create bare": _bare_creates(size, ports["bare"], other),
        }


def creates(folder: Path, size: Size, other: int) -> Pair:
    """Return plans created over FHIR by ours, each a plan of somebody else, beside the peer's (at port `other`)."""
    folder.mkdir()
    url = measures.prepared(folder / "creates.db")
    each = int(CREATED * max(size.seconds, 1))
    patients = writing.told(url, folder, each * (size.rounds + 1))
    bodies = [writing.plan(patient, number).decode() for number, patient in enumerate(patients)]
    settings = measures.environment(url, folder) | {"ADAPTER_CLIENTS": str(writing.clients(folder))}
    with servers.serving("server:app", threads=measures.THREADS, env=settings) as port:
        return measures.pair(
            size,
            lambda number: _create(port, tuple(bodies[number * each : (number + 1) * each])),
            lambda _: replace(_create(other, ()), body=bodies[0]),
        )


def _bare_creates(size: Size, bare: int, other: int) -> Pair:
    body = writing.plan("nobody", 0).decode()
    return measures.pair(
        size,
        lambda _: replace(_create(bare, ()), body=body, paths=("/CarePlan",)),
        lambda _: replace(_create(other, ()), body=body),
    )


def _create(port: int, bodies: tuple[str, ...]) -> Job:
    return Job(
        port=port, connections=measures.READ_CONNECTIONS, seconds=1, paths=("/fhir/CarePlan",), post=True, bodies=bodies,
        media="application/fhir+json", token=writing.TOKEN,
    )  # fmt: skip


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


def _bare(paths: list[str]) -> list[str]:
    return [path.removeprefix("/fhir") for path in paths]
