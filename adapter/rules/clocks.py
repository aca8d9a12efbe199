"""When things are due, and what follows when they are not done: clocks C1–C10 and the escalation. domain § 2.7, message-rules.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from adapter import timing
from adapter.model import Agreement, Clocks, Deadline, Party, Reason
from adapter.rules import anchors
from adapter.timing import OSLO

_DAY: Final = timedelta(days=1)
_END_OF_DAY: Final = time(23, 59, 59)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock of domain § 2.7: what it measures, how long it runs, and by which rule."""

    code: str
    """C1–C10, empty for the design's own."""
    kind: str | None
    """Kind of deadline of the contract; None: a measure of the statistics, nobody is reminded."""
    starts: str
    stops: str
    amount: int
    unit: Literal["hours", "working days"]
    rule: str
    agreement: str | None = None
    """Key of `[[agreement]]` that overrides it."""
    setting: str | None = None
    """Setting that overrides it where no agreement does."""


CLOCKS: Final[Mapping[str, Clock]] = MappingProxyType(
    {
        "notify": Clock(
            code="C1", kind=None, starts="E01", stops="message sent",
            amount=1, unit="working days", rule="clock-notify",
        ),
        "receipt": Clock(
            code="C2", kind="receipt", starts="GenDate of a message sent", stops="AppRec, or an answer to the need",
            amount=96, unit="hours", rule="clock-receipt", setting="receipt_hours",
        ),
        "reply": Clock(
            code="C3", kind="reply", starts="GenDate of a need message", stops="E03, E04, E06, E07",
            amount=3, unit="working days", rule="clock-reply", agreement="reply_days", setting="reply_days",
        ),
        "release": Clock(
            code="", kind="release", starts="message held for the own unit", stops="E02",
            amount=1, unit="working days", rule="clock-release", agreement="release_days", setting="release_days",
        ),
        "assessment": Clock(
            code="C4", kind="assessment", starts="E03", stops="E06, E07",
            amount=14, unit="working days", rule="clock-assessment",
            agreement="assessment_days", setting="assessment_days",
        ),
        "coordinator": Clock(
            code="C5", kind="coordinator", starts="E06", stops="E21",
            amount=30, unit="working days", rule="clock-coordinator",
            agreement="coordinator_days", setting="coordinator_days",
        ),
        "fulfilment": Clock(
            code="", kind="fulfilment", starts="E06", stops="E34, E10",
            amount=30, unit="working days", rule="clock-fulfilment",
        ),
        "early-notice": Clock(
            code="C6", kind=None, starts="E45 or the need known", stops="E46",
            amount=24, unit="hours", rule="clock-early-notice",
        ),
        "admission-report": Clock(
            code="C7", kind=None, starts="LOG_INNLAGT", stops="INNLEGGELSESRAPPORT",
            amount=24, unit="hours", rule="clock-admission-report",
        ),
        "inform": Clock(
            code="C8", kind="inform", starts="a letter that is to be posted", stops="E59",
            amount=1, unit="working days", rule="clock-inform",
        ),
        "evaluation": Clock(
            code="C9", kind="evaluation", starts="date in the plan", stops="E38, or a later date (E35)",
            amount=0, unit="working days", rule="clock-evaluation",
        ),
        "gap": Clock(
            code="C10", kind="gap", starts="E26 without successor", stops="E24, E21",
            amount=0, unit="working days", rule="clock-gap",
        ),
        "overlap": Clock(
            code="", kind="overlap", starts="E21 where the patient moved to", stops="E26, E24 of the old one",
            amount=10, unit="working days", rule="clock-overlap",
        ),
        "participation": Clock(
            code="", kind="participation", starts="expected end of the hospital's part", stops="E49",
            amount=0, unit="working days", rule="clock-participation",
        ),
        "consent": Clock(
            code="", kind="consent", starts="need held for consent", stops="E13",
            amount=5, unit="working days", rule="clock-consent", setting="consent_days",
        ),
    }
)  # fmt: skip
"""Name → clock; what has a deadline goes by its kind. Sources and dates stand at the rules."""

