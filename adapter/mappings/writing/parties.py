"""Who writes and about whom: the acting party, the author and the patient of an event, from what a resource says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.fhir import parts, teams, urls
from adapter.fhir.provenance import POLICY
from adapter.mappings import views
from adapter.mappings.writing import places
from adapter.mappings.writing.wish import NOWHERE, Json, Wish, refused
from adapter.model import AddressBook, Party, Resource

PATIENT: Final[Mapping[str, str]] = {
    "CarePlan": "subject",
    "Goal": "subject",
    "ServiceRequest": "subject",
    "CareTeam": "subject",
    "Task": "for",
    "Consent": "patient",
}
"""Type → the element that names the patient; of an Appointment it is a participant."""
WRITER: Final[Mapping[str, tuple[str, ...]]] = {
    "CarePlan": ("contributor",),
    "ServiceRequest": ("requester",),
    "Task": ("requester",),
}
"""Type → elements that may name who writes; X-Provenance goes first."""


def acting(book: AddressBook, key: str | None, provenance: Resource | None) -> Party | None:
    """Return the party for which a write is made: the client's own, or of the installation's the one X-Provenance names.

    Without one it is the first home party with an address of its own.
    """
    if key is not None:
        return book.by_key(key)
    for agent in (provenance or {}).get("agent", ()):
        for said in (agent.get("onBehalfOf"), agent.get("who")):
            found = book.by_organisation(views.reference_id(said)) if said else None
            if found is not None:
                return found
    return next((p for p in book.parties if p.home and p.unit_her_id), None)


def named(resource: Resource) -> tuple[Any, str]:
    """Return the Reference to the patient of a resource, and where it stands; None where it names none."""
    type_ = resource["resourceType"]
    if type_ == "Appointment":
        for number, one in enumerate(resource.get("participant", ())):
            if is_patient(resource, one.get("actor")):
                return one["actor"], f"Appointment.participant[{number}].actor"
        return None, "Appointment.participant"
    element = PATIENT.get(type_, "subject")
    return resource.get(element), f"{type_}.{element}"


def is_patient(resource: Resource, actor: Any) -> bool:
    """Return whether a Reference of a resource is to a Patient: by id, contained, or by a person's number."""
    target = str((actor or {}).get("reference", ""))
    inner = next((c for c in resource.get("contained", ()) if f"#{c.get('id')}" == target), None)
    about = inner["resourceType"] == "Patient" if inner else target.startswith("Patient/")
    return about or (actor or {}).get("identifier", {}).get("system") in urls.PERSON_SYSTEMS


def person(resource: Resource) -> tuple[str, str] | None:
    """Return the number of the patient that a resource names by identifier or contained: (system, value)."""
    reference, _ = named(resource)
    if not isinstance(reference, Mapping):
        return None
    target = reference.get("reference", "")
    inner: Any = next((c for c in resource.get("contained", ()) if f"#{c.get('id')}" == target), {})
    listed = [reference.get("identifier", {}), *inner.get("identifier", ())]
    found = ((i.get("system"), i.get("value")) for i in listed if i.get("use") != "old")
    return next(((str(s), str(v)) for s, v in found if s and v), None)


def key(resource: Resource) -> str | None:
    """Return the id of the Patient that a resource refers to, None where it names one otherwise."""
    reference, _ = named(resource)
    target = str(reference.get("reference", "")) if isinstance(reference, Mapping) else ""
    return target.partition("/")[2] if target.startswith("Patient/") else None


def about(wish: Wish) -> Json:
    """Return the event's `patient`: of a contained Patient, completed by the one of the case. Raises Faults IPK-F041."""
    reference, at = named(wish.said)
    inner = wish.find(reference) if isinstance(reference, Mapping) else None
    known = views.patient(wish.case) or {}
    said = {**known, **(inner or {})} if inner is None or inner.get("resourceType") == "Patient" else {}
    identifiers = [i for i in said.get("identifier", ()) if i.get("use") != "old"]
    if not identifiers or not said.get("name"):
        raise refused(NOWHERE, at)
    name = said["name"][0]
    return _without_none(
        {
            "identifier": {"system": identifiers[0].get("system"), "value": identifiers[0].get("value")},
            "name": _without_none({**_name(name), "middle": _extension(name, urls.MIDDLENAME)}),
            "birthDate": said.get("birthDate"),
            "gender": said.get("gender"),
            "municipality": _home(said) or _home(known),
        }
    )


def placed(wish: Wish) -> dict[str, str]:
    """Return where the event's `patient` stands: element by element where the resource contains the Patient."""
    reference, at = named(wish.said)
    inner = wish.place(reference, at) if isinstance(reference, Mapping) else at
    return places.of("patient", PATIENT_PART, inner) if inner != at else {PATIENT_PART: at}


PATIENT_PART: Final = "$.data.patient"


def _name(name: Mapping[str, Any]) -> Json:
    return {"family": name.get("family"), "given": " ".join(name.get("given", ())) or None}


