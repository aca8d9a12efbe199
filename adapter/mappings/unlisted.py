"""Who is to hear of something, and stands in the address book no more: a person tells it. E08, E09, E15, E24, E26, E49, E51, E66; ADR 166, 168."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from adapter import naming
from adapter.kith import titles
from adapter.mappings import common, held, holding, passing, posting, resting, telling, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message, Resource
from adapter.rules import consent
from adapter.rules.carrier import LETTER

COORDINATOR: Final = "ip.coordinator.ended"
"""What the consent table is asked for who knew of a coordinator."""
EVIDENCE: Final = "evidence"
"""Input of the work item: the latest message about the need to that receiver."""
_TELL: Final = "står ikke lenger i adresseboken: si fra på annen måte, eller til den som har overtatt, at {}"
_GONE: Final = f"Mottakeren av behovet {_TELL}"
_KNEW: Final = f"Den som fikk vite om koordinatoren, {_TELL}"
_HELD: Final = f"En mottaker i saken {_TELL}"
OUTSIDE: Final = (
    "Mottakeren av opplysninger som samtykket gjaldt, står ikke i adresseboken: si fra på annen måte, "
    "eller til den som har overtatt, at samtykket er trukket"
)
"""What is asked of who was told outside a need: a coordinator, a plan. E15."""
WITHDRAWN: Final = "ip.consent.withdrawn"
DIED: Final = "ip.patient.deceased"
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip.need.declined-by-patient": _GONE.format("pasienten har takket nei"),
        "ip.need.withdrawn": _GONE.format("behovet er trukket"),
        WITHDRAWN: _GONE.format("samtykket er trukket"),
        "ip.need.entered-in-error": _GONE.format("behovet gjaldt feil pasient"),
        "ip.coordinator.replaced": _KNEW.format("koordinatoren er byttet"),
        "ip.coordinator.ended": _KNEW.format("koordinatoren er avsluttet"),
        "ip.hospital-participation.ended": _KNEW.format("sykehusets deltakelse er avsluttet"),
        DIED: _HELD.format("pasienten er død"),
    }
)
"""Event that others are told → what a person is asked to do for one who cannot be reached."""
LIVES: Final = _HELD.format("meldingen om dødsfall var feil")
"""The same of a death that was none."""


def items(ctx: Context, missed: tuple[Message, ...], decided: Change, *, by: str | None = None) -> Change:
    """Return a Task for the own unit per receiver that the event's notice cannot reach; none where an open one asks the same.

    `by` is the event whose word it is, where the event does what another would. A death is asked of a person whoever tells it: it
    closes what its receivers follow from.
    """
    if not missed or not (ctx.may_send or ctx.event.type == DIED):
        return Change()
    after = ctx.case.having(decided.outcome(ctx.case.key))
    said = ((message, _text(ctx, message, by or ctx.event.type)) for message in missed)
    return Change(resources=tuple(_item(ctx, m, text) for m, text in said if m.id not in _asked(after, text)))


def _item(ctx: Context, message: Message, text: str) -> Resource:
    return common.work_item(
        ctx,
        id_=ctx.id("Task", f"unlisted/{message.receiver_key}/{message.melde_id}"),
        kind="review",
        owner=passing.own_unit(ctx),
        focus=None,
        melde_id=message.melde_id,
        inputs=((EVIDENCE, message.id),),
        reason=text,
    )


def _text(ctx: Context, message: Message, by: str) -> str:
    """Return what a person is asked to do: to one who got no need, about what the consent was of."""
    if getattr(ctx.data, "entered_in_error", None):
        return LIVES
    return OUTSIDE if by == WITHDRAWN and message.subject in resting.EVENT else TEXTS[by]


def _asked(case: Case, text: str) -> frozenset[Any]:
    """Return the messages of whose receivers a person is asked this already."""
    return frozenset(views.input_of(t, EVIDENCE) for t in passing.saying(case, text))


def owed(ctx: Context, missed: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return those of whom the work item of what an outside party tells asks too: of a death each has one already."""
    return () if ctx.event.type == DIED else missed


def knew_held(ctx: Context) -> tuple[Message, ...]:
    """Return whom the word of the assignment that the event continues cannot reach. E24, E26, E49."""
    return knew(ctx, held.find(ctx).id)


def knew(ctx: Context, assignment_id: str) -> tuple[Message, ...]:
    """Return the last message to each who was told of an assignment, may still know of it, and is in the book no more."""
    told = {
        m.receiver_key: m
        for m in ctx.case.messages
        if m.event_id
        and naming.resource_id(m.event_id, "PractitionerRole", "person") == assignment_id
        and posting.has_left(ctx.case, m)
    }
    return tuple(m for key, m in told.items() if is_gone(ctx, m) and _may_know(ctx, key or "", COORDINATOR))


def is_gone(ctx: Context, message: Message) -> bool:
    """Return whether the receiver of a message of ours has left the book: a patient, or an agency only letters reach, was never in it."""
    key = message.receiver_key
    return bool(key) and message.type != LETTER and ctx.book.by_key(key) is None


def names(case: Case, key: str) -> tuple[str, ...]:
    """Return what a consent may call who has left the book: its key, the coordinating unit where it got a need, who reported."""
    got = any(
        (m.direction, m.receiver_key) == ("out", key) and m.subject in titles.NEED_TITLES and m.wants_reply
        for m in case.messages
    )
    reports = key in telling.reporting_keys(case)
    return (
        *((consent.COORDINATING_UNIT,) if got else ()),
        key,
        *((consent.REPORTER,) if reports else ()),
    )


def _may_know(ctx: Context, key: str, subject: str) -> bool:
    return telling.verdict_of(ctx, names(ctx.case, key), about=subject).open


def bereaved(ctx: Context) -> tuple[Message, ...]:
    """Return whom the word of a death, or that there was none, cannot reach: once, as those whom it can. E51."""
    if not ctx.data.entered_in_error:
        return () if views.is_dead(ctx.case) else _holders(ctx)
    last = holding.last_words(ctx) if views.is_dead(ctx.case) else {}
    return tuple(m for m in last.values() if holding.tells(m, holding.TOLD) and is_gone(ctx, m))


def untold(ctx: Context) -> tuple[Resource, ...]:
    """Return the open work items to tell of a death that was none."""
    return passing.saying(ctx.case, TEXTS[DIED])


def _holders(ctx: Context) -> tuple[Message, ...]:
    """Return the last message to each who holds something open and has left the book: an open need, a coordinator it knows."""
    needs = common.unlisted(ctx, {n.melde_id for n in views.open_needs(ctx.case)})
    roles = (m for a in views.assignments(ctx.case) if a.lasts(ctx.today) for m in knew(ctx, a.id))
    return tuple({m.receiver_key: m for m in (*roles, *needs)}.values())
