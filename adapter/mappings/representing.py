"""Others may consent for the patient now: what was consented to by others is looked at again. E17; pbrl §§ 4-3 to 4-6."""

from __future__ import annotations

from typing import Final

from adapter.errors import ConsentError
from adapter.events import whoconsents
from adapter.fhir import consents as resources
from adapter.fhir import parts, people
from adapter.mappings import common, consenting, expiring, grants, patients, release, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Resource
from adapter.rules import anchors

AGAIN: Final = "En annen enn før kan samtykke for pasienten. Vurder samtykket på nytt."


def changed(ctx: Context) -> Change:
    """Return who may consent now; at 16 the guardians' consents are over, others are looked at by a person. E17.

    Raises ConsentError IPK-C020, IPK-C022 where the birth date that the case knows says otherwise.
    """
    _check(ctx)
    others = tuple(
        c
        for c in views.consents(ctx.case)
        if c["status"] == "active" and grants.of_resource(c).given_by not in {None, "patient"}
    )
    base = common.person(ctx) + common.author(ctx) + Change(resources=(*_former(ctx), *_representative(ctx)))
    if not others:
        return base
    if ctx.data.reason_code == whoconsents.REACHED_16:
        over = tuple(c for c in others if grants.of_resource(c).given_by == "guardian")
        return base + expiring.ended(ctx, over, text=expiring.AT_16) if over else base
    item = expiring.item(ctx, text=AGAIN, focus=f"Consent/{others[-1]['id']}")
    why = (anchors.fixed("consent-representative", "vurderes"),)
    return base + Change(resources=item, reasons=why)


def _check(ctx: Context) -> None:
    said, born = ctx.data, patients.birth_date(ctx)
    kind = said.representative.kind if said.representative else None
    found = whoconsents.against_change(said.reason_code, kind, born, said.from_) if born else ()
    for code, path in found:
        raise ConsentError(code, at=f"$.data.{path}")


def changed_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the need messages for the kinds that another consent still covers. E17."""
    return release.again(ctx, before)


def _former(ctx: Context) -> tuple[Resource, ...]:
    """Return who could consent until now as such no more."""
    spoke = set(consenting.SPOKEN_BY.values())
    return tuple(
        parts.changed(r, active=False, period={"end": parts.when(ctx.data.from_)})
        for r in ctx.case.of("RelatedPerson")
        if r.get("active") and r.get("name") and {c.get("text") for c in r.get("relationship", ())} & spoke
    )


def _representative(ctx: Context) -> tuple[Resource, ...]:
    said = ctx.data.representative
    if said is None:
        return ()
    return (
        people.related_person(
            id_=ctx.id("RelatedPerson", "representative"),
            patient=f"Patient/{ctx.patient_id()}",
            family=said.name.family,
            given=said.name.given,
            relationship=resources.GUARDIANS.get(said.guardians or "", resources.RELATIONSHIP[said.kind]),
            text=consenting.SPOKEN_BY[said.kind],
            phone=said.phone,
        ),
    )
