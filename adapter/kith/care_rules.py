"""Rules of the messages of care that schemas cannot say: status and thread, events, who answers. HIS 1149, HISD 1154, HITS 1174.

None lets a receiver refuse: what a message says is never a reason to. They are told to who sends a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from adapter.kith import types
from adapter.kith.plo.blocks import Care
from adapter.kith.plo.logistics import ADMITTED, DEAD, DISCHARGED, NOT_READY, READY, Logistics
from adapter.kith.plo.message import CANCELLATION, CHANGE, NEW
from adapter.kith.reading import Read
from adapter.kith.rule import CONTENT, INFO, Rule
from adapter.kith.tree import kind

_CHANGES: Final = (CHANGE, CANCELLATION)
_STEPS: Final[Mapping[str, tuple[str, Callable[[list[str]], bool]]]] = {
    "LOG_INNLAGT": (ADMITTED, lambda events: events == ["1"]),
    "LOG_UTSKRIVNINGSKLAR": (READY, lambda events: events == ["1", "3"]),
    "LOG_AVMELDING": (NOT_READY, lambda events: "4" in events),
    "LOG_UTSKREVET": (DISCHARGED, lambda events: events == ["2"]),
    "LOG_DOD": (DEAD, lambda events: events == ["13"]),
}
"""By type: the element that tells it, and whether events of 9121, in order of their codes, are those it needs."""
_BEGINNING: Final = frozenset({"LOG_INNLAGT"})
"""What no message can come before: the hospital tells that the patient is there."""


def _care(read: Read) -> Care | None:
    return read.body if isinstance(read.body, Care) else None


def _logistics(read: Read) -> Logistics | None:
    return read.body if isinstance(read.body, Logistics) else None


def _status(read: Read) -> str:
    body = _care(read)
    return body.shipment.status.v if body else ""


def _at(read: Read, *steps: str) -> str:
    """Return the place of an element below the payload."""
    held = read.root.find("{*}Document/{*}RefDoc/{*}Content/*")
    root = kind(held) if held is not None else "*"
    return "/".join((CONTENT, root, *steps))


def _allowed(read: Read) -> str | None:
    row = types.row_of_model(read.message) if read.message and _care(read) else None
    if row is None or _status(read) in row.statuses:
        return None
    return _at(read, "InformasjonOmForsendelsen", "Forsendelsesstatus")


def _change_in_thread(read: Read) -> str | None:
    loose = _status(read) in _CHANGES and read.head is not None and read.head.conversation is None
    return f"{INFO}/ConversationRef" if loose else None


def _first_without_thread(read: Read) -> str | None:
    first = read.type in _BEGINNING and _status(read) == NEW
    return f"{INFO}/ConversationRef" if first and read.head and read.head.conversation else None


def _step(read: Read) -> str | None:
    body, row = _logistics(read), _STEPS.get(read.type)
    return _at(read, row[0]) if body and row and body.step != row[0] else None


def _events(read: Read) -> str | None:
    body, row = _logistics(read), _STEPS.get(read.type)
    if body is None or row is None or body.step != row[0]:
        return None
    codes = [event.code for event in body.events]
    known = sorted(code.v for code in codes if code and code.list == "9121")
    right = row[1](known) and len(known) == len(codes)
    return None if right else _at(read, body.step, "TidsfestetHendelse")


def _discharged_to(read: Read) -> str | None:
    body = _logistics(read)
    if body is None or body.step != DISCHARGED or (body.discharged_to and body.discharged_to.place.v):
        return None
    return _at(read, DISCHARGED, "UtskrevetTil")


def _no_health_data(read: Read) -> str | None:
    """Attachments, and a question of the record, are where health data could stand; free text nobody can judge."""
    if _logistics(read) is None or read.head is None:
        return None
    if read.head.attachments:
        return "/MsgHead/Document[2]"
    body = _care(read)
    return _at(read, "InformasjonOmForsendelsen", "Foresporsel") if body and body.shipment.question else None


def _responsible(read: Read) -> str | None:
    body = _care(read)
    if body is None or _status(read) == CANCELLATION or body.responsible or body.units:
        return None
    return _at(read, "AnsvarForRapport")


def _text_with_99(read: Read) -> str | None:
    body = _care(read)
    asked = body.shipment.question if body else None
    bare = asked is not None and asked.type.v == "99" and not asked.text.strip()
    return _at(read, "InformasjonOmForsendelsen", "Foresporsel", "Sporsmal") if bare else None


ROWS: Final = (
    Rule(name="status-allowed", source="HISD 1154 3.1; profiles HIS 1143-1149", severity="never", code="IPK-M020",
         test=_allowed),
    Rule(name="change-in-thread", source="HISD 1154; HITS 1218", severity="never", code="IPK-M020",
         test=_change_in_thread),
    Rule(name="first-without-thread", source="HIS 80601; HITS 1218", severity="never", code="IPK-M020",
         test=_first_without_thread),
    Rule(name="step-of-type", source="HIS 1149", severity="never", code="IPK-M020", test=_step),
    Rule(name="events-of-type", source="HIS 1149; list 9121", severity="never", code="IPK-M020", test=_events),
    Rule(name="discharged-to", source="HIS 1149; list 8408", severity="never", code="IPK-M020", test=_discharged_to),
    Rule(name="no-health-data", source="HIS 1149", severity="never", code="IPK-M020", test=_no_health_data),
    Rule(name="responsible", source="HITS 1174 ch. 5", severity="never", code="IPK-M020", test=_responsible),
    Rule(name="care-text-with-99", source="HIS 80704:2014; list 9152-9154", severity="never", code="IPK-M014",
         test=_text_with_99),
)  # fmt: skip
