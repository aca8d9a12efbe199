"""A stay in hospital as R4 Encounter: when it began, whether the patient is ready to leave, where to. E45-E48; list 8408."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref

RUNS: Final = "in-progress"
OVER: Final = "finished"


def encounter(
    *,
    id_: str,
    patient: Ref,
    start: datetime,
    provider: Ref | None,
    course: str,
    stay: str | None = None,
    department: str | None = None,
) -> Json:
    """Return the stay as it begins. `course` of care-course; `stay` the sender's own id of it."""
    return parts.resource(
        "Encounter",
        id_,
        {
            "identifier": [parts.identifier(urls.STAY, stay)] if stay else None,
            "status": RUNS,
            "class": parts.coding(urls.ACT_CODE, "IMP", "inpatient encounter"),
            "serviceType": parts.local(urls.CARE_COURSE, course),
            "subject": parts.ref(patient),
            "period": parts.period(start=start),
            "serviceProvider": parts.ref(provider, department) if provider else None,
        },
    )


def ready(stay: Mapping[str, Any], at: datetime | None) -> Json:
    """Return the stay with, or without, the instant since when the patient is ready for discharge."""
    others = [e for e in stay.get("extension", ()) if e.get("url") != urls.DISCHARGE_READY]
    added = [parts.extension(urls.DISCHARGE_READY, "valueDateTime", parts.when(at))] if at else []
    return parts.changed(stay, extension=[*others, *added])


def ready_since(stay: Mapping[str, Any]) -> str | None:
    """Return since when the patient is ready for discharge, None while not."""
    found = (e["valueDateTime"] for e in stay.get("extension", ()) if e.get("url") == urls.DISCHARGE_READY)
    return next(found, None)


def finished(stay: Mapping[str, Any], *, end: datetime, to: str | None) -> Json:
    """Return the stay as over; `to` of list 8408."""
    where = {"dischargeDisposition": parts.volven("8408", to)} if to else None
    return parts.changed(
        stay, status=OVER, period={**stay.get("period", {}), "end": parts.when(end)}, hospitalization=where
    )


def course(stay: Mapping[str, Any]) -> str:
    """Return somatic or psychiatric."""
    codings = stay.get("serviceType", {}).get("coding", ())
    return next((str(c["code"]) for c in codings if c.get("system") == urls.CARE_COURSE), "somatic")


def known_as(stay: Mapping[str, Any]) -> str | None:
    """Return the sender's own id of the stay."""
    return next((i["value"] for i in stay.get("identifier", ()) if i.get("system") == urls.STAY), None)
