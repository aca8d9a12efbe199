"""`Patient/{id}/$everything`: all that is held about a patient, with whom and what it refers to. R4 patient-operation-everything.html.

In pages, as a search; the rules of a read hold for each resource. What a page refers to comes with it, so what several
pages refer to comes several times.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import orjson

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import FhirError
from adapter.fhir import bundle, includes, index, paging, values
from adapter.fhir.asked import safe
from adapter.fhir.paging import CURSOR
from adapter.fhir.query import OPEN_END, OPEN_START, Row
from adapter.fhir.table import NEUTRAL, READABLE
from adapter.store import Connection, everything, people, resources
from adapter.web import answers, fhir_found, fhir_search, members, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Params, Route

_DATES: Final = frozenset({"start", "end"})
"""Dates of care: what ends before the one or begins after the other is left out; what has no date is not."""
_TAKEN: Final = frozenset({"_since", "_type", "_count", CURSOR}) | _DATES | NEUTRAL
_AROUND: Final = frozenset(
    row.type for row in READABLE.values() if not any(param.where == "subject" for param in row.params)
) - {"Patient", "Subscription"} | {"Device"}
"""Types that are about no patient: they come with what refers to them."""
_DEPTH: Final = 3
"""Steps from what is about the patient: a team's role, its professional, that one's organisation."""


def by_get(call: Call, id_: str) -> Answer:
    """Return a page of all about a patient."""
    return _answer(call, id_, call.params())


def by_post(call: Call, id_: str) -> Answer:
    """Return the same, asked for by a Parameters resource."""
    return _answer(call, id_, [*call.params(), *_parameters(call.body())])


def _parameters(body: bytes) -> list[tuple[str, str]]:
    """Return the parameters of the operation as pairs. Raises IPK-F005."""
    if not body.strip():
        return []
    try:
        said: Any = orjson.loads(body)
        rows: list[dict[str, Any]] = (
            said.get("parameter", []) if said["resourceType"] == "Parameters" else [{}]
        )
        found = [(row["name"], next(v for k, v in row.items() if k.startswith("value"))) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise FhirError("IPK-F005", at="Parameters.parameter") from None
    return [(str(name), str(value)) for name, value in found]


def _answer(call: Call, id_: str, params: Params) -> Answer:
    if not values.is_id(id_):
        raise FhirError("IPK-F001")
    path = f"Patient/{id_}/$everything"
    types, since, kept = _asked(call, params)
    settings = call.services.settings
    count = min(fhir_search.number(params, "_count", settings.page_limit), settings.page_limit) or 1
    with call.services.store.read(snapshot=True) as conn:
        key = people.signing_key(conn, fhir_search.PAGES)
        given = next((value for name, value in reversed(params) if name == CURSOR and value), None)
        after = None if given is None else paging.opened(path, kept, given, key=key)
        _patient(call, conn, id_)
        found, more = everything.about(
            conn, f"Patient/{id_}", count=count, since=since, types=types, after=after
        )
        rows = members.shown(
            call, conn, [row for row in found if policy.shows(row.body) and not policy.gone(row.body)]
        )
        rows = tuple(row for row in rows if _within(row, dict(kept)))
        around = _around(call, conn, rows, types)
    base = f"{call.shared.base}/fhir"
    own = [("_count", str(count)), *kept]
    following = None
    if more:
        cursor = paging.cursor_for(path, kept, everything.cursor(found[-1]), key=key)
        following = bundle.url(base, path, [*own, (CURSOR, cursor)])
    links = bundle.Links(self_url=bundle.url(base, path, own), next_url=following)
    if call.trail is not None:
        call.trail.patients = (id_,)
        call.trail.entities = (f"Patient/{id_}",)
        call.trail.along = trail.plans_of(rows)
    return answers.raw(
        bundle.searchset(base=base, links=links, matches=rows, included=around), media=answers.FHIR
    )


def _asked(call: Call, params: Params) -> tuple[tuple[str, ...], int, list[tuple[str, str]]]:
    """Return types, since (microseconds) and what of it stands in links. Raises IPK-F004, F005."""
    types: dict[str, None] = {}
    since, kept = 0, []
    for name, value in params:
        if name not in _TAKEN and negotiation.strict(call.environ):
            raise FhirError("IPK-F004", at=safe(name))
        if name == "_since" and value:
            since = values.instant(name, value)
            kept.append((name, value))
        elif name in _DATES and value:
            values.instant(name, value)
            kept.append((name, value))
        elif name == "_type" and value:
            listed = values.alternatives(name, value)
            if any(one not in READABLE for one in listed):
                raise FhirError("IPK-F005", at=name)
            types.update(dict.fromkeys(listed))
            kept.append((name, value))
    return tuple(types), since, kept


def _within(row: Row, asked: dict[str, str]) -> bool:
    """Return whether what a resource is about falls between `start` and `end`, as far as it says when."""
    if not asked.keys() & _DATES:
        return True
    said = index.index(orjson.loads(row.body))
    first = values.interval(asked["start"])[0] if "start" in asked else OPEN_START
    last = values.interval(asked["end"])[1] if "end" in asked else OPEN_END
    begins = OPEN_START if said.date_start is None else said.date_start
    ends = OPEN_END if said.date_end is None else said.date_end
    return begins < last and ends > first


def _patient(call: Call, conn: Connection, id_: str) -> None:
    """Raise IPK-F001 unless there is such a patient, whom the caller may see."""
    current = resources.current(conn, "Patient", id_)
    row = None
    if current is not None and policy.shows(current[2]) and not policy.gone(current[2]):
        row = Row(
            type="Patient", id=id_, version=current[0], updated=current[1], body=current[2], case=current[3]
        )
    if row is None or not members.shown(call, conn, (row,)):
        if call.trail is not None:
            call.trail.entities = trail.entity("Patient", id_)
        raise FhirError("IPK-F001")


def _around(call: Call, conn: Connection, rows: tuple[Row, ...], types: tuple[str, ...]) -> tuple[Row, ...]:
    """Return what the rows refer to that is about no patient, in a few steps; of the types asked for."""
    every = tuple(replace(one, iterate=True) for type_ in READABLE for one in includes.read(f"{type_}:*"))
    found: dict[str, Row] = {}
    newest = rows
    for _ in range(_DEPTH):
        read = [orjson.loads(row.body) for row in newest]
        wanted = [
            ref
            for ref in includes.included(read, every)
            if ref.partition("/")[0] in _AROUND and ref not in found
        ]
        newest = fhir_found.visible(call, conn, wanted)
        found |= {f"{row.type}/{row.id}": row for row in newest}
        if not newest:
            break
    return tuple(row for row in found.values() if not types or row.type in types)


_PARAMS: Final = (
    Param(name="_since", text="Instant: changed then or later"),
    Param(name="start", text="Date: of care on this day or later, or without a date"),
    Param(name="end", text="Date: of care on this day or before, or without a date"),
    Param(name="_type", text="Types wanted, with commas between"),
    Param(name="_count", text="Resources on a page"),
    Param(name="_format", text="json or xml, before Accept"),
)
_ANSWERS: Final = Answers(
    media=answers.FHIR,
    texts={
        200: "Bundle of type searchset",
        400: "A parameter is not supported",
        404: "No such patient",
        406: "Neither JSON nor XML",
    },
)
_ACCESS: Final = Access(action="search", kind="resource", interaction="operation")

ROUTES: Final = (
    Route(
        method="GET", path="/fhir/Patient/{id_}/$everything", view=by_get, summary="All about a patient",
        any_params=True, params=_PARAMS, answers=_ANSWERS, access=_ACCESS,
    ),
    Route(
        method="POST", path="/fhir/Patient/{id_}/$everything", view=by_post, any_params=True, params=_PARAMS,
        summary="All about a patient, asked for by Parameters", answers=_ANSWERS, access=_ACCESS,
        fault={404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F011"},
    ),
)  # fmt: skip
