"""`python -m bench` (`make bench`): ours beside a floor of its own, in one run. Exit code 1 when a target is missed."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final, NoReturn

from adapter import log
from bench import beside, measures, micro, peer, report
from bench.measures import Pair, Size
from bench.report import Row

WHOLE: Final = Size(plans=10_000, rounds=5, seconds=3.0, large=1_000_000)
QUICK: Final = Size(plans=2_000, rounds=3, seconds=1.5, large=50_000)
FAR_PAGE: Final = 100
PEER: Final = (
    ("read by id", "read", 3),
    ("search, page of 10", "search", 10),
    ("plan created over FHIR", "create", 3),
)
"""What is measured beside the peer, its name among the pairs, and the target."""
_BARE: Final = "no server of ours"


def main() -> int:
    """Measure, print the table, and return the exit code: 0 all reached, 1 a target missed."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, _stopped)
    log.configure(level="error", form="text")
    size = QUICK if asked.quick else WHOLE
    rows, pairs = measured(size)
    text = report.table(rows, size, missing=() if "read peer" in pairs else (peer.NAME,))
    print(text)
    place = report.keep(rows, size, pairs, Path(__file__).parent / "results")
    _say(f"All rounds: {place}")
    if asked.write_readme:
        report.into(Path(__file__).parent.parent / "README.md", text)
    return 0 if all(row.good for row in rows if row.binding) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer plans, shorter rounds, 50,000 for a million: minutes, for CI",
    )
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    return parser.parse_args()


def _stopped(_number: int, _frame: object) -> NoReturn:
    """Leave through the `finally` of every server."""
    raise SystemExit(143)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measured(size: Size) -> tuple[tuple[Row, ...], dict[str, Pair]]:
    """Return all rows, and the rounds behind those that have a floor."""
    with tempfile.TemporaryDirectory(prefix="ip-adapter-bench-") as name:
        folder = Path(name)
        pairs = {**_reads(folder, size), **_events(folder, size)}
        _say("Without a server ...")
        written, read, length = micro.message()
        judged, size_of_care = micro.received()
        start, checked = micro.commands(folder)
    rows = (
        report.rates("read by id, audited", pairs["read"], 0.3),
        report.rates("search, page of 10, audited", pairs["search"], 0.4),
        report.rates("event accepted = committed", pairs["events"], 0.25),
        report.slowest("event, 99th percentile at half that load", pairs["paced"], 50),
        report.slowest("event, 99th percentile of 32 that never pause", pairs["events"], 50, binding=False),
        report.rates("read by id, beside the floor on one thread", pairs["read alone"], 0.3, binding=False),
        report.rates("search, beside the floor on one thread", pairs["search alone"], 0.4, binding=False),
        report.rates("read by id, audit off (bench only)", pairs["silent"], 0.5, binding=False),
        report.slower(f"page {FAR_PAGE} beside page 1", pairs["pages"], 1.2, "page 1"),
        *_beside(pairs, size),
        report.single("one message mapped, built, checked", written, " ms", 0.4),
        report.single(f"one message of {length / 1000:.1f} KB read and checked", read, " ms", 1),
        report.single(
            f"one message of {size_of_care / 1000:.1f} KB parsed and validated", judged, " ms", 0.25
        ),
        report.single("`ip-adapter --help`", start, " s", 0.2),
        report.single("`ip-adapter check` of one event", checked, " s", 0.6),
    )
    return rows, pairs


def _beside(pairs: dict[str, Pair], size: Size) -> tuple[Row, ...]:
    """Return the rows beside the peer, none where it is not there, and those of the large store."""
    small = f"{size.plans:,}"
    return (
        *(
            report.rates(f"{what}, audited, beside {peer.NAME}", pairs[f"{key} peer"], target)
            for what, key, target in PEER
            if f"{key} peer" in pairs
        ),
        *(
            report.rates(
                f"the same, by the floor and a bare row of audit: {key}",
                pairs[f"{key} bare"],
                target,
                said=_BARE,
            )
            for _, key, target in PEER
            if f"{key} bare" in pairs
        ),
        report.slower(f"read by id, {size.large:,} plans beside {small}", pairs["read large"], 1.5, small),
        report.slower(f"search, {size.large:,} plans beside {small}", pairs["search large"], 1.5, small),
    )


def _reads(folder: Path, size: Size) -> dict[str, Pair]:
    _say(f"Filling two databases with {size.plans:,} care plans ...")
    with measures.reading(folder, size) as ports:
        _say("Reads ...")
        read, silent = measures.reads(size, ports), measures.reads(size, ports, "silent")
        _say("Searches ...")
        found = {
            "read": read,
            "silent": silent,
            "search": measures.searches(size, ports),
            "read alone": measures.reads(size, ports, floor="alone"),
            "search alone": measures.searches(size, ports, floor="alone"),
            "pages": measures.pages(size, ports, FAR_PAGE),
        }
        _say(f"Beside {peer.NAME} ...")
        found |= beside.peers(folder, size, ports)
        _say(f"Filling a database with {size.large:,} care plans ...")
        return found | beside.scale(folder, size, ports["ours"])


def _events(folder: Path, size: Size) -> dict[str, Pair]:
    _say("Events ...")
    full, paced = measures.events(folder, size)
    return {"events": full, "paced": paced}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        _say(f"bench: {error}")
        sys.exit(2)
