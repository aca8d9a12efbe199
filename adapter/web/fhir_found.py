"""What a search finds: chains resolved, pages filled with what the caller may see, what is fetched with them. R4 search.html."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import orjson

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import FhirError
from adapter.fhir import includes, match, protected, readings
from adapter.fhir.asked import AUDIT, Inner, Search
from adapter.fhir.includes import Include
from adapter.fhir.index import DELETED
from adapter.fhir.params import Param
from adapter.fhir.query import Page, Query, Row, Term
from adapter.store import Connection, audit, resources, search, walk
from adapter.store.walk import Keep
from adapter.web import members
from adapter.web.call import Call

_SHOWN: Final = Term(field="status", op="ne", values=(policy.RECALLED, DELETED))
"""What was entered in error, or deleted, is found by nobody."""
LINKED: Final = 500
"""Resources that a chain or `_has` may lead through."""
COUNTED: Final = 20_000
"""Resources looked at for a total that the index cannot give."""
LOOKED_AT_FOR_OTHERS: Final = 1000
"""The same for another organisation, where each case is asked whether it may see it; for its pages too."""
INCLUDED: Final = 1000
"""Resources that are fetched with one page."""
_DEPTH: Final = 5
"""How often what was included is looked through for `:iterate`."""


def page(call: Call, conn: Connection, wanted: Search) -> Page:
    """Return the page asked for, with its total where that was asked for and can be told.

    Raises FhirError IPK-F020 where a chain leads through too many resources.
    """
    query = _resolved(call, conn, wanted)
    keep = _keep(call, conn, wanted)
    find = partial(_find, conn)
    if keep is None:
        return find(query)
    limited = members.limited(call)
    found = walk.page(find, query, keep, budget=LOOKED_AT_FOR_OTHERS if limited else walk.BUDGET)
    if not query.total:
        return found
    counted = walk.count(find, query, keep, budget=LOOKED_AT_FOR_OTHERS if limited else COUNTED)
    return replace(found, total=counted)


def rest(call: Call, conn: Connection, wanted: Search, after: str, *, limit: int) -> tuple[str, ...]:
    """Return the ids of all that comes after a cursor. Raises FhirError IPK-F020 where that is more than `limit`."""
    query = replace(_resolved(call, conn, wanted), after=after)
    keep = _keep(call, conn, wanted) or tuple
    found = walk.every(partial(_find, conn), query, keep, limit=limit, budget=walk.BUDGET)
    if found is None:
        raise FhirError("IPK-F020")
    return tuple(row.id for row in found)


def _find(conn: Connection, query: Query) -> Page:
    if query.type != AUDIT:
        return search.search(conn, query)
    found = audit.search(conn, query)
    return replace(found, rows=tuple(map(trail.served, found.rows)))


def _resolved(call: Call, conn: Connection, wanted: Search) -> Query:
    """Return the query for the store: with what chains lead to, and without what is shown to nobody."""
    query = wanted.query
    if query.type == AUDIT:
        terms = tuple(filter(_is_audit, query.terms))
    else:
        linked = [_linked(call, conn, query, inner) for inner in wanted.inner]
        terms = protected.guarded((*query.terms, *linked, _SHOWN), call.services.municipal)
    return replace(query, terms=terms, whole=True)  # the rest is `_keep`


_AUDITED: Final = frozenset({"id", "updated", "date", "subject", "person"})


def _is_audit(term: Term) -> bool:
    """Return whether the audit table can be asked so."""
    plain = term.field == "token" and term.param in {"action", "outcome"} and term.op == "eq"
    return term.field in _AUDITED or plain


def _linked(call: Call, conn: Connection, query: Query, inner: Inner) -> Term:
    found = [row for one in inner.searches for row in _inner(call, conn, query, one)]
    if inner.reverse:
        ids = dict.fromkeys(
            ref.partition("/")[2] for ref in _told(call, conn, (query.type, inner.param), found)
        )
        return Term(field="id", values=tuple(ids))
    references = tuple(f"{row.type}/{row.id}" for row in found)
    if inner.param.where == "subject":
        return Term(field="subject", values=references)
    return Term(field="token", param=inner.param.name, values=tuple(("", one) for one in references))


def _told(call: Call, conn: Connection, asked: tuple[str, Param], rows: Sequence[Row]) -> Iterator[str]:
    """Yield the references of a type that resources hold, but no municipality of a strictly confidential address."""
    type_, param = asked
    cases = [f"Patient/{row.case}" for row in rows if row.case] if type_ == "Organization" else []
    patients = resources.many(conn, tuple(dict.fromkeys(cases)))
    strict = {row.id for row in patients.values() if protected.is_strict(orjson.loads(row.body))}
    municipal = call.services.municipal
    for row in rows:
        for value in readings.found(orjson.loads(row.body), param):
            for target in readings.references(value, param):
                if target.startswith(f"{type_}/") and not (row.case in strict and target in municipal):
                    yield target


def _inner(call: Call, conn: Connection, outer: Query, wanted: Search) -> tuple[Row, ...]:
    query = _resolved(call, conn, replace(wanted, query=replace(wanted.query, org=outer.org)))
    keep = _keep(call, conn, wanted) or tuple
    found = walk.every(partial(_find, conn), query, keep, limit=LINKED, budget=walk.BUDGET)
    if found is None:
        raise FhirError("IPK-F020")
    return found


def _keep(call: Call, conn: Connection, wanted: Search) -> Keep | None:
    """Return what drops rows that do not fit, or that the caller may not see; None where the index says all."""
    criteria = wanted.checked
    if wanted.query.type == AUDIT:
        criteria = tuple(c for c in wanted.criteria if not (c.exact and all(map(_is_audit, c.terms))))
    limited = members.limited(call)
    if not criteria and not limited:
        return None

    def keep(rows: Sequence[Row]) -> Sequence[Row]:
        fitting = [row for row in rows if match.fits(row, criteria)] if criteria else rows
        return members.shown(call, conn, fitting) if limited else fitting

    return keep


def included(call: Call, conn: Connection, wanted: Search, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return what is fetched with a page: what it refers to, what refers to it, and so on for `:iterate`; each once."""
    own = {f"{row.type}/{row.id}" for row in rows}
    found = dict(_referring(call, conn, wanted, rows))
    found |= _referred(call, conn, wanted.includes, rows, skip=own | set(found))
    further = tuple(one for one in wanted.includes if one.iterate)
    newest: Iterable[Row] = tuple(found.values())
    for _ in range(_DEPTH if further else 0):
        more = _referred(call, conn, further, newest, skip=own | set(found))
        if not more or len(found) >= INCLUDED:
            break
        found |= more
        newest = more.values()
    return tuple(found.values())[:INCLUDED]