# ── what a need's state starts and stops ──


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A clock that runs while a need of the Melde-id stands in one of these states, and rests in others."""

    kind: Literal["consent", "reply", "assessment", "coordinator", "fulfilment"]
    states: frozenset[str]
    paused: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()
    """Where a need stands once what was waited for has come; anywhere else it is given up."""
    needs: frozenset[str] | None = None
    """Kinds of need it is about, None for all."""
    unsent: bool = False
    """Whether only where no message of ours carries the need, or is to: one that does has clocks of its own."""
    about: Literal["need", "question"] = "need"
    """What its subject is called: the needs of the Melde-id, or what was asked about them."""
    stated: str | None = None
    """Event whose `due` sets it, where it states one."""

    def watches(self, kind: str, state: str) -> bool:
        """Return whether it runs for a need of a kind in a state."""
        return state in self.states and (self.needs is None or kind in self.needs)


WATCHES: Final[tuple[Watch, ...]] = (
    Watch(
        kind="consent",
        states=frozenset({"consent-pending"}),
        met=frozenset({"reported", "queued", "sent", "delivered", "undelivered", "manual", "fulfilled"}),
    ),
    Watch(
        kind="reply",
        states=frozenset({"reported"}),
        met=frozenset(
            {"received", "under-assessment", "needs-info", "accepted", "in-progress", "declined", "fulfilled"}
        ),
        unsent=True,
    ),
    Watch(
        kind="reply",
        states=frozenset({"needs-info"}),
        met=frozenset({"received", "under-assessment", "accepted", "in-progress", "declined", "fulfilled"}),
        about="question",
        stated="ip.need.info-requested",
    ),
    Watch(
        kind="assessment",
        states=frozenset({"received", "under-assessment"}),
        paused=frozenset({"needs-info"}),
        met=frozenset({"accepted", "in-progress", "declined", "fulfilled"}),
    ),
    Watch(
        kind="coordinator",
        states=frozenset({"accepted", "in-progress"}),
        met=frozenset({"fulfilled"}),
        needs=frozenset({"coordinator", "child-coordinator"}),
    ),
    Watch(
        kind="fulfilment",
        states=frozenset({"accepted", "in-progress"}),
        met=frozenset({"fulfilled"}),
        needs=frozenset({"individual-plan", "habilitation", "rehabilitation"}),
    ),
)
"""A need that was received, told inside the organisation, or has no receiver yet is replied to in the time of C3 all the same.
A question about a need (E04) is answered in that time too, or by the day it names: while it stands, whoever reported is waited for.
E03 starts the assessment, E04 pauses it, E05 lets it go on, E06 and E07 end it: whatever event moves the need does."""
WAITING: Final = frozenset({"reply", "release"})
"""Kinds on a need's message that end when none of its needs is open any more."""

# ── what follows when one has passed ──

