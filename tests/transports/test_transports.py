"""What every transport promises: the directory and its twin in memory pass the same tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from adapter.transports.base import Channel, Filed, Outgoing, Transport, TransportError
from adapter.transports.directory import Directory
from adapter.transports.memory import Memory

ONE = b"<MsgHead>1</MsgHead>"
OTHER = b"<MsgHead>2</MsgHead>"


class Exchange(Protocol):
    """A transport, and what the other side sees of it."""

    transport: Transport

    def put(self, name: str, data: bytes, channel: Channel = "in") -> None: ...

    def folder(self, name: str) -> Mapping[str, bytes]: ...


@dataclass
class OnDisk:
    """The directory, seen through the file system."""

    root: Path
    transport: Directory

    def put(self, name: str, data: bytes, channel: Channel = "in") -> None:
        (self.root / channel).mkdir(parents=True, exist_ok=True)
        (self.root / channel / name).write_bytes(data)

    def folder(self, name: str) -> Mapping[str, bytes]:
        return {p.name: p.read_bytes() for p in (self.root / name).glob("*") if p.is_file()}


@dataclass
class InMemory:
    """The twin, seen through its mappings."""

    transport: Memory

    def put(self, name: str, data: bytes, channel: Channel = "in") -> None:
        self.transport.put(name, data, channel=channel)

    def folder(self, name: str) -> Mapping[str, bytes]:
        memory = self.transport
        held: dict[str, Callable[[], Mapping[str, Any]]] = {
            "out": lambda: memory.sent["out"],
            "handover": lambda: memory.sent["handover"],
            "done": lambda: memory.done,
            "epj": lambda: memory.epj | {Path(n).stem + ".json": _json(a) for n, a in memory.about.items()},
            "failed": lambda: memory.failed | {f"{n}.error.json": _json(e) for n, e in memory.errors.items()},
        }
        return held[name]()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(value)).encode()


@pytest.fixture(params=["directory", "memory"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Exchange:
    if request.param == "memory":
        return InMemory(Memory(max_bytes=1000, batch=3))
    return OnDisk(tmp_path, Directory(tmp_path, max_bytes=1000, batch=3))


def test_a_document_leaves_under_its_id_as_it_is(exchange: Exchange):
    exchange.transport.send(Outgoing(id="a-1", data=ONE))
    assert exchange.folder("out") == {"a-1.xml": ONE}


def test_a_document_for_the_epj_to_send_is_handed_over(exchange: Exchange):
    exchange.transport.send(Outgoing(id="a-1", data=ONE, place="handover"))
    assert exchange.folder("handover") == {"a-1.xml": ONE}
    assert exchange.folder("out") == {}


def test_the_same_document_again_is_no_second_sending(exchange: Exchange):
    for _ in range(2):
        exchange.transport.send(Outgoing(id="a-1", data=ONE))
    assert exchange.folder("out") == {"a-1.xml": ONE}


@pytest.mark.parametrize("other", [OTHER, ONE + b" ", ONE[:-1]])
def test_other_bytes_under_the_same_id_are_refused_for_good(exchange: Exchange, other: bytes):
    exchange.transport.send(Outgoing(id="a-1", data=ONE))
    with pytest.raises(TransportError) as caught:
        exchange.transport.send(Outgoing(id="a-1", data=other))
    assert (caught.value.code, caught.value.failure.retry) == ("IPK-S012", False)
    assert exchange.folder("out") == {"a-1.xml": ONE}


@pytest.mark.parametrize("id_", ["../a", "a/b", "", ".hidden", "a\0b", "x" * 101])
def test_an_id_cannot_leave_its_folder(exchange: Exchange, id_: str):
    with pytest.raises(TransportError) as caught:
        exchange.transport.send(Outgoing(id=id_, data=ONE))
    assert not caught.value.failure.retry
    assert id_ not in str(caught.value) or not id_


def test_what_came_in_is_put_aside_when_done(exchange: Exchange):
    exchange.put("a.xml", ONE)
    (item,) = _settled(exchange.transport)
    assert (item.name, item.channel, item.data) == ("a.xml", "in", ONE)
    assert exchange.folder("done") == {"a.xml": ONE}
    assert _settled(exchange.transport) == []


def test_copies_come_by_their_own_channel(exchange: Exchange):
    exchange.put("a.xml", ONE, "copy")
    assert [i.channel for i in _settled(exchange.transport)] == ["copy"]


def test_a_name_used_again_gets_a_number(exchange: Exchange):
    for _ in range(3):
        exchange.put("a.xml", ONE)
        _settled(exchange.transport)
    assert set(exchange.folder("done")) == {"a.xml", "a-2.xml", "a-3.xml"}


def test_what_failed_stands_with_code_and_place_and_nothing_else(exchange: Exchange):
    for at in ("line 7", "$"):
        exchange.put("a.xml", ONE)
        for item in exchange.transport.poll():
            item.failed("IPK-M001", at)
    failed = exchange.folder("failed")
    assert failed["a.xml"] == failed["a-2.xml"] == ONE
    assert json.loads(failed["a.xml.error.json"]) == {"code": "IPK-M001", "at": "line 7", "line": 7}
    assert json.loads(failed["a-2.xml.error.json"]) == {"code": "IPK-M001", "at": "$"}


def test_what_was_not_settled_is_offered_again(exchange: Exchange):
    exchange.put("a.xml", ONE)
    assert [i.data for i in exchange.transport.poll()] == [ONE]
    assert [i.data for i in _settled(exchange.transport)] == [ONE]
    assert _settled(exchange.transport) == []


def test_settling_twice_is_settling_once(exchange: Exchange):
    exchange.put("a.xml", ONE)
    for item in exchange.transport.poll():
        item.done()
        item.done()
        item.failed("IPK-M001", "$")
    assert exchange.folder("done") == {"a.xml": ONE}
    assert exchange.folder("failed") == {}


def test_a_huge_document_fails_without_being_offered_and_holds_nobody(exchange: Exchange):
    exchange.put("huge.xml", b"<" + b"x" * 1000 + b">")
    exchange.put("small.xml", ONE)
    assert [i.name for i in _settled(exchange.transport)] == ["small.xml"]
    assert json.loads(exchange.folder("failed")["huge.xml.error.json"])["code"] == "IPK-M008"


def test_many_documents_come_in_batches_and_all_of_them(exchange: Exchange):
    for number in range(7):
        exchange.put(f"{number}.xml", ONE)
    sizes = [len(_settled(exchange.transport)) for _ in range(4)]
    assert sizes == [3, 3, 1, 0]
    assert len(exchange.folder("done")) == 7


def test_two_readers_at_once_never_take_the_same(exchange: Exchange):
    for number in range(3):
        exchange.put(f"{number}.xml", ONE)
    one, other = exchange.transport.poll(), exchange.transport.poll()
    first, second = next(one), next(other)
    assert first.name != second.name
    first.done()
    second.done()
    for item in one:
        item.done()
    assert list(other) == []
    assert set(exchange.folder("done")) == {"0.xml", "1.xml", "2.xml"}


def test_a_name_that_holds_a_persons_number_is_masked(exchange: Exchange):
    exchange.put("13116900216.xml", ONE)
    assert [i.name for i in _settled(exchange.transport)] == ["***********.xml"]


def test_a_document_is_filed_with_what_an_epj_needs(exchange: Exchange):
    for state in ("first", "first", "later"):
        exchange.transport.file(Filed(id="a-1", data=ONE, about={"type": state}))
    filed = exchange.folder("epj")
    assert filed["a-1.xml"] == ONE
    assert json.loads(filed["a-1.json"]) == {"type": "later"}


def _settled(transport: Transport) -> list[Any]:
    items = []
    for item in transport.poll():
        items.append(item)
        item.done()
    return items
