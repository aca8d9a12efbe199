"""Who got a need and has left the address book cannot be told of what takes it back: a person is asked to. E08, E09, E15, E66."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from adapter.events import schemas
from adapter.fhir import urls
from adapter.mappings import unlisted, views
from tests.books import ALVDAL
from tests.house import GIVEN, LINE, START, House, Reply
from tests.houses import Build
from tests.mappings.test_members import added
from tests.mappings.test_passed_on import ELSEWHERE, NAV, UNIT

DAY = "2026-03-10"
ALL: dict[str, dict[str, Any]] = {
    "ip.need.declined-by-patient": {"scope": None, "date": DAY},
    "ip.need.withdrawn": {"scope": None},
    "ip.consent.withdrawn": {"scopes": ["coordinator", "plan-create"], "recipients": None, "date": DAY},
    "ip.need.entered-in-error": {},
}


@pytest.fixture
def left(build: Build) -> tuple[House, str, str]:
    """Return a hospital, a need that reached its receiver before that one's row ended, and the message that brought it."""
    house = build(of={"rows": {"alvdal-saksbehandling": {"valid_to": date(2026, 3, 5)}}})
    told = house.need()
    house.send()
    house.clock.to(START + timedelta(days=6))
    return house, told.case["meldeId"], told.message_to("5079")["id"]


def _asked(house: House, type_: str) -> list[Any]:
    """Return the messages of whose receivers a person is asked to tell of this."""
    items = [t for t in house.items("review") if t.get("description") == unlisted.TEXTS[type_]]
    return [views.input_of(t, "evidence") for t in items]


def _post(house: House, type_: str, melde_id: str) -> Reply:
    more = {} if type_ == "ip.consent.withdrawn" else {"continues": {"meldeId": melde_id}}
    return house.post(type_, **ALL[type_], **more)


@pytest.mark.parametrize("type_", ALL)
def test_a_person_tells_who_has_left_the_address_book(left: tuple[House, str, str], type_: str):
    house, melde_id, message = left
    told = _post(house, type_, melde_id)
    assert told.messages == []
    assert _asked(house, type_) == [message]


@pytest.mark.parametrize("type_", ALL)
def test_who_is_in_the_book_is_told_by_the_message_alone(hospital: House, type_: str):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.to(START + timedelta(days=6))
    told = _post(hospital, type_, melde_id)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert _asked(hospital, type_) == []


def test_a_withdrawal_told_again_asks_no_second_time_while_the_first_is_open(left: tuple[House, str, str]):
    house, melde_id, message = left
    _post(house, "ip.consent.withdrawn", melde_id)
    _post(house, "ip.consent.withdrawn", melde_id)
    assert _asked(house, "ip.consent.withdrawn") == [message]


def test_a_withdrawal_from_somebody_else_asks_nobody(left: tuple[House, str, str]):
    house, _, _ = left
    house.post("ip.consent.withdrawn", scopes=["coordinator"], recipients=["gp"], date=DAY)
    assert _asked(house, "ip.consent.withdrawn") == []


def test_one_who_never_got_the_need_is_not_to_be_told(build: Build):
    house = build(of={"rows": {"alvdal-saksbehandling": {"valid_to": date(2026, 3, 5)}}})
    melde_id = house.need().case["meldeId"]
    house.clock.to(START + timedelta(days=6))
    _post(house, "ip.need.withdrawn", melde_id)
    assert _asked(house, "ip.need.withdrawn") == []
    assert not [t for t in house.case().of("Task") if views.code_of(t.get("code"), urls.TASK_KIND) == "route"]


