"""The plan as a document: PDF for who has no access to it. E41; list 9602 A02-2, regulation on individual plans 2022.

The PDF says what the plan says, and nothing of what the consent excludes; it carries no time of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from adapter import codes, naming
from adapter.errors import EventError, RoutingError
from adapter.fhir import messages as fhir_messages
from adapter.fhir import nine, plans, teams
from adapter.kith import rendering, text, words
from adapter.kith.attachments import PDF, Outgoing
from adapter.kith.rendering.document import Block, Document, Facts, Prose, Row, Section, Table
from adapter.mappings import common, compose, limits, planparts, planview, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Party, Resource
from adapter.rules import anchors, carrier, planstates

TITLE: Final = "Individuell plan"
_DASH: Final = "–"


def shared(ctx: Context) -> Change:
    """Return the document that goes to a receiver, or the work item of one of our own; a warning where consent does not cover it.

    Raises EventError IPK-E062 where the receiver cannot take a PDF, IPK-E105 where no phone of ours is known, IPK-E013, IPK-E014, RoutingError IPK-R003. E41.
    """
    plan = planview.continued(ctx)
    before = planview.state(ctx.case, plan)
    planstates.transition(before, ctx.event.type)
    planview.check_writer(ctx, planview.writer(ctx, plan))
    to = _receiver(ctx)
    base = common.person(ctx) + common.author(ctx) + Change(case={"planId": plan["id"]})
    if to.home:
        return base + Change(resources=(*common.parties(to), _item(ctx, plan, to)))
    if not ctx.may_send:
        return base
    verdict = telling.covers(ctx, to)
    if not verdict.open:
        return base + Change(warnings=(common.warn("IPK-E063", "$.data.to.key"),), reasons=verdict.reasons)
    if not compose.bears_files(ctx, to):
        raise EventError("IPK-E105", at="$.data.author.phone")
    after = ctx.with_case(ctx.case.having(base.outcome(ctx.case.key)))
    return base + Change(resources=(_reference(after, plan, to),))


def _receiver(ctx: Context) -> Party:
    party = ctx.book.by_key(ctx.data.to.key)
    if party is None:
        raise RoutingError("IPK-R003", at="$.data.to.key")
    takes = party.accepts(carrier.HELSEFAGLIG, carrier.VERSION[carrier.HELSEFAGLIG]) and not party.is_letter
    if not party.home and not takes:
        raise EventError("IPK-E062", at="$.data.to.key")
    return party


def _item(ctx: Context, plan: Resource, to: Party) -> Resource:
    return common.work_item(
        ctx,
        id_=ctx.id("Task", "plan-document"),
        kind="review",
        owner=to,
        focus=f"CarePlan/{plan['id']}",
        reason=words.READ_PLAN,
    )


def _reference(ctx: Context, plan: Resource, to: Party) -> Resource:
    """Return the DocumentReference of the PDF: the bytes themselves are in the message that it is appended to."""
    content = _pdf(ctx, plan)
    msg_id = naming.msg_id(
        release_event=ctx.event.event_id, type_=carrier.HELSEFAGLIG, receiver=to.address_id, generation=0
    )
    return fhir_messages.plan_document(
        id_=ctx.id("DocumentReference", "plan"),
        patient=f"Patient/{ctx.patient_id()}",
        plan=f"CarePlan/{plan['id']}",
        appended_to=f"DocumentReference/{ctx.id('DocumentReference', msg_id)}",
        date=ctx.now,
        author=common.organisation(ctx.party),
        title=_title(ctx, plan),
        content=content,
    )


def notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the message with the PDF, where consent covers the receiver. E41."""
    to = _receiver(ctx)
    verdict = telling.covers(ctx, to)
    if to.home or not verdict.open:
        return ()
    plan = planview.continued(ctx)
    latest = views.dialogue(ctx.case, to.key)
    thread = latest if latest is not None and latest.type == carrier.HELSEFAGLIG else None
    title = text.TITLES[ctx.event.type]
    lines = [
        (words.RESPONSIBLE, telling.responsible_name(ctx, plan)),
        (words.PERIOD, _span(plan.get("period"))),
        (words.ATTACHED, _title(ctx, plan)),
        *(((words.MESSAGE, ctx.data.text),) if ctx.data.text else ()),
    ]
    melde_id = thread.melde_id if thread else None
    return (
        notice(
            to,
            title,
            lines,
            melde_id=melde_id,
            thread=thread,
            reasons=(*verdict.reasons, anchors.fixed("plan-document", to.key)),
            attached=(
                Outgoing(
                    mime_type=PDF,
                    description=_title(ctx, plan),
                    created=ctx.now.replace(microsecond=0),
                    content=_pdf(ctx, plan),
                ),
            ),
        ),
    )


def _title(ctx: Context, plan: Resource) -> str:
    return str(ctx.data.title or plan.get("title") or TITLE)


def _pdf(ctx: Context, plan: Resource) -> bytes:
    return rendering.write(document(ctx, plan, title=_title(ctx, plan)), "pdf")


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────────


