"""What a person is asked to post or tell, and has not: it has reached nobody, and is stopped like what waits to leave. E59; domain § 2.5 (N1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from adapter.fhir import needs
from adapter.kith import titles
from adapter.mappings import clocks, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message
from adapter.rules import message_states

WAITS: Final = message_states.before(message_states.STOP)
MAY_HAVE_COME: Final = frozenset(
    {"leased", "handed", "sent", "delivered", "acknowledged", "unanswered", "manual", "dead", "rejected"}
)
_FOR_A_PERSON: Final = frozenset({"unanswered", "manual", "dead", "rejected"})


def is_unposted(case: Case, message: Message) -> bool:
    """Return whether a message waits for a person, its work item open, no word of it told (E59) and no attempt of ours made."""
    if message.state != "manual" or message.direction != "out" or message.attempts:
        return False
    told = case.get(views.communication_of(message) or "")
    return told is not None and "sent" not in told and bool(views.items_about(case, message))


def is_unsent(case: Case, message: Message) -> bool:
    """Return whether a message of ours has not left, or waits for a person to post or tell it: it can be stopped."""
    return message.direction == "out" and (message.state in WAITS or is_unposted(case, message))


def has_left(case: Case, message: Message) -> bool:
    """Return whether a message of ours has reached its receiver, or may have: not one that was given up before it was tried. E64."""
    tried = message.state != "dead" or message.attempts > 0
    return (
        message.direction == "out"
        and message.state in MAY_HAVE_COME
        and tried
        and not is_unposted(case, message)
    )


def confirmed(case: Case, message: Message) -> bool:
    """Return whether somebody at the receiver confirmed a message taken another way: then 8705#105 holds. N2.

    Its Communication is completed then, and so no longer among what is open in the case.
    """
    told = case.get(views.communication_of(message) or "")
    return message.state == "manual" and (told is None or told["status"] == "completed")


def state(case: Case, need: views.Need) -> str:
    """Return where a need stands: by a letter that nobody has posted it is only reported."""
    carrying = [m for m in case.messages if m.melde_id == need.melde_id and m.wants_reply]
    return (
        "reported" if need.state == "manual" and not any(has_left(case, m) for m in carrying) else need.state
    )


def notices_asked_about(case: Case) -> frozenset[str | None]:
    """Return the Communications of our notices that a person is to see to: a need that ends ends nothing of them."""
    return frozenset(
        views.communication_of(m)
        for m in case.messages
        if m.direction == "out" and m.state in _FOR_A_PERSON and m.subject not in titles.BRINGS_NEED
    )


def stopped(ctx: Context, messages: Iterable[Message]) -> Change:
    """Return messages that never leave as buried, with the clocks on them and the work items that ask for them to be posted."""
    listed = tuple(messages)
    items = (t for m in listed for t in views.items_about(ctx.case, m))
    return Change(
        resources=tuple(needs.moved(t, modified=ctx.now, status="cancelled") for t in items),
        messages=tuple(replace(m, state="buried", next_attempt=None) for m in listed),
        deadlines=clocks.close_messages(ctx, {m.id for m in listed}),
    )
