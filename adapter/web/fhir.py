"""FHIR reads: metadata, read, vread and the history of one resource. Stored bytes are served as they are. R4 http.html."""

from __future__ import annotations

from typing import Final

from werkzeug.exceptions import MethodNotAllowed

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import FhirError
from adapter.fhir import bundle
from adapter.fhir.capability import capability
from adapter.fhir.query import Row
from adapter.fhir.table import READABLE
from adapter.store import Connection, audit, resources
from adapter.web import answers, fhir_search, members, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.version import RELEASED, VERSION

AUDIT: Final = "AuditEvent"
_MAX_VERSION: Final = 9
"""Digits of a version."""


def metadata(call: Call) -> Answer:
    """Return the CapabilityStatement."""
    negotiate(call)
    secured = call.services.settings.token is not None
    return answers.json(
        capability(base=f"{call.shared.base}/fhir", version=VERSION, released=RELEASED, secured=secured),
        media=answers.FHIR,
    )


def read(call: Call, type_: str, id_: str) -> Answer:
    """Return the current version of one resource, or 304."""
    if id_ == "_search":  # no id of R4: the other method's address
        raise MethodNotAllowed(["POST"])
    if call.environ.get("QUERY_STRING") or "HTTP_ACCEPT" in call.environ:
        negotiate(call)
    if type_ not in READABLE:
        raise FhirError("IPK-F002")
    # One statement sees one instant by itself.
    with call.services.store.read(snapshot=False) as conn:
        if type_ == AUDIT:
            if members.limited(call):
                raise FhirError("IPK-F001")
            return _served(call, _audit_event(conn, id_))
        found = resources.current(conn, type_, id_)
    if found is None or not (policy.shows(found[2]) or policy.gone(found[2])):
        _touched(call, type_, id_)
        raise FhirError("IPK-F001")
    version, updated, body, case = found
    row = Row(type=type_, id=id_, version=version, updated=updated, body=body, case=case)
    _for_caller(call, row)
    _there(call, row)
    return _served(call, row)


def vread(call: Call, type_: str, id_: str, version: str) -> Answer:
    """Return one version of one resource."""
    negotiate(call)
    _readable(type_)
    if not version.isascii() or not version.isdigit() or len(version) > _MAX_VERSION:
        raise FhirError("IPK-F001")
    with call.services.store.read() as conn:
        found = resources.vread(conn, type_, id_, int(version))
        now = resources.current(conn, type_, id_)
    if found is None or now is None or not (policy.shows(now[2]) or policy.gone(now[2])):
        _touched(call, type_, id_)
        raise FhirError("IPK-F001")
    _for_caller(call, found)
    _there(call, found)
    return _served(call, found)


def history(call: Call, type_: str, id_: str) -> Answer:
    """Return the versions of one resource, newest first, in pages."""
    params = negotiate(call)
    _readable(type_)
    count = fhir_search.number(params, "_count", call.services.settings.page_size)
    count = min(count, call.services.settings.page_limit) or 1
    offset = fhir_search.number(params, "_offset", 0)
    with call.services.store.read(snapshot=True) as conn:
        current = resources.current(conn, type_, id_)
        found = resources.history(conn, type_, id_, count=count, offset=offset) if current else ()
    if current is None or not (policy.shows(current[2]) or policy.gone(current[2])):
        _touched(call, type_, id_)
        raise FhirError("IPK-F001")
    for version in found[:1]:
        _for_caller(call, version)
    _seen(call, found, (f"{type_}/{id_}",))
    base = f"{call.shared.base}/fhir"
    path = f"{type_}/{id_}/_history"
    here = bundle.url(base, path, [("_count", str(count)), ("_offset", str(offset))])
    after = offset + len(found)
    further = bundle.url(base, path, [("_count", str(count)), ("_offset", str(after))])
    links = bundle.Links(self_url=here, next_url=further if after < current[0] else None)
    # Versions are numbered without gaps, so the newest one's number is how many there are.
    return answers.raw(
        bundle.history(base=base, links=links, versions=found, total=current[0]), media=answers.FHIR
    )


def negotiate(call: Call) -> list[tuple[str, str]]:
    """Return the query parameters. Raises FhirError IPK-F006 where JSON will not do."""
    params = call.params()
    formats = [value for name, value in params if name == "_format"]
    negotiation.check(call.environ.get("HTTP_ACCEPT"), formats)
    return params


def _for_caller(call: Call, row: Row) -> None:
    """Raise FhirError IPK-F001 where the caller may not see it: that it is there is not told either."""
    if not members.limited(call):
        return
    with call.services.store.read(snapshot=True) as conn:
        seen = members.shown(call, conn, (row,))
    if not seen:
        _touched(call, row.type, row.id)
        raise FhirError("IPK-F001")


def _there(call: Call, row: Row) -> None:
    """Raise FhirError IPK-F030 for the version by which a resource was deleted. R4 http.html#read."""
    if policy.gone(row.body):
        _touched(call, row.type, row.id)
        raise FhirError("IPK-F030")


def _readable(type_: str) -> None:
    # AuditEvents have one version and no history (CapabilityStatement).
    if type_ not in READABLE or type_ == AUDIT:
        raise FhirError("IPK-F002")


def _audit_event(conn: Connection, id_: str) -> Row:
    found = audit.get(conn, id_)
    if found is None:
        raise FhirError("IPK-F001")
    return trail.served(found)


def _served(call: Call, row: Row) -> Answer:
    _seen(call, (row,), (f"{row.type}/{row.id}",))
    headers = (
        ("ETag", f'W/"{row.version}"'),
        ("Last-Modified", negotiation.http_date(row.updated // 1_000_000)),
    )
    if negotiation.unchanged(call.environ, version=row.version, updated=row.updated):
        return answers.empty(304, headers)
    return answers.raw(row.body, media=answers.FHIR, headers=headers)


def _seen(call: Call, rows: tuple[Row, ...], entities: tuple[str, ...]) -> None:
    if call.trail is not None:
        call.trail.patients = trail.patients_of(rows)
        call.trail.entities = entities


def _touched(call: Call, type_: str, id_: str) -> None:
    if call.trail is not None:
        call.trail.entities = trail.entity(type_, id_)


_FORMAT: Final = Param(name="_format", text="json")
_ERRORS: Final = {404: "No such resource", 406: "Only JSON"}


def _answers(text: str) -> Answers:
    return Answers(media=answers.FHIR, texts={200: text, **_ERRORS})


ROUTES: Final = (
    Route(
        method="GET", path="/fhir/metadata", view=metadata, summary="CapabilityStatement", any_params=True,
        answers=_answers("CapabilityStatement"), cached=True,
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}", view=read, summary="Read", any_params=True, params=(_FORMAT,),
        answers=_answers("The resource; 304 where If-None-Match names its version"),
        access=Access(action="read", kind="resource", interaction="read"),
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}/_history", view=history, summary="History of one resource",
        any_params=True, params=(_FORMAT, Param(name="_count", text="Versions on a page")),
        answers=_answers("Bundle of type history"),
        access=Access(action="read", kind="resource", interaction="history-instance"),
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}/_history/{version}", view=vread, summary="Read a version",
        any_params=True, params=(_FORMAT,), answers=_answers("That version"),
        access=Access(action="read", kind="resource", interaction="vread"),
    ),
    *fhir_search.ROUTES,
)  # fmt: skip
