"""The Patient as an event states it, beside what the case knows: empty places are filled, nothing known is overwritten in silence.

Issue 4, 'Bad input gets'; docs/decisions/0131-what-is-known-of-the-patient-stands.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from adapter.fhir import parts, people, urls
from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.model import Case, Resource

IDENTITY: Final = "ip.identity.changed"
MOVED: Final = "ip.patient.moved"
GP: Final = "ip.gp.changed"
PROTECTED: Final = "ip.address-protection.changed"
GRADES: Final = (None, "confidential", "strictly-confidential")
"""Grades of protection of an address, the weakest first."""
PROTECTION: Final = "protection"
"""Name of the protection among the elements of a Patient that an event may say otherwise."""
MAY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        IDENTITY: frozenset({"name", "birthDate", "gender"}),
        MOVED: frozenset({"address"}),
        GP: frozenset({"generalPractitioner"}),
    }
)
"""Type of event → what of a known Patient it may change. E18, E50, E33; all others fill what is empty."""
UNKNOWN: Final = "unknown"


def stated(ctx: Context, *, gp: str | None) -> Resource:
    """Return the Patient as the event alone states it; of a protected address no municipality."""
    said = ctx.data.patient
    protected = protection(ctx)
    place = None if people.is_hidden(protected) else said.municipality
    return people.patient(
        id_=ctx.patient_id(),
        identifier=(said.identifier.system, said.identifier.value),
        family=said.name.family,
        given=said.name.given,
        middle=said.name.middle,
        birth_date=said.birth_date,
        gender=said.gender,
        municipality=place.code if place else None,
        district=place.district if place else None,
        gp=gp,
        protected=protected,
        language=said.language,
    )


def merged(ctx: Context, built: Resource) -> Resource:
    """Return the Patient of the case with what the event adds, or may change."""
    old = views.patient(ctx.case)
    if old is None:
        return built
    hidden = people.is_hidden(people.grade(built))
    kept = {
        k: v
        for k, v in old.items()
        if k in {"identifier", "active"} or (k not in built and not (hidden and k == "address"))
    }
    stands = {name: old[name] for name in _SAYS if name in old and not _taken(ctx, name, old, built)}
    return parts.changed({**built, **kept, **(stands if not hidden else _without_address(stands))})


def _without_address(stands: Resource) -> Resource:
    return {name: value for name, value in stands.items() if name != "address"}


def contradicted(ctx: Context, built: Resource) -> tuple[str, ...]:
    """Return what of the Patient the event says otherwise than the case, and may not change."""
    old = views.patient(ctx.case) or {}
    other = (name for name in _SAYS if not _may(ctx, name) and _says(ctx, name, old, built) == "other")
    return (*other, *((PROTECTION,) if _says_less(ctx) else ()))


def elsewhere(ctx: Context, built: Resource) -> bool:
    """Return whether the event states another municipality or district than the case, by whatever right."""
    old = views.patient(ctx.case) or {}
    return ctx.event.type != MOVED and _says(ctx, "address", old, built) == "other"


def protection(ctx: Context) -> str | None:
    """Return the grade of protection that the address has after the event: E19 sets it, any other only raises it. ADR 32."""
    known, said = people.grade(views.patient(ctx.case)), _said_protection(ctx)
    return said if ctx.event.type == PROTECTED else max(known, said, key=GRADES.index)


def _said_protection(ctx: Context) -> str | None:
    """Return the grade that the event states: E19 by its own field, others by the patient; None also where it states none."""
    said = ctx.data.level if ctx.event.type == PROTECTED else ctx.data.patient.protected_address
    return said if said in GRADES else None


def _says_less(ctx: Context) -> bool:
    """Return whether the event states a weaker protection than the case has, and may not lower it."""
    return ctx.data.patient.protected_address is not None and _said_protection(ctx) != protection(ctx)


def birth_date(ctx: Context) -> date | None:
    """Return the birth date that the case knows, else the one that the event says, which E18 may correct: never the number's."""
    # From 2032 the number no longer tells the age.
    known: str | None = (views.patient(ctx.case) or {}).get("birthDate")
    said = said_birth_date(ctx)
    if known is None or (said is not None and _may(ctx, "birthDate")):
        return said or (date.fromisoformat(known) if known else None)
    return date.fromisoformat(known)


def said_birth_date(ctx: Context) -> date | None:
    """Return the birth date that the event itself says, None where it says none or names no patient."""
    said: date | None = getattr(getattr(ctx.data, "patient", None), "birth_date", None)
    return said


def place(case: Case) -> tuple[str | None, str | None]:
    """Return the municipality and urban district where the patient lives, as far as the case knows them."""
    addresses = (views.patient(case) or {}).get("address", ())
    return _place(addresses[0]) if addresses else (None, None)


# ── one thing beside another ─────────────────────────────────────────────────────────────────────────────────────────


def _may(ctx: Context, name: str) -> bool:
    """Return whether an event may change it. Where nothing stands in a case, nobody has to hand the patient over."""
    free = name == "address" and not views.stands(ctx.case)
    return free or name in MAY.get(ctx.event.type, ())


def _taken(ctx: Context, name: str, old: Resource, built: Resource) -> bool:
    says = _says(ctx, name, old, built)
    return says == "more" or (says == "other" and _may(ctx, name))


def _says(ctx: Context, name: str, old: Resource, built: Resource) -> str:
    """Return `same`, `more` or `other`. A received message does not tell where the patient lives."""
    if name not in old or name not in built or (name == "address" and ctx.inbound is not None):
        return "same"
    return _SAYS[name](old[name], built[name])


def _name(old: Any, new: Any) -> str:
    """Return what a name adds: spelling in capitals nothing, a further given name more, another name is another."""
    known, told = _words(old[0]), _words(new[0])
    if not told[0] or known[0] != told[0]:
        return "same" if not told[0] else "other"
    if told[1] <= known[1]:
        return "same"
    return "more" if known[1] < told[1] else "other"


def _words(name: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    middle = (e.get("valueString", "") for e in name.get("extension", ()))
    first = " ".join((*name.get("given", ()), *middle))
    return " ".join(str(name.get("family", "")).casefold().split()), frozenset(first.casefold().split())


def _plain(old: Any, new: Any) -> str:
    return "same" if old == new else "other"


def _gender(old: Any, new: Any) -> str:
    if UNKNOWN in (old, new):
        return "same" if new == UNKNOWN else "more"
    return _plain(old, new)


def _address(old: Any, new: Any) -> str:
    known, told = _place(old[0]), _place(new[0])
    if known[0] != told[0]:
        return "other"
    if told[1] is None or known[1] == told[1]:
        return "same"
    return "more" if known[1] is None else "other"


def _place(address: Mapping[str, Any]) -> tuple[str | None, str | None]:
    inside = address.get("_district", {}).get("extension", ())
    return _coded(inside, urls.MUNICIPALITY_CODE), _coded(address.get("extension", ()), urls.URBAN_DISTRICT)


def _coded(extensions: Any, url: str) -> str | None:
    return next((e.get("valueCoding", {}).get("code") for e in extensions if e.get("url") == url), None)


_SAYS: Final[Mapping[str, Callable[[Any, Any], str]]] = MappingProxyType(
    {
        "name": _name,
        "birthDate": _plain,
        "gender": _gender,
        "address": _address,
        "generalPractitioner": _plain,
    }
)
"""Element of the Patient → what an event's value says beside the one that is known."""
