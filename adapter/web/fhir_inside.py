"""What an entry of a Bundle asks without writing: it is answered as the same request would be alone. R4 http.html#transaction.

The rows are those of the app, so a read that is served is served inside a Bundle too; of what is posted the operations are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from adapter.access import audit as trail
from adapter.errors import AdapterError
from adapter.fhir import values
from adapter.web import (
    answers,
    fhir,
    fhir_definitions,
    fhir_subscriptions,
    fhir_validate,
    manners,
    negotiation,
    problems,
)
from adapter.web.answers import Answer
from adapter.web.call import Call, Route

_OPERATION: Final = "$"
_REFUSED: Final = 400
HEAD: Final = "HEAD"
READS: Final = frozenset({"GET", HEAD})
"""Methods of entries that read; HEAD is answered as GET, without the resource. R4 valueset-http-verb.html."""
_ROWS: Final = tuple(
    row
    for row in (*fhir.ROUTES, *fhir_definitions.ROUTES, *fhir_subscriptions.ROUTES, *fhir_validate.ROUTES)
    if row.method == "GET" or (row.method == "POST" and _OPERATION in row.path)
)
_MAP: Final = Map(
    [
        Rule(row.path.replace("{", "<").replace("}", ">"), endpoint=number, methods=[row.method])
        for number, row in enumerate(_ROWS)
    ],
    merge_slashes=False,
)
"""Method and address → the number of the row that answers, matched as the app matches them."""
_ASKED: Final = frozenset(
    {
        "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT", "HTTP_TRANSFER_ENCODING", "CONTENT_TYPE",
        "CONTENT_LENGTH",
    }
)  # fmt: skip
"""What a request says of its own answer and body, which is nothing to the reads inside it."""


def asks(method: str, url: str) -> bool:
    """Return whether an entry asks and writes nothing: a read, or an operation that is posted."""
    last = unquote(url.partition("?")[0]).rpartition("/")[2]
    return method in READS or (method == "POST" and last.startswith(_OPERATION))


def answer(call: Call, *, method: str, url: str, request: Mapping[str, Any], resource: Any) -> Answer:
    """Return the answer to an entry, whose touches are noted in the trail of the whole. Raises AdapterError as the view does.

    Who may post a Bundle may ask all of this: a Bundle is a write, and nobody writes who may not read (access.policy).
    """
    path, _, query = url.partition("?")
    body = b"" if resource is None or method in READS else orjson.dumps(resource)
    environ = {k: v for k, v in call.environ.items() if k not in _ASKED}
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": f"/fhir/{unquote(path)}", "QUERY_STRING": query}
    environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": answers.FHIR}
    if isinstance(request.get("ifNoneMatch"), str):
        environ["HTTP_IF_NONE_MATCH"] = request["ifNoneMatch"]
    if isinstance(request.get("ifModifiedSince"), str):
        since = values.instant("Bundle.entry.request.ifModifiedSince", request["ifModifiedSince"])
        environ["HTTP_IF_MODIFIED_SINCE"] = negotiation.http_date(since // 1_000_000)
    inner = replace(call, environ=environ, trail=trail.Trail(interaction="read"))
    try:
        found = _viewed(inner)
    except HTTPException as error:
        return problems.of_http(inner, error)
    except AdapterError as error:
        _noted(call, inner, error.row.http)
        raise
    _noted(call, inner, found.status)
    return found


def _noted(call: Call, inner: Call, status: int) -> None:
    """Note what an entry touched: with the whole, or as a search or a refusal of its own (E60, E61)."""
    read = inner.trail
    if call.trail is None or read is None:
        return
    if read.query or status >= _REFUSED:
        access = inner.route.access if inner.route is not None else None
        kind = (access.interaction if access is not None else None) or read.interaction
        call.trail.inner = (*call.trail.inner, (replace(read, interaction=kind), status))
    else:
        call.trail.add(patients=read.patients, entities=read.entities, along=read.along)


def _viewed(inner: Call) -> Answer:
    number, names = _MAP.bind("").match(inner.path(), method=inner.method())
    route: Route = _ROWS[number]
    inner.route = route
    manners.before(route, inner, names)  # refused as alone; the answer has the form of the whole
    return route.view(inner, **names)