def document(ctx: Context, plan: Resource, *, title: str) -> Document:
    """Return the plan laid out: what it is, goals, activities, who takes part, and the nine items."""
    found = planparts.whole(ctx.case, plan)
    goals = () if "goals" in limits.topics(ctx.case) else found.goals
    sections = (
        Section("Om planen", 2, (Facts(tuple(_facts(ctx, found))),)),
        *_table("Mål", ("Mål", "Status", "Frist"), tuple(map(_goal, goals))),
        *_table(
            "Tiltak",
            ("Tiltak", "Hvordan", "Hvem", "Når", "Hvor", "Status"),
            tuple(map(_activity, found.activities)),
        ),
        *_table("Hvem som deltar", ("Navn", "Rolle", "Periode"), tuple(_team(ctx, found.team))),
        *_notes(plan),
        *_table("Det en individuell plan skal inneholde", ("Nr.", "Punkt", "I planen", "Hvorfor det trengs"),
                tuple(_items(found))),
    )  # fmt: skip
    return Document("nb", title, f"Versjon {plan['meta']['versionId']}", sections)


def _facts(ctx: Context, found: planparts.Whole) -> Iterator[Row]:
    patient = compose.patient(views.patient(ctx.case) or {})
    name = " ".join(part for part in (patient.given, patient.middle, patient.family) if part)
    yield Row("Pasient", name)
    if patient.birth_date is not None:
        yield Row("Født", text.day(patient.birth_date))
    yield Row("Ansvarlig", telling.responsible_name(ctx, found.plan))
    yield Row("Status", words.PLAN_STATES[planview.state(ctx.case, found.plan)])
    yield Row("Periode", _span(found.plan.get("period")) or words.NOT_STATED)
    following = found.next_evaluation
    yield Row("Neste evaluering", text.day(following) if following else words.NOT_STATED)


def _table(heading: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[Section, ...]:
    return (Section(heading, 2, (Table(heading, heads, rows),)),) if rows else ()


def _status(value: str) -> str:
    return words.ACTIVITY_STATUS.get(value, value)


def _goal(one: Resource) -> tuple[str, ...]:
    due = one.get("target", [{}])[0].get("dueDate")
    return one["description"]["text"], _status(one["lifecycleStatus"]), _day(due) or _DASH


def _activity(one: Resource) -> tuple[str, ...]:
    title = one.get("description") or one.get("code", {}).get("text", "")
    how = one.get("comment") or " ".join(note["text"] for note in one.get("note", ()))
    return (
        title,
        how or _DASH,
        _who(one) or _DASH,
        _when(one) or _DASH,
        _where(one) or _DASH,
        _status(one["status"]),
    )


def _who(one: Resource) -> str:
    """Return who performs an activity: `performer`, `owner`, or of an Appointment whom it names beside the patient."""
    if one["resourceType"] == "Appointment":
        named = [p["actor"].get("display", "") for p in one.get("participant", ())]
        return next((name for name in named if name), "")
    listed = one.get("performer", ()) or ([one["owner"]] if "owner" in one else ())
    return ", ".join(p.get("display", "") for p in listed)


def _where(one: Resource) -> str:
    if one["resourceType"] == "Appointment":
        named = [p["actor"].get("display", "") for p in one.get("participant", ())]
        return next(iter([name for name in named if name][1:]), "")
    if "location" in one:
        return str(one["location"].get("display", ""))
    return ", ".join(place.get("text", "") for place in one.get("locationCode", ()))


def _when(one: Resource) -> str | None:
    if one["resourceType"] == "Appointment":
        return _span({"start": one["start"], "end": one.get("end")}) if "start" in one else None
    return _span(one.get("occurrencePeriod") or one.get("executionPeriod"))


def _team(ctx: Context, team: Resource | None) -> Iterator[tuple[str, ...]]:
    for one in teams.current(team):
        held = ctx.case.get(one["member"].get("reference", "")) or {}
        name = one["member"].get("display") or held.get("practitioner", {}).get("display")
        if teams.is_patient(one):
            name = "Pasienten selv"
        if name:
            yield str(name), _role(one), _span(one.get("period")) or _DASH


def _role(one: Mapping[str, Any]) -> str:
    key = teams.role_key(one)
    said = (
        codes.ROLES[key].display
        if key
        else next((r["text"] for r in one.get("role", ()) if "text" in r), _DASH)
    )
    return f"{said} (hovedansvar)" if teams.is_main(one) else said


def _notes(plan: Resource) -> Iterator[Section]:
    heads = {plans.CONTRIBUTIONS: "Hva den enkelte bidrar med", plans.COOPERATION: "Samarbeid med andre"}
    for note in plan.get("note", ()):
        for mark, heading in heads.items():
            if note["text"].startswith(mark):
                said = Block("paragraph", note["text"].removeprefix(mark))
                yield Section(heading, 2, (Prose("", (said,)),))


def _items(found: planparts.Whole) -> Iterator[tuple[str, ...]]:
    for item in nine.items(found.missing):
        yield (
            str(item.number),
            item.nb,
            "Ja" if item.complete else "Mangler",
            _DASH if item.complete else item.why_nb,
        )


def _day(value: str | None) -> str | None:
    return text.day(date.fromisoformat(value[:10])) if value else None


def _span(period: Mapping[str, Any] | None) -> str | None:
    first, last = (_day((period or {}).get(end)) for end in ("start", "end"))
    if first and last:
        return first if first == last else f"{first} – {last}"
    return f"fra {first}" if first else None
