"""Meetings about the plan: called, answered, held, cancelled. E42-E44; domain R17."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, Instant, Key, Label, ResourceId, Text, Uri
from adapter.events.parts import CaseEvent, MayContinue, Part
from adapter.events.plans import Activity


class Meeting(Part):
    """When and where, and what kind of meeting: never what is to be said there."""

    id: ResourceId = Field(description="The caller's id of the meeting; what follows names it")
    kind: Literal["responsibility-group", "cooperation", "start-up"] = Field(
        description="ansvarsgruppe, samarbeidsmøte, oppstart: all that an invitation says of its purpose"
    )
    start: Instant = Field(description="When it begins")
    end: Instant | None = Field(None, description="When it ends; default one hour later")
    place: Label | None = Field(None, description="Where")
    video: Uri | None = Field(None, description="Address of the video meeting, without a password")
    agenda: Text | None = Field(None, description="What it is about, kept and never sent")


class Invitee(Part):
    """Somebody who is called to the meeting."""

    id: ResourceId = Field(description="The caller's id of the invitee; an answer names it")
    name: Label = Field(description="Name")
    kind: Literal["health", "other-sector", "patient", "relative"] = Field(
        description="health services get a dialogue, other sectors a letter; patient and relatives are told by others"
    )
    key: Key | None = Field(
        None, description="Key of the address book; without it nobody is told by the adapter"
    )
    organisation: Label | None = Field(None, description="Name of the organisation")
    assignment_id: ResourceId | None = Field(
        None, description="The assignment (PractitionerRole) in which a member of the team is called"
    )


class MeetingCalled(MayContinue):
    """E42 ip.meeting.called: invitees are called to a meeting. design/event-data.md."""

    meeting: Meeting = Field(description="The meeting")
    invitees: tuple[Invitee, ...] = Field(min_length=1, max_length=LIST_LIMIT, description="Who is called")


class MeetingAnswered(CaseEvent):
    """E43 ip.meeting.answered: an invitee comes, or does not. design/event-data.md."""

    meeting: ResourceId = Field(description="The caller's id of the meeting")
    invitee: ResourceId = Field(description="The caller's id of the invitee")
    answer: Literal["accepted", "declined", "tentative"] = Field(description="Whether the invitee comes")
    substitute: Label | None = Field(None, description="Who comes instead")


class Attendance(Part):
    """Whether an invitee came."""

    invitee: ResourceId = Field(description="The caller's id of the invitee")
    attended: bool = Field(description="Whether they came")


class MeetingHeld(CaseEvent):
    """E44 ip.meeting.held: who came, and what was decided. design/event-data.md."""

    meeting: ResourceId = Field(description="The caller's id of the meeting")
    attendance: tuple[Attendance, ...] = Field((), max_length=LIST_LIMIT, description="Who came")
    decisions: tuple[Activity, ...] = Field(
        (), max_length=LIST_LIMIT, description="What was decided: activities of the plan"
    )
    minutes: Text | None = Field(
        None,
        description="Minutes: sent as PDF to the health services that were called and that consent opens the plan for",
    )
    text: Text | None = Field(None, description="More about it, kept and never sent")


class MeetingCancelled(CaseEvent):
    """E44 ip.meeting.cancelled: the meeting does not take place. design/event-data.md."""

    meeting: ResourceId = Field(description="The caller's id of the meeting")
    reason_code: Literal["moved", "not-needed", "patient-request", "absence", "other"] = Field(
        description="Why"
    )
