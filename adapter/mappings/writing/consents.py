"""A Consent as the event's `consent` part: ours by its extension, another's by what R4 itself says. E13, E15; decision 16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.fhir import consents, parts, urls
from adapter.mappings import consenting, views
from adapter.mappings.writing import parties, places
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, Json, Told, Wish, refused
from adapter.model import Resource

STATUS: Final[Mapping[str, str]] = {
    "active": "given",
    "rejected": "refused",
    "inactive": "withdrawn",
    "proposed": "not-asked",
    "draft": "not-asked",
}
"""Consent.status → status of the statement, where the resource does not state it itself."""
_NOT_ASKED: Final = {"status": "not-asked"}
_KEPT: Final = ("method", "givenBy", "obtainedBy", "guardians", "capacity", "note")
_AFTER: Final = {consents.EXPIRED: "withdrawn"}


def part(wish: Wish, resource: Resource) -> Json:
    """Return the event's `consent` of a Consent."""
    said = _statement(resource)
    provision = resource.get("provision", {})
    stated = str(said.get("status") or STATUS.get(resource.get("status", ""), "not-asked"))
    performer = next(iter(resource.get("performer", ())), resource.get("patient", {}))
    patient = str(performer.get("reference", "")).startswith("Patient/") or performer == resource.get(
        "patient"
    )
    return parts.filled(
        {
            "status": _AFTER.get(stated, stated),
            "scopes": scopes(resource),
            "recipients": _keys(wish, provision),
            "excluded": [
                key for one in provision.get("provision", ()) if one.get("type") == "deny" for key in _keys(wish, one)
            ],
            "givenBy": "patient" if patient and "givenBy" not in said else None,
            "date": resource["dateTime"][:10] if resource.get("dateTime") else None,
            "validUntil": str(provision.get("period", {}).get("end", ""))[:10],
            **{name: said[name] for name in _KEPT if name in said},
        }
    )  # fmt: skip


def placed(event: str, at: str) -> dict[str, str]:
    """Return where an event's consent stands: element by element in a Consent that is written, whole where one is referred to."""
    whole = at != "Consent" and ".contained[" not in at
    return {event: at} if whole else places.of("consent", event, at)


def _statement(resource: Resource) -> Json:
    found = (e for e in resource.get("extension", ()) if e.get("url") == urls.CONSENT_STATEMENT)
    first: Mapping[str, Any] = next(found, {})
    nested = first.get("extension", ())
    return {e["url"]: e.get("valueCode", e.get("valueString")) for e in nested}


def scopes(resource: Resource) -> list[str]:
    """Return the scopes that a Consent permits."""
    listed = resource.get("provision", {}).get("code", ())
    return [code for one in listed if (code := views.code_of(one, urls.CONSENT_SCOPE))]


def _keys(wish: Wish, provision: Mapping[str, Any]) -> list[str]:
    """Return whom a provision names, by the address book's keys."""
    found = []
    for actor in provision.get("actor", ()):
        reference = actor.get("reference", {})
        said = reference.get("identifier", {})
        party = wish.party_of(reference)
        if said.get("system") == urls.RECIPIENT:
            found.append(str(said.get("value")))
        elif party is not None:
            found.append(party.key)
    return found


def of_plan(wish: Wish) -> tuple[Json, str]:
    """Return the `consent` of a plan and where it stands: contained, or stored and still the newest word.

    A stored one that a later refusal or withdrawal follows is not said again: it would open what was closed.
    """
    said: tuple[Json, str] | None = None
    for number, one in enumerate(wish.said.get("supportingInfo", ())):
        at = f"CarePlan.supportingInfo[{number}]"
        found = wish.find(one)
        if said is not None and (
            found is not None or not str(one.get("reference", "")).startswith("Consent/")
        ):
            continue
        if found is None or found["resourceType"] != "Consent":
            raise refused(KEPT_NOT, at)
        if "meta" in found and consenting.overruled(wish.case, found):
            raise refused(NO_EVENT, at, hint="consent")
        said = part(wish, found), wish.place(one, at)
    return said or (_standing(wish), "CarePlan.supportingInfo")


def _standing(wish: Wish) -> Json:
    """Return the consent of a plan that names none: the one that it had and that nothing has overruled, else that nobody has asked."""
    for one in (wish.old or {}).get("supportingInfo", ()):
        found = wish.find(one)
        if (
            found is not None
            and found["resourceType"] == "Consent"
            and not consenting.overruled(wish.case, found)
        ):
            return part(wish, found)
    return dict(_NOT_ASKED)


# ── E13, E15 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def created(wish: Wish) -> tuple[Told, ...]:
    """Return the consent as given, or refused: ip.consent.given. E13."""
    data = {**parties.base(wish), "consent": part(wish, wish.said)}
    where = {**parties.placed(wish), **placed("$.data.consent", wish.type)}
    return (Told(type="ip.consent.given", data=data, places=where),)


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return the withdrawal of a consent, or of the scopes that it no longer names: ip.consent.withdrawn. E15."""
    before, after = scopes(wish.old or {}), scopes(wish.said)
    other = [n for n in {*wish.said, *(wish.old or {})} - _MAY_DIFFER if _other(wish, n)]
    if other:
        raise refused(NO_EVENT, *(f"Consent.{name}" for name in sorted(other)))
    gone = before if wish.said["status"] == "inactive" else [s for s in before if s not in after]
    if wish.said["status"] not in {"active", "inactive"} or not gone or set(after) - set(before):
        raise refused(NO_EVENT, "Consent.status")
    return (_withdrawn(wish, gone),)


_MAY_DIFFER: Final = frozenset({"status", "meta", "text"})


def _other(wish: Wish, name: str) -> bool:
    """Return whether an element says something else than before, the scopes apart."""
    said, old = wish.said.get(name), (wish.old or {}).get(name)
    if name == "provision":
        said, old = ({k: v for k, v in (one or {}).items() if k != "code"} for one in (said, old))
    return bool(said != old)


def _withdrawn(wish: Wish, gone: list[str]) -> Told:
    data = {**parties.base(wish), "scopes": gone, "date": wish.today.isoformat()}
    return Told(type="ip.consent.withdrawn", data=data, places={"$.data.scopes": "Consent.provision.code"})
