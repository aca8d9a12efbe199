"""What is late: who has it, who is reminded, and when it ends. E62; domain §§ 1.6, 2.3 and 2.7."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from adapter import ingest, kith
from adapter.errors import EventError
from adapter.events import schemas
from adapter.events.event import build as made
from adapter.events.messages import DeadlineKind
from adapter.events.parts import EventData
from adapter.ingest import overview
from adapter.kith.apprec import AppRec
from adapter.mappings import escalation, nextsteps, views, watching
from adapter.mappings.context import Change, Context
from adapter.model import Deadline
from adapter.rules import clocks
from adapter.store import deadlines, summary
from tests import otherside
from tests.house import GIVEN, GP, LINE, START, House, living_in
from tests.ingest.test_clocks import sent_need

AGREED = (
    '\n[[agreement]]\nbetween = ["st-olavs-fmr", "gammeldal-saksbehandling"]\nreminders = true\n'
    'assessment_days = 2\ncoordinator_days = 4\nescalation_days = 1\nsource = "avtale 2026"\n'
)
THERE = living_in("9901")
"""A patient of the municipality with which there is an agreement."""
LATE = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
"""A second after the reply was due."""


def clock(house: House, kind: str) -> Deadline:
    """Return the running clock of a kind, late or not."""
    return next(d for d in house.case().deadlines if d.kind == kind)


def owners(house: House, kind: str = "manual-fallback") -> list[str]:
    """Return who has the work items of clocks that are late."""
    late = (t for t in house.items(kind) if escalation.deadline_of(t))
    return [t["owner"]["reference"].partition("/")[2] for t in late]


def unit(house: House, key: str) -> str:
    party = house.services.book().by_key(key)
    assert party is not None
    return party.organisation_id


def answered(house: House, document: bytes, answer: str) -> None:
    house.receive(otherside.reply(document, f"Svar: {answer}"))


def late_reply(house: House, **more: Any) -> bytes:
    document = sent_need(house, **more)
    house.receive(otherside.receipt(document))
    house.clock.to(LATE)
    house.tick()
    return document


# ── steps ──


def test_one_work_item_goes_from_department_to_leader_to_unit(hospital: House):
    late_reply(hospital)
    assert owners(hospital) == [unit(hospital, "st-olavs-fmr")]
    hospital.clock.advance(days=2)
    assert hospital.tick() == 1
    (item,) = hospital.items("manual-fallback")
    assert item["owner"]["display"].startswith("Leder, ")
    hospital.clock.advance(days=2)
    assert hospital.tick() == 1
    assert owners(hospital) == [unit(hospital, "st-olavs-ke")]
    hospital.clock.advance(days=60)
    assert hospital.tick() == 0
    assert hospital.events().count("ip.deadline.breached") == 3


def test_a_step_that_two_processes_take_at_once_is_taken_once(hospital: House):
    sent_need(hospital)
    hospital.clock.to(LATE)
    hospital.tick()
    with hospital.services.store.read() as conn:
        before = deadlines.get(conn, clock(hospital, "reply").id)
    assert before is not None
    seen = replace(before, next=None, level=0, state="open")
    ingest.overdue(hospital.services, seen)
    hospital.clock.advance(seconds=1)
    ingest.overdue(hospital.services, seen)
    assert hospital.events().count("ip.deadline.breached") == 1
    with hospital.services.store.read() as conn:
        assert deadlines.get(conn, before.id) == before


def test_a_late_answer_meets_the_clock_and_closes_its_work_item(hospital: House):
    document = late_reply(hospital)
    answered(hospital, document, "Mottatt")
    assert hospital.items("manual-fallback") == []
    assert "reply" not in {d.kind for d in hospital.case().deadlines}
    hospital.clock.advance(days=10)
    assert hospital.tick() == 0


def test_after_a_withdrawal_no_step_is_taken(hospital: House):
    late_reply(hospital)
    melde_id = hospital.messages(direction="out")[0].melde_id
    hospital.post(
        "ip.need.withdrawn", continues={"meldeId": melde_id}, reasonCode="no-longer-relevant", scope=None
    )
    assert [d.kind for d in hospital.case().deadlines] == []
    hospital.clock.advance(days=10)
    assert hospital.tick() == 0
    assert hospital.items("manual-fallback") == []


def test_after_death_no_clock_runs_but_that_of_receipts(hospital: House):
    sent_need(hospital)
    before = hospital.case()
    patient = {**before.resources[f"Patient/{before.key}"], "deceasedBoolean": True}
    final = replace(before, resources={**before.resources, f"Patient/{before.key}": patient})
    event = made(
        envelope=("x", "urn:adapter", "ip.test", START),
        data=EventData(),
        content=b"",
        origin="clock",
        evidence=None,
    )
    ctx = Context(event=event, case=before, book=hospital.services.book())
    change = watching.followed(ctx, before, final, Change())
    assert {(d.kind, d.state) for d in change.deadlines} == {("reply", "cancelled")}
    assert {d.kind for d in before.deadlines} == {"reply", "receipt"}


# ── reminders ──


def test_by_agreement_the_receiver_is_reminded_twice_and_never_again(build: Any):
    house = build(of={"agreements": AGREED})
    late_reply(house, patient=THERE)
    first = house.sent()
    house.clock.advance(days=1)
    house.tick()
    second = house.sent()
    house.clock.advance(days=1)
    house.tick()
    house.clock.advance(days=30)
    house.tick()
    assert house.sent() == []
    texts = [read.body.text for read in (*first, *second)]
    assert len(texts) == 2
    assert all("PÅMINNELSE OM SVAR" in text and "Melde-id: IPK-" in text for text in texts)
    assert owners(house) == [unit(house, "st-olavs-ke")]


def reminders(house: House, days: int) -> list[str]:
    """Return the texts that leave in so many days with nobody acting, each receipted."""
    texts = []
    for _ in range(days):
        house.clock.advance(days=1)
        while house.tick():
            pass
        for document in house.send():
            body = kith.read(document).body
            if not isinstance(body, AppRec):
                texts.append(body.text)
                house.receive(otherside.receipt(document))
    return texts


@pytest.fixture
def reminding(build: Any) -> House:
    """Make an installation whose municipality is reminded, with no days of its own."""
    plain = [line for line in AGREED.splitlines(keepends=True) if "coordinator_days" not in line]
    found: House = build(of={"agreements": "".join(plain)})
    return found


def test_what_is_due_at_the_same_instant_is_one_reminder_and_two_at_most(reminding: House):
    document = sent_need(reminding, patient=THERE)
    answered(reminding, document, "Godtatt")
    texts = reminders(reminding, 120)
    assert len(texts) == 2
    assert all("Venter på: at koordinator oppnevnes; at planen eller tilbudet kommer" in one for one in texts)
    assert all("Gjelder: koordinator, individuell plan" in one for one in texts)


def test_a_reminder_is_about_the_needs_that_its_clock_waits_for(build: Any):
    house = build(of={"agreements": AGREED})
    document = sent_need(house, patient=THERE)
    answered(house, document, "Godtatt")
    first = reminders(house, 7)[0]
    assert "Venter på: at koordinator oppnevnes" in first
    assert "Gjelder: koordinator\r\n" in first


def test_no_more_than_two_reminders_of_a_need_go_to_a_receiver_whatever_is_waited_for(reminding: House):
    document = late_reply(reminding, patient=THERE)
    texts = [read.body.text for read in reminding.sent()] + reminders(reminding, 5)
    assert len(texts) == 2
    answered(reminding, document, "Mottatt")
    assert reminders(reminding, 60) == []
    assert clock(reminding, "assessment").state == "breached"


def test_a_reminder_names_the_message_that_left_and_not_the_one_that_was_held(build: Any):
    house = build(of={"agreements": AGREED, "rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    told = house.need(patient=THERE)
    house.clock.advance(minutes=5)
    house.post("ip.need.forwarded", source="urn:her:91990", patient=THERE,
               continues={"meldeId": told.case["meldeId"]}, to=None)  # fmt: skip
    (sent,) = house.send()
    house.receive(otherside.receipt(sent))
    house.clock.to(LATE)
    house.tick()
    (reminder,) = house.sent()
    left = kith.read(sent).head
    assert left is not None
    assert f"Opprinnelig melding: {left.msg_id}" in reminder.body.text


def test_without_an_agreement_nobody_is_reminded(hospital: House):
    late_reply(hospital)
    assert hospital.send() == []


def test_nobody_is_reminded_of_what_may_not_have_come(build: Any):
    house = build(of={"agreements": AGREED})
    sent_need(house, patient=THERE)
    house.clock.advance(hours=97)
    house.tick()  # without receipt: unanswered
    house.clock.to(LATE)
    house.tick()
    assert house.send() == []
    assert clock(house, "reply").state == "breached"


def test_a_reminder_starts_no_reply_clock(build: Any):
    house = build(of={"agreements": AGREED})
    late_reply(house, patient=THERE)
    house.send()
    assert sorted(d.kind for d in house.case().deadlines) == ["receipt", "reply"]


# ── assessment, coordinator, consent ──


def test_the_assessment_runs_from_received_to_the_decision(hospital: House):
    document = sent_need(hospital)
    answered(hospital, document, "Mottatt")
    assert hospital.clocks()["assessment"] == "2026-03-24T22:59:59+00:00"
    answered(hospital, document, "Avslått")
    assert "assessment" not in hospital.clocks()


def test_a_question_pauses_the_assessment_and_its_answer_lets_it_go_on(hospital: House):
    document = sent_need(hospital)
    answered(hospital, document, "Mottatt")
    hospital.clock.advance(days=1)
    answered(hospital, document, "Trenger opplysninger")
    assert clock(hospital, "assessment").acts is None
    hospital.clock.advance(days=40)
    hospital.tick()
    assert clock(hospital, "assessment").state == "open"
    answered(hospital, document, "Mottatt")  # they read what we told them
    again = clock(hospital, "assessment")
    assert again.acts == again.due
    # 26 working days from 5 March to 14 April (Easter between), on top of 24 March.
    assert again.due.isoformat() == "2026-05-04T21:59:59+00:00"


def test_asked_twice_the_assessment_has_rested_all_the_while(hospital: House):
    document = sent_need(hospital)
    answered(hospital, document, "Trenger opplysninger")
    hospital.clock.advance(days=7)
    answered(hospital, document, "Trenger opplysninger")
    hospital.clock.advance(days=7)
    answered(hospital, document, "Mottatt")
    assert hospital.clocks()["assessment"] == "2026-04-10T21:59:59+00:00"  # ten working days later


def test_the_coordinator_clock_runs_from_accepted_for_coordinators_only(hospital: House):
    document = sent_need(hospital, needs=["individual-plan"])
    answered(hospital, document, "Godtatt")
    assert "coordinator" not in hospital.clocks()


def test_an_appointment_meets_the_coordinator_clock(hospital: House):
    document = sent_need(hospital)
    answered(hospital, document, "Godtatt")
    assert hospital.clocks()["coordinator"] == "2026-04-20T21:59:59+00:00"
    need = next(n for n in hospital.needs())
    assert need
    hospital.post("ip.coordinator.appointed", source="urn:her:5079", continues=None)
    assert "coordinator" not in hospital.clocks()


def test_an_agreement_sets_assessment_and_coordinator(build: Any):
    house = build(of={"agreements": AGREED})
    document = sent_need(house, patient=THERE)
    answered(house, document, "Mottatt")
    assert house.clocks()["assessment"] == "2026-03-06T22:59:59+00:00"
    answered(house, document, "Godtatt")
    assert house.clocks()["coordinator"] == "2026-03-10T22:59:59+00:00"


def test_a_need_that_waits_for_consent_is_looked_at_after_five_working_days(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    hospital.clock.to(datetime(2026, 3, 11, 23, 0, tzinfo=UTC))
    assert hospital.tick() == 1
    (item,) = [t for t in hospital.items("review") if "description" in t]
    assert "samtykke" in item["description"]
    hospital.post("ip.consent.given", consent=GIVEN, patient=LINE)
    assert not any("description" in t for t in hospital.items("review"))
    assert "consent" not in {d.kind for d in hospital.case().deadlines}


def test_the_settings_set_them(build: Any):
    house = build(assessment_days=1, consent_days=2)
    answered(house, sent_need(house), "Mottatt")
    assert house.clocks()["assessment"] == "2026-03-05T22:59:59+00:00"


# ── what is told ──


def listed(house: House, **wanted: Any) -> list[dict[str, Any]]:
    found, _ = overview.listed(house.services, overview.Wanted(**wanted), count=50)
    return [each.told() for each in found]


def test_the_list_says_how_late_who_owns_it_what_next_and_whom_to_ring(hospital: House):
    late_reply(hospital)
    hospital.clock.advance(hours=3)
    (row,) = listed(hospital, late=True)
    assert (row["kind"], row["lateBySeconds"], row["state"]) == ("reply", 3 * 3600 + 1, "breached")
    assert row["owner"] == {
        "key": "st-olavs-fmr",
        "name": "ST OLAVS HOSPITAL HF, Fysikalsk medisin og rehabilitering",
        "level": "owner",
        "phone": "+4773598600",
    }
    assert row["waitsFor"]["key"] == "alvdal-saksbehandling"
    assert row["phone"] == row["waitsFor"]["phone"] == "+4762480000"
    assert row["nextStep"].startswith("Ring mottakeren")
    assert row["caseId"] == hospital.case().key


def test_the_list_is_narrowed_by_kind_owner_and_lateness(hospital: House):
    late_reply(hospital)
    assert listed(hospital, kind="consent") == []
    assert listed(hospital, owner="st-olavs-ke") == []
    hospital.clock.advance(days=2)
    hospital.tick()
    hospital.clock.advance(days=2)
    hospital.tick()
    assert [row["owner"]["level"] for row in listed(hospital, owner="st-olavs-ke")] == ["coordinating-unit"]


def test_pages_go_on_where_they_ended(hospital: House):
    sent_need(hospital)
    first, cursor = overview.listed(hospital.services, overview.Wanted(), count=1)
    second, end = overview.listed(hospital.services, overview.Wanted(), count=1, cursor=cursor)
    assert [each.deadline.kind for each in (*first, *second)] == ["receipt", "reply"]
    assert end is None


@pytest.mark.parametrize("kind", get_args(DeadlineKind))
def test_every_kind_has_a_next_step_whoever_is_waited_for(kind: Any):
    some = Deadline(id="x", kind=kind, due=START, subject="x/1", owner="59")
    assert nextsteps.next_step(some, outside=True)
    assert nextsteps.next_step(some, outside=False)


# ── a receipt ──


def test_once_the_receiver_has_answered_nobody_waits_for_its_receipt(hospital: House):
    told = hospital.need()
    hospital.send()
    hospital.clock.advance(minutes=5)
    hospital.post("ip.need.acknowledged", source="urn:her:5079", continues={"meldeId": told.case["meldeId"]})
    assert "receipt" not in hospital.clocks()
    hospital.clock.advance(hours=100)
    hospital.tick()
    (sent,) = hospital.messages(direction="out")
    assert sent.state == "sent"
    assert hospital.items("manual-fallback") == []


def test_an_answer_says_nothing_of_what_went_to_another(hospital: House):
    told = hospital.need(
        patient=LINE | {"gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    )
    hospital.send()
    hospital.clock.advance(minutes=5)
    hospital.post("ip.need.acknowledged", source="urn:her:5079", continues={"meldeId": told.case["meldeId"]})
    (left,) = (d for d in hospital.case().deadlines if d.kind == "receipt")
    (copy_,) = (m for m in hospital.messages(direction="out") if m.receiver_key == "kattskinnet-lin")
    assert left.subject == f"message/{copy_.id}"


# ── a question of the receiver's ──


def asking(house: House, **more: Any) -> str:
    """Return the Melde-id of a need about which the municipality has asked something."""
    house.send()
    told = house.need()
    melde_id = str(told.case["meldeId"])
    house.send()
    house.clock.advance(minutes=5)
    house.post("ip.need.info-requested", source="urn:her:5079", continues={"meldeId": melde_id}, **more)
    return melde_id


def question(house: House) -> Deadline:
    """Return the clock of what was asked."""
    return next(d for d in house.case().deadlines if d.subject.startswith("question/"))


def test_a_question_gives_whoever_reported_a_clock_and_a_work_item_to_answer_it(hospital: House):
    melde_id = asking(hospital, due=None)
    assert (question(hospital).kind, question(hospital).due.isoformat()) == (
        "reply",
        "2026-03-09T22:59:59+00:00",
    )
    (item,) = (t for t in hospital.items("review") if escalation.deadline_of(t))
    assert item["owner"]["reference"].partition("/")[2] == unit(hospital, "st-olavs-fmr")
    assert views.input_of(item, "event") == "ip.need.info-supplied"
    (row,) = listed(hospital, kind="reply")
    assert row["nextStep"].startswith("Svar på spørsmålet")
    assert (row["owner"]["key"], row["waitsFor"], row["phone"]) == ("st-olavs-fmr", None, "+4773598600")
    hospital.post("ip.need.info-supplied", continues={"meldeId": melde_id})
    assert [t for t in hospital.items("review") if escalation.deadline_of(t)] == []
    assert "reply" not in hospital.clocks()


def test_a_question_is_answered_by_the_day_that_it_names_and_by_a_later_one_once_that_is_named(
    hospital: House,
):
    melde_id = asking(hospital, due="2026-03-12")
    assert question(hospital).due.isoformat() == "2026-03-12T22:59:59+00:00"
    hospital.post(
        "ip.need.info-requested", source="urn:her:5079", continues={"meldeId": melde_id}, due="2026-03-17"
    )
    assert question(hospital).due.isoformat() == "2026-03-17T22:59:59+00:00"
    assert len([t for t in hospital.items("review") if escalation.deadline_of(t)]) == 1


def test_a_question_to_be_answered_before_it_is_asked_is_refused_at_its_day(hospital: House):
    with pytest.raises(EventError) as refused:
        asking(hospital, due="2026-03-03")
    assert (refused.value.code, refused.value.at) == ("IPK-E110", "$.data.due")
    assert not [d for d in hospital.case().deadlines if d.subject.startswith("question/")]
    asking(hospital, due="2026-03-04")
    assert question(hospital).due.isoformat() == "2026-03-04T22:59:59+00:00"


def test_a_question_that_is_told_late_keeps_the_day_that_it_named(hospital: House):
    """What was asked in time, and told here after its day, is true: it is late at once."""
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=8)
    then = (START + timedelta(days=1)).isoformat()
    hospital.post("ip.need.info-requested", source="urn:her:5079", continues={"meldeId": melde_id},
                  occurredAt=then, due="2026-03-06")  # fmt: skip
    assert question(hospital).due.isoformat() == "2026-03-06T22:59:59+00:00"


def test_a_question_that_nobody_answers_goes_up_the_ladder_and_the_assessment_is_not_late(hospital: House):
    melde_id = asking(hospital, due="2026-03-12")
    for _ in range(30):
        hospital.clock.advance(days=2)
        hospital.tick()
    (item,) = (t for t in hospital.items("review") if escalation.deadline_of(t))
    assert item["owner"]["reference"].partition("/")[2] == unit(hospital, "st-olavs-ke")
    assert late(hospital) == [f"question/{melde_id}"]
    (assessment,) = listed(hospital, kind="assessment")
    assert (assessment["late"], assessment["resting"]) == (False, True)
    assert "hviler" in assessment["nextStep"]
    assert summary_of(hospital)["assessment"][1] == 0


def test_an_assessment_that_was_late_is_not_while_it_rests_and_goes_on_where_it_was(hospital: House):
    document = sent_need(hospital)
    answered(hospital, document, "Mottatt")
    for _ in range(40):
        hospital.clock.advance(days=1)
        hospital.tick()
    assert clock(hospital, "assessment").level == len(clocks.ladder("assessment"))
    answered(hospital, document, "Trenger opplysninger")
    assert late(hospital) == []
    assert [escalation.deadline_of(t) for t in hospital.items("review") if "deadline" in str(t)] == [
        question(hospital).id
    ]
    answered(hospital, document, "Mottatt")
    assert late(hospital) == [clock(hospital, "assessment").subject]
    assert hospital.clocks() == {}


def test_who_asked_waits_for_the_one_that_reported(hospital: House, alvdal: House):
    told = hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(minutes=30)
    alvdal.post("ip.need.info-requested", continues={"meldeId": told.case["meldeId"]}, due="2026-03-12")
    (row,) = listed(alvdal, kind="reply")
    assert (row["owner"]["key"], row["waitsFor"]["key"]) == ("alvdal-saksbehandling", "st-olavs-fmr")
    assert (row["phone"], row["nextStep"][:23]) == ("+4773598600", "Ring den som meldte beh")
    assert [t for t in alvdal.items("review") if escalation.deadline_of(t)] == []
    (asked,) = alvdal.send()
    hospital.clock.advance(minutes=40)
    hospital.receive(asked)
    assert question(hospital).due.isoformat() == "2026-03-12T22:59:59+00:00"


def late(house: House) -> list[str]:
    """Return what is late, but for receipts."""
    return [row["subject"] for row in listed(house, late=True) if row["kind"] != "receipt"]


def summary_of(house: House) -> Any:
    """Return the clocks of the installation: kind → running, late, breached."""
    with house.services.store.read() as conn:
        return summary.clocks(conn, house.clock.now)


def test_a_gap_goes_to_the_leader_then_to_the_unit(alvdal: House):
    told = alvdal.post("ip.coordinator.appointed", source="urn:her:5079", continues=None)
    alvdal.post(
        "ip.coordinator.ended", source="urn:her:5079", continues={"assignmentId": told.case["assignmentId"]},
        until="2026-03-23", reasonCode="other", successor=None,
    )  # fmt: skip
    alvdal.clock.to(datetime(2026, 3, 23, 23, 0, tzinfo=UTC))
    assert alvdal.tick() == 1
    assert [d.kind for d in alvdal.case().deadlines] == ["gap"]
    assert alvdal.items("review")[0]["owner"]["display"].startswith("Leder")
    alvdal.clock.advance(days=10)
    assert alvdal.tick() == 1
    assert "display" not in alvdal.items("review")[0]["owner"]
    assert clock(alvdal, "gap").due.isoformat() == "2026-03-23T22:59:59+00:00"


# ── kinds of others ──────────────────────────────────────────────────────────────────────────────────────────────────


def evaluation(house: House, **more: Any) -> Deadline:
    """Return the clock of an evaluation on 1 October, of a plan that is here."""
    (plan,) = house.case().of("CarePlan")
    case = house.case()
    due = datetime(2026, 10, 1, 21, 59, 59, tzinfo=UTC)
    return Deadline(
        id="e",
        kind="evaluation",
        due=due,
        subject=f"CarePlan/{plan['id']}",
        owner=house.org,
        case_key=case.key,
        **more,
    )


def planned(house: House, deadline: Deadline) -> Deadline:
    """Return a deadline as an event that starts or moves it leaves it."""
    case = house.case()
    event = made(
        envelope=("x", "urn:adapter", "ip.test", START),
        data=EventData(),
        content=b"",
        origin="clock",
        evidence=None,
    )
    ctx = Context(event=event, case=case, book=house.services.book())
    (found,) = watching.followed(ctx, case, case, Change(deadlines=(deadline,))).deadlines
    house.services.store.write(lambda conn: deadlines.put(conn, (found,)))
    return found


@pytest.fixture
def planning(alvdal: House) -> House:
    """Make a municipality with a plan."""
    alvdal.clock.to(datetime(2026, 3, 26, 9, 0, tzinfo=UTC))
    plan = copy.deepcopy(schemas.example("ip.plan.created")["data"]["plan"])
    alvdal.post(
        "ip.plan.created", continues=None, plan={k: v for k, v in plan.items() if k != "nextEvaluation"}
    )
    return alvdal


def test_an_evaluation_is_warned_of_told_and_escalated_like_any_other(planning: House):
    planning.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    found = planned(planning, evaluation(planning))
    assert found.acts == found.due - timedelta(days=30)
    for at, state in ((found.acts, "open"), (found.due, "breached")):
        planning.clock.to(at)
        assert planning.tick() == 1
        assert clock(planning, "evaluation").state == state
        assert planning.tick() == 0
    (item,) = planning.items("review")
    assert item["focus"]["reference"].startswith("CarePlan/")
    assert "Evaluer planen" in item["description"]


def test_a_date_moved_on_begins_the_escalation_anew(planning: House):
    found = planned(planning, evaluation(planning))
    planning.clock.to(found.due)
    planning.tick()
    planning.tick()
    late = clock(planning, "evaluation")
    assert late.state == "breached"
    moved = planned(planning, replace(late, due=late.due + timedelta(days=180)))
    assert (moved.state, moved.level, moved.acts) == ("open", 0, moved.due - timedelta(days=30))


def test_of_a_closed_plan_nothing_is_waited_for(planning: House):
    found = planned(planning, evaluation(planning))
    (plan,) = planning.case().of("CarePlan")
    planning.post("ip.plan.closed", continues={"planId": plan["id"]}, reasonCode="needs-ended")
    planning.clock.to(found.due)
    planning.tick()
    assert [d.kind for d in planning.case().deadlines] == []
    assert planning.items("review") == []
