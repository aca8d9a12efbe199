"""Search over the index columns: R4 search.html. Pages by key, not by offset: page 100 costs what page 1 costs.

One SQL text per shape of query (which fields, how many values), kept; the values are bound. A term on a person is turned
into the keys of the person's cases before anything is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql import ColumnElement, Select

from adapter.errors import FhirError
from adapter.fhir.query import LINE, OPEN_START, Page, Query, Row, SortField, Term
from adapter.store import cursors, people, tokens
from adapter.store.sql import BUCKETS, Connection, Statement, contains, padded, position
from adapter.store.tables import resource, token

Columns = Any
TermShape = tuple[str, str, int, tuple[tuple[bool, bool], ...]]
"""(field, op, number of values, for tokens: per value whether system and code are given)."""
Shape = tuple[str, tuple[TermShape, ...], tuple[tuple[SortField, bool], ...], bool, bool]
"""(type, terms, order, owner given, cursor given)."""

_R: Final = resource.c
_PATIENT: Final = resource.alias("patient")
_KEYS: Mapping[str, ColumnElement[Any]] = {
    "id": _R.id,
    "subject": func.coalesce(_R.subject, ""),
    "updated": _R.updated,
    "date": func.coalesce(_R.date_start, OPEN_START),
    "status": func.coalesce(_R.status, ""),
}
_NARROW: Final = frozenset({"id", "subject", "token"})
"""Terms that leave few rows: these are sorted by hand, rather than all rows of the type walked in order."""
_SORTED: Final = 64
"""Characters of a line that are sorted by."""
_LISTED: Final = "listed"
"""A token that is no row of its own: looked for in the resource's column of them all."""
_NUMBERS: Final = frozenset({"updated", "date"})
"""What is sorted by as a number; all else is text."""


_SUBJECT: Final = Statement(select(_R.subject).where(_R.type == bindparam("type"), _R.id == bindparam("id")))


def search(conn: Connection, query: Query) -> Page:
    """Return one page of current resources in a stable order.

    Raises FhirError IPK-F004 for a query that does not say all (`whole`), IPK-F008 for a cursor not of this one.
    """
    if not query.whole:
        raise FhirError("IPK-F004")
    if not (query.type.isascii() and query.type.isalpha()):
        raise FhirError("IPK-F002", at="type")
    terms = _beside(conn, query.type, _people(conn, query))
    if terms is None:
        return Page(rows=(), total=0 if query.total else None)
    shape = _shape(query, terms)
    params = _params(query, terms)
    total = (
        int((conn.one(_counting(shape[0], shape[1], shape[3]), params) or (0,))[0]) if query.total else None
    )
    order = shape[2]
    at = {} if query.after is None else _cursor(query.after, order)
    rows = conn.all(_paging(shape), {**params, **at, "limit": query.count + 1})
    page = rows[: query.count]
    more = len(rows) > query.count and page
    return Page(
        rows=tuple(
            [Row(type=query.type, id=r[0], version=r[1], updated=r[2], body=r[3], case=r[4]) for r in page]
        ),
        next=cursors.write(page[-1][5:]) if more else None,
        total=total,
        marks=tuple([r[5:] for r in page]),
    )


def _people(conn: Connection, query: Query) -> tuple[Term, ...] | None:
    """Return the terms with people turned into cases; None where nobody is known, so nothing can match."""
    terms: list[Term] = []
    for term in query.terms:
        if not term.values:
            return None
        if term.field != "person":
            terms.append(term)
            continue
        keys = [key for s, v in term.values for key in people.find(conn, query.org, system=s, value=v)]
        if not keys:
            return None
        patient = query.type == "Patient"
        values = tuple(keys) if patient else tuple(f"Patient/{key}" for key in keys)
        terms.append(Term(field="id" if patient else "subject", values=values))
    return tuple(terms)


def _beside(conn: Connection, type_: str, terms: tuple[Term, ...] | None) -> tuple[Term, ...] | None:
    """Return the terms, with the patients of what is referred to where the reference stays with one (tokens.BESIDE)."""
    referring = [
        t for t in terms or () if t.field == "token" and t.op == "eq" and (type_, t.param) in tokens.BESIDE
    ]
    added: list[Term] = []
    for term in referring:
        subjects = []
        for _, reference in term.values:
            referred, _, id_ = (reference or "").partition("/")
            row = conn.one(_SUBJECT, {"type": referred, "id": id_})
            # What is not here is explained by nothing; all else may refer to what is elsewhere.
            subjects.append(row[0] if row else "" if type_ == "Provenance" else None)
        if None not in subjects:
            added.append(Term(field="subject", values=tuple(dict.fromkeys(subjects))))
    return None if terms is None else (*terms, *added)


