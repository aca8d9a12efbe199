"""The address book turns over while a need waits: it goes to who serves the place now, and never nowhere. R02; message-rules.md."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapter.mappings import views
from tests.books import NYDAL
from tests.house import GIVEN, LINE, Clock, House, Reply
from tests.houses import Build

TURN = "2026-03-06"
BEFORE = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
AFTER = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
NOT_ASKED = GIVEN | {"status": "not-asked", "scopes": []}
GIVEN_THEN = GIVEN | {"date": "2026-03-06"}
NEW = "5979"
"""HER-id of the unit that serves the place after the turn."""


def _house(build: Build, *, served: bool, routing: str = "direct_with_copy_to_ke") -> House:
    rows: dict[str, Any] = {"st-olavs-fmr": {"routing": routing}}
    change = {"turn": TURN} if served else {}
    if not served:
        rows["alvdal-saksbehandling"] = {"valid_to": date(2026, 3, 5)}
    return build(of={"rows": rows, **change}, clock=Clock(BEFORE))


@pytest.fixture
def served(build: Build) -> House:
    """Return a hospital whose municipality is followed by another."""
    return _house(build, served=True)


@pytest.fixture
def unserved(build: Build) -> House:
    """Return a hospital whose municipality is followed by nobody."""
    return _house(build, served=False)


def _held(build: Build, *, served: bool) -> tuple[House, str]:
    house = _house(build, served=served, routing="ke_then_municipality")
    told = house.need()
    assert [m["state"] for m in told.messages] == ["held"]
    house.clock.to(AFTER)
    return house, told.case["meldeId"]


def _owners(house: House) -> set[str]:
    case = house.case()
    assert all(n.request["performer"] == [n.task["owner"]] for n in views.open_needs(case))
    found = (house.services.book().by_organisation(n.owner) for n in views.open_needs(case))
    return {party.key if party else "" for party in found}


def _goes(told: Reply) -> list[str]:
    """Return where what the event lets go is sent."""
    return [m["receiver"]["herId"] for m in told.messages if m["state"] != "buried"]


def _business(house: House) -> set[str]:
    return {s.business for s in house.needs().values()}


# ── somebody serves the place ──


def test_a_need_held_for_the_unit_is_released_to_who_serves_the_place_now(build: Build):
    house, _ = _held(build, served=True)
    house.tick()
    (read,) = house.sent()
    assert read.head.receiver.her_ids[1] == NEW
    assert (_owners(house), _business(house)) == ({NYDAL}, {"sent"})
    assert {"receipt", "reply"} <= house.clocks().keys()
    assert house.items("route") == []


def test_a_unit_that_releases_it_sends_it_there_too(build: Build):
    house, melde_id = _held(build, served=True)
    told = house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert (told.body["status"], _goes(told)) == ("accepted", [NEW])


def test_a_need_that_waited_for_consent_goes_there(served: House):
    served.need(consent=NOT_ASKED)
    served.clock.to(AFTER)
    told = served.post("ip.consent.given", consent=GIVEN_THEN)
    assert (told.body["status"], _goes(told)) == ("accepted", [NEW])
    assert told.body["warnings"] == []
    assert _owners(served) == {NYDAL}


def test_reported_again_after_the_turn_it_is_one_need_at_who_serves_the_place(build: Build):
    house, _ = _held(build, served=True)
    told = house.need(consent=GIVEN_THEN)
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E027", "IPK-E027"]
    assert (len(house.case().of("ServiceRequest")), _owners(house)) == (2, {NYDAL})


def test_a_need_that_its_receiver_knows_stays_there(served: House):
    served.need()
    served.send()
    served.clock.to(AFTER)
    served.post("ip.patient.admitted")
    assert _owners(served) == {""}


# ── nobody serves it ──


def test_a_need_held_for_the_unit_is_the_units_to_route_where_nobody_serves_the_place(build: Build):
    house, melde_id = _held(build, served=False)
    house.tick()
    assert (house.send(), _business(house)) == ([], {"reported"})
    (item,) = house.items("route")
    assert (item["groupIdentifier"]["value"], _owners(house)) == (melde_id, {"st-olavs-ke"})
    assert "reply" in house.clocks()


def test_a_unit_that_releases_it_is_told_that_it_goes_to_nobody(build: Build):
    house, melde_id = _held(build, served=False)
    told = house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert (told.body["status"], _goes(told)) == ("unrouted", [])
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-R002"]
    assert len(house.items("route")) == 1


def test_a_unit_that_names_who_shall_have_it_has_nothing_to_route(build: Build):
    house, melde_id = _held(build, served=False)
    told = house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "storvik-nord"})
    assert (told.body["status"], _goes(told)) == ("accepted", ["5111"])
    assert house.items("route") == []


def test_a_consent_given_then_opens_what_goes_to_nobody(unserved: House):
    unserved.need(consent=NOT_ASKED)
    unserved.clock.to(AFTER)
    told = unserved.post("ip.consent.given", consent=GIVEN_THEN)
    assert (told.body["status"], _goes(told)) == ("unrouted", [])
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-R002"]
    assert (len(unserved.items("route")), _business(unserved)) == (1, {"reported"})


def test_a_need_withdrawn_then_leaves_nothing_to_route(build: Build):
    house, melde_id = _held(build, served=False)
    told = house.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    assert (told.body["status"], house.items("route"), house.send()) == ("recorded", [], [])
    assert house.clocks() == {}


# ── what the new receiver may know ──


def test_a_consent_that_names_the_old_receiver_by_its_key_is_asked_for_again(build: Build):
    house = _house(build, served=True, routing="ke_then_municipality")
    house.need(consent=GIVEN | {"recipients": ["alvdal-saksbehandling"]})
    house.clock.to(AFTER)
    house.tick()
    assert (house.send(), _business(house), _owners(house)) == ([], {"consent-pending"}, {NYDAL})
    assert "consent" in house.clocks()


def test_of_a_strictly_protected_address_no_place_is_known_and_a_person_finds_the_receiver(build: Build):
    house = _house(build, served=True, routing="ke_then_municipality")
    house.need(patient=LINE | {"protectedAddress": "strictly-confidential"})
    house.clock.to(AFTER)
    house.tick()
    assert house.send() == []
    assert (len(house.items("route")), _owners(house)) == (1, {"st-olavs-ke"})
