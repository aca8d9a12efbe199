"""Which of the guide's definitions a search means: by the rows of their type, as stored resources are compared. R4 search.html."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from adapter.errors import FhirError
from adapter.fhir import criteria, definitions, match, readings, shaping, values
from adapter.fhir.asked import MAX_COUNT, Reading, safe
from adapter.fhir.criteria import Asked
from adapter.fhir.definitions import Definition
from adapter.fhir.params import Param
from adapter.fhir.rows.definitions import ROWS
from adapter.fhir.search import FILTERS, PARAMS

Content = Mapping[str, Any]
Fits = Callable[[Content], bool]
Pairs = Sequence[tuple[str, str]]


SHAPES: Final = ("_count", "_total", "_summary", "_elements")
"""Parameters that say how the answer looks, as for what is stored."""
SORT: Final = "_sort"
SORTS: Final = ("_id", "name", "title", "date", "status", "url", "version", "publisher", "kind")
"""What definitions are sorted by: elements with one value."""


def shaped(type_: str, params: Pairs) -> Reading:
    """Return how an answer is to look: count, summary, elements. Raises FhirError IPK-F005 (value), IPK-F021 (contradicting)."""
    reading = Reading(row=ROWS[type_], post=False, now=None, count=MAX_COUNT)
    for name, value in params:
        if name in SHAPES and value.strip():
            shaping.HANDLERS[name](reading, name, value)
    shaping.agree(reading)
    return reading


def found(type_: str, params: Pairs, *, strict: bool, now: int) -> tuple[Pairs, list[Definition], bool]:
    """Return what was understood of a search, the definitions that it means, in order, and whether something was ignored.

    `now`: in microseconds, for `ap`.

    Raises FhirError IPK-F004 (a modifier that is not served, or what is unknown where `strict`), IPK-F005 (value, too many).
    """
    if len(params) > PARAMS:
        raise FhirError("IPK-F005", at="&", hint=f"{PARAMS}")
    understood, tests, order, ignored = [], [], "", False
    for name, value in params:
        if name in SHAPES or not value.strip():
            continue
        if name == SORT:
            served = _sorts(value, strict=strict)
            ignored = ignored or not served
            order = value if served else order
            understood += [(name, value)] if served else []
            continue
        param = _param(type_, name, strict=strict)
        ignored = ignored or param is None
        if param is not None:
            understood.append((name, value))
            modifier = name.partition(":")[2]
            tests.append(_test(param, Asked(name=name, modifier=modifier, text=value, now=now)))
    rows = [row for row in definitions.every() if row.type == type_]
    meant = [row for row in rows if all(fits(_content(row)) for fits in tests)]
    return understood, _ordered(meant, order), ignored


def _sorts(value: str, *, strict: bool) -> bool:
    """Return whether all that is to be sorted by is served. Raises FhirError IPK-F004 where it is not and must be."""
    served = all(one.removeprefix("-") in SORTS for one in values.alternatives(SORT, value))
    if not served and strict:
        raise FhirError("IPK-F004", at=SORT)
    return served


def _ordered(rows: list[Definition], order: str) -> list[Definition]:
    """Return definitions sorted by the last key first; one without a value comes last either way."""
    for key in reversed(order.split(",") if order else ()):
        name, down = key.removeprefix("-").removeprefix("_"), key.startswith("-")
        known = [row for row in rows if name in _content(row)]
        known.sort(key=lambda row: str(_content(row)[name]).casefold(), reverse=down)
        rows = known + [row for row in rows if name not in _content(row)]
    return rows


def _param(type_: str, name: str, *, strict: bool) -> Param | None:
    """Return the row of a parameter, None for one that may be ignored."""
    plain, _, modifier = name.partition(":")
    param = ROWS[type_].param(plain)
    if param is None and (strict or plain in FILTERS or "." in name or (modifier and plain[:1] != "_")):
        raise FhirError("IPK-F004", at=safe(name))
    return param


def _test(param: Param, asked: Asked) -> Fits:
    if param.name == _URL and not asked.modifier:
        wanted = [values.plain(one) for one in values.alternatives(asked.name, asked.text)]
        return lambda content: any(_is_canonical(content, param, one) for one in wanted)
    read = criteria.read(param, asked)
    return lambda content: match.matches(content, read)


_URL: Final = "url"


def _is_canonical(content: Content, param: Param, wanted: str) -> bool:
    """Return whether a canonical is meant, with or without `|version`; a definition that names no version is each."""
    url, _, version = wanted.partition("|")
    named = any(one == url for one in readings.found(content, param))
    return named and version in {"", content.get("version", version)}


# ── codes with their systems ─────────────────────────────────────────────────────────────────────────────────────────


@cache
def _content(row: Definition) -> Content:
    """Return a definition with the system beside each of its codes, as a token is searched for: `system|code`."""
    content = definitions.content(row)
    add = _SYSTEMS.get(row.type)
    return dict(content) if add is None else {**content, **add(content)}


def _concepts(content: Content) -> dict[str, Any]:
    return {"concept": _coded(_flat(content.get("concept", ())), content["url"])}


def _flat(concepts: Iterable[Content]) -> Iterator[Content]:
    for one in concepts:
        yield one
        yield from _flat(one.get("concept", ()))


def _included(content: Content) -> dict[str, Any]:
    compose = content.get("compose", {})
    listed = [
        {**one, "concept": _coded(one.get("concept", ()), one.get("system", ""))}
        for one in compose.get("include", ())
    ]
    return {"compose": {**compose, "include": listed}}


def _mapped(content: Content) -> dict[str, Any]:
    return {"group": [{**one, "element": _elements(one)} for one in content.get("group", ())]}


def _elements(group: Content) -> list[Content]:
    return [
        {**one, "target": _coded(one.get("target", ()), group.get("target", ""))}
        for one in _coded(group.get("element", ()), group.get("source", ""))
    ]


def _coded(concepts: Iterable[Content], system: str) -> list[Content]:
    return [{**one, "system": system} for one in concepts]


_SYSTEMS: Final[Mapping[str, Callable[[Content], dict[str, Any]]]] = {
    "CodeSystem": _concepts,
    "ValueSet": _included,
    "ConceptMap": _mapped,
}
"""Type → its parts in which codes stand apart from their system."""
