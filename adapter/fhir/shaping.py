"""Parameters that order, cut and extend an answer rather than choose resources. R4 search.html#return.

One that cannot be served is ignored (and named) where R4 allows it; those that contradict each other are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from adapter.errors import FhirError
from adapter.fhir import criteria, includes, values
from adapter.fhir.asked import AUDIT, MAX_COUNT, Reading, shown
from adapter.fhir.criteria import Asked
from adapter.fhir.paging import CURSOR
from adapter.fhir.query import LINE, SortField, Term
from adapter.fhir.table import Readable

_DIGITS: Final = 9


def agree(reading: Reading) -> None:
    """Raise FhirError IPK-F021 where parameters contradict each other. R4 search.html#summary."""
    if reading.summary and reading.elements:
        raise FhirError("IPK-F021", at="_elements")
    if reading.summary == "text" and (reading.includes or reading.revincludes):
        raise FhirError("IPK-F021", at="_include")


def _once(reading: Reading, name: str, value: str) -> None:
    """Raise FhirError IPK-F021 where a parameter that has one value was given another before."""
    if reading.once.setdefault(name, value) != value:
        raise FhirError("IPK-F021", at=name)


def _replaced(reading: Reading, name: str, value: str) -> None:
    """Keep a parameter for the links, in place of what was given before."""
    reading.params = [pair for pair in reading.params if pair[0] != name]
    reading.params.append((name, value))


def _id(reading: Reading, name: str, value: str) -> None:
    found = tuple(values.id_(name, one) for one in values.alternatives(name, value))
    reading.terms.append(Term(field="id", values=found))
    shown(reading, name, value)


def _updated(reading: Reading, name: str, value: str) -> None:
    spans, op = criteria.interval(Asked(name=name, modifier="", text=value, now=reading.now))
    reading.terms.append(Term(field="updated", values=spans, op=op))
    reading.params.append((name, value))


def _count(reading: Reading, name: str, value: str) -> None:
    if not value.isascii() or not value.isdigit() or len(value) > _DIGITS:
        raise values.bad(name)
    # _count=0 asks for the number alone, as _summary=count (R4 search.html#count). Clients add one to our links: the
    # last one counts.
    reading.count_only = reading.summary == "count" or int(value) == 0
    reading.count = min(int(value), MAX_COUNT) or reading.count
    _replaced(reading, name, str(min(int(value), MAX_COUNT)))  # the self link says what was used


def _sort(reading: Reading, name: str, value: str) -> None:
    _once(reading, name, value)
    sort: list[tuple[SortField, bool]] = []
    for one in values.alternatives(name, value):
        found = _sort_field(reading.row, one.removeprefix("-"))
        if found is None:
            reading.ignored.append(name)
            return
        sort.append((found, one.startswith("-")))
    reading.sort = sort
    _replaced(reading, name, value)


def _sort_field(row: Readable, name: str) -> SortField | None:
    """Return what `_sort` by a parameter sorts by, None where it is not served: people's names, and what has no order."""
    if name in _SORTS:
        return _SORTS[name]
    param = row.param(name)
    if param is None or param.personal or param.kind in {"composite", "quantity"}:
        return None
    if param.where == "person" or (row.type == AUDIT and param.where != "date"):
        return None
    return param.where if param.where != "token" else f"{LINE}{param.name}"


_SORTS: Final = {"_id": "id", "_lastUpdated": "updated"}


def _total(reading: Reading, name: str, value: str) -> None:
    _once(reading, name, value)
    if value not in {"none", "estimate", "accurate"}:
        raise values.bad(name)
    reading.total = value != "none"
    _replaced(reading, name, value)


def _summary(reading: Reading, name: str, value: str) -> None:
    _once(reading, name, value)
    if value not in {"true", "text", "data", "count", "false"}:
        raise values.bad(name)
    reading.count_only = reading.count_only or value == "count"
    reading.summary = "" if value == "false" else value
    _replaced(reading, name, value)


def _elements(reading: Reading, name: str, value: str) -> None:
    # `Type.element` is allowed in R4; only this type's are meant here.
    named = [one.rpartition(".")[2].strip() for one in values.alternatives(name, value)]
    reading.elements += [one for one in named if one.isalnum()]
    shown(reading, name, value)


def _include(reading: Reading, name: str, value: str) -> None:
    found = includes.read(value, iterate=":" in name, of=reading.row.type)
    if ":" not in name:
        found = tuple(one for one in found if one.type == reading.row.type)
    if not found:
        reading.ignored.append(name)
        return
    reading.includes += found
    reading.params.append((name, value))


def _revinclude(reading: Reading, name: str, value: str) -> None:
    found = includes.referring(value, reading.row.type) if "*" in value else includes.read(value)
    if not found or found[0].type == AUDIT:
        reading.ignored.append(name)
        return
    reading.revincludes += found
    reading.params.append((name, value))


def _cursor(reading: Reading, name: str, value: str) -> None:
    _once(reading, name, value)
    reading.after = value


HANDLERS: Final[Mapping[str, Callable[[Reading, str, str], None]]] = {
    "_id": _id,
    "_lastUpdated": _updated,
    "_count": _count,
    "_sort": _sort,
    "_total": _total,
    "_summary": _summary,
    "_elements": _elements,
    "_include": _include,
    "_include:iterate": _include,
    "_include:recurse": _include,
    "_revinclude": _revinclude,
    CURSOR: _cursor,
}
"""Parameter → what it adds to the request."""
