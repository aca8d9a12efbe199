"""Individual plans: created, updated, closed. E34, E35, E40; regulation FOR-2011-12-16-1256 chapter 5, R4 CarePlan."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from adapter.events.consent import Consent, Scope
from adapter.events.fields import LIST_LIMIT, Day, Instant, Key, Label, OneOf, ResourceId, Text
from adapter.events.parts import Continuing, MayContinue, Part, Period, PlanIdentifier, Responsible

ACTIVITY_STATUS: Final[dict[str, tuple[str, ...]]] = {
    "service": ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"),
    "task": (
        "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold",
        "failed", "completed", "entered-in-error",
    ),
    "appointment": (
        "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error",
        "checked-in", "waitlist",
    ),
}  # fmt: skip
"""Kind of activity → states of its resource (R4 request-status, task-status, appointmentstatus)."""
_ANY_STATUS = tuple(dict.fromkeys(status for states in ACTIVITY_STATUS.values() for status in states))


class PlanGoal(Part):
    """A goal of the patient's. R4 Goal."""

    id: ResourceId = Field(description="The writer's id of the goal, the same in every version")
    text: Text = Field(description="The goal in the patient's words")
    status: Literal[
        "proposed",
        "planned",
        "accepted",
        "active",
        "on-hold",
        "completed",
        "cancelled",
        "entered-in-error",
        "rejected",
    ] = Field(description="Goal lifecycle (R4 goal-status)")
    target: Day | None = Field(None, description="When it is to be reached")
    identifier: PlanIdentifier | None = Field(None, description="The writer's own identifier of the goal")


class Performer(Part):
    """Who does an activity."""

    name: Label = Field(description="Name")
    organisation: Label | None = Field(None, description="Name of the organisation")
    key: Key | None = Field(
        None, description="Key of the address book, so that another organisation can be told (E37)"
    )


class Slot(Part):
    """Clock times of an appointment."""

    start: Instant = Field(description="When it begins")
    end: Instant = Field(description="When it ends")


class Activity(Part):
    """A measure of the plan: a service, a task or an appointment."""

    id: ResourceId = Field(description="The writer's id of the activity, the same in every version")
    kind: Literal["service", "task", "appointment"] = Field(description="What it becomes")
    title: Label = Field(description="What is done")
    text: Text | None = Field(None, description="More about it")
    status: Annotated[str, OneOf(lambda: _ANY_STATUS)] = Field(description="State of the resource it becomes")
    period: Period | None = Field(None, description="When, in days")
    slot: Slot | None = Field(
        None, description="When, by the clock: of an appointment, in place of the period"
    )
    performer: Performer = Field(description="Who does it")
    place: Label | None = Field(None, description="Where")
    identifier: PlanIdentifier | None = Field(None, description="The writer's own identifier of the activity")


class Participant(Part):
    """Somebody who takes part in the plan."""

    name: Label = Field(description="Name")
    role: Label | None = Field(None, description="Role: a key of roles, or words")
    organisation: Label | None = Field(None, description="Name of the organisation")
    consent_scope: Scope | None = Field(None, description="The scope of consent the participation rests on")


class PlanContent(Part):
    """What a plan says of itself: goals, measures, and when and how it holds."""

    title: Label | None = Field(None, description="Title")
    status: Literal["draft", "active", "on-hold"] = Field(description="draft, active, or (E35 only) on-hold")
    period: Period = Field(description="When it holds")
    goals: tuple[PlanGoal, ...] = Field((), max_length=LIST_LIMIT, description="Goals")
    activities: tuple[Activity, ...] = Field((), max_length=LIST_LIMIT, description="Measures")
    contributions: Text | None = Field(None, description="What patient and family contribute")
    cooperation: Text | None = Field(None, description="Need of cooperation with others")
    next_evaluation: Day | None = Field(None, description="Next evaluation")


class Plan(PlanContent):
    """An individual plan as its writer has it. The nine items are computed from it."""

    identifier: PlanIdentifier = Field(description="The writer's own identifier")
    responsible: Responsible = Field(description="The organisation responsible")
    participants: tuple[Participant, ...] = Field((), max_length=LIST_LIMIT, description="Who takes part")
    consent: Consent = Field(description="Consent to the plan and to sharing it")


class PlanCreated(MayContinue):
    """E34 ip.plan.created: there is an individual plan. hol § 7-1, sphl § 2-5."""

    plan: Plan = Field(description="The plan")


class PlanUpdated(Continuing):
    """E35 ip.plan.updated: the whole plan as it is now. design/event-data.md."""

    plan: Plan = Field(description="The whole plan")
    base_version: int = Field(ge=1, description="The version it was changed from; 409 if stale")


class PlanClosed(Continuing):
    """E40 ip.plan.closed: completed, revoked where the patient withdrew, or never meant. design/event-data.md."""

    reason_code: Literal["needs-ended", "patient-withdrew", "moved", "deceased", "entered-in-error"] = Field(
        description="Why; entered-in-error: it was written by mistake, and is shown to nobody"
    )
