"""E28-E33, E49: contact physicians who follow, members, pathway coordinator, GP, the hospital's limited part. domain §§ 1.4, 1.6."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import kith
from adapter.errors import ConsentError, EventError, Faults
from adapter.events import schemas
from adapter.fhir import assignments as fhir_assignments
from adapter.mappings import held, views
from tests.house import GIVEN, GP, LINE, House, Reply
from tests.mappings.test_coordinators import house_resource, rules

RITA = copy.deepcopy(schemas.example("ip.hospital-coordinator.appointed")["data"]["person"])
MAGNAR = copy.deepcopy(schemas.example("ip.contact-physician.appointed")["data"]["person"])
MEMBER = copy.deepcopy(schemas.example("ip.team-member.added")["data"]["member"])
MEMBER["organisation"]["key"] = "nav-tynset"
"""An agency that the address book does not list."""
NAV = GIVEN | {"scopes": ["other-sectors"], "recipients": ["nav-tynset"]}
TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
NEW_GP = {"herId": "91101"}


@pytest.fixture
def alone(hospital: House) -> House:
    """Return the hospital with a need that the municipality has got."""
    hospital.need()
    hospital.send()
    return hospital


@pytest.fixture
def contact(alone: House) -> str:
    return str(alone.post("ip.contact-physician.appointed").case["assignmentId"])


def running(house: House) -> list[tuple[str, str | None]]:
    return [(a.key, a.end) for a in views.assignments(house.case())]


# ── E27, E28, E29 ──


def test_e27_says_that_the_patient_is_to_be_told(alone: House):
    assert "contact-physician-inform-patient" in rules(alone, alone.post("ip.contact-physician.appointed"))


def test_a7_a_contact_physician_without_a_known_stay_is_a_warning(alone: House):
    told = alone.post("ip.contact-physician.appointed")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E053"]


def test_a7_with_a_known_stay_there_is_none(alone: House):
    told = alone.post("ip.contact-physician.appointed", correlation={"encounterId": "stay-1"})
    assert told.body["warnings"] == []


def test_a5_somebody_said_to_be_inactive_in_hpr_is_a_warning(alone: House):
    told = alone.post("ip.hospital-coordinator.appointed", person=RITA | {"hprStatus": "inactive"})
    assert [(w["code"], w["path"]) for w in told.body["warnings"]] == [
        ("IPK-E054", "$.data.person.hprStatus")
    ]


def test_e28_is_one_act_and_makes_no_message(alone: House, contact: str):
    told = alone.post(
        "ip.contact-physician.replaced", continues={"assignmentId": contact}, **{"from": "2026-03-11"}
    )
    assert told.messages == []
    assert running(alone) == [("kontaktlege", "2026-03-10"), ("kontaktlege", None)]
    assert {"assignment-replaced", "contact-physician-inform-patient"} <= rules(alone, told)


def test_e29_ends_with_the_treatment_without_a_gap(alone: House, contact: str):
    told = alone.post("ip.contact-physician.ended", continues={"assignmentId": contact}, until="2026-03-20")
    assert (told.body["warnings"], "gap" in alone.clocks()) == ([], False)
    assert running(alone) == [("kontaktlege", "2026-03-20")]


def test_e29_while_the_right_holds_is_a_gap_that_the_next_appointment_closes(alone: House, contact: str):
    told = alone.post(
        "ip.contact-physician.ended",
        continues={"assignmentId": contact},
        until="2026-03-04",
        reasonCode="other",
    )
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E028"]
    assert "gap" in alone.clocks()
    alone.post("ip.contact-physician.appointed", person=RITA | {"profession": "LE"}, **{"from": "2026-03-05"})
    assert "gap" not in alone.clocks()


def test_a_gap_ends_when_nobody_has_to_follow_any_more(alone: House, contact: str):
    alone.post(
        "ip.contact-physician.ended",
        continues={"assignmentId": contact},
        until="2026-03-04",
        reasonCode="other",
    )
    alone.post("ip.contact-physician.ended", continues={"assignmentId": contact}, reasonCode="discharged")
    assert "gap" not in alone.clocks()
    with pytest.raises(EventError) as caught:
        alone.post("ip.contact-physician.ended", continues={"assignmentId": contact}, reasonCode="discharged")
    assert caught.value.code == "IPK-E024"
    assert "ip.contact-physician.replaced" in caught.value.allowed


@pytest.mark.parametrize(
    "type_", ["ip.coordinator.replaced", "ip.coordinator.ended", "ip.coordinator.absent"]
)
def test_events_of_coordinators_do_not_move_contact_physicians(alone: House, contact: str, type_: str):
    with pytest.raises(EventError) as caught:
        alone.post(type_, continues={"assignmentId": contact})
    assert (caught.value.code, caught.value.row.http) == ("IPK-E056", 409)
    assert set(caught.value.allowed) == {"ip.contact-physician.replaced", "ip.contact-physician.ended"}


def test_the_gap_that_is_due_becomes_a_work_item_and_stays_open(alone: House, contact: str):
    alone.post(
        "ip.contact-physician.ended",
        continues={"assignmentId": contact},
        until="2026-03-04",
        reasonCode="other",
    )
    before = len(alone.items("review"))
    alone.clock.to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    alone.tick()
    items = [t for t in alone.items("review") if t.get("focus", {}).get("reference", "").endswith(contact)]
    assert (len(items), len(alone.items("review"))) == (1, before + 2)  # and the letter was not posted
    assert "ip.deadline.breached" in alone.events()
    case = alone.case()
    (found,) = views.assignments(case)
    assert held.state(case, found, alone.clock.now.date()) == "replacement-pending"
    alone.post("ip.contact-physician.replaced", continues={"assignmentId": contact}, **{"from": "2026-03-12"})
    assert not [t for t in alone.items("review") if t.get("focus", {}).get("reference", "").endswith(contact)]


# ── R19 ──


def test_r19_the_same_person_in_two_roles_is_marked_and_not_refused(alone: House):
    alone.post("ip.hospital-coordinator.appointed")
    told = alone.post("ip.pathway-coordinator.assigned")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E055"]
    assert "assignment-overlap" in rules(alone, told)
    assert [key for key, _ in running(alone)] == ["koordinator-sphl", "forlopskoordinator-kreft"]


def test_e32_is_told_to_nobody(alone: House):
    told = alone.post("ip.pathway-coordinator.assigned")
    assert (told.messages, told.body["warnings"]) == ([], [])


# ── E30, E31 ──


def added(house: House, **more: Any) -> Reply:
    return house.post(
        "ip.team-member.added", **({"from": "2026-03-04", "member": MEMBER, "consent": NAV} | more)
    )


def test_e30_another_sector_by_its_own_consent_gets_a_letter(alvdal: House):
    told = added(alvdal)
    (message,) = told.messages
    assert (message["type"], message["state"]) == ("LETTER", "manual")
    page = alvdal.message(message["id"]).body.decode()
    assert "NAV Alvdal" in page
    assert "Sentrumsveien 1" in page
    assert "Deltaker: Roland Gundersen" in page
    assert "consent-other-sectors" in {w["rule"] for w in message["why"]}
    (group,) = alvdal.case().of("CareTeam")
    assert group["participant"][1]["role"] == [{"text": "Veileder"}]


@pytest.mark.parametrize(
    "consent",
    [
        None,
        GIVEN,
        GIVEN | {"scopes": ["other-sectors"]},
        GIVEN | {"scopes": ["other-sectors"], "recipients": ["skolen"]},
        GIVEN | {"scopes": ["other-sectors"], "recipients": ["skolen"], "excluded": ["nav-alvdal"]},
    ],
)
def test_e30_another_sector_is_never_covered_by_anothers_consent(alvdal: House, consent: Any):
    with pytest.raises(ConsentError) as caught:
        added(alvdal, consent=consent)
    assert (caught.value.code, caught.value.row.http) == ("IPK-C001", 422)
    assert alvdal.events() == []


def test_e30_a_consent_given_before_covers_the_agency_it_names(alvdal: House):
    given = NAV
    alvdal.post("ip.consent.given", source="urn:her:5079", consent=given)
    assert len(added(alvdal, consent=None).messages) == 1


def test_e30_a_letter_needs_the_agencys_number(alvdal: House):
    agency = {k: v for k, v in MEMBER["organisation"].items() if k != "orgnr"}
    with pytest.raises(EventError) as caught:
        added(alvdal, member=MEMBER | {"organisation": agency})
    assert caught.value.code == "IPK-E005"


def test_e30_of_health_tells_the_health_parties_of_the_team(alone: House):
    alone.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    health = MEMBER | {
        "organisation": {"key": "alvdal-sykepleie", "name": "Alvdal sykepleie", "sector": "health"}
    }
    told = added(
        alone, source="urn:her:90998", author=AUTHOR, member=health, role="primaerkontakt",
        consent=None, consentScope="coordinator",
    )  # fmt: skip
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079", "5078"]
    text = kith.read(alone.send()[0]).body.text  # type: ignore[union-attr]
    assert text.startswith("NY DELTAKER I TEAMET\r\nDeltaker: Roland Gundersen")
    assert "Koordinator: Gunn Omsorg" in text
    assert ("primaerkontakt", None) in running(alone)


AUTHOR = copy.deepcopy(schemas.example("ip.need.identified")["data"]["author"])


def test_e30_a_relative_takes_part_as_the_patient_wishes(alvdal: House):
    relative = {
        "name": {"family": "Danser", "given": "Ola"},
        "organisation": {"name": "Familie", "sector": "family"},
    }
    told = added(alvdal, member=relative, role="Bror", consent=None, consentScope="coordinator")
    assert told.messages == []
    (person,) = alvdal.case().of("RelatedPerson")
    assert person["id"] == told.case["assignmentId"]
    gone = alvdal.post("ip.team-member.removed", continues={"assignmentId": person["id"]}, until="2026-03-04")
    assert gone.messages == []
    (group,) = alvdal.case().of("CareTeam")
    assert group["participant"][1]["period"]["end"] == "2026-03-04"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "koordinator-ip"}, "IPK-E010"),
        ({"consentScope": "coordinator"}, "IPK-E010"),
        ({"member": MEMBER | {"organisation": {"name": "NAV", "sector": "nav"}}}, "IPK-E005"),
        ({"until": "2026-03-01"}, "IPK-E010"),
    ],
)
def test_e30_says_what_contradicts(alvdal: House, change: dict[str, Any], code: str):
    with pytest.raises(Faults) as caught:
        added(alvdal, **change)
    assert code in {f.code for f in caught.value.faults}


def test_e31_writes_to_the_agency_that_was_written_to(alvdal: House):
    told = removed_after_posting(alvdal, added(alvdal))
    (message,) = told.messages
    assert (message["type"], message["receiver"]["name"]) == ("LETTER", "NAV Alvdal")
    assert "Deltaker: Roland Gundersen" in alvdal.message(message["id"]).body.decode()


def test_e31_writes_once_to_an_agency_that_the_book_lists(alvdal: House):
    listed = MEMBER | {"organisation": MEMBER["organisation"] | {"key": "nav-alvdal"}}
    told = removed_after_posting(
        alvdal, added(alvdal, member=listed, consent=NAV | {"recipients": ["nav-alvdal"]})
    )
    assert [m["receiver"]["name"] for m in told.messages] == ["NAV Alvdal"]


def removed_after_posting(house: House, told: Reply) -> Reply:
    """Report the letter about a new member as posted, and end the membership."""
    (letter,) = told.messages
    at, by = house.clock.now.isoformat(), {"source": "urn:her:5079"}
    house.post("ip.manual-fallback.recorded", messageId=letter["id"], at=at, **by)
    over = {"continues": {"assignmentId": told.case["assignmentId"]}, "until": "2026-03-04"}
    return house.post("ip.team-member.removed", **over)


def test_e31_again_or_of_a_coordinator_is_refused(alvdal: House):
    member = added(alvdal).case["assignmentId"]
    alvdal.post("ip.team-member.removed", continues={"assignmentId": member}, until="2026-03-04")
    alvdal.clock.advance(days=2)
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.team-member.removed", continues={"assignmentId": member}, until="2026-03-06")
    assert caught.value.code == "IPK-E024"
    coordinator = alvdal.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"}).case[
        "assignmentId"
    ]
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.team-member.removed", continues={"assignmentId": coordinator}, until="2026-03-06")
    assert caught.value.code == "IPK-E056"
    assert "ip.coordinator.ended" in caught.value.allowed


# ── E33 ──


def changed_gp(house: House, **more: Any) -> Reply:
    return house.post(
        "ip.gp.changed", **({"source": "urn:her:90998", "author": AUTHOR, "from": "2026-03-04"} | more)
    )


def gp_of(house: House) -> str:
    (reference,) = house.case().of("Patient")[0]["generalPractitioner"]
    return str(house_resource(house, reference["reference"])["name"])


def test_e33_is_the_patients_gp_and_a_participant(alone: House):
    told = changed_gp(alone)
    assert gp_of(alone) == "Kattskinnet legesenter"
    assert running(alone) == [("fastlege", "2026-03-03"), ("fastlege", None)]
    assert told.messages == []
    assert "gp-changed" in rules(alone, told)


@pytest.mark.parametrize("patient", [LINE, LINE | {"gp": GP}])
def test_e33_next_messages_go_to_the_new_gp_even_where_the_old_is_still_named(
    hospital: House, patient: dict[str, Any]
):
    hospital.need(consent=TO_GP)
    hospital.send()
    changed_gp(hospital)
    told = hospital.post("ip.hospital-coordinator.appointed", patient=patient)
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["5079", "91101"]
    assert [p["reference"] for p in hospital.case().of("Patient")[0]["generalPractitioner"]] == [
        f"Organization/{next(p.level1_id for p in hospital.services.book().parties if p.unit_her_id == '91101')}"
    ]


def test_e33_the_old_gp_is_not_told_of_what_comes_after_though_it_knew_the_coordinator(hospital: House):
    hospital.need(consent=TO_GP)
    hospital.send()
    told = hospital.post("ip.hospital-coordinator.appointed", patient=LINE | {"gp": GP})
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["258521", "5079"]
    hospital.send()
    changed_gp(hospital)
    hospital.send()
    told = hospital.post(
        "ip.coordinator.replaced", source="urn:her:90998", author=AUTHOR, person=MAGNAR,
        continues={"assignmentId": told.case["assignmentId"]}, **{"from": "2026-03-10"},
    )  # fmt: skip
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["5079", "91101"]


@pytest.mark.parametrize(
    ("said", "told_too"),
    [
        (("ip.consent.given", {"consent": GIVEN}), ["258521"]),
        (("ip.consent.withdrawn", {"recipients": ["gp"], "date": "2026-03-04"}), []),
    ],
)
def test_a_gp_who_knew_the_coordinator_is_told_until_the_patient_says_no_to_the_gp(
    hospital: House, said: Any, told_too: list[str]
):
    hospital.need(consent=TO_GP)
    hospital.send()
    told = hospital.post("ip.hospital-coordinator.appointed", patient=LINE | {"gp": GP})
    hospital.send()
    hospital.clock.advance(hours=1)
    hospital.post(said[0], **said[1])
    hospital.send()
    told = hospital.post(
        "ip.coordinator.replaced", source="urn:her:90998", author=AUTHOR, person=MAGNAR,
        continues={"assignmentId": told.case["assignmentId"]}, **{"from": "2026-03-10"},
    )  # fmt: skip
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079", *told_too]


def test_e33_tells_the_new_gp_of_the_coordinator_where_consent_names_the_gp(hospital: House):
    hospital.need(consent=TO_GP)
    hospital.send()
    hospital.post("ip.hospital-coordinator.appointed")
    hospital.send()
    told = changed_gp(hospital)
    assert [m["receiver"]["herId"] for m in told.messages] == ["91101"]
    (read,) = hospital.sent()
    assert read.body.text.split("\r\n")[:2] == [
        "NY FASTLEGE: KOORDINATOR FOR PASIENTEN",
        "Koordinator: Rita Lin; +4773598601",
    ]


def test_e33_without_consent_for_the_gp_tells_nobody(alone: House):
    alone.post("ip.hospital-coordinator.appointed")
    assert changed_gp(alone).messages == []


def test_e33_of_a_gp_whom_the_book_does_not_list_sends_nothing_to_the_old(hospital: House):
    hospital.need(consent=TO_GP, patient=LINE | {"gp": GP})
    hospital.send()
    told = changed_gp(hospital, gp={"herId": "77777"})
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-R003"]
    assert "generalPractitioner" not in hospital.case().of("Patient")[0]


def test_e33_again_is_refused(alone: House):
    changed_gp(alone)
    with pytest.raises(EventError) as caught:
        changed_gp(alone, previous=None)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E058", 409)


# ── E49, R22 ──


@pytest.fixture
def rita(alone: House) -> str:
    told = alone.post("ip.hospital-coordinator.appointed")
    alone.send()
    return str(told.case["assignmentId"])


def test_r22_an_expected_end_is_told_14_days_before_and_on_its_last_day(alone: House, rita: str):
    (clock,) = [d for d in alone.case().deadlines if d.kind == "participation"]
    assert clock.due.isoformat() == "2026-06-30T21:59:59+00:00"
    assert clock.acts
    assert clock.acts.isoformat() == "2026-06-16T21:59:59+00:00"
    items = []
    for at in (datetime(2026, 6, 17, 9, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC)):
        alone.clock.to(at)
        alone.tick()
        items += [t for t in alone.items("review") if t.get("focus", {}).get("reference", "").endswith(rita)]
    assert len({item["id"] for item in items}) == 1, "one work item that follows the ladder"
    assert alone.tick() == 0


def test_e49_ending_moves_the_expected_end_and_tells_the_municipality(alone: House, rita: str):
    told = alone.post(
        "ip.hospital-participation.ending", continues={"assignmentId": rita}, expectedUntil="2026-05-20"
    )
    assert alone.clocks()["participation"] == "2026-05-20T21:59:59+00:00"
    role = alone.case().get(f"PractitionerRole/{rita}") or {}
    assert str(fhir_assignments.expected_end(role)) == "2026-05-20"
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = alone.sent()
    assert read.body.text.split("\r\n")[:4] == [
        "SYKEHUSETS DELTAKELSE AVSLUTTES",
        "Koordinator: Rita Lin",
        "Til dato: 20.05.2026",
        "Sammendrag: Opptrening fortsetter i kommunen.",
    ]


def test_e49_ended_without_the_municipalitys_coordinator_is_a_gap(alone: House, rita: str):
    told = alone.post("ip.hospital-participation.ended", continues={"assignmentId": rita}, until="2026-03-04")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E028"]
    assert {"gap"} == set(alone.clocks()) & {"gap", "participation"}


def test_e49_ended_with_the_municipalitys_coordinator_is_none(alone: House, rita: str):
    alone.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    told = alone.post("ip.hospital-participation.ended", continues={"assignmentId": rita}, until="2026-03-04")
    assert told.body["warnings"] == []
    assert not set(alone.clocks()) & {"gap", "participation"}
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]


def test_e24_hands_the_expected_end_on(alone: House, rita: str):
    told = alone.post(
        "ip.coordinator.replaced", source="urn:her:90998", author=AUTHOR, continues={"assignmentId": rita},
        person=MAGNAR, **{"from": "2026-03-10"},
    )  # fmt: skip
    new = alone.case().get(f"PractitionerRole/{told.case['assignmentId']}") or {}
    assert str(fhir_assignments.expected_end(new)) == "2026-06-30"
    open_ = [d for d in alone.case().deadlines if d.kind == "participation"]
    assert [d.subject for d in open_] == [f"PractitionerRole/{new['id']}"]


def test_e49_is_of_hospital_coordinators_only(alone: House):
    id_ = alone.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"}).case[
        "assignmentId"
    ]
    with pytest.raises(EventError) as caught:
        alone.post("ip.hospital-participation.ended", continues={"assignmentId": id_}, until="2026-03-04")
    assert caught.value.code == "IPK-E056"
