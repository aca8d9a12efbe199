"""The small parts resources are made of: references, codings, names, periods, instants. R4 datatypes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from adapter import codes
from adapter.fhir import urls
from adapter.fhir.elements import ORDER
from adapter.timing import OSLO

Json = dict[str, Any]
Ref = str | Mapping[str, Any]
"""A relative reference `Type/id`, or a whole Reference (for display or logical identifier)."""
When = date | datetime

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def filled(elements: Mapping[str, Any]) -> Json:
    """Return the elements that say something: None and empty lists, dicts and strings are dropped. R4 forbids them."""
    return {name: value for name, value in elements.items() if value or value == 0}


def resource(type_: str, id_: str, elements: Mapping[str, Any], *, profile: str | None = None) -> Json:
    """Return a resource with `resourceType`, `id`, `meta.profile`, then the elements in the order given."""
    head: Json = {"resourceType": type_, "id": id_}
    if profile:
        head["meta"] = {"profile": [profile]}
    head.update(filled(elements))
    return head


def changed(old: Mapping[str, Any], **elements: Any) -> Json:
    """Return a copy with elements replaced (None removes one), in R4 order; meta stays. `for_` means `for`."""
    merged = filled({**old, **{name.rstrip("_"): value for name, value in elements.items()}})
    return {name: merged[name] for name in sorted(merged, key=ORDER[old["resourceType"]].__getitem__)}


def ref(target: Ref | None, display: str | None = None) -> Json | None:
    """Return a Reference, None for none."""
    if target is None:
        return {"display": display} if display else None
    if not isinstance(target, str):
        return dict(target)
    return {"reference": target, "display": display} if display else {"reference": target}


def refs(targets: Iterable[Ref | None]) -> list[Json]:
    """Return References of those that are not None."""
    return [found for found in map(ref, targets) if found is not None]


def of(resource_: Mapping[str, Any]) -> str:
    """Return the relative reference `Type/id` of a resource."""
    return f"{resource_['resourceType']}/{resource_['id']}"


def coding(system: str, code: str, display: str | None = None) -> Json:
    """Return a Coding."""
    found = {"system": system, "code": code}
    if display:
        found["display"] = display
    return found


def concept(*codings: Mapping[str, Any], text: str | None = None) -> Json:
    """Return a CodeableConcept of codings and text."""
    return filled({"coding": [dict(c) for c in codings], "text": text})


def local_coding(system: str, code: str) -> Json:
    """Return a Coding of a local system (a constant of `urls`), with the display of codes/local.toml."""
    return coding(system, code, codes.LOCAL.get(system.rpartition("/")[2], {}).get(code))


# A code says the same in every resource, and none is changed in place: what is made of a code alone is made once.


@lru_cache(maxsize=256)
def coded(system: str, code: str, display: str | None = None) -> Json:
    """Return a CodeableConcept with one code."""
    return {"coding": [coding(system, code, display)]}


@lru_cache(maxsize=256)
def local(system: str, code: str) -> Json:
    """Return a CodeableConcept with one code of a local system."""
    return {"coding": [local_coding(system, code)]}


def volven_coding(number: str, code: str) -> Json:
    """Return a Coding of a Volven list, with its display."""
    return coding(urls.volven(number), code, codes.display(number, code))


@lru_cache(maxsize=256)
def volven(number: str, code: str) -> Json:
    """Return a CodeableConcept with one code of a Volven list."""
    return {"coding": [volven_coding(number, code)]}


@lru_cache(maxsize=256)
def role(key: str) -> Json:
    """Return the CodeableConcept of a role (9034 or local); `key` as in codes.ROLES. Raises KeyError."""
    found = codes.ROLES[key]
    return {"coding": [coding(found.system, found.code, found.display)]}


def identifier(system: str, value: str, *, use: str | None = None) -> Json:
    """Return an Identifier."""
    return {"use": use, "system": system, "value": value} if use else {"system": system, "value": value}


def uuid_identifier(value: str) -> Json:
    """Return an Identifier of a UUID (`urn:uuid:…`), or in our naming system when the value is no UUID."""
    if _UUID.fullmatch(value):
        return {"system": urls.URI, "value": f"urn:uuid:{value.lower()}"}
    return {"system": urls.MESSAGE_ID, "value": value}


def when(value: When | None) -> str | None:
    """Return an R4 dateTime: a date as it is, an instant in whole seconds with the offset of Europe/Oslo."""
    if value is None:
        return None
    return instant(value) if isinstance(value, datetime) else value.isoformat()


def instant(value: datetime) -> str:
    """Return an R4 instant in whole seconds with the offset of Europe/Oslo. `value` is aware."""
    return _oslo(value, value.fold)


@lru_cache(maxsize=64)
def _oslo(value: datetime, _fold: int) -> str:
    """Keep the last few: an event says its own instant a dozen times. Of equal instants the fold may still differ."""
    return value.astimezone(OSLO).isoformat(timespec="seconds")


def period(*, start: When | None = None, end: When | None = None) -> Json | None:
    """Return a Period, None when neither end is known."""
    return filled({"start": when(start), "end": when(end)}) or None


def human_name(*, family: str, given: str, middle: str | None = None) -> Json:
    """Return a HumanName; the middle name is an extension, never a second `given`. no-basis-HumanName."""
    extension = [{"url": urls.MIDDLENAME, "valueString": middle}] if middle else None
    return filled({"extension": extension, "family": family, "given": [given]})


def telecom(*, phone: str | None = None, email: str | None = None) -> list[Json]:
    """Return the ContactPoints for a phone and an email, as given."""
    pairs = (("phone", phone), ("email", email))
    return [{"system": system, "value": value} for system, value in pairs if value]


def annotate(*texts: str | None) -> list[Json]:
    """Return Annotations of the texts there are."""
    return [{"text": text} for text in texts if text]


def extension(url: str, type_: str, value: Any) -> Json:
    """Return a simple Extension; `type_` as in `valueCode`."""
    return {"url": url, type_: value}


def municipality_address(
    *, municipality: str | None, name: str | None = None, district: str | None = None
) -> list[Json] | None:
    """Return the home Address that says only the municipality and urban district. no-basis-Address, `_district`."""
    if not municipality:
        return None
    code = {"url": urls.MUNICIPALITY_CODE, "valueCoding": coding(urls.MUNICIPALITY, municipality)}
    urban = (
        {"url": urls.URBAN_DISTRICT, "valueCoding": coding(urls.volven("3403"), district)}
        if district
        else None
    )
    address = {"extension": [urban] if urban else None, "use": "home", "district": name}
    return [filled({**address, "_district": {"extension": [code]}})]


def has_code(
    concepts: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None, system: str, code: str
) -> bool:
    """Whether a CodeableConcept, or one of a list, has this coding."""
    many = [concepts] if isinstance(concepts, Mapping) else concepts or []
    return any(
        c.get("system") == system and c.get("code") == code for one in many for c in one.get("coding", ())
    )
