"""What another organisation proposes to change in a plan, and the answer. E71; fhir-model.md, 'who may write a plan'."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import Text
from adapter.events.parts import Continuing
from adapter.events.plans import PlanContent


class PlanChangeProposed(Continuing):
    """E71 ip.plan-change.proposed: another organisation than the plan's own proposes a change; the plan stays as it is."""

    plan: PlanContent | None = Field(
        None, description="What the plan is to say, the whole of it; left out where `text` says it all"
    )
    base_version: int | None = Field(
        None, ge=1, description="The version of the plan it was made from; 409 if stale"
    )
    text: Text | None = Field(None, description="What is proposed, or why, in words")


class PlanChangeAnswered(Continuing):
    """E71 ip.plan-change.answered: what became of a proposal. What is accepted is written by E35, by the plan's own author."""

    step: Literal["accepted", "declined", "withdrawn"] = Field(
        description="accepted and declined by the plan's organisation, withdrawn by the one who proposed"
    )
    text: Text | None = Field(None, description="Why; who proposed may read it")
