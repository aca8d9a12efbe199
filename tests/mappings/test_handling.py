"""E59, E64, E70: what people and record systems did with messages; clocks run on, nothing is told twice unseen."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import ingest, kith
from adapter.errors import EventError, MessageError, RoutingError
from adapter.fhir import urls
from adapter.mappings import posting, standing
from tests import otherside
from tests.house import GIVEN, House
from tests.houses import Build

AT = "2026-03-04T10:15:00+01:00"


@pytest.fixture
def told(hospital: House) -> str:
    """Return the id of a need message that has been sent."""
    hospital.need()
    hospital.send()
    (message,) = hospital.messages(direction="out")
    return message.id


def by_phone(house: House, id_: str, **more: Any) -> Any:
    return house.post("ip.manual-fallback.recorded", messageId=id_, **({"at": AT} | more))


def communication(house: House, id_: str) -> dict[str, Any]:
    (found,) = [
        r
        for r in house.current()
        if r["resourceType"] == "Communication" and r["identifier"][0]["value"] == f"urn:uuid:{id_}"
    ]
    return found


# ── E59 ──


def test_e59_makes_the_message_manual_and_keeps_the_clocks(hospital: House, told: str):
    before = hospital.clocks()
    by_phone(hospital, told)
    assert hospital.message(told).state == "manual"
    assert {s.business for s in hospital.needs().values()} == {"manual"}
    assert hospital.clocks() == before
    assert {"reply", "receipt"} <= set(before)


def test_e59_says_how_to_whom_when_and_who_confirmed(hospital: House, told: str):
    by_phone(hospital, told)
    found = communication(hospital, told)
    assert (found["status"], found["received"]) == ("completed", AT)
    assert found["medium"][0]["coding"] == [{"system": urls.PARTICIPATION_MODE, "code": "PHONE"}]
    assert found["note"][-1]["text"] == (
        "Formidlet til Saksbehandling, Alvdal kommune, +4762480000. Bekreftet av August September."
    )


def test_what_nobody_confirmed_is_not_received(hospital: House, told: str):
    by_phone(hospital, told, confirmedBy=None)
    found = communication(hospital, told)
    assert (found["status"], "received" in found) == ("in-progress", False)


def test_only_a_confirmed_fallback_counts_as_told(hospital: House, told: str):
    def counts() -> bool:
        case = hospital.case()
        return posting.confirmed(case, next(m for m in case.messages if m.id == told))

    assert not counts()
    by_phone(hospital, told, confirmedBy=None)
    assert not counts()
    by_phone(hospital, told)
    assert counts()


def test_a_receipt_after_a_fallback_warns_that_it_may_have_come_twice(hospital: House, told: str):
    by_phone(hospital, told)
    late = hospital.post("ip.message.receipt", msgId=told, status="ok", errors=[])
    assert [w["code"] for w in late.body["warnings"]] == ["IPK-M015"]
    assert hospital.message(told).state == "acknowledged"


def test_a_late_receipts_double_notice_is_a_work_item(hospital: House, told: str):
    by_phone(hospital, told)
    hospital.post("ip.message.receipt", msgId=told, status="ok", errors=[])
    (item,) = [t for t in hospital.items("review") if "focus" in t]
    assert "nådd på annen måte" in item["description"]


def codes_of(house: House) -> dict[str, str]:
    found = standing.codes_of(house.case(), house.services.book(), house.case().today)
    return {c.number: c.code for c in found if c.about == "plan"}


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "unconfirmed"])
def test_a_confirmed_fallback_stands_whatever_a_late_refusal_says_and_a_person_has_it(
    hospital: House, told: str, *, confirmed: bool
):
    (document,) = [m.body for m in hospital.messages(direction="out")]
    by_phone(hospital, told, **({} if confirmed else {"confirmedBy": None}))
    hospital.receive(otherside.receipt(document, errors=["E35"]))
    row = hospital.message(told)
    assert row.state == ("manual" if confirmed else "rejected")
    assert (row.apprec or {})["status"] == "rejected"
    assert {s.business for s in hospital.needs().values()} == {"manual" if confirmed else "undelivered"}
    assert codes_of(hospital).get("8705") == ("105" if confirmed else None)
    assert len(hospital.items("manual-fallback")) == 1
    (advice,) = standing.told(hospital.case(), {}, hospital.services.book(), hospital.case().today)["advice"]
    assert advice["code"] == "E35"


def test_a_positive_receipt_after_a_refusal_ends_what_the_refusal_asked_for(hospital: House, told: str):
    (document,) = [m.body for m in hospital.messages(direction="out")]
    hospital.receive(otherside.receipt(document, errors=["E35"]))
    assert len(hospital.items("manual-fallback")) == 1
    hospital.receive(otherside.receipt(document))
    assert hospital.message(told).state == "acknowledged"
    assert hospital.items("manual-fallback") == []


def test_a_fallback_answers_the_work_item_of_a_rejected_message(hospital: House, told: str):
    (document,) = [m.body for m in hospital.messages(direction="out")]
    hospital.receive(otherside.receipt(document, errors=["E35"]))
    assert len(hospital.items("manual-fallback")) == 1
    by_phone(hospital, told)
    assert hospital.items("manual-fallback") == []


def test_what_was_acknowledged_needs_no_fallback(hospital: House, told: str):
    hospital.post("ip.message.receipt", msgId=told, status="ok", errors=[])
    with pytest.raises(EventError) as refused:
        by_phone(hospital, told)
    assert (refused.value.code, refused.value.row.http) == ("IPK-M011", 409)


def test_a_fallback_for_a_message_nobody_knows_is_refused(hospital: House):
    with pytest.raises(EventError) as refused:
        by_phone(hospital, "3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c11")
    assert (refused.value.code, refused.value.row.http) == ("IPK-M010", 404)


def test_only_we_ourselves_say_that_we_phoned(hospital: House, told: str):
    with pytest.raises(RoutingError):
        by_phone(hospital, told, source="urn:her:5079")


# ── E70 ──


def test_e70_keeps_the_record_systems_reference(hospital: House, told: str):
    hospital.post("ip.document.filed", messageId=told)
    (document,) = [r for r in hospital.current() if r["resourceType"] == "DocumentReference"]
    assert document["identifier"] == [{"system": "https://epj.example/dokument", "value": "DOK-2026-0042"}]
    hospital.post("ip.document.filed", messageId=told)
    (again,) = [r for r in hospital.current() if r["resourceType"] == "DocumentReference"]
    assert again["identifier"] == document["identifier"]


def test_e70_of_a_document_that_came_in(hospital: House, alvdal: House):
    hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    (received,) = alvdal.messages(direction="in")
    alvdal.post("ip.document.filed", source="urn:her:5079", messageId=received.id, system=None)
    (found,) = [r for r in alvdal.current() if r["resourceType"] == "DocumentReference"]
    assert found["identifier"] == [{"system": urls.FILED, "value": "DOK-2026-0042"}]


def test_e70_of_an_unknown_document_is_refused(hospital: House):
    with pytest.raises(EventError) as refused:
        hospital.post("ip.document.filed", messageId="nothing")
    assert refused.value.row.http == 404


# ── E64 and remap ──


def test_what_waits_for_an_old_address_stops_and_becomes_a_work_item(hospital: House):
    hospital.need()
    told = hospital.post("ip.address.changed")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-M050"]
    (message,) = hospital.messages(direction="out")
    assert (message.state, message.last_error) == ("dead", "IPK-M050")
    assert hospital.send() == []
    (item,) = hospital.items("route")
    assert item["input"] == [{"type": {"text": "evidence"}, "valueString": message.id}]
    assert {s.business for s in hospital.needs().values()} == {"undelivered"}


def test_what_left_already_is_only_looked_at(hospital: House, told: str):
    hospital.post("ip.address.changed")
    assert hospital.message(told).state == "sent"
    assert len(hospital.items("route")) == 1


def test_the_same_event_again_makes_no_second_work_item(hospital: House, told: str):
    hospital.post("ip.address.changed", id_="moved")
    ingest.remap(hospital.services, told, "alvdal-sykepleie")
    assert hospital.items("route") == []
    hospital.post("ip.address.changed", id_="moved")
    assert hospital.items("route") == []


def test_an_old_address_is_off(hospital: House):
    hospital.need()
    hospital.post("ip.address.changed")
    states = {r["address"]: r["status"] for r in hospital.current() if r["resourceType"] == "Endpoint"}
    assert states["urn:her:5079"] == "off"


def test_a_dry_run_stops_nothing(hospital: House):
    hospital.need()
    hospital.post("ip.address.changed", dry_run=True)
    (message,) = hospital.messages(direction="out")
    assert message.state == "pending"


def test_a_person_sends_it_on_as_the_next_generation(hospital: House):
    hospital.need()
    (old,) = hospital.messages(direction="out")
    hospital.post("ip.address.changed")
    hospital.clock.advance(minutes=5)
    fresh = ingest.remap(hospital.services, old.id, "alvdal-sykepleie")
    assert (fresh.generation, fresh.replaces, fresh.receiver) == (1, old.id, ("99387", "5078"))
    (document,) = hospital.send()
    read = kith.read(document)
    assert (read.head.msg_id, read.head.receiver.her_ids) == (fresh.id, ("99387", "5078"))
    assert kith.check(document) == ()
    assert read.body.text == kith.read(old.body).body.text
    assert {s.business for s in hospital.needs().values()} == {"sent"}
    assert hospital.message(old.id).state == "buried"
    owners = {t["owner"]["reference"] for t in hospital.case().of("Task") if t.get("basedOn")}
    (found,) = {r["reference"] for r in communication(hospital, fresh.id)["recipient"]}
    assert owners == {found}


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("nobody", "IPK-R003"),
        ("st-olavs-ke", "IPK-M052"),
        ("alvdal-saksbehandling", "IPK-M052"),
        ("brevvik", "IPK-M051"),
        ("gammeldal-saksbehandling", "IPK-M051"),
    ],
)
def test_a_party_that_cannot_have_it_is_refused(hospital: House, told: str, key: str, code: str):
    with pytest.raises(MessageError) as refused:
        ingest.remap(hospital.services, told, key)
    assert refused.value.code == code


def test_whom_the_patient_excluded_gets_nothing_from_a_person_either(hospital: House):
    hospital.need(consent=GIVEN | {"excluded": ["alvdal-sykepleie"]})
    (message,) = hospital.messages(direction="out")
    with pytest.raises(MessageError) as refused:
        ingest.remap(hospital.services, message.id, "alvdal-sykepleie")
    assert refused.value.code == "IPK-M053"


def test_an_address_the_book_does_not_know_is_recorded(build: Build):
    hospital = build()
    told = hospital.post("ip.address.changed", herId="424242")
    assert (told.status, told.body["status"], told.body["warnings"]) == (202, "recorded", [])


def test_a_fallback_before_the_message_was_made_is_taken_and_said(hospital: House, told: str):
    answer = by_phone(hospital, told, at="2025-08-20T10:00:00+02:00")
    assert ("IPK-E098", "$.data.at") in [(w["code"], w["path"]) for w in answer.body["warnings"]]
