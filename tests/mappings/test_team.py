"""E21-E27, E34, E35, E40: who is told of coordinators and plans, what they fulfil. message-rules.md, 'Who gets what'."""

from __future__ import annotations

import copy

import pytest

from adapter import kith, naming
from adapter.errors import EventError
from adapter.events import schemas
from adapter.mappings import views
from tests.house import GIVEN, GP, LINE, ROLAND, House, State, role_display
from tests.mappings.hands import appointed

TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
AUGUST = copy.deepcopy(schemas.example("ip.coordinator.replaced")["data"]["person"])


# ── E21 ──


def test_e21_completes_the_coordinator_need_and_tells_the_party_that_reported(alvdal: House, received: str):
    told = appointed(alvdal, received)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    states = alvdal.needs()
    assert states["coordinator"] == State("completed", "fulfilled", "completed")
    assert states["individual-plan"].business == "received"
    assert told.case["assignmentId"] == naming.uid(told.body["eventId"], "PractitionerRole", "person")
    done = next(t for t in alvdal.case().of("Task") if t["status"] == "completed" and t.get("basedOn"))
    assert "CareTeam/" in str(done["output"])


def test_e21_is_printed_so_that_a_receiving_adapter_reads_it(hospital: House, alvdal: House, received: str):
    appointed(alvdal, received)
    (read,) = alvdal.sent()
    text = read.body.text
    assert text.startswith(
        "KOORDINATOR OPPNEVNT\r\nKoordinator oppnevnt: Gunn Omsorg; Sykepleier; +4762480001\r\n"
    )
    assert f"Rolle: {role_display('koordinator-ip')}" in text
    assert "Fra dato: 05.03.2026" in text
    assert [(c.role.v, c.name) for c in read.body.contacts if c.role and c.role.v == "8"] == [
        ("8", "Gunn Omsorg")
    ]
    hospital.receive(kith.build(read.message))
    assert hospital.needs()["coordinator"].business == "fulfilled"
    (held,) = views.assignments(hospital.case())
    assert (held.code, held.main) == ("8", True)


def test_e21_goes_to_the_gp_where_consent_names_the_gp(alvdal: House, received: str):
    alvdal.post("ip.consent.given", source="urn:her:5079", consent=TO_GP)
    told = appointed(alvdal, received, patient=LINE | {"gp": GP})
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["258521", "90998"]


def test_e21_does_not_go_to_the_gp_without(alvdal: House, received: str):
    told = appointed(alvdal, received, patient=LINE | {"gp": GP})
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]


def test_e21_with_a_local_role_names_no_9034_code(alvdal: House, received: str):
    appointed(alvdal, received, role="koordinator-kommune")
    (read,) = alvdal.sent()
    assert "8" not in {c.role.v for c in read.body.contacts if c.role}


