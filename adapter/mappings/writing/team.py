"""The team written: a participant more is somebody appointed or added, an end is an assignment ended. E21-E32; US Core CareTeam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter.fhir import parts, teams, urls
from adapter.mappings import views
from adapter.mappings.writing import parties, planparts
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, NOWHERE, Json, Told, Wish, refused
from adapter.model import Resource

APPOINTED: Final[Mapping[str, str]] = {
    "koordinator-ip": "ip.coordinator.appointed",
    "koordinator-kommune": "ip.coordinator.appointed",
    "koordinator-sphl": "ip.hospital-coordinator.appointed",
    "kontaktlege": "ip.contact-physician.appointed",
    "kontaktpsykolog": "ip.contact-physician.appointed",
}
"""Role → the event that appoints to it."""
ENDED: Final[Mapping[str, tuple[str, str]]] = {
    "koordinator-ip": ("ip.coordinator.ended", "other"),
    "koordinator-kommune": ("ip.coordinator.ended", "other"),
    "barnekoordinator": ("ip.coordinator.ended", "other"),
    "koordinator-sphl": ("ip.coordinator.ended", "other"),
    "kontaktlege": ("ip.contact-physician.ended", "other"),
    "kontaktpsykolog": ("ip.contact-physician.ended", "other"),
}
"""Role → the event that ends it, and its reason, which R4 has no element for; any other is a member of the team."""
_MEMBER: Final = ("ip.team-member.removed", "other")
_MAIN: Final = frozenset({"koordinator-ip", "koordinator-kommune"})
"""Roles whose event says whether it is the main one."""


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return an event per participant who is new, has ended or is gone. A change of anything else is refused."""
    old = wish.old or {}
    other = [n for n in {*wish.said, *old} - {"participant", "meta", "text", "contained"}
             if wish.said.get(n) != old.get(n)]  # fmt: skip
    if other:
        raise refused(NO_EVENT, *(f"CareTeam.{name}" for name in sorted(other)))
    _check_alike(old.get("participant", ()), wish.said.get("participant", ()))
    before = {_slot(one): one for one in old.get("participant", ())}
    after = {_slot(one): one for one in wish.said.get("participant", ())}
    places = {_slot(one): number for number, one in enumerate(wish.said.get("participant", ()))}
    told = [_over(wish, one, None) for slot, one in before.items() if slot not in after and _runs(one)]
    for slot, one in after.items():
        at = f"CareTeam.participant[{places[slot]}]"
        known = before.get(slot)
        if known is None:
            told.append(_new(wish, one, at))
        elif known != one:
            told.append(_changed(wish, known, one, at))
    if not told:
        raise refused(NO_EVENT, "CareTeam.participant")
    return tuple(told)


