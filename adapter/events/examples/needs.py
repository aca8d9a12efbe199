"""Examples of needs, consent and who the patient is: E01-E19, E66, E67."""

from __future__ import annotations

from typing import Final

from adapter.events.examples.parts import (
    ASSIGNMENT,
    CONSENT,
    HOSPITAL,
    IN_HOSPITAL,
    IN_MUNICIPALITY,
    MUNICIPALITY,
    NEED,
    PATIENT,
    Examples,
)

DATA: Final[Examples] = {
    "ip.need.identified": (HOSPITAL, "2026-03-04T10:15:00+01:00", IN_HOSPITAL | {
        "needs": ["individual-plan", "coordinator"],
        "wishes": {"individualPlan": "yes", "coordinator": "yes"},
        "reason": {"codes": [], "text": "Behov for langvarige og koordinerte tjenester fra flere enheter."},
        "consent": CONSENT,
        "admitted": False,
        "urgency": "routine",
        "existing": {"plan": "none", "coordinator": "none"},
    }),
    "ip.need.forwarded": ("urn:her:91990", "2026-03-04T13:00:00+01:00", {
        "patient": PATIENT,
        "author": {"kind": "coordinating-unit", "name": {"family": "Lin", "given": "Rita"}, "phone": "+4773598600"},
        "continues": NEED,
        "to": {"key": "storvik-nord"},
        "text": "Kontrollert av koordinerende enhet.",
    }),
    "ip.need.acknowledged": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "handler": {"unit": "Saksbehandling", "name": "August September", "phone": "+4762480000"},
        "caseRef": "2026/117",
        "expectedBy": "2026-03-20",
    }),
    "ip.need.info-requested": (MUNICIPALITY, "2026-03-05T10:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "question": "Hvilke tjenester har pasienten i dag?",
        "due": "2026-03-12",
    }),
    "ip.need.info-supplied": (HOSPITAL, "2026-03-05T14:00:00+01:00", IN_HOSPITAL | {
        "continues": NEED,
        "text": "Pasienten har fysioterapi i dag, ellers ingen tjenester.",
    }),
    "ip.need.accepted": (MUNICIPALITY, "2026-03-18T12:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "scope": ["individual-plan", "coordinator"],
        "responsible": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune"},
        "from": "2026-04-01",
    }),
    "ip.need.declined": (MUNICIPALITY, "2026-03-18T12:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "scope": ["individual-plan"],
        "reasonCode": "not-entitled",
        "text": "Pasienten har i dag bare én tjeneste.",
    }),
    "ip.need.declined-by-patient": (HOSPITAL, "2026-03-06T09:00:00+01:00", IN_HOSPITAL | {
        "continues": NEED,
        "scope": ["individual-plan"],
        "date": "2026-03-06",
    }),
    "ip.need.withdrawn": (HOSPITAL, "2026-03-06T08:00:00+01:00", IN_HOSPITAL | {
        "continues": NEED,
        "scope": ["individual-plan"],
        "reasonCode": "no-longer-relevant",
        "text": "Pasienten har allerede en plan.",
    }),
    "ip.need.fulfilled": (MUNICIPALITY, "2026-03-24T09:00:00+01:00", IN_MUNICIPALITY | {
        "continues": NEED,
        "scope": ["coordinator"],
        "links": {"assignmentId": ASSIGNMENT},
    }),
    "ip.rehabilitation-need.reported": (HOSPITAL, "2026-03-04T15:00:00+01:00", IN_HOSPITAL | {
        "needs": ["rehabilitation"],
        "function": "Går 50 meter med krykker, trenger hjelp i trapp.",
        "provider": "municipality",
        "consent": CONSENT,
    }),
    "ip.consent.given": (HOSPITAL, "2026-03-05T11:00:00+01:00", IN_HOSPITAL | {
        "consent": CONSENT | {
            "scopes": ["coordinator", "plan-create", "plan-share"],
            "recipients": ["coordinating-unit", "gp"],
            "obtainedBy": "Magnar Koman",
        },
    }),
    "ip.consent.limited": (HOSPITAL, "2026-03-12T11:00:00+01:00", IN_HOSPITAL | {
        "excluded": ["gp"],
        "topics": ["preference"],
        "givenBy": "patient",
        "date": "2026-03-12",
        "obtainedBy": "Magnar Koman",
    }),
    "ip.consent.withdrawn": (HOSPITAL, "2026-03-16T11:00:00+01:00", IN_HOSPITAL | {
        "scopes": ["plan-create"],
        "recipients": ["coordinating-unit"],
        "date": "2026-03-16",
    }),
    "ip.representative.changed": (HOSPITAL, "2026-03-12T11:00:00+01:00", IN_HOSPITAL | {
        "representative": {
            "kind": "representative",
            "name": {"family": "Fullmakt", "given": "Frida"},
            "phone": "+4762480009",
        },
        "from": "2026-03-12",
        "reasonCode": "appointed",
    }),
    "ip.identity.changed": (HOSPITAL, "2026-03-12T12:00:00+01:00", IN_HOSPITAL | {
        "former": {"system": "urn:oid:2.16.578.1.12.4.1.4.3", "value": "80005045804"},
        "reasonCode": "fh-number-replaced",
    }),
    "ip.address-protection.changed": (HOSPITAL, "2026-03-12T13:00:00+01:00", IN_HOSPITAL | {
        "level": "confidential",
    }),
    "ip.need.entered-in-error": (HOSPITAL, "2026-03-04T12:00:00+01:00", IN_HOSPITAL | {
        "continues": NEED,
        "reasonCode": "wrong-patient",
    }),
    "ip.patient-input.recorded": (MUNICIPALITY, "2026-03-10T10:00:00+01:00", {
        "patient": PATIENT,
        "author": {"kind": "relative", "name": {"family": "Danser", "given": "Even"}, "phone": "+4799988877"},
        "continues": NEED,
        "text": "Vi ønsker at møtene holdes etter klokken fire.",
    }),
}  # fmt: skip
"""Type → (source, time, data), each by number."""
