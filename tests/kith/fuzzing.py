"""A fuzz run in a process of its own: `python -m tests.kith.fuzzing SECONDS SEED`; tells what failed as JSON, a line each.

Every document goes through all that reads one: read, check, receipt_faults, build, attachments, formatted text, POST
/messages and its view. What may come of it: an answer, or a MessageError. Memory is bounded for the whole process, time
(of the processor, not of the clock) for each document.
"""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import json
import os
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from flask.testing import FlaskClient
from lxml import etree

from adapter import ids, kith, log, settings, wiring, xmlsafe
from adapter.errors import MessageError
from adapter.kith import attachments, xhtml
from adapter.store import migrations
from adapter.transports.memory import Memory
from adapter.web import create_app
from tests import reference
from tests.kith import builders, damage

SECONDS: Final = 1.0
"""Time of the processor that one document may take on each of its ways."""
MEMORY: Final = 1024**3
"""Bytes of address space beyond what the process has when it begins."""
HUNG: Final = 60
"""Seconds after which the process ends itself, telling where it hangs."""
SEEDS: Final = Path(__file__).parent / "seeds"
REFERENCE: Final = "reference:"
_OWN: Final = ("scenarios/*/expected/messages/*.xml", "scenarios/*/*.xml", "hostile/*.xml")
_MOST: Final = 60_000
"""Bytes of a base: what is larger is tested by tests of its own."""


_WIDE: Final = xmlsafe.Limits(siblings=60_000)
"""Elements that give way to their content leave it to their parent."""
_taken: Final[set[str]] = set()
"""Where the documents taken so far are."""


class Failure(NamedTuple):
    """What went wrong: of which base and seed, where, and the document where it is ours to keep."""

    base: str
    seed: int
    what: str
    document: bytes


def bases() -> dict[str, bytes]:
    """Return the documents to change: golden files and scenarios, hostile ones, ours as built, official ones where present."""
    fixtures = reference.ROOT / "fixtures"
    found = {
        str(path.relative_to(fixtures)): path for pattern in _OWN for path in sorted(fixtures.glob(pattern))
    }
    samples = _samples()
    found |= (
        {f"{REFERENCE}{path.relative_to(samples)}": path for path in sorted(samples.glob("**/*.xml"))}
        if samples
        else {}
    )
    read = {name: path.read_bytes() for name, path in found.items() if path.stat().st_size <= _MOST}
    unique = {sha256(data).digest(): name for name, data in reversed(read.items())}
    return {"built": builders.dialogue(), **{name: read[name] for name in reversed(unique.values())}}


def _samples() -> Path | None:
    base = os.environ.get("ADAPTER_REFERENCE") or "../shared"
    found = reference.ROOT / base / "standards" / "kith" / "samples"
    return found if found.exists() else None


def examine(data: bytes, client: FlaskClient) -> float:
    """Take a document all its ways; return the processor's seconds of the longest. Raises whatever is not an answer."""
    ways = (
        lambda: kith.check(data),
        lambda: _read(data),
        lambda: _post(data, client),
    )
    return max(_timed(way) for way in ways)


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _read(data: bytes) -> None:
    try:
        read = kith.read(data)
    except MessageError:
        return
    _look(read)


def _post(data: bytes, client: FlaskClient) -> None:
    answer = client.post("/messages", data=data, content_type="application/xml")
    assert answer.status_code in {200, 204, 400, 413, 422}, f"POST {answer.status_code}"
    where = answer.headers.get("Location")
    if where and where not in _taken:  # a duplicate is told by the place of the first
        _taken.add(where)
        assert client.get(f"{where}/document").data == data, "the bytes kept are others"
        assert client.get(f"{where}/view").status_code == 200, "view"


def _look(read: kith.Read) -> None:
    kith.receipt_faults(read)
    attachments.faults(read.root)
    list(attachments.unknown(read.root))
    if read.message is not None:
        with contextlib.suppress(MessageError):
            kith.build(read.message)
    for each in _formatted(read.root):
        xmlsafe.parse(xhtml.clean(each).encode(), limits=_WIDE)


def _formatted(root: etree._Element) -> Iterator[etree._Element]:
    """Yield each formatted text once: a `div` within a `div` is part of it."""
    div = f"{{{xhtml.NAMESPACE}}}div"
    return (each for each in root.iter(div) if next(each.iterancestors(div), None) is None)


def judged(base: str, seed: int, data: bytes, client: FlaskClient) -> Failure | None:
    """Return what is wrong with how a document is taken, None where nothing is."""
    faulthandler.dump_traceback_later(HUNG, exit=True)
    try:
        spent = examine(data, client)
        what = f"{spent:.1f} s" if spent > SECONDS else ""
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} {str(error)[:200] if isinstance(error, AssertionError) else ''}"
    faulthandler.cancel_dump_traceback_later()
    return Failure(base, seed, what, data) if what else None


def run(seconds: float, start: int, client: FlaskClient) -> Iterator[Failure]:
    """Yield what fails: the seeds kept first, then new ones from `start` on until the time is over."""
    named = bases()
    names, contents = list(named), list(named.values())
    yield from filter(None, (judged(*kept, client) for kept in seeds(named)))
    end, seed = time.monotonic() + seconds, start
    while time.monotonic() < end:
        base = Random(seed).randrange(len(names))
        failure = judged(names[base], seed, damage.document(contents, base, seed), client)
        if failure is not None:
            yield failure
        seed += 1
    _tell({"done": seed - start, "bases": len(names)})


def seeds(named: dict[str, bytes]) -> Iterator[tuple[str, int, bytes]]:
    """Yield the documents kept from earlier runs; one of an official sample as its seed, where the sample is present."""
    names, contents = list(named), list(named.values())
    for path in sorted(SEEDS.glob("*.xml")):
        yield path.name, 0, path.read_bytes()
    for path in sorted(SEEDS.glob("*.json")):
        kept = json.loads(path.read_text())
        if kept["base"] in named:
            yield (
                kept["base"],
                kept["seed"],
                damage.document(contents, names.index(kept["base"]), kept["seed"]),
            )


def keep(failure: Failure) -> Path:
    """Keep what failed for later runs: the document, or only its seed where it is an official one or names somebody."""
    text = failure.document.decode("utf-8", "replace")
    ours = REFERENCE not in failure.base and not ids.looks_real(text, settings.Settings().people())
    name = sha256(failure.document).hexdigest()[:12]
    path = SEEDS / f"{name}.{'xml' if ours and len(failure.document) < _MOST else 'json'}"
    SEEDS.mkdir(exist_ok=True)
    said = json.dumps({"base": failure.base, "seed": failure.seed, "what": failure.what}) + "\n"
    path.write_bytes(failure.document if path.suffix == ".xml" else said.encode())
    return path


def main(seconds: float, start: int) -> None:
    """Run, and tell each failure as a line of JSON."""
    log.configure(level="error", stream=sys.stderr.buffer)
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/adapter.db"
        migrations.upgrade(database)
        chosen = settings.load(database_url=database, exchange=Path(folder) / "exchange")
        services = wiring.build(chosen, transport=Memory(), durable=False)
        client = create_app(services).test_client()
        examine(builders.dialogue(), client)
        _bound()
        for failure in run(seconds, start, client):
            document = base64.b64encode(failure.document).decode()
            _tell({**failure._asdict(), "document": document})
        wiring.close(services)


def _tell(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _bound() -> None:
    """Bound the address space of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
