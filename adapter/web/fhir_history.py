"""History of one resource, of a type, and of all: what was written, in pages that stand still. R4 http.html#history.

Type and system history follow the order of commits, so they serve as a change feed: `_sort=_lastUpdated` gives the oldest
first, and its last page a link `monitor` by which a client goes on later, missing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import FhirError
from adapter.fhir import bundle, paging, values
from adapter.fhir.asked import AUDIT, safe
from adapter.fhir.paging import CURSOR
from adapter.fhir.query import Row
from adapter.fhir.table import NEUTRAL, READABLE
from adapter.store import Connection, changes, people, resources
from adapter.store.changes import Change
from adapter.web import answers, fhir_search, members, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Params, Route

_SORT: Final = "_sort"
_ORDERS: Final = {"-_lastUpdated": True, "_lastUpdated": False}
"""Value of `_sort` → whether the newest come first."""
_TAKEN: Final = frozenset({"_count", "_since", _SORT, CURSOR}) | NEUTRAL
_LOOKED_AT: Final = 1000
"""Versions that one page looks at."""
_TOGETHER: Final = 200
"""Versions looked at together once a page was not filled at the first look: one may see little of what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A history as asked for."""

    path: str
    """Below /fhir; page tokens are bound to it."""
    count: int
    since: int
    newest: bool
    params: tuple[tuple[str, str], ...]
    after: str | None
    key: bytes

    def address(self, call: Call, cursor: str | None = None, params: Params | None = None) -> str:
        """Return the link to this page, or to the one after a cursor."""
        own = list(self.params if params is None else params)
        if cursor is not None:
            chosen = [pair for pair in own if pair[0] != "_count"]
            own.append((CURSOR, paging.cursor_for(self.path, chosen, cursor, key=self.key)))
        return bundle.url(f"{call.shared.base}/fhir", self.path, own)


def of_one(call: Call, type_: str, id_: str) -> Answer:
    """Return the versions of one resource, newest first."""
    if type_ not in READABLE or type_ == AUDIT:
        raise FhirError("IPK-F002")
    if not values.is_id(id_):
        raise FhirError("IPK-F001")
    wanted = _wanted(call, f"{type_}/{id_}/_history", sorts=False)
    below = resources.NEWEST if wanted.after is None else _version(wanted.after)
    with call.services.store.read(snapshot=True) as conn:
        current = resources.current(conn, type_, id_)
        found = resources.history(conn, type_, id_, count=wanted.count + 1, below=below, since=wanted.since)
        shown = current is not None and _told(current[2])
        judged = found[:1] or _current(type_, id_, current)  # of nothing since then, the resource itself
        seen = members.shown(call, conn, judged) if shown and members.limited(call) else judged
    if current is None or not shown or len(seen) < len(judged):
        if call.trail is not None:
            call.trail.entities = trail.entity(type_, id_)
        raise FhirError("IPK-F001")
    rows = found[: wanted.count]
    more = len(found) > wanted.count
    links = bundle.Links(
        self_url=wanted.address(call),
        next_url=wanted.address(call, str(rows[-1].version)) if more else None,
    )
    # Versions are numbered without gaps, so the newest one's number is how many there are; of a removed Subscription one is left.
    every = len(rows) if wanted.after is None and not more else current[0]
    return _answer(call, rows, links, total=None if wanted.since else every, entities=(f"{type_}/{id_}",))


def _current(type_: str, id_: str, found: tuple[int, int, bytes, str | None] | None) -> tuple[Row, ...]:
    if found is None:
        return ()
    version, updated, body, case = found
    return (Row(type=type_, id=id_, version=version, updated=updated, body=body, case=case),)


def of_type(call: Call, type_: str) -> Answer:
    """Return the versions of all resources of a type."""
    if type_ not in READABLE or type_ == AUDIT:
        raise FhirError("IPK-F002")
    return _of_many(call, _wanted(call, f"{type_}/_history"), type_)


def of_all(call: Call) -> Answer:
    """Return the versions of all resources."""
    return _of_many(call, _wanted(call, "_history"), None)


def _of_many(call: Call, wanted: _Wanted, type_: str | None) -> Answer:
    with call.services.store.read(snapshot=True) as conn:
        rows, following = _filled(call, conn, wanted, type_)
        end = None if following else changes.end(conn)
    monitor = None
    if end is not None:
        monitor = wanted.address(call, end, [(_SORT, "_lastUpdated"), *_pairs(wanted.params, "_count")])
    links = bundle.Links(
        self_url=wanted.address(call),
        next_url=wanted.address(call, following) if following else None,
        monitor_url=monitor,
    )
    return _answer(call, rows, links)


def _filled(
    call: Call, conn: Connection, wanted: _Wanted, type_: str | None
) -> tuple[tuple[Row, ...], str | None]:
    """Return the versions of a page, and the cursor of the next one. A page looks at a bounded number of versions."""
    rows: list[Row] = []
    after, looked, count = wanted.after, 0, wanted.count
    while True:
        listed, more = changes.page(
            conn, type_=type_, since=wanted.since, newest=wanted.newest, after=after, count=count
        )
        shown = _shown(call, conn, listed)
        for place, one in enumerate(listed):
            if one in shown:
                rows.append(shown[one])
            if len(rows) == wanted.count:
                left = more or place + 1 < len(listed)
                return tuple(rows), changes.cursor(one) if left else None
        looked += len(listed)
        if not more or not listed:
            return tuple(rows), None
        after, count = changes.cursor(listed[-1]), max(count, _TOGETHER)
        if looked >= _LOOKED_AT:
            return tuple(rows), after


def _shown(call: Call, conn: Connection, listed: Sequence[Change]) -> dict[Change, Row]:
    """Return the versions that the caller may see: not of what was entered in error, nor of others' cases."""
    found = resources.versions(conn, [(one.type, one.id, one.version) for one in listed])
    now = resources.many(conn, [f"{one.type}/{one.id}" for one in listed])
    rows = {
        one: found[one.type, one.id, one.version]
        for one in listed
        if (one.type, one.id, one.version) in found and _told(now[f"{one.type}/{one.id}"].body)
    }
    allowed = set(members.shown(call, conn, rows.values()))
    return {one: row for one, row in rows.items() if row in allowed}


