"""Receipts that come late or not at all, replies that are due: 96 hours and three working days. message-rules.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapter import ingest, kith
from adapter.events import schemas
from tests import otherside
from tests.house import GIVEN, LINE, START, Clock, House, State, living_in


def sent_need(house: House, **more: Any) -> bytes:
    house.need(**more)
    (document,) = house.send()
    return document


def test_the_receipt_clock_runs_96_hours_from_gen_date(hospital: House):
    sent_need(hospital)
    assert hospital.clocks()["receipt"] == (START + timedelta(hours=96)).isoformat()


def test_without_a_receipt_after_96_hours_it_is_unanswered_with_a_work_item(hospital: House):
    sent_need(hospital)
    hospital.clock.advance(hours=96, seconds=-1)
    hospital.tick()
    assert [m.state for m in hospital.messages(direction="out")] == ["sent"]
    hospital.clock.advance(seconds=1)
    assert hospital.tick() == 1
    assert [m.state for m in hospital.messages(direction="out")] == ["unanswered"]
    assert set(hospital.needs().values()) == {State("requested", "undelivered", "active")}
    assert len(hospital.items("manual-fallback")) == 1
    assert "ip.receipt.missing" in hospital.events()


def test_a_clock_that_has_been_acted_on_is_not_due_again(hospital: House):
    sent_need(hospital)
    hospital.clock.advance(hours=97)
    hospital.tick()
    assert hospital.tick() == 0
    events = hospital.events()
    assert len(events) == len(set(events))


def test_a_late_positive_receipt_is_acknowledged(hospital: House):
    document = sent_need(hospital)
    hospital.clock.advance(hours=97)
    hospital.tick()
    hospital.receive(otherside.receipt(document))
    assert hospital.events()[-1] == "ip.receipt.late"
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]
    assert {s.business for s in hospital.needs().values()} == {"delivered"}
    assert hospital.items("manual-fallback") == []


def test_a_late_receipt_with_errors_leaves_its_own_work_item(hospital: House):
    document = sent_need(hospital)
    hospital.clock.advance(hours=97)
    hospital.tick()
    hospital.receive(otherside.receipt(document, status="3", errors=("E21",)))
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]
    assert hospital.items("manual-fallback") != []


def test_a_late_rejection_is_a_rejection(hospital: House):
    document = sent_need(hospital)
    hospital.clock.advance(hours=97)
    hospital.tick()
    hospital.receive(otherside.receipt(document, errors=["E21"]))
    assert [m.state for m in hospital.messages(direction="out")] == ["rejected"]


def test_after_a_positive_receipt_no_other_moves_the_message(hospital: House):
    document = sent_need(hospital)
    hospital.receive(otherside.receipt(document))
    hospital.receive(otherside.receipt(document, errors=["E21"]))
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]


def test_a_receipt_before_the_message_was_settled_counts(hospital: House):
    """The directory may be quicker than our own note of the sending."""
    told = hospital.need()
    document = hospital.message(told.messages[0]["id"]).body
    hospital.receive(otherside.receipt(document))
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]
    assert hospital.send() == []


def test_a_receipt_while_the_message_is_leased_counts_and_the_settlement_changes_nothing(hospital: House):
    from adapter.store import outbox  # noqa: PLC0415

    hospital.need()
    services = hospital.services
    (claimed,) = services.store.write(
        lambda conn: outbox.claim(conn, now=hospital.clock.now, limit=9, lease_seconds=60, owner="w")
    )
    hospital.receive(otherside.receipt(claimed.body))
    ingest.sent(services, claimed, hospital.clock.now)
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]
    assert "receipt" not in hospital.clocks()


def test_the_reply_clock_runs_to_the_end_of_the_third_working_day(hospital: House):
    sent_need(hospital)
    assert hospital.clocks()["reply"] == "2026-03-09T22:59:59+00:00"


def test_easter_is_no_working_day(build: Any):
    house = build(clock=Clock(datetime(2026, 3, 31, 8, 0, tzinfo=UTC)))
    told = house.need()
    assert told.body["deadlines"][0]["due"] == "2026-04-08T23:59:59+02:00"


def test_a_positive_receipt_does_not_stop_the_reply_clock(hospital: House):
    hospital.receive(otherside.receipt(sent_need(hospital)))
    assert list(hospital.clocks()) == ["reply"]


def test_a_reply_that_does_not_come_is_a_work_item_and_moves_nothing(hospital: House):
    hospital.receive(otherside.receipt(sent_need(hospital)))
    hospital.clock.to(datetime(2026, 3, 9, 23, 0, tzinfo=UTC))
    hospital.tick()
    assert "reply" not in hospital.clocks()
    assert len(hospital.items("manual-fallback")) == 1
    assert {s.business for s in hospital.needs().values()} == {"delivered"}
    assert hospital.send() == []


def test_an_agreement_sets_the_reply_clock_of_a_pair(build: Any):
    agreement = (
        '\n[[agreement]]\nbetween = ["st-olavs-fmr", "gammeldal-saksbehandling"]\nreply_days = 5\n'
        'source = "synthetic"\n'
    )
    house = build(of={"agreements": agreement})
    told = house.need(patient=LINE | {"municipality": {"code": "9901"}})
    assert told.body["deadlines"][0]["due"].startswith("2026-03-11T23:59:59")


def test_the_settings_set_the_clocks(build: Any):
    house = build(receipt_hours=10, reply_days=1)
    house.need(patient=LINE | {"municipality": {"code": "9901"}})
    house.send()
    assert house.clocks()["receipt"] == (START + timedelta(hours=10)).isoformat()
    assert house.clocks()["reply"].startswith("2026-03-05T22:59:59")


def test_a_notice_runs_the_receipt_clock_but_no_reply_clock(hospital: House):
    hospital.receive(otherside.receipt(sent_need(hospital)))
    hospital.post("ip.hospital-coordinator.appointed")
    hospital.send()
    subjects = [d.kind for d in hospital.case().deadlines if d.state == "open"]
    # The participation's clock is the appointment's own: the example has an expected last day.
    assert sorted(subjects) == ["participation", "receipt", "reply"]


def test_a_receipt_of_ours_has_no_clock(hospital: House):
    document = sent_need(hospital)
    hospital.receive(otherside.reply(document, "Takk."))
    hospital.send()
    assert {d.kind for d in hospital.case().deadlines if d.state == "open"} == {"assessment"}


def test_a_message_handled_by_phone_and_then_receipted_late_warns(hospital: House):
    from adapter.store import events  # noqa: PLC0415

    document = sent_need(hospital)
    hospital.clock.advance(hours=97)
    hospital.tick()
    (message,) = hospital.messages(direction="out")
    ingest.manual(hospital.services, message.id)
    assert {s.business for s in hospital.needs().values()} == {"manual"}
    hospital.receive(otherside.receipt(document))
    (after,) = hospital.messages(direction="out")
    assert after.state == "acknowledged"
    with hospital.services.store.read() as conn:
        last = events.page(conn)[0][-1]
    assert last.type == "ip.receipt.late"
    assert b"IPK-M015" in last.answer


@pytest.mark.parametrize("errors", [["E10"], ["E21"], ["E36", "T02"]])
def test_the_codes_of_a_rejection_are_kept(hospital: House, errors: list[str]):
    document = sent_need(hospital)
    hospital.receive(otherside.receipt(document, errors=errors))
    (message,) = hospital.messages(direction="out")
    assert [e["code"] for e in message.apprec["errors"]] == errors
    assert kith.read(document).head.msg_id == message.msg_id


def test_a_gap_without_a_coordinator_is_a_work_item_after_seven_days(alvdal: House):
    told = alvdal.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    alvdal.clock.advance(days=2)
    alvdal.post(
        "ip.coordinator.ended",
        continues={"assignmentId": told.case["assignmentId"]},
        until="2026-03-06",
        reasonCode="other",
    )
    alvdal.clock.advance(days=8)
    assert alvdal.tick() == 1
    (item,) = alvdal.items("review")
    assert item["focus"]["reference"] == f"PractitionerRole/{told.case['assignmentId']}"
    assert "gap" not in alvdal.clocks()


# ── needs that no message of ours carries ──


@pytest.mark.parametrize("municipality", ["1103", "9903"], ids=["no receiver", "told inside"])
def test_a_need_that_no_message_carries_is_waited_for_all_the_same(hospital: House, municipality: str):
    patient = living_in(municipality)
    hospital.need(patient=patient)
    assert hospital.clocks(patient) == {"reply": "2026-03-09T22:59:59+00:00"}
    hospital.clock.advance(days=10)
    assert hospital.tick() == 1
    assert "ip.deadline.breached" in hospital.events()


def test_a_received_need_is_replied_to_in_time_by_who_received_it(hospital: House, alvdal: House):
    alvdal.receive(sent_need(hospital))
    assert alvdal.clocks() == {"reply": "2026-03-09T22:59:59+00:00"}
    alvdal.clock.advance(days=10)
    assert alvdal.tick() == 1
    assert alvdal.items("review") != []


def test_a_need_that_a_message_carries_has_the_clock_of_the_message_alone(hospital: House):
    hospital.need()
    assert [d.subject.partition("/")[0] for d in hospital.case().deadlines] == ["message"]


def test_the_reply_clock_goes_on_until_every_kind_is_answered(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document))
    answer: dict[str, Any] = {"source": "urn:her:5079", "continues": {"meldeId": melde_id}}
    hospital.post("ip.need.declined", **answer, scope=["individual-plan"])
    assert sorted(hospital.clocks()) == ["reply"]
    hospital.post("ip.need.declined", **answer, scope=["coordinator"])
    assert hospital.clocks() == {}


def test_the_reply_clock_goes_on_for_what_a_plan_of_ones_own_does_not_fulfil(hospital: House):
    own = {"key": "st-olavs-fmr", "name": "St. Olavs hospital"}
    plan = {**schemas.example("ip.plan.created")["data"]["plan"], "responsible": own, "consent": GIVEN}
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.plan.created", source="urn:her:90998", continues={"meldeId": melde_id}, plan=plan)
    assert {k: s.business for k, s in hospital.needs().items()} == {
        "individual-plan": "fulfilled",
        "coordinator": "queued",
    }
    assert "reply" in hospital.clocks()


def test_a_need_that_is_passed_on_inside_is_waited_for_though_a_message_once_carried_it(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "st-olavs-ke"})
    assert f"need/{melde_id}" in {d.subject for d in hospital.case().deadlines if d.kind == "reply"}


def test_a_need_whose_message_was_stopped_is_waited_for_when_another_tells_that_the_patient_consents(
    hospital: House,
):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.consent.withdrawn", scopes=["coordinator", "plan-create"], date="2026-03-04")
    hospital.clock.advance(seconds=1)
    hospital.post("ip.consent.given", source="urn:her:5079", consent=GIVEN)
    assert {s.business for s in hospital.needs().values()} == {"reported"}
    assert [(d.kind, d.subject) for d in hospital.case().deadlines if d.runs] == [
        ("reply", f"need/{melde_id}")
    ]


@pytest.mark.parametrize("kind", ["individual-plan", "habilitation", "rehabilitation"])
def test_an_accepted_plan_or_service_is_waited_for_until_it_is_over(hospital: House, kind: str):
    told = hospital.need(needs=[kind], consent={**GIVEN, "scopes": ["plan-create"]})
    melde_id = told.case["meldeId"]
    hospital.post("ip.need.accepted", source="urn:her:5079", continues={"meldeId": melde_id}, scope=[kind])
    assert "fulfilment" in hospital.clocks()
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    assert "fulfilment" not in hospital.clocks()


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("ip.consent.withdrawn", {"scopes": ["plan-create"], "recipients": None, "date": "2026-03-04"}),
        ("ip.need.withdrawn", {"continues": True, "scope": ["individual-plan"]}),
        (
            "ip.need.declined-by-patient",
            {"continues": True, "scope": ["individual-plan"], "date": "2026-03-04"},
        ),
    ],
)
def test_nobody_is_rung_about_a_reply_when_all_that_is_left_has_been_answered(
    hospital: House, type_: str, said: dict[str, Any]
):
    """One kind is accepted, the other falls away: there is nothing left to answer."""
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    named = {"continues": {"meldeId": melde_id}}
    hospital.post("ip.need.accepted", source="urn:her:5079", **named, scope=["coordinator"])
    assert "reply" in hospital.clocks()
    hospital.clock.advance(hours=1)
    hospital.post(type_, source="urn:her:90998", **(said | (named if said.get("continues") else {})))
    assert "reply" not in hospital.clocks()
    hospital.clock.advance(days=14)
    hospital.tick()
    assert not [
        t
        for t in hospital.items("manual-fallback")
        if "Ring mottakeren: er meldingen lest" in t["description"]
    ]