def test_what_an_outside_party_takes_back_a_person_tells_who_is_asked_then(build: Build):
    house = build(of={"rows": {"storvik-nord": {"valid_to": date(2026, 3, 5)}}})
    melde_id = house.need(needs=["coordinator"], **NAV).case["meldeId"]
    house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE, **UNIT)
    house.send()
    house.clock.to(START + timedelta(days=6))
    taken_back = {"continues": {"meldeId": melde_id}, "scope": None}
    house.post("ip.need.withdrawn", **taken_back, **{k: v for k, v in NAV.items() if k != "legalBasis"})
    assert [views.input_of(t, "event") for t in house.items("review")] == ["ip.need.withdrawn"]
    assert _asked(house, "ip.need.withdrawn") == []
    house.post("ip.need.withdrawn", **taken_back, **UNIT)
    assert len(_asked(house, "ip.need.withdrawn")) == 1


# ── a coordinator, a death, a no in another event: decision 168 ──


def _items(house: House, text: str) -> list[Any]:
    return [views.input_of(t, "evidence") for t in house.items("review") if t.get("description") == text]


@pytest.fixture
def knowing(build: Build) -> tuple[House, str, str]:
    """Return a hospital, its coordinator whom the municipality knew of before its row ended, and the message that told of it."""
    house = build(of={"rows": {"alvdal-saksbehandling": {"valid_to": date(2026, 3, 5)}}})
    house.need()
    house.send()
    told = house.post("ip.hospital-coordinator.appointed", expectedUntil=None, **{"from": "2026-03-04"})
    house.send()
    house.clock.to(START + timedelta(days=6))
    return house, told.case["assignmentId"], told.message_to("5079")["id"]


OURS: dict[str, Any] = {"source": "urn:her:90998"}
OTHER: dict[str, Any] = schemas.example("ip.hospital-coordinator.appointed")["data"]["person"] | {
    "name": {"family": "Berg", "given": "Ola"},
    "hpr": "9144897",
}
ENDS: dict[str, dict[str, Any]] = {
    "ip.coordinator.replaced": {"from": "2026-03-11", "person": OTHER},
    "ip.coordinator.ended": {"until": DAY},
    "ip.hospital-participation.ended": {"until": DAY},
}


@pytest.mark.parametrize("type_", ENDS)
def test_a_person_tells_who_knew_the_coordinator_and_has_left(knowing: tuple[House, str, str], type_: str):
    house, id_, message = knowing
    house.post(type_, continues={"assignmentId": id_}, **OURS, **ENDS[type_])
    assert _asked(house, type_) == [message]


def test_nobody_is_asked_to_tell_what_consent_covers_no_more(knowing: tuple[House, str, str]):
    house, id_, _ = knowing
    house.post("ip.consent.withdrawn", scopes=["coordinator"], recipients=None, date=DAY)
    house.clock.advance(hours=1)
    house.post("ip.coordinator.ended", continues={"assignmentId": id_}, **OURS, until=DAY)
    assert _asked(house, "ip.coordinator.ended") == []


@pytest.mark.parametrize("source", ["urn:her:90998", "urn:her:5078"])
def test_a_person_tells_of_a_death(knowing: tuple[House, str, str], source: str):
    house, _, message = knowing
    house.post("ip.patient.deceased", diedOn=DAY, source=source)
    house.post("ip.patient.deceased", diedOn=DAY, **OURS)
    assert _asked(house, "ip.patient.deceased") == [message]
    house.post("ip.patient.deceased", diedOn=DAY, enteredInError=True, **OURS)
    assert _asked(house, "ip.patient.deceased") == []


def test_a_person_tells_that_there_was_no_death(build: Build):
    house = build(of={"rows": {"alvdal-saksbehandling": {"valid_to": date(2026, 3, 5)}}})
    house.need()
    house.send()
    told = house.post("ip.patient.deceased", diedOn="2026-03-04", **OURS)
    house.send()
    house.clock.to(START + timedelta(days=6))
    house.post("ip.patient.deceased", diedOn="2026-03-04", enteredInError=True, **OURS)
    assert _items(house, unlisted.LIVES) == [told.message_to("5079")["id"]]


