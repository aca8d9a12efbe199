"""The life of an individual plan: goals, activities, evaluation, transfer, the plan as a document. E36-E39, E41; domain § 1.7."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, Day, Key, Label, Text
from adapter.events.parts import Continuing, Part
from adapter.events.plans import Activity, PlanGoal


class GoalChanged(Continuing):
    """E36 ip.goal.changed: a goal was added, reached, changed or dropped. design/event-data.md."""

    goal: PlanGoal = Field(
        description="The goal as it is now; an id that the plan does not have is a new goal"
    )
    base_version: int | None = Field(
        None, ge=1, description="The version of the plan it was changed from; 409 if stale"
    )


class ActivityChanged(Continuing):
    """E37 ip.activity.changed: a measure was added, changed or ended. design/event-data.md."""

    activity: Activity = Field(
        description="The activity as it is now; an id that the plan does not have is a new activity"
    )
    base_version: int | None = Field(
        None, ge=1, description="The version of the plan it was changed from; 409 if stale"
    )


class Attended(Part):
    """Somebody who was to take part in an evaluation."""

    name: Label = Field(description="Name")
    organisation: Label | None = Field(None, description="Name of the organisation")
    attended: bool = Field(default=True, description="Whether they came")


class PlanEvaluated(Continuing):
    """E38 ip.plan.evaluated: the plan has been evaluated. Regulation on individual plans 2022, item 7."""

    date: Day = Field(description="When it was evaluated")
    result: Literal["continued", "adjusted", "to-be-closed"] = Field(
        description="continued: as it is; adjusted: changes follow; to-be-closed: no longer needed"
    )
    text: Text | None = Field(None, description="More about it, kept and not sent")
    next_evaluation: Day | None = Field(None, description="Next evaluation; left out only where to-be-closed")
    participants: tuple[Attended, ...] = Field((), max_length=LIST_LIMIT, description="Who was to take part")


class NextResponsible(Part):
    """The organisation that is to take over."""

    key: Key = Field(description="Key of the address book")


class PlanTransferred(Continuing):
    """E39 ip.plan.transferred: the plan goes to another organisation: asked, and answered. domain § 1.5.

    The old organisation answers for the plan until the new one accepts. `from` is the plan's own author.
    """

    step: Literal["requested", "accepted", "declined", "withdrawn"] = Field(
        description="requested and withdrawn by the one who hands over, accepted and declined by the one who takes over"
    )
    to: NextResponsible | None = Field(None, description="Who is to take over; required where requested")
    date: Day | None = Field(None, description="From which day; required where requested")
    reason_code: Literal["moved", "municipality-takes-over", "hospital-takes-over", "other"] | None = Field(
        None, description="Why; required where requested"
    )
    answered_by: Label | None = Field(
        None,
        description="Who answered, where the one who hands over records the answer; a message that was read says it itself",
    )
    text: Text | None = Field(None, description="More about it, kept and not sent")


class DocumentReceiver(Part):
    """Who gets the document."""

    key: Key = Field(description="Key of the address book")


class PlanDocumentShared(Continuing):
    """E41 ip.plan-document.shared: the plan as PDF to a receiver without access to it. design/event-data.md."""

    to: DocumentReceiver = Field(description="Who gets it")
    title: Label | None = Field(None, description="Title of the document; default the plan's")
    text: Text | None = Field(None, description="A few words to the receiver, sent with it")
