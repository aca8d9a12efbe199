"""What consent opens, holds and closes: E01, E13, E15. message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapter import kith
from adapter.fhir import consents, urls
from adapter.kith.dialog import Notes
from adapter.kith.text import ParsedText, parse
from adapter.mappings import grants, views
from adapter.model import Case
from tests.house import GIVEN, GP, LINE, House, State, living_in

NOT_ASKED = {"status": "not-asked", "scopes": []}
BOTH = ["coordinator", "individual-plan"]


def asked(*scopes: str, **more: Any) -> dict[str, Any]:
    return GIVEN | {"scopes": list(scopes)} | more


def text(read: kith.Read) -> ParsedText:
    assert isinstance(read.body, Notes)
    return parse(read.body.text)


@pytest.mark.parametrize(
    ("kind", "scopes", "opens"),
    [
        ("individual-plan", ("plan-create",), True),
        ("individual-plan", ("coordinator",), False),
        ("coordinator", ("coordinator",), True),
        ("coordinator", ("plan-create",), False),
        ("child-coordinator", ("coordinator",), True),
        ("child-coordinator", ("plan-create",), False),
        ("habilitation", ("coordinator",), True),
        ("habilitation", ("plan-create",), True),
        ("rehabilitation", ("plan-create",), True),
        ("rehabilitation", ("plan-share",), False),
    ],
)
def test_each_kind_needs_its_scope(hospital: House, kind: str, scopes: tuple[str, ...], opens: Any):
    expecting = LINE | {"expectedChild": True}  # for whom a child coordinator may be asked too
    told = hospital.need(needs=[kind], patient=expecting, consent=asked(*scopes))
    assert bool(told.messages) is opens
    assert told.body["status"] == ("accepted" if opens else "held")
    assert told.case["needs"][0]["state"] == ("queued" if opens else "consent-pending")


def test_kinds_without_their_scope_wait_and_the_others_go(hospital: House):
    told = hospital.need(consent=asked("coordinator"))
    assert told.body["status"] == "accepted"
    assert {n["kind"]: n["state"] for n in told.case["needs"]} == {
        "coordinator": "queued", "individual-plan": "consent-pending",
    }  # fmt: skip
    states = hospital.needs()
    assert states["individual-plan"] == State("draft", "consent-pending", "active")


def test_ticks_and_wishes_are_printed_only_for_the_kinds_covered(hospital: House):
    hospital.need(consent=asked("coordinator"))
    (read,) = hospital.sent()
    found = text(read)
    assert (found.kinds, found.wish_plan, found.wish_coordinator) == (("coordinator",), None, "yes")
    assert "[ ] Individuell plan" in read.body.text
    assert "Ønsker pasienten individuell plan: Ikke oppgitt" in read.body.text


def test_e13_releases_what_it_now_covers_with_one_message_per_receiver_and_release(hospital: House):
    hospital.need(consent=asked("coordinator"))
    hospital.send()
    hospital.clock.advance(hours=1)
    told = hospital.post("ip.consent.given", consent=asked("plan-create", "coordinator"))
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "5079")]
    (read,) = hospital.sent()
    found = text(read)
    assert (found.kinds, found.wish_plan, found.wish_coordinator) == (("individual-plan",), "yes", None)
    assert read.head.gen_date == hospital.clock.now
    assert {s.business for s in hospital.needs().values()} == {"sent"}


def test_a_held_need_leaves_nothing_and_e13_sends_the_one_message(hospital: House):
    told = hospital.need(consent=NOT_ASKED)
    assert (told.body["status"], told.messages, told.status) == ("held", [], 202)
    assert [d["kind"] for d in told.body["deadlines"]] == ["consent"]
    assert hospital.send() == []
    hospital.clock.advance(hours=1)
    freed = hospital.post("ip.consent.given", consent=GIVEN)
    assert len(freed.messages) == 1
    (read,) = hospital.sent()
    assert text(read).kinds == ("individual-plan", "coordinator")
    assert text(read).melde_id == told.case["meldeId"]
    assert "09.03.2026" in read.body.text


def test_e13_of_an_id_gives_the_message_the_id_of_the_releasing_event(hospital: House):
    from adapter import naming  # noqa: PLC0415

    hospital.need(consent=NOT_ASKED)
    freed = hospital.post("ip.consent.given", consent=GIVEN)
    assert freed.messages[0]["id"] == naming.uid(freed.body["eventId"], "DIALOG_HELSEFAGLIG", "5079", "0")


def test_e13_that_covers_nothing_new_sends_nothing(hospital: House):
    hospital.need()
    hospital.send()
    told = hospital.post("ip.consent.given", consent=asked("coordinator", "plan-create", "plan-share"))
    assert (told.messages, told.body["status"]) == ([], "recorded")


def test_e13_with_the_gp_named_later_copies_what_it_releases_to_the_gp_once(hospital: House):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=NOT_ASKED)
    told = hospital.post(
        "ip.consent.given", patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    )
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["258521", "5079"]


def test_e13_releases_to_a_letter_as_manual(hospital: House):
    patient = living_in("9902")
    hospital.need(patient=patient, consent=NOT_ASKED)
    told = hospital.post("ip.consent.given", patient=patient, consent=GIVEN)
    assert [(m["type"], m["state"]) for m in told.messages] == [("LETTER", "manual")]


def test_e13_releases_to_the_own_unit_first_where_the_policy_says_so(build: Any):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    house.need(consent=NOT_ASKED)
    told = house.post("ip.consent.given", consent=GIVEN)
    assert [m["state"] for m in told.messages] == ["held"]


def test_refused_is_recorded_with_the_task_cancelled_by_the_patient(hospital: House):
    told = hospital.need(consent={"status": "refused", "scopes": [], "date": "2026-03-04"})
    assert (told.body["status"], told.messages) == ("recorded", [])
    assert set(hospital.needs().values()) == {State("cancelled", "declined-by-patient", "revoked")}
    assert hospital.items("review") == []


def test_presumed_opens_nothing_outside(hospital: House):
    told = hospital.need(consent={"status": "presumed", "scopes": []})
    assert (told.body["status"], told.messages) == ("held", [])


def test_limited_opens_within_its_lists_only(hospital: House):
    limited = asked("coordinator", "plan-create", status="limited", recipients=["gp"])
    told = hospital.need(consent=limited)
    assert (told.body["status"], told.messages) == ("held", [])


def test_no_recipients_means_the_coordinating_unit_only(hospital: House):
    given = {k: v for k, v in GIVEN.items() if k != "recipients"}
    told = hospital.need(patient=LINE | {"gp": GP}, consent=given)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]


def test_an_excluded_party_gets_nothing_and_is_not_printed(hospital: House):
    told = hospital.need(
        patient=LINE | {"gp": GP},
        consent=GIVEN | {"excluded": ["gp"]},
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = hospital.sent()
    assert "fastleg" not in read.body.text.casefold()


def test_an_excluded_coordinating_unit_holds_the_need(hospital: House):
    told = hospital.need(consent=GIVEN | {"excluded": ["alvdal-saksbehandling"]})
    assert (told.body["status"], told.messages) == ("held", [])


def test_not_required_with_a_legal_basis_opens_and_says_so(hospital: House):
    told = hospital.need(consent={"status": "not-required", "scopes": []}, legalBasis="hpl-38a")
    assert told.body["status"] == "accepted"
    (read,) = hospital.sent()
    assert "Samtykke: Ikke påkrevd (" in read.body.text


def test_the_consent_is_kept_with_its_provision(hospital: House):
    hospital.need()
    (consent,) = hospital.case().of("Consent")
    assert consent["status"] == "active"
    coded = {c["code"] for concept in consent["provision"]["code"] for c in concept["coding"]}
    assert {"coordinator", "plan-create"} <= coded
    assert consent["provision"]["type"] == "permit"


def test_the_trail_says_which_rule_opened_and_which_held(hospital: House):
    told = hospital.need(consent=asked("coordinator"))
    proofs = [r for r in hospital.current() if r["resourceType"] == "Provenance"]
    said = str([p.get("extension") for p in proofs])
    assert "consent-" in said
    assert told.messages[0]["why"]


# ── E15 ──


def withdraw(house: House, *scopes: str, **more: Any) -> Any:
    return house.post(
        "ip.consent.withdrawn", scopes=list(scopes), date="2026-03-04", **({"recipients": None} | more)
    )


def test_e15_returns_unsent_needs_to_consent_pending_and_buries_their_message(hospital: House):
    hospital.need()
    told = withdraw(hospital, "coordinator", "plan-create")
    assert set(hospital.needs().values()) == {State("draft", "consent-pending", "active")}
    assert [m.state for m in hospital.messages(direction="out")] == ["buried"]
    assert hospital.send() == []
    assert list(hospital.clocks()) == ["consent"]
    assert all(m["state"] == "buried" for m in told.messages)


def test_e15_cancels_sent_needs_as_withdrawn_and_tells_all_who_got_them(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    told = withdraw(hospital, "coordinator", "plan-create")
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}
    assert {s.task for s in hospital.needs().values()} == {"cancelled"}
    (read,) = hospital.sent()
    assert read.body.text.startswith("SAMTYKKE TRUKKET\r\nGjelder: ")
    assert read.head.conversation.conversation == kith.read(first).head.msg_id
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert told.messages[0]["why"][0]["rule"] == "consent-stopped-told"
    assert "reply" not in hospital.clocks()


def test_e15_closes_what_was_agreed_inside_as_the_table_says(hospital: House):
    inside = living_in("9903")
    melde_id = hospital.need(patient=inside).case["meldeId"]
    hospital.post(
        "ip.need.accepted",
        source="urn:her:91991",
        patient=inside,
        continues={"meldeId": melde_id},
        scope=["coordinator"],
    )
    hospital.post(
        "ip.consent.withdrawn", patient=inside, scopes=["coordinator", "plan-create"], date="2026-03-04"
    )
    assert {k: s.business for k, s in hospital.needs(inside).items()} == {
        "coordinator": "withdrawn",
        "individual-plan": "consent-pending",
    }


def test_e15_of_one_scope_leaves_the_needs_of_the_other(hospital: House):
    hospital.need()
    hospital.send()
    withdraw(hospital, "plan-create")
    states = hospital.needs()
    assert (states["individual-plan"].business, states["coordinator"].business) == ("withdrawn", "sent")
    assert "reply" in hospital.clocks()


def test_e15_of_one_scope_before_sending_keeps_the_message_for_what_is_still_covered(hospital: House):
    """The kinds whose consent stands must still reach the municipality: one message per receiver and release."""
    hospital.need()
    withdraw(hospital, "plan-create")
    states = hospital.needs()
    assert states["individual-plan"].business == "consent-pending"
    (read,) = hospital.sent()
    assert text(read).kinds == ("coordinator",)


def test_e15_tells_the_gp_who_got_a_copy(hospital: House):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    hospital.send()
    told = withdraw(hospital, "coordinator", "plan-create", patient=patient)
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["258521", "5079"]


def test_e15_of_a_held_need_keeps_it_waiting_and_tells_nobody(hospital: House):
    hospital.need(consent=NOT_ASKED)
    told = withdraw(hospital, "coordinator", "plan-create")
    assert told.messages == []
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}


def test_e15_then_e13_sends_the_need_again(hospital: House):
    hospital.need()
    withdraw(hospital, "coordinator", "plan-create")
    hospital.clock.advance(hours=1)
    told = hospital.post("ip.consent.given", consent=GIVEN)
    assert len(told.messages) == 1
    assert len(hospital.send()) == 1


def test_e15_of_a_need_that_was_received_moves_it_as_the_table_says(hospital: House, alvdal: House):
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.post(
        "ip.need.accepted", continues={"meldeId": melde_id}, scope=["coordinator"], source="urn:her:5079"
    )
    assert alvdal.needs()["coordinator"].business == "accepted"
    withdraw(alvdal, "coordinator", "plan-create", source="urn:her:5079")
    after = {s.business for s in alvdal.needs().values()}
    assert after <= {"withdrawn", "consent-pending"}
    assert alvdal.needs()["coordinator"].business == "withdrawn"


def test_e15_ends_the_consent_it_withdraws(hospital: House):
    hospital.need()
    withdraw(hospital, "coordinator", "plan-create")
    listed = [r for r in hospital.current() if r["resourceType"] == "Consent"]
    assert sorted(c["status"] for c in listed) == ["inactive", "rejected"]  # the yes that is over, the no


def test_after_e15_no_appointment_reaches_anybody(hospital: House):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    hospital.send()
    withdraw(hospital, "coordinator", "plan-create", patient=patient)
    hospital.send()
    told = hospital.post("ip.hospital-coordinator.appointed", patient=patient)
    assert told.messages == []


def test_the_state_of_every_need_is_a_code_of_need_state(hospital: House):
    hospital.need(consent=asked("coordinator"))
    for task in hospital.case().of("Task"):
        if task.get("basedOn"):
            assert views.code_of(task["businessStatus"], urls.NEED_STATE)


def test_of_one_second_and_day_the_word_that_closes_is_the_later():
    def said(id_: str, *, status: str = "active", reach: str = "plan-share") -> dict[str, Any]:
        made = consents.consent(
            id_=id_,
            patient="Patient/1",
            status="given" if status == "active" else "refused",
            scopes=[reach],
            on=date(2026, 3, 4),
            subject="ip-plan",
        )
        at = {"versionId": "1", "lastUpdated": "2026-03-05T10:00:00+01:00"}
        return {**made, "status": status, "meta": at}

    for one, other in (("a", "b"), ("b", "a")):
        listed = [said(one, reach="coordinator"), said(other, status="rejected")]
        case = Case(
            key="1", version=1, now=datetime(2026, 3, 6, tzinfo=UTC), owner="59",
            resources={f"Consent/{c['id']}": c for c in listed},
        )  # fmt: skip
        assert [g.scopes for g in grants.newest_first(case)] == [{"plan-share"}, {"coordinator"}]


def test_a_coordinator_who_comes_before_consent_ends_what_waited_for_it(hospital: House):
    melde_id = hospital.need(consent=GIVEN | NOT_ASKED).case["meldeId"]
    hospital.post(
        "ip.coordinator.appointed",
        source="urn:her:5079",
        continues={"meldeId": melde_id},
        **{"from": "2026-03-04"},
    )
    assert hospital.needs()["coordinator"] == State("completed", "fulfilled", "completed")
    assert hospital.needs()["individual-plan"].business == "consent-pending"
    hospital.clock.advance(hours=3)
    hospital.post("ip.consent.given", consent=GIVEN)
    (need,) = hospital.sent()
    assert text(need).kinds == ("individual-plan",)
    assert "consent" not in hospital.clocks()
