"""Who may hold which role at once, and when nobody does. domain § 1.6; sphl § 2-5 a, hol § 7-2, pbrl § 2-5 b."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from adapter import codes
from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors

COORDINATORS: Final = frozenset({"koordinator-ip", "koordinator-kommune", "koordinator-sphl"})
"""Roles that exclude each other on one level of one organisation; every other role excludes only itself."""

MAY_END_ALONE: Final = frozenset(
    {"patient-declined", "right-ceased", "deceased", "moved-accepted", "treatment-over", "discharged"}
)
"""Reasons of E26 and E29 after which nobody has to follow."""

CHILD: Final = "barnekoordinator"
OF_AGE: Final = 18
"""Years at which the right to a child coordinator ends. pbrl § 2-5 c."""
MUNICIPAL: Final = frozenset({"koordinator-ip", "koordinator-kommune"})
"""Roles that a child coordinator takes the place of. hol § 7-2 a."""

_INSTEAD: Final = (
    (frozenset({*COORDINATORS, CHILD, "forlopskoordinator-kreft"}), ("ip.coordinator.replaced", "ip.coordinator.ended")),
    (frozenset({"kontaktlege", "kontaktpsykolog"}), ("ip.contact-physician.replaced", "ip.contact-physician.ended")),
)  # fmt: skip
"""Roles → the events that make way for another holder. domain § 1.6."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A role held at an organisation, `end` inclusive. `role` is a key of roles.toml, `organisation` the Organization's id."""

    id: str
    role: str
    organisation: str
    start: date
    end: date | None = None
    main: bool = False
    deputy: bool = False
    """Stands in while another is away: takes no seat (A4)."""
    person: str = ""
    """Id of the Practitioner."""


def check_new(active: Iterable[Assignment], new: Assignment) -> tuple[Reason, ...]:
    """Return why the new one may stand beside the others. Raises EventError IPK-E024 with what makes way for it.

    At most one coordinator per level and organisation, at most one of any other role per organisation, one main in all.
    """
    at_once = tuple(a for a in active if a.id != new.id and not a.deputy and overlap(a, new))
    if any(_seat(a) == _seat(new) for a in at_once):
        raise EventError("IPK-E024", at="$.data.role", hint="role", allowed=instead(new.role))
    if new.main and any(a.main for a in at_once):
        raise EventError("IPK-E024", at="$.data.main", hint="main", allowed=instead(new.role))
    why = (anchors.fixed("assignment-one-per-organisation", "tillatt"),)
    return (*why, anchors.fixed("assignment-one-main", "tillatt")) if new.main else why


def instead(role: str) -> tuple[str, ...]:
    """Return the events by which the one who holds a role makes way for another."""
    return next((events for roles, events in _INSTEAD if role in roles), ("ip.team-member.removed",))


def check_replace(active: Iterable[Assignment], previous: Assignment, new: Assignment) -> tuple[Reason, ...]:
    """Return why the new one may follow the previous, with `assignment-gap` where nobody holds it in between.

    Raises EventError IPK-E024 where the previous one is not active or the new one cannot stand beside the rest,
    IPK-E010 where the new one begins before the previous did.
    """
    held = tuple(active)
    if all(a.id != previous.id for a in held):
        raise EventError("IPK-E024", at="$.data.continues")
    if new.start < previous.start:
        raise EventError("IPK-E010", at="$.data.from", hint="from")
    check_new((a for a in held if a.id != previous.id), new)
    why = (anchors.fixed("assignment-replaced", "erstattet"),)
    left = gap(previous_end(previous, start=new.start), new.start)
    return (*why, anchors.fixed("assignment-gap", "uten koordinator")) if left else why


def check_end(
    active: Iterable[Assignment],
    ended: Assignment,
    *,
    until: date,
    reason_code: str | None,
    successor: Assignment | None = None,
) -> tuple[Reason, ...]:
    """Return why the assignment may end, with `assignment-gap` where somebody should follow and nobody does.

    Raises EventError IPK-E024 where it is not active, IPK-E005 without a reason, IPK-E010 where it ends before it began.
    """
    held = tuple(active)
    if all(a.id != ended.id for a in held):
        raise EventError("IPK-E024", at="$.data.continues")
    if not reason_code:
        raise EventError("IPK-E005", at="$.data.reasonCode")
    if until < ended.start:
        raise EventError("IPK-E010", at="$.data.until", hint="until")
    others = tuple(a for a in held if a.id != ended.id)
    if successor is not None:
        check_new(others, successor)
    why = (anchors.fixed("assignment-ended", reason_code),)
    left = _left_alone(others, reason_code, until) if successor is None else gap(until, successor.start)
    return (*why, anchors.fixed("assignment-gap", "uten koordinator")) if left else why


