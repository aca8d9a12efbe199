"""What a patient does not want told, or not to whom. E14, and the end of a consent, E16; hpl §§ 22, 25, 45, pjl § 17."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, Day, Instant, Key, Label, Token
from adapter.events.parts import CaseEvent, EventData

Topic = Literal["background", "existing", "preference", "goals", "care-messages", "forwarding"]
"""background, existing and preference are lines of a need's message, goals those of a plan; care-messages are PLO.

forwarding leaves nothing out: our messages of care say ForbeholdOmVideresending.
"""


class ConsentLimited(CaseEvent):
    """E14 ip.consent.limited: whom and what the patient excepts from now on; it adds to what was excepted before."""

    excluded: tuple[Key, ...] | None = Field(
        None,
        max_length=LIST_LIMIT,
        description="Who gets nothing more: keys of the address book, coordinating-unit, gp",
    )
    topics: tuple[Topic, ...] | None = Field(
        None,
        max_length=LIST_LIMIT,
        description="What is not told; forwarding: what receivers of messages of care may not pass on",
    )
    lifted: tuple[Key, ...] | None = Field(
        None,
        max_length=LIST_LIMIT,
        description="Receivers and topics excepted earlier that are allowed again",
    )
    given_by: Literal["patient", "guardian", "representative", "relative"] = Field(description="Who said so")
    date: Day = Field(description="From which day")
    obtained_by: Label | None = Field(None, description="Who was told")


class ConsentExpired(EventData):
    """E16 ip.consent.expired: a consent has run out, by its last day or because the child is 16."""

    kind: Literal["consent"] = Field(description="Which clock")
    due: Instant = Field(description="When it was due")
    subject: Token = Field(description="What it watches: `Consent/<id>`, `Patient/<id>`")