def _order(query: Query) -> tuple[tuple[SortField, bool], ...]:
    """Return the order wanted, the id last, in the direction of what stands before it."""
    kept = tuple(item for item in query.sort if item[0] != "id")
    direction = query.sort[-1][1] if query.sort else False
    return (*kept, ("id", direction))


def _cursor(after: str, order: Sequence[tuple[SortField, bool]]) -> dict[str, Any]:
    parts = cursors.read(after, [int if field in _NUMBERS else str for field, _ in order])
    return {f"after{n}": part for n, part in enumerate(parts)}


def _shape(query: Query, terms: tuple[Term, ...]) -> Shape:
    return (
        query.type,
        tuple(map(_term_shape, terms)),
        _order(query),
        query.org is not None,
        query.after is not None,
    )


def _term_shape(term: Term) -> TermShape:
    if term.field == "token" and term.param in tokens.SELECTIVE:
        return term.field, term.op, 0, tuple((s is not None, c is not None) for s, c in term.values)
    count = len(term.values)
    if term.field == "patient":
        return term.field, term.op, count, ()
    if term.field in {"token", "text"}:
        return _LISTED, term.op, count, ()
    if term.field == "missing":
        return f"missing {term.param}", term.op, 1, ()
    if term.field in _NUMBERS:
        return term.field, term.op, count, ()
    return term.field, term.op, next((size for size in BUCKETS if size >= count), count), ()


def _params(query: Query, terms: tuple[Term, ...]) -> dict[str, Any]:
    params: dict[str, Any] = {"type": query.type}
    if query.org is not None:
        params["org"] = query.org
    for n, term in enumerate(terms):
        params.update(_term_params(f"t{n}_", term))
    return params


def _term_params(name: str, term: Term) -> dict[str, Any]:
    if term.field == "missing":
        return {}
    if term.field == "text":
        return {f"{name}{n}": tokens.begins(term.param, value) for n, value in enumerate(term.values)}
    if term.field in _NUMBERS:
        starts = {f"{name}{n}s": value[0] for n, value in enumerate(term.values)}
        return starts | {f"{name}{n}e": value[1] for n, value in enumerate(term.values)}
    if term.field == "patient" or (term.field == "token" and term.param not in tokens.SELECTIVE):
        return {f"{name}{n}": tokens.wanted(term.param, *value) for n, value in enumerate(term.values)}
    if term.field == "token":
        systems = {f"{name}{n}s": system for n, (system, _) in enumerate(term.values) if system is not None}
        codes = {f"{name}{n}c": code for n, (_, code) in enumerate(term.values) if code is not None}
        return {f"{name}p": term.param} | systems | codes
    values = term.values if len(term.values) > BUCKETS[-1] else next(iter(padded(term.values)))
    return {f"{name}{n}": value for n, value in enumerate(values)}


@lru_cache(maxsize=512)
def _paging(shape: Shape) -> Statement:
    type_, terms, order, owned, after = shape
    keys = _keys(terms, order)
    query = _matching(select(_R.id, _R.version, _R.updated, _R.body, _R.case_key, *(k.label(f"k{n}") for n, k in enumerate(keys))),
                      type_, terms, owned=owned)  # fmt: skip
    if after:
        query = query.where(_beyond(keys, order))
    ordered = [
        key.desc() if descending else key.asc() for key, (_, descending) in zip(keys, order, strict=True)
    ]
    return Statement(query.order_by(*ordered).limit(bindparam("limit")))


@lru_cache(maxsize=512)
def _counting(type_: str, terms: tuple[TermShape, ...], owned: bool) -> Statement:  # noqa: FBT001 (a part of the cache's key)
    return Statement(_matching(select(func.count()).select_from(resource), type_, terms, owned=owned))


def _matching(query: Select[Any], type_: str, terms: Sequence[TermShape], *, owned: bool) -> Select[Any]:
    # The type in words, so that an index of one type's rows applies.
    query = query.where(_R.type == literal_column(f"'{type_}'"))
    if owned:
        query = query.where(_R.org == bindparam("org"))
    return query.where(*(_condition(f"t{n}_", term) for n, term in enumerate(terms)))


def _keys(terms: Sequence[TermShape], order: Sequence[tuple[SortField, bool]]) -> list[ColumnElement[Any]]:
    """Return what is sorted by. SQLite, which keeps no statistics here, would take the index on `updated` over the term's."""
    keys = [_KEYS[field] if field in _KEYS else _line(field.removeprefix(LINE)) for field, _ in order]
    if any(field in _NARROW and op == "eq" for field, op, *_ in terms):
        return [func.coalesce(key, 0) if key is _R.updated else key for key in keys]
    return keys


def _line(param: str) -> ColumnElement[Any]:
    """Return the beginning of a parameter's first line, empty where it has none."""
    needle = tokens.begins(param, "")
    at = position(_R.tokens, literal(needle))
    return case((at > 0, func.substr(_R.tokens, at + len(needle), _SORTED)), else_="")


