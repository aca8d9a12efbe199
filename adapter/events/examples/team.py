"""Examples of coordinators, contact physicians and the team: E20-E33."""

from __future__ import annotations

from typing import Final

from adapter.events.examples.parts import (
    ASSIGNMENT,
    CASE_HANDLER,
    CHILD,
    CONSENT,
    COORDINATOR,
    DEPUTY,
    HOSPITAL,
    IN_HOSPITAL,
    IN_MUNICIPALITY,
    MUNICIPALITY,
    NEED,
    NURSE,
    ON_CALL,
    Examples,
)

DATA: Final[Examples] = {
    "ip.coordinator.offered": (MUNICIPALITY, "2026-03-16T09:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "level": "municipality",
        "candidate": COORDINATOR,
        "answer": "pending",
        "on": "2026-03-16",
        "preference": {"text": "Helst en som kan møtes hjemme."},
    }),
    "ip.coordinator.appointed": (MUNICIPALITY, "2026-03-20T09:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "person": COORDINATOR,
        "role": "koordinator-ip",
        "main": True,
        "from": "2026-03-23",
        "preference": {"followed": True},
    }),
    "ip.hospital-coordinator.appointed": (HOSPITAL, "2026-03-04T14:00:00+01:00", IN_HOSPITAL | {
        "person": NURSE,
        "role": "koordinator-sphl",
        "from": "2026-03-04",
        "expectedUntil": "2026-06-30",
    }),
    "ip.child-coordinator.appointed": (MUNICIPALITY, "2026-03-20T10:00:00+01:00", {
        "patient": CHILD,
        "author": CASE_HANDLER,
        "person": COORDINATOR,
        "role": "barnekoordinator",
        "main": True,
        "from": "2026-03-23",
        "guardians": [
            {"name": {"family": "Danser", "given": "Line"}, "kind": "parent", "phone": "+4762480009"},
        ],
        "tasks": ["health", "kindergarten", "nav"],
    }),
    "ip.coordinator.replaced": (MUNICIPALITY, "2026-05-11T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"assignmentId": ASSIGNMENT},
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
    "ip.coordinator.absent": (MUNICIPALITY, "2026-06-19T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"assignmentId": ASSIGNMENT},
        "from": "2026-06-22",
        "until": "2026-08-14",
        "deputy": DEPUTY,
    }),
    "ip.coordinator.returned": (MUNICIPALITY, "2026-08-17T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"assignmentId": ASSIGNMENT},
        "from": "2026-08-17",
    }),
    "ip.coordinator.ended": (MUNICIPALITY, "2026-08-31T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"assignmentId": ASSIGNMENT},
        "until": "2026-08-31",
        "reasonCode": "other",
    }),
    "ip.contact-physician.appointed": (HOSPITAL, "2026-03-04T11:00:00+01:00", IN_HOSPITAL | {
        "person": {
            "name": {"family": "Koman", "given": "Magnar"},
            "hpr": "9144889",
            "profession": "LE",
            "phone": "+4773598600",
            "organisation": NURSE["organisation"],
        },
        "role": "kontaktlege",
        "from": "2026-03-04",
    }),
    "ip.contact-physician.replaced": (HOSPITAL, "2026-03-10T09:00:00+01:00", IN_HOSPITAL | {
        "continues": {"assignmentId": ASSIGNMENT},
        "person": ON_CALL,
        "from": "2026-03-11",
        "reasonCode": "rota",
    }),
    "ip.contact-physician.ended": (HOSPITAL, "2026-03-20T09:00:00+01:00", IN_HOSPITAL | {
        "continues": {"assignmentId": ASSIGNMENT},
        "until": "2026-03-20",
        "reasonCode": "treatment-over",
    }),
    "ip.team-member.added": (MUNICIPALITY, "2026-04-13T09:00:00+02:00", IN_MUNICIPALITY | {
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
        "consent": CONSENT | {"scopes": ["other-sectors"], "recipients": ["nav-alvdal"]},
    }),
    "ip.team-member.removed": (MUNICIPALITY, "2026-10-01T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"assignmentId": ASSIGNMENT},
        "until": "2026-10-01",
        "reasonCode": "no-longer-involved",
    }),
    "ip.pathway-coordinator.assigned": (HOSPITAL, "2026-03-05T09:00:00+01:00", IN_HOSPITAL | {
        "person": NURSE,
        "role": "forlopskoordinator-kreft",
        "pathway": "Pakkeforløp for brystkreft",
        "from": "2026-03-05",
    }),
    "ip.gp.changed": (MUNICIPALITY, "2026-05-04T09:00:00+02:00", IN_MUNICIPALITY | {
        "gp": {"herId": "91101"},
        "from": "2026-05-01",
        "previous": {"herId": "258521"},
    }),
}  # fmt: skip
"""Type → (source, time, data), each by number."""
