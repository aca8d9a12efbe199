"""Who and what the examples share: official fictive people, a fictive municipality, invented texts. design/event-data.md."""

from __future__ import annotations

from typing import Any, Final

from adapter import naming

Examples = dict[str, tuple[str, str, dict[str, Any]]]
"""Type → (source, time, data)."""

HOSPITAL: Final = "urn:her:90998"
MUNICIPALITY: Final = "urn:her:5079"
ADAPTER: Final = "urn:adapter"
"""Source of what the adapter's own clock makes."""
SENT: Final = "3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10"
ASSIGNMENT: Final = "7c8a4a55-2d1b-5f0e-8a52-1a8c7b6d5e4f"
PLAN: Final = "d4f4f771-f4ef-5c15-9f0a-2b3c4d5e6f70"
TASK: Final = "a1b7e0d2-6f0c-5e4b-9c59-7d0f2e1a3b4c"
FIRST: Final = "5c1b4f0e-6c0e-4a53-9f39-0f4d6f7f9b11"
"""Id of the E01 that the others continue."""
REFUSED: Final = {"code": "E21", "text": "Pasienten finnes ikke i virksomheten"}
RECEIVED: Final = {
    "messageId": "0b9d3c4e-5f60-4a71-8b92-a3c4d5e6f708",
    "from": {"herId": "5079", "name": "Alvdal kommune, Saksbehandling"},
}


def receipt(status: str, *errors: dict[str, str]) -> dict[str, Any]:
    """Return the data of a receipt for the message sent."""
    return {"messageId": SENT, "status": status, "errors": list(errors)}


PATIENT: Final = {
    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13116900216"},
    "name": {"family": "Danser", "given": "Line"},
    "birthDate": "1969-11-13",
    "gender": "female",
    "municipality": {"code": "3428"},
}
PHYSICIAN: Final = {
    "kind": "health-personnel",
    "hpr": "9144889",
    "name": {"family": "Koman", "given": "Magnar"},
    "profession": "LE",
    "role": "kontaktlege",
    "phone": "+4773598600",
}
CASE_HANDLER: Final = {
    "kind": "coordinating-unit",
    "name": {"family": "September", "given": "August"},
    "phone": "+4762480000",
    "organisation": {"name": "Alvdal kommune", "orgnr": "310001015"},
}
COORDINATOR: Final = {
    "name": {"family": "Omsorg", "given": "Gunn"},
    "hpr": "9876543",
    "profession": "SP",
    "phone": "+4762480001",
    "email": "gunn.omsorg@alvdal.example",
    "hours": "Mandag-fredag 9-15",
    "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune, Saksbehandling"},
    "deputy": {"name": "August September", "phone": "+4762480000"},
}
NURSE: Final = {
    "name": {"family": "Lin", "given": "Rita"},
    "hpr": "9144900",
    "profession": "SP",
    "phone": "+4773598601",
    "organisation": {
        "key": "st-olavs-fmr",
        "name": "St. Olavs hospital, Fysikalsk medisin og rehabilitering",
    },
}
ON_CALL: Final = NURSE | {
    "name": {"family": "Fossen", "given": "Ida"},
    "hpr": "9144919",
    "profession": "LE",
}
DEPUTY: Final = {
    "name": {"family": "September", "given": "August"},
    "hpr": "9144897",
    "profession": "ET",
    "phone": "+4762480000",
    "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune, Saksbehandling"},
}
CHILD: Final = {
    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "10881550003"},
    "name": {"family": "Danser", "given": "Lilje"},
    "birthDate": "2015-08-10",
    "gender": "female",
    "municipality": {"code": "3428"},
}
CONSENT: Final = {
    "status": "given",
    "scopes": ["coordinator", "plan-create"],
    "recipients": ["coordinating-unit"],
    "givenBy": "patient",
    "method": "oral",
    "date": "2026-03-04",
}
IN_HOSPITAL: Final = {
    "patient": PATIENT,
    "author": PHYSICIAN,
    "department": {"name": "Fysikalsk medisin og rehabilitering"},
    "legalBasis": "hpl-38a",
}
IN_MUNICIPALITY: Final = {"patient": PATIENT, "author": CASE_HANDLER}
NEED: Final = {"meldeId": naming.melde_id(naming.event_id(source=HOSPITAL, id_=FIRST))}
PLAN_CONTENT: Final = {
    "identifier": {"system": "https://plan.example/individuell-plan", "value": "plan-2026-17"},
    "title": "Individuell plan",
    "status": "active",
    "period": {"start": "2026-04-01", "end": "2027-03-31"},
    "responsible": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune"},
    "goals": [{"id": "g1", "text": "Gå tur med hunden hver dag", "status": "active", "target": "2026-10-01"}],
    "activities": [
        {
            "id": "a1",
            "kind": "service",
            "title": "Fysioterapi to ganger i uken",
            "status": "active",
            "period": {"start": "2026-04-07"},
            "performer": {"name": "Fysioterapitjenesten", "organisation": "Alvdal kommune"},
            "place": "Alvdal helsesenter",
        },
        {
            "id": "a2",
            "kind": "appointment",
            "title": "Møte i ansvarsgruppen",
            "status": "booked",
            "period": {"start": "2026-09-15", "end": "2026-09-15"},
            "performer": {"name": "Gunn Omsorg"},
        },
    ],
    "participants": [
        {
            "name": "Gunn Omsorg",
            "role": "koordinator-ip",
            "organisation": "Alvdal kommune",
            "consentScope": "plan-share",
        }
    ],
    "contributions": "Line trener selv hver dag.",
    "cooperation": "Møte med arbeidsgiver ved behov.",
    "nextEvaluation": "2026-10-01",
    "consent": {
        "status": "given",
        "scopes": ["plan-create", "plan-share"],
        "recipients": ["coordinating-unit", "st-olavs-fmr"],
        "givenBy": "patient",
        "method": "written",
        "date": "2026-03-25",
    },
}