def _beyond(
    keys: Sequence[ColumnElement[Any]], order: Sequence[tuple[SortField, bool]]
) -> ColumnElement[bool]:
    """Return 'after the cursor': one row comparison where all go one way (an index can serve it), else step by step."""
    marks = [
        bindparam(f"after{n}", type_=(BigInteger if field in _NUMBERS else Text)())
        for n, (field, _) in enumerate(order)
    ]
    ways = {descending for _, descending in order}
    if len(ways) == 1:
        return tuple_(*keys) < tuple_(*marks) if ways.pop() else tuple_(*keys) > tuple_(*marks)
    steps = []
    for n, (_, descending) in enumerate(order):
        same = [keys[i] == marks[i] for i in range(n)]
        steps.append(and_(*same, keys[n] < marks[n] if descending else keys[n] > marks[n]))
    return or_(*steps)


def _condition(name: str, term: TermShape) -> ColumnElement[bool]:
    field, op, count, given = term
    if field == "token":
        return _token(name, op, given)
    if field == "patient":
        patient = _PATIENT.c
        whose = and_(patient.type == literal_column("'Patient'"), patient.id == _R.case_key)
        has = exists().where(whose, _listed(patient.tokens, name, count))
        return not_(has) if op == "ne" else has
    if field == _LISTED:
        held = _listed(_R.tokens, name, count)
        return not_(held) if op == "ne" else held
    if field in _MISSING:
        empty = _MISSING[field].is_(None)
        return not_(empty) if op == "ne" else empty
    if field in _NUMBERS:
        compare = _DATES[op] if field == "date" else _INSTANTS[op]
        return or_(*(compare(_bound(f"{name}{n}s"), _bound(f"{name}{n}e")) for n in range(count)))
    column = {"id": _R.id, "subject": _R.subject, "status": _R.status}[field]
    among = column.in_([bindparam(f"{name}{n}") for n in range(count)])
    return or_(column.is_(None), not_(among)) if op == "ne" else among


def _listed(column: ColumnElement[str], name: str, count: int) -> ColumnElement[bool]:
    return or_(*(contains(column, bindparam(f"{name}{n}", type_=Text())) for n in range(count)))


_MISSING: Mapping[str, ColumnElement[Any]] = {
    "missing subject": _R.subject,
    "missing status": _R.status,
    "missing date": _R.date_start,
}


def _bound(name: str) -> Columns:
    return bindparam(name, type_=BigInteger())


def _token(name: str, op: str, given: Sequence[tuple[bool, bool]]) -> ColumnElement[bool]:
    t = token.c
    values = []
    for n, (system, code) in enumerate(given):
        wanted = [t.value == bindparam(f"{name}{n}c")] if code else []
        wanted += [t.system == bindparam(f"{name}{n}s")] if system else []
        values.append(and_(True, *wanted))  # noqa: FBT003 (and_ needs a first term)
    found = select(t.id).where(t.type == bindparam("type"), t.param == bindparam(f"{name}p"), or_(*values))
    return _R.id.not_in(found) if op == "ne" else _R.id.in_(found)


def _covered(start: Columns, end: Columns) -> ColumnElement[bool]:
    return and_(_R.date_start >= start, _R.date_end <= end)


_Compare = Callable[[Columns, Columns], ColumnElement[bool]]
_DATES: Mapping[str, _Compare] = {
    "eq": _covered,
    "ne": lambda start, end: not_(_covered(start, end)),
    "gt": lambda _, end: _R.date_end > end,
    "lt": lambda start, _: _R.date_start < start,
    "ge": lambda start, end: or_(_R.date_end > end, _covered(start, end)),
    "le": lambda start, end: or_(_R.date_start < start, _covered(start, end)),
    "sa": lambda _, end: _R.date_start >= end,
    "eb": lambda start, _: _R.date_end <= start,
    "ap": lambda start, end: and_(_R.date_start < end, _R.date_end > start),
}
"""R4 search.html#prefix: the value's interval against the resource's."""

_INSTANTS: Mapping[str, _Compare] = {
    "eq": lambda start, end: and_(_R.updated >= start, _R.updated < end),
    "ne": lambda start, end: or_(_R.updated < start, _R.updated >= end),
    "gt": lambda _, end: _R.updated >= end,
    "lt": lambda start, _: _R.updated < start,
    "ge": lambda start, _: _R.updated >= start,
    "le": lambda _, end: _R.updated < end,
    "sa": lambda _, end: _R.updated >= end,
    "eb": lambda start, _: _R.updated < start,
    "ap": lambda start, end: and_(_R.updated >= start, _R.updated < end),
}
"""The same for an instant."""
