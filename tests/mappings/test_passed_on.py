"""A need that somebody outside reported and we passed on: who reported is answered as before. E02, E06, E07; ADR 132."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapter.errors import EventError
from adapter.ingest.gathering import clock_party
from tests.house import HANDLER, LINE, House

NAV = {
    "source": "urn:orgnr:310001082",
    "author": {
        "kind": "other-sector",
        "name": {"family": "Arbeid", "given": "Vera"},
        "phone": "+4755553333",
    },
    "department": None,
    "legalBasis": "consent",
}
UNIT = {"source": "urn:her:91990", "author": HANDLER, "department": None}
YES = {"scope": ["coordinator"], "responsible": {"name": "Alvdal kommune"}}
NO = {"scope": ["coordinator"], "reasonCode": "other-level", "text": None}
ELSEWHERE = {"key": "storvik-nord"}


def reported(hospital: House) -> str:
    return str(hospital.need(needs=["coordinator"], **NAV).case["meldeId"])


def letters(told: object) -> list[str]:
    return sorted(m["receiver"]["name"] for m in told.messages if m["type"] == "LETTER")  # type: ignore[attr-defined]


@pytest.mark.parametrize("to", [None, ELSEWHERE])
@pytest.mark.parametrize(("type_", "says"), [("ip.need.accepted", YES), ("ip.need.declined", NO)])
def test_who_reported_hears_of_the_answer_wherever_the_need_was_passed_on(
    hospital: House, to: dict[str, str] | None, type_: str, says: dict[str, object]
):
    melde_id = reported(hospital)
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=to, **UNIT)
    told = hospital.post(type_, continues={"meldeId": melde_id}, **says, **UNIT)
    assert "NAV Alvdal" in letters(told)


def test_who_reported_is_told_that_the_need_went_elsewhere_and_may_still_take_it_back(hospital: House):
    melde_id = reported(hospital)
    told = hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE, **UNIT)
    assert letters(told) == ["NAV Alvdal"]
    hospital.post(
        "ip.need.withdrawn",
        continues={"meldeId": melde_id},
        scope=None,
        reasonCode="no-longer-relevant",
        **{k: v for k, v in NAV.items() if k != "legalBasis"},
    )
    assert hospital.needs()["coordinator"].request == "revoked"


def test_a_clock_of_what_was_passed_on_is_that_of_who_passed_it_on(hospital: House):
    """The reporter's organisation is not home, and can remind nobody."""
    melde_id = reported(hospital)
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE, **UNIT)
    watched: Any = SimpleNamespace(data=SimpleNamespace(subject=f"need/{melde_id}"))
    acting = clock_party(hospital.services.book(), hospital.case(), watched)
    assert acting is not None
    assert acting.home


@pytest.mark.parametrize(("type_", "says"), [("ip.need.accepted", YES), ("ip.need.declined", NO)])
def test_an_answer_that_a_platform_posted_is_told_on_by_a_person_once(
    hospital: House, type_: str, says: dict[str, object]
):
    melde_id = reported(hospital)
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None, **UNIT)
    theirs = {"source": "urn:her:5079", "author": HANDLER, "department": None}
    posted = hospital.post(type_, continues={"meldeId": melde_id}, **says, **theirs)
    assert posted.messages == []
    (item,) = hospital.items("read-answer")
    before = hospital.needs()
    told = hospital.post(type_, continues={"meldeId": melde_id}, **says, **UNIT)
    assert "NAV Alvdal" in letters(told)
    assert hospital.needs() == before
    assert hospital.items("read-answer") == []
    assert item["status"] == "requested"
    with pytest.raises(EventError) as again:
        hospital.post(type_, continues={"meldeId": melde_id}, **says, **UNIT)
    assert again.value.code == "IPK-E013"


DOCTOR = {
    "source": "urn:her:258521",
    "author": {
        "kind": "health-personnel",
        "hpr": "9144889",
        "name": {"family": "Lin", "given": "Rita"},
        "profession": "LE",
        "phone": "+4773598600",
    },
    "department": None,
}
SAID = "Lønnet arbeid er avklart med arbeidsgiver."


