"""Needs: identified, forwarded, handled, withdrawn. E01-E04, E06, E07, E09; hpl § 38 a, sphl § 2-5, hol § 7-1."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.consent import Consent
from adapter.events.fields import LIST_LIMIT, Day, Key, Label, Phone, Text
from adapter.events.parts import CaseEvent, ContactAtReceiver, ContactAtSender, Continuing, Part, Responsible

NeedKind = Literal["individual-plan", "coordinator", "child-coordinator", "habilitation", "rehabilitation"]
Wish = Literal["yes", "no", "unclear"]
Existence = Literal["none", "exists", "unknown"]


class Wishes(Part):
    """What the patient wishes."""

    individual_plan: Wish = Field(description="Whether the patient wishes an individual plan")
    coordinator: Wish = Field(description="Whether the patient wishes a coordinator")


class NeedReason(Part):
    """Why: groups of reasons, no diagnoses by default."""

    codes: tuple[Key, ...] = Field((), max_length=LIST_LIMIT, description="Coded groups of reasons")
    text: Text = Field(description="Background in the sender's words")


class Existing(Part):
    """What there is already."""

    plan: Existence = Field(description="Whether there is an individual plan")
    coordinator: Existence = Field(description="Whether there is a coordinator")
    text: Text | None = Field(None, description="More about it")


class Preference(Part):
    """What the patient wishes of a coordinator."""

    text: Text = Field(description="The wish in words")
    declined: tuple[Label, ...] | None = Field(
        None, max_length=LIST_LIMIT, description="What or whom was declined"
    )


class NeedIdentified(CaseEvent):
    """E01 ip.need.identified: a patient needs a plan, a coordinator or (re)habilitation. hpl § 38 a."""

    needs: tuple[NeedKind, ...] = Field(min_length=1, max_length=LIST_LIMIT, description="The kinds of need")
    wishes: Wishes = Field(description="What the patient wishes")
    reason: NeedReason = Field(description="Why")
    consent: Consent = Field(description="The patient's consent")
    admitted: bool = Field(description="Whether the patient is an inpatient now")
    urgency: Literal["routine", "urgent"] = Field(description="How fast")
    existing: Existing | None = Field(None, description="What there is already")
    preference: Preference | None = Field(None, description="What the patient wishes of a coordinator")
    contact_at_sender: ContactAtSender | None = Field(None, description="Whom to call; default the author")
    contact_at_receiver: ContactAtReceiver | None = Field(
        None, description="Whom at the receiver it is meant for"
    )


class ForwardTo(Part):
    """The party it is forwarded to."""

    key: Key = Field(description="Key of the address book")


class NeedForwarded(Continuing):
    """E02 ip.need.forwarded: the own coordinating unit passes the need on. design/message-rules.md."""

    to: ForwardTo | None = Field(None, description="The party; default the one the need was meant for")
    text: Text | None = Field(None, description="Words on the way")


class Handler(Part):
    """Who handles the need."""

    unit: Label = Field(description="The unit")
    name: Label | None = Field(None, description="Name of the case handler")
    phone: Phone | None = Field(None, description="Phone")


class NeedAcknowledged(Continuing):
    """E03 ip.need.acknowledged: a person has opened it. design/event-data.md."""

    handler: Handler = Field(description="Who handles it")
    case_ref: Label | None = Field(None, description="Reference of the handler's case")
    expected_by: Day | None = Field(None, description="When an answer is expected")


class NeedInfoRequested(Continuing):
    """E04 ip.need.info-requested: the handler needs to know more. design/event-data.md."""

    question: Text = Field(description="The question")
    due: Day | None = Field(None, description="When the answer is needed")


class NeedAccepted(Continuing):
    """E06 ip.need.accepted: the right is found, work begins. design/event-data.md."""

    scope: tuple[NeedKind, ...] = Field(min_length=1, max_length=LIST_LIMIT, description="Which of the needs")
    responsible: Responsible = Field(description="Who is responsible")
    from_: Day | None = Field(None, description="From which day")


class NeedDeclined(Continuing):
    """E07 ip.need.declined: the need is not met here; the right to complain is told (pbrl § 7-2)."""

    scope: tuple[NeedKind, ...] = Field(min_length=1, max_length=LIST_LIMIT, description="Which of the needs")
    reason_code: Literal["not-entitled", "other-level", "moved", "insufficient-information", "not-stated"] = (
        Field(description="Why")
    )
    text: Text | None = Field(None, description="The reason in words")


class NeedWithdrawn(Continuing):
    """E09 ip.need.withdrawn: an error (entered-in-error), or no longer relevant (revoked). design/event-data.md."""

    scope: tuple[NeedKind, ...] | None = Field(
        None, min_length=1, max_length=LIST_LIMIT, description="Which of the needs; default all"
    )
    reason_code: Literal["entered-in-error", "no-longer-relevant"] = Field(description="Why")
    text: Text | None = Field(None, description="The reason in words")
