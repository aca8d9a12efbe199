"""Plans to create over FHIR: one for each of many people of whom a need was told, as the municipality's platform writes them."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from adapter import settings as configuration
from adapter import wiring
from adapter.fhir import consents, parts, urls
from adapter.registers import addressbook
from adapter.transports.memory import Memory
from adapter.web import create_app
from bench import needs

TOKEN: Final = "the-token-of-the-bench"  # noqa: S105 (of a server of its own)
PARTY: Final = "alvdal-saksbehandling"
ACTIVITIES: Final = 3


def clients(folder: Path) -> Path:
    """Write the file that lets the platform in; its place."""
    place = folder / "clients.toml"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    place.write_text(f'[[client]]\nname = "bench"\nparty = "{PARTY}"\ntoken_sha256 = "{digest}"\n')
    return place


def told(url: str, folder: Path, count: int) -> tuple[str, ...]:
    """Tell of the needs of so many people; the ids of their patients. Raises RuntimeError where one is refused."""
    chosen = configuration.load(database_url=url, exchange=folder / "exchange", log_level="error")
    services = wiring.build(chosen, transport=Memory(), durable=False)
    try:
        client = create_app(services).test_client()
        found = []
        for body in islice(needs.bodies(), count):
            answer = client.post("/events", data=body, content_type=needs.MEDIA)
            if answer.status_code != 202:
                raise RuntimeError(f"a need was answered {answer.status_code}")
            found.append(str(answer.get_json()["case"]["patientId"]))
        return tuple(found)
    finally:
        wiring.close(services)


def plan(patient: str, number: int) -> bytes:
    """Return a plan of that patient, with goals, services, a consent and notes: about 5 KB."""
    subject = {"reference": f"Patient/{patient}"}
    contained = [_consent(f"Patient/{patient}"), *(_goal(subject, n) for n in range(3))]
    contained += [_service(subject, n) for n in range(ACTIVITIES)]
    return orjson.dumps(
        {
            "resourceType": "CarePlan",
            "contained": contained,
            "identifier": [{"system": "https://plan.example/bench", "value": f"bench-{number}"}],
            "status": "active",
            "intent": "plan",
            "category": [parts.local(urls.PLAN_CATEGORY, "individuell-plan")],
            "title": "Individuell plan",
            "subject": subject,
            "period": {"start": "2026-04-01", "end": "2027-03-31"},
            "author": {"reference": _author()},
            "contributor": [{"display": "August September"}],
            "supportingInfo": [{"reference": "#consent"}],
            "goal": [{"reference": f"#g{n}"} for n in range(3)],
            "activity": [{"reference": {"reference": f"#a{n}"}} for n in range(ACTIVITIES)],
        }
    )


@lru_cache
def _author() -> str:
    party = addressbook.load().by_key(PARTY)
    if party is None:
        raise RuntimeError(f"{PARTY} is not in the address book")
    return f"Organization/{party.organisation_id}"


def _consent(patient: str) -> dict[str, Any]:
    made = consents.consent(
        id_="consent", patient=patient, status="given", scopes=["plan-create", "plan-share"],
        recipients=[consents.Actor(key="coordinating-unit")], given_by="patient", method="written",
        on=date(2026, 3, 4), subject="ip-plan",
    )  # fmt: skip
    return {name: value for name, value in made.items() if name != "meta"}


def _goal(subject: dict[str, str], number: int) -> dict[str, Any]:
    text = "Gå tur med hunden hver dag, og komme tilbake til jobben i butikken etter sommeren"
    return {
        "resourceType": "Goal", "id": f"g{number}", "lifecycleStatus": "active",
        "description": {"text": f"{text} ({number})"}, "subject": subject, "target": [{"dueDate": "2026-10-01"}],
    }  # fmt: skip


def _service(subject: dict[str, str], number: int) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "id": f"a{number}", "status": "active", "intent": "plan",
        "code": {"text": f"Fysioterapi to ganger i uken, gruppe {number}"}, "subject": subject,
        "occurrencePeriod": {"start": "2026-04-07"},
        "performer": [{"display": "Fysioterapitjenesten, Alvdal kommune"}],
        "locationCode": [{"text": "Alvdal helsesenter"}],
    }  # fmt: skip
