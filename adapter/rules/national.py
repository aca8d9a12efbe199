"""The national codes of a case, derived and never typed: lists 8705, 9188, 8307, 8473 and 9336. domain § 1.8 and § 2.5; NPR, KPR."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from adapter import codes
from adapter.model import Reason
from adapter.rules import anchors, states

Level = Literal["hospital", "municipality"]
About = Literal["plan", "coordinator"]

ANSWERED: Final = frozenset({*states.ASSESSED, *states.AGREED, "declined"})
"""States of a need that only its receiver's word leads to: it has arrived, whatever became of the receipt."""
REACHED: Final = frozenset({"delivered", *ANSWERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A need of one kind as it stands: the open one, else the latest."""

    state: str
    """CodeSystem/need-state."""
    reason: str | None = None
    """reasonCode of a refusal."""
    told: bool = False
    """Whether a message of ours that brings it has left."""
    by_hand: bool = False
    """Whether a person has confirmed that the receiver was reached another way (no letter of which nobody knows)."""

    @property
    def reached(self) -> bool:
        """Whether the receiver has it: a positive receipt, an answer, or a confirmed manual fallback (N2)."""
        return self.state in REACHED or (self.state == "manual" and self.by_hand)

    @property
    def not_entitled(self) -> bool:
        """Whether it was refused because the right is not there; another refusal says nothing of the right."""
        return self.state == "declined" and self.reason == "not-entitled"

    @property
    def waits(self) -> bool:
        """Whether it is open."""
        return self.state in states.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a case the codes follow from."""

    level: Level
    """Whose installation it is."""
    plan_need: Asked | None = None
    coordinator_need: Asked | None = None
    plan: str | None = None
    """CarePlan.status of the plan there is, or was last."""
    plan_is_ours: bool = False
    takes_part: bool = False
    """Whether somebody of ours holds a role in the team now."""
    coordinator: bool = False
    """Whether a coordinator is appointed now."""
    dead: bool = False
    """Whether the patient is dead: nobody is informed of a right any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of one list, with why."""

    number: str
    code: str
    about: About
    register: Literal["NPR", "KPR"]
    reason: Reason

    @property
    def display(self) -> str:
        """The text of the code."""
        return codes.display(self.number, self.code) or self.code


@dataclass(frozen=True, slots=True)
class Row:
    """When one code holds; of a list and subject the first row that does."""

    number: str
    about: About
    code: str
    holds: Callable[[Standing], bool]
    nb: str
    """Why, in words."""


def _need(about: About) -> Callable[[Standing], Asked | None]:
    return lambda s: s.plan_need if about == "plan" else s.coordinator_need


def _is(about: About, state: str) -> Callable[[Standing], bool]:
    asked = _need(about)
    return lambda s: (n := asked(s)) is not None and n.state == state


def _not_entitled(about: About) -> Callable[[Standing], bool]:
    asked = _need(about)
    return lambda s: (n := asked(s)) is not None and n.not_entitled


def _reached(about: About) -> Callable[[Standing], bool]:
    asked = _need(about)
    return lambda s: (n := asked(s)) is not None and n.reached


def _heard(about: About) -> Callable[[Standing], bool]:
    """Return whether the receiver has it, or was told and has done what was asked: what may have ended since is not its message."""
    reached, done = _reached(about), _told_then(about, "fulfilled")
    return lambda s: reached(s) or done(s)


def _told_then(about: About, state: str) -> Callable[[Standing], bool]:
    """Return whether it was told and came to this state since: another thing than never told."""
    asked = _need(about)
    return lambda s: (n := asked(s)) is not None and n.state == state and n.told


def _informs(holds: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    """Return whether it holds of somebody who can be informed."""
    return lambda s: not s.dead and holds(s)


def _reported(s: Standing) -> bool:
    return s.plan_need is not None


def _waits(about: About) -> Callable[[Standing], bool]:
    asked = _need(about)
    return lambda s: (n := asked(s)) is not None and n.waits


def _active(s: Standing) -> bool:
    return s.plan == "active"


def _unwanted(s: Standing) -> bool:
    """Return whether the patient says no to a plan: to the need, or by leaving the plan there was."""
    return _is("plan", "declined-by-patient")(s) or (s.plan == "revoked" and not _waits("plan")(s))


def _coordinated(s: Standing) -> bool:
    return s.coordinator


def _always(_s: Standing) -> bool:
    return True


ROWS: Final[tuple[Row, ...]] = (
    Row("8705", "plan", "101", _active, "individuell plan er aktiv"),
    Row("8705", "plan", "103", _unwanted, "pasienten ønsker ikke plan"),
    Row("8705", "plan", "104", _not_entitled("plan"), "vilkårene er ikke oppfylt"),
    Row("8705", "plan", "105", _reached("plan"), "mottakeren har meldingen om behov"),
    Row("8705", "plan", "106", _is("plan", "consent-pending"), "behovet venter på samtykke"),
    Row("9188", "coordinator", "1", _coordinated, "koordinator er oppnevnt"),
    Row("9188", "coordinator", "3", _is("coordinator", "declined-by-patient"), "pasienten ønsker ikke koordinator"),
    Row("9188", "coordinator", "4", _not_entitled("coordinator"), "vilkårene er ikke oppfylt"),
    Row("9188", "coordinator", "2", _heard("coordinator"), "behovet er meldt, ingen er oppnevnt"),
    Row("9188", "coordinator", "2", _is("coordinator", "fulfilled"), "koordinatoren er avsluttet, ingen er oppnevnt"),
    Row("8307", "plan", "2", _active, "individuell plan er aktiv"),
    Row("8307", "plan", "1", _waits("plan"), "behov for individuell plan er åpent"),
    Row("8473", "plan", "1", lambda s: _active(s) and s.plan_is_ours, "planen er vår"),
    Row("8473", "plan", "23", lambda s: _active(s) and s.takes_part, "vi deltar i en annens plan"),
    Row("8473", "plan", "22", _heard("plan"), "vi har meldt behovet til kommunen"),
    Row("8473", "plan", "21", _informs(_told_then("plan", "withdrawn")), "behovet ble meldt kommunen og er trukket tilbake: vi skal informere pasienten om retten"),
    Row("8473", "plan", "21", _informs(_told_then("plan", "declined-by-patient")), "behovet ble meldt kommunen, og pasienten ønsker ikke plan: vi skal informere pasienten om retten"),
    Row("8473", "plan", "21", _informs(_reported), "behovet er ikke meldt kommunen: vi skal informere pasienten om retten"),
    Row("8473", "plan", "3", lambda s: not _reported(s), "ingen plan og intet meldt behov"),
    Row("9336", "plan", "1", _active, "individuell plan er aktiv"),
    Row("9336", "plan", "3", _unwanted, "pasienten ønsker ikke plan"),
    Row("9336", "plan", "4", _not_entitled("plan"), "vilkårene er ikke oppfylt"),
    Row("9336", "plan", "2", _waits("plan"), "behovet er åpent, planen er ikke utarbeidet"),
    Row("9336", "plan", "9", _always, "ingen plan og intet meldt behov"),
    Row("9336", "coordinator", "1", _coordinated, "koordinator er oppnevnt"),
    Row("9336", "coordinator", "3", _is("coordinator", "declined-by-patient"), "pasienten ønsker ikke koordinator"),
    Row("9336", "coordinator", "4", _not_entitled("coordinator"), "vilkårene er ikke oppfylt"),
    Row("9336", "coordinator", "2", _waits("coordinator"), "behovet er åpent, ingen er oppnevnt"),
    Row("9336", "coordinator", "9", _always, "ingen koordinator og intet meldt behov"),
)  # fmt: skip
"""Every code that may follow, in the order it is looked for."""

LISTS: Final[dict[Level, tuple[str, ...]]] = {
    "hospital": ("8705", "9188", "8307", "8473"),
    "municipality": ("9336",),
}
"""Who reports by which lists: hospitals to NPR, municipalities to KPR."""
REGISTER: Final[dict[Level, Literal["NPR", "KPR"]]] = {"hospital": "NPR", "municipality": "KPR"}


def codes_of(standing: Standing) -> tuple[Code, ...]:
    """Return the codes that follow from a case, at most one of each list and subject, in the order of LISTS.

    A list without a code has nothing that may be reported yet: a need on its way is neither sent (8705#105) nor unknown.
    """
    found: dict[tuple[str, About], Code] = {}
    for number in LISTS[standing.level]:
        for row in ROWS:
            if row.number == number and (number, row.about) not in found and row.holds(standing):
                found[number, row.about] = _code(row, standing.level)
    return tuple(found.values())


def _code(row: Row, level: Level) -> Code:
    why = anchors.reason("national-code", row.code, source=f"kodeverk {row.number}", why=row.nb)
    return Code(number=row.number, code=row.code, about=row.about, register=REGISTER[level], reason=why)
