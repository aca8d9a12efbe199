"""What must not leave any more goes no second time: not by a person's requeue or remap, not by a worker's next attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from adapter import delivery, ingest
from adapter.errors import Faults
from adapter.events import schemas
from adapter.retry import Failure
from adapter.store import outbox
from tests.house import GIVEN, GP, LINE, House

BOTH: Final = ["coordinator", "plan-create"]
DOWN: Final = Failure(code="IPK-S005", retry=True)
WITHDRAWN: Final = ("ip.consent.withdrawn", {"scopes": BOTH, "recipients": None, "date": "2026-03-04"})
STRICT: Final = ("ip.address-protection.changed", {"level": "strictly-confidential"})
LIMITED: Final = (
    "ip.consent.limited",
    {
        "givenBy": "patient",
        "excluded": ["alvdal-saksbehandling"],
        "lifted": None,
        "topics": None,
        "date": "2026-03-04",
    },
)
DIED: Final = ("ip.patient.deceased", {"diedOn": "2026-03-04"})
RECALLED: Final = ("ip.need.entered-in-error", {"continues": True})
WITHDRAWAL: Final = (
    "ip.need.withdrawn",
    {"continues": True, "scope": None, "reasonCode": "no-longer-relevant"},
)

EVERY: Final = [
    (*WITHDRAWN, "need-over"),
    (*STRICT, "address-strict"),
    (*LIMITED, "consent-excluded"),
    (*DIED, "deceased-closes"),
    (*RECALLED, "need-recalled"),
    (*WITHDRAWAL, "need-over"),
]


def unanswered(house: House) -> tuple[str, str]:
    """Return the id and Melde-id of a need message of which nobody knows whether it came."""
    melde_id = house.need().case["meldeId"]
    house.send()
    house.clock.advance(hours=97)
    house.tick()
    (message,) = house.messages(direction="out")
    assert message.state == "unanswered"
    return message.id, melde_id


def post(house: House, type_: str, said: dict[str, Any], melde_id: str) -> None:
    continued = {"continues": {"meldeId": melde_id}} if said.get("continues") else {}
    house.post(type_, **(said | continued))


@pytest.mark.parametrize(("type_", "said", "rule"), EVERY)
def test_what_must_not_leave_is_not_sent_again_by_a_person(
    hospital: House, type_: str, said: dict[str, Any], rule: str
):
    id_, melde_id = unanswered(hospital)
    post(hospital, type_, said, melde_id)
    for again in (
        lambda: ingest.requeue(hospital.services, id_),
        lambda: ingest.remap(hospital.services, id_, "alvdal-sykepleie"),
    ):
        with pytest.raises(Faults) as refused:
            again()
        (fault,) = refused.value.faults
        assert fault.code == "IPK-E095"
        assert fault.rule in {rule, "need-over"}
    assert hospital.message(id_).replaced_by is None


@pytest.mark.parametrize(("type_", "said", "rule"), [one for one in EVERY if one[0] != STRICT[0]])
def test_nobody_is_asked_to_send_again_what_must_not_leave(
    hospital: House, type_: str, said: dict[str, Any], rule: str
):
    _, melde_id = unanswered(hospital)
    assert len(hospital.items("manual-fallback")) == 1
    post(hospital, type_, said, melde_id)
    assert hospital.items("manual-fallback") == [], rule


def test_a_message_of_two_kinds_goes_to_no_other_party_for_one_of_them(hospital: House):
    id_, melde_id = unanswered(hospital)
    post(hospital, WITHDRAWN[0], WITHDRAWN[1] | {"scopes": ["plan-create"]}, melde_id)
    with pytest.raises(Faults):
        ingest.remap(hospital.services, id_, "alvdal-sykepleie")
    assert len(hospital.items("manual-fallback")) == 1


def test_what_still_holds_goes_again(hospital: House):
    id_, _ = unanswered(hospital)
    assert ingest.requeue(hospital.services, id_).state == "pending"


@pytest.mark.parametrize(
    ("type_", "said", "state"), [(*WITHDRAWN, "buried"), (*DIED, "buried"), (*STRICT, "manual")]
)
def test_what_a_lost_worker_held_is_asked_about_before_another_sends_it(
    hospital: House, type_: str, said: dict[str, Any], state: str
):
    melde_id = hospital.need().case["meldeId"]
    (held,) = hospital.services.store.write(
        lambda conn: outbox.claim(conn, now=hospital.clock.now, limit=9, lease_seconds=60, owner="lost")
    )
    post(hospital, type_, said, melde_id)
    hospital.clock.advance(minutes=10)
    hospital.send()
    assert hospital.message(held.id).state == state
    assert len(hospital.items("manual-fallback")) == (state == "manual")


NEXT_DAY: Final = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
"""Half past midnight in Norway."""


@pytest.mark.parametrize(
    ("patient", "consent"),
    [
        (LINE, {"validUntil": "2026-03-04"}),
        (LINE | {"birthDate": "2010-03-05"}, {"givenBy": "guardian", "guardians": "both"}),
    ],
)
@pytest.mark.parametrize("at", [NEXT_DAY, NEXT_DAY + timedelta(hours=30)])
def test_what_waited_while_nobody_worked_is_asked_for_the_day_on_which_it_would_leave(
    hospital: House, patient: dict[str, Any], consent: dict[str, Any], at: datetime
):
    """The worker comes before the ticker: a consent that ran out meanwhile, or was a guardian's until today, opens nothing."""
    hospital.need(patient=patient, consent=GIVEN | consent)
    (message,) = hospital.messages(direction="out")
    hospital.clock.to(at)
    assert hospital.send() == []
    assert hospital.message(message.id).state == "buried"
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}


