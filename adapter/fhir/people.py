"""People as R4: Patient, Practitioner, PractitionerRole, RelatedPerson. no-basis 2.2.0."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref, When

_PROTECTED: Final[Mapping[str, tuple[str, str]]] = {
    "confidential": ("R", "restricted"),
    "strictly-confidential": ("V", "very restricted"),
}
"""Address protection → v3-Confidentiality. Folkeregisteret, addressebeskyttelse (grades fortrolig, strengt fortrolig)."""

_HOURS: Final = re.compile(r"(\d\d)(?:[:.](\d\d))?\s*[-\u2013]\s*(\d\d)(?:[:.](\d\d))?")


def patient(
    *,
    id_: str,
    identifier: tuple[str, str],
    family: str,
    given: str,
    middle: str | None = None,
    birth_date: date | None = None,
    gender: str | None = None,
    municipality: str | None = None,
    municipality_name: str | None = None,
    district: str | None = None,
    gp: Ref | None = None,
    protected: str | None = None,
    language: str | None = None,
    managing: Ref | None = None,
    deceased: When | None = None,
) -> Json:
    """Return the Patient. `identifier` is (system, value revealed); `gp` refers to the GP's Organization."""
    made = parts.resource(
        "Patient",
        id_,
        {
            "identifier": [parts.identifier(*identifier)],
            "active": True,
            "name": [parts.human_name(family=family, given=given, middle=middle)],
            "gender": gender,
            "birthDate": parts.when(birth_date),
            "deceasedDateTime": parts.when(deceased),
            "address": parts.municipality_address(
                municipality=municipality, name=municipality_name, district=district
            ),
            "communication": _communication(language),
            "generalPractitioner": parts.refs([gp]),
            "managingOrganization": parts.ref(managing),
        },
        profile=urls.NO_BASIS_PATIENT,
    )
    return protect(made, protected) if protected in _PROTECTED else made


def spoken(person: Mapping[str, Any]) -> str:
    """Return the name of a Patient, Practitioner or RelatedPerson as it is said, given names first; empty where there is none."""
    name: Mapping[str, Any] = next(iter(person.get("name", ())), {})
    return " ".join((*name.get("given", ()), name.get("family", ""))).strip()


def protect(patient_: Mapping[str, Any], grade: str | None) -> Json:
    """Return the Patient with `meta.security` for its address protection (none, confidential, strictly-confidential)."""
    meta = {k: v for k, v in patient_.get("meta", {}).items() if k != "security"}
    if grade is not None and grade in _PROTECTED:
        meta["security"] = [parts.coding(urls.CONFIDENTIALITY, *_PROTECTED[grade])]
    return {**patient_, "meta": meta}


def grade(patient_: Mapping[str, Any] | None) -> str | None:
    """Return the grade of address protection that a Patient carries, None where there is none."""
    codes = {label.get("code") for label in (patient_ or {}).get("meta", {}).get("security", ())}
    return next((name for name, (code, _) in _PROTECTED.items() if code in codes), None)


def label(grade_: str) -> str:
    """Return the code of a grade of address protection in `meta.security`."""
    return _PROTECTED[grade_][0]


def is_hidden(grade_: str | None) -> bool:
    """Return whether municipality and address of a person of this grade are told nobody."""
    return grade_ in _PROTECTED


def renumbered(
    patient_: Mapping[str, Any],
    *,
    identifier: tuple[str, str],
    former: tuple[str, str],
    by: Ref | None = None,
) -> Json:
    """Return the Patient by another number, the former one kept as old; with `by` another Patient replaces it. E18."""
    now, old = parts.identifier(*identifier), parts.identifier(*former, use="old")
    known = [
        i for i in patient_.get("identifier", ()) if (i["system"], i["value"]) not in {identifier, former}
    ]
    changed = parts.changed(patient_, identifier=[now, *known, old])
    if by is None:
        return changed
    return _linked(parts.changed(changed, active=False), by, "replaced-by")


def replacing(patient_: Mapping[str, Any], former: Ref) -> Json:
    """Return the Patient as the one that replaces another. E18."""
    return _linked(patient_, former, "replaces")


