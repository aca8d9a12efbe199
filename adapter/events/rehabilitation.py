"""A need for (re)habilitation alone, to the coordinating unit that takes such reports. E12; S1:30, hol § 7-3, R38."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.consent import Consent
from adapter.events.fields import LIST_LIMIT, Text
from adapter.events.needs import Existing, NeedReason, Preference, Wishes
from adapter.events.parts import CaseEvent, ContactAtReceiver, ContactAtSender


class RehabilitationNeedReported(CaseEvent):
    """E12 ip.rehabilitation-need.reported: reported to the municipality's unit, or noted for a referral to a private institution."""

    needs: tuple[Literal["habilitation", "rehabilitation"], ...] = Field(
        min_length=1, max_length=LIST_LIMIT, description="Which of the two"
    )
    function: Text = Field(description="What the patient can and cannot do")
    provider: Literal["municipality", "private-institution"] = Field(
        description="Who is to give it; a private institution gets a referral, which is no need for a plan"
    )
    consent: Consent = Field(description="The patient's consent")
    urgency: Literal["routine", "urgent"] = Field("routine", description="How fast")
    contact_at_sender: ContactAtSender | None = Field(None, description="Whom to call; default the author")
    contact_at_receiver: ContactAtReceiver | None = Field(
        None, description="Whom at the receiver it is meant for"
    )

    @property
    def wishes(self) -> Wishes:
        """Nothing is said of plan and coordinator."""
        return Wishes.model_construct(individual_plan="unclear", coordinator="unclear")

    @property
    def reason(self) -> NeedReason:
        """The description of function is the background."""
        return NeedReason.model_construct(codes=(), text=self.function)

    @property
    def existing(self) -> Existing | None:
        """Nothing is said of what there is."""
        return None

    @property
    def preference(self) -> Preference | None:
        """Nothing is said of a coordinator."""
        return None
