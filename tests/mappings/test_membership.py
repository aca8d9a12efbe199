"""What a team about a child to come is shown of: to those with a part in that matter, not in another. pbrl § 2-5 c; pjl § 22."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from adapter.events import schemas
from adapter.fhir import needs
from adapter.mappings import membership, views
from tests.house import GIVEN, LINE, House

GUNN = copy.deepcopy(schemas.example("ip.coordinator.appointed")["data"]["person"])
NAMED = {**GIVEN, "scopes": ["coordinator", "plan-create", "plan-share"],
         "recipients": ["coordinating-unit", "st-olavs-fmr"]}  # fmt: skip
EXPECTING = LINE | {"expectedChild": True}


def reported(hospital: House, alvdal: House, **need: Any) -> None:
    """Report a need from the hospital and receive it in the municipality."""
    hospital.need(**need)
    for document in hospital.send():
        alvdal.receive(document)
    alvdal.send()


def sees(house: House) -> set[str]:
    """Return the types that the hospital may pull."""
    services = house.services
    book = services.book()
    party = book.by_key("st-olavs-fmr")
    assert party is not None
    types = (*membership.OF_TEAM, "ServiceRequest", "Patient")
    on = services.clock().date()
    return {type_ for type_ in types if membership.shown(house.case(), party, book, type_=type_, on=on)}


def test_a_reporter_of_another_need_is_not_shown_the_team_of_a_child_to_come(hospital: House, alvdal: House):
    reported(hospital, alvdal)
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.consent.given", source="urn:her:5079", consent=NAMED, continues=None)
    assert sees(alvdal) == {*membership.OF_TEAM, "ServiceRequest", "Patient"}
    alvdal.post("ip.child-coordinator.appointed", patient=EXPECTING, continues=None, person=GUNN,
                **{"from": "2026-03-04"})  # fmt: skip
    assert sees(alvdal) == {"ServiceRequest", "Patient"}


def test_who_reported_the_need_of_the_child_to_come_is_shown_its_team(hospital: House, alvdal: House):
    asked = {**GIVEN, "scopes": ["coordinator"]}
    reported(hospital, alvdal, needs=["child-coordinator"], consent=asked, patient=EXPECTING)
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.consent.given", source="urn:her:5079", consent=NAMED, continues=None)
    alvdal.post("ip.child-coordinator.appointed", patient=EXPECTING, continues=None, person=GUNN,
                **{"from": "2026-03-04"})  # fmt: skip
    assert sees(alvdal) == {*membership.OF_TEAM, "ServiceRequest", "Patient"}


@pytest.mark.parametrize(
    ("before", "seen"),
    [(("reported", "queued"), False), (("queued", "sent"), True), (("consent-pending",), False)],
)
def test_a_withdrawn_need_is_shown_to_whom_it_had_reached(
    hospital: House,
    before: tuple[str, ...],
    seen: bool,  # noqa: FBT001 (a row of the table)
):
    """ADR 150: an earlier version of its Task says so; the other need keeps the party a member."""
    hospital.need(needs=["habilitation", "coordinator"])
    case, book = hospital.case(), hospital.services.book()
    party = book.by_key("alvdal-saksbehandling")
    assert party is not None
    need = next(n for n in views.needs(case) if n.kind == "habilitation")

    def task(state: str) -> dict[str, Any]:
        return needs.moved(need.task, modified=case.now, state=state)

    gone = replace(case, resources={**case.resources, f"Task/{need.task['id']}": task("withdrawn")})
    shown = [
        membership.shown(gone, party, book, type_=said["resourceType"], on=case.now.date(), said=said,
                         earlier=lambda _: map(task, before))
        for said in (need.request, need.task)
    ]  # fmt: skip
    assert shown == [seen, seen]
