"""Who was told and is to hear of what takes it back, and stands in the address book no more: a person tells it. E08, E09, E15, E66; decision 166."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from adapter.mappings import common, passing, resting, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message, Resource

EVIDENCE: Final = "evidence"
"""Input of the work item: the latest message about the need to that receiver."""
_GONE: Final = "Mottakeren av behovet står ikke lenger i adresseboken: si fra på annen måte, eller til den som har overtatt, at {}"
OUTSIDE: Final = (
    "Mottakeren av opplysninger som samtykket gjaldt, står ikke i adresseboken: si fra på annen måte, "
    "eller til den som har overtatt, at samtykket er trukket"
)
"""The same of what was told outside a need: a coordinator, a plan. E15."""
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip.need.declined-by-patient": _GONE.format("pasienten har takket nei"),
        "ip.need.withdrawn": _GONE.format("behovet er trukket"),
        "ip.consent.withdrawn": _GONE.format("samtykket er trukket"),
        "ip.need.entered-in-error": _GONE.format("behovet gjaldt feil pasient"),
    }
)
"""Event that all who got a need are told → what a person is asked to do for one who cannot be reached."""


def items(ctx: Context, missed: tuple[Message, ...], decided: Change) -> Change:
    """Return a Task for the own unit per receiver that the event's notice cannot reach; none where an open one asks the same."""
    if not (missed and ctx.may_send):
        return Change()
    after = ctx.case.having(decided.outcome(ctx.case.key))
    said = ((message, _text(ctx, message)) for message in missed)
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


def _text(ctx: Context, message: Message) -> str:
    """Return what a person is asked to do: to one who got no need, about what the consent was of."""
    outside = ctx.event.type == "ip.consent.withdrawn" and message.subject in resting.EVENT
    return OUTSIDE if outside else TEXTS[ctx.event.type]


def _asked(case: Case, text: str) -> frozenset[Any]:
    """Return the messages of whose receivers a person is asked this already."""
    return frozenset(
        views.input_of(t, EVIDENCE)
        for t in case.of("Task")
        if t.get("description") == text and t["status"] not in views.FINISHED
    )
