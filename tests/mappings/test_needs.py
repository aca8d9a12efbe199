"""E01 and E02: who gets a need, by which policy, under which ids. message-rules.md, 'Who gets what', 'Which carrier'."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter import kith, naming
from adapter.errors import EventError, RoutingError
from adapter.kith.dialog import Notes
from adapter.kith.text import INFORMATION, TITLES, parse
from tests.house import GIVEN, GP, LINE, House, State, living_in
from tests.houses import Build

TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}


def body(read: kith.Read) -> Notes:
    assert isinstance(read.body, Notes)
    return read.body


def test_a_need_goes_to_the_coordinating_unit_of_the_patients_municipality(hospital: House):
    told = hospital.need()
    assert (told.status, told.body["status"]) == (202, "accepted")
    assert [(m["type"], m["receiver"]["herId"], m["state"]) for m in told.messages] == [
        ("DIALOG_HELSEFAGLIG", "5079", "pending")
    ]
    assert [n["kind"] for n in told.case["needs"]] == ["coordinator", "individual-plan"]
    assert {n["state"] for n in told.case["needs"]} == {"queued"}


SILENT = {
    "kind": "health-personnel", "hpr": "9144889", "name": {"family": "Koman", "given": "Magnar"},
    "profession": "LE", "role": "kontaktlege",
}  # fmt: skip


def test_a_sender_without_a_phone_is_named_by_its_unit_and_that_phone(hospital: House):
    hospital.need(author=SILENT)
    (read,) = hospital.sent()
    contacts = body(read).contacts
    assert contacts[0].name == "Magnar Koman"
    assert ("Fysikalsk medisin og rehabilitering", "+4773598600") in [
        (contact.unit.name, contact.unit.phone) for contact in contacts if contact.unit
    ]


def test_a_need_of_a_sender_with_no_phone_at_all_goes_as_a_question(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"phone": None}}})
    told = house.need(author=SILENT)
    assert [(m["type"], m["state"]) for m in told.messages] == [("DIALOG_FORESPORSEL", "pending")]
    assert [r["rule"] for r in told.messages[0]["why"]].count("carrier-phone") == 1


def test_the_own_coordinating_unit_gets_one_task_per_event(hospital: House):
    hospital.need()
    (task,) = hospital.items("review")
    assert task["owner"]["reference"] == f"Organization/{naming.unit_id('st-olavs-ke')}"


def test_a_pair_is_made_per_kind_and_performing_party_with_the_melde_id_on_both(hospital: House):
    told = hospital.need()
    melde_id = told.case["meldeId"]
    case = hospital.case()
    requests, tasks = case.of("ServiceRequest"), [t for t in case.of("Task") if t.get("basedOn")]
    assert len(requests) == len(tasks) == 2
    assert {r["requisition"]["value"] for r in requests} == {melde_id}
    assert {t["groupIdentifier"]["value"] for t in tasks} == {melde_id}
    assert {t["focus"]["reference"] for t in tasks} == {f"ServiceRequest/{r['id']}" for r in requests}
    assert all(t["basedOn"] == [t["focus"]] for t in tasks)
    performer = f"Organization/{naming.unit_id('alvdal-saksbehandling')}"
    assert {r["performer"][0]["reference"] for r in requests} == {performer}
    assert {t["owner"]["reference"] for t in tasks} == {performer}


def test_sending_and_receipt_move_only_the_business_status(hospital: House):
    hospital.need()
    assert set(hospital.needs().values()) == {State("requested", "queued", "active")}
    hospital.send()
    assert set(hospital.needs().values()) == {State("requested", "sent", "active")}


def test_the_ids_of_what_an_event_makes_follow_the_identity_table(hospital: House):
    told = hospital.need(id_="first-1")
    event_id = naming.uid("urn:her:90998", "first-1")
    assert told.body["eventId"] == event_id
    assert told.case["patientId"] == naming.uid(event_id, "Patient")
    assert told.case["meldeId"] == naming.melde_id(event_id)
    assert told.messages[0]["id"] == naming.uid(event_id, "DIALOG_HELSEFAGLIG", "5079", "0")
    refs = {e["resource"] for e in told.body["effects"]}
    assert {
        f"ServiceRequest/{naming.uid(event_id, 'ServiceRequest', 'coordinator/alvdal-saksbehandling')}",
        f"Task/{naming.uid(event_id, 'Task', 'coordinator/alvdal-saksbehandling')}",
        f"Task/{naming.uid(event_id, 'Task', 'review')}",
        f"Consent/{naming.uid(event_id, 'Consent', 'consent')}",
        f"PractitionerRole/{naming.uid(event_id, 'PractitionerRole', 'author')}",
        f"Practitioner/{naming.uid('hpr', '9144889')}",
        f"Organization/{naming.uid('her', '59')}",
        f"Organization/{naming.uid('party', 'st-olavs-fmr')}",
        f"Organization/{naming.uid('party', 'alvdal-saksbehandling')}",
        f"Communication/{naming.uid(event_id, 'Communication', told.messages[0]['id'])}",
        f"DocumentReference/{naming.uid(event_id, 'DocumentReference', told.messages[0]['id'])}",
    } <= refs


def test_a_second_organisation_unit_is_part_of_its_level_one(hospital: House):
    hospital.need()
    units = {r["id"]: r for r in hospital.current() if r["resourceType"] == "Organization"}
    unit = units[naming.unit_id("alvdal-saksbehandling")]
    assert unit["partOf"]["reference"] == f"Organization/{naming.uid('her', '99387')}"


def test_the_message_carries_the_block_first_and_the_melde_id_last(hospital: House):
    told = hospital.need()
    (read,) = hospital.sent()
    text = body(read).text
    lines = text.split("\r\n")
    assert lines[0] == "MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR"
    assert len(lines) == 11
    assert lines[-1] == f"Melde-id: {told.case['meldeId']} (vennligst behold ved svar)"
    assert "09.03.2026 (3 virkedager)" in lines[9]
    assert lines[4] == (
        "Samtykke: Innhentet 04.03.2026, muntlig, av pasienten selv. Gjelder: koordinerende enhet i kommunen."
    )
    assert body(read).subject == TITLES["ip.need.identified"]
    assert body(read).topic is not None
    assert body(read).topic.among("7322", "6")


def test_a_new_dialogue_names_the_sender_role_24_with_the_books_profession_and_the_coordinating_unit(
    hospital: House,
):
    hospital.need()
    (read,) = hospital.sent()
    author, wanted, unit = body(read).contacts
    assert (author.role.v, author.name, author.phone) == ("19", "Magnar Koman", "+4773598600")
    assert (wanted.role.v, wanted.profession.v) == ("24", "SP")
    assert unit.unit is not None


def test_an_author_without_a_9034_role_is_a_clinical_contact(hospital: House):
    event = hospital.event("ip.need.identified").data.author
    author = {
        "kind": "health-personnel", "hpr": event.hpr, "name": {"family": "Koman", "given": "Magnar"},
        "profession": "LE", "phone": "+4773598600",
    }  # fmt: skip
    hospital.need(author=author)
    (read,) = hospital.sent()
    assert body(read).contacts[0].role.v == "21"


def test_the_contact_wanted_at_the_receiver_is_the_one_the_event_names(hospital: House):
    hospital.need(contactAtReceiver={"profession": "FT"})
    (read,) = hospital.sent()
    assert [c.profession.v for c in body(read).contacts if c.role and c.role.v == "24"] == ["FT"]


def test_gen_date_is_the_instant_of_release_in_oslo_whole_seconds_never_the_events_time(hospital: House):
    earlier = hospital.clock.now - timedelta(hours=3)
    told = hospital.need(time=earlier)
    (data,) = hospital.send()
    assert b"<GenDate>2026-03-04T10:15:01</GenDate>" in data
    assert hospital.message(told.messages[0]["id"]).gen_date == hospital.clock.now


# ── parties ──


def test_old_software_is_asked_by_foresporsel_of_the_hospitals_list(hospital: House):
    told = hospital.need(patient=living_in("9901"))
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_FORESPORSEL", "5101")]
    (read,) = hospital.sent()
    question = body(read).questions[0]
    assert question.type.among("9154", "99")
    assert parse(question.text).kinds == ("individual-plan", "coordinator")
    assert INFORMATION not in question.text
    fell = [r for r in told.messages[0]["why"] if r["rule"] == "carrier-3"]
    assert fell


def test_no_electronic_address_is_a_letter_in_state_manual_on_the_same_clocks(hospital: House):
    told = hospital.need(patient=living_in("9902"))
    assert [(m["type"], m["state"]) for m in told.messages] == [("LETTER", "manual")]
    assert [d["kind"] for d in told.body["deadlines"]] == ["reply"]
    assert b"<html" in hospital.message(told.messages[0]["id"]).body
    assert {n["state"] for n in told.case["needs"]} == {"manual"}
    assert hospital.send() == []
    event_id = told.body["eventId"]
    assert told.messages[0]["id"] == naming.uid(event_id, "LETTER", "brevvik", "0")


def test_a_letter_tells_whom_it_is_about_and_when_it_was_written(hospital: House):
    told = hospital.need(patient=living_in("9902"))
    page = hospital.message(told.messages[0]["id"]).body.decode()
    assert "<p>Dato: 04.03.2026</p>" in page
    assert "<p>Pasient: Line Danser</p><p>Fødselsnummer: 13116900216</p><p>Født: 13.11.1969</p>" in page


def test_a_letter_escapes_the_patients_name(hospital: House):
    name = {"family": "Danser & <b>", "given": "Line", "middle": "Sofie"}
    told = hospital.need(patient=living_in("9902") | {"name": name})
    page = hospital.message(told.messages[0]["id"]).body.decode()
    assert "<p>Pasient: Line Sofie Danser &amp; &lt;b&gt;</p>" in page


def test_the_joint_coordinating_unit_gets_an_internal_task_and_no_message(hospital: House):
    told = hospital.need(patient=living_in("9903"))
    assert told.messages == []
    assert told.body["status"] == "recorded"
    owners = {t["owner"]["reference"] for t in hospital.case().of("Task") if t.get("basedOn")}
    assert owners == {f"Organization/{naming.unit_id('felles-ke')}"}


@pytest.mark.parametrize("place", [("9904", None), ("9999", None)])
def test_a_city_without_its_district_or_a_municipality_nobody_serves_is_unrouted_with_a_work_item(
    hospital: House, place: tuple[str, str | None]
):
    told = hospital.need(patient=living_in(*place))
    assert (told.status, told.body["status"], told.messages) == (202, "unrouted", [])
    assert len(hospital.items("route")) == 1


@pytest.mark.parametrize(("district", "her_id"), [("990401", "5111"), ("990402", "5112")])
def test_the_district_decides_in_a_city(hospital: House, district: str, her_id: str):
    told = hospital.need(patient=living_in("9904", district))
    assert [m["receiver"]["herId"] for m in told.messages] == [her_id]


def test_an_unknown_source_is_refused_and_nothing_is_stored(hospital: House):
    with pytest.raises(RoutingError) as caught:
        hospital.need(source="urn:her:12345")
    assert (caught.value.code, caught.value.row.http) == ("IPK-R001", 403)
    assert hospital.events() == []


def test_an_event_from_a_party_that_is_not_home_counts_but_sends_nothing(hospital: House):
    told = hospital.need(source="urn:her:5079", patient=LINE | {"gp": GP}, consent=TO_GP)
    assert told.messages == []
    assert hospital.messages() == ()
    assert len(hospital.needs()) == 2


@pytest.mark.parametrize("channel", ["oral", "paper"])
def test_what_was_said_or_written_on_paper_is_recorded_and_not_sent(hospital: House, channel: str):
    told = hospital.need(channel=channel)
    assert (told.body["status"], told.messages) == ("recorded", [])
    assert len(hospital.needs()) == 2


# ── the GP ──


def test_the_gp_gets_a_copy_as_information_where_consent_names_the_gp(hospital: House):
    told = hospital.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    assert {m["receiver"]["herId"] for m in told.messages} == {"5079", "258521"}
    copy = hospital.message(told.message_to("258521")["id"])
    assert not copy.wants_reply
    assert [d["kind"] for d in told.body["deadlines"]] == ["reply"]
    assert "helst innen" not in body(kith.read(copy.body)).text


def test_the_gps_copy_says_that_it_is_one_and_asks_for_no_answer(hospital: House):
    hospital.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    bodies = [document.decode() for document in hospital.send()]
    copies = [one for one in bodies if "Ønsket svar: Kopi til orientering, svar er ikke nødvendig." in one]
    assert len(copies) == 1
    assert "«Svar: Mottatt»" not in copies[0]
    assert sum("«Svar: Mottatt»" in one for one in bodies) == 1


def test_the_gps_copy_is_a_communication_only_never_a_pair(hospital: House):
    hospital.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    case = hospital.case()
    assert len(case.of("ServiceRequest")) == 2
    assert len([t for t in case.of("Task") if t.get("basedOn")]) == 2
    assert len([r for r in hospital.current() if r["resourceType"] == "Communication"]) == 2


def test_the_gp_gets_nothing_where_consent_does_not_name_the_gp(hospital: House):
    told = hospital.need(patient=LINE | {"gp": GP})
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]


def test_a_gp_that_takes_only_foresporsel_reads_first_that_no_answer_is_needed(build: Any):
    only = {"kattskinnet-lin": {"takes": ["DIALOG_FORESPORSEL/1.0"]}}
    house = build(of={"rows": only})
    told = house.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    read = kith.read(house.message(told.message_to("258521")["id"]).body)
    assert read.type == "DIALOG_FORESPORSEL"
    assert body(read).text.startswith(INFORMATION + "\r\n")


def test_a_gp_that_takes_notat_but_not_helsefaglig_gets_a_notat(build: Any):
    only = {"kattskinnet-lin": {"takes": ["DIALOG_NOTAT/1.0", "DIALOG_FORESPORSEL/1.0"]}}
    house = build(of={"rows": only})
    told = house.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    assert told.message_to("258521")["type"] == "DIALOG_NOTAT"


@pytest.mark.parametrize("kind", ["patient", "relative"])
def test_the_patient_or_next_of_kin_may_report_a_need_without_an_hpr_number(hospital: House, kind: str):
    author = {"kind": kind, "name": {"family": "Danser", "given": "Lars"}, "phone": "+4762480009"}
    reply = hospital.need(author=author)
    assert (reply.status, reply.body["status"]) == (202, "accepted")
    (sent,) = hospital.sent()
    assert sent.head is not None


def test_a_need_for_a_child_coordinator_of_somebody_known_to_be_of_age_is_refused(hospital: House):
    with pytest.raises(EventError) as caught:
        hospital.need(needs=["child-coordinator"], patient={**LINE, "birthDate": "1969-11-13"})
    assert (caught.value.code, hospital.needs()) == ("IPK-E050", {})


@pytest.mark.parametrize(
    ("said", "warned"),
    [({"birthDate": "2020-11-13"}, False), ({"expectedChild": True}, False), ({"birthDate": None}, True)],
)
def test_a_need_for_a_child_coordinator_is_taken_of_a_child_a_parent_and_with_a_warning_of_an_unknown_age(
    hospital: House, said: dict[str, Any], *, warned: bool
):
    patient = {k: v for k, v in {**LINE, **said}.items() if v is not None}
    told = hospital.need(needs=["child-coordinator"], patient=patient, consent={"status": "not-asked"})
    assert ("IPK-E050" in [w["code"] for w in told.body["warnings"]]) is warned
    assert set(hospital.needs()) == {"child-coordinator"}


def test_the_contact_line_names_the_organisation_where_the_author_states_one(hospital: House):
    author = {"kind": "other-sector", "name": {"family": "Nav", "given": "Nils"}, "phone": "+4755553333",
              "organisation": {"name": "NAV Alvdal"}}  # fmt: skip
    given = GIVEN | {"scopes": ["coordinator", "plan-create", "other-sectors"]}
    hospital.need(author=author, legalBasis="consent", consent=given, department=None)
    (sent,) = hospital.sent()
    assert "Kontakt hos avsender: NAV Alvdal, Nils Nav, +4755553333" in body(sent).text.split("\r\n")


@pytest.mark.parametrize(("kind", "said"), [("child-coordinator", True), ("coordinator", False)])
def test_a_child_coordinator_before_birth_is_said_to_concern_a_child_that_is_expected(
    hospital: House, *, kind: str, said: bool
):
    hospital.need(patient=LINE | {"expectedChild": True}, needs=[kind])
    (sent,) = hospital.sent()
    assert ("Bakgrunn: Gjelder et barn som ventes. " in body(sent).text) is said
