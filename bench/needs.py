"""Events to post: a need identified (E01), each of a patient of its own. Bodies differ in id and number alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

import orjson

from bench import people

TIME: Final = "2026-03-04T10:15:00+01:00"
MEDIA: Final = "application/cloudevents+json"


def event(id_: str, number: str) -> dict[str, Any]:
    """Return a whole need of an adult with consent, as an EPJ in the hospital of the shipped address book posts it."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "urn:her:90998",
        "type": "ip.need.identified",
        "time": TIME,
        "datacontenttype": "application/json",
        "data": {
            "patient": {
                "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number},
                "name": {"family": "Målebenk", "given": "Syntetisk"},
                "birthDate": "1969-11-13",
                "gender": "female",
                "municipality": {"code": "3428"},
            },
            "author": {
                "kind": "health-personnel",
                "hpr": "9144889",
                "name": {"family": "Koman", "given": "Magnar"},
                "profession": "LE",
                "role": "kontaktlege",
                "phone": "+4773598600",
            },
            "department": {"name": "Fysikalsk medisin og rehabilitering"},
            "legalBasis": "hpl-38a",
            "needs": ["individual-plan", "coordinator"],
            "wishes": {"individualPlan": "yes", "coordinator": "yes"},
            "reason": {
                "codes": [],
                "text": "Behov for langvarige og koordinerte tjenester fra flere enheter.",
            },
            "consent": {
                "status": "given",
                "scopes": ["coordinator", "plan-create"],
                "recipients": ["coordinating-unit"],
                "givenBy": "patient",
                "method": "oral",
                "date": "2026-03-04",
            },
            "admitted": False,
            "urgency": "routine",
            "existing": {"plan": "none", "coordinator": "none"},
        },
    }


def bodies(start: int = 0) -> Iterator[bytes]:
    """Yield bodies for POST /events, all different and all valid."""
    for place, number in enumerate(people.numbers(start), start):
        yield orjson.dumps(event(str(uuid.UUID(int=place + (start << 64))), number))
