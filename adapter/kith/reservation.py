"""Whether a message says that what it holds must not go further: ForbeholdOmVideresending, Consent. HIS 80704:2014 13.1, HIS 80601."""

from __future__ import annotations

from typing import Final

from adapter.kith.plo.blocks import Care
from adapter.kith.reading import Read

NOT_GIVEN: Final = "4"
"""9064: the patient has not consented."""


def stated(read: Read) -> bool:
    """Return whether the patient reserves against forwarding, by the message's own element or a Document's Consent.

    An element that is not there says nothing: only `true`, and the code for no, do.
    """
    if isinstance(read.body, Care) and read.body.shipment.withheld:
        return True
    head = read.head
    documents = (head.document, *head.attachments) if head else ()
    return any(d.consent is not None and d.consent.among("9064", NOT_GIVEN) for d in documents)
