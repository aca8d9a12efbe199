"""The definitions of the guide under /fhir: read by id, found by R4's parameters of their types. The same for all, about nobody.

R4 conformance resources; http.html#read, search.html. They are of the program, so no policy and no audit row is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from adapter import idscan
from adapter.errors import FhirError
from adapter.fhir import bundle, definitions, finding
from adapter.fhir.asked import Reading
from adapter.fhir.definitions import Definition
from adapter.fhir.table import NEUTRAL
from adapter.web import answers, fhir_search, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Param, Params, Route

_FORM: Final = "application/x-www-form-urlencoded"
_OFFSET: Final = "_offset"
_BESIDE: Final = frozenset({_OFFSET}) | NEUTRAL
"""What says which page and form of the answer is wanted."""


def _reader(type_: str) -> Callable[..., Answer]:
    def definition(call: Call, id_: str) -> Answer:
        """Return a definition, or 304."""
        row = definitions.found(type_, id_)
        if row is None:
            raise FhirError("IPK-F001")
        tag = _tag(row)
        headers = (("ETag", f'W/"{tag}"'),)
        if any(one.strip().removeprefix("W/").strip('"') in {tag, "*"} for one in _held(call)):
            return answers.empty(304, headers)
        (served,) = _served([row], finding.shaped(type_, call.params()))
        return answers.raw(served.body, media=answers.FHIR, headers=headers)

    return definition


def _held(call: Call) -> list[str]:
    given: str = call.environ.get("HTTP_IF_NONE_MATCH", "")
    return given.split(",") if given else []


@cache
def _tag(row: Definition) -> str:
    return sha256(row.body).hexdigest()[:16]


def _searcher(type_: str) -> Callable[..., Answer]:
    def found(call: Call) -> Answer:
        """Return the definitions that the query string asks for."""
        return _answer(call, type_, call.params())

    return found


def _poster(type_: str) -> Callable[..., Answer]:
    def found_by_form(call: Call) -> Answer:
        """Return the definitions that a form asks for."""
        given = call.params()
        try:
            form = parse_qsl(call.body().decode(), keep_blank_values=True)
        except ValueError:
            raise FhirError("IPK-F005") from None
        return _answer(call, type_, [*given, *form])

    return found_by_form


def _answer(call: Call, type_: str, params: Params) -> Answer:
    if any(idscan.mask(value) != value for _, value in params):
        raise FhirError("IPK-F003")  # the self link would repeat it
    asked, rows, ignored = finding.found(
        type_,
        [pair for pair in params if pair[0] not in _BESIDE],
        strict=negotiation.strict(call.environ),
        now=int(call.now.timestamp() * 1_000_000),
    )
    look, offset = finding.shaped(type_, params), fhir_search.number(params, _OFFSET, 0)
    page = [] if look.count_only else rows[offset : offset + look.count]
    base = f"{call.shared.base}/fhir"
    here = [*asked, *look.params, *([(_OFFSET, str(offset))] if offset else [])]
    further = [*asked, *look.params, (_OFFSET, str(offset + look.count))]
    links = bundle.Links(
        self_url=bundle.url(base, type_, here),
        next_url=bundle.url(base, type_, further) if page and offset + look.count < len(rows) else None,
    )
    said = fhir_search.ignored(call) if ignored else None
    body = bundle.searchset(
        base=base, links=links, matches=_served(page, look), total=len(rows), outcome=said
    )
    return answers.raw(body, media=answers.FHIR)


def _served(rows: list[Definition], look: Reading) -> Iterator[bundle.Subset]:
    for row in rows:
        stored = bundle.Subset(type=row.type, id=row.id, version=1, updated=0, body=row.body)
        whole = not (look.elements or look.summary)
        yield stored if whole else bundle.subset(stored, look.elements, summary=look.summary, of=look.row)


_ERRORS: Final = {404: "No such definition", 406: "Neither JSON nor XML"}
_PARAMS: Final = (
    Param(name="url", text="Canonical"),
    Param(name="name", text="Beginning of the name; :exact, :contains"),
    Param(name="_id", text="Id"),
    Param(name="_sort", text=f"{', '.join(finding.SORTS)}; - first for descending"),
    Param(name="_count", text="Entries on a page"),
    Param(name="_elements", text="Elements wanted"),
    Param(name="_summary", text="true, text, data, count or false"),
)


def _rows(type_: str) -> tuple[Route, ...]:
    one = Answers(media=answers.FHIR, texts={200: "The definition; 304 where it has not changed", **_ERRORS})
    many = Answers(
        media=answers.FHIR,
        texts={200: "Bundle of type searchset", 400: "Unknown value", 406: "Neither JSON nor XML"},
    )
    path = f"/fhir/{type_}"
    return (
        Route(
            method="GET", path=path, view=_searcher(type_), summary=f"Find a {type_} of the guide", any_params=True,
            params=_PARAMS, answers=many, cached=True,
        ),
        Route(
            method="POST", path=f"{path}/_search", view=_poster(type_), summary=f"Find a {type_} of the guide",
            any_params=True, params=_PARAMS, answers=many, body=(_FORM,), cached=True,
        ),
        Route(
            method="GET", path=f"{path}/{{id_}}", view=_reader(type_), summary=f"A {type_} of the guide", any_params=True,
            answers=one, cached=True,
        ),
    )  # fmt: skip


ROUTES: Final = tuple(route for type_ in definitions.TYPES for route in _rows(type_))
