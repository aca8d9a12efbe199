"""The Consent of an event, and who gave it where it is not the patient. fhir-model.md, 'consent'; pbrl ch. 4, list 9245."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapter.events.consent import Consent
from adapter.fhir import consents, people
from adapter.mappings import common, grants, noes, patients, planview
from adapter.mappings.context import Change, Context
from adapter.model import Case, Party, Resource
from adapter.rules import planstates
from adapter.rules.consent import COORDINATING_UNIT, YES

SPOKEN_BY: Final = {"guardian": "Foresatt", "representative": "Representant", "relative": "Pårørende"}

OF_PLAN: Final = "ip-plan"


def _stands_in(part: Any) -> bool:
    return part.given_by in SPOKEN_BY


def said(ctx: Context) -> tuple[tuple[str, Consent], ...]:
    """Return (path, part) of each consent that a posted event says was given: its own, and its plan's."""
    if ctx.event.origin != "posted":
        return ()
    own = getattr(ctx.data, "consent", None)
    of_plan = getattr(getattr(ctx.data, "plan", None), "consent", None)
    listed = (("$.data.consent", own), ("$.data.plan.consent", of_plan))
    return tuple((p, c) for p, c in listed if isinstance(c, Consent) and c.status in YES)


def doubts(ctx: Context) -> Change:
    """Return a warning for each consent of the event that is older than a no of the patient's, or that a plan repeats after one.

    What it would open is held. Of what a guardian said, see `capacity`.
    """
    return Change(
        warnings=tuple(
            common.warn("IPK-E096", f"{path}.date") for path, part in said(ctx) if _is_older(ctx, part)
        )
    )


def _is_older(ctx: Context, part: Any) -> bool:
    if noes.refused(grants.of_model(part), ctx.case, again=is_repeated(ctx, part)):
        return True
    closed = _is_of_plan(ctx, part, consents.taken_back)
    return closed and not noes.lapsed(part.given_by, ctx.case, born=patients.said_birth_date(ctx))


def spoken(ctx: Context, given_by: str) -> tuple[Resource, ...]:
    """Return the RelatedPerson who spoke where it was not the patient, as far as the event says."""
    if given_by not in SPOKEN_BY:
        return ()
    return (
        people.related_person(
            id_=ctx.id("RelatedPerson", "consent"),
            patient=f"Patient/{ctx.patient_id()}",
            relationship=consents.RELATIONSHIP[given_by],
            text=SPOKEN_BY[given_by],
        ),
    )


def performer(ctx: Context, given_by: str) -> str | None:
    """Return the reference of the RelatedPerson who spoke, None where the patient did."""
    return f"RelatedPerson/{ctx.id('RelatedPerson', 'consent')}" if given_by in SPOKEN_BY else None


def actor(ctx: Context, key: str) -> consents.Actor:
    """Return somebody a consent names, with the Organization where the book lists it."""
    return _actor(ctx, key, ())


def speaker(ctx: Context, part: Any) -> tuple[Resource, ...]:
    """Return the RelatedPerson who consents where it is not the patient: relationship of 9245, no name is stated."""
    if not _stands_in(part):
        return ()
    return (
        people.related_person(
            id_=ctx.id("RelatedPerson", "consent"),
            patient=f"Patient/{ctx.patient_id()}",
            relationship=consents.GUARDIANS.get(part.guardians or "", consents.RELATIONSHIP[part.given_by]),
            text=SPOKEN_BY[part.given_by],
        ),
    )


def consent_resource(
    ctx: Context, part: Any, *, subject: str, recipients: tuple[Party | None, ...]
) -> Resource:
    """Return the Consent of an event's `consent` part."""
    grant = grants.of_model(part)
    performers = tuple(p for p in recipients if p)
    who = f"RelatedPerson/{ctx.id('RelatedPerson', 'consent')}" if _stands_in(part) else None
    made = consents.consent(
        id_=ctx.id("Consent", "consent"),
        patient=f"Patient/{ctx.patient_id()}",
        status=grant.status,
        scopes=sorted(grant.scopes),
        recipients=[_actor(ctx, key, performers) for key in sorted(grant.recipients)],
        excluded=[_actor(ctx, key, ()) for key in sorted(grant.excluded)],
        given_by=grant.given_by,
        performer=who,
        method=grant.method,
        on=grant.date,
        valid_until=grant.valid_until,
        organisation=f"Organization/{ctx.party.level1_id}" if ctx.party else None,
        obtained_by=getattr(part, "obtained_by", None),
        inside={"guardians": part.guardians, "capacity": part.capacity, "note": part.note},
        subject=subject,
    )
    born = patients.said_birth_date(ctx)
    past = grant.status in YES and noes.lapsed(grant.given_by, ctx.case, born=born)
    return consents.expired(made) if past else made


def standing(ctx: Context, made: Resource) -> Resource | None:
    """Return the Consent that the plan of E35 rests on already, where one that was made says nothing else: it is no new word.

    What was narrowed, withdrawn or has run out stands as it is now: a plan that repeats it opens nothing. ADR 161.
    """
    mine = _of_plan(ctx)
    return next((c for c in mine if consents.taken_back(c, made) or consents.same(c, made)), None)


def is_repeated(ctx: Context, part: Any) -> bool:
    """Return whether the plan of E35 says its consent as before, another note apart."""
    return _is_of_plan(ctx, part, consents.taken_back, consents.same_but_note)


def _is_of_plan(ctx: Context, part: Any, *alike: Callable[[Resource, Resource], bool]) -> bool:
    """Return whether a consent is like one that the plan of E35 rests on, by one of these."""
    held = _of_plan(ctx)
    if not held:
        return False
    made = consent_resource(ctx, part, subject=OF_PLAN, recipients=())
    return any(is_alike(one, made) for one in held for is_alike in alike)


def own(ctx: Context) -> Consent | None:
    """Return the consent that an event states with its plan, None where it states none, or rests on the one that was stored before."""
    part: Consent | None = getattr(getattr(ctx.data, "plan", None), "consent", None)
    return None if part is None or any("meta" in c for c in _of_plan(ctx)) else part


def _of_plan(ctx: Context) -> tuple[Resource, ...]:
    """Return the Consents that the plan of E35 rests on; none for every other event."""
    if ctx.event.type != planstates.UPDATED:
        return ()
    listed = planview.continued(ctx).get("supportingInfo", ())
    found = (ctx.case.get(one.get("reference", "")) for one in listed)
    return tuple(one for one in found if one is not None and one["resourceType"] == "Consent")


def overruled(case: Case, resource: Resource) -> bool:
    """Return whether the patient has said no since to what a stored Consent says: a scope of it, to somebody whom it names. ADR 164."""
    grant = grants.of_resource(resource)
    if grant.status in YES:
        return bool(noes.refused(grant, case))
    names = grant.recipients or frozenset({COORDINATING_UNIT})
    later = (no for no in noes.listed(case) if no.told > noes.told(resource) and no.is_to(names))
    return any(not grant.scopes or no.scopes & grant.scopes for no in later)


def _actor(ctx: Context, key: str, performers: tuple[Party, ...]) -> consents.Actor:
    party = ctx.book.by_key(key)
    if party is None and key == "coordinating-unit" and performers:
        party = performers[0]
    return consents.Actor(key=key, reference=common.organisation(party))
