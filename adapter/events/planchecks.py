"""Rules across the fields of E34 and E36 to E39: states of activities, dates of evaluations, what a transfer must say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapter.events import consentchecks, envelope
from adapter.events.plans import ACTIVITY_STATUS
from adapter.events.raw import Finding, Raw, day, fault, items, part, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.events.catalogue import EventType
    from adapter.events.envelope import Context

PROPOSED: Final = "ip.plan-change.proposed"
REQUESTED: Final = ("to", "date", "reasonCode")
"""What a request to take over a plan must say."""
BEGINS: Final[Mapping[str, tuple[str, ...]]] = {"ip.plan.created": ("draft", "active")}
"""Statuses that a plan may begin with."""


def begins_as(data: Raw, row: EventType, _context: Context) -> Iterator[Finding]:
    """Find a plan that begins on hold."""
    listed = BEGINS.get(row.type)
    if listed and text(part(data, "plan"), "status") == "on-hold":
        yield fault("IPK-E008", "plan.status", ", ".join(listed))


def activity_fits(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find an activity or decision whose state its resource does not have, or that ends before it begins."""
    yield from _fits(part(data, "activity"), "activity")
    for index, decision in enumerate(items(data, "decisions")):
        yield from _fits(decision, f"decisions[{index}]")


def _fits(activity: Raw, path: str) -> Iterator[Finding]:
    listed = ACTIVITY_STATUS.get(text(activity, "kind") or "")
    if listed and text(activity, "status") not in (None, *listed):
        yield fault("IPK-E008", f"{path}.status", ", ".join(listed))
    period = part(activity, "period")
    first, last = day(period, "start"), day(period, "end")
    if first and last and last < first:
        yield fault("IPK-E010", f"{path}.period.end", "start")


def slot_fits(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find clock times of what is no appointment, beside a period, or that end before they begin."""
    listed = [(part(data, "activity"), "activity")]
    listed += [(one, f"decisions[{index}]") for index, one in enumerate(items(data, "decisions"))]
    planned = items(part(data, "plan"), "activities")
    listed += [(one, f"plan.activities[{index}]") for index, one in enumerate(planned)]
    for activity, path in listed:
        slot = part(activity, "slot")
        if not slot:
            continue
        if text(activity, "kind") != "appointment" or activity.get("period") is not None:
            yield fault("IPK-E114", f"{path}.slot")
        begins, ends = envelope.instant(slot.get("start")), envelope.instant(slot.get("end"))
        if begins and ends and ends <= begins:
            yield fault("IPK-E010", f"{path}.slot.end", "start")


def evaluated_by_now(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find an evaluation in the future, a next one that is not later, or none where the plan goes on."""
    if row.type != "ip.plan.evaluated":
        return
    held, following = day(data, "date"), day(data, "nextEvaluation")
    if held and held > consentchecks.today(context):
        yield fault("IPK-E011", "date")
    elif held and following and following <= held:
        yield fault("IPK-E010", "nextEvaluation", "date")
    if data.get("nextEvaluation") is None and text(data, "result") in {"continued", "adjusted"}:
        yield fault("IPK-E005", "nextEvaluation")


def request_is_whole(data: Raw, row: EventType, _context: Context) -> Iterator[Finding]:
    """Find a request to take over a plan that does not say by whom, from when and why, or that answers a question."""
    if row.type != "ip.plan.transferred":
        return
    step = text(data, "step")
    if step in {"requested", "withdrawn"} and part(data, "continues").get("taskId") is not None:
        yield fault("IPK-E010", "continues.taskId", "accepted, declined")
    if step != "requested":
        return
    for name in REQUESTED:
        if data.get(name) is None:
            yield fault("IPK-E005", name)


def proposal_says_something(data: Raw, row: EventType, _context: Context) -> Iterator[Finding]:
    """Find a proposal that neither says what the plan is to be nor has words."""
    if row.type == PROPOSED and data.get("plan") is None and data.get("text") is None:
        yield fault("IPK-E005", "text", "plan")
