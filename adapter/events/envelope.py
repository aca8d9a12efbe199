"""The attributes of a CloudEvent as this adapter takes them. CloudEvents 1.0.2, design/contract.md 'HTTP: events'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from adapter import ids, idscan, timing
from adapter.errors import Fault, PersonalIdError
from adapter.events.catalogue import TYPES
from adapter.events.faults import join
from adapter.events.fields import EARLIEST, TEXT_LIMIT, TIME_PATTERN
from adapter.events.raw import day, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from adapter.events.catalogue import EventType
    from adapter.events.event import Origin

AHEAD: Final = timedelta(minutes=5)
"""How far ahead of our clock a sender's may be."""
OWN_SOURCE: Final = "urn:adapter"
"""Source of what a clock of ours makes."""

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_HER: Final = re.compile(r"urn:her:[1-9][0-9]{0,7}")
_ORGNR: Final = "urn:orgnr:"
_TIME: Final = re.compile(TIME_PATTERN)
_EXTENSION: Final = re.compile(r"[a-z0-9]+")
_JSON: Final = re.compile(r"application/(json|[a-z0-9.+-]+\+json)\s*(;.*)?", re.IGNORECASE)
_REFUSED: Final = frozenset({"subject", "data_base64"})
_KNOWN: Final = frozenset(
    {"specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "data"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an event is judged against."""

    now: datetime
    people: ids.People
    origin: Origin = "posted"
    unnamed: bool = False
    """Whether the author may be an organisation alone: a resource need not say who wrote it."""

    @property
    def latest(self) -> datetime:
        """The latest instant that is not in the future."""
        return self.now + AHEAD


def event_type(envelope: Mapping[Any, Any], context: Context) -> EventType | None:
    """Return the row of the event's type, None where it is unknown or may not be posted."""
    name = envelope.get("type")
    row = TYPES.get(name) if isinstance(name, str) else None
    return row if row and (row.posted or context.origin != "posted") else None


def instant(value: object) -> datetime | None:
    """Return an RFC 3339 time with offset as an aware datetime, None where it is none."""
    if not isinstance(value, str) or not _TIME.match(value):
        return None
    try:
        # Past microseconds Python cuts off, as pydantic does.
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_id(value: str) -> bool:
    return bool(_ID.fullmatch(value)) and not idscan.has_eleven_digits(value)


def _is_source(value: str, context: Context) -> bool:
    if _HER.fullmatch(value):
        return True
    if context.origin != "posted" and value == OWN_SOURCE:
        return True
    try:
        ids.org_number(value.removeprefix(_ORGNR))
    except PersonalIdError:
        return False
    return value.startswith(_ORGNR)


def _is_schema_of(value: str, envelope: Mapping[Any, Any]) -> bool:
    return value.endswith(f"/schemas/events/{envelope.get('type')}/v1")


def _version(value: str, _envelope: Mapping[Any, Any], _context: Context) -> str | None:
    return None if value == "1.0" else "IPK-E007"


def _id(value: str, _envelope: Mapping[Any, Any], _context: Context) -> str | None:
    return None if _is_id(value) else "IPK-E016"


def _source(value: str, _envelope: Mapping[Any, Any], context: Context) -> str | None:
    return None if _is_source(value, context) else "IPK-E017"


def _type(_value: str, envelope: Mapping[Any, Any], context: Context) -> str | None:
    return None if event_type(envelope, context) else "IPK-E004"


def _time(value: str, envelope: Mapping[Any, Any], context: Context) -> str | None:
    found = instant(value)
    if found is None:
        return "IPK-E007"
    return (
        "IPK-E011"
        if found > context.latest
        else "IPK-E088"
        if is_too_early(found, envelope, context)
        else None
    )


def is_too_early(when: datetime, envelope: Mapping[Any, Any], context: Context) -> bool:
    """Return whether an instant lies before EARLIEST, or before the day on which the patient is said to be born."""
    return when < EARLIEST or is_too_early_day(timing.day(when), envelope, context)


def is_too_early_day(when: date, envelope: Mapping[Any, Any], context: Context) -> bool:
    """Return whether a day lies before EARLIEST, or before the day on which the patient is said to be born."""
    born = day(part(envelope, "data", "patient"), "birthDate")
    known = born is not None and born <= timing.day(context.now)
    return when < EARLIEST.date() or (known and born is not None and when < born)


def _content_type(value: str, _envelope: Mapping[Any, Any], _context: Context) -> str | None:
    return None if _JSON.fullmatch(value) else "IPK-E007"


def _schema(value: str, envelope: Mapping[Any, Any], _context: Context) -> str | None:
    return None if _is_schema_of(value, envelope) else "IPK-E007"


_ATTRIBUTES: Final[
    tuple[tuple[str, bool, Callable[[str, Mapping[Any, Any], Context], str | None], str], ...]
] = (
    ("specversion", True, _version, "IPK-E007"),
    ("id", True, _id, "IPK-E016"),
    ("source", True, _source, "IPK-E017"),
    ("type", True, _type, "IPK-E004"),
    ("time", True, _time, "IPK-E007"),
    ("datacontenttype", False, _content_type, "IPK-E007"),
    ("dataschema", False, _schema, "IPK-E007"),
)
"""(attribute, required, its check, code where it is no string at all)."""


def _known(envelope: Mapping[Any, Any], context: Context) -> Iterator[Fault]:
    for name, required, check, code in _ATTRIBUTES:
        value = envelope.get(name)
        if value is None:
            found = "IPK-E005" if required else None
        else:
            found = check(value, envelope, context) if isinstance(value, str) else code
        if found:
            yield Fault(code=found, path=f"$.{name}", rule="event-envelope")


def _other(name: object, value: object) -> str | None:
    """Return the code against an attribute that this adapter does not know: an extension of CloudEvents is let by."""
    if name in _REFUSED:
        return "IPK-E022"
    if not isinstance(name, str) or not _EXTENSION.fullmatch(name):
        return "IPK-E006"
    if not isinstance(value, str | int | None):
        return "IPK-E007"
    return "IPK-E009" if isinstance(value, str) and len(value) > TEXT_LIMIT else None


def _place(name: object) -> str:
    return "$.data_base64" if name == "data_base64" else join("$", str(name))


def faults(envelope: Mapping[Any, Any], context: Context) -> Iterator[Fault]:
    """Yield every fault of the attributes, and of `data` not being an object."""
    yield from _known(envelope, context)
    for name, value in envelope.items():
        if name not in _KNOWN and (code := _other(name, value)):
            yield Fault(code=code, path=_place(name), rule="event-envelope")
    data = envelope.get("data")
    if data is None:
        yield Fault(code="IPK-E005", path="$.data", rule="event-envelope")
    elif not isinstance(data, dict):
        yield Fault(code="IPK-E007", path="$.data", rule="event-envelope")
