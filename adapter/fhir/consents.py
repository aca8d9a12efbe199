"""Consent: who may be told what, by whose word. R4 Consent; pbrl ch. 4; lists 9230 and 9245."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref

STATUS: Final[Mapping[str, str]] = {
    "given": "active",
    "limited": "active",
    "not-required": "active",
    "presumed": "active",
    "refused": "rejected",
    "withdrawn": "inactive",
    "not-asked": "proposed",
}
"""The event's consent status → Consent.status (required binding consent-state-codes)."""

POLICY: Final[Mapping[str, str]] = {
    "given": "01",
    "limited": "01",
    "refused": "01",
    "withdrawn": "01",
    "not-asked": "01",
    "presumed": "12",
    "not-required": "21",
}
"""Consent status → policyRule, list 9230: consent, presumed consent, by law."""

GUARDIANS: Final[Mapping[str, str]] = {"one": "1", "both": "2"}
"""guardians → 9245: sole responsibility, or shared."""

RELATIONSHIP: Final[Mapping[str, str | None]] = {"guardian": None, "representative": "5", "relative": "4"}
"""givenBy → 9245. A guardian of a child has sole or shared responsibility (1, 2), which the event does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody a consent names: the key of the event, with the Organization where it is known."""

    key: str
    reference: str | None = None
    display: str | None = None


def consent(
    *,
    id_: str,
    patient: str,
    status: str,
    scopes: Sequence[str] = (),
    recipients: Sequence[Actor] = (),
    excluded: Sequence[Actor] = (),
    given_by: str | None = None,
    performer: Ref | None = None,
    method: str | None = None,
    on: date | None = None,
    valid_until: date | None = None,
    organisation: Ref | None = None,
    obtained_by: str | None = None,
    inside: Mapping[str, str | None] | None = None,
    subject: str = "ip-need",
    policy: str | None = None,
) -> Json:
    """Return the Consent of an event's consent part; `subject` ip-need or ip-plan.

    `performer` is who consents (default: the patient when `given_by` is); `policy` a code of 9230 (default by status);
    `inside` what else was said (guardians, capacity, note): it is kept and never printed.
    """
    who = performer or (patient if given_by in {None, "patient"} else None)
    return parts.resource(
        "Consent",
        id_,
        {
            "extension": [_statement(status, method, given_by, obtained_by, inside=inside or {})],
            "status": STATUS[status],
            "scope": parts.coded(f"{urls.TERMINOLOGY}/consentscope", "patient-privacy"),
            "category": [
                parts.coded(urls.LOINC, "59284-0", "Patient Consent"),
                parts.local(urls.CONSENT_SUBJECT, subject),
            ],
            "patient": parts.ref(patient),
            "dateTime": parts.when(on),
            "performer": parts.refs([who]),
            "organization": parts.refs([organisation]),
            "policyRule": parts.volven("9230", policy or POLICY[status]),
            "verification": _verification(status, who, on),
            "provision": _provision(
                scopes=scopes, recipients=recipients, excluded=excluded, on=on, valid_until=valid_until
            ),
        },
    )


def withdrawn(
    old: Mapping[str, Any],
    *,
    scopes: Sequence[str] = (),
    recipients: Sequence[str] = (),
    on: date | None = None,
) -> Json:
    """Return the Consent without the scopes and recipients withdrawn; inactive when nothing is left or none was named; as it is where it held none.

    Scopes alone are withdrawn for everybody. Recipients named lose every scope (the stricter reading where both are given,
    since one provision cannot say it per scope); the others keep what they had.
    """
    provision, taken = dict(old.get("provision", {})), set(scopes)
    if taken and not any(_code(c) in taken for c in provision.get("code", ())):
        return dict(old)
    if recipients:
        gone = set(recipients)
        provision["actor"] = [a for a in provision.get("actor", ()) if _key(a) not in gone]
        ended = not provision["actor"]
    else:
        provision["code"] = [c for c in provision.get("code", ()) if taken and _code(c) not in taken]
        ended = not provision["code"]
    if not ended:
        return parts.changed(old, provision=parts.filled(provision), verification=_kept(old))
    closed = {**old.get("provision", {})}
    if on:
        closed["period"] = {**closed.get("period", {}), "end": parts.when(on)}
    said = _restated(old, "withdrawn")
    return parts.changed(old, status="inactive", extension=said, provision=closed, verification=_kept(old))


