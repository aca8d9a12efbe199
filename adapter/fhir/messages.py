"""Messages as R4: a Communication per message, its bytes behind a DocumentReference. fhir-model.md; lists 8279, 7322, 8221."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref

NOT_FURTHER: Final = parts.coding(urls.ACT_CODE, "NORDSCLCD", "no redisclosure without consent directive")
"""Security label of what the patient lets nobody forward."""


def communication(
    *,
    id_: str,
    msg_id: str,
    type_: str,
    status: str,
    patient: Ref | None = None,
    based_on: Sequence[Ref] = (),
    in_response_to: Ref | None = None,
    topic: str | None = "6",
    sent: datetime | None = None,
    received: datetime | None = None,
    sender: Ref | None = None,
    recipients: Sequence[Ref] = (),
    document: Ref | None = None,
    reason: str | None = None,
    medium: str = "nhn-edi",
    reserved: bool = False,
) -> Json:
    """Return the Communication of one message. `type_` of 8279 (LETTER is none), `topic` of 7322, `reason` of 8221.

    `status` preparation, in-progress, completed or not-done; `received` is the receipt's time. `reserved` labels what the
    patient lets nobody forward (v3-ActCode NORDSCLCD).
    """
    listed = parts.volven("8279", type_) if type_ != "LETTER" else {"text": "Brev"}
    made = parts.resource(
        "Communication",
        id_,
        {
            "identifier": [parts.uuid_identifier(msg_id)],
            "basedOn": parts.refs(based_on),
            "inResponseTo": parts.refs([in_response_to]),
            "status": status,
            "statusReason": parts.volven("8221", reason) if reason else None,
            "category": [listed],
            "medium": [parts.local(urls.CONNECTION_TYPE, medium)],
            "subject": parts.ref(patient),
            "topic": parts.volven("7322", topic) if topic else None,
            "sent": parts.when(sent),
            "received": parts.when(received),
            "recipient": parts.refs(recipients),
            "sender": parts.ref(sender),
            "payload": [{"contentReference": parts.ref(document)}] if document else None,
        },
    )
    return {**made, "meta": {"security": [dict(NOT_FURTHER)]}} if reserved else made


def is_reserved(communication_: Mapping[str, Any]) -> bool:
    """Return whether the patient lets nobody forward what this message brought."""
    return dict(NOT_FURTHER) in communication_.get("meta", {}).get("security", ())


def settled(
    old: Mapping[str, Any],
    *,
    status: str,
    sent: datetime | None = None,
    received: datetime | None = None,
    reason: str | None = None,
) -> Json:
    """Return the Communication in another status; times and reason (8221) that are None stay."""
    new: Json = {
        "status": status,
        "sent": parts.when(sent),
        "received": parts.when(received),
        "statusReason": parts.volven("8221", reason) if reason else None,
    }
    return parts.changed(old, **parts.filled(new))


def document_reference(
    *,
    id_: str,
    msg_id: str,
    type_: str,
    url: str,
    patient: Ref | None = None,
    date: datetime | None = None,
    author: Ref | None = None,
    custodian: Ref | None = None,
    content_type: str = "application/xml",
    status: str = "current",
) -> Json:
    """Return the DocumentReference of a message's bytes; `url` relative, `/messages/<id>/document`. Never the text."""
    listed = parts.volven("8279", type_) if type_ != "LETTER" else {"text": "Brev"}
    return parts.resource(
        "DocumentReference",
        id_,
        {
            "masterIdentifier": parts.uuid_identifier(msg_id),
            "status": status,
            "type": listed,
            "subject": parts.ref(patient),
            "date": parts.when(date),
            "author": parts.refs([author]),
            "custodian": parts.ref(custodian),
            "content": [{"attachment": {"contentType": content_type, "url": url}}],
        },
    )


def plan_document(
    *,
    id_: str,
    patient: Ref,
    plan: Ref,
    appended_to: Ref,
    date: datetime,
    author: Ref | None,
    title: str,
    content: bytes,
) -> Json:
    """Return the DocumentReference of an individual plan as PDF, appended to the message that carries its bytes. 9602 A02-2."""
    return appended(
        id_=id_,
        type_=parts.volven("9602", "A02-2"),
        patient=patient,
        about=(plan,),
        appended_to=(appended_to,),
        date=date,
        author=author,
        title=title,
        content=content,
    )


def appended(
    *,
    id_: str,
    type_: Mapping[str, Any],
    patient: Ref,
    about: Sequence[Ref],
    appended_to: Sequence[Ref],
    date: datetime,
    author: Ref | None,
    title: str,
    content: bytes,
) -> Json:
    """Return the DocumentReference of a PDF, appended to those of the messages that carry its bytes; `about` is its context."""
    attachment = {
        "contentType": "application/pdf",
        "size": len(content),
        "hash": b64encode(sha1(content, usedforsecurity=False).digest()).decode("ascii"),
        "title": title,
    }
    return parts.resource(
        "DocumentReference",
        id_,
        {
            "masterIdentifier": parts.uuid_identifier(id_),
            "status": "current",
            "type": dict(type_),
            "subject": parts.ref(patient),
            "date": parts.when(date),
            "author": parts.refs([author]),
            "relatesTo": [{"code": "appends", "target": parts.ref(one)} for one in appended_to],
            "content": [{"attachment": attachment}],
            "context": {"related": parts.refs(about)},
        },
    )
