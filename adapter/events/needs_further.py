"""Needs, further on: answered questions, the patient's no, fulfilment, duplicates, recalls. E05, E08, E10, E11, E66.

design/event-data.md, domain § 2.3 A; hpl § 38 a, pbrl §§ 2-5 and 4-1.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from adapter.events.fields import LIST_LIMIT, Day, MeldeId, ResourceId, Text
from adapter.events.needs import NeedKind
from adapter.events.parts import Continuing, EventData, Part


class NeedInfoSupplied(Continuing):
    """E05 ip.need.info-supplied: the sender answers what the handler asked. design/event-data.md."""

    scope: tuple[NeedKind, ...] | None = Field(
        None,
        min_length=1,
        max_length=LIST_LIMIT,
        description="Which of the needs; default all that wait for it",
    )
    text: Text = Field(description="The answer")


class NeedDeclinedByPatient(Continuing):
    """E08 ip.need.declined-by-patient: the patient says no, to all of it or to a part. pbrl § 4-1, S1:6."""

    scope: tuple[NeedKind, ...] | None = Field(
        None, min_length=1, max_length=LIST_LIMIT, description="What the patient says no to; default all"
    )
    date: Day = Field(description="When the patient said so")


def _at_least_one(schema: dict[str, Any]) -> None:
    """Say in JSON Schema that an empty object says nothing."""
    schema["minProperties"] = 1


class Links(Part):
    """What fulfils a need: an assignment, a plan, or both."""

    model_config = ConfigDict(json_schema_extra=_at_least_one)

    assignment_id: ResourceId | None = Field(
        None, description="The coordinator's assignment (PractitionerRole)"
    )
    plan_id: ResourceId | None = Field(None, description="The individual plan (CarePlan)")


class NeedFulfilled(Continuing):
    """E10 ip.need.fulfilled: coordinator or plan, known here, is what the need asked for. pbrl §§ 2-5 and 2-5 b."""

    scope: tuple[NeedKind, ...] | None = Field(
        None,
        min_length=1,
        max_length=LIST_LIMIT,
        description="Which of the needs; default all that the links fulfil",
    )
    links: Links = Field(description="What fulfils them")


class NeedDuplicateDetected(EventData):
    """E11 ip.need.duplicate-detected: a need reported while one of its kind is open; it joins, never forks (N6)."""

    melde_id: MeldeId = Field(description="The need there is")
    needs: tuple[NeedKind, ...] = Field(
        min_length=1, max_length=LIST_LIMIT, description="The kinds reported again"
    )
    reported_by: ResourceId = Field(description="Id of the event that reported them again")
    news: tuple[str, ...] = Field((), max_length=LIST_LIMIT, description="Fields that say something new")


class NeedEnteredInError(Continuing):
    """E66 ip.need.entered-in-error: filed on the wrong patient. Recalled whole: every kind under its Melde-id."""

    reason_code: Literal["wrong-patient"] = Field(description="Why")
