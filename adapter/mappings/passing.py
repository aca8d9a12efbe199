"""What an outside party takes back, and others got from us: its event sends nothing, so a person here tells them. E08, E09, E14, E15, E51, E66; decision 122."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from adapter.fhir import needs
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Case, Message, Party, Resource
from adapter.rules import routing, states

EVENT: Final = "event"
"""Input of the work item: the event by which a person here tells it on."""
IN_ERROR: Final = "enteredInError"
"""Input of the work item of an event that says that what was told before was wrong."""
TO: Final = "receiver"
"""Input of the work item: who is to be told, where the event itself closes what that follows from."""
DIED: Final = "ip.patient.deceased"
TEXTS: Final = MappingProxyType(
    {
        "ip.need.info-supplied": "Melderen har svart på spørsmålet om behovet: send svaret videre til den som spurte",
        "ip.need.withdrawn": "Melderen har trukket behovet: gi beskjed til dem som har fått det herfra",
        "ip.need.declined-by-patient": "Pasienten har takket nei: gi beskjed til dem som har fått behovet herfra",
        "ip.consent.withdrawn": "Samtykket er trukket: gi beskjed til dem som har fått opplysninger herfra",
        "ip.consent.limited": "Samtykket er begrenset: gi beskjed til dem som ikke lenger skal ha opplysninger herfra",
        DIED: "Pasienten er død: gi beskjed til dem som har noe åpent herfra",
    }
)
"""Event of an outside party → what a person here is asked to do."""
ERRORS: Final = MappingProxyType(
    {DIED: "Pasienten lever: gi beskjed til dem som har fått vite herfra at pasienten er død"}
)
"""The same where the event says that what was told before was an error."""
KEPT: Final = frozenset({DIED})
"""Events that close what their receivers follow from: the work item keeps who they are."""


def own_unit(ctx: Context) -> Party | None:
    """Return the own coordinating unit, else the first home party: it is asked where an outside party acts."""
    return routing.desk(ctx.book, routing.first(ctx.book))


def item(
    ctx: Context,
    *,
    text: str,
    melde_id: str | None,
    to: tuple[Party, ...] = (),
    by: str | None = None,
    focus: str | None = None,
) -> tuple[Resource, ...]:
    """Return a Task for the own unit to tell this event on (`to` them), by the same event posted here."""
    unit = own_unit(ctx)
    receivers = tuple((TO, {"reference": f"Organization/{p.organisation_id}"}) for p in to)
    made = common.work_item(
        ctx,
        id_=ctx.id("Task", "review"),
        kind="review",
        owner=unit,
        focus=focus,
        melde_id=melde_id,
        reason=text,
        inputs=(
            (EVENT, by or ctx.event.type),
            *(((IN_ERROR, "true"),) if _in_error(ctx) else ()),
            *receivers,
        ),
        requester=ctx.party,
    )
    return (*common.parties(*(p for p in (unit, ctx.party, *to) if p)), made)


def _in_error(ctx: Context) -> bool:
    return bool(getattr(ctx.data, "entered_in_error", None))


def _texts(ctx: Context) -> Mapping[str, str]:
    return ERRORS if _in_error(ctx) else TEXTS


def owed(
    ctx: Context, told: Iterable[Notice], *, by: str | None = None, missed: tuple[Message, ...] = ()
) -> Change:
    """Return the Task to tell on what an outside party takes back, where others than its own organisation would be told.

    `missed`: the latest messages to those who would be, and have left the book.
    """
    source = ctx.party
    if source is None or source.home or ctx.event.origin == "received":
        return Change()
    others = [n for n in told if n.receiver.level1_id != source.level1_id]
    if not (others or missed):
        return Change()
    to = tuple({n.receiver.key: n.receiver for n in others}.values()) if ctx.event.type in KEPT else ()
    melde_id = others[0].melde_id if others else missed[0].melde_id
    return Change(
        resources=item(ctx, by=by, text=_texts(ctx)[by or ctx.event.type], melde_id=melde_id, to=to)
    )


def waiting(ctx: Context) -> Resource | None:
    """Return the open Task that this event of a home party answers."""
    if ctx.home is None or ctx.event.type not in _texts(ctx):
        return None
    return next(open_items(ctx, ctx.event.type, in_error=_in_error(ctx)), None)


def open_items(ctx: Context, type_: str, *, in_error: bool = False) -> Iterator[Resource]:
    """Yield the open Tasks to tell such an event on."""
    for task in ctx.case.of("Task"):
        said = views.input_of(task, EVENT), views.input_of(task, IN_ERROR) is not None
        if task["status"] not in views.FINISHED and "requester" in task and said == (type_, in_error):
            yield task


def receivers(ctx: Context, item: Resource | None) -> tuple[Party, ...]:
    """Return whom a Task asks to tell, where there is one that keeps it."""
    inputs = (item or {}).get("input", ())
    said = (i.get("valueReference") for i in inputs if i["type"].get("text") == TO)
    found = (ctx.book.by_organisation(views.reference_id(one)) for one in said)
    return tuple(party for party in found if party is not None)


def done(ctx: Context) -> Change:
    """Return that Task as completed."""
    found = waiting(ctx)
    return Change(
        resources=(needs.moved(found, modified=ctx.now, status="completed"),) if found is not None else ()
    )


def told_on(ctx: Context) -> Change | None:
    """Return what the repeated event changes where its needs have been moved already: the Task is done. None where none waits."""
    return common.author(ctx) + done(ctx) + Change(case=melde_part(chosen(ctx))) if _repeats(ctx) else None


def chosen(ctx: Context) -> tuple[views.Need, ...]:
    """Return the needs that the event names: those it may move, or all that it names where it repeats what another told."""
    return scoped(ctx, opened=not _repeats(ctx))


def _repeats(ctx: Context) -> bool:
    found = waiting(ctx)
    if found is None:
        return False
    named = scoped(ctx, opened=False)
    melde_id = found.get("groupIdentifier", {}).get("value")
    return melde_id in {n.melde_id for n in named} and not any(
        states.permits(n.state, ctx.event.type) for n in named
    )


def others(before: Context, told: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return the notices without those to the organisation that told it itself."""
    found = waiting(before)
    source = before.book.by_organisation(views.reference_id((found or {}).get("requester")))
    return tuple(n for n in told if source is None or n.receiver.level1_id != source.level1_id)


def saying(case: Case, text: str) -> tuple[Resource, ...]:
    """Return the open work items that ask this of a person."""
    return tuple(
        t for t in case.of("Task") if t.get("description") == text and t["status"] not in views.FINISHED
    )