def _check_alike(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    """Refuse participants with the same member in the same role, unless they stand so already: which is meant nobody could tell."""
    alike: dict[tuple[str, str | None, str], list[int]] = {}
    for number, one in enumerate(after):
        alike.setdefault(_slot(one), []).append(number)
    there = Counter(map(_slot, before))
    for slot, numbers in alike.items():
        said = [after[number] for number in numbers]
        if max(len(numbers), there[slot]) > 1 and said != [one for one in before if _slot(one) == slot]:
            raise refused(KEPT_NOT, f"CareTeam.participant[{numbers[-1]}]", hint="member, role")


def _slot(one: Mapping[str, Any]) -> tuple[str, str | None, str]:
    member = one.get("member", {})
    words = "|".join(r.get("text", "") for r in one.get("role", ()))
    return (member.get("reference") or member.get("display", ""), teams.role_key(one), words)


def _runs(one: Mapping[str, Any]) -> bool:
    return not one.get("period", {}).get("end") and not teams.is_patient(one)


def _changed(wish: Wish, known: Json, one: Json, at: str) -> Told:
    end = one.get("period", {}).get("end")
    if _begun(one) != _begun(known) or not end or not _runs(known):
        raise refused(NO_EVENT, at)
    return _over(wish, one, end)


def _begun(one: Mapping[str, Any]) -> Json:
    """Return a participant or an assignment without the end of its period, the one part of it that an event may tell anew."""
    period = {name: value for name, value in one.get("period", {}).items() if name != "end"}
    return {**one, "period": period}


def _over(wish: Wish, one: Mapping[str, Any], end: str | None) -> Told:
    """Return the end of an assignment, today where no day is said."""
    kind, _, id_ = one.get("member", {}).get("reference", "").partition("/")
    if kind not in {"PractitionerRole", "RelatedPerson"}:
        raise refused(NO_EVENT, "CareTeam.participant", hint="PractitionerRole")
    return ended(wish, id_, teams.role_key(one), end)


def ended(wish: Wish, id_: str, role: str | None, end: str | None) -> Told:
    """Return the event that ends an assignment."""
    type_, reason = ENDED.get(role or "", _MEMBER)
    until = planparts.day(end) if end else wish.today.isoformat()
    data = {
        **parties.base(wish),
        "continues": {"assignmentId": id_},
        "until": until,
        "reasonCode": reason,
    }
    return Told(type=type_, data=data, places={"$.data.until": f"{wish.type}.period.end"})


def role_updated(wish: Wish) -> tuple[Told, ...]:
    """Return the end of an assignment whose PractitionerRole gets `period.end`, or is no longer active."""
    old, said = wish.old or {}, wish.said
    other = [n for n in {*said, *old} - {"period", "active", "meta", "text"} if said.get(n) != old.get(n)]
    end = said.get("period", {}).get("end")
    if _begun(said)["period"] != _begun(old)["period"]:
        other = [*other, "period"]
    if other or (end == old.get("period", {}).get("end") and said.get("active", True)):
        raise refused(NO_EVENT, *(f"PractitionerRole.{name}" for name in sorted(other or ["period"])))
    if views.team(wish.case) is None:
        raise refused(NOWHERE, "PractitionerRole")
    return (ended(wish, said["id"], teams.role_key(said), end),)


# ── who is new ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _new(wish: Wish, one: Mapping[str, Any], at: str) -> Told:
    role = teams.role_key(one)
    held, place = wish.behind(one.get("member"), f"{at}.member")
    if held["resourceType"] != "PractitionerRole" or "meta" in held:
        raise refused(NOWHERE, place)
    period = one.get("period") or held.get("period", {})
    start = planparts.day(period["start"]) if period.get("start") else wish.today.isoformat()
    places = {"$.data.person": place, "$.data.member": place, "$.data.from": f"{at}.period.start",
              "$.data.role": f"{at}.role"}  # fmt: skip
    if role is not None and role in APPOINTED:
        data = {**parties.base(wish), "person": _person(wish, held, place), "role": role, "from": start}
        more = {"main": teams.is_main(one)} if role in _MAIN else {}
        end = (
            {"expectedUntil": planparts.day(period["end"])}
            if role == "koordinator-sphl" and "end" in period
            else {}
        )
        return Told(type=APPOINTED[role], data={**data, **more, **end}, places=places)
    if role is not None and role != "primaerkontakt":
        raise refused(NO_EVENT, f"{at}.role")
    words = next((r.get("text") for r in one.get("role", ()) if r.get("text")), None)
    data = {
        **parties.base(wish),
        "member": _member(wish, held, place),
        "role": role or words,
        "from": start,
        "until": planparts.day(period["end"]) if "end" in period else None,
        "consentScope": "plan-share",
        "access": "none",
    }
    return Told(type="ip.team-member.added", data=parts.filled(data), places=places)


def _practitioner(wish: Wish, held: Resource, at: str) -> Resource:
    found = wish.find(held.get("practitioner"))
    if found is None or not found.get("name"):
        raise refused(NOWHERE, f"{at}.practitioner")
    return found


def _person(wish: Wish, held: Resource, at: str) -> Json:
    """Return the event's person of a PractitionerRole and its Practitioner."""
    who = _practitioner(wish, held, at)
    party = wish.party_of(held.get("organization"))
    employer = held.get("organization", {}).get("display") or (party.display if party else wish.party.display)
    hours = held.get("availabilityExceptions")
    if held.get("availableTime"):
        raise refused(KEPT_NOT, f"{at}.availableTime", hint="availabilityExceptions")
    return parts.filled(
        {
            **_who(who, held),
            "hours": hours,
            "organisation": parts.filled({"key": party.key if party else None, "name": employer}),
        }
    )


def _who(who: Resource, held: Resource) -> Json:
    telecom = {t.get("system"): t.get("value") for t in (*who.get("telecom", ()), *held.get("telecom", ()))}
    name = who["name"][0]
    return parts.filled(
        {
            "name": {"family": name.get("family"), "given": " ".join(name.get("given", ()))},
            "hpr": parties.identifier(who, urls.HPR),
            "profession": parties.profession(who),
            "phone": telecom.get("phone"),
            "email": telecom.get("email"),
        }
    )


def _member(wish: Wish, held: Resource, at: str) -> Json:
    who = _practitioner(wish, held, at)
    party = wish.party_of(held.get("organization"))
    if party is None:
        raise refused(NO_EVENT, f"{at}.organization", hint="ip.team-member.added")
    agency = {"key": party.key, "name": party.display, "sector": "health"}
    return {**_who(who, held), "organisation": agency}