@pytest.fixture
def asked(hospital: House) -> dict[str, str]:
    """Return a need that a GP reported, the unit passed on, and the municipality's platform has asked something about."""
    which = {"meldeId": hospital.need(needs=["coordinator"], **DOCTOR).case["meldeId"]}
    hospital.post("ip.need.forwarded", continues=which, to={"key": "alvdal-saksbehandling"}, **UNIT)
    theirs = {"source": "urn:her:5079", "author": HANDLER, "department": None}
    hospital.post("ip.need.info-requested", continues=which, **theirs)
    hospital.send()
    return which


def test_what_who_reported_answers_is_told_on_to_who_asked_by_the_own_unit_once(
    hospital: House, asked: dict[str, str]
):
    assert hospital.post("ip.need.info-supplied", continues=asked, text=SAID, **DOCTOR).messages == []
    (item,) = [t for t in hospital.items("review") if "requester" in t]
    unit = hospital.services.book().by_key("st-olavs-ke")
    assert unit is not None
    assert item["owner"]["reference"] == f"Organization/{unit.organisation_id}"
    assert "send svaret videre" in item["description"]
    (heard,) = [
        r for r in hospital.current() if f"{r['resourceType']}/{r['id']}" == item["focus"]["reference"]
    ]
    assert heard["payload"] == [{"contentString": SAID}]
    before = hospital.needs()
    told = hospital.post("ip.need.info-supplied", continues=asked, text=SAID, **UNIT)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert hospital.needs() == before
    assert [t for t in hospital.items("review") if "requester" in t] == []
    with pytest.raises(EventError) as again:
        hospital.post("ip.need.info-supplied", continues=asked, text=SAID, **UNIT)
    assert again.value.code == "IPK-E013"


def test_the_own_unit_may_answer_for_who_reported(hospital: House, asked: dict[str, str]):
    told = hospital.post("ip.need.info-supplied", continues=asked, text=SAID, **UNIT)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert {s.business for s in hospital.needs().values()} == {"under-assessment"}


def test_an_answer_to_our_own_need_needs_no_person(hospital: House):
    melde_id = hospital.need(needs=["coordinator"]).case["meldeId"]
    hospital.post(
        "ip.need.accepted",
        continues={"meldeId": melde_id},
        source="urn:her:5079",
        author=HANDLER,
        department=None,
        **YES,
    )
    assert hospital.items("read-answer") == []


# ── N6: nobody gets the same need again ──────────────────────────────────────────────────────────────────────────────


def test_a_party_that_has_the_need_does_not_get_it_again(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    with pytest.raises(EventError) as refused:
        hospital.post(
            "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "alvdal-saksbehandling"}, **UNIT
        )
    assert (refused.value.code, refused.value.row.http) == ("IPK-E013", 409)
    assert "ip.need.withdrawn" in refused.value.allowed
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE, **UNIT)
    hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "alvdal-saksbehandling"}, **UNIT
    )
    assert len([t for t in hospital.case().of("Task") if t["status"] == "requested"]) >= 1


def test_of_two_kinds_only_the_one_it_does_not_have_goes(hospital: House):
    told = hospital.need()
    melde_id = told.case["meldeId"]
    (first,) = [n["needId"] for n in told.case["needs"] if n["kind"] == "coordinator"]
    hospital.post("ip.need.forwarded", continues={"needId": first}, to=ELSEWHERE, **UNIT)
    tasks = {t["id"] for t in hospital.case().of("Task")}
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE, **UNIT)
    fresh = [t for t in hospital.case().of("Task") if t["id"] not in tasks]
    assert len(fresh) == 1


def test_what_waits_for_the_unit_is_released_where_it_names_the_party_that_is_to_have_it(hospital: House):
    melde_id = reported(hospital)
    told = hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "alvdal-saksbehandling"}, **UNIT
    )
    assert told.message_to("5079")
    assert LINE["municipality"] == {"code": "3428"}