def _extension(holder: Mapping[str, Any], url: str) -> Any:
    found = (e for e in holder.get("extension", ()) if e.get("url") == url)
    one: Mapping[str, Any] = next(found, {})
    return one.get("valueString") or one.get("valueCoding", {}).get("code") or one.get("valueCode")


def _home(said: Mapping[str, Any]) -> Json | None:
    for address in said.get("address", ()):
        code = _extension(address.get("_district", {}), urls.MUNICIPALITY_CODE)
        if code:
            return _without_none({"code": code, "district": _extension(address, urls.URBAN_DISTRICT)})
    return None


# ── who writes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def base(wish: Wish) -> Json:
    """Return what all events share: patient, author, and of X-Provenance when it happened and its legal basis."""
    told = wish.provenance or {}
    policies = tuple(told.get("policy", ()))
    basis = next((name for name, listed in POLICY.items() if set(listed) <= set(policies)), None)
    return _without_none(
        {
            "patient": about(wish),
            "author": author(wish),
            "legalBasis": basis if policies else None,
            "occurredAt": next((when for n in _WHEN if "T" in (when := told.get(n, ""))), None),
        }
    )


_WHEN: Final = ("occurredDateTime", "recorded")
"""Elements of X-Provenance that say when it happened, the surest first."""


def author(wish: Wish) -> Json:
    """Return the event's `author`: who X-Provenance or the resource says writes, else the acting organisation alone."""
    found = next(filter(None, (_professional(wish, one) for one in _writers(wish))), {})
    kind = "health-personnel" if found.get("hpr") else _kind(wish.party)
    return {"kind": kind, "organisation": {"name": wish.party.name}, **found}


def is_author(wish: Wish, reference: Any, author: Json) -> bool:
    """Whether a Reference names nobody but the event's author, or the organisation that the author writes for."""
    if reference is None:
        return True
    party = wish.party_of(reference)
    if party is not None:
        return party.level1_id == wish.party.level1_id
    found = _professional(wish, reference) or {}
    sure = next((name for name in ("hpr", "name") if name in found and name in author), None)
    return sure is not None and found[sure] == author[sure]


def _writers(wish: Wish) -> list[Any]:
    """Return the References that may name who writes, the surest first."""
    told = [agent.get("who") for agent in (wish.provenance or {}).get("agent", ())]
    said = [wish.said.get(element) for element in WRITER.get(wish.type, ())]
    return [one for group in (told, *said) for one in (group if isinstance(group, list) else [group]) if one]


def _kind(party: Party) -> str:
    return "municipality" if party.serves else "coordinating-unit"


def _professional(wish: Wish, reference: Mapping[str, Any]) -> Json | None:
    """Return name, HPR number, phone and role of a professional, None where a Reference names none."""
    held = wish.find(reference) or _within(wish, reference)
    role = held if held is not None and held["resourceType"] == "PractitionerRole" else {}
    who = wish.find(role.get("practitioner")) or _within(wish, role.get("practitioner")) if role else held
    if who is not None and who["resourceType"] == "Practitioner" and who.get("name"):
        listed = [*role.get("telecom", ()), *who.get("telecom", ())]
        phone = next((t.get("value") for t in listed if t.get("system") == "phone"), None)
        found = {
            "name": _name(who["name"][0]),
            "hpr": identifier(who, urls.HPR),
            "profession": profession(who),
            "role": teams.role_key(role) if role else None,
            "phone": phone,
        }
        return _without_none(found)
    return _displayed(reference) if who is None and not role else None


def _within(wish: Wish, reference: Any) -> Resource | None:
    """Return what is contained in X-Provenance."""
    target = reference.get("reference") if isinstance(reference, Mapping) else None
    inner = (wish.provenance or {}).get("contained", ())
    return next((one for one in inner if f"#{one.get('id')}" == target), None)


def _displayed(reference: Mapping[str, Any]) -> Json | None:
    """Return who is named in words or by HPR number alone."""
    words = str(reference.get("display", "")).split()
    if len(words) < 2 or str(reference.get("reference", "")).startswith(("Organization/", "Device/")):  # noqa: PLR2004
        return None
    said = reference.get("identifier", {})
    hpr = said.get("value") if said.get("system") == urls.HPR else None
    return _without_none({"name": {"family": words[-1], "given": " ".join(words[:-1])}, "hpr": hpr})


def identifier(resource: Mapping[str, Any], system: str) -> str | None:
    """Return the value of an identifier's system."""
    found = (i.get("value") for i in resource.get("identifier", ()) if i.get("system") == system)
    return next(found, None)


def profession(practitioner: Mapping[str, Any]) -> str | None:
    """Return the code of list 9060 that a Practitioner has."""
    codes = (views.code_of(q.get("code"), urls.volven("9060")) for q in practitioner.get("qualification", ()))
    return next(filter(None, codes), None)


def _without_none(found: Mapping[str, Any]) -> Json:
    return parts.filled(found)
