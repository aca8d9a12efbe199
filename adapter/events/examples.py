"""One good example of each type: an official fictive person, a fictive municipality, invented texts.

Line Danser (E01 is the example of design/event-data.md) is a patient of a hospital department, 90998, and of the
municipality's case handling unit, 5079.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from adapter import naming

HOSPITAL: Final = "urn:her:90998"
MUNICIPALITY: Final = "urn:her:5079"
ADAPTER: Final = "urn:adapter"
"""Source of what the adapter's own clock makes."""
_SENT: Final = "3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10"
_ASSIGNMENT: Final = "7c8a4a55-2d1b-5f0e-8a52-1a8c7b6d5e4f"
_PLAN: Final = "d4f4f771-f4ef-5c15-9f0a-2b3c4d5e6f70"
_FIRST: Final = "5c1b4f0e-6c0e-4a53-9f39-0f4d6f7f9b11"
"""Id of the E01 that the others continue."""
_REFUSED: Final = {"code": "E21", "text": "Pasienten finnes ikke i virksomheten"}
_RECEIVED: Final = {
    "messageId": "0b9d3c4e-5f60-4a71-8b92-a3c4d5e6f708",
    "from": {"herId": "5079", "name": "Alvdal kommune, Saksbehandling"},
}


def _receipt(status: str, *errors: dict[str, str]) -> dict[str, Any]:
    return {"messageId": _SENT, "status": status, "errors": list(errors)}


