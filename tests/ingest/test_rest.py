"""A need message of two kinds of which one must not leave any more: the other goes, in a message of its own. ADR 100."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from adapter import delivery, ingest, kith
from adapter.errors import Faults
from adapter.kith.dialog import Notes
from adapter.kith.text import parse
from adapter.model import Message
from adapter.retry import Failure
from adapter.store import outbox
from tests.house import GIVEN, GP, LINE, House

PLAN_GONE: Final = {"scopes": ["plan-create"], "recipients": None, "date": "2026-03-04"}
DOWN: Final = Failure(code="IPK-S005", retry=True)
BROKEN: Final = Failure(code="IPK-S005", retry=False)


def without_plan(house: House) -> Any:
    return house.post("ip.consent.withdrawn", **PLAN_GONE)


def kinds(document: bytes) -> tuple[str, ...]:
    body = kith.read(document).body
    assert isinstance(body, Notes)
    return parse(body.text).kinds


def needs_of(sent: list[bytes]) -> list[tuple[str, ...]]:
    """Return the kinds of each need message among the documents."""
    return [found for data in sent if (found := kinds(data))]


def the_need(house: House) -> Message:
    """Return the newest need message."""
    return [m for m in house.messages(direction="out") if m.wants_reply][-1]


def unanswered(house: House) -> Message:
    house.need()
    house.send()
    house.clock.advance(hours=97)
    house.tick()
    (message,) = house.messages(direction="out")
    assert message.state == "unanswered"
    return message


def dead(house: House) -> Message:
    house.need()
    house.memory.broken = BROKEN
    delivery.send(house.services, owner="w")
    house.memory.broken = None
    (message,) = house.messages(direction="out")
    assert message.state == "dead"
    return message


@pytest.mark.parametrize("begun", [unanswered, dead])
def test_a_person_sends_again_what_still_holds(hospital: House, begun: Any):
    old = begun(hospital)
    hospital.post("ip.consent.withdrawn", **PLAN_GONE)
    hospital.clock.advance(hours=1)
    new = ingest.requeue(hospital.services, old.id)
    assert (new.state, new.replaces, new.generation) == ("pending", old.id, 0)
    assert new.id != old.id
    after = hospital.message(old.id)
    assert (after.state, after.replaced_by) == ({"dead": "buried"}.get(old.state, old.state), new.id)
    assert needs_of(hospital.send()) == [("coordinator",)]
    assert hospital.needs()["coordinator"].business == "sent"
    assert hospital.items("manual-fallback") == []
    assert "need-rest" in {r.rule for r in new.why}


def test_what_was_stopped_for_good_is_refused_as_before(hospital: House):
    old = unanswered(hospital)
    hospital.post("ip.consent.withdrawn", **PLAN_GONE | {"scopes": ["coordinator", "plan-create"]})
    with pytest.raises(Faults):
        ingest.requeue(hospital.services, old.id)


def test_a_second_attempt_sends_what_still_holds_by_itself(hospital: House):
    hospital.need()
    (held,) = hospital.services.store.write(
        lambda conn: outbox.claim(conn, now=hospital.clock.now, limit=9, lease_seconds=60, owner="lost")
    )
    without_plan(hospital)
    hospital.clock.advance(minutes=10)
    first = hospital.send()
    assert hospital.message(held.id).state == "buried"
    assert needs_of(first) == []
    hospital.tick()
    assert needs_of(hospital.send()) == [("coordinator",)]
    new = the_need(hospital)
    assert (new.replaces, hospital.message(held.id).replaced_by) == (held.id, new.id)
    assert new.event_id != held.event_id
    assert hospital.needs()["coordinator"].business == "sent"
    assert hospital.needs()["individual-plan"].business == "consent-pending"
    assert hospital.items("manual-fallback") == []
    assert hospital.tick() == 0


def test_an_attempt_that_failed_is_followed_by_what_still_holds(
    hospital: House, monkeypatch: pytest.MonkeyPatch
):
    hospital.need()
    (message,) = hospital.messages(direction="out")

    def broken(*_: Any) -> Failure:
        without_plan(hospital)
        return DOWN

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_sent", broken)
        delivery.send(hospital.services, owner="w")
    assert hospital.message(message.id).state == "buried"
    hospital.tick()
    assert needs_of(hospital.send()) == [("coordinator",)]


def test_what_waits_for_the_own_unit_is_held_anew_and_released_without_what_was_withdrawn(build: Any):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    melde_id = house.need().case["meldeId"]
    (old,) = house.messages(direction="out")
    without_plan(house)
    new = the_need(house)
    assert (house.message(old.id).state, new.state, new.replaces) == ("buried", "held", old.id)
    assert house.send() == []
    house.clock.advance(hours=1)
    house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert needs_of(house.send()) == [("coordinator",)]


def test_the_trail_of_the_new_message_says_what_it_stands_for(hospital: House):
    hospital.need()
    (old,) = hospital.messages(direction="out")
    told = without_plan(hospital)
    new = the_need(hospital)
    assert (new.replaces, hospital.message(old.id).replaced_by) == (old.id, new.id)
    assert "need-rest" in {w["rule"] for m in told.messages for w in m["why"]}
    proofs = [r for r in hospital.current() if r["resourceType"] == "Provenance"]
    assert "need-rest" in orjson.dumps(proofs).decode()


def test_what_a_person_buried_does_not_come_back_with_a_withdrawal(hospital: House):
    old = dead(hospital)
    ingest.bury(hospital.services, old.id)
    without_plan(hospital)
    assert needs_of(hospital.send()) == []


def test_a_copy_that_waits_goes_again_for_what_still_holds(hospital: House):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    hospital.post("ip.consent.withdrawn", patient=patient, **PLAN_GONE)
    sent = hospital.send()
    assert sorted(needs_of(sent)) == [("coordinator",), ("coordinator",)]


def test_a_copy_that_waits_alone_goes_again_for_what_still_holds(
    hospital: House, monkeypatch: pytest.MonkeyPatch
):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    really = delivery._sent

    def one_down(services: Any, message: Message, *more: Any) -> Any:
        return DOWN if message.receiver[1] == "258521" else really(services, message, *more)

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_sent", one_down)
        delivery.send(hospital.services, owner="w")
    assert {m.receiver[1]: m.state for m in hospital.messages()} == {"5079": "sent", "258521": "pending"}
    told = hospital.post("ip.consent.withdrawn", patient=patient, **PLAN_GONE)
    assert sorted(m["receiver"]["herId"] for m in told.messages if m["state"] == "pending") == [
        "258521",
        "5079",
    ]
    assert needs_of(hospital.send()) == [("coordinator",)]
