"""What a person sends: nothing leaves by itself where the address is strict, or the number replaced. E18, E19; folkeregisterforskriften § 10-4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from adapter.fhir import messages as resources
from adapter.fhir import parts, people, protected
from adapter.kith import titles
from adapter.mappings import common, expiring, internal, patients, twins, views
from adapter.mappings.compose import Composed
from adapter.mappings.context import PATIENT, Change, Context, together
from adapter.mappings.views import communication_of
from adapter.model import Case, Message, Reason
from adapter.rules import anchors, message_states
from adapter.rules.carrier import LETTER

STRICT: Final = protected.STRICT
TO_POST: Final = "Skriv ut brevet og send det, og registrer at det er sendt."
BY_HAND: Final = "Strengt fortrolig adresse: vurder om og hvordan meldingen kan formidles."
OF_BOTH: Final = "Meldingen gjelder et nummer som er erstattet, og er ikke sendt. Vurder om og hvordan mottakeren skal få vite det."
"""Of what is told of the person in both cases: of the new number it tells nobody who knows the former alone."""
_OF_BOTH: Final = frozenset({titles.NOT_DEAD, *(titles.TITLES[type_] for type_ in twins.SAME)})
FORMER: Final = "Meldingen gjelder et nummer som er erstattet, og er ikke sendt. Gjelder den fortsatt: meld det på det nye nummeret."


def changed(ctx: Context) -> Change:
    """Return the Patient with its grade. E19."""
    return common.person(ctx) + common.author(ctx)


def followed(ctx: Context, change: Change) -> Change:
    """Return a change with the protection that its event states, whichever event it is; the very change where nothing follows.

    Where the address becomes strictly confidential, what had not left waits for a person. E19.
    """
    if getattr(ctx.data, "patient", None) is None:
        return change
    made = (r for r in change.resources if r["resourceType"] == "Patient")
    person, grade = next(made, views.patient(ctx.case)), patients.protection(ctx)
    if person is None:
        return change
    if people.grade(person) != grade:
        change += Change(resources=(parts.changed(people.protect(person, grade), address=None),))
    if grade != STRICT or is_strict(ctx.case):
        return change
    after = ctx.with_case(ctx.case.having(change.outcome(ctx.case.key)))
    return change + handed_over(after, message_states.STRICT, BY_HAND)


def handed_over(ctx: Context, by: str, words: str) -> Change:
    """Return what had not left as waiting for a person, with a work item for each; `by` is what happens, of the table of moves."""
    waiting = tuple(
        replace(m, state="manual", next_attempt=None)
        for m in ctx.case.messages
        if m.direction == "out" and m.state in message_states.before(by) and m.type != "APPREC"
    )
    moved = tuple(internal.ended(ctx.case, message) for message in waiting)
    return together(*moved, items(ctx, waiting, words=words))


def is_strict(case: Case) -> bool:
    """Return whether nothing may leave by itself."""
    return protected.is_strict(views.patient(case))


@dataclass(frozen=True, slots=True)
class Rest:
    """Why nothing of a case leaves by itself: of which cases, by which rule, what a person is told, and the warning."""

    holds: Callable[[Case], bool]
    rule: str
    words: str
    warns: str


RESTS: Final = (
    Rest(is_strict, "address-strict", BY_HAND, "IPK-P012"),
    Rest(twins.is_replaced, "number-replaced", FORMER, "IPK-E102"),
)


def rest(case: Case) -> Rest | None:
    """Return why nothing of a case leaves by itself, None where it does."""
    return next((row for row in RESTS if row.holds(case)), None)


def words_for(message: Message, why: Rest) -> str:
    """Return what a person is told of a message that does not leave by itself."""
    return OF_BOTH if why.words == FORMER and message.subject in _OF_BOTH else why.words


def obstacle(case: Case) -> Reason | None:
    """Return by which rule nothing of a case leaves by itself, None where it does."""
    found = rest(case)
    return anchors.fixed(found.rule, "manuelt") if found else None


def by_hand(ctx: Context, sent: tuple[Composed, ...]) -> tuple[Composed, ...]:
    """Return the messages for a person to take another way, where nothing leaves by itself."""
    return tuple(map(_manual, sent)) if rest(ctx.case) else sent


def _manual(one: Composed) -> Composed:
    if one.message.state != "pending":
        return one
    told = tuple(
        resources.settled(r, status="in-progress") if r["resourceType"] == "Communication" else r
        for r in one.resources
    )
    return replace(one, message=replace(one.message, state="manual"), resources=told)


def items(ctx: Context, messages: tuple[Message, ...], *, words: str | None = None) -> Change:
    """Return a work item per message that a person must take another way: a letter to post, or all of them by hand.

    With a warning where nothing leaves by itself; `words` says why, where that begins with this very event.
    """
    found = next((row for row in RESTS if row.words == words), None) or rest(ctx.case)
    waiting = tuple(m for m in messages if m.state == "manual" and (found or m.type == LETTER))
    if not waiting:
        return Change()
    owner = expiring.responsible(ctx)
    made = tuple(
        common.work_item(
            ctx,
            id_=ctx.id("Task", f"manual-fallback/{message.id}"),
            kind="manual-fallback",
            owner=owner,
            focus=communication_of(message),
            melde_id=message.melde_id if message.receiver_key != PATIENT.key else None,
            inputs=(("evidence", message.id),),
            reason=words_for(message, found) if found else TO_POST,
        )
        for message in waiting
    )
    listed = common.parties(owner) if owner else ()
    told = (common.warn(found.warns, "$.data.patient"),) if found else ()
    return Change(resources=(*listed, *made), warnings=told)
