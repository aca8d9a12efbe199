"""A letter that nobody has posted has reached nobody: what stops a message that waits stops it too. E09, E14, E15; decision 120."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.events import schemas
from adapter.mappings import views
from tests.house import GP, LINE, House, State, living_in

BREVVIK = living_in("9902")
BY_NAME = {"name": "NAV Alvdal", "phone": "+4762480099"}


AGENCY = schemas.example("ip.team-member.added")["data"]["consent"] | {"date": "2026-03-04"}


def letter(house: House) -> Any:
    (found,) = [m for m in house.messages(direction="out") if m.type == "LETTER"]
    return found


def posted(house: House) -> None:
    told = house.post(
        "ip.manual-fallback.recorded",
        messageId=letter(house).id,
        how="letter",
        reached=BY_NAME,
        at=house.clock.now.isoformat(),
        patient=None,
    )
    assert told.status == 202


def withdraw(house: House, *scopes: str, **more: Any) -> Any:
    return house.post("ip.consent.withdrawn", scopes=list(scopes), date="2026-03-04", recipients=None, **more)


def gone(house: House, patient: Any = LINE) -> bool:
    """Return whether nothing asks for the letter any more: it is buried, its work item closed, its clock stopped."""
    return (
        letter(house).state == "buried"
        and house.items("manual-fallback", patient) == []
        and not [d for d in house.case(patient).deadlines if d.runs and letter(house).id in d.subject]
    )


@pytest.fixture
def member(hospital: House) -> House:
    """Add somebody of an agency of another sector to the team: a letter waits to be posted."""
    hospital.need()
    hospital.send()
    hospital.post("ip.team-member.added", source="urn:her:90998", **{"consent": AGENCY, "from": "2026-03-04"})
    assert (letter(hospital).state, len(hospital.items("manual-fallback"))) == ("manual", 1)
    return hospital


def test_a_letter_to_an_agency_is_stopped_with_the_consent_it_rests_on_and_nobody_else_hears(member: House):
    told = withdraw(member, "other-sectors")
    assert [(m["receiver"]["name"], m["state"]) for m in told.messages] == [("NAV Alvdal", "buried")]
    assert gone(member)


def test_a_letter_to_who_is_excepted_is_stopped_and_makes_no_second_one(member: House):
    limits = {"excluded": ["nav-alvdal"], "topics": None, "date": "2026-03-04"}
    member.post("ip.consent.limited", **limits)
    assert gone(member)
    assert member.messages(direction="out", state="manual") == ()


@pytest.mark.parametrize("by", ["withdrawn", "excepted"])
def test_a_person_is_asked_to_end_the_participation_that_consent_no_longer_covers(member: House, by: str):
    if by == "withdrawn":
        withdraw(member, "other-sectors")
    else:
        member.post("ip.consent.limited", excluded=["nav-alvdal"], topics=None, date="2026-03-04")
    (item,) = [t for t in member.items("review") if "CareTeam/" in str(t.get("focus"))]
    assert {i["type"]["text"] for i in item["input"]} >= {"event", "assignment"}


def test_a_letter_that_was_posted_is_followed_by_the_word_of_the_withdrawal(member: House):
    posted(member)
    told = withdraw(member, "other-sectors")
    assert [(m["type"], m["receiver"]["name"], m["state"]) for m in told.messages] == [
        ("LETTER", "NAV Alvdal", "manual")
    ]


@pytest.mark.parametrize(
    ("type_", "more", "after"),
    [
        ("withdrawn", {}, State("draft", "consent-pending", "active")),
        ("need", {"reasonCode": "no-longer-relevant"}, State("cancelled", "withdrawn", "revoked")),
        ("declined", {"date": "2026-03-04", "scope": None}, State("cancelled", "declined-by-patient", "revoked")),
        ("limited", {"excluded": ["coordinating-unit"], "topics": None, "date": "2026-03-04"},
         State("draft", "consent-pending", "active")),
    ],
)  # fmt: skip
def test_a_municipality_that_has_got_no_letter_is_told_of_no_withdrawal(
    hospital: House, type_: str, more: dict[str, Any], after: State
):
    told = hospital.need(patient=BREVVIK)
    own = {"patient": BREVVIK, "continues": {"meldeId": told.case["meldeId"]}}
    if type_ == "withdrawn":
        withdraw(hospital, "coordinator", "plan-create", patient=BREVVIK)
    elif type_ == "need":
        hospital.post("ip.need.withdrawn", **own, **more, scope=None)
    elif type_ == "declined":
        hospital.post("ip.need.declined-by-patient", **own, **more)
    else:
        hospital.post("ip.consent.limited", patient=BREVVIK, **more)
    assert gone(hospital, BREVVIK)
    assert set(hospital.needs(BREVVIK).values()) == {after}


def test_a_municipality_that_got_the_letter_is_told(hospital: House):
    hospital.need(patient=BREVVIK)
    posted(hospital)
    told = withdraw(hospital, "coordinator", "plan-create", patient=BREVVIK)
    assert [m["type"] for m in told.messages] == ["LETTER"]


def test_a_notice_that_a_person_should_take_to_a_strict_address_and_has_not_is_no_word_given(hospital: House):
    strict = LINE | {"gp": GP, "protectedAddress": "strictly-confidential"}
    both = {"recipients": ["coordinating-unit", "gp"], "status": "given", "scopes": ["coordinator", "plan-create"],
            "givenBy": "patient", "method": "oral", "date": "2026-03-04"}  # fmt: skip
    need = hospital.need(patient=strict, consent=both)
    assert {m["state"] for m in need.messages} == {"manual"}
    own = {"patient": strict, "continues": {"meldeId": need.case["meldeId"]}}
    hospital.post("ip.need.declined-by-patient", **own, date="2026-03-04", scope=None)
    assert {m.state for m in hospital.messages(direction="out")} == {"buried"}
    assert hospital.items("manual-fallback", strict) == []


def test_who_holds_nothing_that_rests_on_the_scope_is_not_told(hospital: House):
    hospital.need()
    hospital.send()
    assert withdraw(hospital, "other-sectors").messages == []


def test_a_letter_that_was_stopped_and_had_been_posted_is_told_of_and_a_person_tells_the_rest(member: House):
    withdraw(member, "other-sectors")
    assert letter(member).state == "buried"
    posted(member)
    assert letter(member).state == "manual"
    assert any(
        item.get("description", "").startswith("Brevet var postet før det ble stoppet")
        for item in member.items("review")
    )


# ── E31 ──


def removed(house: House) -> Any:
    """End the membership of the one from the agency."""
    house.clock.advance(minutes=5)
    (one,) = [
        a
        for a in house.case().of("PractitionerRole")
        if "2026-03-04" in str(a.get("period")) and "Roland" in str(a)
    ]
    return house.post(
        "ip.team-member.removed",
        source="urn:her:90998",
        continues={"assignmentId": one["id"]},
        until="2026-03-10",
    )


def letters(house: House) -> list[Any]:
    return sorted((m for m in house.messages(direction="out", type="LETTER")), key=lambda m: m.seq)


def test_a_letter_about_a_new_member_that_nobody_posted_is_replaced_when_the_member_leaves(member: House):
    removed(member)
    first, second = letters(member)
    assert (first.state, first.replaced_by, second.state, second.replaces) == (
        "buried", second.id, "manual", first.id,
    )  # fmt: skip
    said = second.body.decode()
    assert "<p>Fra dato: 04.03.2026</p><p>Til dato: 10.03.2026</p>" in said
    (item,) = member.items("manual-fallback")
    assert views.input_of(item, "evidence") == second.id
    assert not [d for d in member.case().deadlines if d.runs and first.id in d.subject]
    assert {r.rule for r in second.why} == {r.rule for r in first.why}


def test_a_letter_that_was_posted_stands_and_a_second_says_the_end(member: House):
    posted(member)
    removed(member)
    first, second = letters(member)
    assert (first.state, first.replaced_by, second.replaces) == ("manual", None, None)
    assert "Fra dato" not in second.body.decode()


def test_who_heard_of_no_member_for_the_letter_was_stopped_hears_of_no_end(member: House):
    withdraw(member, "other-sectors")
    assert removed(member).messages == []
    assert [m.state for m in letters(member)] == ["buried"]
