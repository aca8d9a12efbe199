"""Examples of what happens to the patient, and of the hospital's part: E45-E51."""

from __future__ import annotations

from typing import Final

from adapter.events.examples.parts import ASSIGNMENT, CONSENT, HOSPITAL, IN_HOSPITAL, PATIENT, Examples

DATA: Final[Examples] = {
    "ip.patient.admitted": (HOSPITAL, "2026-03-02T09:00:00+01:00", IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "course": "somatic",
        "knownToMunicipality": True,
    }),
    "ip.patient.early-notice": (HOSPITAL, "2026-03-02T15:00:00+01:00", IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "status": "Operert for brudd i lårhalsen, oppe med støtte.",
        "expectedCourse": "Opptrening i avdelingen, deretter hjem med tilsyn.",
        "expectedDischarge": "2026-03-09",
        "services": [{"name": "Hjemmesykepleie", "description": "Tilsyn morgen og kveld"}],
    }),
    "ip.patient.discharge-ready": (HOSPITAL, "2026-03-09T10:00:00+01:00", IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
    }),
    "ip.patient.discharge-ready-cancelled": (HOSPITAL, "2026-03-09T16:00:00+01:00", IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
    }),
    "ip.patient.discharged": (HOSPITAL, "2026-03-11T12:00:00+01:00", IN_HOSPITAL | {
        "correlation": {"encounterId": "2026-000117"},
        "to": "home",
        "followUp": "Kontroll på poliklinikken om seks uker.",
        "report": {
            "status": "Går innendørs med rullator.",
            "summary": "Ukomplisert forløp etter operasjonen.",
            "practical": "Nøkkel er levert hjemmesykepleien.",
        },
    }),
    "ip.hospital-participation.ending": (HOSPITAL, "2026-06-01T09:00:00+02:00", IN_HOSPITAL | {
        "continues": {"assignmentId": ASSIGNMENT},
        "expectedUntil": "2026-06-30",
        "summary": "Opptrening fortsetter i kommunen.",
    }),
    "ip.hospital-participation.ended": (HOSPITAL, "2026-06-30T09:00:00+02:00", IN_HOSPITAL | {
        "continues": {"assignmentId": ASSIGNMENT},
        "until": "2026-06-30",
        "summary": "Opptrening fortsetter i kommunen.",
    }),
    "ip.patient.moved": (HOSPITAL, "2026-05-04T09:00:00+02:00", IN_HOSPITAL | {
        "patient": PATIENT | {"municipality": {"code": "9901"}},
        "from": {"code": "3428"},
        "to": {"code": "9901"},
        "movedOn": "2026-05-01",
        "consent": CONSENT | {"date": "2026-05-04"},
    }),
    "ip.patient.deceased": (HOSPITAL, "2026-06-01T08:00:00+02:00", IN_HOSPITAL | {"diedOn": "2026-05-31"}),
}  # fmt: skip
"""Type → (source, time, data), each by number."""
