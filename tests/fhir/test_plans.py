"""The nine items are computed; an appointment says when, or is proposed."""

from __future__ import annotations

import pytest

from adapter.errors import FhirError
from adapter.fhir import consents, nine, plans, teams
from tests.fhir import samples


def test_a_bare_draft_answers_none_of_the_nine_items() -> None:
    assert nine.missing_items(samples.plan_resources()[1], None) == tuple(nine.NINE)


def test_a_full_plan_answers_all_nine_items() -> None:
    plan, team = samples.plan_resources()[0], samples.team_resources()[2]
    activities = samples.activity_resources()
    told = [*activities[:3], activities[-1]]
    assert nine.missing_items(plan, team, activities=told, consents=samples.consent_resources()[:1]) == ()


def test_every_item_says_why_it_matters_in_both_languages() -> None:
    assert set(nine.WHY) == set(nine.NINE)
    for key in nine.NINE:
        number, nb, en = nine.hint(key)
        assert (number, nb, en) == (nine.NINE[key][0], f"{nine.NINE[key][1]}: {nine.WHY[key][0]}",
                                    f"{nine.NINE[key][2]}: {nine.WHY[key][1]}")  # fmt: skip


def test_a_minimum_plan_has_goals_participants_coordinator_and_consent() -> None:
    assert nine.is_minimum(("measures", "period"))
    assert not any(nine.is_minimum((key,)) for key in ("goals", "participants", "coordinator", "consent"))
    assert [i.key for i in nine.items(("goals",)) if not i.complete] == ["goals"]


def test_two_main_coordinators_are_as_good_as_none() -> None:
    team = teams.added(
        samples.team_resources()[2], teams.participant(member=samples.KOMAN, role="kontaktlege", main=True)
    )
    found = nine.missing_items(samples.plan_resources()[0], team)
    assert "coordinator" in found


def test_a_refused_consent_is_no_consent() -> None:
    refused = consents.consent(id_="c", patient=samples.PATIENT, status="refused")
    assert "consent" in nine.missing_items(samples.plan_resources()[0], None, consents=[refused])


def test_a_period_without_an_evaluation_is_not_answered() -> None:
    assert "period" in nine.missing_items(samples.plan_resources()[0], None)


def test_the_items_are_numbered_one_to_nine() -> None:
    assert [number for number, _, _ in nine.NINE.values()] == list(range(1, 10))


def test_a_booked_appointment_without_a_time_is_refused() -> None:
    with pytest.raises(FhirError, match="IPK-F009"):
        plans.activity("appointment", id_="a", patient=samples.PATIENT, title="Møte", status="booked")


def test_an_appointment_on_a_day_lasts_the_day() -> None:
    made = plans.activity(
        "appointment", id_="a", patient=samples.PATIENT, title="Møte", status="booked", start=samples.DAY
    )
    assert (made["start"], made["end"]) == ("2026-03-04T00:00:00+01:00", "2026-03-04T23:59:59+01:00")
