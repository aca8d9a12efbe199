"""Members of the team, and the GP: who takes part, by whose consent, and who is told. E30, E33; domain § 1.4."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from adapter import codes, naming
from adapter.errors import ConsentError, EventError
from adapter.events.members import MEMBER_ROLES, WITHOUT_AGENCY
from adapter.fhir import parts, people, teams, urls
from adapter.kith import text, words
from adapter.mappings import common, consenting, gps, grants, held, team, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Party, Resource
from adapter.rules import anchors, assignment_states, consent

OTHER_SECTORS: Final = "other-sectors"


# ── E30 ──


def added(ctx: Context) -> Change:
    """Return the member in the team, and the consent it rests on. E30.

    Raises ConsentError IPK-C001 where an agency of another sector is not covered by name.
    """
    member = ctx.data.member
    verdict = _agency_verdict(ctx)
    if verdict is not None and not verdict.open:
        raise ConsentError("IPK-C001", at="$.data.consent")
    base = common.person(ctx) + common.author(ctx)
    made = _relative(ctx, member) if member.organisation.sector == "family" else _professional(ctx, member)
    known = ctx.data.role in MEMBER_ROLES
    participant = teams.participant(
        member=parts.of(made[-1]),
        role=ctx.data.role if known else None,
        text=None if known else ctx.data.role,
        start=ctx.data.from_,
        end=ctx.data.until,
    )
    said = _consent(ctx)
    return base + Change(
        resources=(*made, *said, team.with_participants(ctx, (participant,))),
        reasons=(
            *(verdict.reasons if verdict else ()),
            assignment_states.explain("", assignment_states.transition("", ctx.event.type)),
        ),
        case={"assignmentId": made[-1]["id"]},
    )


def _relative(ctx: Context, member: Any) -> tuple[Resource, ...]:
    return (
        people.related_person(
            id_=ctx.id("RelatedPerson", "member"),
            patient=f"Patient/{ctx.patient_id()}",
            family=member.name.family,
            given=member.name.given,
            text=ctx.data.role,
            phone=member.phone,
        ),
    )


def _professional(ctx: Context, member: Any) -> tuple[Resource, ...]:
    practitioner = common.professional(ctx, member, key="person")
    party = ctx.book.by_key(member.organisation.key)
    role = people.practitioner_role(
        id_=ctx.id("PractitionerRole", "person"),
        practitioner={
            "reference": f"Practitioner/{practitioner['id']}",
            "display": f"{member.name.given} {member.name.family}",
        },
        organisation=common.organisation(party) or _outside(member.organisation),
        role=ctx.data.role if ctx.data.role in MEMBER_ROLES else None,
        start=ctx.data.from_,
        end=ctx.data.until,
        phone=member.phone,
        email=member.email,
    )
    return (*(common.parties(party) if party else ()), practitioner, role)


def _outside(agency: Any) -> dict[str, Any]:
    """Return the Reference of an organisation that the book does not list: by number and name. Raises EventError IPK-E005.

    A letter to another sector must say whom it is to; the number tells agencies of one name apart.
    """
    if agency.orgnr is None and agency.sector not in WITHOUT_AGENCY:
        raise EventError("IPK-E005", at="$.data.member.organisation.orgnr")
    number = parts.identifier(urls.ORGNR, agency.orgnr) if agency.orgnr else None
    return parts.filled({"identifier": number, "display": agency.name})


def _consent(ctx: Context) -> tuple[Resource, ...]:
    part = ctx.data.consent
    if part is None:
        return ()
    resource = consenting.consent_resource(ctx, part, subject="ip-plan", recipients=())
    return (*consenting.speaker(ctx, part), resource)


def _agency_verdict(ctx: Context) -> consent.Verdict | None:
    """Return what consent says of this agency by name, None for health and relatives: nothing is presumed of the others."""
    agency = ctx.data.member.organisation
    if agency.sector in WITHOUT_AGENCY:
        return None
    who = (agency.key,)
    own = ctx.data.consent
    granted = [grants.stated(own, ctx)] if own else grants.newest_first(ctx.case)
    return _gate(ctx, next(grants.speaking(ctx.case, granted, OTHER_SECTORS, who), None), who)


def _gate(ctx: Context, grant: consent.Grant | None, who: tuple[str, ...]) -> consent.Verdict:
    return consent.gate(
        need=OTHER_SECTORS, consent=grant, recipient=who, legal_basis=ctx.data.legal_basis, on=ctx.today
    )


def added_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notices of a new member: to the health parties of the team by dialogue, to its agency by letter. E30."""
    member = ctx.data.member
    lines = [
        (words.MEMBER, _spoken(member)),
        (words.ROLE, codes.ROLES[ctx.data.role].display if ctx.data.role in MEMBER_ROLES else ctx.data.role),
        (words.UNIT, member.organisation.name),
        (words.FROM_DATE, text.day(ctx.data.from_)),
        (words.COORDINATOR, _coordinator(ctx)),
    ]
    title = text.TITLES[ctx.event.type]
    health = telling.notices(ctx, telling.team(ctx), title, lines)
    agency = _agency(ctx, member.organisation)
    return (*health, *_letters(title, lines, agency, _agency_verdict(ctx)))


def _letters(
    title: str, lines: list[Any], agency: Party | None, verdict: consent.Verdict | None
) -> tuple[Notice, ...]:
    if agency is None or verdict is None or not verdict.open:
        return ()
    said = text.notice(title, lines, None)
    return (Notice(receiver=agency, title=title, text=said, reasons=verdict.reasons),)


