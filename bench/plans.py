"""Data to read: care plans of about 6.4 KB, ten for each of many patients who do not exist. Always the same for a seed.

From the place DISTINCT on, texts repeat: ids, patients and identifiers never do.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bench import people

PER_PATIENT: Final = 10
ACTIVITIES: Final = 7
DISTINCT: Final = 2_000
_SEED: Final = 20260304
_SPACE: Final = uuid.UUID("3b0f1a55-8d0c-5c6e-9d6b-0f6f4b1f8a10")
_SNOMED: Final = "http://snomed.info/sct"
_STATUSES: Final = ("not-started", "scheduled", "in-progress", "completed")
_WORDS: Final = [
    "avtale",
    "bolig",
    "egentrening",
    "ergoterapeut",
    "fastlege",
    "ferdighet",
    "fysioterapeut",
    "gange",
    "gruppe",
    "hjelpemiddel",
    "hjem",
    "hverdag",
    "koordinator",
    "kommune",
    "kurs",
    "logoped",
    "mestring",
    "mål",
    "møte",
    "nettverk",
    "oppfølging",
    "opptrening",
    "plan",
    "pårørende",
    "samtale",
    "skole",
    "språk",
    "styrke",
    "søvn",
    "tiltak",
    "trening",
    "tur",
    "uke",
    "utholdenhet",
    "veiledning",
    "økt",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient of the benchmark: id of the case, and a synthetic national number."""

    id: str
    number: str


def persons(count: int) -> tuple[Person, ...]:
    """Return the patients of `count` plans."""
    wanted = -(-count // PER_PATIENT)
    found = islice(people.numbers(), wanted)
    return tuple(Person(id=_id("patient", place), number=number) for place, number in enumerate(found))


def patient(person: Person) -> dict[str, Any]:
    """Return the Patient resource."""
    return {
        "resourceType": "Patient",
        "id": person.id,
        "meta": _META,
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": person.number}],
        "name": [{"family": "Målebenk", "given": ["Syntetisk"]}],
    }


def care_plans(count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` CarePlan resources, in order of their patients."""
    dice = random.Random(_SEED)
    made = []
    for place in range(count):
        if place < DISTINCT:
            made.append(_plan(place, dice))
            yield made[-1]
        else:
            yield {**made[place % DISTINCT], **_own(place)}


def plan_id(place: int) -> str:
    """Return the id of the plan at a place."""
    return _id("plan", place)


def patient_id(place: int) -> str:
    """Return the id of the patient whose plan stands at a place."""
    return _id("patient", place // PER_PATIENT)


_META: Final = {"versionId": "1", "lastUpdated": "2026-03-04T09:15:00.000Z"}


def _id(kind: str, place: int) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}|{place}"))


def text(dice: random.Random, words: int) -> str:
    """Return so many words, as a sentence."""
    return " ".join(dice.choices(_WORDS, k=words)).capitalize() + "."


def _own(place: int) -> dict[str, Any]:
    """Return what no other plan has."""
    return {
        "id": plan_id(place),
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{_id('number', place)}"}],
        "subject": {"reference": f"Patient/{patient_id(place)}", "display": "Syntetisk Målebenk"},
    }


def _plan(place: int, dice: random.Random) -> dict[str, Any]:
    own = _own(place)
    return {
        "resourceType": "CarePlan",
        "id": own["id"],
        "meta": _META,
        "identifier": own["identifier"],
        "status": "active",
        "intent": "plan",
        "category": [
            {
                "coding": [{"system": _SNOMED, "code": "734163000", "display": "Care plan"}],
                "text": "Individuell plan",
            }
        ],
        "title": text(dice, 5),
        "description": text(dice, 42),
        "subject": own["subject"],
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "created": "2026-03-04T10:15:00+01:00",
        "author": {"reference": f"PractitionerRole/{_id('author', place)}", "display": "Koordinator"},
        "careTeam": [{"reference": f"CareTeam/{_id('team', place)}"}],
        "goal": [
            {"reference": f"Goal/{_id('goal', place * 3 + each)}", "display": text(dice, 6)}
            for each in range(3)
        ],
        "activity": [{"detail": _activity(each, dice)} for each in range(ACTIVITIES)],
        "note": [{"time": "2026-03-04T10:15:00+01:00", "text": text(dice, 42)}],
    }


def _activity(each: int, dice: random.Random) -> dict[str, Any]:
    return {
        "kind": "ServiceRequest",
        "code": {
            "coding": [{"system": _SNOMED, "code": str(229070000 + each), "display": text(dice, 3)}],
            "text": text(dice, 5),
        },
        "status": dice.choice(_STATUSES),
        "doNotPerform": False,
        "scheduledPeriod": {"start": f"2026-{each + 1:02}-01", "end": f"2026-{each + 1:02}-28"},
        "location": {"reference": f"Location/sted-{each}", "display": text(dice, 2)},
        "performer": [{"reference": f"PractitionerRole/rolle-{each}", "display": text(dice, 2)}],
        "description": text(dice, 17),
    }
