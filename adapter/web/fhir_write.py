"""FHIR writes: create, update, patch and delete, plain and conditional. Every write is an event. R4 http.html; RFC 9110 § 13.

Which types may be written, and as which events, stands in fhir.writable; what a write rests on is asserted where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

from adapter.access import audit as trail
from adapter.access import policy
from adapter.errors import AdapterError, Fault, FhirError
from adapter.fhir import bundle, definitions, outcome, patching, strict
from adapter.fhir import search as fhir_search
from adapter.fhir.query import Row
from adapter.fhir.table import READABLE
from adapter.fhir.writable import ELSEWHERE, JSON_PATCH, MERGE_PATCH, WRITABLE
from adapter.ingest import orders, writing
from adapter.ingest.conditions import Conditions
from adapter.ingest.orders import Asked, Interaction, Order, Written
from adapter.store import AuditRow, Connection
from adapter.web import answers, fhir_found, members, negotiation, problems
from adapter.web.answers import Answer
from adapter.web.call import EVENT_LIMIT, Access, Answers, Call, Method, Params, Route

RESOURCE: Final = ("application/fhir+json", "application/json", "text/json")
"""Media types of a resource; JSON that says no more is FHIR's."""
PATCHES: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    JSON_PATCH: patching.json_patch,
    **dict.fromkeys((MERGE_PATCH, *RESOURCE), patching.merge_patch),
}
"""Media type → how a patch is applied; a body in the type of a resource says what is to be other."""
_RETURN: Final = re.compile(
    r"(?:^|[,;\s])return=\"?(minimal|representation|OperationOutcome)\b", re.IGNORECASE
)
_MATCHES: Final = 3
"""Resources looked for by criteria: two are too many."""
_LOCATED: Final = 201
_NO_CONTENT: Final = 204


def create(call: Call, type_: str) -> Answer:
    """Create a resource, unless one meets If-None-Exist or the query (fhirpy): then that one is the answer."""
    criteria = call.environ.get("HTTP_IF_NONE_EXIST")
    params = _criteria(call) if criteria is None else criteria_of(criteria)
    if not params:
        return _answer(call, lambda: _asked(call, "create", type_))
    return _answer(call, lambda: _order(call, "create", type_, body=_body(call, type_), params=params))


def update(call: Call, type_: str, id_: str) -> Answer:
    """Put a resource in place of its current version."""
    return _answer(call, lambda: _asked(call, "update", type_, id_))


def patch(call: Call, type_: str, id_: str) -> Answer:
    """Change a resource by JSON Patch or JSON Merge Patch."""
    return _answer(call, lambda: _patched(call, type_, id_, None))


def delete(call: Call, type_: str, id_: str) -> Answer:
    """Delete a resource: it was entered in error. Its history stays."""
    return _answer(call, lambda: _order(call, "delete", type_, id_=id_))


def update_where(call: Call, type_: str) -> Answer:
    """Update the one resource that meets the criteria, or create it."""
    return _answer(
        call,
        lambda: _order(
            call, "update", type_, body=_body(call, type_), params=_required(call, type_, "update")
        ),
    )


def patch_where(call: Call, type_: str) -> Answer:
    """Patch the one resource that meets the criteria."""
    return _answer(call, lambda: _patched(call, type_, None, _required(call, type_, "patch")))


def delete_where(call: Call, type_: str) -> Answer:
    """Delete the one resource that meets the criteria."""
    return _answer(call, lambda: _order(call, "delete", type_, params=_required(call, type_, "delete")))


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────────


def _patched(call: Call, type_: str, id_: str | None, params: Params | None) -> Order:
    offered(type_, "patch")
    apply = PATCHES.get(call.media_type())
    if apply is None:
        raise FhirError("IPK-F042", hint=", ".join(PATCHES))
    said = strict.read_any(call.body())
    made = _order(call, "patch", type_, id_=id_, params=params, sent=said)
    return with_patch(made, apply, said)


def with_patch(made: Order, apply: Callable[[Any, Any], Any], said: Any) -> Order:
    """Return an order whose resource is made of the current one."""

    def change(resource: Any) -> Any:
        return apply(resource, said)

    return replace(made, patch=change)


def _body(call: Call, type_: str) -> Any:
    return orders.checked(strict.read(_content(call, type_)), type_)


def _content(call: Call, type_: str) -> bytes:
    offered(type_, "update" if call.method() == "PUT" else "create")
    if call.media_type() not in RESOURCE:
        raise FhirError("IPK-F042")
    return call.body()


def _asked(call: Call, interaction: Interaction, type_: str, id_: str | None = None) -> Asked:
    """Return a create or update as it came: whoever works it out reads it."""
    return Asked(
        interaction=interaction,
        type=type_,
        id=id_,
        content=_content(call, type_),
        base=_base(call),
        conditions=conditions(call.environ),
        provenance=call.environ.get("HTTP_X_PROVENANCE"),
        party=_party(call),
    )


def _base(call: Call) -> str:
    return f"{call.shared.base}/fhir/"


