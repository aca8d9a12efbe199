"""Events about messages and clocks. E53-E58, E62, E69; design/message-rules.md.

`ip.message.sent` and `ip.message.receipt` are posted by an EPJ that sends itself (door `handover`); the others the
adapter makes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, HerId, Instant, Label, Shape, Text, Token
from adapter.events.parts import EventData, Part, Patient

MessageType = Annotated[str, Shape(r"^[A-Z][A-Z0-9_]{0,63}$")]
ErrorCode = Annotated[str, Shape(r"^[A-Z0-9]{1,10}$")]
Watched = Annotated[str, Shape(r"^[!-~]{1,200}$")]
"""What a clock watches: never personal data."""
DeadlineKind = Literal[
    "release",
    "receipt",
    "reply",
    "assessment",
    "coordinator",
    "fulfilment",
    "inform",
    "evaluation",
    "gap",
    "overlap",
    "participation",
    "consent",
]


class PartyRef(Part):
    """A communication party."""

    her_id: HerId = Field(description="HER-id on level 2")


class NamedParty(PartyRef):
    """A communication party and its name."""

    name: Label = Field(description="Its name")


class ReceiptError(Part):
    """One error of a receipt."""

    code: ErrorCode = Field(description="Code of list 8221")
    text: Text | None = Field(None, description="The receiver's words")


class MessageSent(EventData):
    """E69 ip.message.sent: the EPJ has sent a document that was handed over."""

    msg_id: Token = Field(description="MsgId of the document")
    gen_date: Instant = Field(description="Its GenDate")
    type: MessageType = Field(description="Type of message, list 8279")
    receiver: PartyRef = Field(description="Who got it")


class MessageReceipt(EventData):
    """E69 ip.message.receipt: the EPJ has got the receipt for a document that was handed over."""

    msg_id: Token = Field(description="MsgId receipted")
    status: Literal["ok", "rejected", "ok-with-errors"] = Field(description="What it says")
    errors: tuple[ReceiptError, ...] = Field((), max_length=LIST_LIMIT, description="Its errors")


class DialogueReceived(EventData):
    """E58 ip.dialogue.received: a message that belongs to no thread, for the coordinating unit's queue."""

    message_id: Token = Field(description="Id of the received message")
    from_: NamedParty = Field(description="Who sent it")
    reason: Text = Field(description="Why it is here")
    patient: Patient | None = Field(None, description="Whom it is about, where an answer is asked of us")


class MessageFaulted(DialogueReceived):
    """E57 ip.message.faulted: a receiver reports a fault (DIALOG_AVVIK)."""


class ReceiptEvent(EventData):
    """E53-E56: a receipt, or the lack of one, for a message of ours."""

    message_id: Token = Field(description="Id of the message")
    status: Literal["ok", "rejected", "ok-with-errors", "missing"] = Field(description="What it says")
    errors: tuple[ReceiptError, ...] = Field((), max_length=LIST_LIMIT, description="Its errors")


class ReceiptPositive(ReceiptEvent):
    """E53 ip.receipt.positive: the receiver has taken the message."""


class ReceiptNegative(ReceiptEvent):
    """E54 ip.receipt.negative: the receiver has refused the message."""


class ReceiptMissing(ReceiptEvent):
    """E55 ip.receipt.missing: 96 hours without receipt."""


class ReceiptLate(ReceiptEvent):
    """E56 ip.receipt.late: a receipt after the 96 hours."""


class DeadlineBreached(EventData):
    """E62 ip.deadline.breached: a clock has run out, or one more step is taken because it has."""

    kind: DeadlineKind = Field(description="Which clock")
    due: Instant = Field(description="When it was due")
    subject: Watched = Field(
        description="What it watches: `message/<id>`, `need/<Melde-id>`, `PractitionerRole/<id>`, `CarePlan/<id>`"
    )
    level: Literal["owner", "leader", "coordinating-unit"] | None = Field(
        None, description="Who has it from now on"
    )
