"""A message of 35 MB by HTTP, by folder and into the record: the whole program stays within four times its size. Issue 3.8."""

from __future__ import annotations

import os
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.running import Program
from tests.kith.builders import HEAD, HOSPITAL, MUNICIPALITY, dialogue
from tests.kith.test_attachments import container
from tests.kith.test_large import linux, numbered

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

SIZE: Final = 26_000_000
"""Bytes of the attachment."""
SIZE_AS_BASE64: Final = 4 * SIZE / 3
WITHIN: Final = 120.0
XML: Final = {"Content-Type": "application/xml"}


class Watched(Program):
    """The whole program, or a part of it, and the memory that its processes have needed."""

    def _processes(self) -> list[int]:
        found = []
        for each in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                group = each.read_text().rpartition(")")[2].split()[2]
                found += [int(each.parent.name)] * (int(group) == self.pid)
        return found

    def memory(self, name: str) -> dict[int, int]:
        """Return process → bytes, `VmRSS` now or `VmHWM` at most."""
        told = {each: Path(f"/proc/{each}/status").read_text() for each in self._processes()}
        return {
            each: int(found[1]) * 1024
            for each, text in told.items()
            if (found := re.search(name + r":\s+(\d+)", text))
        }

    @contextmanager
    def within_four_times(self) -> Iterator[None]:
        """Expect of every process that what is done meanwhile needs at most four times the size of a large message."""
        before = self.memory("VmRSS")
        for each in before:
            Path(f"/proc/{each}/clear_refs").write_text("5")  # VmHWM begins anew: proc(5)
        yield
        most = {
            each: (peak - before.get(each, peak)) / SIZE_AS_BASE64
            for each, peak in self.memory("VmHWM").items()
        }
        assert max(most.values()) < 4, most


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, poll_seconds=0.2)
    yield made
    made.kill()


def wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN
    while not ready():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def incoming(number: int, *, ours: bool = True, attached: bytes = b"") -> bytes:
    """Return a message for a party of ours, or for one that is not."""
    head = replace(HEAD, sender=MUNICIPALITY, receiver=HOSPITAL) if ours else HEAD
    return numbered(dialogue(head=head).replace(b"</MsgHead>", attached + b"</MsgHead>"), number)


@cache
def large(number: int, signature: bytes, *, ours: bool = True) -> bytes:
    """Return a message of 34.7 MB with an attachment that begins with a signature."""
    content = b64encode(signature + os.urandom(SIZE)).decode()
    made = incoming(number, ours=ours, attached=container(content).encode())
    assert len(made) > 34_000_000
    return made


def filed(program: Program, size: int) -> Callable[[], bool]:
    """Return the question whether a document of so many bytes lies whole in `epj/`."""

    def found() -> bool:
        documents = (each.with_suffix(".xml") for each in (program.exchange / "epj").glob("*.json"))
        return any(each.stat().st_size == size for each in documents)

    return found


@linux
@pytest.mark.parametrize("signature", [b"%PDF-1.7\n", b"PK\x03\x04"], ids=["pdf", "unknown"])
def test_a_message_of_35_mb_needs_four_times_its_size_at_most_from_the_wire_to_the_record(
    program: Watched, signature: bytes
):
    program.start()
    program.ready()
    small = incoming(1)
    assert program.ask("POST", "/messages", small, headers=XML)[0] == 200
    wait(filed(program, len(small)))
    begun = program.memory("VmRSS")

    with program.within_four_times():
        assert program.ask("POST", "/messages", large(2, signature), headers=XML, seconds=WITHIN)[0] == 200
        wait(filed(program, len(large(2, signature))))

    with program.within_four_times():
        others = large(3, signature, ours=False)
        assert program.ask("POST", "/messages", others, headers=XML, seconds=WITHIN)[0] == 204

    with program.within_four_times():
        dropped = large(4, signature) + b"\n"
        (program.exchange / "in" / "large.tmp").write_bytes(dropped)
        (program.exchange / "in" / "large.tmp").rename(program.exchange / "in" / "large.xml")
        wait((program.exchange / "done" / "large.xml").exists)
        wait(filed(program, len(dropped)))

    def let_go() -> bool:
        """Return whether nothing but the caches of the database is held: what worked last may not have returned yet."""
        kept = {each: (now - begun[each]) / len(dropped) for each, now in program.memory("VmRSS").items()}
        return max(kept.values()) < 2

    wait(let_go)