def _party(call: Call) -> str | None:
    return call.caller.party if call.caller else None


def offered(type_: str, interaction: str) -> None:
    """Raise FhirError IPK-F002 for a type that is not served, IPK-F034 for one that is not written this way."""
    if type_ not in READABLE and type_ not in definitions.TYPES:
        raise FhirError("IPK-F002")
    row = WRITABLE.get(type_)
    if row is None or interaction not in row.interactions:
        raise FhirError("IPK-F034", hint=ELSEWHERE.get(type_, ""))


def _order(call: Call, interaction: Interaction, type_: str, **asked: Any) -> Order:
    return order(call, interaction, type_, rests=conditions(call.environ), **asked)


def conditions(environ: Mapping[str, Any]) -> Conditions:
    """Return the conditions that headers set. RFC 9110 § 13.1."""
    return Conditions(
        match=environ.get("HTTP_IF_MATCH"),
        none_match=environ.get("HTTP_IF_NONE_MATCH"),
        unmodified_since=negotiation.moment(environ.get("HTTP_IF_UNMODIFIED_SINCE")),
    )


def order(  # noqa: PLR0913 (all by name)
    call: Call,
    interaction: Interaction,
    type_: str,
    *,
    id_: str | None = None,
    body: Any = None,
    params: Params | None = None,
    sent: Any = None,
    rests: Conditions,
) -> Order:
    """Return a write as asked; its criteria are read as a search. Raises FhirError."""
    offered(type_, interaction)
    return orders.order(
        interaction,
        type_,
        id_=id_,
        body=body,
        sent=sent,
        base=_base(call),
        conditions=rests,
        criteria=_finder(call, type_, params) if params else None,
        party=_party(call),
        provenance=call.environ.get("HTTP_X_PROVENANCE"),
    )


def criteria_of(text: str) -> list[tuple[str, str]]:
    """Return the parameters of criteria in a header or a Bundle: `identifier=…`, with or without type and `?`.

    Raises FhirError IPK-F004 where they say nothing: without criteria it would be another request.
    """
    head, mark, rest = text.partition("?")
    found = parse_qsl(rest if mark and "=" not in head else text, keep_blank_values=True)
    if not found:
        raise FhirError("IPK-F004", at="If-None-Exist", hint="criteria")
    return found


def _criteria(call: Call) -> list[tuple[str, str]]:
    return [(name, value) for name, value in call.params() if name not in {"_format", "_pretty"}]


def _required(call: Call, type_: str, interaction: Interaction) -> list[tuple[str, str]]:
    offered(type_, interaction)
    found = _criteria(call)
    if not found:
        raise FhirError("IPK-F004", hint="criteria")
    return found


def _finder(call: Call, type_: str, params: Params) -> Callable[[Connection], Sequence[Row]]:
    """Return what finds the resources that meet criteria, as a search does. One that is not understood would choose another.

    Raises FhirError.
    """
    asked = fhir_search.parse(
        type_, params, post=False, strict=True, setting=fhir_search.Setting(base=f"{call.shared.base}/fhir/")
    )
    if not asked.narrows:  # a value left empty would choose whichever is there
        raise FhirError("IPK-F004", hint="criteria")
    wanted = replace(asked, query=replace(asked.query, count=_MATCHES, after=None))
    return lambda conn: fhir_found.page(call, conn, wanted).rows


# ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────────


def _answer(call: Call, make: Callable[[], Order | Asked]) -> Answer:
    try:
        done = writing.write(call.services, make(), tells=partial(_audit, call) if call.trail else None)
    except AdapterError as error:
        return problems.answer(call, error)
    call.audited, row = done.audited, done.row
    seen(call, [done])
    done = members.of_write(call, done)
    if done.unseen:
        return answers.json(told(call, done), media=answers.FHIR, status=done.status)
    if row is None or done.status == _NO_CONTENT:
        return answers.empty(_NO_CONTENT, _version(row))
    if done.proposed_to:
        return _proposed(call, done, row)
    headers = [*_version(row)]
    if done.status == _LOCATED:
        headers.append(("Location", f"{call.shared.base}/fhir/{location(row)}"))
    if done.replayed:
        headers.append(("Idempotent-Replayed", "true"))
    return _preferred(call, done, headers)


def _preferred(call: Call, done: Written, headers: list[tuple[str, str]]) -> Answer:
    wanted = asked_for(call)
    if wanted == "minimal":
        return answers.raw(b"", media=answers.FHIR, status=done.status, headers=headers)
    if wanted == "operationoutcome":
        return answers.json(told(call, done), media=answers.FHIR, status=done.status, headers=headers)
    body = done.row.body if done.row else b""
    return answers.raw(body, media=answers.FHIR, status=done.status, headers=headers)


def _proposed(call: Call, done: Written, row: Row) -> Answer:
    """Return where the proposal is and with whom it lies; of what was meant to be written nothing has changed."""
    headers = [("Location", f"{call.shared.base}/fhir/{location(row)}")]
    if done.replayed:
        headers.append(("Idempotent-Replayed", "true"))
    if asked_for(call) == "minimal":
        return answers.raw(b"", media=answers.FHIR, status=done.status, headers=headers)
    return answers.json(told(call, done), media=answers.FHIR, status=done.status, headers=headers)