def _agency(ctx: Context, said: Any) -> Party | None:
    """Return the party of another sector: of the book, else one that a letter reaches."""
    if said.sector in WITHOUT_AGENCY:
        return None
    listed = ctx.book.by_key(said.key)
    if listed is not None:
        return None if listed.home else listed
    place = said.address
    address = {"line": place.line, "postal_code": place.postal_code, "city": place.city} if place else None
    return Party(key=said.key, name=said.name, orgnr=said.orgnr, takes=("LETTER",), address=address)


def _spoken(member: Any) -> str:
    profession = codes.display("9060", member.profession) if member.profession else None
    return text.facts(f"{member.name.given} {member.name.family}", profession, member.phone)


def _coordinator(ctx: Context) -> str | None:
    """Return the coordinator whom to turn to: the main one, else the first; name and phone."""
    found = [
        a
        for a in views.assignments(ctx.case)
        if a.lasts(ctx.today) and not a.deputy and a.key in assignment_states.COORDINATORS
    ]
    first = next((a for a in found if a.main), found[0] if found else None)
    if first is None:
        return None
    phone = next((t["value"] for t in first.role.get("telecom", ()) if t["system"] == "phone"), None)
    return text.facts(first.role.get("practitioner", {}).get("display"), phone) or None


# ── E33 ──


def gp_changed(ctx: Context) -> Change:
    """Return the patient with the new GP, and the GP's place in the team; the old one's ends. E33.

    Raises EventError IPK-E058 where this is the GP already. One whom the book does not list is told as a warning.
    """
    party = common.gp(ctx, home=True)
    before = gps.present(ctx)
    if before is not None and party is not None and gps.of(ctx, before) == party:
        raise EventError("IPK-E058", at="$.data.gp")
    base = common.person(ctx) + common.author(ctx)
    group = _without(ctx, before)
    why = [anchors.fixed("gp-changed", "endret")]
    if party is None:
        patient = next(r for r in base.resources if r["resourceType"] == "Patient")
        nobody = parts.changed(patient, generalPractitioner=None)
        return base + Change(
            resources=(nobody, *group),
            reasons=(*why, anchors.fixed("receiver-gp-unknown", "ukjent")),
            warnings=(common.warn("IPK-R003", "$.data.gp.herId"),),
        )
    role = _gp_role(ctx, party, key="person", start=ctx.data.from_, end=None)
    participant = teams.participant(member=parts.of(role[-1]), role=gps.FASTLEGE, start=ctx.data.from_)
    after = ctx.with_case(ctx.case.having(Change(resources=group).outcome(ctx.case.key)))
    known = (*_former(ctx), participant)
    return base + Change(
        resources=(
            *group,
            *common.parties(party),
            *role,
            *_former_role(ctx),
            team.with_participants(after, known),
        ),
        reasons=tuple(why),
        case={"assignmentId": role[-1]["id"]},
    )


def _without(ctx: Context, before: views.Assignment | None) -> tuple[Resource, ...]:
    """Return team and PractitionerRole with the old GP's time over the day before."""
    group = views.team(ctx.case)
    if before is None or group is None:
        return ()
    end = max(ctx.data.from_ - timedelta(days=1), date.fromisoformat(before.start))
    return (
        teams.cut(group, member=held.reference(before), end=end),
        people.ended_role(before.role, end=end),
    )


def _gp_role(
    ctx: Context, party: Party, *, key: str, start: date | None, end: date | None
) -> tuple[Resource, ...]:
    """Return the GP's Practitioner (by HPR number where the book has one) and PractitionerRole."""
    said = party.person or {}
    hpr = said.get("hpr")
    practitioner = people.practitioner(
        id_=naming.practitioner_id(hpr) if hpr else ctx.id("Practitioner", key),
        family=said.get("family", party.name),
        given=said.get("given", ""),
        hpr=hpr,
    )
    role = people.practitioner_role(
        id_=ctx.id("PractitionerRole", key),
        practitioner={"reference": parts.of(practitioner), "display": gps.display(party)},
        organisation=common.organisation(party),
        role=gps.FASTLEGE,
        start=start,
        end=end,
    )
    return practitioner, role


def _previous(ctx: Context) -> Party | None:
    """Return the GP until now where the team has not had that one yet."""
    said = ctx.data.previous
    party = next((p for p in ctx.book.parties if said and p.person and p.unit_her_id == said.her_id), None)
    return None if party is None or any(gps.of(ctx, a) == party for a in gps.held(ctx)) else party


def _former_role(ctx: Context) -> tuple[Resource, ...]:
    party, end = _previous(ctx), ctx.data.from_ - timedelta(days=1)
    if party is None:
        return ()
    return (*common.parties(party), *_gp_role(ctx, party, key="previous", start=None, end=end))


def _former(ctx: Context) -> tuple[dict[str, Any], ...]:
    """Return the old GP's participation, so that later events that still name it mean the new one."""
    if _previous(ctx) is None:
        return ()
    end = ctx.data.from_ - timedelta(days=1)
    member = f"PractitionerRole/{ctx.id('PractitionerRole', 'previous')}"
    return (teams.participant(member=member, role=gps.FASTLEGE, end=end),)


def gp_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the brief note to the new GP, where consent names the GP and there is a coordinator to tell of. E33."""
    coordinator = _coordinator(ctx)
    if coordinator is None:
        return ()
    lines = [(words.COORDINATOR, coordinator), (words.FROM_DATE, text.day(ctx.data.from_))]
    return telling.notices(ctx, (), text.TITLES[ctx.event.type], lines)