To = Literal["owner", "leader", "coordinating-unit"]
Set = Literal["escalation_days", "gap_days"]
SET_DAYS: Final[Mapping[Set, int]] = MappingProxyType({"escalation_days": 2, "gap_days": 7})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation: who has it, and when."""

    to: To
    after: int | Set = 0
    """Working days after the step before, the first after the deadline; below 0: days before it; a name: as many as are set."""
    reminds: bool = False
    """Whether the receiver gets a reminder, where an agreement asks for it."""


_USUAL: Final = (
    Step("owner"),
    Step("leader", "escalation_days"),
    Step("coordinating-unit", "escalation_days"),
)
_REMINDING: Final = (
    Step("owner", reminds=True),
    Step("leader", "escalation_days", reminds=True),
    Step("coordinating-unit", "escalation_days"),
)
LADDERS: Final[Mapping[str, tuple[Step, ...]]] = MappingProxyType(
    {
        "reply": _REMINDING,
        "assessment": _REMINDING,
        "coordinator": _REMINDING,
        "fulfilment": _REMINDING,
        "gap": (Step("leader"), Step("coordinating-unit", "gap_days")),
        "evaluation": (
            Step("owner", -30),
            Step("owner"),
            Step("leader", 14),
            Step("coordinating-unit", "escalation_days"),
        ),
        "participation": (
            Step("owner", -14),
            Step("owner"),
            Step("leader", "escalation_days"),
            Step("coordinating-unit", "escalation_days"),
        ),
        "receipt": (Step("coordinating-unit"),),
        "release": (Step("owner"),),
    }
)
"""Kind of deadline → its escalation. domain § 1.6 (gap), § 2.3 (E38, E49, E62)."""
REMINDERS: Final = 2
"""Most automatic reminders of the needs of one Melde-id to one receiver, whatever is waited for; then a person only. E62."""


def ladder(kind: str) -> tuple[Step, ...]:
    """Return the escalation of a kind of deadline; the usual one where the table names none."""
    return LADDERS.get(kind, _USUAL)


def first_act(deadline: Deadline, now: datetime) -> Deadline:
    """Return a new deadline with the step before it is due, where its kind has one and its time has not passed."""
    before = ladder(deadline.kind)[0].after
    if not isinstance(before, int) or before >= 0 or deadline.level or deadline.next or deadline.resting:
        return deadline
    at = deadline.due + timedelta(days=before)
    return replace(deadline, next=at) if at > now else replace(deadline, level=1)


def taken(deadline: Deadline, now: datetime, days: Mapping[Set, int]) -> tuple[Step | None, Deadline]:
    """Return the step that is to be taken now, and the deadline after it; no step where the escalation is at its end.

    The next step is counted from the deadline; where that has passed (nobody worked meanwhile), from now, so that each
    step has its time.
    """
    steps = ladder(deadline.kind)
    if deadline.level >= len(steps):
        return None, replace(deadline, state="breached", resting=True)
    step = steps[deadline.level]
    late: Literal["open", "breached"] = (
        "open" if isinstance(step.after, int) and step.after < 0 else "breached"
    )
    done = replace(deadline, state=late, level=deadline.level + 1, next=None)
    if done.level == len(steps):
        return step, replace(done, resting=True)
    return step, replace(done, next=_next(done, now, days))


def _next(deadline: Deadline, now: datetime, days: Mapping[Set, int]) -> datetime:
    steps = ladder(deadline.kind)
    total = sum(_days(s, days) for s in steps[: deadline.level + 1])
    at = reply_due(deadline.due, total) if total else deadline.due
    own = _days(steps[deadline.level], days)
    return at if at > now or not own else reply_due(now, own)


def _days(step: Step, days: Mapping[Set, int]) -> int:
    """Return how many working days after the step before a step is taken."""
    return max(step.after, 0) if isinstance(step.after, int) else days[step.after]


def set_days(set_: Clocks, agreement: Agreement | None) -> Mapping[Set, int]:
    """Return the days between steps: an agreement's, else the installation's, else the rule's."""
    found: dict[Set, int] = {}
    for name, usual in SET_DAYS.items():
        agreed = getattr(agreement, name, None)
        given = getattr(set_, name) if agreed is None else agreed
        found[name] = usual if given is None else given
    return found


def days(name: str, set_: Clocks, agreement: Agreement | None) -> tuple[int, Reason]:
    """Return how many working days a clock runs, and why: an agreement's, else the installation's, else the rule's."""
    clock = CLOCKS[name]
    agreed = getattr(agreement, clock.agreement) if agreement is not None and clock.agreement else None
    if agreement is not None and agreed is not None:
        return agreed, _agreed(clock, agreed, agreement)
    given = getattr(set_, clock.setting) if clock.setting else None
    amount = clock.amount if given is None else given
    return amount, _why(clock, amount)