def check_child(active: Iterable[Assignment], new: Assignment, *, reason: str | None) -> tuple[Reason, ...]:
    """Return why a child coordinator and the municipality's other coordinator may go side by side, if they do (A6).

    Raises EventError IPK-E052 where they would without a reason.
    """
    other = MUNICIPAL if new.role == CHILD else frozenset({CHILD}) if new.role in MUNICIPAL else frozenset()
    if not any(a.role in other and not a.deputy and overlap(a, new) for a in active if a.id != new.id):
        return ()
    if not reason:
        raise EventError("IPK-E052", at="$.data.parallelReason")
    return (anchors.fixed("assignment-child-parallel", "tillatt"),)


def check_deputy(absent: Assignment, *, start: date, end: date | None) -> tuple[Reason, ...]:
    """Return why a deputy may stand in for these days. Raises EventError IPK-E010 where they lie outside the assignment."""
    if start < absent.start:
        raise EventError("IPK-E010", at="$.data.from", hint="from")
    if end is not None and end < start:
        raise EventError("IPK-E010", at="$.data.until", hint="from")
    return (anchors.fixed("assignment-deputy", "tillatt"),)


def overlapping(active: Iterable[Assignment], new: Assignment) -> tuple[Assignment, ...]:
    """Return the other roles that the same person holds on some of the same days: legal, and told (R19)."""
    return tuple(
        a for a in active if a.id != new.id and a.person and a.person == new.person and overlap(a, new)
    )


def gap(previous_end: date, start: date) -> bool:
    """Return whether the successor begins later than the day after the predecessor's last day."""
    return start > previous_end + _DAY


def previous_end(previous: Assignment, *, start: date) -> date:
    """Return the predecessor's last day: its own end if that comes first, else the day before the successor's first.

    A successor from the predecessor's own first day leaves it that one day (a period cannot end before it begins).
    """
    eve = max(start - _DAY, previous.start)
    return eve if previous.end is None else min(previous.end, eve)


def replaced(previous: Assignment, new: Assignment) -> tuple[Assignment, Assignment]:
    """Return the predecessor as ended and the successor, which takes over `main`."""
    return replace(previous, end=previous_end(previous, start=new.start)), replace(
        new, main=new.main or previous.main
    )


def active_on(assignments: Iterable[Assignment], day: date) -> tuple[Assignment, ...]:
    """Return the ones that have not ended on a day, those that begin later included."""
    return tuple(a for a in assignments if a.end is None or a.end >= day)


def has_gap(reasons: Iterable[Reason]) -> bool:
    """Return whether an answer says that nobody holds the role for a time."""
    return any(r.rule == "assignment-gap" for r in reasons)


def level(role: str) -> str:
    """Return who appoints a role: hospital, municipality or any. Raises KeyError for a role that roles.toml lacks."""
    return codes.ROLES[role].level


def _seat(assignment: Assignment) -> tuple[str, str]:
    """Return what only one may hold: coordinators share a seat on their level of an organisation."""
    role = assignment.role
    return (f"koordinator/{level(role)}" if role in COORDINATORS else role), assignment.organisation


def overlap(one: Assignment, other: Assignment) -> bool:
    """Return whether both are held on some day."""
    return (one.end is None or one.end >= other.start) and (other.end is None or other.end >= one.start)


def _left_alone(others: Iterable[Assignment], reason_code: str, until: date) -> bool:
    if reason_code in MAY_END_ALONE:
        return False
    if reason_code != "participation-over":
        return True
    # A hospital may leave when the municipality's coordinator goes on.
    following = active_on(others, until + _DAY)
    return not any(a.role in COORDINATORS and level(a.role) == "municipality" for a in following)
