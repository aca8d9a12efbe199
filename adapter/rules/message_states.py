"""How a message that goes out moves: one table of rows (what happens, from these, to). domain § 2.5; Architecture, 'Outbox states'.

What happens is an event, or an act of a worker, a clock or a person, which has a name of its own. What a person asks for and
the table does not list is refused with what is allowed; what a receipt, a clock or a worker says of a message that is past it
changes nothing: it is kept where it was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

NEW: Final = ""
"""Before it was made."""
SAME: Final = ""
"""The state stays: a message of the next generation goes instead, or a person is told."""

REQUEUE, MANUAL, BURY, REMAP = "requeue", "manual", "bury", "remap"
REST: Final = "a part of it holds"
"""It must not leave as it is: what still holds goes under an id of its own."""
BY_HAND: Final = "ip.manual-fallback.recorded"
REFUSED_LATE: Final = "ip.receipt.negative/somebody has confirmed that it came another way"
POSTED: Final = f"{BY_HAND}/a letter that was stopped had been posted, or what had not arrived been told"
REPORTED: Final = "ip.message.sent"
ADDRESS: Final = "ip.address.changed"
STRICT: Final = "ip.address-protection.changed"
REPLACED: Final = "ip.identity.changed"
DEATH: Final = "ip.patient.deceased"
STOP: Final = "stop"
OVER: Final = "what it tells is over, and nobody may send it again"

NEVER_LEFT: Final = ("held", "pending", "dead")
"""Nobody has got it: who sends another instead leaves none behind."""
_HANDLED: Final = ("held", "pending", "handed", "dead", "rejected", "unanswered")
_RECEIPTED: Final = (
    "held",
    "pending",
    "leased",
    "handed",
    "sent",
    "delivered",
    "rejected",
    "unanswered",
    "dead",
    "buried",
    "manual",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One row: what happens leads from one of `before` to `after`."""

    by: str
    before: tuple[str, ...]
    after: str
    source: str
    checked: date = date(2026, 11, 27)


_QUEUE: Final = "architecture: Outbox states"
_RECEIPT: Final = "HITS 1168 (applikasjonskvittering); HIS 1144"
_LATE: Final = "HIS 1144; HITS 1168 (96 timer)"
_PERSON: Final = "contract: HTTP: messages"
_OTHER_WAY: Final = "events: E59; message-rules: Receipts and clocks"

MOVES: Final[tuple[Move, ...]] = (
    Move(by="made", before=(NEW,), after="pending", source=_QUEUE),
    Move(by="made, waits for the own unit", before=(NEW,), after="held", source="message-rules: Routing policy"),
    Move(by="made, a letter", before=(NEW,), after="manual", source="message-rules: Carrier (LETTER)"),
    Move(by="released", before=("held",), after="pending", source="message-rules: Routing policy"),
    Move(by="claimed", before=("pending",), after="leased", source=_QUEUE),
    Move(by="not now", before=("leased",), after="pending", source=_QUEUE),
    Move(by="not at all", before=("leased",), after="dead", source=_QUEUE),
    Move(by="too old", before=("leased",), after="buried", source="architecture: Outbox states (next generation)"),
    Move(by="left", before=("leased",), after="sent", source=_QUEUE),
    Move(by="laid ready", before=("leased",), after="handed", source="decision 24"),
    Move(by=REPORTED, before=("pending", "leased", "handed", "dead", "buried"), after="sent", source="events: E69; decision 24"),
    Move(by="delivered", before=("sent",), after="delivered", source=_QUEUE),
    Move(by="ip.receipt.positive", before=_RECEIPTED, after="acknowledged", source=_RECEIPT),
    Move(by="ip.receipt.negative", before=_RECEIPTED, after="rejected", source=_RECEIPT),
    Move(by=REFUSED_LATE, before=("manual",), after=SAME, source="events: E54, E59; domain § 2.5 (N2)"),
    Move(by="ip.receipt.missing", before=("sent",), after="unanswered", source=_LATE),
    Move(by=REQUEUE, before=("pending", "handed", "dead"), after="pending", source=_PERSON),
    Move(by=REQUEUE, before=("rejected", "unanswered"), after=SAME, source=_PERSON),
    Move(by=MANUAL, before=_HANDLED, after="manual", source=_PERSON),
    Move(by=BURY, before=_HANDLED, after="buried", source=_PERSON),
    Move(by=REMAP, before=NEVER_LEFT, after="buried", source="events: E64"),
    Move(by=REMAP, before=("handed", "rejected", "unanswered", "sent"), after=SAME, source="events: E64"),
    Move(by=BY_HAND, before=(*_HANDLED, "sent", "delivered", "manual"), after="manual", source=_OTHER_WAY),
    Move(by=POSTED, before=("buried",), after="manual", source="events: E59; decisions 163, 168"),
    Move(by=ADDRESS, before=NEVER_LEFT, after="dead", source="events: E64"),
    Move(by=ADDRESS, before=("handed", "sent", "rejected", "unanswered"), after=SAME, source="events: E64"),
    Move(by=STRICT, before=("pending",), after="manual", source="events: E19; domain § 2.5 (N1)"),
    Move(by=REPLACED, before=("held", "pending"), after="manual", source="events: E18; decision 162"),
    Move(by=DEATH, before=(*NEVER_LEFT, "rejected"), after="buried", source="events: E51; domain § 2.5 (N7)"),
    Move(by=f"{DEATH}/nobody has posted it", before=("manual",), after="buried", source="events: E51"),
    Move(by=REST, before=("pending", "leased", "handed", "dead"), after="buried", source="decision 100"),
    Move(by=REST, before=("rejected", "unanswered"), after=SAME, source="decision 100"),
    Move(by=f"{STOP}/nobody has posted it", before=("manual",), after="buried", source="events: E09, E15, E66; decision 120"),
    Move(by=OVER, before=("dead", "rejected"), after="buried", source="decision 168"),
    Move(by=STOP, before=("held", "pending"), after="buried", source="events: E09, E15, E66; domain § 2.5 (N1)"),
)  # fmt: skip
"""Every move there is. `stop`: what it tells is withdrawn, limited or recalled before it left."""

ACTS: Final = (REQUEUE, MANUAL, BURY, REMAP)
"""What a person does with a message, by the names of the routes and commands."""

_BEFORE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        by: frozenset(s for m in MOVES if m.by == by for s in m.before)
        for by in dict.fromkeys(m.by for m in MOVES)
    }
)
_AFTER: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {(state, move.by): move.after or state for move in MOVES for state in move.before}
)


def before(by: str) -> frozenset[str]:
    """Return the states in which something may happen. Raises KeyError for what the table does not know."""
    return _BEFORE[by]


def after(state: str, by: str) -> str:
    """Return the state in which a message stands after something. Raises KeyError where it may not happen."""
    return _AFTER[state, by]


def allowed(state: str, *, replaced: bool = False) -> tuple[str, ...]:
    """Return what a person may do with a message in this state: nothing where another went instead."""
    return () if replaced else tuple(act for act in (*ACTS, BY_HAND) if state in _BEFORE[act])
