"""Every fault as an answer: problem+json for our own API, OperationOutcome under /fhir. RFC 9457; R4 http.html#Status-Codes.

Texts come from the table of errors alone; no value of the request is ever quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, Literal

from werkzeug.exceptions import HTTPException

from adapter.errors import AdapterError, Fault, FhirError
from adapter.fhir import outcome
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Call, code_for

Lang = Literal["nb", "en"]

REASONS: Final = {
    "IPK-E012": "id-conflict",
    "IPK-E013": "transition-refused",
    "IPK-R001": "source-unknown",
}
"""Codes that the contract also gives a name."""
RETRY_SECONDS: Final = "2"
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
FHIR: Final = "/fhir"
"""Where the FHIR API stands."""
_UNDER: Final = f"{FHIR}/"
_FHIR: Final = {
    404: "IPK-F001", 405: "IPK-F007", 406: "IPK-F006", 413: "IPK-F012", 414: "IPK-F056", 415: "IPK-F011"
}  # fmt: skip
_UNEXPECTED: Final = "IPK-S004"
_SERVER_ERROR: Final = 500


@lru_cache(maxsize=256)
def language(accept: str) -> Lang:
    """Return the language to speak: English where it is preferred to Norwegian. RFC 9110 § 12.5.4."""
    english = norwegian = 0.0
    for item in accept.lower().split(","):
        tag, _, rest = item.strip().partition(";")
        weight = _weight(rest)
        primary = tag.partition("-")[0]
        english = max(english, weight) if primary == "en" else english
        norwegian = max(norwegian, weight) if primary in {"nb", "no", "nn"} else norwegian
    return "en" if english > norwegian else "nb"


def spoken(call: Call) -> Lang:
    """Return the language that a caller asks for."""
    return language(call.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 1.0


def answer(call: Call, error: AdapterError) -> Answer:
    """Return an error of ours as an answer in the caller's language."""
    row = error.row
    lang = spoken(call)
    headers: list[tuple[str, str]] = [("Content-Language", lang)]
    if row.http == 503:  # noqa: PLR2004 (RFC 9110 § 10.2.3)
        headers.append(("Retry-After", RETRY_SECONDS))
    if row.http == 401:  # noqa: PLR2004 (RFC 9110 § 11.6.1)
        headers.append(("WWW-Authenticate", _challenge(call)))
    if is_fhir(call.path()):
        content = outcome.of_error(error, lang=lang)
        return answers.json(content, media=answers.FHIR, status=row.http, headers=headers)
    content = problem(error, lang=lang, request_id=call.request_id)
    return answers.json(content, media=answers.PROBLEM, status=row.http, headers=headers)


def _challenge(call: Call) -> str:
    """Return the challenge; one who gave credentials is told that they are nobody's. RFC 6750 § 3."""
    mistaken = call.caller is not None and call.caller.mistaken
    return 'Bearer realm="ip-adapter"' + (', error="invalid_token"' if mistaken else "")


def problem(error: AdapterError, *, lang: Lang, request_id: str, root: str = "$") -> dict[str, Any]:
    """Return the problem details of an error; `root` stands before the path of each fault (`$[3]` in a batch)."""
    row = error.row
    found: dict[str, Any] = {
        "type": f"/docs/errors#{error.code}",
        "title": row.nb if lang == "nb" else row.en,
        "status": row.http,
        "instance": instance(request_id),
        "errors": [_fault(fault, lang, root) for fault in error.faults],
    }
    if error.code in REASONS:
        found["reason"] = REASONS[error.code]
    if error.allowed or error.code in {"IPK-E013", "IPK-M011"}:
        found["allowed"] = list(error.allowed)
    return found


def instance(request_id: str) -> str:
    """Return the URI of this occurrence: the request's id, by which the log is searched."""
    return f"urn:uuid:{request_id}" if _UUID.fullmatch(request_id) else f"urn:request:{request_id}"


def _fault(fault: Fault, lang: Lang, root: str) -> dict[str, Any]:
    path = root + fault.path[1:] if fault.path.startswith("$") else fault.path
    found: dict[str, Any] = {"path": path, "code": fault.code, "message": fault.message(lang)}
    found["rule"] = fault.rule or fault.code
    found["fix"] = fault.fix(lang)
    if fault.line is not None:
        found["line"] = fault.line
    return found


def is_fhir(path: str) -> bool:
    """Return whether a path is under the FHIR base, where errors are OperationOutcomes."""
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    return path == FHIR or path.startswith(_UNDER)


def of_http(call: Call, error: HTTPException) -> Answer:
    """Return a fault of the router or the server (404, 405, 413 …) in the words of our own table."""
    status = error.code or _SERVER_ERROR
    if status >= _SERVER_ERROR:
        code = _UNEXPECTED
    elif is_fhir(call.path()):
        code = _FHIR.get(status, "IPK-F055")
    else:
        code = code_for(call.route, status)
    found = answer(call, FhirError(code))
    found.headers += _kept(error)
    return found


def _kept(error: HTTPException) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in error.get_headers() if name.lower() == "allow")


def unexpected(call: Call) -> Answer:
    """Return the answer to a fault of our own making, which says nothing but its code."""
    return answer(call, FhirError(_UNEXPECTED))
