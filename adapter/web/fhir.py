"""FHIR reads: metadata, read and vread. Stored bytes are served as they are. R4 http.html."""

from __future__ import annotations

from typing import Final

from werkzeug.exceptions import MethodNotAllowed

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import FhirError
from adapter.fhir import bundle, search
from adapter.fhir.capability import capability
from adapter.fhir.query import Row
from adapter.fhir.table import READABLE
from adapter.store import Connection, audit, resources
from adapter.web import answers, fhir_everything, fhir_history, fhir_search, manners, members, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.version import RELEASED, VERSION

AUDIT: Final = "AuditEvent"
_SUBSET: Final = frozenset({"_summary", "_elements"})
_MAX_VERSION: Final = 9
"""Digits of a version."""


def metadata(call: Call) -> Answer:
    """Return the CapabilityStatement."""
    statement = capability(
        base=f"{call.shared.base}/fhir",
        version=VERSION,
        released=RELEASED,
        secured=call.services.settings.token is not None,
        cors=bool(call.shared.origins),
    )
    return answers.json(statement, media=answers.FHIR)


def read(call: Call, type_: str, id_: str) -> Answer:
    """Return the current version of one resource, or 304."""
    if id_ in manners.POSTED:  # no id of R4: the other method's address
        raise MethodNotAllowed(["POST"])
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
    _readable(type_)
    if not version.isascii() or not version.isdigit() or version[0] == "0" or len(version) > _MAX_VERSION:
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
    """Raise FhirError IPK-F030 (F064 of a Subscription, which leaves nothing) for the version by which a resource was deleted. R4 http.html#read."""
    if policy.gone(row.body):
        _touched(call, row.type, row.id)
        raise FhirError("IPK-F064" if row.type == members.SUBSCRIPTION else "IPK-F030")


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
    return answers.raw(_cut(call, row), media=answers.FHIR, headers=headers)


def _cut(call: Call, row: Row) -> bytes:
    """Return the resource, or what `_summary` or `_elements` want of it. R4 http.html#read. Raises FhirError IPK-F005, F021."""
    query = call.environ.get("QUERY_STRING", "")
    if "_summary" not in query and "_elements" not in query:
        return row.body
    params = [pair for pair in call.params() if pair[0] in _SUBSET]
    asked = search.parse(row.type, params, post=False)
    if asked.count_only:  # there is nothing to count
        raise FhirError("IPK-F005", at="_summary")
    if not (asked.summary or asked.elements):
        return row.body
    return bundle.subset(row, asked.elements, summary=asked.summary).body


def _seen(call: Call, rows: tuple[Row, ...], entities: tuple[str, ...]) -> None:
    if call.trail is not None:
        call.trail.patients = trail.patients_of(rows)
        call.trail.entities = entities


def _touched(call: Call, type_: str, id_: str) -> None:
    if call.trail is not None:
        call.trail.entities = trail.entity(type_, id_)


_FORMAT: Final = Param(name="_format", text="json or xml, before Accept")
_CUT: Final = (
    _FORMAT,
    Param(name="_summary", text="true, text, data or false"),
    Param(name="_elements", text="Elements wanted"),
)
_ERRORS: Final = {404: "No such resource", 406: "Neither JSON nor XML"}


def _answers(text: str) -> Answers:
    return Answers(media=answers.FHIR, texts={200: text, **_ERRORS})


ROUTES: Final = (
    Route(
        method="GET", path="/fhir/metadata", view=metadata, summary="CapabilityStatement", any_params=True,
        answers=_answers("CapabilityStatement"), cached=True,
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}", view=read, summary="Read", any_params=True, params=_CUT,
        answers=_answers("The resource; 304 where If-None-Match names its version"),
        access=Access(action="read", kind="resource", interaction="read"),
    ),
    Route(
        method="GET", path="/fhir/{type_}/{id_}/_history/{version}", view=vread, summary="Read a version",
        any_params=True, params=_CUT, answers=_answers("That version"),
        access=Access(action="read", kind="resource", interaction="vread"),
    ),
    *fhir_search.ROUTES,
    *fhir_history.ROUTES,
    *fhir_everything.ROUTES,
)  # fmt: skip
