"""E68: access to the municipality's own platform is asked for, granted and ended; log-in data have no place. events E68."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.errors import EventError, Faults
from tests.house import GIVEN, House

SHARE = GIVEN | {"scopes": ["coordinator", "plan-create", "plan-share"]}


@pytest.fixture
def known(hospital: House) -> House:
    """Return the hospital with a need whose consent lets the plan be shared."""
    hospital.need(consent=SHARE)
    hospital.send()
    return hospital


def ask(house: House, **more: Any) -> Any:
    return house.post("ip.platform-access.requested", **more)


def task(house: House) -> dict[str, Any]:
    (found,) = [
        r for r in house.current()
        if r["resourceType"] == "Task" and r.get("code", {}).get("coding", [{}])[0]["code"] == "platform-access"
    ]  # fmt: skip
    return found


def test_the_municipality_is_asked_with_name_and_address_of_its_own_platform(known: House):
    told = ask(known)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = known.sent()
    lines = read.body.text.split("\r\n")
    assert "Hvem: Rita Lin, Fysikalsk medisin og rehabilitering" in lines
    assert "Plattform: Alvdal plan" in lines
    assert "Adresse: https://plan.alvdal.example/" in lines
    assert "Formål: Koordinator" in lines
    assert "Pålogging: Brukernavn og passord sendes aldri i meldinger" in lines
    assert task(known)["status"] == "requested"


def test_consent_that_does_not_share_the_plan_keeps_the_question_inside(hospital: House):
    hospital.need()
    hospital.send()
    told = ask(hospital)
    assert told.messages == []
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E063"]
    assert task(hospital)["status"] == "requested"


def test_it_is_granted_by_the_municipality_and_ended(known: House):
    ask(known)
    known.post("ip.platform-access.granted", **{"from": "2026-03-05"})
    assert (task(known)["status"], task(known)["executionPeriod"]) == (
        "in-progress",
        {"start": "2026-03-05", "end": "2026-06-30"},
    )
    known.post("ip.platform-access.ended", until="2026-05-01")
    assert (task(known)["status"], task(known)["executionPeriod"]["end"]) == ("completed", "2026-05-01")


@pytest.mark.parametrize(("reason", "status"), [("declined", "rejected"), ("moved", "cancelled")])
def test_what_was_never_granted_ends_as_refused_or_called_off(known: House, reason: str, status: str):
    ask(known)
    known.post("ip.platform-access.ended", until="2026-03-05", reasonCode=reason)
    assert task(known)["status"] == status
    assert "executionPeriod" not in task(known)


def test_the_municipalitys_answer_goes_to_who_asked(alvdal: House, hospital: House):
    hospital.need(consent=SHARE)
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    ask(alvdal)
    told = alvdal.post("ip.platform-access.granted", **{"from": "2026-03-05"})
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = alvdal.sent()
    lines = read.body.text.split("\r\n")
    assert "Hvem: Rita Lin, Fysikalsk medisin og rehabilitering" in lines
    assert "Fra dato: 05.03.2026" in lines
    assert "Til dato: 30.06.2026" in lines


def test_granted_twice_and_asked_twice_are_409(known: House):
    ask(known)
    known.post("ip.platform-access.granted", **{"from": "2026-03-05"})
    for post in (
        lambda: ask(known),
        lambda: known.post("ip.platform-access.granted", **{"from": "2026-03-06"}),
    ):
        with pytest.raises(EventError) as caught:
            post()
        assert (caught.value.code, caught.value.allowed) == ("IPK-E013", ("ip.platform-access.ended",))


def test_what_was_not_asked_for_is_neither_granted_nor_ended(known: House):
    for type_ in ("ip.platform-access.granted", "ip.platform-access.ended"):
        with pytest.raises(EventError) as caught:
            known.post(type_)
        assert (caught.value.code, caught.value.at) == ("IPK-E014", "$.data.access")


def test_a_municipality_without_a_platform_in_the_book_is_not_asked(known: House):
    with pytest.raises(EventError) as caught:
        ask(known, to={"key": "storvik-nord"})
    assert (caught.value.code, caught.value.row.http) == ("IPK-E065", 422)


def test_an_access_does_not_end_before_it_begins(known: House):
    known.clock.to(datetime(2026, 4, 1, 8, 0, tzinfo=UTC))
    ask(known)
    with pytest.raises(Faults) as caught:
        known.post("ip.platform-access.granted", **{"from": "2026-05-01"}, until="2026-04-02")
    assert caught.value.code == "IPK-E010"


@pytest.mark.parametrize("name", ["username", "password", "token"])
def test_log_in_data_have_no_field(known: House, name: str):
    with pytest.raises(Faults) as caught:
        ask(known, **{name: "x"})
    assert [(f.code, f.path) for f in caught.value.faults] == [("IPK-E006", f"$.data.{name}")]


def test_the_task_names_nobody_but_refers_to_who_asks(known: House):
    ask(known)
    found = task(known)
    assert "Lin" not in str(found)
    (person,) = [i["valueReference"]["reference"] for i in found["input"] if i["type"]["text"] == "person"]
    (named,) = [r for r in known.current() if f"{r['resourceType']}/{r['id']}" == person]
    assert named["name"][0]["family"] == "Lin"


# ── consent that is no more ──


def granted(house: House) -> None:
    ask(house)
    house.send()
    house.clock.advance(hours=1)
    house.post(
        "ip.platform-access.granted",
        source="urn:her:5079",
        **{"from": "2026-03-04", "until": "2026-06-30"},
    )
    house.clock.advance(hours=1)


def to_end(house: House) -> list[str]:
    """Return the accesses that a person is asked to end."""
    event = {"type": {"text": "event"}, "valueString": "ip.platform-access.ended"}
    return [t["focus"]["reference"] for t in house.items("review") if event in t.get("input", ())]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("ip.consent.withdrawn", {"scopes": ["plan-share"], "recipients": None, "date": "2026-03-04"}),
        ("ip.consent.withdrawn", {"scopes": ["plan-share"], "recipients": ["alvdal-saksbehandling"], "date": "2026-03-04"}),
        ("ip.consent.limited", {"excluded": ["alvdal-saksbehandling"], "topics": None, "lifted": None, "date": "2026-03-04"}),
    ],
)  # fmt: skip
def test_an_access_that_consent_covers_no_more_is_ended_by_a_person(
    known: House, event: str, said: dict[str, Any]
):
    granted(known)
    known.post(event, **said)
    assert to_end(known) == [f"Task/{task(known)['id']}"]


def test_a_withdrawal_of_something_else_leaves_the_access(known: House):
    granted(known)
    known.post("ip.consent.withdrawn", scopes=["coordinator"], recipients=None, date="2026-03-04")
    assert to_end(known) == []


def test_an_access_outlives_no_consent_that_runs_out(hospital: House):
    hospital.need(consent=SHARE | {"validUntil": "2026-03-08"})
    hospital.send()
    granted(hospital)
    hospital.clock.to(datetime(2026, 3, 9, 12, tzinfo=UTC))
    hospital.tick()
    assert to_end(hospital) == [f"Task/{task(hospital)['id']}"]
