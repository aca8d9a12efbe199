"""Which message type carries it: four rules, the first that fits and that the receiver takes. message-rules.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from adapter.model import Message, Party, Reason
from adapter.rules import anchors

Mode = Literal["new", "reply", "continue", "letter"]

HELSEFAGLIG: Final = "DIALOG_HELSEFAGLIG"
FORESPORSEL: Final = "DIALOG_FORESPORSEL"
SVAR: Final = "DIALOG_SVAR"
NOTAT: Final = "DIALOG_NOTAT"
INNBYGGER: Final = "DIALOG_INNBYGGER_KOORDINATOR"
LETTER: Final = "LETTER"

VERSION: Final[Mapping[str, str]] = MappingProxyType(
    {HELSEFAGLIG: "1.1", FORESPORSEL: "1.0", SVAR: "1.0", NOTAT: "1.0", INNBYGGER: "1.0", LETTER: ""}
)
"""Version of the payload standard per type. Dialogmelding 1.1: HIS 1077:2017; 1.0: HIS 1152:2006."""

CARE_VERSION: Final = "1.6"
"""Version of the messages of care that we write. HIS 80704:2014."""

CONTINUED_BY: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        (HELSEFAGLIG, "in"): HELSEFAGLIG,
        (HELSEFAGLIG, "out"): HELSEFAGLIG,
        (FORESPORSEL, "in"): SVAR,
        (FORESPORSEL, "out"): FORESPORSEL,
        # An answer belongs to a thread that a Forespørsel began: ours (in) goes on with one, theirs (out) is answered.
        (SVAR, "in"): FORESPORSEL,
        (SVAR, "out"): FORESPORSEL,
        # Health personnel answer a citizen, and begin nothing: after an answer of ours the citizen writes. HITS 1217:2018.
        (INNBYGGER, "in"): INNBYGGER,
    }
)
"""(type, direction) of the latest message of a running dialogue → what goes on with it. HISD 80903."""

_ECHOING: Final = frozenset({SVAR, INNBYGGER})

REQUEST_LIST: Final[Mapping[str, str]] = MappingProxyType({"101": "9154", "102": "9152", "103": "9153"})
"""Organisation type of the asker (list 9040) → list of TypeForesp: hospital, municipality, GP."""

OTHER_REQUEST: Final = "99"
"""'Annen henvendelse', the same code in all three lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """How one message travels. `conversation`: it bears a ConversationRef. `information`: its first line says so."""

    type: str
    version: str
    conversation: bool
    mode: Mode
    """`new` begins a dialogue, `continue` goes on with one, `reply` is an answer that echoes the question."""
    information: bool
    request_list: str | None
    """List of TypeForesp for a DIALOG_FORESPORSEL (code 99), else None."""
    reasons: tuple[Reason, ...]


def choose(
    *,
    receiver: Party,
    sender: Party,
    thread: Message | None,
    wants_reply: bool,
    answers: Message | None = None,
    correlated: bool = False,
) -> Carrier:
    """Return the carrier and why, with what fell away.

    `thread` is the latest message of the running thread with this receiver, `answers` a received message that this one
    answers, `correlated` whether the event names a parent that is not among our messages. A parent that is no dialogue
    (PLO, LOG) gives only the ConversationRef.
    """
    before = answers or thread
    picked, rejected = _pick(receiver, before, wants_reply=wants_reply)
    if picked is None:
        return _letter(rejected, wants_reply=wants_reply)
    rule, type_, mode = picked
    listed = request_list(sender) if type_ == FORESPORSEL else None
    why = [anchors.reason(rule, f"{type_}/{VERSION[type_]}", rejected=rejected, type=type_)]
    if _only_reference(before, correlated=correlated):
        why.append(anchors.fixed("carrier-parent", "ConversationRef"))
    if listed:
        why.append(anchors.reason("carrier-asker", f"{listed}/{OTHER_REQUEST}", list=listed))
    return Carrier(
        type=type_,
        version=VERSION[type_],
        conversation=before is not None or correlated,
        mode=mode,
        information=type_ == FORESPORSEL and not wants_reply,
        request_list=listed,
        reasons=tuple(why),
    )


def _pick(
    receiver: Party, before: Message | None, *, wants_reply: bool
) -> tuple[tuple[str, str, Mode] | None, tuple[str, ...]]:
    """Return the first candidate that the receiver takes, None for a letter, and the types that fell away."""
    rejected: list[str] = []
    for candidate in _candidates(before, wants_reply=wants_reply):
        name = f"{candidate[1]}/{VERSION[candidate[1]]}"
        if not receiver.is_letter and receiver.accepts(candidate[1], VERSION[candidate[1]]):
            return candidate, tuple(rejected)
        if name not in rejected:
            rejected.append(name)
    return None, tuple(rejected)


def _candidates(before: Message | None, *, wants_reply: bool) -> Iterator[tuple[str, str, Mode]]:
    """Yield (rule, type, mode) in the order of the rules, the letter excepted."""
    going_on = CONTINUED_BY.get((before.type, before.direction)) if before else None
    if going_on:
        yield "carrier-1", going_on, "reply" if going_on in _ECHOING else "continue"
    yield "carrier-2", HELSEFAGLIG, "new"
    if not wants_reply:
        yield "carrier-3", NOTAT, "new"
    yield "carrier-3", FORESPORSEL, "new"


def _only_reference(before: Message | None, *, correlated: bool) -> bool:
    """Return whether what it refers to is no dialogue of ours to continue."""
    return correlated if before is None else (before.type, before.direction) not in CONTINUED_BY


def _letter(rejected: tuple[str, ...], *, wants_reply: bool) -> Carrier:
    return Carrier(
        type=LETTER,
        version=VERSION[LETTER],
        conversation=False,
        mode="letter",
        information=not wants_reply,
        request_list=None,
        reasons=(anchors.fixed("carrier-4", LETTER, rejected),),
    )


def care(type_: str, *, conversation: bool) -> Carrier:
    """Return the carrier of a message of care: its event decides the type, its stay the thread. HIS 80704:2014."""
    return Carrier(
        type=type_,
        version=CARE_VERSION,
        conversation=conversation,
        mode="continue" if conversation else "new",
        information=True,
        request_list=None,
        reasons=(anchors.reason("carrier-care", f"{type_}/{CARE_VERSION}", type=type_),),
    )


def to_patient() -> Carrier:
    """Return the carrier of word to the patient: always a letter, which a person sends."""
    return Carrier(
        type=LETTER, version=VERSION[LETTER], conversation=False, mode="letter", information=True,
        request_list=None, reasons=(),
    )  # fmt: skip


def request_list(sender: Party) -> str:
    """Return the list of TypeForesp by who asks; types of organisation without a list of their own ask as a hospital."""
    return REQUEST_LIST.get(sender.type or "", REQUEST_LIST["101"])
