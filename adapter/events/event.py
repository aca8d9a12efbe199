"""The event as the rest of the house sees it: checked, frozen, with its canonical content. CloudEvents 1.0."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from adapter import naming

if TYPE_CHECKING:
    from adapter.events.parts import EventData

Origin = Literal["posted", "received", "clock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One checked event. `data` is a model of the catalogue; `content` decides whether two events are the same."""

    event_id: str
    """uuid5 of source and id."""
    id: str
    source: str
    type: str
    time: datetime
    """Aware, in UTC."""
    data: EventData
    content: bytes = field(repr=False)
    """Canonical JSON of data, time (the instant in UTC) and type: sorted keys, no blanks."""
    digest: str
    """SHA-256 of `content`, hexadecimal."""
    origin: Origin = "posted"
    evidence: str | None = None
    """Id of the received message it was made from."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened: `data.occurredAt`, by default the event's time."""
        return self.data.occurred_at or self.time


def build(
    *,
    envelope: tuple[str, str, str, datetime],
    data: EventData,
    content: bytes,
    origin: Origin,
    evidence: str | None,
) -> Event:
    """Return the event of (id, source, type, time); ids and digest follow."""
    id_, source, type_, time = envelope
    return Event(
        event_id=naming.event_id(source=source, id_=id_),
        id=id_,
        source=source,
        type=type_,
        time=time,
        data=data,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        origin=origin,
        evidence=evidence,
    )