_PATIENT: Final = {
    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13116900216"},
    "name": {"family": "Danser", "given": "Line"},
    "birthDate": "1969-11-13",
    "gender": "female",
    "municipality": {"code": "3428"},
}
_PHYSICIAN: Final = {
    "kind": "health-personnel",
    "hpr": "9144889",
    "name": {"family": "Koman", "given": "Magnar"},
    "profession": "LE",
    "role": "kontaktlege",
    "phone": "+4773598600",
}
_CASE_HANDLER: Final = {
    "kind": "coordinating-unit",
    "name": {"family": "September", "given": "August"},
    "phone": "+4762480000",
    "organisation": {"name": "Alvdal kommune", "orgnr": "310001015"},
}
_COORDINATOR: Final = {
    "name": {"family": "Omsorg", "given": "Gunn"},
    "hpr": "9876543",
    "profession": "SP",
    "phone": "+4762480001",
    "email": "gunn.omsorg@alvdal.example",
    "hours": "Mandag-fredag 9-15",
    "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune, Saksbehandling"},
    "deputy": {"name": "August September", "phone": "+4762480000"},
}
_NURSE: Final = {
    "name": {"family": "Lin", "given": "Rita"},
    "hpr": "9144900",
    "profession": "SP",
    "phone": "+4773598601",
    "organisation": {
        "key": "st-olavs-fmr",
        "name": "St. Olavs hospital, Fysikalsk medisin og rehabilitering",
    },
}
_DEPUTY: Final = {
    "name": {"family": "September", "given": "August"},
    "hpr": "9144897",
    "profession": "ET",
    "phone": "+4762480000",
    "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune, Saksbehandling"},
}
_CHILD: Final = {
    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "10881550003"},
    "name": {"family": "Danser", "given": "Lilje"},
    "birthDate": "2015-08-10",
    "gender": "female",
    "municipality": {"code": "3428"},
}
_CONSENT: Final = {
    "status": "given",
    "scopes": ["coordinator", "plan-create"],
    "recipients": ["coordinating-unit"],
    "givenBy": "patient",
    "method": "oral",
    "date": "2026-03-04",
}
_IN_HOSPITAL: Final = {
    "patient": _PATIENT,
    "author": _PHYSICIAN,
    "department": {"name": "Fysikalsk medisin og rehabilitering"},
    "legalBasis": "hpl-38a",
}
_IN_MUNICIPALITY: Final = {"patient": _PATIENT, "author": _CASE_HANDLER}
_NEED: Final = {"meldeId": naming.melde_id(naming.event_id(source=HOSPITAL, id_=_FIRST))}
_PLAN_CONTENT: Final = {
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

_DATA: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "ip.need.identified": (HOSPITAL, "2026-03-04T10:15:00+01:00", _IN_HOSPITAL | {
        "needs": ["individual-plan", "coordinator"],
        "wishes": {"individualPlan": "yes", "coordinator": "yes"},
        "reason": {"codes": [], "text": "Behov for langvarige og koordinerte tjenester fra flere enheter."},
        "consent": _CONSENT,
        "admitted": False,
        "urgency": "routine",
        "existing": {"plan": "none", "coordinator": "none"},
    }),
    "ip.need.forwarded": ("urn:her:91990", "2026-03-04T13:00:00+01:00", {
        "patient": _PATIENT,
        "author": {"kind": "coordinating-unit", "name": {"family": "Lin", "given": "Rita"}, "phone": "+4773598600"},
        "continues": _NEED,
        "to": {"key": "alvdal-saksbehandling"},
        "text": "Kontrollert av koordinerende enhet.",
    }),
    "ip.need.acknowledged": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "handler": {"unit": "Saksbehandling", "name": "August September", "phone": "+4762480000"},
        "caseRef": "2026/117",
        "expectedBy": "2026-03-20",
    }),
    "ip.need.info-requested": (MUNICIPALITY, "2026-03-05T10:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "question": "Hvilke tjenester har pasienten i dag?",
        "due": "2026-03-12",
    }),
    "ip.need.info-supplied": (HOSPITAL, "2026-03-05T14:00:00+01:00", _IN_HOSPITAL | {
        "continues": _NEED,
        "text": "Pasienten har fysioterapi i dag, ellers ingen tjenester.",
    }),
    "ip.need.accepted": (MUNICIPALITY, "2026-03-18T12:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "scope": ["individual-plan", "coordinator"],
        "responsible": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune"},
        "from": "2026-04-01",
    }),
    "ip.need.declined": (MUNICIPALITY, "2026-03-18T12:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "scope": ["individual-plan"],
        "reasonCode": "not-entitled",
        "text": "Pasienten har i dag bare én tjeneste.",
    }),
    "ip.need.declined-by-patient": (HOSPITAL, "2026-03-06T09:00:00+01:00", _IN_HOSPITAL | {
        "continues": _NEED,
        "scope": ["individual-plan"],
        "date": "2026-03-06",
    }),
    "ip.need.withdrawn": (HOSPITAL, "2026-03-06T08:00:00+01:00", _IN_HOSPITAL | {
        "continues": _NEED,
        "scope": ["individual-plan"],
        "reasonCode": "no-longer-relevant",
        "text": "Pasienten har allerede en plan.",
    }),
    "ip.need.fulfilled": (MUNICIPALITY, "2026-03-24T09:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "scope": ["coordinator"],
        "links": {"assignmentId": _ASSIGNMENT},
    }),
    "ip.rehabilitation-need.reported": (HOSPITAL, "2026-03-04T15:00:00+01:00", _IN_HOSPITAL | {
        "needs": ["rehabilitation"],
        "function": "Går 50 meter med krykker, trenger hjelp i trapp.",
        "provider": "municipality",
        "consent": _CONSENT,
    }),
    "ip.consent.given": (HOSPITAL, "2026-03-05T11:00:00+01:00", _IN_HOSPITAL | {
        "consent": _CONSENT | {
            "scopes": ["coordinator", "plan-create", "plan-share"],
            "recipients": ["coordinating-unit", "gp"],
            "obtainedBy": "Magnar Koman",
        },
    }),
    "ip.consent.withdrawn": (HOSPITAL, "2026-03-16T11:00:00+01:00", _IN_HOSPITAL | {
        "scopes": ["plan-create"],
        "recipients": ["coordinating-unit"],
        "date": "2026-03-16",
    }),
    "ip.coordinator.offered": (MUNICIPALITY, "2026-03-16T09:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "level": "municipality",
        "candidate": _COORDINATOR,
        "answer": "pending",
        "on": "2026-03-16",
        "preference": {"text": "Helst en som kan møtes hjemme."},
    }),
    "ip.consent.limited": (HOSPITAL, "2026-03-12T11:00:00+01:00", _IN_HOSPITAL | {
        "excluded": ["gp"],
        "topics": ["preference"],
        "givenBy": "patient",
        "date": "2026-03-12",
        "obtainedBy": "Magnar Koman",
    }),
    "ip.representative.changed": (HOSPITAL, "2026-03-12T11:00:00+01:00", _IN_HOSPITAL | {
        "representative": {
            "kind": "representative",
            "name": {"family": "Fullmakt", "given": "Frida"},
            "phone": "+4762480009",
        },
        "from": "2026-03-12",
        "reasonCode": "appointed",
    }),
    "ip.identity.changed": (HOSPITAL, "2026-03-12T12:00:00+01:00", _IN_HOSPITAL | {
        "former": {"system": "urn:oid:2.16.578.1.12.4.1.4.3", "value": "80005045804"},
        "reasonCode": "fh-number-replaced",
    }),
    "ip.address-protection.changed": (HOSPITAL, "2026-03-12T13:00:00+01:00", _IN_HOSPITAL | {
        "level": "confidential",
    }),
    "ip.coordinator.appointed": (MUNICIPALITY, "2026-03-20T09:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "person": _COORDINATOR,
        "role": "koordinator-ip",
        "main": True,
        "from": "2026-03-23",
        "preference": {"followed": True},
    }),
    "ip.hospital-coordinator.appointed": (HOSPITAL, "2026-03-04T14:00:00+01:00", _IN_HOSPITAL | {
        "person": _NURSE,
        "role": "koordinator-sphl",
        "from": "2026-03-04",
        "expectedUntil": "2026-06-30",
    }),
    "ip.child-coordinator.appointed": (MUNICIPALITY, "2026-03-20T10:00:00+01:00", {
        "patient": _CHILD,
        "author": _CASE_HANDLER,
        "person": _COORDINATOR,
        "role": "barnekoordinator",
        "main": True,
        "from": "2026-03-23",
        "guardians": [
            {"name": {"family": "Danser", "given": "Line"}, "kind": "parent", "phone": "+4762480009"},
        ],
        "tasks": ["health", "kindergarten", "nav"],
    }),
    "ip.coordinator.replaced": (MUNICIPALITY, "2026-05-11T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "person": {
            "name": {"family": "September", "given": "August"},
            "hpr": "9144897",
            "profession": "ET",
            "phone": "+4762480000",
            "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune, Saksbehandling"},
        },
        "from": "2026-05-18",
        "reasonCode": "left",
    }),
    "ip.coordinator.absent": (MUNICIPALITY, "2026-06-19T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "from": "2026-06-22",
        "until": "2026-08-14",
        "deputy": _DEPUTY,
    }),
    "ip.coordinator.returned": (MUNICIPALITY, "2026-08-17T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "from": "2026-08-17",
    }),
    "ip.coordinator.ended": (MUNICIPALITY, "2026-08-31T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "until": "2026-08-31",
        "reasonCode": "other",
    }),
    "ip.contact-physician.appointed": (HOSPITAL, "2026-03-04T11:00:00+01:00", _IN_HOSPITAL | {
        "person": {
            "name": {"family": "Koman", "given": "Magnar"},
            "hpr": "9144889",
            "profession": "LE",
            "phone": "+4773598600",
            "organisation": _NURSE["organisation"],
        },
        "role": "kontaktlege",
        "from": "2026-03-04",
    }),
    "ip.contact-physician.replaced": (HOSPITAL, "2026-03-10T09:00:00+01:00", _IN_HOSPITAL | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "person": _NURSE | {"profession": "LE"},
        "from": "2026-03-11",
        "reasonCode": "rota",
    }),
    "ip.contact-physician.ended": (HOSPITAL, "2026-03-20T09:00:00+01:00", _IN_HOSPITAL | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "until": "2026-03-20",
        "reasonCode": "treatment-over",
    }),
    "ip.team-member.added": (MUNICIPALITY, "2026-04-13T09:00:00+02:00", _IN_MUNICIPALITY | {
        "member": {
            "name": {"family": "Gundersen", "given": "Roland"},
            "phone": "+4762480050",
            "organisation": {
                "key": "nav-alvdal",
                "name": "NAV Alvdal",
                "orgnr": "310000019",
                "sector": "nav",
                "address": {"line": "Sentrumsveien 1", "postalCode": "2560", "city": "Alvdal"},
            },
        },
        "role": "Veileder",
        "from": "2026-04-13",
        "consentScope": "other-sectors",
        "access": "read",
        "consent": _CONSENT | {"scopes": ["other-sectors"], "recipients": ["nav-alvdal"]},
    }),
    "ip.team-member.removed": (MUNICIPALITY, "2026-10-01T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "until": "2026-10-01",
        "reasonCode": "no-longer-involved",
    }),
    "ip.pathway-coordinator.assigned": (HOSPITAL, "2026-03-05T09:00:00+01:00", _IN_HOSPITAL | {
        "person": _NURSE,
        "role": "forlopskoordinator-kreft",
        "pathway": "Pakkeforløp for brystkreft",
        "from": "2026-03-05",
    }),
    "ip.gp.changed": (MUNICIPALITY, "2026-05-04T09:00:00+02:00", _IN_MUNICIPALITY | {
        "gp": {"herId": "91101"},
        "from": "2026-05-01",
        "previous": {"herId": "258521"},
    }),
    "ip.plan.created": (MUNICIPALITY, "2026-03-25T13:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": _NEED,
        "plan": _PLAN_CONTENT,
    }),
    "ip.plan.updated": (MUNICIPALITY, "2026-10-01T13:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "plan": _PLAN_CONTENT | {"nextEvaluation": "2027-03-01"},
        "baseVersion": 1,
    }),
    "ip.goal.changed": (MUNICIPALITY, "2026-06-15T13:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "goal": {"id": "g1", "text": "Gå tur med hunden hver dag", "status": "completed", "target": "2026-10-01"},
    }),
    "ip.activity.changed": (MUNICIPALITY, "2026-06-16T13:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "activity": {
            "id": "a1",
            "kind": "service",
            "title": "Fysioterapi én gang i uken",
            "status": "active",
            "period": {"start": "2026-06-22"},
            "performer": {
                "name": "Fysikalsk medisin og rehabilitering",
                "organisation": "St. Olavs hospital",
                "key": "st-olavs-fmr",
            },
            "place": "Poliklinikken",
        },
    }),
    "ip.plan.evaluated": (MUNICIPALITY, "2026-10-01T14:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "date": "2026-10-01",
        "result": "continued",
        "text": "Planen fungerer etter hensikten.",
        "nextEvaluation": "2027-03-01",
        "participants": [
            {"name": "Gunn Omsorg", "organisation": "Alvdal kommune"},
            {"name": "Rita Lin", "organisation": "Kattskinnet legesenter", "attended": False},
        ],
    }),
    "ip.plan.transferred": (MUNICIPALITY, "2026-11-02T09:00:00+01:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "step": "requested",
        "to": {"key": "storvik-nord"},
        "date": "2026-12-01",
        "reasonCode": "moved",
    }),
    "ip.plan.closed": (MUNICIPALITY, "2027-03-31T13:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planId": _PLAN},
        "reasonCode": "needs-ended",
    }),
    "ip.need.entered-in-error": (HOSPITAL, "2026-03-04T12:00:00+01:00", _IN_HOSPITAL | {
        "continues": _NEED,
        "reasonCode": "wrong-patient",
    }),
    "ip.patient-input.recorded": (MUNICIPALITY, "2026-03-10T10:00:00+01:00", {
        "patient": _PATIENT,
        "author": {"kind": "relative", "name": {"family": "Danser", "given": "Even"}, "phone": "+4799988877"},
        "continues": _NEED,
        "text": "Vi ønsker at møtene holdes etter klokken fire.",
    }),
    "ip.hospital-participation.ending": (HOSPITAL, "2026-06-01T09:00:00+02:00", _IN_HOSPITAL | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "expectedUntil": "2026-06-30",
        "summary": "Opptrening fortsetter i kommunen.",
    }),
    "ip.hospital-participation.ended": (HOSPITAL, "2026-06-30T09:00:00+02:00", _IN_HOSPITAL | {
        "continues": {"assignmentId": _ASSIGNMENT},
        "until": "2026-06-30",
        "summary": "Opptrening fortsetter i kommunen.",
    }),
    "ip.patient.admitted": (HOSPITAL, "2026-03-02T09:00:00+01:00", _IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "course": "somatic",
        "knownToMunicipality": True,
    }),
    "ip.patient.early-notice": (HOSPITAL, "2026-03-02T15:00:00+01:00", _IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "status": "Operert for brudd i lårhalsen, oppe med støtte.",
        "expectedCourse": "Opptrening i avdelingen, deretter hjem med tilsyn.",
        "expectedDischarge": "2026-03-09",
        "services": [{"name": "Hjemmesykepleie", "description": "Tilsyn morgen og kveld"}],
    }),
    "ip.patient.discharge-ready": (HOSPITAL, "2026-03-09T10:00:00+01:00", _IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
    }),
    "ip.patient.discharge-ready-cancelled": (HOSPITAL, "2026-03-09T16:00:00+01:00", _IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
    }),
    "ip.patient.discharged": (HOSPITAL, "2026-03-11T12:00:00+01:00", _IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "to": "home",
        "followUp": "Kontroll på poliklinikken om seks uker.",
        "report": {
            "status": "Går innendørs med rullator.",
            "summary": "Ukomplisert forløp etter operasjonen.",
            "practical": "Nøkkel er levert hjemmesykepleien.",
        },
    }),
    "ip.patient.moved": (HOSPITAL, "2026-05-04T09:00:00+02:00", _IN_HOSPITAL | {
        "patient": _PATIENT | {"municipality": {"code": "9901"}},
        "from": {"code": "3428"},
        "to": {"code": "9901"},
        "movedOn": "2026-05-01",
        "consent": _CONSENT | {"date": "2026-05-04"},
    }),
    "ip.patient.deceased": (HOSPITAL, "2026-06-01T08:00:00+02:00", _IN_HOSPITAL | {"diedOn": "2026-05-31"}),
    "ip.manual-fallback.recorded": (HOSPITAL, "2026-03-09T09:00:00+01:00", {
        "author": _PHYSICIAN,
        "channel": "oral",
        "messageId": _SENT,
        "how": "phone",
        "reached": {"name": "Saksbehandling, Alvdal kommune", "phone": "+4762480000"},
        "at": "2026-03-09T08:50:00+01:00",
        "confirmedBy": {"family": "September", "given": "August"},
    }),
    "ip.address.changed": (HOSPITAL, "2026-03-09T09:00:00+01:00", {
        "author": _PHYSICIAN,
        "herId": "5079",
        "newHerId": "5078",
        "change": "her-id",
        "from": "2026-03-09",
    }),
    "ip.document.filed": (HOSPITAL, "2026-03-04T10:45:00+01:00", {
        "messageId": _SENT,
        "documentId": "DOK-2026-0042",
        "system": "https://epj.example/dokument",
    }),
    "ip.plan-document.shared": (MUNICIPALITY, "2026-06-17T13:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "to": {"key": "st-olavs-fmr"},
        "text": "Planen til bruk ved neste innleggelse.",
    }),
    "ip.meeting.called": (MUNICIPALITY, "2026-08-25T09:00:00+02:00", _IN_MUNICIPALITY | {
        "continues": {"planIdentifier": _PLAN_CONTENT["identifier"]},
        "meeting": {
            "id": "m1",
            "kind": "responsibility-group",
            "start": "2026-09-15T12:00:00+02:00",
            "end": "2026-09-15T13:30:00+02:00",
            "place": "Alvdal helsesenter",
            "agenda": "Evaluering av treningen.",
        },
        "invitees": [
            {"id": "i1", "name": "Magnar Koman", "kind": "health", "key": "st-olavs-fmr",
             "organisation": "St. Olavs hospital"},
            {"id": "i2", "name": "Line Danser", "kind": "patient"},
        ],
    }),
    "ip.meeting.answered": (MUNICIPALITY, "2026-08-27T09:00:00+02:00", _IN_MUNICIPALITY | {
        "meeting": "m1",
        "invitee": "i1",
        "answer": "accepted",
    }),
    "ip.meeting.held": (MUNICIPALITY, "2026-09-15T14:00:00+02:00", _IN_MUNICIPALITY | {
        "meeting": "m1",
        "attendance": [{"invitee": "i1", "attended": True}, {"invitee": "i2", "attended": True}],
        "decisions": [
            {
                "id": "a3",
                "kind": "task",
                "title": "Søke om hjelpemidler",
                "status": "requested",
                "performer": {"name": "Gunn Omsorg", "organisation": "Alvdal kommune"},
            }
        ],
    }),
    "ip.meeting.cancelled": (MUNICIPALITY, "2026-09-14T09:00:00+02:00", _IN_MUNICIPALITY | {
        "meeting": "m1",
        "reasonCode": "absence",
    }),
    "ip.platform-access.requested": (HOSPITAL, "2026-04-10T09:00:00+02:00", _IN_HOSPITAL | {
        "access": "t1",
        "person": {"name": {"family": "Lin", "given": "Rita"}, "hpr": "9144900", "profession": "SP"},
        "purpose": "coordinator",
    }),
    "ip.platform-access.granted": (MUNICIPALITY, "2026-04-13T09:00:00+02:00", _IN_MUNICIPALITY | {
        "access": "t1",
        "from": "2026-04-14",
        "until": "2026-06-30",
    }),
    "ip.platform-access.ended": (MUNICIPALITY, "2026-06-30T09:00:00+02:00", _IN_MUNICIPALITY | {
        "access": "t1",
        "until": "2026-06-30",
        "reasonCode": "no-longer-needed",
    }),
    "ip.message.sent": (HOSPITAL, "2026-03-04T10:20:00+01:00", {
        "msgId": _SENT,
        "genDate": "2026-03-04T10:16:00+01:00",
        "type": "DIALOG_HELSEFAGLIG",
        "receiver": {"herId": "5079"},
    }),
    "ip.message.receipt": (HOSPITAL, "2026-03-04T10:40:00+01:00", {"msgId": _SENT, "status": "ok", "errors": []}),
    # ── made by the adapter ──
    "ip.need.duplicate-detected": (ADAPTER, "2026-03-05T10:15:00+01:00", _NEED | {
        "needs": ["coordinator"],
        "reportedBy": _SENT,
        "news": ["reason"],
    }),
    "ip.consent.expired": (ADAPTER, "2027-03-05T00:00:00+01:00", {
        "kind": "consent",
        "due": "2027-03-05T00:00:00+01:00",
        "subject": "Consent/0e5e9a3e-60a1-5a5f-9c34-2f6f3d8a9b10",
    }),
    "ip.receipt.positive": (MUNICIPALITY, "2026-03-04T10:41:00+01:00", _receipt("ok")),
    "ip.receipt.negative": (MUNICIPALITY, "2026-03-04T10:41:00+01:00", _receipt("rejected", _REFUSED)),
    "ip.receipt.missing": (ADAPTER, "2026-03-08T10:16:00+01:00", _receipt("missing")),
    "ip.receipt.late": (MUNICIPALITY, "2026-03-09T08:00:00+01:00", _receipt("ok")),
    "ip.message.faulted": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", _RECEIVED | {"reason": "Avvik meldt av mottaker"}),
    "ip.dialogue.received": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", _RECEIVED | {"reason": "Ukjent tråd"}),
    "ip.deadline.breached": (ADAPTER, "2026-03-09T00:00:00+01:00", {
        "kind": "reply",
        "due": "2026-03-09T00:00:00+01:00",
        "subject": f"message/{_SENT}",
    }),
}  # fmt: skip
"""Type → (source, time, data)."""


def event(type_: str) -> dict[str, Any]:
    """Return the example of a type as a whole CloudEvent. Raises KeyError where there is none."""
    source, time, data = _DATA[type_]
    first = type_ == "ip.need.identified"
    return {
        "specversion": "1.0",
        "id": _FIRST if first else naming.uid("example", type_),
        "source": source,
        "type": type_,
        "time": time,
        "datacontenttype": "application/json",
        "data": copy.deepcopy(data),
    }
