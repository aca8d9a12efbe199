"""What a search can find a resource by: subject, status, one date interval, and a line for all else.

Few rows decide the write speed, so every further parameter is a line of text (store/tokens.py) and costs no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson

from adapter.fhir import deletion, readings
from adapter.fhir.params import COMMON, PHONETIC, Param
from adapter.fhir.query import OPEN_END
from adapter.fhir.table import READABLE, Readable

Found = tuple[str, str, str]
"""(parameter, system or empty, code)."""

LONGEST: Final = 100
"""Characters of a text that its line holds; what a longer search asks for beyond is compared with the resource."""
FORM: Final = "1"
"""Of the lines: another number makes every installation write its index anew."""
IDENTIFIED: Final = ":identifier"
"""After a reference's name: the identifier in place of the reference."""


DELETED: Final = "deleted"
"""Status of what was deleted over FHIR, whatever its own: no search finds it."""
_NOTHING: Final[Mapping[str, Any]] = {}


class Index(NamedTuple):
    """The index values of one resource; instants are microseconds since 1970 UTC, [start, end)."""

    subject: str | None = None
    """`Patient/id`."""
    status: str | None = None
    date_start: int | None = None
    date_end: int | None = None
    tokens: tuple[Found, ...] = ()


_Lines = Callable[[list[Found], Any, Param], None]
_Reading = tuple[Param, tuple[str, ...], _Lines]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A type's row made ready: what each element of a resource gives."""

    subject: Param | None
    status: str | None
    date: tuple[str, ...]
    lines: Mapping[str, tuple[_Reading, ...]]
    """Element → the parameters read from it, the rest of their path, and how."""
    by_case: bool
    """Whether the patient of its case is its subject where it names none."""


def index(resource: Mapping[str, Any], *, patient: str | None = None) -> Index:
    """Return the index values of a resource; types that are not served have none.

    `patient` (`Patient/id`) is whose case it is made in: a Provenance is about a patient whose resource it names, too.
    """
    plan = _of(resource["resourceType"])
    if plan is None:
        return Index()
    start, end = _first(resource, plan.date)
    status = resource.get(plan.status) if plan.status else None
    if "tag" in resource.get("meta", _NOTHING) and deletion.is_marked(orjson.dumps(resource["meta"])):
        status = DELETED
    return Index(
        _subject(resource, plan) or (patient if plan.by_case else None),
        status if isinstance(status, str) or status is None else str(status).lower(),
        start,
        end,
        _tokens(resource, plan.lines),
    )


def subject_of(resource: Mapping[str, Any], *, patient: str | None = None) -> str | None:
    """Return whom a resource is about, as its index has it."""
    plan = _of(resource["resourceType"])
    if plan is None:
        return None
    return _subject(resource, plan) or (patient if plan.by_case else None)


def _subject(resource: Mapping[str, Any], plan: _Plan) -> str | None:
    if resource["resourceType"] == "Patient":
        return f"Patient/{resource['id']}"
    if plan.subject is None:
        return None
    for path in plan.subject.paths:
        head, *rest = path.split(".")
        for value in _at(resource.get(head, []), rest):
            if found := readings.references(value, plan.subject):
                return found[0]
    return None


def _first(resource: Mapping[str, Any], elements: Iterable[str]) -> tuple[int | None, int | None]:
    """Return the interval of the first of these elements that is there."""
    for element in elements:
        if (held := resource.get(element)) is not None:
            for interval in readings.intervals(held):
                return interval
    return None, None


def _tokens(resource: Mapping[str, Any], lines: Mapping[str, tuple[_Reading, ...]]) -> tuple[Found, ...]:
    """Return the lines of a resource. Every write waits for this: lists and loops, no generators."""
    out: list[Found] = []
    for element, value in resource.items():
        for param, rest, read in lines.get(element, ()):
            if rest or type(value) is list:
                for one in _at(value, rest):
                    read(out, one, param)
            else:
                read(out, value, param)
    return tuple(out)


def _at(value: Any, path: Sequence[str]) -> list[Any]:
    nodes: list[Any] = value if type(value) is list else [value]
    for name in path:
        inner: list[Any] = []
        for node in nodes:
            held = node.get(name)
            if held is None:
                continue
            if type(held) is list:
                inner += held
            else:
                inner.append(held)
        nodes = inner
    return nodes


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _token(out: list[Found], value: Any, param: Param) -> None:
    if isinstance(value, dict) and (codings := value.get("coding")):
        out += [(param.name, one.get("system", ""), one.get("code", "")) for one in codings]
        return
    found = readings.tokens(value, param)
    if found:
        out += [(param.name, system, code) for system, code in found]
    elif isinstance(value, dict) and "text" in value:
        out.append((param.name, "", ""))  # it is there, without a code


def _reference(out: list[Found], value: Any, param: Param) -> None:
    before = len(out)
    out += [(param.name, "", target) for target in readings.references(value, param)]
    if isinstance(value, dict):
        if "identifier" in value:
            out += [
                (param.name + IDENTIFIED, system, code) for system, code in readings.identifiers(value, param)
            ]
        if len(out) == before and not param.only:
            out.append((param.name, "", ""))


def _string(out: list[Found], value: Any, param: Param) -> None:
    for text in readings.strings(value):
        if param.name == PHONETIC:
            out += [(PHONETIC, "", readings.sound(word)) for word in text.split()]
        else:
            out.append((param.name, "", readings.normal(text)[:LONGEST]))


def _uri(out: list[Found], value: Any, param: Param) -> None:
    out += [(param.name, "", one) for one in readings.uris(value)]


def _date(out: list[Found], value: Any, param: Param) -> None:
    for start, end in readings.intervals(value):
        out.append((param.name, "", f"{start + OPEN_END:019d}/{end + OPEN_END:019d}"))


def _quantity(out: list[Found], value: Any, param: Param) -> None:
    out += [(param.name, one.system, str(one.value)) for one in readings.quantities(value)]


_LINES: Final[Mapping[str, _Lines]] = {
    "token": _token,
    "reference": _reference,
    "string": _string,
    "uri": _uri,
    "date": _date,
    "quantity": _quantity,
}
"""Kind → the lines of one value. A composite is found by its parts' own parameters."""


def _plan(row: Readable) -> _Plan:
    def first(where: str) -> Param | None:
        return next((p for p in row.params if p.where == where), None)

    status, date = first("status"), first("date")
    lines: dict[str, list[_Reading]] = {}
    for param in (*row.params, *COMMON):
        if param.where != "token" or param.kind == "composite":
            continue
        for path in param.paths:
            head, *rest = path.split(".")
            lines.setdefault(head, []).append((param, tuple(rest), _LINES[param.kind]))
    return _Plan(
        first("subject"),
        status.paths[0] if status else None,
        date.paths if date else (),
        {element: tuple(found) for element, found in lines.items()},
        row.type == "Provenance",
    )


_PLANS: Final[dict[str, _Plan]] = {}


def _of(type_: str) -> _Plan | None:
    """Return the plan of a type, made when it is first asked for."""
    found = _PLANS.get(type_)
    if found is None and (row := READABLE.get(type_)) is not None:
        found = _PLANS[type_] = _plan(row)
    return found


@lru_cache(maxsize=1)
def edition() -> str:
    """Return what tells an index of these parameters from one of others: it is written anew where they differ."""
    said = repr([(row.type, row.params) for row in READABLE.values()])
    return f"{FORM}-{sha256(repr((said, COMMON)).encode()).hexdigest()[:16]}"
