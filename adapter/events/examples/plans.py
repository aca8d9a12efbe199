"""Examples of plans, meetings and access to a platform: E34-E44, E68, E71."""

from __future__ import annotations

from typing import Final

from adapter.events.examples.parts import (
    HOSPITAL,
    IN_HOSPITAL,
    IN_MUNICIPALITY,
    MUNICIPALITY,
    NEED,
    PLAN,
    PLAN_CONTENT,
    TASK,
    Examples,
)

DATA: Final[Examples] = {
    "ip.plan.created": (MUNICIPALITY, "2026-03-25T13:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "plan": PLAN_CONTENT,
    }),
    "ip.plan.updated": (MUNICIPALITY, "2026-10-01T13:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "plan": PLAN_CONTENT | {"nextEvaluation": "2027-03-01"},
        "baseVersion": 1,
    }),
    "ip.goal.changed": (MUNICIPALITY, "2026-06-15T13:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "goal": {"id": "g1", "text": "Gå tur med hunden hver dag", "status": "completed", "target": "2026-10-01"},
    }),
    "ip.activity.changed": (MUNICIPALITY, "2026-06-16T13:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
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
    "ip.plan.evaluated": (MUNICIPALITY, "2026-10-01T14:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "date": "2026-10-01",
        "result": "continued",
        "text": "Planen fungerer etter hensikten.",
        "nextEvaluation": "2027-03-01",
        "participants": [
            {"name": "Gunn Omsorg", "organisation": "Alvdal kommune"},
            {"name": "Rita Lin", "organisation": "Kattskinnet legesenter", "attended": False},
        ],
    }),
    "ip.plan.transferred": (MUNICIPALITY, "2026-11-02T09:00:00+01:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "step": "requested",
        "to": {"key": "storvik-nord"},
        "date": "2026-12-01",
        "reasonCode": "moved",
    }),
    "ip.plan.closed": (MUNICIPALITY, "2027-03-31T13:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planId": PLAN},
        "reasonCode": "needs-ended",
    }),
    "ip.plan-document.shared": (MUNICIPALITY, "2026-06-17T13:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "to": {"key": "st-olavs-fmr"},
        "text": "Planen til bruk ved neste innleggelse.",
    }),
    "ip.meeting.called": (MUNICIPALITY, "2026-08-25T09:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
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
    "ip.meeting.answered": (MUNICIPALITY, "2026-08-27T09:00:00+02:00", IN_MUNICIPALITY | {
        "meeting": "m1",
        "invitee": "i1",
        "answer": "accepted",
    }),
    "ip.meeting.held": (MUNICIPALITY, "2026-09-15T14:00:00+02:00", IN_MUNICIPALITY | {
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
    "ip.meeting.cancelled": (MUNICIPALITY, "2026-09-14T09:00:00+02:00", IN_MUNICIPALITY | {
        "meeting": "m1",
        "reasonCode": "absence",
    }),
    "ip.platform-access.requested": (HOSPITAL, "2026-04-10T09:00:00+02:00", IN_HOSPITAL | {
        "access": "t1",
        "person": {"name": {"family": "Lin", "given": "Rita"}, "hpr": "9144900", "profession": "SP"},
        "purpose": "coordinator",
    }),
    "ip.platform-access.granted": (MUNICIPALITY, "2026-04-13T09:00:00+02:00", IN_MUNICIPALITY | {
        "access": "t1",
        "from": "2026-04-14",
        "until": "2026-06-30",
    }),
    "ip.platform-access.ended": (MUNICIPALITY, "2026-06-30T09:00:00+02:00", IN_MUNICIPALITY | {
        "access": "t1",
        "until": "2026-06-30",
        "reasonCode": "no-longer-needed",
    }),
    "ip.plan-change.proposed": (HOSPITAL, "2026-06-18T10:00:00+02:00", IN_HOSPITAL | {
        "continues": {"planIdentifier": PLAN_CONTENT["identifier"]},
        "baseVersion": 1,
        "plan": {
            "title": "Individuell plan",
            "status": "active",
            "period": {"start": "2026-04-01", "end": "2027-03-31"},
            "goals": [{"id": "g1", "text": "Gå tur med hunden hver dag, også om vinteren", "status": "active"}],
            "activities": PLAN_CONTENT["activities"],
        },
        "text": "Pasienten vil gå tur også om vinteren.",
    }),
    "ip.plan-change.answered": (MUNICIPALITY, "2026-06-19T10:00:00+02:00", IN_MUNICIPALITY | {
        "continues": {"taskId": TASK},
        "step": "declined",
        "text": "Tas opp på neste ansvarsgruppemøte.",
    }),
}  # fmt: skip
"""Type → (source, time, data), each by number."""
