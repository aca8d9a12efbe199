"""Rows 8 and 9 of the table: a need from another adapter, and what belongs to no thread. message-rules.md."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith, naming
from adapter.fhir import urls
from adapter.kith import parts
from adapter.kith.head import Conversation
from adapter.kith.text import TITLES
from adapter.mappings import views
from tests import books, otherside
from tests.house import GIVEN, GP, LINE, ROLAND, House
from tests.mappings.hands import STRANGER, business, made

ORDER = ["individual-plan", "coordinator"]


# ── 8: a need from another adapter ──


def printed(house: House) -> bytes:
    """Return the hospital's need, to be received by the municipality's own installation."""
    house.need(id_="origin", patient=LINE | {"gp": GP})
    (document,) = house.send()
    return document


def test_row_8_the_title_of_e01_and_a_melde_id_is_a_need_received(hospital: House, alvdal: House):
    document = printed(hospital)
    got = alvdal.receive(document)
    assert (got.outcome, alvdal.events()) == ("receipted", ["ip.need.identified"])
    melde_id = hospital.messages(direction="out")[0].melde_id
    case = alvdal.case()
    assert {r["requisition"]["value"] for r in case.of("ServiceRequest")} == {melde_id}
    owners = {t["owner"]["reference"] for t in case.of("Task") if t.get("basedOn")}
    assert owners == {f"Organization/{naming.unit_id('alvdal-saksbehandling')}"}
    assert sorted(alvdal.needs()) == sorted(ORDER)
    assert {m.type for m in alvdal.messages(direction="out")} == {"APPREC"}
    assert alvdal.message(got.id).thread == kith.read(document).head.msg_id
    event_id = naming.uid("urn:her:90998", f"{got.id}-E01")
    assert alvdal.message(got.id).event_id == event_id


def test_row_8_the_need_is_reported_by_the_sender_and_its_wishes_and_consent_are_kept(
    hospital: House, alvdal: House
):
    alvdal.receive(printed(hospital))
    case = alvdal.case()
    (consent,) = case.of("Consent")
    assert consent["status"] == "active"
    requests = {views.code_of(r["code"], urls.NEED_KIND): r for r in case.of("ServiceRequest")}
    wish = [e for e in requests["coordinator"]["extension"] if e["url"] == urls.PATIENT_WISH]
    assert "yes" in str(wish)
    assert requests["coordinator"]["note"][0]["text"].startswith("Behov for langvarige")
    requester = f"Organization/{naming.unit_id('st-olavs-fmr')}"
    assert {t["requester"]["reference"] for t in case.of("Task") if t.get("basedOn")} == {requester}


def test_row_8_wants_the_title_and_a_melde_id_with_a_right_check_character(hospital: House, alvdal: House):
    document = printed(hospital)
    melde_id = hospital.messages(direction="out")[0].melde_id
    wrong = melde_id[:-1] + ("0" if melde_id[-1] != "0" else "1")
    alvdal.receive(document.replace(melde_id.encode(), wrong.encode()))
    assert alvdal.events() == ["ip.dialogue.received"]


def test_row_8_the_same_need_by_its_copy_twice_is_a_duplicate(hospital: House, alvdal: House):
    document = printed(hospital)
    assert [alvdal.receive(document).outcome for _ in range(2)] == ["receipted", "duplicate"]
    assert alvdal.events() == ["ip.need.identified"]


# ── 9: nothing we know ──


def test_row_9_no_thread_and_no_title_goes_to_the_coordinating_units_queue(hospital: House, sent: bytes):
    got = hospital.receive(otherside.reply(sent, "Kan dere ringe oss?", thread=False))
    assert made(hospital) == ["ip.dialogue.received"]
    (item,) = hospital.items("read-answer")
    assert item["owner"]["reference"] == f"Organization/{naming.unit_id('st-olavs-ke')}"
    assert hospital.message(got.id).state in {"received", "unmatched"}
    assert business(hospital) == {"sent"}


def test_row_9_a_person_nobody_knows_here_is_never_dropped(hospital: House, sent: bytes):
    got = hospital.receive(otherside.reply(sent, "Gjelder Roland.", thread=False, patient=otherside.ROLAND))
    assert made(hospital) == ["ip.dialogue.received"]
    tasks = [r for r in hospital.current() if r["resourceType"] == "Task" and got.id in str(r.get("input"))]
    assert len(tasks) == 1


def test_row_9_a_melde_id_forged_for_another_patient_is_no_thread(hospital: House, sent: bytes):
    hospital.need(patient=ROLAND)
    hospital.send()
    melde_id = naming.melde_id(naming.event_id(source="urn:her:90998", id_="first"))
    text = f"Svar: Avslått\r\nMelde-id: {melde_id}"
    hospital.receive(otherside.reply(sent, text, thread=False, patient=otherside.ROLAND))
    assert hospital.events()[-1] == "ip.dialogue.received"
    assert business(hospital) == {"sent"}
    assert {s.business for s in hospital.needs(ROLAND).values()} == {"sent"}


def test_row_9_a_conversation_of_ours_about_another_patient_is_no_thread(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Svar: Avslått", patient=otherside.ROLAND))
    assert made(hospital) == ["ip.dialogue.received"]
    assert business(hospital) == {"sent"}


@pytest.mark.parametrize("thread", [True, False])
def test_row_9_a_stranger_is_no_party_of_the_thread(hospital: House, sent: bytes, thread: Any):
    melde_id = naming.melde_id(naming.event_id(source="urn:her:90998", id_="first"))
    text = f"Svar: Avslått\r\nMelde-id: {melde_id}"
    hospital.receive(otherside.reply(sent, text, sender=STRANGER, thread=thread))
    assert made(hospital) == ["ip.dialogue.received"]
    assert business(hospital) == {"sent"}


def test_row_9_a_conversation_nobody_here_knows_is_no_thread(hospital: House, sent: bytes):
    unknown = "5d9a55a2-6a63-4c88-8b02-19a0b8c5a111"
    reply = otherside.reply(sent, "Svar: Godtatt", conversation=Conversation(unknown, unknown))
    hospital.receive(reply)
    assert made(hospital) == ["ip.dialogue.received"]


def test_row_9_the_title_of_another_event_begins_nothing(hospital: House, alvdal: House):
    document = printed(hospital)
    melde_id = hospital.messages(direction="out")[0].melde_id
    text = f"{TITLES['ip.coordinator.appointed'].upper()}\r\nMelde-id: {melde_id}"
    head = otherside.head(document, thread=False)
    letter = otherside.reply(document, text, thread=False, sender=head.receiver, receiver=head.sender)
    alvdal.receive(letter)
    assert alvdal.events() == ["ip.dialogue.received"]


# ── whatever it becomes ──


@pytest.mark.parametrize(
    "text",
    [
        "Svar: Mottatt",
        "Svar: Trenger opplysninger",
        "Svar: Godtatt",
        "Svar: Avslått",
        "Takk.",
        otherside.APPOINTED,
    ],
)
def test_an_event_made_from_a_received_message_addresses_nobody(hospital: House, text: str):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    documents = hospital.send()
    ours = next(d for d in documents if kith.read(d).head.receiver.her_ids[1] == "5079")
    hospital.receive(otherside.reply(ours, text, contacts=(otherside.COORDINATOR,)))
    assert {kith.read(d).type for d in hospital.send()} == {"APPREC"}


def test_derived_events_have_the_senders_source_and_ids_that_follow(hospital: House, sent: bytes):
    got = hospital.receive(otherside.reply(sent, "Svar: Godtatt"))
    from adapter.store import events  # noqa: PLC0415

    with hospital.services.store.read() as conn:
        found = events.find(conn, naming.uid("urn:her:5079", f"{got.id}-E06"))
    assert found is not None
    assert (found.source, found.id, found.type) == ("urn:her:5079", f"{got.id}-E06", "ip.need.accepted")


def test_a_line_in_prose_is_no_answer(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Dere ba om Svar: Godtatt, men vi er ikke ferdige."))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received"]


@pytest.mark.parametrize(("role", "family"), [("24", "Mottaker"), ("8", "")])
def test_contacts_without_use_are_tolerated(hospital: House, sent: bytes, role: str, family: str):
    named: Any = parts.contact(family=family, given="", role=role, profession="SP", phone=None)
    got = hospital.receive(otherside.reply(sent, "Svar: Mottatt", contacts=(named,)))
    assert got.outcome == "receipted"
    assert made(hospital) == ["ip.need.acknowledged"]


def test_row_8_a_need_that_was_passed_on_is_one_told_here_for_the_first_time(build: Any, alvdal: House):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    melde_id = house.need().case["meldeId"]
    house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    (document,) = house.send()
    alvdal.receive(document)
    assert alvdal.events() == ["ip.need.identified"]
    assert {n.melde_id for n in views.needs(alvdal.case())} == {melde_id}
    titled = document.replace(
        b"MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR", TITLES["ip.need.forwarded"].encode()
    )
    other = build(of={"home": books.ALVDAL})
    other.receive(titled)
    assert other.events() == ["ip.need.identified"]
