"""FHIR search by GET and POST `_search`, with includes and links that work behind a proxy. R4 search.html.

A person's identifier goes by POST only; no link ever carries one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

import orjson

from adapter.access import audit as trail
from adapter.errors import Fault, FhirError
from adapter.fhir import bundle, outcome
from adapter.fhir import search as fhir_search
from adapter.fhir.paging import CURSOR
from adapter.fhir.query import Page, Query, Row, Term
from adapter.fhir.search import Search
from adapter.store import Connection, people, search
from adapter.web import answers, fhir_found, members, negotiation, problems
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Params, Route

FORM: Final = "application/x-www-form-urlencoded"
PROVENANCE: Final = "Provenance"
PAGES: Final = "pages"
"""What the key of page tokens is for."""
LISTED: Final = 100
"""Resources that a next link names one by one, where what was asked for may not stand in it."""
_DIGITS: Final = 9
_Bundled = Row | bundle.Subset


def by_get(call: Call, type_: str) -> Answer:
    """Return the page a query string asks for."""
    return _answer(call, type_, call.params(), post=False)


def by_post(call: Call, type_: str) -> Answer:
    """Return the page that a form asks for, with what the query string adds. A person's identifier may be in the form."""
    url = call.params()
    form = _form(call)
    if url:
        fhir_search.parse(type_, url, post=False)  # refuses a person's number in the address
    return _answer(call, type_, [*url, *form], post=True)


def _form(call: Call) -> list[tuple[str, str]]:
    try:
        found = parse_qsl(call.body().decode(), keep_blank_values=True)
    except ValueError:
        raise FhirError("IPK-F005") from None
    call.form = negotiation.wanted(call.environ, [*call.params(), *found])  # a form may say it too
    return found


def _answer(call: Call, type_: str, params: Params, *, post: bool) -> Answer:
    settings = call.services.settings
    key = _key(call) if any(name == CURSOR for name, _ in params) else b""
    setting = fhir_search.Setting(
        default_count=settings.page_size,
        now=int(call.now.timestamp() * 1_000_000),
        key=key,
        base=f"{call.shared.base}/fhir/",
    )
    strict = negotiation.strict(call.environ)
    wanted = fhir_search.parse(type_, params, post=post, strict=strict, setting=setting)
    if wanted.query.count > settings.page_limit:
        wanted = replace(wanted, query=replace(wanted.query, count=settings.page_limit))
    # A page alone is one statement, which sees one instant by itself.
    nameless = wanted.person and type_ == PROVENANCE
    plain = not (wanted.includes or wanted.revincludes or wanted.inner or wanted.checked or wanted.hidden)
    several = not plain or wanted.query.total or nameless or members.limited(call)
    with call.services.store.read(snapshot=several) as conn:
        wanted = _by_patient(conn, wanted) if nameless else wanted
        page = fhir_found.page(call, conn, wanted)
        fetches = not wanted.count_only and (wanted.includes or wanted.revincludes)
        included = fhir_found.included(call, conn, wanted, page.rows) if fetches else ()
        left = None
        if page.next is not None:
            key = people.signing_key(conn, PAGES)
        if wanted.hidden and page.next is not None and not wanted.count_only:
            left = fhir_found.rest(call, conn, wanted, page.next, limit=LISTED)
    found = _Found(page=page, included=included, key=key, left=left)
    return answers.raw(_bundle(call, wanted, found), media=answers.FHIR)


