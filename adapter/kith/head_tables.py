"""Tables of MsgHead 1.2, in the order of its schema. HIS 80601:2006."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from adapter.kith.binding import CV, RAW, TEXT, TS, UNKNOWN, WORD, Block, Field, Kind, block, cs, kept, later
from adapter.kith.head import (
    NAMESPACE,
    Address,
    Conversation,
    Document,
    Other,
    Patient,
    Unit,
)
from adapter.kith.parties import FK1, people, person_fields, professionals, reach
from adapter.kith.raw import Raw

SPACES: Final = {"": NAMESPACE, "fk1": FK1, "ds": "http://www.w3.org/2000/09/xmldsig#"}
MIG_VERSION: Final = "v1.2 2006-05-24"

_PROFESSIONAL: Final = professionals("", "", SPACES)
_PATIENT: Final = Block(Patient, person_fields("", "", SPACES), spaces=SPACES)
_PERSON: Final = people("fk1:", "fk1:", SPACES)
"""Of a further receiver: the one block of the head that is of felleskomponent1."""
_WRITTEN_PERSON: Final = Kind(
    _PERSON.parse, lambda tag, value: f'<{tag} xmlns:fk1="{FK1}">{_PERSON.content(value)}</{tag}>'
)


def _level(below: Any = None, person: Any = None, **own: Any) -> tuple[Any, Any, Any]:
    """Return one level: what it says of itself, the level below, its professional."""
    return own, below, person


def _levels(level: tuple[Unit, Any, Any]) -> tuple[Any, ...]:
    """Return the values of a level in the order of its table."""
    unit, below, person = level
    said = (unit.type, unit.idents, unit.postal, unit.telecoms, below, person)
    # An Organisation that says nothing at all may stand; one that says something has a name.
    return (unit.name if unit.name or any(said) else None, *said)


_ORGANISATION: Final[Block] = Block(
    _level,
    (
        Field("OrganisationName", "name", WORD, needed=True),
        Field("TypeOrganisation", "type", CV),
        *reach("", "", SPACES),
        Field("Organisation", "below", later(lambda: _ORGANISATION)),
        Field("HealthcareProfessional", "person", block(_PROFESSIONAL)),
    ),
    spaces=SPACES,
    take=_levels,
)


def _nested(level: Any) -> Unit | None:
    """Return the levels below the second."""
    if level is None:
        return None
    own, below, person = level
    return Unit(**own, below=_nested(below), person=person)


def _address(organisation: Any = None, com_method: Any = None) -> Address | None:
    """Return both levels of a party, None where there is no Organisation."""
    if organisation is None:
        return None
    own, second, person = organisation
    if second is None:
        return Address(level1=Unit(**own), person=person, com_method=com_method)
    own2, third, person2 = second
    level2 = Unit(**own2, below=_nested(third))
    return Address(level1=Unit(**own), level2=level2, person=person2, beside=person, com_method=com_method)


def _unnested(unit: Unit | None) -> Any:
    return (unit, _unnested(unit.below), unit.person) if unit is not None else None


def _organisation(address: Address) -> Any:
    """Return the levels of an address, nested as the message has them."""
    if address.level2 is None:
        return address.level1, None, address.person
    second = (address.level2, _unnested(address.level2.below), address.person)
    return address.level1, second, address.beside


PARTY: Final = Block(
    _address,
    (
        Field("ComMethod", "com_method", cs("")),
        Field("Organisation", "organisation", block(_ORGANISATION), needed=True),
    ),
    spaces=SPACES,
    take=lambda address: (address.com_method, _organisation(address)),
)


def _receiver(role: Any = UNKNOWN, organisation: Any = None, com_method: Any = None, **whom: Any) -> Any:
    """Return a further receiver: role and address of an organisation, or a person, or nobody named."""
    if organisation is not None:
        return role, _address(organisation, com_method)
    return Other(role=role, com_method=com_method, **whom)


def _receivers(other: Any) -> tuple[Any, ...]:
    if isinstance(other, Other):
        return other.com_method, other.role, None, other.patient, other.person, other.professional
    role, address = other
    return address.com_method, role, _organisation(address), None, None, None


OTHER_RECEIVER: Final = Block(
    _receiver,
    (
        Field("ComMethod", "com_method", cs("")),
        Field("RoleReceiver", "role", cs("8112"), needed=True),
        Field("Organisation", "organisation", block(_ORGANISATION)),
        Field("Patient", "patient", block(_PATIENT)),
        Field("Person", "person", _WRITTEN_PERSON),
        Field("HealthcareProfessional", "professional", block(_PROFESSIONAL)),
    ),
    spaces=SPACES,
    take=_receivers,
)


def _conversation(parent: str = "", conversation: str = "") -> Conversation | None:
    """Return the thread. Found by name: some senders write the two in the other order."""
    if not (parent or conversation):
        return None
    return Conversation(parent or conversation, conversation or parent)


_CONVERSATION: Final = Block(
    _conversation,
    (
        Field("RefToParent", "parent", WORD, needed=True),
        Field("RefToConversation", "conversation", WORD, needed=True),
    ),
    spaces=SPACES,
)

INFO: Final = Block(
    dict,
    (
        Field("Type", "type", cs("8279"), needed=True),
        Field("MIGversion", "mig_version", WORD),
        Field("GenDate", "gen_date", WORD),
        Field("MsgId", "msg_id", WORD, needed=True),
        Field("ProcessingStatus", "status", cs("8113")),
        Field("RequestedPriority", "priority", cs("8115")),
        Field("Ack", "ack", cs("7304")),
        Field("ConversationRef", "conversation", block(_CONVERSATION)),
        Field("Sender", "sender", kept(PARTY), lead="\n"),
        Field("Receiver", "receiver", kept(PARTY), lead="\n"),
        Field("OtherReceiver", "others", block(OTHER_RECEIVER), many=True, lead="\n"),
        Field("Patient", "patient", block(_PATIENT), lead="\n"),
    ),
    spaces=SPACES,
    take=lambda values: values,
)


def _contents(element: etree._Element) -> tuple[Raw, ...]:
    return tuple(Raw.of(child) for child in element)


def _write_contents(tag: str, value: tuple[Raw, ...] | str) -> str:
    """Return Content round what passes through, or round a message that is XML text already."""
    inner = f"\n{value}\n" if isinstance(value, str) else "".join(each.xml for each in value)
    return f"<{tag}>{inner}</{tag}>"


_CONTENTS: Final = Kind(_contents, _write_contents)

_REF_DOC: Final = Block(
    dict,
    (
        Field("IssueDate", "issued", TS),
        Field("MsgType", "msg_type", cs("8114"), needed=True),
        Field("Id", "id", TEXT),
        Field("MimeType", "mime_type", WORD),
        Field("Description", "description", TEXT),
        Field("Compression", "compression", cs("1204")),
        Field("FileReference", "file_reference", WORD),
        Field("Content", "contents", _CONTENTS),
    ),
    spaces=SPACES,
    take=lambda values: values,
)


def _document(ref: Any = None, **own: Any) -> Document:
    known = {"issued": None, "msg_type": UNKNOWN} | (ref or {})
    return Document(**own, **known)


def values(document: Document, issued: Any, contents: Any) -> tuple[Any, ...]:
    """Return the values of a Document, with its IssueDate and what stands in Content."""
    d = document
    ref = (issued, d.msg_type, d.id, d.mime_type, d.description, d.compression, d.file_reference, contents)
    return (
        d.connection, d.content_type, d.content_description, d.content_category, d.consent, d.annotation,
        d.from_date, d.to_date, d.oid, d.enquiry_id, ref,
    )  # fmt: skip


DOCUMENT: Final = Block(
    _document,
    (
        Field("DocumentConnection", "connection", cs("4702")),
        Field("ContentType", "content_type", CV),
        Field("ContentDescription", "content_description", TEXT),
        Field("ContentCategory", "content_category", CV),
        Field("Consent", "consent", CV),
        Field("Annotation", "annotation", TEXT),
        Field("FromDate", "from_date", TS),
        Field("ToDate", "to_date", TS),
        Field("OidRef", "oid", WORD),
        Field("EnquiryRefId", "enquiry_id", WORD),
        Field("RefDoc", "ref", block(_REF_DOC), needed=True),
    ),
    spaces=SPACES,
    take=lambda each: each,
)

MESSAGE: Final = Block(
    dict,
    (
        Field("MsgInfo", "info", block(INFO)),
        Field("Document", "documents", block(DOCUMENT), many=True),
        Field("ds:Signature", "signature", RAW),
    ),
    spaces=SPACES,
)
