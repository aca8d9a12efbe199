"""A question whether a plan is taken over falls away with the consent that opened it, and a yes to it moves nothing. E39; ADR 161."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from adapter import kith, naming
from adapter.errors import EventError, RoutingError
from adapter.events import schemas
from adapter.mappings import planview
from tests import otherside
from tests.house import GIVEN, House, living_in

PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]
NAMED: Final = {"continues": {"planIdentifier": PLAN["identifier"]}}
TO_ALL: Final = PLAN["consent"] | {
    "date": "2026-03-04",
    "scopes": ["coordinator", "plan-create", "plan-share"],
    "recipients": ["coordinating-unit", "st-olavs-fmr", "storvik-nord"],
}
OURS: Final = {"source": "urn:her:5079"}
OLD: Final = naming.unit_id("alvdal-saksbehandling")
FALLEN: Final = "Resultat: Spørsmålet om å overta planen er trukket tilbake"
NO_CHANGE: Final = {"to": None, "date": None, "reasonCode": None}


@pytest.fixture
def asked(alvdal: House) -> House:
    """Return the municipality that has asked another to take its plan over."""
    alvdal.post(
        "ip.plan.created", continues=None, plan=PLAN | {"consent": TO_ALL | {"validUntil": "2026-03-08"}}
    )
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", **NAMED, step="requested")
    return alvdal


def withdraw(house: House, scopes: tuple[str, ...] = ("plan-share",), **more: Any) -> Any:
    said = {"scopes": list(scopes), "recipients": None, "date": "2026-03-04"} | more
    return house.post("ip.consent.withdrawn", **OURS, **said)


def limit(house: House) -> Any:
    return house.post(
        "ip.consent.limited", **OURS, excluded=["storvik-nord"], topics=None, lifted=None, date="2026-03-04"
    )


def ask_again(house: House) -> Any:
    return house.post("ip.plan.transferred", **NAMED, step="requested")


def accept(house: House, source: str = "urn:her:5111", **more: Any) -> Any:
    return house.post("ip.plan.transferred", source=source, **NAMED, step="accepted", **NO_CHANGE, **more)


def author(house: House) -> str:
    (plan,) = house.case().of("CarePlan")
    return str(plan["author"]["reference"].partition("/")[2])


def test_a_withdrawal_takes_the_question_back_and_says_so_to_who_was_asked(asked: House):
    asked.send()
    asked.clock.advance(hours=1)
    told = withdraw(asked)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5111"]
    (read,) = asked.sent()
    assert read.body.text.split("\r\n")[0] == "SAMTYKKE TRUKKET"
    assert FALLEN in read.body.text.split("\r\n")
    assert asked.items("confirm-transfer") == []
    assert "reply" not in asked.clocks()


@pytest.mark.parametrize("close", [withdraw, limit])
def test_a_yes_after_the_consent_is_closed_moves_nothing(asked: House, close: Any):
    asked.send()
    asked.clock.advance(hours=1)
    close(asked)
    with pytest.raises(RoutingError):  # nothing else of the case concerns it
        accept(asked)
    with pytest.raises(EventError) as caught:
        accept(asked, **OURS, answeredBy="Sølvi Storvik")
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert author(asked) == OLD


def test_after_a_new_consent_it_is_asked_again_and_answered(asked: House):
    asked.send()
    withdraw(asked)
    asked.clock.advance(hours=1)
    asked.post("ip.consent.given", **OURS, consent=TO_ALL)
    ask_again(asked)
    accept(asked)
    assert author(asked) == naming.unit_id("storvik-nord")


def test_who_was_not_told_of_the_question_hears_nothing_of_it(asked: House):
    told = withdraw(asked)
    assert {m["state"] for m in told.messages} == {"buried"}
    assert asked.send() == []
    assert asked.items("confirm-transfer") == []


def test_who_is_excepted_hears_in_its_one_notice_that_the_question_has_fallen_away(asked: House):
    asked.send()
    limit(asked)
    (read,) = asked.sent()
    assert FALLEN in read.body.text.split("\r\n")


def test_a_consent_that_runs_out_takes_the_question_back(asked: House):
    asked.send()
    asked.clock.to(datetime(2026, 3, 9, 12, tzinfo=UTC))
    asked.tick()
    assert asked.items("confirm-transfer") == []
    assert any(FALLEN in read.body.text.split("\r\n") for read in asked.sent())


def test_another_scope_leaves_the_question_open(asked: House):
    asked.send()
    withdraw(asked, ("coordinator",))
    assert len(asked.items("confirm-transfer")) == 1


def test_a_yes_of_who_consent_never_named_is_refused_until_the_patient_says_yes(alvdal: House):
    only = TO_ALL | {"recipients": ["st-olavs-fmr"]}
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": only})
    alvdal.post("ip.plan.transferred", **NAMED, step="requested")
    with pytest.raises(EventError) as caught:
        accept(alvdal)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E101", 409)
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.consent.given", **OURS, consent=TO_ALL)
    accept(alvdal)
    assert author(alvdal) == naming.unit_id("storvik-nord")


def test_a_draft_begun_in_the_municipalitys_name_goes_back_to_who_began_it(hospital: House):
    hospital.need()
    hospital.send()
    hospital.clock.advance(minutes=5)
    ours = {"source": "urn:her:90998"}
    hospital.post(
        "ip.plan.created", **ours, continues=None, plan=PLAN | {"consent": TO_ALL, "status": "draft"}
    )
    hospital.send()
    hospital.clock.advance(minutes=5)
    said = {"scopes": ["plan-share"], "recipients": None, "date": "2026-03-04"}
    hospital.post("ip.consent.withdrawn", **ours, **said)
    assert author(hospital) == naming.unit_id("st-olavs-fmr")
    (read,) = [r for r in hospital.sent() if FALLEN in r.body.text.split("\r\n")]
    (plan,) = hospital.case().of("CarePlan")
    assert planview.state(hospital.case(), plan) == "draft"
    assert read.body.text.startswith("SAMTYKKE")
    with pytest.raises(EventError) as caught:
        accept(hospital, **OURS)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)


# ── whether a patient who has moved is taken over ──

HERE: Final = GIVEN | {"recipients": ["coordinating-unit", "gammeldal-saksbehandling"]}


@pytest.fixture
def moved(hospital: House) -> House:
    """Return a hospital that has asked the new municipality to take a patient over who has a coordinator."""
    hospital.need(consent=HERE)
    hospital.send()
    hospital.clock.advance(hours=1)
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    hospital.send()
    hospital.clock.advance(hours=1)
    place = {"from": {"code": "3428"}, "to": {"code": "9901"}}
    hospital.post("ip.patient.moved", patient=living_in("9901"), movedOn="2026-03-04", consent=HERE, **place)
    hospital.clock.advance(hours=1)
    return hospital


def end(house: House, **more: Any) -> Any:
    said = {"scopes": ["coordinator", "plan-create"], "recipients": None, "date": "2026-03-04"} | more
    return house.post("ip.consent.withdrawn", patient=living_in("9901"), **said)


@pytest.mark.parametrize("recipients", [None, ["gammeldal-saksbehandling"]])
def test_who_was_asked_to_take_a_patient_over_hears_that_it_is_not_asked_any_more(
    moved: House, recipients: list[str] | None
):
    question = moved.send()
    end(moved, recipients=recipients)
    told = {r.head.receiver.her_ids[1]: r.body for r in moved.sent()}
    lines = told["5101"].questions[0].text.split("\r\n")
    assert "SAMTYKKE TRUKKET" in lines
    assert "Resultat: Spørsmålet om å overta er falt bort. Dere trenger ikke svare" in lines
    for document in question:
        if kith.read(document).head.receiver.her_ids[1] == "5101":
            moved.receive(otherside.reply(document, "Svar: Godtatt"))
    assert len(moved.items("transfer")) == 1  # a person follows the move: nobody has taken over
    assert len(moved.items("read-answer")) == 1


def test_a_question_of_a_move_that_has_not_left_is_stopped(moved: House):
    end(moved)
    assert "5101" not in {r.head.receiver.her_ids[1] for r in moved.sent()}


def test_a_question_of_a_move_falls_once(moved: House):
    moved.send()
    end(moved)
    moved.send()
    moved.clock.advance(hours=1)
    moved.post(
        "ip.consent.limited",
        patient=living_in("9901"),
        excluded=["gp"],
        topics=None,
        lifted=None,
        date="2026-03-04",
    )
    assert moved.send() == []