def _told(body: bytes) -> bool:
    """Return whether there is a history of what is now this: what was entered in error has none, what was deleted has."""
    return policy.shows(body) or policy.gone(body)


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(call: Call, path: str, *, sorts: bool = True) -> _Wanted:
    """Return the history asked for. Raises IPK-F004, F005, F008."""
    params = call.params()
    _judge(call, params, sorts=sorts)
    settings = call.services.settings
    count = min(fhir_search.number(params, "_count", settings.page_size), settings.page_limit) or 1
    since = _last(params, "_since")
    kept = [("_count", str(count)), *_pairs(params, "_since"), *(_pairs(params, _SORT) if sorts else ())]
    with call.services.store.read(snapshot=False) as conn:
        key = people.signing_key(conn, fhir_search.PAGES)
    given = _last(params, CURSOR)
    chosen = [pair for pair in kept if pair[0] != "_count"]
    return _Wanted(
        path=path,
        count=count,
        since=0 if since is None else values.instant("_since", since),
        newest=_ORDERS[_last(params, _SORT) or "-_lastUpdated"] if sorts else True,
        params=tuple(kept),
        after=None if given is None else paging.opened(path, chosen, given, key=key),
        key=key,
    )


def _judge(call: Call, params: Params, *, sorts: bool) -> None:
    """Raise IPK-F004 for what is not served: an order or `_at` always, what is unknown where handling is strict."""
    strict = negotiation.strict(call.environ)
    for name, value in params:
        if name in {"_at", "_list"} or (name == _SORT and (not sorts or value not in _ORDERS)):
            raise FhirError("IPK-F004", at=name)
        if strict and name not in _TAKEN:
            raise FhirError("IPK-F004", at=safe(name))


def _last(params: Params, name: str) -> str | None:
    return next((value for key, value in reversed(params) if key == name and value), None)


def _pairs(params: Params, name: str) -> list[tuple[str, str]]:
    value = _last(params, name)
    return [] if value is None else [(name, value)]


def _version(cursor: str) -> int:
    if not cursor.isdigit():
        raise FhirError("IPK-F008", at=CURSOR)
    return int(cursor)


def _answer(
    call: Call,
    rows: tuple[Row, ...],
    links: bundle.Links,
    *,
    total: int | None = None,
    entities: Sequence[str] = (),
) -> Answer:
    base = f"{call.shared.base}/fhir"
    if call.trail is not None:
        call.trail.patients = trail.patients_of(rows)
        call.trail.entities = entities
        call.trail.along = {} if entities else trail.plans_of(rows)
        call.trail.query = "" if entities else links.self_url[len(base) + 1 :]
    return answers.raw(bundle.history(base=base, links=links, versions=rows, total=total), media=answers.FHIR)


_PARAMS: Final = (
    Param(name="_count", text="Versions on a page"),
    Param(name="_since", text="Instant: versions made then or later"),
    Param(name="_format", text="json"),
)
_SORTED: Final = (
    *_PARAMS,
    Param(name=_SORT, text="_lastUpdated: in the order of commits; -_lastUpdated otherwise"),
)
_ANSWERS: Final = Answers(
    media=answers.FHIR,
    texts={
        200: "Bundle of type history",
        400: "A parameter or value is not supported",
        404: "No such resource",
        406: "Neither JSON nor XML",
    },
)

ROUTES: Final = (
    Route(
        method="GET", path="/fhir/_history", view=of_all, summary="History of all resources", any_params=True,
        params=_SORTED, answers=_ANSWERS, access=Access(action="search", kind="resource", interaction="history-system"),
    ),
    Route(
        method="GET", path="/fhir/{type_}/_history", view=of_type, summary="History of a type", any_params=True,
        params=_SORTED, answers=_ANSWERS, access=Access(action="search", kind="resource", interaction="history-type"),
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}/_history", view=of_one, summary="History of one resource",
        any_params=True, params=_PARAMS, answers=_ANSWERS,
        access=Access(action="read", kind="resource", interaction="history-instance"),
    ),
)  # fmt: skip
