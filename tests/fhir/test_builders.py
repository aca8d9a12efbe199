"""What every builder makes is R4: by our checks, by fhir.resources and by the independent validator."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.fhir import consents, parts, r4, teams, walk
from adapter.fhir.elements import ORDER
from adapter.timing import OSLO
from tests.fhir import samples, validator


def _name(resource: dict[str, Any]) -> str:
    return str(resource["resourceType"])


@pytest.mark.parametrize("resource", samples.everything(), ids=_name)
def test_every_builder_keeps_bindings_targets_and_invariants(resource: dict[str, Any]) -> None:
    assert walk.check(resource) == ()


@pytest.mark.parametrize("resource", samples.everything(), ids=_name)
def test_every_builder_makes_r4(resource: dict[str, Any]) -> None:
    assert r4.check(resource) == ()


@pytest.mark.parametrize("resource", samples.everything(), ids=_name)
def test_elements_stand_in_the_order_of_r4(resource: dict[str, Any]) -> None:
    rank = ORDER[resource["resourceType"]]
    assert list(resource) == sorted(resource, key=lambda name: rank[name])


@pytest.mark.parametrize("resource", samples.everything(), ids=_name)
def test_no_builder_stamps_versions_or_says_nothing(resource: dict[str, Any]) -> None:
    assert not {"versionId", "lastUpdated"} & resource.get("meta", {}).keys()
    text = json.dumps(resource)
    assert "null" not in text
    assert "[]" not in text
    assert "{}" not in text
    assert '""' not in text


@pytest.mark.node
@pytest.mark.reference
def test_the_independent_validator_finds_no_error(tmp_path: Path) -> None:
    assert validator.errors(samples.everything(), tmp_path) == []


def test_a_her_id_is_never_an_identifier_of_an_organisation() -> None:
    made = [r for r in samples.everything() if r["resourceType"] == "Organization"]
    systems = {i["system"] for r in made for i in r.get("identifier", ())}
    assert systems == {"urn:oid:2.16.578.1.12.4.1.4.101", "urn:oid:2.16.578.1.12.4.1.4.102"}


def test_a_middle_name_is_an_extension_and_no_second_given_name() -> None:
    name = samples.patients()[0]["name"][0]
    assert name["given"] == ["Line"]
    assert name["extension"][0]["valueString"] == "Prøve"


def test_hours_in_words_are_kept_as_words() -> None:
    clock, words = samples.personnel()[2:4]
    assert clock["availableTime"] == [{"availableStartTime": "08:00:00", "availableEndTime": "15:30:00"}]
    assert words["availabilityExceptions"] == "etter avtale"


def test_instants_carry_the_offset_of_norway_summer_and_winter() -> None:
    assert parts.when(samples.AT) == "2026-03-04T10:15:00+01:00"
    assert parts.when(datetime(2026, 7, 1, 8, 0, 0, 5, tzinfo=UTC)) == "2026-07-01T10:00:00+02:00"
    assert parts.when(samples.DAY) == "2026-03-04"


def test_a_consent_gives_back_what_it_was_told() -> None:
    full = samples.consent_resources()[0]
    assert consents.statement(full) == {
        "status": "limited",
        "method": "oral",
        "given_by": "relative",
        "obtained_by": "Magnar Koman",
        "scopes": ("coordinator", "plan-create"),
        "recipients": ("coordinating-unit", "gp"),
        "excluded": ("nav",),
        "date": "2026-03-04",
        "valid_until": "2027-03-04",
    }


@pytest.mark.parametrize("status", consents.STATUS)
def test_every_consent_status_has_its_r4_status_and_comes_back(status: str) -> None:
    made = consents.consent(id_="c", patient=samples.PATIENT, status=status)
    assert made["status"] == consents.STATUS[status]
    assert consents.statement(made)["status"] == status


def test_withdrawing_one_scope_leaves_the_other_active() -> None:
    left = consents.withdrawn(samples.consent_resources()[0], scopes=("coordinator",))
    assert left["status"] == "active"
    assert consents.statement(left)["scopes"] == ("plan-create",)


def test_withdrawing_the_last_scope_ends_the_consent_and_keeps_what_it_was_about() -> None:
    left = consents.withdrawn(
        samples.consent_resources()[0], scopes=("coordinator", "plan-create"), on=samples.LAST
    )
    assert left["status"] == "inactive"
    assert consents.statement(left)["status"] == "withdrawn"
    assert consents.statement(left)["scopes"] == ("coordinator", "plan-create")


def test_a_withdrawn_recipient_keeps_the_others() -> None:
    left = consents.withdrawn(samples.consent_resources()[0], recipients=("gp",))
    assert (left["status"], consents.statement(left)["recipients"]) == ("active", ("coordinating-unit",))


def test_ended_participations_stay_in_the_team() -> None:
    grown, ended = samples.team_resources()[2:4]
    assert len(ended["participant"]) == len(grown["participant"])
    assert [teams.is_main(one) for one in teams.current(ended)].count(True) == 0
    assert [teams.is_main(one) for one in teams.current(ended, on="2026-12-31")].count(True) == 1


def test_the_same_member_in_the_same_role_stands_once() -> None:
    team = samples.team_resources()[2]
    again = teams.added(team, teams.participant(member=samples.KOMAN, role="kontaktlege", start=samples.LAST))
    assert len(again["participant"]) == len(team["participant"])
    assert teams.role_key(again["participant"][-1]) == "kontaktlege"


def test_an_update_never_changes_the_resource_it_came_from() -> None:
    before = samples.team_resources()[2]
    copy = json.dumps(before)
    teams.ended(before, member=samples.ANNA, end=samples.LAST)
    assert json.dumps(before) == copy


def test_of_the_hour_that_comes_twice_each_keeps_its_offset() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    said = [parts.instant(first.replace(fold=fold)) for fold in (0, 1, 0)]
    assert said == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+02:00"]