def _linked(patient_: Mapping[str, Any], other: Ref, type_: str) -> Json:
    """Return the Patient with a link; of the cases that replace it the last one counts."""
    kept = [
        one
        for one in patient_.get("link", ())
        if one["other"] != parts.ref(other) and (type_ == "replaces" or one["type"] != type_)
    ]
    return parts.changed(patient_, link=[*kept, {"other": parts.ref(other), "type": type_}])


def _communication(language: str | None) -> list[Json]:
    if not language:
        return []
    return [{"language": parts.coded(urls.LANGUAGE, language), "preferred": True}]


def practitioner(
    *,
    id_: str,
    family: str,
    given: str,
    middle: str | None = None,
    hpr: str | None = None,
    profession: str | None = None,
) -> Json:
    """Return the Practitioner; without HPR simply without that identifier. `profession` is a code of 9060."""
    return parts.resource(
        "Practitioner",
        id_,
        {
            "identifier": [parts.identifier(urls.HPR, hpr)] if hpr else None,
            "active": True,
            "name": [parts.human_name(family=family, given=given, middle=middle)],
            "qualification": [{"code": parts.volven("9060", profession)}] if profession else None,
        },
        profile=urls.NO_BASIS_PRACTITIONER,
    )


def practitioner_role(
    *,
    id_: str,
    practitioner: Ref | None,
    organisation: Ref | None,
    role: str | None = None,
    start: When | None = None,
    end: When | None = None,
    phone: str | None = None,
    email: str | None = None,
    hours: str | None = None,
    deputy: tuple[str, str | None] | None = None,
) -> Json:
    """Return the PractitionerRole: an author, or an assignment (its id is the assignmentId).

    `role` is a key of codes.ROLES; `hours` like `08:00-15:00` become availableTime, other words
    availabilityExceptions; `deputy` (name, phone) stands in notAvailable.description.
    """
    return parts.resource(
        "PractitionerRole",
        id_,
        {
            "active": True,
            "period": parts.period(start=start, end=end),
            "practitioner": parts.ref(practitioner),
            "organization": parts.ref(organisation),
            "code": [parts.role(role)] if role else None,
            "telecom": parts.telecom(phone=phone, email=email),
            **_hours(hours),
            "notAvailable": [{"description": _deputy(*deputy)}] if deputy else None,
            **_exceptions(hours),
        },
        profile=urls.NO_BASIS_PRACTITIONER_ROLE,
    )


def ended_role(role: Mapping[str, Any], *, end: When) -> Json:
    """Return the PractitionerRole with `period.end`; `active` stays, a period that is over says it."""
    return parts.changed(role, period={**role.get("period", {}), "end": parts.when(end)})


def _clock(hour: str, minute: str | None) -> str | None:
    return f"{hour}:{minute or '00'}:00" if hour < "24" and (minute or "00") < "60" else None


def _opening(hours: str | None) -> tuple[str, str] | None:
    found = _HOURS.fullmatch(hours.strip()) if hours else None
    if found is None:
        return None
    start, end = _clock(found[1], found[2]), _clock(found[3], found[4])
    return (start, end) if start and end else None


def _hours(hours: str | None) -> Json:
    opening = _opening(hours)
    return (
        {"availableTime": [{"availableStartTime": opening[0], "availableEndTime": opening[1]}]}
        if opening
        else {}
    )


def _exceptions(hours: str | None) -> Json:
    return {"availabilityExceptions": hours} if hours and not _opening(hours) else {}


def _deputy(name: str, phone: str | None) -> str:
    return f"Stedfortreder: {name}, {phone}" if phone else f"Stedfortreder: {name}"


def related_person(
    *,
    id_: str,
    patient: Ref,
    family: str | None = None,
    given: str | None = None,
    relationship: str | None = None,
    text: str | None = None,
    phone: str | None = None,
) -> Json:
    """Return the RelatedPerson. `relationship` is a code of 9245 (who may consent); `text` says it in words."""
    codings = [parts.volven_coding("9245", relationship)] if relationship else []
    name = parts.filled({"family": family, "given": [given] if given else None})
    return parts.resource(
        "RelatedPerson",
        id_,
        {
            "active": True,
            "patient": parts.ref(patient),
            "relationship": [parts.concept(*codings, text=text)] if codings or text else None,
            "name": [name] if name else None,
            "telecom": parts.telecom(phone=phone),
        },
        profile=urls.NO_BASIS_RELATED_PERSON,
    )
