"""The team: one CareTeam per patient and installation, a participant per role held. ctm-1: no onBehalfOf."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from adapter import codes
from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref, When

NAME = "Team rundt individuell plan og koordinator"


def care_team(
    *,
    id_: str,
    patient: Ref,
    managing: Ref | None = None,
    start: When | None = None,
    participants: Sequence[Mapping[str, Any]] = (),
    status: str = "active",
    name: str = NAME,
) -> Json:
    """Return the CareTeam; the patient is made its first participant. `managing` is the responsible Organization."""
    return parts.resource(
        "CareTeam",
        id_,
        {
            "identifier": [parts.uuid_identifier(id_)],
            "status": status,
            "category": [parts.local(urls.TEAM_CATEGORY, "ip-team")],
            "name": name,
            "subject": parts.ref(patient),
            "period": parts.period(start=start),
            "participant": [_patient(patient), *(dict(one) for one in participants)],
            "managingOrganization": parts.refs([managing]),
        },
    )


def _patient(patient: Ref) -> Json:
    return {"role": [parts.local(urls.TEAM_FUNCTION, "pasient")], "member": parts.ref(patient)}


def participant(
    *,
    member: Ref,
    role: str | None = None,
    main: bool = False,
    deputy: bool = False,
    text: str | None = None,
    start: When | None = None,
    end: When | None = None,
) -> Json:
    """Return a participant: one role (a key of codes.ROLES, or words); hovedansvar, stedfortreder join the same concept."""
    codings = list(parts.role(role)["coding"]) if role else []
    if main:
        codings.append(parts.local_coding(urls.TEAM_FUNCTION, "hovedansvar"))
    if deputy:
        codings.append(parts.local_coding(urls.TEAM_FUNCTION, "stedfortreder"))
    held = parts.concept(*codings, text=text)
    return parts.filled(
        {
            "role": [held] if held else None,
            "member": parts.ref(member),
            "period": parts.period(start=start, end=end),
        }
    )


def added(team: Mapping[str, Any], *participants: Mapping[str, Any], managing: Ref | None = None) -> Json:
    """Return the team with participants at its end; one with the same member and role replaces the old."""
    new = {_slot(one) for one in participants}
    kept = [one for one in team.get("participant", ()) if _slot(one) not in new]
    more: Json = {"managingOrganization": parts.refs([managing])} if managing else {}
    return parts.changed(team, participant=[*kept, *(dict(one) for one in participants)], **more)


def ended(team: Mapping[str, Any], *, member: str, end: When) -> Json:
    """Return the team with `period.end` on every participation of a member that has none; ended ones stay."""
    return parts.changed(team, participant=[_ended(one, member, end) for one in team.get("participant", ())])


def _ended(one: Mapping[str, Any], member: str, end: When) -> Json:
    if one.get("member", {}).get("reference") != member or one.get("period", {}).get("end"):
        return dict(one)
    return {**one, "period": {**one.get("period", {}), "end": parts.when(end)}}


def cut(team: Mapping[str, Any], *, member: str, end: When) -> Json:
    """Return the team with a member's participation ending on a day, whatever end it had."""
    kept = [
        {**one, "period": {**one.get("period", {}), "end": parts.when(end)}}
        if one.get("member", {}).get("reference") == member
        else dict(one)
        for one in team.get("participant", ())
    ]
    return parts.changed(team, participant=kept)


def without_main(team: Mapping[str, Any], *, members: Collection[str]) -> Json:
    """Return the team in which none of these members has the main responsibility."""
    return parts.changed(team, participant=[_plain(one, members) for one in team.get("participant", ())])


def _plain(one: Mapping[str, Any], members: Collection[str]) -> Json:
    if one.get("member", {}).get("reference") not in members or not is_main(one):
        return dict(one)
    main = parts.local_coding(urls.TEAM_FUNCTION, "hovedansvar")
    roles = [
        {**role, "coding": [c for c in role.get("coding", ()) if c.get("code") != main["code"]]}
        for role in one["role"]
    ]
    return {**one, "role": roles}


def managed(team: Mapping[str, Any], *, managing: Ref) -> Json:
    """Return the team with another responsible Organization."""
    return parts.changed(team, managingOrganization=parts.refs([managing]))


def current(team: Mapping[str, Any] | None, *, on: str | None = None) -> tuple[Json, ...]:
    """Return the participants whose period has not ended: no end, or an end on or after the date `on` (text)."""
    found = (team or {}).get("participant", ())
    return tuple(dict(one) for one in found if _runs(one.get("period", {}).get("end"), on))


def _runs(end: str | None, on: str | None) -> bool:
    return end is None or (on is not None and end[:10] >= on)


def is_main(one: Mapping[str, Any]) -> bool:
    """Whether a participant has the main responsibility (hovedansvar)."""
    return parts.has_code(one.get("role"), urls.TEAM_FUNCTION, "hovedansvar")


def is_patient(one: Mapping[str, Any]) -> bool:
    """Whether a participant is the patient."""
    return parts.has_code(one.get("role"), urls.TEAM_FUNCTION, "pasient")


def role_key(one: Mapping[str, Any]) -> str | None:
    """Return the key of codes.ROLES that a participant or PractitionerRole code holds, None for words."""
    held = {
        (c.get("system"), c.get("code"))
        for r in one.get("role", one.get("code", ()))
        for c in r.get("coding", ())
    }
    return next((key for key, role in codes.ROLES.items() if (role.system, role.code) in held), None)


def _slot(one: Mapping[str, Any]) -> tuple[str, str | None, str]:
    member = one.get("member", {})
    words = "|".join(r.get("text", "") for r in one.get("role", ()))
    return (member.get("reference") or member.get("display", ""), role_key(one), words)
