"""Events: decoding, checking and describing what senders post. CloudEvents 1.0, design/event-data.md."""

from __future__ import annotations

from adapter.events import cloudevents, schemas
from adapter.events.catalogue import POSTED, TYPES, EventType
from adapter.events.checking import check, make
from adapter.events.event import Event, Origin

__all__ = ["POSTED", "TYPES", "Event", "EventType", "Origin", "check", "cloudevents", "make", "schemas"]
