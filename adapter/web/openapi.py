"""/openapi.json, made from the table of routes and the schemas of the events. OpenAPI 3.1.0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import orjson

from adapter.events import POSTED, schemas
from adapter.events.cloudevents import BATCH, STRUCTURED
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Param, Route
from adapter.web.negotiation import XML_TYPE
from adapter.web.version import VERSION

_NAMES: Final = re.compile(r"\{(\w+)\}")
_ERROR: Final = 400
_STRING: Final = {"type": "string"}


def route(routes: Callable[[], Iterable[tuple[str, Route]]]) -> tuple[Route, ...]:
    """Return the route of the document; `routes` gives (subject, route) of all there are."""

    @cache
    def document() -> bytes:
        return orjson.dumps(build(routes()))

    def openapi(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
        """Return the OpenAPI document."""
        return answers.raw(document())

    return (
        Route(
            method="GET",
            path="/openapi.json",
            view=openapi,
            summary="This description",
            cached=True,
            answers=Answers(media=answers.JSON, texts={200: "OpenAPI 3.1"}),
        ),
    )


def build(routes: Iterable[tuple[str, Route]]) -> dict[str, Any]:
    """Return the OpenAPI document of routes."""
    paths: dict[str, dict[str, Any]] = {}
    named: set[str] = set()
    for subject, each in routes:
        operation = _operation(subject, each)
        if operation["operationId"] in named:  # one view for two methods of an address
            operation["operationId"] += f"_{each.method.lower()}"
        named.add(operation["operationId"])
        paths.setdefault(_plain(each.path), {})[each.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ip-adapter",
            "version": VERSION,
            "summary": "Events in, KITH messages and FHIR R4 out",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_events(), "Problem": _PROBLEM},
        },
    }


def _operation(subject: str, each: Route) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": f"{subject}_{each.view.__name__}_{_slug(each.path)}",
        "tags": [subject],
        "summary": each.summary,
        "responses": {str(status): _response(each, status, text) for status, text in _texts(each)},
    }
    if parameters := [_path(name) for name in _NAMES.findall(_plain(each.path))] + [
        _query(p) for p in each.params
    ]:
        said["parameters"] = parameters
    if each.path == "/events" and each.method == "POST":
        said["requestBody"] = _EVENT_BODY
    elif each.body:
        said["requestBody"] = {
            "required": True,
            "content": {media: {"schema": _STRING} for media in each.body},
        }
    if each.access is None:
        said["security"] = [{}]
    return said


def _texts(each: Route) -> list[tuple[int, str]]:
    guarded = {401: "A valid token is missing", 503: "Try again"} if each.access is not None else {}
    return sorted({**guarded, **each.answers.texts}.items())


def _plain(path: str) -> str:
    """Return a path with names as a reader expects them: Python's own words have a trailing underscore here."""
    return path.replace("_}", "}")


def _slug(path: str) -> str:
    return re.sub(r"\W+", "_", path).strip("_")


def _response(each: Route, status: int, text: str) -> dict[str, Any]:
    if status == 204:  # noqa: PLR2004 (no content)
        return {"description": text}
    if status >= _ERROR:
        if each.path.startswith("/fhir"):
            return {"description": text, "content": _FHIR_CONTENT}
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        return {"description": text, "content": {answers.PROBLEM: problem}}
    if each.answers.media == answers.FHIR:
        return {"description": text, "content": _FHIR_CONTENT}
    schema = {"type": "object"} if "json" in each.answers.media else _STRING
    return {"description": text, "content": {each.answers.media: {"schema": schema}}}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _STRING}


def _query(param: Param) -> dict[str, Any]:
    schema = dict(param.schema) if param.schema is not None else _STRING
    return {"name": param.name, "in": "query", "description": param.text, "schema": schema}


def _events() -> dict[str, Any]:
    return {type_: schemas.schema(type_) for type_ in POSTED}


_FHIR_CONTENT: Final = {answers.FHIR: {"schema": {"type": "object"}}, XML_TYPE: {"schema": _STRING}}
_ANY_EVENT: Final = {"oneOf": [{"$ref": f"#/components/schemas/{type_}"} for type_ in POSTED]}
_EVENT_BODY: Final = {
    "required": True,
    "description": "One CloudEvent, up to 1,000 in a batch, or data alone with the attributes as ce- headers",
    "content": {
        STRUCTURED: {"schema": _ANY_EVENT},
        BATCH: {"schema": {"type": "array", "maxItems": 1000, "items": _ANY_EVENT}},
        answers.JSON: {"schema": {"type": "object"}},
    },
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _STRING,
        "status": {"type": "integer"},
        "instance": {"type": "string", "format": "uri"},
        "reason": _STRING,
        "allowed": {"type": "array", "items": _STRING},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "code", "message", "rule", "fix"],
                "properties": dict.fromkeys(("path", "code", "message", "rule", "fix"), _STRING)
                | {"line": {"type": "integer"}},
            },
        },
    },
}