def _referred(
    call: Call, conn: Connection, wanted: Iterable[Include], rows: Iterable[Row], *, skip: set[str]
) -> dict[str, Row]:
    read = [orjson.loads(row.body) for row in rows]
    references = [ref for ref in includes.included(read, wanted) if ref not in skip]
    return {f"{row.type}/{row.id}": row for row in visible(call, conn, references)}


def visible(call: Call, conn: Connection, references: Sequence[str]) -> tuple[Row, ...]:
    """Return what is behind references, as far as it is there and the caller may see it."""
    found = resources.many(conn, references[:INCLUDED]).values()
    return members.shown(
        call, conn, [row for row in found if policy.shows(row.body) and not policy.gone(row.body)]
    )


def _referring(
    call: Call, conn: Connection, wanted: Search, rows: Sequence[Row]
) -> Iterable[tuple[str, Row]]:
    own = [f"{row.type}/{row.id}" for row in rows]
    for one in wanted.revincludes if own else ():
        query = includes.revinclude(own, one, org=wanted.query.org, count=INCLUDED)
        terms = protected.guarded((*query.terms, _SHOWN), call.services.municipal)
        found = search.search(conn, replace(query, terms=terms)).rows
        for row in members.shown(call, conn, found):
            if f"{row.type}/{row.id}" not in own:
                yield f"{row.type}/{row.id}", row