def told(call: Call, done: Written) -> dict[str, Any]:
    """Return the OperationOutcome of a write: its warnings, and that it lies as a proposal where it does."""
    note = (Fault(code="IPK-F080", severity="note", hint=done.proposed_to),) if done.proposed_to else ()
    if done.unseen:
        note = (Fault(code="IPK-F087", severity="note"),)
    lang = problems.spoken(call)
    return outcome.of_faults((*note, *done.warnings), lang=lang)


def asked_for(call: Call) -> str:
    """Return what Prefer wants returned, in lower case; empty where it does not say. RFC 7240 § 4.2."""
    found = _RETURN.search(call.environ.get("HTTP_PREFER", ""))
    return found[1].lower() if found else ""


def _version(row: Row | None) -> Sequence[tuple[str, str]]:
    if row is None:
        return ()
    return (
        ("ETag", bundle.etag(row.version)),
        ("Last-Modified", negotiation.http_date(row.updated // 1_000_000)),
    )


def location(row: Row) -> str:
    """Return the relative address of a version."""
    return f"{row.type}/{row.id}/_history/{row.version}"


def seen(call: Call, done: Sequence[Written]) -> None:
    """Note in the trail what was written, and in whose case, beside what was read in the same request."""
    if call.trail is not None:
        _note(call.trail, done)


def _note(noted: trail.Trail, done: Sequence[Written]) -> None:
    rows = [one.row for one in done if one.row is not None]
    noted.add(patients=trail.patients_of(rows), entities=[f"{row.type}/{row.id}" for row in rows])


def _audit(call: Call, done: Written) -> Sequence[AuditRow]:
    """Return the audit rows of a request that writes: they are on the disk with what it wrote, or neither is."""
    services, caller = call.services, call.caller
    if not services.settings.audit or call.trail is None or caller is None:
        return ()
    noted = replace(call.trail)  # nothing of a write that is overtaken stays in the trail
    _note(noted, [done])
    org = policy.home(services.book())
    return trail.rows(noted, caller, status=done.status, org=org, at=services.clock(), new_id=services.new_id)


_TEXTS: Final = {
    202: "Another organisation's plan: it is as it was, and Location names the proposal that lies with it; or taken in a case "
    "that the caller has no part in",
    200: "Written, or joined by what was created; the resource as it is now, unless Prefer says otherwise",
    400: "Not JSON of FHIR, type or id differ, or X-Provenance is not valid",
    403: "The organisation may not write this",
    404: "No such resource or type",
    405: "The type is not written this way, or ids are given by the client",
    409: "The body names an older version, or the transition is refused",
    410: "Deleted",
    412: "It is not as If-Match, If-Unmodified-Since or If-None-Match says, or several meet the criteria",
    413: "Too large",
    415: "Not JSON",
    422: "Every fault, each element that cannot be kept, or no event for the change",
}
_FAULT: Final = {404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F042"}


def _route(
    method: Method, path: str, view: Callable[..., Answer], *, code: Interaction, summary: str, **texts: str
) -> Route:
    body = (
        () if method == "DELETE" else (JSON_PATCH, MERGE_PATCH, *RESOURCE) if method == "PATCH" else RESOURCE
    )
    said = {int(status[1:]): text for status, text in texts.items()}
    return Route(
        method=method, path=path, view=view, summary=summary, any_params=True, body=body, judged=True, limit=EVENT_LIMIT,
        answers=Answers(media=answers.FHIR, texts={**_TEXTS, **said}), fault=_FAULT,
        access=Access(action="write", kind="resource", interaction=code),
    )  # fmt: skip


_CREATED: Final = "Created, as the event it is; Location names the version"
_GONE: Final = (
    "Deleted: entered in error. Its history stays. Nothing is done where it is gone, or was never there"
)
ROUTES: Final = (
    _route(
        "POST", "/fhir/{type_}", create, code="create", summary="Create, also conditionally", _201=_CREATED
    ),
    _route("PUT", "/fhir/{type_}/{id_}", update, code="update", summary="Update"),
    _route(
        "PATCH", "/fhir/{type_}/{id_}", patch, code="patch", summary="Patch: JSON Patch or JSON Merge Patch"
    ),
    _route("DELETE", "/fhir/{type_}/{id_}", delete, code="delete", summary="Delete", _204=_GONE),
    _route(
        "PUT",
        "/fhir/{type_}",
        update_where,
        code="update",
        summary="Update the one that meets the criteria",
        _201=_CREATED,
    ),
    _route(
        "PATCH", "/fhir/{type_}", patch_where, code="patch", summary="Patch the one that meets the criteria"
    ),
    _route(
        "DELETE",
        "/fhir/{type_}",
        delete_where,
        code="delete",
        summary="Delete the one that meets the criteria",
        _204=_GONE,
    ),
)
