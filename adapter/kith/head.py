"""MsgHead 1.2: who sends what to whom, about whom, in answer to what. HIS 80601:2006; addressing HIS 1153."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapter.kith.codes import Code
from adapter.kith.party import Person, Unit
from adapter.kith.patient import OFFICIAL_IDS, Patient
from adapter.kith.raw import Raw
from adapter.kith.reach import Ident, Postal, Telecom, person_ident, unit_ident
from adapter.kith.time import When

__all__ = [
    "NAMESPACE",
    "OFFICIAL_IDS",
    "UNTYPED",
    "Address",
    "Conversation",
    "Document",
    "Head",
    "Ident",
    "Other",
    "Patient",
    "Person",
    "Postal",
    "Telecom",
    "Unit",
    "person_ident",
    "unit_ident",
]

NAMESPACE: Final = "http://www.kith.no/xmlstds/msghead/2006-05-24"
UNTYPED: Final = Code("")
XML_INSTANCE: Final = Code("XML", "XML-instans")
"""Of list 8114: a Document that is the message itself."""
AS_MESSAGE: Final = When("")
"""Stands for an IssueDate that repeats the GenDate of the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A party on both levels: the organisation, and the service or person that communicates. HIS 1153-2."""

    level1: Unit
    level2: Unit | None = None
    person: Person | None = None
    """Level 2 where `level2` is None; else the professional below it."""
    beside: Person | None = None
    """A professional of level 1 where there is a level 2 too."""
    com_method: Code | None = None

    @property
    def her_ids(self) -> tuple[str | None, str | None]:
        """HER-ids of level 1 and level 2."""
        second = self.level2 or self.person
        return self.level1.her_id, second.her_id if second else None

    @property
    def names(self) -> tuple[str, str]:
        """Names of level 1 and level 2, the second empty where there is none."""
        second = self.level2 or self.person
        return self.level1.name, second.name if second else ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """ConversationRef: MsgId of the message answered, and of the first in the dialogue. HITS 1218."""

    parent: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Other:
    """OtherReceiver that is a person, not an organisation."""

    role: Code
    """RoleReceiver, a CS of 8112."""
    patient: Patient | None = None
    person: Person | None = None
    professional: Person | None = None
    com_method: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document:
    """Document and its RefDoc: what it says of the message, or an attachment."""

    connection: Code | None = None
    """A CS of 4702: main document, attachment."""
    content_type: Code | None = None
    content_description: str = ""
    content_category: Code | None = None
    consent: Code | None = None
    """List 3109; care messages use 9064."""
    annotation: str = ""
    from_date: When | None = None
    to_date: When | None = None
    oid: str = ""
    enquiry_id: str = ""
    issued: When | None = AS_MESSAGE
    msg_type: Code = XML_INSTANCE
    """A CS of 8114."""
    id: str = ""
    mime_type: str = ""
    description: str = ""
    compression: Code | None = None
    file_reference: str = ""
    contents: tuple[Raw, ...] = ()
    """What stands in Content, such as Base64Container; of the first Document what follows the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """MsgInfo, and what surrounds the message: its Document, the further Documents, the signature."""

    gen_date: datetime
    """Aware; Europe/Oslo where the message gave no zone."""
    msg_id: str
    sender: Address
    receiver: Address
    type: Code = UNTYPED
    """A CS of list 8279. The message modules set it on what they make."""
    conversation: Conversation | None = None
    copies: tuple[tuple[Code, Address], ...] = ()
    """OtherReceivers that are organisations: (RoleReceiver, a CS of 8112; address)."""
    others: tuple[Other, ...] = ()
    """OtherReceivers that are people."""
    people_at: tuple[int, ...] = field(default=(), compare=False)
    """Which of the OtherReceivers read were the people; else they come after the organisations."""
    patient: Patient | None = None
    status: Code | None = None
    """ProcessingStatus: production, test, debugging."""
    priority: Code | None = None
    """RequestedPriority, a CS of 8115."""
    ack: Code | None = None
    """Ack, a CS of 7304. Not in use between professionals: a receipt is always sent."""
    document: Document = field(default=Document(), repr=False)
    attachments: tuple[Document, ...] = field(default=(), repr=False)
    signature: Raw | None = field(default=None, repr=False)
    written: str = field(default="", compare=False, repr=False)
    """GenDate as its sender wrote it."""
