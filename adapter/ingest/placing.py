"""Faults and warnings of an event at their places in the resource that it was read from. R4 operationoutcome.html."""

from __future__ import annotations

from dataclasses import replace

from adapter.errors import AdapterError, Fault, Faults
from adapter.errortable import TABLE
from adapter.mappings.writing import Told
from adapter.model import Warn


def placed(error: AdapterError, told: Told, type_: str) -> Faults:
    """Return an error of an event with its places in the resource."""
    return Faults(tuple(_moved(fault, told, type_) for fault in error.faults))


def _moved(fault: Fault, told: Told, type_: str) -> Fault:
    """Return a fault at its place in the resource; what of the event's place is more exact than that becomes its hint."""
    if not fault.path.startswith("$"):
        return fault
    best = _nearest(fault.path, told)
    rest = fault.path.removeprefix(best).lstrip(".") if best else ""
    return replace(fault, path=told.places.get(best, type_), hint=fault.hint or rest)


def _nearest(path: str, told: Told) -> str:
    """Return the longest of the event's places that leads to an element and that a path is, or is within."""
    return max(
        (p for p in told.places if path == p or path.startswith((f"{p}.", f"{p}["))), key=len, default=""
    )


def warning(warn: Warn, told: Told) -> Fault:
    """Return a warning of an event at its place in the resource, with what it says beyond the code's text, in both languages."""
    row, place = TABLE[warn.code], told.places.get(_nearest(warn.path, told), "")
    nb, en = (
        text.removeprefix(plain).removeprefix(" (").removesuffix(")")
        for text, plain in ((warn.text_nb, row.nb), (warn.text_en, row.en))
    )
    return Fault(code=warn.code, path=place, severity="may", hint=nb, hint_en=en)
