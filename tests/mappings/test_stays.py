"""E45-E48: the stay, the word to those who coordinate, messages of care only where the adapter makes them, K11."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith
from adapter.errors import EventError, RoutingError
from adapter.events import schemas
from adapter.fhir import encounters
from adapter.kith import words
from adapter.kith.plo import journal
from tests.house import GIVEN, LINE, House, living_in
from tests.houses import Build
from tests.kith import official

OWN_CARE = {"st-olavs-fmr": {"plo": "adapter"}}
LOGISTICS = ("LOG_INNLAGT", "LOG_UTSKRIVNINGSKLAR", "LOG_AVMELDING", "LOG_UTSKREVET")


@pytest.fixture
def ward(build: Build) -> House:
    """Make a hospital whose ward leaves its messages of care to the adapter."""
    return build(of={"rows": OWN_CARE})


def admit(house: House, **more: Any) -> Any:
    return house.post("ip.patient.admitted", **more)


def stay(house: House) -> dict[str, Any]:
    (found,) = [r for r in house.current() if r["resourceType"] == "Encounter"]
    return found


def whole_stay(ward: House) -> list[bytes]:
    """Return what a stay sends: told early twice, ready, not ready, ready again, home."""
    sent: list[bytes] = []
    for type_ in (
        "admitted",
        "early-notice",
        "early-notice",
        "discharge-ready",
        "discharge-ready-cancelled",
        "discharge-ready",
        "discharged",
    ):
        ward.post(f"ip.patient.{type_}")
        sent += ward.send()
        ward.clock.advance(hours=2)
    return sent


# ── the stay ──


def test_e45_begins_a_stay_and_e48_ends_it(hospital: House):
    admit(hospital)
    begun = stay(hospital)
    assert (begun["status"], begun["class"]["code"]) == ("in-progress", "IMP")
    assert encounters.known_as(begun) == "2026-000117"
    hospital.clock.advance(days=3)
    hospital.post("ip.patient.discharged")
    over = stay(hospital)
    assert (over["status"], over["id"]) == ("finished", begun["id"])
    assert over["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "1"
    assert over["period"]["end"].startswith("2026-03-07")


def test_who_is_admitted_is_not_admitted_again(hospital: House):
    admit(hospital)
    with pytest.raises(EventError) as refused:
        admit(hospital)
    assert (refused.value.code, refused.value.row.http) == ("IPK-E071", 409)


@pytest.mark.parametrize(
    "type_",
    [
        "ip.patient.early-notice",
        "ip.patient.discharge-ready",
        "ip.patient.discharge-ready-cancelled",
        "ip.patient.discharged",
    ],
)
def test_what_belongs_to_a_stay_is_refused_without_one(hospital: House, type_: str):
    with pytest.raises(EventError) as refused:
        hospital.post(type_)
    assert (refused.value.code, refused.value.row.http) == ("IPK-E070", 409)


def test_another_stay_than_the_one_that_runs_is_refused(hospital: House):
    admit(hospital)
    with pytest.raises(EventError) as refused:
        hospital.post("ip.patient.discharged", correlation={"encounterId": "other"})
    assert (refused.value.code, refused.value.at) == ("IPK-E070", "$.data.correlation.encounterId")


def test_a_stay_goes_on_in_another_department_of_the_same_hospital(hospital: House):
    admit(hospital)
    hospital.post("ip.patient.discharged", source="urn:her:91990")
    assert stay(hospital)["status"] == "finished"


def test_nobody_leaves_before_coming(hospital: House):
    admit(hospital)
    with pytest.raises(EventError) as refused:
        hospital.post("ip.patient.discharged", occurredAt="2026-03-01T10:00:00+01:00")
    assert (refused.value.code, refused.value.at) == ("IPK-E010", "$.data.occurredAt")


def test_ready_twice_and_not_ready_twice_are_refused(hospital: House):
    admit(hospital)
    with pytest.raises(EventError) as never:
        hospital.post("ip.patient.discharge-ready-cancelled")
    hospital.post("ip.patient.discharge-ready")
    assert encounters.ready_since(stay(hospital)) == "2026-03-04T10:15:01+01:00"
    with pytest.raises(EventError) as again:
        hospital.post("ip.patient.discharge-ready")
    assert (never.value.code, again.value.code) == ("IPK-E079", "IPK-E079")
    hospital.post("ip.patient.discharge-ready-cancelled")
    assert encounters.ready_since(stay(hospital)) is None


def test_a_municipality_does_not_admit_to_the_hospital(hospital: House):
    with pytest.raises(RoutingError) as refused:
        admit(hospital, source="urn:her:5079")
    assert refused.value.code == "IPK-R005"


# ── who is told ──


def test_a_stay_of_a_patient_without_plan_or_coordinator_tells_nobody(hospital: House):
    assert admit(hospital).messages == []
    assert hospital.post("ip.patient.discharged").messages == []


def test_those_who_coordinate_are_told_of_admission_and_discharge_with_consent(hospital: House):
    hospital.need()
    hospital.send()
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    told = admit(hospital)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = hospital.sent()
    assert read.body.text.startswith("PASIENT INNLAGT\r\nInnlagt: 04.03.2026\r\nAvdeling: ")
    assert "Koordinator Individuell plan: Gunn Omsorg; Sykepleier; +4762480001" in read.body.text
    hospital.clock.advance(days=2)
    hospital.post("ip.patient.discharged")
    (read,) = hospital.sent()
    lines = read.body.text.split("\r\n")
    assert lines[:3] == ["PASIENT UTSKREVET", "Utskrevet: 06.03.2026", "Utskrevet til: Bosted/arbeidssted"]
    assert "Behov som ikke er avklart: individuell plan" in lines


def test_without_consent_nobody_is_told(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    assert admit(hospital).messages == []


def test_open_needs_are_warned_of_when_the_patient_leaves_once_a_stay(hospital: House):
    hospital.need()
    hospital.send()
    admit(hospital)
    ready = hospital.post("ip.patient.discharge-ready")
    assert [w["code"] for w in ready.body["warnings"]] == ["IPK-E074", "IPK-E074"]
    assert "koordinator" in ready.body["warnings"][0]["message"]
    (item,) = [
        t
        for t in hospital.items("review")
        if t.get("focus", {}).get("reference", "").startswith("Encounter/")
    ]
    assert item["description"] == words.LEAVES_WITH_OPEN_NEEDS
    over = hospital.post("ip.patient.discharged")
    assert [w["code"] for w in over.body["warnings"]] == ["IPK-E074", "IPK-E074"]
    about = [
        t
        for t in hospital.items("review")
        if t.get("focus", {}).get("reference", "").startswith("Encounter/")
    ]
    assert about == [item]


def test_a_settled_need_is_not_warned_of(hospital: House):
    admit(hospital)
    assert hospital.post("ip.patient.discharged").body["warnings"] == []


def test_a_hospital_coordinator_without_end_is_asked_for_at_discharge(hospital: House):
    hospital.post("ip.hospital-coordinator.appointed", expectedUntil=None)
    admit(hospital)
    told = hospital.post("ip.patient.discharged")
    assert "IPK-E075" in [w["code"] for w in told.body["warnings"]]


def test_a_hospital_coordinator_whose_end_was_told_is_not(hospital: House):
    hospital.post("ip.hospital-coordinator.appointed", expectedUntil="2026-04-30")
    admit(hospital)
    told = hospital.post("ip.patient.discharged")
    assert "IPK-E075" not in [w["code"] for w in told.body["warnings"]]


# ── messages of care ──


def test_an_epj_that_writes_its_own_gets_none_from_us(hospital: House):
    for type_ in ("admitted", "early-notice", "discharge-ready", "discharge-ready-cancelled", "discharged"):
        hospital.post(f"ip.patient.{type_}")
    assert [m.type for m in hospital.messages()] == []


def test_a_whole_stay_in_messages_of_care(ward: House):
    read = [kith.read(document) for document in whole_stay(ward)]
    assert [(r.type, r.head.receiver.her_ids[1]) for r in read] == [
        ("LOG_INNLAGT", "5078"),
        ("HELSEOPPL_SOKNAD", "5079"),
        ("HELSEOPPL_SOKNAD", "5079"),
        ("LOG_UTSKRIVNINGSKLAR", "5079"),
        ("LOG_AVMELDING", "5079"),
        ("LOG_UTSKRIVNINGSKLAR", "5079"),
        ("LOG_UTSKREVET", "5078"),
        ("UTSKRIVNINGSRAPPORT", "5078"),
    ]
    first, second = read[1], read[2]
    assert (first.body.shipment.status.v, first.body.kind.code.v, first.head.conversation) == ("N", "1", None)
    assert (second.body.shipment.status.v, second.body.kind.code.v) == ("M", "2")
    assert second.head.conversation.conversation == first.head.msg_id
    assert read[4].head.conversation.parent == read[3].head.msg_id
    assert [e.code.v for e in read[4].body.events] == ["1", "3", "4"]
    assert read[5].head.conversation is None


def test_what_we_send_is_valid_by_our_schema_and_the_named_rules(ward: House):
    assert [kith.check(document) for document in whole_stay(ward)] == [()] * 8


def test_what_we_send_is_valid_by_the_official_schema(ward: House):
    official.schema()
    assert all(official.valid(document) for document in whole_stay(ward))


def test_the_event_brings_the_clinical_content(ward: House):
    admit(ward)
    ward.send()
    ward.post("ip.patient.early-notice")
    (read,) = ward.sent()
    texts = [t for note in read.body.medical.notes for t in journal.texts(note)]
    assert [(t.heading.v, t.text) for t in texts] == [
        ("1", "Operert for brudd i lårhalsen, oppe med støtte."),
        ("2", "Opptrening i avdelingen, deretter hjem med tilsyn."),
    ]
    assert [(s.code.v, s.estimate) for s in read.body.stays] == [("1", False), ("3", True)]
    assert [n.name for n in read.body.needs] == ["Hjemmesykepleie"]
    assert [r.person.hpr for r in read.body.responsible] == ["9144889"]


def test_logistics_say_nothing_of_health_plan_or_coordinator(ward: House):
    ward.need(consent=GIVEN | {"scopes": ["coordinator", "plan-create", "plan-share"]})
    ward.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    plan = schemas.example("ip.plan.created")["data"]["plan"]
    ward.post(
        "ip.plan.created", continues=None, plan=plan | {"consent": plan["consent"] | {"date": "2026-03-04"}}
    )
    ward.send()
    for type_ in ("admitted", "discharge-ready", "discharge-ready-cancelled", "discharged"):
        ward.post(f"ip.patient.{type_}", department={"name": "Sengepost"})
        for document in ward.send():
            if kith.read(document).type in LOGISTICS:
                for word in ("plan", "koordinator", "Omsorg", "rullator", "poliklinikken"):
                    assert word.encode() not in document.lower(), word


def test_the_report_names_coordinator_and_plan_where_the_municipality_may_know(ward: House):
    ward.need()
    ward.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    ward.post("ip.contact-physician.appointed")
    admit(ward)
    ward.send()
    ward.post("ip.patient.discharged")
    (report,) = [r for r in ward.sent() if r.type == "UTSKRIVNINGSRAPPORT"]
    assert [(p.person.role.v, p.person.name) for p in report.body.personnel] == [
        ("8", "Gunn Omsorg"),
        ("19", "Magnar Koman"),
    ]
    practical = [t.text for raw in report.body.nursing for t in journal.texts(raw) if t.heading.v == "14"]
    assert "Gunn Omsorg" in practical[0]
    assert practical[0].startswith("Nøkkel er levert hjemmesykepleien")


def test_the_report_names_nobody_without_that_consent(ward: House):
    ward.post("ip.contact-physician.appointed")
    admit(ward)
    ward.send()
    ward.post("ip.patient.discharged")
    (report,) = [r for r in ward.sent() if r.type == "UTSKRIVNINGSRAPPORT"]
    assert report.body.personnel == ()
    assert b"Koman" not in kith.build(report.message).split(b"</AnsvarForRapport>")[1]


def test_a_patient_unknown_to_the_municipality_is_not_told_of_at_admission(ward: House):
    assert admit(ward, knownToMunicipality=False).messages == []


def test_a_municipality_that_takes_none_is_warned_of(ward: House):
    patient = living_in("9901")
    told = admit(ward, patient=patient)
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E077"]
    assert told.messages == []


def test_an_objection_stops_what_presumed_consent_would_let_go_but_not_logistics(ward: House):
    no = GIVEN | {"excluded": ["alvdal-saksbehandling", "alvdal-sykepleie"], "recipients": ["gp"]}
    ward.need(consent=no)
    ward.send()
    admit(ward)
    told = ward.post("ip.patient.early-notice")
    assert ([w["code"] for w in told.body["warnings"]], told.messages) == (["IPK-M053"], [])
    over = ward.post("ip.patient.discharged")
    assert [m["type"] for m in over.messages] == ["LOG_UTSKREVET"]


def oppose(ward: House) -> Any:
    limits = {"excluded": None, "topics": ["care-messages"], "date": "2026-03-04"}
    return ward.post("ip.consent.limited", **limits)


@pytest.mark.parametrize("asked", [True, False], ids=["with a consent", "without any"])
def test_opposition_to_messages_of_care_stops_those_with_health_data_and_why_says_so(
    ward: House,
    asked: bool,  # noqa: FBT001 (a case)
):
    if asked:
        ward.need()
        ward.send()
    admit(ward)
    oppose(ward)
    told = ward.post("ip.patient.early-notice")
    assert ([w["code"] for w in told.body["warnings"]], told.messages) == (["IPK-M053"], [])
    over = ward.post("ip.patient.discharged")
    assert [m["type"] for m in over.messages if m["type"].isupper() and "DIALOG" not in m["type"]] == [
        "LOG_UTSKREVET"
    ]
    assert "IPK-M053" in [w["code"] for w in over.body["warnings"]]
    proofs = str([r for r in ward.current() if r["resourceType"] == "Provenance"])
    assert "consent-opposed" in proofs


def test_a_message_of_care_tells_why_it_may_go(ward: House):
    admit(ward)
    (message,) = ward.post("ip.patient.early-notice").messages
    assert [r["rule"] for r in message["why"]] == ["receiver-care", "consent-care", "carrier-care"]


def test_a_message_of_care_that_has_not_left_is_stopped_by_opposition_and_logistics_are_not(ward: House):
    admit(ward)
    ward.post("ip.patient.early-notice")
    oppose(ward)
    assert {m.type: m.state for m in ward.messages(direction="out")} == {
        "LOG_INNLAGT": "pending",
        "HELSEOPPL_SOKNAD": "buried",
    }


def test_logistics_that_have_not_left_go_to_who_is_excepted(ward: House):
    admit(ward)
    ward.post("ip.consent.limited", excluded=["alvdal-sykepleie"], topics=None, date="2026-03-04")
    assert [r.type for r in ward.sent()] == ["LOG_INNLAGT"]


def test_an_exception_without_any_consent_stops_the_same_and_never_logistics(ward: House):
    admit(ward)
    ward.send()
    out = ["alvdal-sykepleie", "coordinating-unit"]
    excepted = ward.post("ip.consent.limited", excluded=out, topics=None, date="2026-03-04")
    assert excepted.messages == []
    told = ward.post("ip.patient.early-notice")
    assert ([w["code"] for w in told.body["warnings"]], told.messages) == (["IPK-M053"], [])
    over = ward.post("ip.patient.discharged")
    assert [m["type"] for m in over.messages] == ["LOG_UTSKREVET"]
    assert {m.type: m.state for m in ward.messages(direction="out")} == {
        "LOG_INNLAGT": "sent",
        "LOG_UTSKREVET": "pending",
    }


def test_recorded_on_paper_nothing_is_sent(ward: House):
    assert admit(ward, channel="paper").messages == []
    assert stay(ward)["status"] == "in-progress"


def test_a_psychiatric_course_goes_to_the_mental_health_service(build: Build):
    rows = {**OWN_CARE, "storvik-nord": {"serves": ["3428"], "takes": ["LOG_INNLAGT/1.6"],
            "level2": {"her_id": "5111", "name": "Psykisk helsetjeneste", "service": "KP03"}}}  # fmt: skip
    ward = build(of={"rows": rows})
    told = admit(ward, course="psychiatric", patient=LINE)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5111"]
    assert [r["rule"] for r in told.messages[0]["why"]] == ["receiver-care", "carrier-care"]