def worked(start: date, end: date) -> int:
    """Return how many working days lie after `start`, up to and with `end`."""
    return sum(is_working_day(start + _DAY * n) for n in range(1, (end - start).days + 1))


def receipt_due(gen_date: datetime, *, hours: int | None = None) -> datetime:
    """Return when a message without a receipt is unanswered: 96 hours of real time after GenDate (zone-less: Europe/Oslo)."""
    return (_aware(gen_date).astimezone(UTC) + timedelta(hours=hours or CLOCKS["receipt"].amount)).astimezone(
        OSLO
    )


def reply_due(gen_date: datetime, working_days: int | None = None) -> datetime:
    """Return when a reply is due: the end (23:59:59 Europe/Oslo) of the n-th working day after GenDate's day."""
    days = CLOCKS["reply"].amount if working_days is None else working_days
    last = add_working_days(timing.day(_aware(gen_date)), days)
    return datetime.combine(last, _END_OF_DAY, OSLO)


def release_due(held_at: datetime, working_days: int | None = None) -> datetime:
    """Return when a held message releases itself: n working days later, at the same time of day in Europe/Oslo."""
    days = CLOCKS["release"].amount if working_days is None else working_days
    local = _aware(held_at).astimezone(OSLO)
    due = datetime.combine(add_working_days(local.date(), days), local.time(), OSLO)
    # A time of day that the change to summer time skips becomes the real one an hour later.
    return due.astimezone(UTC).astimezone(OSLO)


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in Europe/Oslo."""
    return datetime.combine(day, _END_OF_DAY, OSLO)


def reply_days(agreement: Agreement | None) -> tuple[int, Reason]:
    """Return how many working days a reply may take, and why; an agreement between the two overrides the guide."""
    return days("reply", Clocks(), agreement)


def release_days(home: Party) -> tuple[int, Reason]:
    """Return how many working days a message is held for the own unit, and why."""
    return home.release_days, _why(CLOCKS["release"], home.release_days)


def gap_reason(set_: Clocks) -> Reason:
    """Return why the leader, and later the coordinating unit, is told that nobody is coordinator."""
    amount = set_days(set_, None)["gap_days"]
    return anchors.reason(CLOCKS["gap"].rule, working_days(amount), n=amount)


def receipt_reason(hours: int | None = None) -> Reason:
    """Return why a receipt is waited for as long as it is; `hours` where the installation sets them."""
    return _why(CLOCKS["receipt"], hours or CLOCKS["receipt"].amount)


def _agreed(clock: Clock, amount: int, agreement: Agreement) -> Reason:
    rejected = (working_days(clock.amount),) if amount != clock.amount else ()
    source = f"avtale: {agreement.source}"
    return anchors.reason(clock.rule, working_days(amount), source=source, rejected=rejected, n=amount)


def _why(clock: Clock, amount: int) -> Reason:
    told = anchors.counted(amount, "time", "timer") if clock.unit == "hours" else working_days(amount)
    return anchors.reason(clock.rule, told, n=amount)


def working_days(n: int) -> str:
    """Return a number of working days as a reason says it: `1 virkedag`, `2 virkedager`."""
    return anchors.counted(n, "virkedag", "virkedager")


def add_working_days(start: date, n: int) -> date:
    """Return the n-th working day after `start`; none is `start` itself, working day or not."""
    day = start
    for _ in range(n):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def is_working_day(day: date) -> bool:
    """Return whether a day is Monday to Friday and no Norwegian public holiday (24 and 31 December are working days)."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year: lov om helligdager 1995-02-24-12 and lov om 1. og 17. mai 1947-04-26-1."""
    # Imported here, for it takes a tenth of a second that `ip-adapter --help` must not pay.
    from holidays.countries.norway import Norway  # noqa: PLC0415

    return frozenset(Norway(years=year, expand=False))


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=OSLO)
