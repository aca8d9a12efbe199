"""How an assignment moves, from a proposal to its end: states, moves, what each event handles, invariants A1-A7. domain § 2.5.

What the table does not list is refused with the events that are allowed, never silently ignored. Decided where the design is
silent:

- An offer is a record of its own; an appointment that continues it closes it and is an assignment with its own id.
- An absence whose last day has passed is over without being told; `returned` counts from the day before its first day.
- What ended although somebody should follow is `replacement-pending` until a successor comes, or a reason for nobody to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors
from adapter.rules.assignments import MAY_END_ALONE

State = Literal[
    "proposed", "offered", "accepted-by-patient", "active", "absent", "replacement-pending", "ended",
    "declined-by-patient", "replaced",
]  # fmt: skip

NEW: Final = ""
"""Before its first event."""
OFFERS: Final = ("proposed", "offered", "accepted-by-patient")
"""Nobody holds the role yet."""
HELD: Final = ("active", "absent")
OVER: Final = ("replacement-pending", "ended", "declined-by-patient", "replaced")

E20, E25_ABSENT, E25_BACK = "ip.coordinator.offered", "ip.coordinator.absent", "ip.coordinator.returned"
E24, E26 = "ip.coordinator.replaced", "ip.coordinator.ended"
E28, E29 = "ip.contact-physician.replaced", "ip.contact-physician.ended"
E31 = "ip.team-member.removed"
E49_ENDING, E49_ENDED = "ip.hospital-participation.ending", "ip.hospital-participation.ended"
APPOINTING: Final = (
    "ip.coordinator.appointed", "ip.hospital-coordinator.appointed", "ip.child-coordinator.appointed",
    "ip.contact-physician.appointed", "ip.team-member.added", "ip.pathway-coordinator.assigned",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One row: an event, with the answer or guard that tells it from others of its type, leads from one of `before`."""

    event: str
    before: tuple[str, ...]
    after: State
    guard: str = ""
    """E20: the patient's answer. Endings: `alone` where nobody has to follow, `gap` where somebody should."""
    source: str
    checked: date = date(2026, 11, 27)


_OFFER: Final = "pbrl § 2-5 b; sphl § 2-5 a (skal tilbys); domain § 2.5"
_GAP: Final = "domain §§ 1.6 og 2.5 (A3)"
_AWAY: Final = "domain §§ 1.6 og 2.5 (A4)"

MOVES: Final[tuple[Move, ...]] = (
    Move(event=E20, guard="not-asked", before=(NEW,), after="proposed", source=_OFFER),
    Move(event=E20, guard="pending", before=(NEW, "proposed"), after="offered", source=_OFFER),
    Move(event=E20, guard="accepted", before=(NEW, "proposed", "offered"), after="accepted-by-patient", source=_OFFER),
    Move(event=E20, guard="declined", before=(NEW, *OFFERS), after="declined-by-patient", source=_OFFER),
    *(
        Move(event=event, before=(NEW, *OFFERS), after="active", source="hol §§ 7-2 og 7-2 a; sphl §§ 2-5 a og 2-5 c")
        for event in APPOINTING
    ),
    Move(event=E25_ABSENT, before=("active",), after="absent", source=_AWAY),
    Move(event=E25_BACK, before=("absent",), after="active", source=_AWAY),
    *(
        Move(event=event, before=(*HELD, "replacement-pending", "ended"), after="replaced", source=_GAP)
        for event in (E24, E28)
    ),
    *(
        Move(event=event, guard="alone", before=(*HELD, "replacement-pending"), after="ended", source="domain § 1.6")
        for event in (E26, E29, E49_ENDED)
    ),
    *(
        Move(event=event, guard="gap", before=HELD, after="replacement-pending", source=_GAP)
        for event in (E26, E29, E49_ENDED)
    ),
    Move(event=E31, guard="alone", before=HELD, after="ended", source="domain § 1.4"),
    Move(event=E49_ENDING, before=HELD, after="active", source="S2:620-624 (R22)"),
)  # fmt: skip
"""Every move there is. A deputy's assignment begins and ends with the absence and has no moves of its own."""

COORDINATORS: Final = frozenset(
    {
        "koordinator-ip", "koordinator-kommune", "koordinator-sphl", "barnekoordinator", "forlopskoordinator-kreft",
    }
)  # fmt: skip
CONTACTS: Final = frozenset({"kontaktlege", "kontaktpsykolog"})
BY_OTHER_EVENTS: Final = COORDINATORS | CONTACTS | {"fastlege"}
"""Roles that no team-member event gives or takes."""

HANDLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        E24: COORDINATORS,
        E25_ABSENT: COORDINATORS,
        E25_BACK: COORDINATORS,
        E26: COORDINATORS,
        E28: CONTACTS,
        E29: CONTACTS,
        E49_ENDING: frozenset({"koordinator-sphl"}),
        E49_ENDED: frozenset({"koordinator-sphl"}),
    }
)
"""Event → the roles whose assignments it moves; E31 moves all that BY_OTHER_EVENTS leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """One of A1-A7: what must hold, and what happens where it does not."""

    says: str
    rule: str
    effect: Literal["refused", "warned", "recorded"]
    code: str
    source: str
    checked: date = date(2026, 11, 27)


INVARIANTS: Final[Mapping[str, Invariant]] = MappingProxyType(
    {
        "A1": Invariant(
            says="one active coordinator per level and organisation, one main in all",
            rule="assignment-one-per-organisation", effect="refused", code="IPK-E024", source="domain § 2.5; pbrl § 2-5 b",
        ),
        "A2": Invariant(
            says="an ended assignment has a reason",
            rule="assignment-ended", effect="refused", code="IPK-E005", source="domain § 2.5",
        ),
        "A3": Invariant(
            says="a replacement is one act; a successor later than the day after is a gap",
            rule="assignment-gap", effect="recorded", code="IPK-E028", source="domain § 2.5",
        ),
        "A4": Invariant(
            says="dates of one role at one organisation never overlap, a deputy's excepted",
            rule="assignment-deputy", effect="refused", code="IPK-E024", source="domain § 2.5",
        ),
        "A5": Invariant(
            says="somebody inactive in HPR is told, not refused",
            rule="assignment-hpr", effect="warned", code="IPK-E054", source="domain § 2.5",
        ),
        "A6": Invariant(
            says="a child coordinator and the municipality's coordinator side by side need a reason",
            rule="assignment-child-parallel", effect="refused", code="IPK-E052", source="domain § 2.5; hol § 7-2 a",
        ),
        "A7": Invariant(
            says="a contact physician belongs to an open stay or course",
            rule="assignment-encounter", effect="warned", code="IPK-E053", source="domain § 2.5; sphl § 2-5 c",
        ),
    }
)  # fmt: skip
"""Id of domain § 2.5 → the invariant. Of a received message nothing is refused: what would be becomes a warning or a work item."""

_TABLE: Final[Mapping[tuple[str, str, str], State]] = MappingProxyType(
    {(state, move.event, move.guard): move.after for move in MOVES for state in move.before}
)


def transition(state: str, event: str, *, guard: str = "") -> State:
    """Return the state after an event. Raises EventError with the allowed events: IPK-E024 of what is over, else IPK-E013."""
    after = _TABLE.get((state, event, guard))
    if after is None:
        code = "IPK-E024" if state in OVER else "IPK-E013"
        raise EventError(code, at="$.data.continues", hint=state, allowed=allowed(state))
    return after


def allowed(state: str, role: str | None = None) -> tuple[str, ...]:
    """Return the events that move an assignment in this state, of this role where it is known, in the table's order."""
    listed = dict.fromkeys(move.event for move in MOVES if state in move.before)
    return tuple(event for event in listed if role is None or handles(event, role))


def handles(event: str, role: str) -> bool:
    """Return whether an event is about assignments of a role (a key of roles.toml, empty for words)."""
    if event == E31:
        return role not in BY_OTHER_EVENTS
    return role in HANDLES[event] if event in HANDLES else event in (*APPOINTING, E20)


def check_handles(event: str, role: str, *, state: str) -> None:
    """Raise EventError IPK-E056 with the allowed events where another event ends or moves assignments of this role."""
    if not handles(event, role):
        raise EventError("IPK-E056", at="$.data.continues.assignmentId", allowed=allowed(state, role))


def ending_guard(*, gap: bool) -> str:
    """Return which of the two endings it is."""
    return "gap" if gap else "alone"


def may_close_gap(reason_code: str) -> bool:
    """Return whether a reason ends a gap: nobody has to follow any more."""
    return reason_code in MAY_END_ALONE


def explain(before: str, after: str) -> Reason:
    """Return the reason of a move."""
    return anchors.reason("assignment-transition", after, before=before or "ny", after=after)