def test_what_waited_over_night_leaves_where_consent_still_opens(hospital: House):
    hospital.need(consent=GIVEN | {"validUntil": "2026-03-05"})
    hospital.clock.to(NEXT_DAY)
    assert len(hospital.send()) == 1


def test_an_attempt_that_failed_is_not_followed_by_another_after_a_withdrawal(
    hospital: House, monkeypatch: pytest.MonkeyPatch
):
    hospital.need()
    (message,) = hospital.messages(direction="out")

    def broken(*_: Any) -> Failure:
        hospital.post(WITHDRAWN[0], **WITHDRAWN[1])
        return DOWN

    monkeypatch.setattr(delivery, "_sent", broken)
    delivery.send(hospital.services, owner="w")
    assert hospital.message(message.id).state == "buried"


def test_a_second_attempt_of_what_may_leave_leaves(hospital: House):
    hospital.need()
    hospital.memory.broken = DOWN
    delivery.send(hospital.services, owner="w")
    hospital.memory.broken = None
    hospital.clock.advance(minutes=2)
    assert len(hospital.send()) == 1


# ── a notice whose end has been told: decision 168 ──

OURS: Final = {"source": "urn:her:90998"}
PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]


def appointed(house: House) -> tuple[str, str]:
    """Return a hospital coordinator whose word nobody has receipted, and that message."""
    house.need()
    house.send()
    told = house.post("ip.hospital-coordinator.appointed", expectedUntil=None, **{"from": "2026-03-04"})
    house.send()
    house.clock.advance(hours=97)
    house.tick()
    return told.case["assignmentId"], told.message_to("5079")["id"]


def over(house: House, id_: str) -> None:
    house.post("ip.coordinator.ended", **OURS, continues={"assignmentId": id_}, until="2026-03-08")


def test_an_appointment_is_not_sent_again_after_its_end(hospital: House):
    id_, message = appointed(hospital)
    over(hospital, id_)
    hospital.send()
    with pytest.raises(Faults) as refused:
        ingest.requeue(hospital.services, message)
    assert refused.value.faults[0].rule == "notice-overtaken"


def test_it_goes_again_while_the_end_has_not_left(hospital: House):
    id_, message = appointed(hospital)
    over(hospital, id_)
    ingest.requeue(hospital.services, message)
    titles = [r.body.text.split("\r\n")[0] for r in hospital.sent()]
    assert "KOORDINATOR OPPNEVNT" in titles


def test_the_appointment_of_another_goes_again(hospital: House):
    id_, _ = appointed(hospital)
    over(hospital, id_)
    hospital.send()
    hospital.clock.advance(hours=1)
    told = hospital.post("ip.hospital-coordinator.appointed", expectedUntil=None, **{"from": "2026-03-09"})
    hospital.send()
    hospital.clock.advance(hours=97)
    hospital.tick()
    assert ingest.requeue(hospital.services, told.message_to("5079")["id"])


def test_a_plan_is_not_told_again_as_made_when_it_is_told_as_closed(alvdal: House):
    said = PLAN["consent"] | {"date": "2026-03-04", "recipients": ["gp"]}
    with_gp = {"patient": LINE | {"gp": GP}}
    told = alvdal.post("ip.plan.created", continues=None, **with_gp, plan=PLAN | {"consent": said})
    alvdal.send()
    alvdal.clock.advance(hours=97)
    alvdal.tick()
    named = {"continues": {"planIdentifier": PLAN["identifier"]}}
    alvdal.post("ip.plan.closed", **named, **with_gp, reasonCode="needs-ended")
    alvdal.send()
    with pytest.raises(Faults) as refused:
        ingest.requeue(alvdal.services, told.message_to("258521")["id"])
    assert refused.value.faults[0].rule == "notice-overtaken"
