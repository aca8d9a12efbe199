"""What people and record systems did with a message, and addresses that changed. E59, E64, E70; message-rules.md."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import Day, HerId, Instant, Label, Phone, Token, Uri
from adapter.events.parts import Author, EventData, Part, PersonName


class Reached(Part):
    """Whom a message reached."""

    name: Label = Field(description="Name of the person or unit")
    phone: Phone | None = Field(None, description="Phone")


class ManualFallback(EventData):
    """E59 ip.manual-fallback.recorded: the receiver was reached another way; `channel` is oral or paper."""

    author: Author = Field(description="Who says it")
    message_id: Token = Field(description="Id of the message")
    how: Literal["phone", "letter", "in-person", "other"] = Field(description="How")
    reached: Reached = Field(description="Whom")
    at: Instant = Field(description="When")
    confirmed_by: PersonName | None = Field(
        None, description="Who at the receiver confirmed it; without it the message counts as under way"
    )


class AddressChanged(EventData):
    """E64 ip.address.changed: an address of the book no longer holds; what waits for it is a person's to send on."""

    her_id: HerId = Field(description="The level-2 HER-id that was")
    new_her_id: HerId | None = Field(None, description="The one that is, where there is one")
    change: Literal["her-id", "service", "takes", "closed"] = Field(description="What changed")
    from_: Day = Field(description="From which day")


class DocumentFiled(EventData):
    """E70 ip.document.filed: the record system has journalled a document."""

    message_id: Token = Field(description="Id of the message, as in /messages")
    document_id: Token = Field(description="The record system's own id of the document")
    system: Uri | None = Field(None, description="The system that gave that id")
    at: Instant | None = Field(None, description="When; default the event's time")
