"""What the messages of care have in common as messages: a head, and what the payload says. HIS 80704:2014."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from adapter.kith import head_write
from adapter.kith.codes import simple
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.plo.blocks import Care, Shipment
from adapter.kith.plo.tables import Payload

NEW: Final = "N"
CHANGE: Final = "M"
CANCELLATION: Final = "C"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CareMessage:
    """A message of care. Each type is a model of its own."""

    head: Head
    body: Any

    @property
    def version(self) -> str:
        """Version of the payload: 1.6, or 1.5 as read."""
        found: Care = self.body
        return found.version


M = TypeVar("M", bound=CareMessage)


def shipment(status: str = NEW, *, withheld: bool | None = None) -> Shipment:
    """Return InformasjonOmForsendelsen; `status` of 7309. A change or cancellation needs a ConversationRef.

    `withheld` is ForbeholdOmVideresending: the patient lets nobody forward it. HIS 80704:2014 13.1.
    """
    return Shipment(status=simple("7309", status), withheld=withheld)


def made(model: type[M], type_: str, head: Head, body: Any) -> M:
    """Return a message of this type."""
    return model(head=replace(head, type=message_type(type_)), body=body)


def document(message: CareMessage, payload: Payload) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, payload.write(message.body))
