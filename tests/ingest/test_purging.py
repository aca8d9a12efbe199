"""`purge`: what is kept for a time is removed when it is over, and nothing else. contract.md, 'Folders'; ADR 103."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import pytest

from adapter import ingest
from adapter.errors import MessageError
from adapter.fhir.query import Query
from adapter.ingest import purging
from adapter.store import audit, messages, outbox
from tests.house import START, House

LATER: Final = START + timedelta(days=366)
FAR: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Files have the time of the computer, not of the test."""


def counts(house: House, *, dry_run: bool = False) -> dict[str, int]:
    return {p.place: p.count for p in purging.purge(house.services, dry_run=dry_run)}


def files(house: House) -> Path:
    """Make a file in each folder of the exchange."""
    root = house.settings.exchange
    for name in ("out", "in", "copy", "done", "failed", "epj", "handover"):
        (root / name).mkdir(parents=True)
        (root / name / "a.xml").write_bytes(b"<a/>")
    (root / "done" / ".b.tmp").write_bytes(b"<")
    return root


def removals(house: House) -> list[dict[str, object]]:
    with house.services.store.read() as conn:
        rows = audit.search(conn, Query(type="AuditEvent", org=house.org, terms=(), count=500)).rows
    return [f for f in (orjson.loads(row.body) for row in rows) if f["interaction"] == "delete"]


def settled(house: House) -> str:
    """Return a message that another way was found for, and that lies in the record."""
    house.need()
    (row,) = house.messages(direction="out")
    ingest.manual(house.services, row.id)
    _file(house)
    return row.id


def _file(house: House) -> None:
    house.services.store.write(
        lambda conn: outbox.mark_filed(conn, [m.id for m in outbox.unfiled(conn, limit=99)])
    )


def test_files_go_after_their_days_and_no_others(hospital: House):
    root = files(hospital)
    hospital.clock.to(datetime.now(UTC))
    assert sum(counts(hospital).values()) == 0
    hospital.clock.to(FAR)
    would = counts(hospital, dry_run=True)
    assert len(list(root.rglob("*.xml"))) == 7
    done = counts(hospital)
    assert done == would == {"done": 1, "failed": 1, "epj": 1, "handover": 1, "documents": 0}
    assert {p.parent.name for p in root.rglob("*.xml")} == {"out", "in", "copy"}
    assert (root / "done" / ".b.tmp").exists()
    assert len(removals(hospital)) == 4


def test_each_folder_has_its_own_days(hospital: House):
    files(hospital)
    hospital.clock.to(datetime.now(UTC) + timedelta(days=40))
    assert counts(hospital) == {"done": 1, "failed": 1, "epj": 0, "handover": 0, "documents": 0}


def test_no_folder_is_no_fault(hospital: House):
    assert sum(counts(hospital).values()) == 0


def test_a_document_goes_and_its_message_stays(hospital: House):
    id_ = settled(hospital)
    hospital.clock.to(LATER)
    assert (counts(hospital, dry_run=True)["documents"], bool(hospital.message(id_).body)) == (1, True)
    assert counts(hospital)["documents"] == 1
    assert (hospital.message(id_).state, hospital.message(id_).body) == ("manual", b"")
    (said,) = removals(hospital)
    assert (said["entities"], said["patient_id"]) == ([f"DocumentReference/{id_}"], hospital.case().key)
    assert counts(hospital)["documents"] == 0


def test_a_young_document_stays(hospital: House):
    settled(hospital)
    hospital.clock.to(START + timedelta(days=364))
    assert counts(hospital)["documents"] == 0


def test_what_the_record_has_not_got_stays(hospital: House):
    hospital.need()
    (row,) = hospital.messages(direction="out")
    ingest.manual(hospital.services, row.id)
    hospital.clock.to(LATER)
    assert counts(hospital)["documents"] == 0


@pytest.mark.parametrize("state", ["held", "pending", "leased", "handed", "dead", "rejected", "unanswered"])
def test_what_waits_stays(hospital: House, state: str):
    hospital.need()
    _file(hospital)
    (row,) = hospital.messages(direction="out")
    now = replace(row, state=state)  # type: ignore[arg-type]
    hospital.services.store.write(lambda conn: messages.put(conn, [now], now=hospital.clock.now))
    (hospital.settings.exchange / "handover").mkdir(parents=True)
    (hospital.settings.exchange / "handover" / f"{row.id}.xml").write_bytes(row.body)
    hospital.clock.to(FAR)
    done = counts(hospital)
    assert (done["documents"], done["handover"]) == (0, 0 if state == "handed" else 1)


def test_what_is_gone_is_not_sent_again(hospital: House):
    hospital.need()
    hospital.send()
    (row,) = hospital.messages(direction="out")
    _file(hospital)
    hospital.clock.to(LATER)
    assert counts(hospital)["documents"] == 1
    hospital.tick()
    assert hospital.message(row.id).state == "unanswered"
    with pytest.raises(MessageError) as caught:
        ingest.requeue(hospital.services, row.id)
    assert caught.value.code == "IPK-M011"