def expired(old: Mapping[str, Any]) -> Json:
    """Return the Consent as run out: inactive, with all that it said. E16."""
    return parts.changed(old, status="inactive", extension=_restated(old, EXPIRED), verification=_kept(old))


def _kept(old: Mapping[str, Any]) -> list[Json] | None:
    """Return the verification of a Consent that is changed, with the instant at which it was told in place of the day."""
    at = told(old)
    return [{**one, "verificationDate": at} if at else one for one in old.get("verification", ())] or None


def told(resource: Mapping[str, Any]) -> str | None:
    """Return the instant at which a Consent was told here, whatever became of it since; None where it is not stored yet."""
    dates = (str(one.get("verificationDate", "")) for one in resource.get("verification", ()))
    stored = resource.get("meta", {}).get("lastUpdated")
    return next((at for at in dates if len(at) > _DAY), stored)


_DAY: Final = len("2026-03-04")


def was_given(resource: Mapping[str, Any]) -> bool:
    """Return whether a Consent was a yes when it was told, what it is now apart: a yes is verified, a no is not."""
    return bool(resource.get("verification"))


def limit(
    *,
    id_: str,
    patient: str,
    excluded: Sequence[Actor] = (),
    topics: Sequence[str] = (),
    given_by: str,
    performer: Ref | None = None,
    on: date,
    organisation: Ref | None = None,
    obtained_by: str | None = None,
    note: str | None = None,
) -> Json:
    """Return the Consent that excepts receivers and topics: it denies, and opens nothing. It is kept inside. E14."""
    made = consent(
        id_=id_,
        patient=patient,
        status="limited",
        given_by=given_by,
        performer=performer,
        on=on,
        organisation=organisation,
        obtained_by=obtained_by,
        inside={"note": note},
        subject="ip-limit",
    )
    said = [{**made["extension"][0], "extension": [*made["extension"][0]["extension"], *map(_topic, topics)]}]
    denied = parts.filled({"type": "deny", "actor": [_actor(one) for one in excluded]})
    return parts.changed(made, extension=said, provision=denied)


def lifted(old: Mapping[str, Any], names: Collection[str]) -> Json:
    """Return a limit without these receivers and topics; inactive when nothing is left of it."""
    kept = [e for e in _sub(old) if e["url"] != TOPIC or e["valueCode"] not in names]
    actors = [a for a in old["provision"].get("actor", ()) if _key(a) not in names]
    over = not actors and not any(e["url"] == TOPIC for e in kept)
    if over:
        return parts.changed(old, status="inactive")
    said = [{"url": urls.CONSENT_STATEMENT, "extension": kept}]
    return parts.changed(old, extension=said, provision=parts.filled({"type": "deny", "actor": actors}))


