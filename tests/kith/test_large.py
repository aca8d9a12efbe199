"""A large document: little memory for its size, and never in the way of small ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapter import ingest, kith
from adapter.errors import SystemFault
from adapter.services import Services
from adapter.web import create_app
from tests import reference
from tests.kith.builders import dialogue
from tests.kith.test_attachments import container

XML = "application/xml"
OTHER_ID = "00000000-0000-4000-8000-{:012d}"
MEASURE = """
import re, sys
from pathlib import Path

from adapter import ids, kith, xmlsafe
from adapter.kith import attachments
from adapter.settings import Settings


def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024


people = Settings().people()
small = Path(sys.argv[1]).read_bytes()
kith.read(small), kith.check(small)
before = memory("VmRSS")
data = Path(sys.argv[2]).read_bytes()
read = kith.read(data)
attachments.require(read.root, limit=10**9)
texts = (xmlsafe.said(read.root, without=attachments.containers(read.root)), *attachments.unknown(read.root))
assert not any(ids.looks_real(text, people) for text in texts)
assert read.faults == () and kith.receipt_faults(read) == () and read.body.text == "Tekst"
print((memory("VmHWM") - before) / len(data))
"""
linux = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is told by /proc, which is not here"
)


@cache
def large(size: int = 26_000_000) -> bytes:
    """Return a message with an attachment of `size` bytes."""
    content = b64encode(b"%PDF-1.7\n" + os.urandom(size)).decode()
    return dialogue().replace(b"</MsgHead>", container(content).encode() + b"</MsgHead>")


def numbered(data: bytes, number: int) -> bytes:
    return re.sub(rb"<MsgId>.*?</MsgId>", f"<MsgId>{OTHER_ID.format(number)}</MsgId>".encode(), data, count=1)


@linux
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_a_message_of_35_mb_is_read_within_four_times_its_size(encoding: str, tmp_path: Path):
    small, whole = tmp_path / "small.xml", tmp_path / "large.xml"
    small.write_bytes(dialogue())
    data = large()
    if encoding != "UTF-8":
        data = data.replace(b"UTF-8", encoding.encode(), 1).decode().encode(encoding)
    whole.write_bytes(data)
    assert len(data) > 34_000_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(whole)],
        cwd=reference.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(done.stdout) < 4


def _beside(work: Callable[[], object], small: Callable[[], object]) -> tuple[list[float], int]:
    """Return how long each small work took while large work went on in two threads, and how much large work was done."""
    done, stop = [0, 0], threading.Event()

    def busy(number: int) -> None:
        while not stop.is_set():
            work()
            done[number] += 1

    threads = [threading.Thread(target=busy, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    times = []
    end = time.monotonic() + 3
    while time.monotonic() < end or sum(done) < 2:
        started = time.perf_counter()
        small()
        times.append(time.perf_counter() - started)
        time.sleep(0.001)
    stop.set()
    for each in threads:
        each.join()
    return sorted(times), sum(done)


def test_small_messages_are_read_while_large_ones_are():
    big, little = large(), dialogue()
    kith.read(little)
    times, done = _beside(lambda: kith.read(big), lambda: kith.read(little))
    assert done >= 2
    assert times[len(times) // 2] < 0.1, "the parser lets others go on"
    assert times[-1] < 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_small_messages_are_posted_while_large_ones_are(services: Services):
    app, big, little = create_app(services), large(8_000_000), dialogue()
    count = iter(range(10**6))

    def post(data: bytes) -> int:
        return (
            app.test_client()
            .post("/messages", data=numbered(data, next(count)), content_type=XML)
            .status_code
        )

    assert post(little) < 300
    times, done = _beside(lambda: post(big), lambda: post(little))
    assert done >= 2
    assert times[len(times) // 2] < 0.25
    assert times[-1] < 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "more_settings", [{"xml_large_bytes": 10_000, "xml_large_at_once": 1, "xml_large_wait_seconds": 0.01}]
)
def test_a_large_message_waits_its_turn_or_is_told_to_come_again(services: Services):
    client = create_app(services).test_client()
    big, little = numbered(large(20_000), 1), dialogue()
    ask: dict[str, Any] = {"content_type": XML}
    assert services.large.acquire(blocking=False)
    answer = client.post("/messages", data=big, **ask)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (503, "IPK-S002")
    assert int(answer.headers["Retry-After"]) > 0
    with pytest.raises(SystemFault) as caught:
        ingest.receive(services, big, channel="in")
    assert caught.value.row.retry, "the worker tries again"
    assert client.post("/messages", data=little, **ask).status_code < 300, "a small one needs no turn"
    services.large.release()
    assert client.post("/messages", data=big, **ask).status_code < 300
    assert client.post("/messages", data=b"<a>" + big, **ask).status_code == 400
    assert services.large.acquire(blocking=False), "the turn is given back, whatever comes of the document"
    assert not services.large.acquire(blocking=False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more_settings", "code"),
    [
        ({"max_message_bytes": 1000}, "IPK-M008"),
        ({"xml_max_depth": 16}, "IPK-M007"),
        ({"xml_max_siblings": 100}, "IPK-M007"),
        ({"xml_max_attributes": 8}, "IPK-M007"),
        ({"xml_max_markup": 1000}, "IPK-M007"),
    ],
)
def test_every_limit_of_a_document_is_a_setting(services: Services, code: str):
    nine = b" ".join(b'x%d=""' % number for number in range(9))
    wide, deep = b"<p>" + b"<b/>" * 101 + b"</p>", b"<b>" * 10 + b"</b>" * 10
    inside = b"<u " + nine + b"/>" + wide + deep + (b"<p>" + b"<b/>" * 50 + b"</p>") * 20
    html = b'<div xmlns="http://www.w3.org/1999/xhtml">' + inside + b"</div>"
    data = dialogue(text="STED").replace(b">STED<", b">" + html + b"<")
    kith.read(data)
    answer = create_app(services).test_client().post("/messages", data=data, content_type=XML)
    assert answer.json["errors"][0]["code"] == code
