"""A rule of the events that a write breaks is told at the element that broke it, contained or not. R4 operationoutcome.html."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web import writes
from tests.web.test_fhir_write_kept import _meeting
from tests.web.test_fhir_write_types import _need
from tests.web.writes import issues, send

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _set(*names: str | int, to: Any) -> Change:
    def change(resource: Any) -> None:
        for name in names[:-1]:
            resource = resource[name]
        resource[names[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (_set("status", to="on-hold"), "IPK-E008", "CarePlan.status"),
        (_set("title", to="x" * 5000), "IPK-E009", "CarePlan.title"),
        (_set("identifier", 0, "value", to="v" * 300), "IPK-E007", "CarePlan.identifier[0].value"),
        (_set("contained", 0, "description", "text", to="y" * 20000), "IPK-E009", "CarePlan.contained[0].description.text"),
        (_set("contained", 1, "code", "text", to="y" * 5000), "IPK-E009", "CarePlan.contained[1].code.text"),
        (_set("contained", 4, "dateTime", to="2030-01-01"), "IPK-C003", "CarePlan.contained[4].dateTime"),
        (_set("contained", 4, "provision", "period", to={"end": "2020-01-01"}), "IPK-E010",
         "CarePlan.contained[4].provision.period.end"),
    ],
)  # fmt: skip
def test_of_a_plan(client: FlaskClient, patient: str, change: Change, code: str, place: str):
    said = writes.plan(patient)
    change(said)
    answer = send(client, "POST", "CarePlan", said)
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (_set("contained", 0, "birthDate", to="2030-01-01"), "IPK-E011", "ServiceRequest.contained[0].birthDate"),
        (_set("contained", 0, "identifier", 0, "value", to="13116900217"), "IPK-P002",
         "ServiceRequest.contained[0].identifier[0].value"),
        (_set("contained", 1, "dateTime", to="2030-01-01"), "IPK-C003", "ServiceRequest.contained[1].dateTime"),
    ],
)  # fmt: skip
def test_of_a_need(client: FlaskClient, change: Change, code: str, place: str):
    said = _need()
    change(said)
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"end": "2026-05-20T09:00:00+02:00"}, "IPK-E010", "Appointment.end"),
        ({"start": "2020-05-20T10:00:00+02:00", "end": "2020-05-20T11:00:00+02:00"}, "IPK-E064", "Appointment.start"),
        ({"comment": "y" * 20000}, "IPK-E009", "Appointment.comment"),
    ],
)  # fmt: skip
def test_of_a_meeting(client: FlaskClient, patient: str, more: dict[str, Any], code: str, place: str):
    answer = send(client, "POST", "Appointment", _meeting(patient, **more))
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])


def test_of_a_goal_and_a_consent_alone(client: FlaskClient, patient: str):
    assert send(client, "POST", "CarePlan", writes.plan(patient)).status_code == 201
    subject = {"reference": f"Patient/{patient}"}
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "y" * 20000},
        "subject": subject,
    }
    answer = send(client, "POST", "Goal", goal)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E009", "Goal.description.text")])
    consent = {**writes.consent(subject["reference"]), "dateTime": "2030-01-01"}
    answer = send(client, "POST", "Consent", consent)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-C003", "Consent.dateTime")])
