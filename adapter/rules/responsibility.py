"""Who answers for the plan and the coordinator, and who may write. domain § 1.5; hol §§ 7-1–7-2 a, sphl §§ 2-5–2-5 a."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors, planstates

Level = Literal["municipality", "hospital"]
Transfer = Literal["none", "offered", "accepted"]

_CHECKED: Final = date(2026, 11, 27)

ROWS: Final[Mapping[tuple[bool, bool], tuple[Level, str]]] = MappingProxyType(
    {
        (True, False): ("municipality", "responsible-municipality"),
        (True, True): ("municipality", "responsible-both"),
        (False, True): ("hospital", "responsible-hospital"),
        # Nobody serves the patient yet: the municipality's coordinating unit assesses.
        (False, False): ("municipality", "responsible-municipality"),
    }
)
"""(municipality involved, hospital involved) → level and rule; the same for plan and coordinator."""


def responsible(
    *, municipality_involved: bool, hospital_involved: bool, child_coordinator: bool = False
) -> tuple[Level, Reason]:
    """Return the level that answers for the plan and the coordinator, and why. A child coordinator is the municipality's."""
    if child_coordinator:
        return "municipality", anchors.fixed("responsible-child", "municipality")
    level, rule = ROWS[municipality_involved, hospital_involved]
    return level, anchors.fixed(rule, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides who answers: who serves the patient, what the patient wants, and how the plan stands."""

    municipality: bool = False
    """Municipal services are involved."""
    hospital: bool = False
    """Specialist services are involved."""
    stands: bool = True
    """A need, a plan or somebody with a role stands: without, there is nothing to answer for."""
    wants_plan: bool = True
    wants_coordinator: bool = True
    child: bool = False
    """A child coordinator: the family's right."""
    plan: Literal["none", "draft", "active"] = "none"
    plan_with: Level | None = None
    """Whose plan it is, or who began the draft."""
    accepted: bool = True
    """Whether the one who is to be author has accepted the draft."""
    transfer: Transfer = "none"
    """Of an active plan to another organisation."""
    offered_to: Level = "municipality"
    """The level of who is asked to take it over."""
    time_limited: bool = False
    """The hospital's part has an expected end."""
    hospitals: int = 1
    private: Level | None = None
    """A private institution under agreement acts, with whom it has the agreement."""
    joint_unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Who answers for what, and why. `coordinators` are the levels that have one, the main one first."""

    plan: Level | None
    coordinators: tuple[Level, ...]
    writer: Level | None
    """Who may write the plan now."""
    pending: Level | None
    """Who is to take over, and has not accepted yet."""
    contributes: tuple[Level, ...]
    reasons: tuple[Reason, ...]
    plan_name: str | None = None
    """The organisation that answers for the plan, where it is known which."""
    pending_name: str | None = None
    """The one that is to take over."""

    @property
    def main(self) -> Level | None:
        """The level of the coordinator with the main responsibility."""
        return self.coordinators[0] if self.coordinators else None

    @property
    def explanation(self) -> str:
        """The reasons in bokmål, without personal data (R34)."""
        return " ".join(reason.text for reason in self.reasons)


_M: Final[Level] = "municipality"
_H: Final[Level] = "hospital"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """Who answers for the plan in one case; the first that fits counts."""

    when: Callable[[Situation], bool]
    rule: str
    plan: Level | None
    writer: Level | None
    pending: Level | None = None
    source: str
    checked: date = _CHECKED


def _begun_together(s: Situation) -> bool:
    """Whether a hospital has begun a plan for somebody whom the municipality serves, or is to."""
    return s.plan == "draft" and s.plan_with == _H and s.municipality and not s.accepted


def _nothing(s: Situation) -> bool:
    """Whether nothing stands, and not because the patient said no."""
    return not s.stands and s.wants_plan


PLAN: Final[tuple[PlanRow, ...]] = (
    PlanRow(when=_nothing, rule="responsible-nothing", plan=None, writer=None, source="pbrl § 2-5 (a need comes first)"),
    PlanRow(when=lambda s: not s.wants_plan, rule="responsible-no-plan", plan=None, writer=None, source="S1:6, S2:574-577"),
    PlanRow(when=_begun_together, rule="responsible-draft-together", plan=_M, writer=_H, pending=_M, source="S1:7, S4:46"),
    PlanRow(when=lambda s: s.transfer == "offered" and s.plan_with == _H, rule="responsible-transfer-pending", plan=_H,
            writer=_H, pending=_M, source="S4:48, S4:53"),
    PlanRow(when=lambda s: s.transfer == "offered", rule="responsible-transfer-pending", plan=_M, writer=_M, pending=_M,
            source="S4:48, S4:53 (moves to another municipality)"),
    PlanRow(when=lambda s: s.transfer == "accepted", rule="responsible-transferred", plan=_M, writer=_M, source="S4:53"),
    PlanRow(when=lambda s: s.plan != "none" and s.plan_with == _H and s.municipality,
            rule="responsible-becomes-municipal", plan=_H, writer=_H, pending=_M, source="S2:421-423, S2:629-631"),
    PlanRow(when=lambda s: s.child, rule="responsible-child", plan=_M, writer=_M, source="hol § 7-2 a"),
    PlanRow(when=lambda s: s.municipality and s.hospital, rule="responsible-both", plan=_M, writer=_M, source="S1:7, S4:46"),
    PlanRow(when=lambda s: s.hospital, rule="responsible-hospital", plan=_H, writer=_H, source="S2:421-423, S2:629-631"),
    PlanRow(when=lambda _: True, rule="responsible-municipality", plan=_M, writer=_M, source="S1:22-27"),
)  # fmt: skip
"""domain § 1.5, from the most special to the plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorRow:
    """Which levels have a coordinator in one case, the main one first; the first that fits counts."""

    when: Callable[[Situation], bool]
    levels: tuple[Level, ...]
    source: str
    rule: str = ""
    checked: date = _CHECKED


COORDINATOR: Final[tuple[CoordinatorRow, ...]] = (
    CoordinatorRow(when=lambda s: not s.stands and s.wants_coordinator, levels=(), source="pbrl § 2-5 (a need comes first)"),
    CoordinatorRow(when=lambda s: not s.wants_coordinator, levels=(), rule="responsible-no-coordinator",
                   source="domain § 1.5 (9188 3)"),
    CoordinatorRow(when=lambda s: s.child and s.hospital, levels=(_M, _H), rule="responsible-child", source="hol § 7-2 a"),
    CoordinatorRow(when=lambda s: s.child, levels=(_M,), rule="responsible-child", source="hol § 7-2 a"),
    CoordinatorRow(when=lambda s: s.municipality and s.hospital, levels=(_M, _H), source="S1:7, S1:38"),
    CoordinatorRow(when=lambda s: s.hospital, levels=(_H,), source="S1:58-66"),
    CoordinatorRow(when=lambda _: True, levels=(_M,), source="S1:22-27"),
)  # fmt: skip
"""Several coordinators across levels are legal; one has the main responsibility."""

_BESIDES: Final[tuple[tuple[Callable[[Situation], bool], str], ...]] = (
    (lambda s: s.time_limited and s.hospital and s.municipality, "responsible-time-limited"),
    (lambda s: s.hospitals > 1, "responsible-primary-hospital"),
    (lambda s: s.private is not None, "responsible-private"),
    (lambda s: s.joint_unit, "responsible-joint-unit"),
)
"""What is said besides, whoever answers."""


def responsible_party(said: Situation) -> Responsible:
    """Return who answers for plan and coordinator, who may write, who is yet to accept, and why. domain § 1.5, R34."""
    situation = _with_private(said)
    row = next(r for r in PLAN if r.when(situation))
    held = next(r for r in COORDINATOR if r.when(situation))
    rules = dict.fromkeys(
        (row.rule, *filter(None, (held.rule,)), *(rule for when, rule in _BESIDES if when(situation)))
    )
    involved = tuple(
        level for level, there in ((_M, situation.municipality), (_H, situation.hospital)) if there
    )
    return Responsible(
        plan=row.plan,
        coordinators=held.levels,
        writer=row.writer,
        pending=situation.offered_to if row.rule == "responsible-transfer-pending" else row.pending,
        contributes=tuple(level for level in involved if row.plan is not None and level != row.plan),
        reasons=tuple(anchors.fixed(rule, row.plan or "ingen") for rule in rules),
    )


def _with_private(said: Situation) -> Situation:
    """Return the situation with a private institution counted as the body that it has an agreement with."""
    if said.private is None:
        return said
    there: dict[str, bool] = {said.private: True}
    return replace(said, **there)  # type: ignore[arg-type]


def check_one_plan(there: str | None) -> Reason:
    """Return why a plan may be made, given the state of the one there is. Raises EventError IPK-E023 with what that one takes."""
    if there is not None:
        raise EventError("IPK-E023", at="$.data.plan", allowed=planstates.allowed(there))
    return anchors.fixed("plan-one-active", "tillatt")


def check_writer(*, author: str, writer: str) -> Reason:
    """Return why an organisation may write a plan (ids of Organizations). Raises EventError IPK-E025 for all but its author."""
    if author != writer:
        raise EventError("IPK-E025", at="$.source")
    return anchors.fixed("plan-writer", "tillatt")