def test_e21_from_the_municipality_at_the_hospitals_adapter_counts_and_sends_nothing(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    told = appointed(hospital, melde_id, **{"from": "2026-03-04"})
    assert told.messages == []
    assert hospital.needs()["coordinator"].business == "fulfilled"


def test_e21_without_continues_fulfils_what_is_open(hospital: House):
    hospital.need()
    hospital.send()
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    assert hospital.needs()["coordinator"].business == "fulfilled"


def test_the_team_has_one_participant_per_role_with_the_main_one_marked(alvdal: House, received: str):
    appointed(alvdal, received)
    (team,) = alvdal.case().of("CareTeam")
    codes = [
        c["code"] for p in team["participant"] for concept in p.get("role", ()) for c in concept["coding"]
    ]
    assert codes.count("8") == 1
    assert "hovedansvar" in codes
    assert (
        team["managingOrganization"][0]["reference"]
        == f"Organization/{naming.unit_id('alvdal-saksbehandling')}"
    )
    assert any(p["member"]["reference"].startswith("Patient/") for p in team["participant"])


def test_a_second_main_coordinator_is_refused(alvdal: House, received: str):
    appointed(alvdal, received)
    with pytest.raises(EventError) as caught:
        appointed(alvdal, received, person=AUGUST)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E024", 409)


# ── E22, E27 ──


def test_e22_tells_the_home_municipality_in_the_thread_that_runs(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    told = hospital.post("ip.hospital-coordinator.appointed")
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = hospital.sent()
    assert read.head.conversation.conversation == kith.read(first).head.msg_id
    assert next(c.role.v for c in read.body.contacts if c.role) == "18"
    assert hospital.needs()["coordinator"].business == "sent"


def test_e22_without_consent_tells_nobody(hospital: House):
    told = hospital.post("ip.hospital-coordinator.appointed")
    assert (told.messages, told.body["status"]) == ([], "recorded")


def test_e22_has_no_reply_clock(hospital: House):
    hospital.need()
    hospital.send()
    told = hospital.post("ip.hospital-coordinator.appointed")
    assert [d["kind"] for d in told.body["deadlines"]] == ["participation"]
    told = hospital.post(
        "ip.hospital-coordinator.appointed", patient=ROLAND, expectedUntil=None, legalBasis="hpl-38a"
    )
    assert told.body["deadlines"] == []


def test_e27_makes_a_letter_to_the_patient_and_no_message_of_its_own_to_others(hospital: House):
    hospital.need()
    hospital.send()
    told = hospital.post("ip.contact-physician.appointed")
    assert [(m["type"], m["receiver"]["name"]) for m in told.messages] == [("LETTER", "Pasienten")]
    (held,) = views.assignments(hospital.case())
    assert held.code == "19"


# ── E24, E26 ──


def test_e24_is_one_message_with_both_to_those_who_knew_the_old_one(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    alvdal.send()
    alvdal.clock.advance(days=10)
    told = alvdal.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": assignment},
        person=AUGUST,
        **{"from": "2026-03-16"},
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = alvdal.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "NY KOORDINATOR"
    assert lines[1].startswith("Tidligere: Gunn Omsorg")
    assert lines[2].startswith("Ny: August September; ")
    old, new = views.assignments(alvdal.case())
    assert (old.end, new.end, new.main, old.code, new.code) == ("2026-03-15", None, True, "8", "8")


def test_e24_tells_nobody_who_did_not_know(hospital: House):
    hospital.need()
    hospital.send()
    told = hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    told = hospital.post(
        "ip.coordinator.replaced", continues={"assignmentId": told.case["assignmentId"]}, person=AUGUST,
        **{"from": "2026-03-05"},
    )  # fmt: skip
    assert told.messages == []


def test_e26_without_successor_is_a_gap_and_says_nobody_yet(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    alvdal.send()
    told = alvdal.post("ip.coordinator.ended", continues={"assignmentId": assignment}, until="2026-03-31")
    assert "gap" in alvdal.clocks()
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E028"]
    (read,) = alvdal.sent()
    assert "Ny koordinator: Ikke oppnevnt ennå" in read.body.text
    assert "Til dato: 31.03.2026" in read.body.text


def test_e26_with_a_successor_is_no_gap(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    alvdal.post(
        "ip.coordinator.ended", continues={"assignmentId": assignment}, until="2026-03-31", successor=AUGUST
    )
    assert "gap" not in alvdal.clocks()
    assert [a.end for a in views.assignments(alvdal.case())] == ["2026-03-31", None]


def test_a_successor_from_before_the_last_day_leaves_the_days_before_it(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    alvdal.post("ip.coordinator.ended", continues={"assignmentId": assignment}, until="2026-03-31")
    alvdal.post("ip.coordinator.replaced", continues={"assignmentId": assignment}, **{"from": "2026-03-25"})
    first, second = views.assignments(alvdal.case())
    assert (first.end, second.start, second.end) == ("2026-03-24", "2026-03-25", None)
    assert first.role["period"]["end"] == "2026-03-24"


def test_an_appointment_continues_an_offer_and_nothing_that_is_held(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.pathway-coordinator.assigned", continues={"assignmentId": assignment})
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert "ip.coordinator.replaced" in caught.value.allowed


def test_an_assignment_that_has_ended_cannot_end_again(alvdal: House, received: str):
    assignment = appointed(alvdal, received).case["assignmentId"]
    alvdal.post("ip.coordinator.ended", continues={"assignmentId": assignment}, until="2026-03-31")
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.ended", continues={"assignmentId": assignment}, until="2026-03-31")
    assert caught.value.row.http == 409


@pytest.mark.usefixtures("received")
def test_an_unknown_assignment_is_404(alvdal: House):
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.ended", until="2026-03-31")
    assert caught.value.row.http == 404


def test_what_an_event_leaves_out_of_a_professional_stays(hospital: House):
    rita = {"name": {"family": "Lin", "given": "Rita"}, "hpr": "9144900", "phone": "+4773598601",
            "organisation": {"name": "Fysikalsk medisin og rehabilitering"}}  # fmt: skip
    for profession in ("SP", None):
        told = rita | ({"profession": profession} if profession else {})
        hospital.post(
            "ip.hospital-coordinator.appointed", person=told, patient=LINE if profession else ROLAND
        )
    (found,) = [r for r in hospital.current() if r["resourceType"] == "Practitioner" and "9144900" in str(r)]
    assert found["qualification"][0]["code"]["coding"][0]["code"] == "SP"
    assert found["meta"]["versionId"] == "1"


def test_whose_coordinator_it_was_hears_it_where_another_ends_it(hospital: House):
    melde_id = str(hospital.need().case["meldeId"])
    hospital.send()
    theirs = hospital.post("ip.coordinator.appointed", source="urn:her:5079", continues={"meldeId": melde_id})
    ends = {"continues": {"assignmentId": theirs.case["assignmentId"]}, "until": "2026-03-31"}
    told = hospital.post("ip.coordinator.ended", source="urn:her:90998", reasonCode="other", **ends)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
