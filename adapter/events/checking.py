"""Check an event: its attributes, its data by its model, the rules across fields, and every string in it.

Every fault is found before any is raised, so all rules look at the JSON as it came, not at a model that may not be.
design/contract.md 'HTTP: events'; RFC 9457 (several problems in one answer).
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

import orjson
from pydantic import ValidationError

from adapter import idscan
from adapter.errors import Fault, Faults
from adapter.events import crosschecks, envelope, event, faults, scan
from adapter.events.raw import part, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapter.events.catalogue import EventType
    from adapter.events.event import Event, Origin
    from adapter.events.parts import EventData
    from adapter.ids import People


def check(attributes: Mapping[str, Any], *, now: datetime, people: People) -> Event:
    """Return the posted event. Raises Faults with every fault; paths are JSONPaths from the event's root.

    `attributes` is the whole CloudEvent as JSON; `now` is aware. Internal types are unknown here (E004).
    """
    return _check(attributes, envelope.Context(now=now, people=people), None)


def make(  # noqa: PLR0913 (an event has these parts)
    *,
    source: str,
    id_: str,
    type_: str,
    time: datetime,
    data: Mapping[str, Any],
    origin: Origin,
    now: datetime,
    people: People,
    evidence: str | None = None,
    unnamed: bool = False,
) -> Event:
    """Return an event of our own making, from a received message, a clock or a resource, by the same checks. Raises Faults.

    With `unnamed` its author may be an organisation alone.
    """
    attributes = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": type_,
        "time": time.isoformat(),
        "data": orjson.loads(orjson.dumps(dict(data))),
    }
    context = envelope.Context(now=now, people=people, origin=origin, unnamed=unnamed)
    return _check(attributes, context, evidence)


def _check(attributes: Mapping[str, Any], context: envelope.Context, evidence: str | None) -> Event:
    if not isinstance(attributes, dict):
        raise Faults((Fault(code="IPK-E007", path="$", rule="event-envelope"),))
    found = list(envelope.faults(attributes, context))
    row, raw = envelope.event_type(attributes, context), attributes.get("data")
    encoded = _encode(raw)
    if encoded is None:
        found.append(Fault(code="IPK-E007", path="$.data", rule="event-characters"))
    data = None
    if row and isinstance(raw, dict):
        data = _decode(row, encoded, found)
        _across(raw, row, context, found)
    if found or not scan.is_clean(_all_text(attributes, encoded), context.people):
        found.extend(scan.faults(attributes, context.people))
    if found or data is None or encoded is None:
        raise Faults(faults.unique(found))
    return _event(attributes, data, encoded, context, evidence)


def _encode(raw: object) -> bytes | None:
    """Return canonical JSON, None for what is too deep, too large a number or no Unicode."""
    try:
        return orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson.JSONEncodeError is one
        return None


def _decode(row: EventType, encoded: bytes | None, found: list[Fault]) -> EventData | None:
    if encoded is None:
        return None
    try:
        return row.model.model_validate_json(encoded)
    except ValidationError as error:
        found.extend(faults.of(error))
        return None


def _across(raw: dict[str, Any], row: EventType, context: envelope.Context, found: list[Fault]) -> None:
    """Add what the rules across fields find; a place already faulted by its form is left alone."""
    faulted = {fault.path for fault in found}
    found.extend(fault for fault in crosschecks.faults(raw, row, context) if fault.path not in faulted)


def _all_text(attributes: Mapping[str, Any], encoded: bytes | None) -> str:
    """Return all strings of the event as one text: data as JSON, each attribute on a line; of a UUID only its name."""
    outside = "\n".join(
        name if isinstance(value, str) and idscan.is_uuid(value) else f"{name}\n{value}"
        for name, value in attributes.items()
        if name != "data"
    )
    inside = (encoded or b"").decode()
    # The patient's own number has just been checked; without it most events hold no eleven digits to look at closely.
    number = text(part(attributes, "data", "patient", "identifier"), "value")
    return outside + "\n" + (inside.replace(f'"{number}"', '""') if number else inside)


def _event(  # noqa: PLR0917 (private, called once)
    attributes: Mapping[str, Any],
    data: EventData,
    encoded: bytes,
    context: envelope.Context,
    evidence: str | None,
) -> Event:
    time = cast("datetime", envelope.instant(attributes["time"]))
    type_: str = attributes["type"]
    head = (attributes["id"], attributes["source"], type_, time)
    content = b'{"data":%b,"time":"%b","type":"%b"}' % (encoded, utc(time).encode(), type_.encode())
    return event.build(envelope=head, data=data, content=content, origin=context.origin, evidence=evidence)


def utc(time: datetime) -> str:
    """Return an instant in its normal form: UTC with Z, a fraction only where there is one."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
