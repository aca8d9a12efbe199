"""Whether a resource answers a query, read anew from R4 search.html: nothing here is shared with the server's own search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final
from zoneinfo import ZoneInfo

Resource = Mapping[str, Any]
Span = tuple[float, float]
OSLO: Final = ZoneInfo("Europe/Oslo")
PREFIXES: Final = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
ELEMENTS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "CarePlan": {
        "patient": ("reference", "subject"), "category": ("token", "category"), "status": ("token", "status"),
        "date": ("date", "period"),
    },
    "CareTeam": {
        "patient": ("reference", "subject"), "status": ("token", "status"), "role": ("token", "participant.role"),
    },
    "Goal": {
        "patient": ("reference", "subject"), "lifecycle-status": ("token", "lifecycleStatus"),
        "target-date": ("date", "target.dueDate"),
    },
    "ServiceRequest": {
        "patient": ("reference", "subject"), "category": ("token", "category"), "code": ("token", "code"),
        "authored": ("date", "authoredOn"), "status": ("token", "status"), "_id": ("token", "id"),
    },
    "PractitionerRole": {"practitioner": ("reference", "practitioner")},
    "Organization": {"name": ("string", "name")},
    "Patient": {"_id": ("token", "id")},
}  # fmt: skip
"""Type → parameter → its kind and the element of R4 (of US Core for CareTeam `role`) that it is taken from."""


def answers(resource: Resource, query: list[tuple[str, str]], *, now: datetime) -> bool:
    """Return whether a resource answers all parameters of a query."""
    rows = ELEMENTS[resource["resourceType"]]
    return all(_answers(resource, *rows[name], value, now) for name, value in query)


def _answers(resource: Resource, kind: str, path: str, wanted: str, now: datetime) -> bool:
    held = list(values(resource, path))
    return any(_KINDS[kind](one, each, now) for each in wanted.split(",") for one in held)


def values(node: Any, path: str) -> Iterator[Any]:
    """Yield what lies at a dotted path, lists taken apart."""
    if isinstance(node, list):
        for one in node:
            yield from values(one, path)
    elif not path:
        yield node
    elif isinstance(node, dict):
        first, _, rest = path.partition(".")
        if first in node:
            yield from values(node[first], rest)


def _token(held: Any, wanted: str, _now: datetime) -> bool:
    system, bar, code = wanted.rpartition("|")
    codings = held.get("coding", [held]) if isinstance(held, dict) else [{"code": held}]
    return any(
        one.get("code", one.get("value")) == code and (not bar or one.get("system", "") == system)
        for one in codings
    )


def _reference(held: Any, wanted: str, _now: datetime) -> bool:
    return str(held.get("reference", "")).rpartition("/")[2] == wanted.rpartition("/")[2]


def _string(held: Any, wanted: str, _now: datetime) -> bool:
    return str(held).casefold().startswith(wanted.casefold())


def _date(held: Any, wanted: str, now: datetime) -> bool:
    prefix, rest = (wanted[:2], wanted[2:]) if wanted[:2] in PREFIXES else ("eq", wanted)
    return _COMPARE[prefix](_span(held), _of(rest), now.timestamp())


def _span(held: Any) -> Span:
    if isinstance(held, str):
        return _of(held)
    return _of(held["start"])[0] if "start" in held else -inf, _of(held["end"])[1] if "end" in held else inf


def _of(text: str) -> Span:
    """Return the seconds [from, to) that a date of this precision stands for; without a zone it is Norway's."""
    if "T" in text:
        moment = datetime.fromisoformat(text)
        return moment.timestamp(), moment.timestamp() + 1
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    first = datetime(year, month or 1, day or 1, tzinfo=OSLO)
    if day:
        after = first + timedelta(days=1)
    else:
        after = first.replace(month=month + 1) if 0 < month < 12 else datetime(year + 1, 1, 1, tzinfo=OSLO)
    return first.timestamp(), after.timestamp()


def _within(held: Span, asked: Span) -> bool:
    return asked[0] <= held[0] and held[1] <= asked[1]


def _about(held: Span, asked: Span, now: float) -> bool:
    gap = abs(now - asked[0]) * 0.1
    return held[0] < asked[1] + gap and held[1] > asked[0] - gap


_COMPARE: Final[Mapping[str, Callable[[Span, Span, float], bool]]] = {
    "eq": lambda held, asked, _: _within(held, asked),
    "ne": lambda held, asked, _: not _within(held, asked),
    "gt": lambda held, asked, _: held[1] > asked[1],
    "lt": lambda held, asked, _: held[0] < asked[0],
    "ge": lambda held, asked, _: held[1] > asked[1] or _within(held, asked),
    "le": lambda held, asked, _: held[0] < asked[0] or _within(held, asked),
    "sa": lambda held, asked, _: held[0] >= asked[1],
    "eb": lambda held, asked, _: held[1] <= asked[0],
    "ap": _about,
}
"""R4 search.html#prefix."""
_KINDS: Final[Mapping[str, Callable[[Any, str, datetime], bool]]] = {
    "token": _token, "reference": _reference, "string": _string, "date": _date,
}  # fmt: skip