def test_a_person_tells_of_a_refusal_in_another_event(left: tuple[House, str, str]):
    house, _, message = left
    no = {"status": "refused", "scopes": [], "givenBy": "patient", "method": "oral", "date": DAY}
    house.need(consent=no)
    assert _asked(house, "ip.consent.withdrawn") == [message]


def test_a_person_tells_who_reported_and_has_left(build: Build):
    """Who reported is covered by the consent that it reported under, as where it can be reached."""
    hospital = build()
    hospital.need()
    (document,) = hospital.send()
    house = build(of={"home": ALVDAL, "rows": {"st-olavs-fmr": {"valid_to": date(2026, 3, 5)}}})
    house.receive(document)
    melde_id = next(m.melde_id for m in house.messages() if m.melde_id)
    told = house.post("ip.coordinator.appointed", continues={"meldeId": melde_id}, **{"from": "2026-03-04"})
    house.send()
    house.clock.to(START + timedelta(days=6))
    house.post(
        "ip.coordinator.ended",
        continues={"assignmentId": told.case["assignmentId"]},
        until=DAY,
        reasonCode="other",
    )
    assert _asked(house, "ip.coordinator.ended") == [told.message_to("90998")["id"]]


# ── told outside a need ──

GIVEN_TO_GP: dict[str, Any] = {"recipients": ["coordinating-unit", "gp"]}
DOCTOR = LINE | {"gp": {"herId": "258521"}}


def _outside(house: House) -> list[str | None]:
    """Return the receivers of whom a person is asked to tell that a consent is withdrawn, in the order of their keys."""
    items = [t for t in house.items("review") if t.get("description") == unlisted.OUTSIDE]
    return sorted(str(house.message(str(views.input_of(t, "evidence"))).receiver_key) for t in items)


def _withdrawn(house: House, *recipients: str, scope: str = "coordinator") -> Reply:
    return house.post("ip.consent.withdrawn", scopes=[scope], recipients=list(recipients) or None, date=DAY)


@pytest.fixture
def named(build: Build) -> House:
    """Return a hospital whose coordinator the municipality and the GP were told of, before both rows ended."""
    ended = {"valid_to": date(2026, 3, 5)}
    house = build(of={"rows": {"alvdal-saksbehandling": ended, "kattskinnet-lin": ended}})
    house.post("ip.consent.given", patient=DOCTOR, consent=GIVEN | GIVEN_TO_GP | {"scopes": ["coordinator"]})
    house.post("ip.hospital-coordinator.appointed", patient=DOCTOR, continues=None, **{"from": "2026-03-04"})
    assert len(house.send()) == 2
    house.clock.to(START + timedelta(days=6))
    return house


@pytest.mark.parametrize(
    ("recipients", "asked"),
    [
        ((), ["alvdal-saksbehandling", "kattskinnet-lin"]),
        (("gp",), ["kattskinnet-lin"]),
        (("coordinating-unit",), ["alvdal-saksbehandling"]),
        (("alvdal-saksbehandling",), ["alvdal-saksbehandling"]),
    ],
)
def test_who_was_told_outside_a_need_and_has_left_the_book_is_for_a_person_to_tell(
    named: House, recipients: tuple[str, ...], asked: list[str]
):
    assert _withdrawn(named, *recipients).messages == []
    assert _outside(named) == asked


def test_what_rests_on_another_scope_asks_nobody(named: House):
    _withdrawn(named, scope="plan-share")
    assert _outside(named) == []


def test_an_agency_that_only_a_letter_reached_is_for_a_person_to_tell_too(alvdal: House):
    """The address book never had it: no letter can be written to it by itself."""
    (letter,) = added(alvdal).messages
    at = alvdal.clock.now.isoformat()
    alvdal.post("ip.manual-fallback.recorded", source="urn:her:5079", messageId=letter["id"], at=at)
    alvdal.clock.to(START + timedelta(days=6))
    alvdal.post(
        "ip.consent.withdrawn", source="urn:her:5079", scopes=["other-sectors"], recipients=None, date=DAY
    )
    assert _outside(alvdal) == ["nav-tynset"]
