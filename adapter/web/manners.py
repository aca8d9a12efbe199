"""The manners of everything under /fhir: asked before a view, put on after it. R4 http.html; RFC 9110; Fetch § 3.2 (CORS).

Views answer with JSON and know nothing of it: XML, lines for a person, gzip and headers are this room's.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from typing import Final

from werkzeug.exceptions import MethodNotAllowed

from adapter.errors import FhirError
from adapter.fhir import bundle, pretty
from adapter.web import answers, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Call, Route
from adapter.web.negotiation import Form

FORM: Final = "application/x-www-form-urlencoded"
LONGEST: Final = 16_000
"""Characters of path and query; what is longer goes by POST `_search`. RFC 9110 § 4.1 wants 8,000 at least."""
LEAST: Final = 1_000
"""Bytes below which gzip saves no packet."""
_LEVEL: Final = 1
"""Of a plan of 4.8 KB level 1 leaves 1.1 KB in 25 µs; level 6 leaves 50 bytes less and takes half as long again."""
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
POSTED: Final = frozenset({"_search", "$validate"})
"""What stands where an id does and is posted."""
_PLAIN: Final = "identity"
_ALLOW: Final = "Allow"
_NOT_ALLOWED: Final = 405
METADATA: Final = "/fhir/metadata"
_NO_TYPES: Final = frozenset({METADATA, "/fhir/_history"})
_NUL: Final = ("\0", "%00")
_VARY: Final = ("Vary", "Accept, Accept-Encoding")
_VARY_ORIGIN: Final = ("Vary", "Accept, Accept-Encoding, Origin")
_EXPOSED: Final = "Content-Location, ETag, Last-Modified, Location, Retry-After, X-Request-Id"
_TAKEN: Final = (
    "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, "
    "If-Unmodified-Since, Prefer, traceparent, X-Provenance, X-Request-Id"
)
_REMEMBER_SECONDS: Final = "600"


def before(route: Route, call: Call, names: Mapping[str, str]) -> None:
    """Settle the form of the answer, and refuse what no view need look at.

    Raises FhirError IPK-F055 (NUL), F056 (address too long), F006, F084 (form), F005 (`_format`, `_pretty`), F001 (no id), MethodNotAllowed, and as `_check_body`.
    """
    path, query = call.path(), call.environ.get("QUERY_STRING", "")
    if len(path) + len(query) > LONGEST:
        raise FhirError("IPK-F056")
    call.form = form(call)
    if _NUL[0] in path or _NUL[1] in query:
        raise FhirError("IPK-F055")
    id_ = names.get("id_", "")
    if route.method == "GET":
        if id_ and not _ID.fullmatch(id_) and id_ not in POSTED:
            raise FhirError("IPK-F001")
    elif (id_ and not _ID.fullmatch(id_)) or path in _NO_TYPES:
        # It stands where a type or an id does, and is none: perhaps an operation, which has other methods.
        if call.shared.methods(path):
            raise MethodNotAllowed
        raise FhirError("IPK-F001")
    else:
        _check_body(route, call)


def _check_body(route: Route, call: Call) -> None:
    """Raise FhirError for a body that no view reads: compressed (IPK-F058), XML (F057), of another FHIR (F085) or characters (F090)."""
    said: str = call.environ.get("CONTENT_TYPE", "")
    if call.environ.get("HTTP_CONTENT_ENCODING", _PLAIN).strip().lower() not in {_PLAIN, ""}:
        raise FhirError("IPK-F058")
    if FORM not in route.body and call.media_type() in negotiation.XML_TYPES:
        raise FhirError("IPK-F057")
    if negotiation.foreign(said):
        raise FhirError("IPK-F085", at="Content-Type")
    if not negotiation.is_utf8(said):
        raise FhirError("IPK-F090", at="Content-Type")


def form(call: Call) -> Form:
    """Return the form that a request asks for by header and address. Raises FhirError IPK-F005, IPK-F006."""
    query: str = call.environ.get("QUERY_STRING", "")
    if "_format" in query or "_pretty" in query:
        return negotiation.wanted(call.environ, call.params())
    return negotiation.by_accept(call.environ.get("HTTP_ACCEPT"))


def dress(call: Call, found: Answer) -> None:
    """Put an answer into the form agreed on, an error too; then gzip, Vary and CORS. A 405 says what is allowed, never what it refuses."""
    headers, environ = found.headers, call.environ
    if found.status == _NOT_ALLOWED:
        headers[:] = (pair for pair in headers if pair[0] != _ALLOW)
        taken = call.shared.methods(call.path())
        headers.append((_ALLOW, ", ".join(one for one in taken if one != call.method())))
    origins = call.shared.origins
    headers.append(_VARY_ORIGIN if origins else _VARY)
    if origins and environ.get("HTTP_ORIGIN") in origins:
        headers += (
            ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
            ("Access-Control-Expose-Headers", _EXPOSED),
        )
    if headers[0][1] != answers.FHIR:
        return
    agreed = call.form or _lenient(call)
    if agreed.params:
        found.body = bundle.asked(found.body, agreed.params)
    if agreed.xml or agreed.pretty:
        found.body = _shaped(found.body, agreed)
    headers[0] = ("Content-Type", agreed.content)
    welcome = environ.get("HTTP_ACCEPT_ENCODING")
    if welcome and len(found.body) > LEAST and negotiation.zipped(welcome):
        found.body = gzip.compress(found.body, _LEVEL, mtime=0)
        headers.append(("Content-Encoding", "gzip"))


def _shaped(body: bytes, agreed: Form) -> bytes:
    if not agreed.xml:
        return pretty.lines(body)
    from adapter.fhir import xml  # noqa: PLC0415 (lxml and the table of elements, for who asks for XML)

    return xml.document(body, pretty=agreed.pretty)


def _lenient(call: Call) -> Form:
    """Return the form of an error that came before any was agreed on."""
    try:
        return form(call)
    except FhirError:
        return negotiation.JSON


def options(call: Call, methods: Iterable[str]) -> Answer:
    """Return what may be done with an address, and whether a page of another site may (a preflight)."""
    allowed = ", ".join(sorted({*methods, "OPTIONS"}))
    headers = [(_ALLOW, allowed)]
    if call.environ.get("HTTP_ORIGIN") in call.shared.origins:
        headers += [
            ("Access-Control-Allow-Methods", allowed),
            ("Access-Control-Allow-Headers", _TAKEN),
            ("Access-Control-Max-Age", _REMEMBER_SECONDS),
        ]
    return answers.empty(204, headers)
