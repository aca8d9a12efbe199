"""What the tests of FHIR writes share: a plan as CarePlan with all it consists of, and requests of one platform."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.events.examples.parts import PLAN_CONTENT
from adapter.fhir import consents, parts, plans, teams, urls
from adapter.registers import addressbook

ALVDAL, STORVIK = "the-token-of-alvdal", "the-token-of-storvik"
FHIR: Final = "application/fhir+json"
BOOK = addressbook.load()


def client_row(name: str, party: str, token: str) -> str:
    """Return a row of ADAPTER_CLIENTS."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[client]]\nname = "{name}"\nparty = "{party}"\ntoken_sha256 = "{digest}"\n'


def send(
    client: FlaskClient, method: str, path: str, body: Any = None, *, token: str | None = ALVDAL, **more: Any
) -> TestResponse:
    """Send a FHIR request; `media` is its Content-Type, all else are headers."""
    media = more.pop("media", FHIR)
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = body if isinstance(body, bytes | None) else json.dumps(body)
    return client.open(
        f"/fhir/{path}" if path else "/fhir", method=method, data=data, headers=headers, content_type=media
    )


def issues(answer: TestResponse) -> list[tuple[str, str]]:
    """Return (our code, expression) of each issue of an OperationOutcome."""
    assert answer.content_type.startswith(FHIR), answer.text
    assert answer.json["resourceType"] == "OperationOutcome", answer.text
    return [
        (one["details"]["coding"][0]["code"], next(iter(one.get("expression", ())), ""))
        for one in answer.json["issue"]
    ]


def organisation(key: str) -> str:
    """Return the reference of the Organization of a party."""
    party = BOOK.by_key(key)
    assert party is not None
    return f"Organization/{party.organisation_id}"


def consent(patient: str, said: dict[str, Any] = PLAN_CONTENT["consent"]) -> dict[str, Any]:
    """Return the Consent of the example plan."""
    made = consents.consent(
        id_="consent",
        patient=patient,
        status=said["status"],
        scopes=said["scopes"],
        recipients=[consents.Actor(key=key) for key in said["recipients"]],
        given_by=said["givenBy"],
        method=said["method"],
        on=date.fromisoformat(said["date"]),
        subject="ip-plan",
    )
    return dict(made)


def plan(patient: str, *, author: str = "August September") -> dict[str, Any]:
    """Return the example plan (events/examples/parts.py) as a CarePlan with contained parts."""
    said = copy.deepcopy(PLAN_CONTENT)
    subject = {"reference": f"Patient/{patient}"}
    service, meeting = said["activities"]
    contained = [
        {
            "resourceType": "Goal",
            "id": "g1",
            "lifecycleStatus": "active",
            "description": {"text": said["goals"][0]["text"]},
            "subject": subject,
            "target": [{"dueDate": said["goals"][0]["target"]}],
        },
        {
            "resourceType": "ServiceRequest",
            "id": "a1",
            "status": "active",
            "intent": "plan",
            "code": {"text": service["title"]},
            "subject": subject,
            "occurrencePeriod": {"start": service["period"]["start"]},
            "performer": [{"display": "Fysioterapitjenesten, Alvdal kommune"}],
            "locationCode": [{"text": service["place"]}],
        },
        plans.evaluation(id_="evaluation", patient=f"Patient/{patient}", on=date(2026, 10, 1)),
        teams.care_team(
            id_="team",
            patient=f"Patient/{patient}",
            participants=[
                teams.participant(member={"display": "Gunn Omsorg, Alvdal kommune"}, role="koordinator-ip")
            ],
        ),
        consent(f"Patient/{patient}"),
    ]
    return {
        "resourceType": "CarePlan",
        "contained": [_without_meta(one) for one in contained],
        "identifier": [said["identifier"]],
        "status": "active",
        "intent": "plan",
        "category": [parts.local(urls.PLAN_CATEGORY, "individuell-plan")],
        "title": said["title"],
        "subject": subject,
        "period": said["period"],
        "author": {"reference": organisation("alvdal-saksbehandling")},
        "contributor": [{"display": author}],
        "careTeam": [{"reference": "#team"}],
        "supportingInfo": [{"reference": "#consent"}],
        "goal": [{"reference": "#g1"}],
        "activity": [
            {"reference": {"reference": "#a1"}},
            {
                "id": "a2",
                "detail": {
                    "kind": "Appointment",
                    "status": "scheduled",
                    "code": {"text": meeting["title"]},
                    "scheduledPeriod": {
                        "start": "2026-09-15T00:00:00+02:00",
                        "end": "2026-09-15T23:59:59+02:00",
                    },
                    "performer": [{"display": "Gunn Omsorg"}],
                },
            },
            {"reference": {"reference": "#evaluation"}},
        ],
        "note": [
            {"text": plans.CONTRIBUTIONS + said["contributions"]},
            {"text": plans.COOPERATION + said["cooperation"]},
        ],
    }


def _without_meta(one: dict[str, Any]) -> dict[str, Any]:
    found = {k: v for k, v in one.items() if k != "meta"}
    if found["resourceType"] == "CareTeam":
        del found["identifier"], found["name"]
    return found
