"""receive(document): read → receipt → what it becomes → one transaction. message-rules.md, 'Doors', 'Receipts and clocks'."""

from __future__ import annotations

from itertools import chain

from adapter import ids, kith, xmlsafe
from adapter.errors import PersonalIdError
from adapter.ingest import mail, receipts
from adapter.ingest.commit import retrying
from adapter.ingest.results import Channel, Received
from adapter.ingest.turn import turn
from adapter.kith import attachments
from adapter.services import Services


def receive(services: Services, data: bytes, *, channel: Channel, name: str = "") -> Received:  # noqa: ARG001
    """Return what became of a received document; everything it changes is committed. `name` is as it came.

    Raises MessageError and PersonalIdError for what cannot be taken at all (nothing stored but its name and code, by
    the caller's `failed/`), SystemFault when the database is away or the queue is full.
    """
    with turn(services, len(data)):
        set_ = services.settings.limits()
        read = kith.read(data, limits=set_)
        attachments.require(read.root, limit=set_.attachment)
        _synthetic(services, read, data)
        attachments.empty(read.root)
        if read.kind == "apprec":
            return retrying(services, lambda: receipts.receipt(services, read, data))
        return retrying(services, lambda: mail.message(services, read, data, channel=channel))


def _synthetic(services: Services, read: kith.Read, data: bytes) -> None:
    """Refuse a document with a number that looks real, without echo. contract.md, 'Operations'."""
    said = xmlsafe.said(read.root, without=attachments.containers(read.root))
    # One at a time: an attachment may be most of the document.
    texts = chain((said, xmlsafe.asides(data)), attachments.unknown(read.root))
    if any(ids.looks_real(text, services.people) for text in texts):
        raise PersonalIdError("IPK-P001", at="/")