def _key(call: Call) -> bytes:
    with call.services.store.read(snapshot=False) as conn:
        return people.signing_key(conn, PAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What an answer is made of."""

    page: Page
    included: tuple[Row, ...]
    key: bytes
    """Signs the next link."""
    left: tuple[str, ...] | None
    """Ids that the next link names, where what was asked for may not stand in it."""


def _by_patient(conn: Connection, wanted: Search) -> Search:
    """Return a search by a person's number as one by that patient: what it finds need not name whom it is about."""
    query = wanted.query
    numbers = tuple(term for term in query.terms if term.field == "person")
    people = search.search(conn, Query(type="Patient", org=query.org, terms=numbers)).rows
    subject = Term(field="subject", values=tuple(f"Patient/{row.id}" for row in people))
    rest = tuple(term for term in query.terms if term.field != "person")
    return replace(wanted, query=replace(query, terms=(subject, *rest)))


def _patients(wanted: Search, rows: Sequence[Row], included: Sequence[Row]) -> tuple[str, ...]:
    """Return the keys of the cases shown: as the resources name them, else as they were asked for."""
    asked = _asked(wanted)
    if len(asked) == 1 and rows:  # every match is about the one asked for
        return tuple(dict.fromkeys((*asked, *trail.patients_of(included))))
    if found := trail.patients_of((*rows, *included)):
        return found
    return asked if rows or included else ()


def _asked(wanted: Search) -> tuple[str, ...]:
    """Return the keys of the cases that a search asks for by subject."""
    asked = (one for term in wanted.query.terms if term.field == "subject" for one in term.values)
    return tuple(one.partition("/")[2] for one in asked)


def _bundle(call: Call, wanted: Search, found: _Found) -> bytes:
    page, included = found.page, found.included
    rows = () if wanted.count_only else page.rows
    patients = _patients(wanted, rows, included)
    base = f"{call.shared.base}/fhir"
    links = _links(base, wanted, found, patients)
    if call.trail is not None:
        call.trail.patients = patients
        call.trail.query = links.self_url[len(base) + 1 :]
        call.trail.along = trail.plans_of((*rows, *included))
    matches: Sequence[_Bundled] = rows
    fetched: Sequence[_Bundled] = included
    if wanted.elements or wanted.summary:
        matches = [bundle.subset(row, wanted.elements, summary=wanted.summary) for row in rows]
    if wanted.summary:
        fetched = [bundle.subset(row, summary=wanted.summary) for row in included]
    return bundle.searchset(
        base=base,
        links=links,
        matches=matches,
        included=fetched,
        total=page.total,
        outcome=ignored(call) if wanted.ignored else None,
    )


def _links(base: str, wanted: Search, found: _Found, patients: tuple[str, ...]) -> bundle.Links:
    subject = f"Patient/{patients[0]}" if patients else None
    further = None if wanted.count_only else found.page.next
    own, following = fhir_search.links(wanted, next_=further, subject=subject, key=found.key, ids=found.left)
    type_ = wanted.query.type
    return bundle.Links(
        self_url=bundle.url(base, type_, own),
        next_url=None if following is None else bundle.url(base, type_, following),
    )


def ignored(call: Call) -> bytes:
    """Return the warning about parameters that were not understood."""
    lang = problems.spoken(call)
    return orjson.dumps(outcome.of_faults([Fault(code="IPK-F004", severity="may")], lang=lang))


def number(params: Params, name: str, default: int) -> int:
    """Return the last value of a numeric parameter. Raises FhirError IPK-F005."""
    given = [value for key, value in params if key == name and value]
    if not given:
        return default
    if not given[-1].isascii() or not given[-1].isdigit() or len(given[-1]) > _DIGITS:
        raise FhirError("IPK-F005", at=name)
    return int(given[-1])


_SEARCH: Final = Access(action="search", kind="resource", interaction="search-type")
_PARAMS: Final = (
    Param(name="_id", text="Id"),
    Param(name="_lastUpdated", text="Instant of the last change, with a prefix"),
    Param(name="_count", text="Entries on a page"),
    Param(name="_sort", text="_id, _lastUpdated or a parameter of the type; - first for descending"),
    Param(name="_include", text="Type:name, also _include:iterate"),
    Param(name="_revinclude", text="Type:name of what refers to it"),
    Param(name="_has", text="Type:reference:parameter of what refers to it"),
    Param(name="_total", text="none, estimate or accurate"),
    Param(name="_elements", text="Elements wanted"),
    Param(name="_summary", text="true, text, data, count or false"),
    Param(name="_format", text="json or xml, before Accept"),
    Param(name="_pretty", text="true: in lines"),
)
_TEXTS: Final = {
    200: "Bundle of type searchset",
    400: "A parameter or value is not supported, or a person's identifier stands in the address",
    404: "The type is not served",
    406: "Neither JSON nor XML",
}

ROUTES: Final = (
    Route(
        method="GET", path="/fhir/{type_}", view=by_get, summary="Search", any_params=True, params=_PARAMS,
        answers=Answers(media=answers.FHIR, texts=_TEXTS), access=_SEARCH,
    ),
    Route(
        method="POST", path="/fhir/{type_}/_search", view=by_post, any_params=True, params=_PARAMS, access=_SEARCH,
        summary="Search with a form, also by a person's identifier", body=(FORM,),
        answers=Answers(media=answers.FHIR, texts={**_TEXTS, 413: "Too large", 415: "Not a form"}),
        fault={404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F011"},
    ),
)  # fmt: skip
