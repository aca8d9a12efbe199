"""Every official example of the dialogue and receipt standards, taken in as a user would: each stated by file name.

Some examples are receipts and answers to messages that no adapter sent; none may be lost, guessed from or refused for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapter import delivery, kith
from adapter.kith.apprec import AppRec
from adapter.transports.directory import Directory
from adapter.web import create_app
from tests import books, reference
from tests.house import House
from tests.houses import Build

pytestmark = [pytest.mark.reference, pytest.mark.acceptance]

FOLDERS = ("dialog-1.0", "dialog-1.1", "apprec")
CHILD = frozenset({"kattskinnet-2"})
GP = frozenset({"kattskinnet-lin"})


@dataclass(frozen=True)
class Row:
    """What becomes of one file at the installation of the parties `home`."""

    file: str
    home: frozenset[str]
    outcome: str
    apprec: tuple[str, ...] | None = None
    """Codes of the receipt; () is a positive one, None no receipt at all."""
    version: str = ""
    state: str = "received"
    events: tuple[str, ...] = ()
    role: str = "PRIM"


ROWS = (
    # The hospital of the shipped book: 59 / 90998.
    Row("dialog-1.1/Helsefaglig dialog.xml", books.HOSPITAL, "receipted", (), "1.1", events=("ip.dialogue.received",)),
    Row("dialog-1.1/Helsefaglig dialog_angi profesjon hos mottaker.xml", books.HOSPITAL, "receipted", (), "1.1",
        events=("ip.dialogue.received",)),
    Row("dialog-1.0/Dialogmelding_avvik_v1-0.xml", books.HOSPITAL, "receipted", (), "1.0",
        events=("ip.message.faulted",)),
    Row("dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml", books.HOSPITAL, "ignored", state="ignored"),
    Row("dialog-1.0/Dialogmelding_svar_foresporsel_PLO_v1-0.xml", books.HOSPITAL, "ignored", state="ignored"),
    Row("dialog-1.1/Status_paa_henvisning-InnkaltEtterViderehenvisning.xml", books.HOSPITAL, "ignored", state="ignored"),
    Row("apprec/apprec-eksempel.xml", books.HOSPITAL, "receipt", state="unmatched"),
    # The municipality: 99387 / 5078 asked a question and gets its answer.
    Row("dialog-1.0/Dialogmelding_svar_foresporsel_PLO_v1-0.xml", books.ALVDAL, "receipted", (), "1.0",
        events=("ip.dialogue.received",)),
    Row("dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml", books.ALVDAL, "ignored", state="ignored"),
    Row("dialog-1.1/Helsefaglig dialog.xml", books.ALVDAL, "ignored", state="ignored"),
    # The GP's office that is asked: 91096 / 91101.
    Row("dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml", CHILD, "receipted", (), "1.0",
        events=("ip.dialogue.received",)),
    # The GP who gets a copy of what became of a referral: for a person to read.
    Row("dialog-1.1/Status_paa_henvisning-InnkaltEtterViderehenvisning.xml", GP, "receipted", (), "1.1",
        events=("ip.dialogue.received",), role="COP"),
    # Messages of care are taken, and read by a person: nothing is made of them yet.
    Row("plo-1.6/Pasientlogistikk_Innlagt_pasient_v1-6_Ny.xml", books.ALVDAL, "receipted", (), "1.1",
        events=("ip.dialogue.received",)),
    Row("plo-1.5/Pasientlogistikk_Innlagt_pasient_v1-5_Ny.xml", books.ALVDAL, "receipted", (), "1.0",
        events=("ip.dialogue.received",)),
)  # fmt: skip


def sample(name: str) -> Path:
    return reference.path("standards", "kith", "samples", *name.split("/"))


def _receipts(house: House) -> list[AppRec]:
    reads = [kith.read(m.body) for m in house.messages(direction="out", type="APPREC")]
    return [r.body for r in reads if isinstance(r.body, AppRec)]


def _as_stated(house: House, row: Row, id_: str) -> None:
    assert house.message(id_).state == row.state
    assert tuple(house.events()) == row.events
    receipts = _receipts(house)
    if row.apprec is None:
        assert receipts == []
        return
    (receipt,) = receipts
    assert tuple(e.v for e in receipt.errors) == row.apprec
    assert (receipt.version, receipt.role) == (row.version, row.role)
    assert receipt.positive == (not row.apprec)
    assert receipt.original.msg_id == house.message(id_).msg_id


def _home(row: Row) -> str:
    return f"{row.file} at {min(row.home)}"


@pytest.mark.parametrize("row", ROWS, ids=_home)
def test_an_official_example_posted_becomes_what_is_stated(build: Build, row: Row):
    house = build(of={"home": row.home})
    client = create_app(house.services).test_client()
    answer = client.post("/messages", data=sample(row.file).read_bytes(), content_type="application/xml")
    assert answer.status_code == (204 if row.apprec is None else 200)
    (received,) = house.messages(direction="in")
    _as_stated(house, row, received.id)
    assert [m.body for m in house.messages(direction="out", type="APPREC")] == (
        [answer.data] if answer.data else []
    )


@pytest.mark.parametrize("row", ROWS, ids=_home)
def test_an_official_example_dropped_in_the_folder_becomes_the_same(build: Build, tmp_path: Path, row: Row):
    exchange = Directory(tmp_path / "exchange", max_bytes=8_000_000)
    house = build(of={"home": row.home}, transport=exchange)
    data = sample(row.file).read_bytes()
    inbox = tmp_path / "exchange" / "in"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "example.xml").write_bytes(data)
    assert delivery.receive(house.services) == 1
    assert list(inbox.glob("*.xml")) == []
    assert [p.read_bytes() for p in (tmp_path / "exchange" / "done").iterdir()] == [data]
    (received,) = house.messages(direction="in")
    _as_stated(house, row, received.id)
    assert received.body == data
    delivery.send(house.services, owner="w")
    out = list((tmp_path / "exchange" / "out").glob("*.xml"))
    assert len(out) == (0 if row.apprec is None else 1)


@pytest.mark.parametrize("row", ROWS, ids=_home)
def test_an_official_example_twice_is_one(build: Build, row: Row):
    house = build(of={"home": row.home})
    data = sample(row.file).read_bytes()
    assert house.receive(data, channel="http").outcome == row.outcome
    before = (house.count(), house.events())
    again = house.receive(data, channel="http")
    assert (again.outcome, again.apprec) == ("duplicate", None)
    assert (house.count(), house.events()) == before


def test_every_official_example_is_stated():
    root = reference.path("standards", "kith", "samples")
    files = {f"{folder}/{p.name}" for folder in FOLDERS for p in (root / folder).glob("*.xml")}
    assert files == {row.file for row in ROWS if row.file.partition("/")[0] in FOLDERS}


def test_what_waits_for_a_person_is_in_the_queue_with_the_message_as_evidence(build: Callable[..., House]):
    house = build()
    got = house.receive(sample("dialog-1.1/Helsefaglig dialog.xml").read_bytes(), channel="http")
    items = [r for r in house.current() if r["resourceType"] == "Task"]
    assert [got.id in str(item["input"]) for item in items] == [True]