def denied(resource: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a limit excepts: (receivers by key, topics)."""
    actors = resource.get("provision", {}).get("actor", ())
    topics = (str(e["valueCode"]) for e in _sub(resource) if e["url"] == TOPIC)
    return tuple(filter(None, map(_key, actors))), tuple(topics)


TOPIC: Final = "topic"


def _topic(code: str) -> Json:
    return parts.extension(TOPIC, "valueCode", code)


def statement(resource: Mapping[str, Any]) -> Json:
    """Return what the Consent says, in the event's own words (the way back from `consent`).

    {status, method, given_by, obtained_by, scopes, recipients (keys), excluded (keys), date, valid_until}; dates as text.
    """
    provision = resource.get("provision", {})
    said = {e["url"]: e.get("valueCode", e.get("valueString")) for e in _sub(resource)}
    return {
        "status": said.get("status"),
        "method": said.get("method"),
        "given_by": said.get("givenBy"),
        "obtained_by": said.get("obtainedBy"),
        "scopes": tuple(_code(c) for c in provision.get("code", ())),
        "recipients": tuple(filter(None, map(_key, provision.get("actor", ())))),
        "excluded": tuple(
            key
            for nested in provision.get("provision", ())
            if nested.get("type") == "deny"
            for key in filter(None, map(_key, nested.get("actor", ())))
        ),
        "date": resource.get("dateTime"),
        "valid_until": provision.get("period", {}).get("end"),
    }


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two Consents are one statement: of the same organisation, subject and words.

    When it was stored counts for nothing, nor which RelatedPerson stands for whoever gave it.
    """
    return one["category"] == other["category"] and _stated(one) == _stated(other)


def same_but_note(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two Consents are one statement, a note apart."""
    here, there = ({**_stated(c), "note": None} for c in (one, other))
    return one["category"] == other["category"] and here == there


def taken_back(stored: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    """Return whether a stored Consent was narrowed, withdrawn or run out, and `made` is no newer yes than that was.

    A yes of the same day by the same person is the one that was taken back, whatever else it says; it is another where it excepts
    more, or where the one that has run out gets another last day.
    """
    old, new = statement(stored), statement(made)
    touched = stored["status"] == "inactive" or stored.get("meta", {}).get("versionId", "1") != "1"
    again = new["status"] in _YES and (old["given_by"], old["date"]) == (new["given_by"], new["date"])
    renewed = old["status"] == EXPIRED and old["valid_until"] != new["valid_until"]
    more = set(new["excluded"]) - set(old["excluded"])
    return touched and again and stored["category"] == made["category"] and not (renewed or more)


def _stated(resource: Mapping[str, Any]) -> Json:
    inside = {e["url"]: e.get("valueCode", e.get("valueString")) for e in _sub(resource)}
    said = {**inside, **statement(resource)}
    ended = "withdrawn" if said["status"] == EXPIRED else said["status"]  # an event has no word for run out
    return {**said, "status": ended, "organization": resource.get("organization")}


EXPIRED: Final = "expired"
_YES: Final = frozenset({"given", "limited", EXPIRED})
"""Statuses of what was a yes when it was said."""


def _sub(resource: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = (e for e in resource.get("extension", ()) if e["url"] == urls.CONSENT_STATEMENT)
    return next((e["extension"] for e in found), ())


def _restated(old: Mapping[str, Any], status: str) -> list[Json]:
    kept = [e for e in _sub(old) if e["url"] != "status"]
    return [
        {"url": urls.CONSENT_STATEMENT, "extension": [parts.extension("status", "valueCode", status), *kept]}
    ]


def _statement(
    status: str,
    method: str | None,
    given_by: str | None,
    obtained_by: str | None,
    *,
    inside: Mapping[str, str | None],
) -> Json:
    said = (
        ("status", "valueCode", status),
        ("method", "valueCode", method),
        ("givenBy", "valueCode", given_by),
        ("obtainedBy", "valueString", obtained_by),
        ("guardians", "valueCode", inside.get("guardians")),
        ("capacity", "valueCode", inside.get("capacity")),
        ("note", "valueString", inside.get("note")),
    )
    return {"url": urls.CONSENT_STATEMENT, "extension": [parts.extension(*row) for row in said if row[2]]}


def _verification(status: str, who: Ref | None, on: date | None) -> list[Json] | None:
    if STATUS[status] != "active" or status in {"not-required", "presumed"}:
        return None
    return [
        parts.filled({"verified": True, "verifiedWith": parts.ref(who), "verificationDate": parts.when(on)})
    ]


def _provision(
    *,
    scopes: Sequence[str],
    recipients: Sequence[Actor],
    excluded: Sequence[Actor],
    on: date | None,
    valid_until: date | None,
) -> Json:
    return parts.filled(
        {
            "type": "permit",
            "period": parts.period(start=on, end=valid_until) if valid_until else None,
            "actor": [_actor(one) for one in recipients],
            "action": [parts.coded(f"{urls.TERMINOLOGY}/consentaction", "disclose")],
            "purpose": [parts.coding(f"{urls.TERMINOLOGY}/v3-ActReason", "CAREMGT")],
            "code": [parts.local(urls.CONSENT_SCOPE, scope) for scope in scopes],
            "provision": [{"type": "deny", "actor": [_actor(one) for one in excluded]}] if excluded else None,
        }
    )


def _actor(actor: Actor) -> Json:
    return {
        "role": parts.coded(f"{urls.TERMINOLOGY}/v3-ParticipationType", "IRCP"),
        "reference": parts.filled(
            {
                "reference": actor.reference,
                "type": "Organization",
                "identifier": parts.identifier(urls.RECIPIENT, actor.key),
                "display": actor.display,
            }
        ),
    }


def _key(actor: Mapping[str, Any]) -> str | None:
    found: str | None = actor.get("reference", {}).get("identifier", {}).get("value")
    return found


def _code(concept: Mapping[str, Any]) -> str:
    return str(concept["coding"][0]["code"])
