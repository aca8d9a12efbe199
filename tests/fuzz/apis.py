"""Requests from /openapi.json: every path and method, its parameters and bodies, as described and made wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from adapter import events
from adapter.events import schemas
from tests.fuzz import values
from tests.fuzz.searches import path as segment
from tests.fuzz.sending import Sent
from tests.kith import builders, damage

_ODD_METHODS: Final = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD")
_ACCEPT: Final = (
    "*/*",
    "application/json",
    "application/fhir+json",
    "text/html",
    "text/plain",
    "application/pdf",
    "x/y;q=a",
)
_HEADERS: Final = (
    "If-None-Match", "If-Match", "If-Modified-Since", "Prefer", "Accept-Language", "If-None-Exist", "X-Provenance",
    "Authorization", "Range", "Origin", "ce-id", "ce-type", "ce-source", "Content-Encoding",
)  # fmt: skip


class Routes:
    """Every operation of an OpenAPI document, and what a store is known to hold."""

    def __init__(
        self, document: Mapping[str, Any], resources: list[dict[str, Any]], ids: tuple[str, ...]
    ) -> None:
        self._rows = [
            (path, method.upper(), operation)
            for path, methods in sorted(document["paths"].items())
            for method, operation in sorted(methods.items())
        ]
        self._resources = resources
        self._types = sorted({one["resourceType"] for one in resources})
        self._ids = ids

    def __len__(self) -> int:
        return len(self._rows)

    def sent(self, dice: Random) -> Sent:
        """Return a request of one of them."""
        path, method, operation = dice.choice(self._rows)
        if dice.random() < 0.05:
            method = dice.choice(_ODD_METHODS)
        resource = dice.choice(self._resources)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                path = path.replace(
                    f"{{{parameter['name']}}}", segment(self._named(dice, parameter["name"], resource))
                )
        asked = [
            (parameter["name"], self._asked(dice, parameter))
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query" and dice.random() < 0.3
        ]
        if dice.random() < 0.1:
            asked.append(("unknown", values.text(dice)))
        headers = {"Accept": dice.choice(_ACCEPT)}
        if dice.random() < 0.2:
            headers[dice.choice(_HEADERS)] = _line(values.text(dice))
        body = b""
        if taken := operation.get("requestBody", {}).get("content"):
            media = dice.choice(sorted(taken))
            headers["Content-Type"] = media if dice.random() < 0.95 else "text/plain"
            body = self._body(dice, media, resource)
        query = f"?{urlencode(asked, errors='replace')}" if asked else ""
        return Sent(method=method, path=path + query, headers=headers, body=body)

    def _named(self, dice: Random, name: str, resource: Mapping[str, Any]) -> str:
        if dice.random() < 0.15:
            return values.text(dice) or "x"
        if name == "type":
            return dice.choice((resource["resourceType"], dice.choice(events.POSTED)))
        if name == "version":
            return dice.choice(("1", "2", "0", "999999999", "1.0"))
        return dice.choice((resource["id"], dice.choice(self._ids)))

    def _asked(self, dice: Random, parameter: Mapping[str, Any]) -> str:
        offered = parameter.get("schema", {}).get("enum", ())
        return dice.choice(offered) if offered and dice.random() < 0.7 else values.text(dice)

    def _body(self, dice: Random, media: str, resource: dict[str, Any]) -> bytes:
        if dice.random() < 0.1:
            return values.text(dice).encode(errors="replace")
        made = next((make for part, make in _BODIES.items() if part in media), _anything)
        body = made(dice, resource)
        return body[: dice.randrange(len(body) + 1)] if dice.random() < 0.05 else body


def _line(text: str) -> str:
    """Return text as a header may have it."""
    return "".join(c for c in text if " " <= c < "\x7f")[:500]


def _event(dice: Random) -> dict[str, Any]:
    found: dict[str, Any] = values.damaged(dice, schemas.example(dice.choice(sorted(events.POSTED))))
    return found


def _dumped(content: Any) -> bytes:
    return json.dumps(content).encode()


def _patch(dice: Random, resource: dict[str, Any]) -> bytes:
    if dice.random() < 0.5:
        return _dumped(values.damaged(dice, {"status": "active", "title": "Plan"}))
    path = f"/{dice.choice([*sorted(resource), 'nothing', 'activity/0'])}"
    operation = dice.choice(("add", "remove", "replace", "move", "copy", "test", "junk"))
    return _dumped(values.damaged(dice, [{"op": operation, "path": path, "value": values.anything(dice)}]))


def _fhir(dice: Random, resource: dict[str, Any]) -> bytes:
    if dice.random() < 0.15:
        entry = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}
        resource = {"resourceType": "Bundle", "type": dice.choice(("batch", "transaction")), "entry": [entry]}
    return _dumped(values.damaged(dice, resource))


def _anything(dice: Random, _resource: dict[str, Any]) -> bytes:
    return _dumped(values.anything(dice))


_BODIES: Final[Mapping[str, Callable[[Random, dict[str, Any]], bytes]]] = {
    "cloudevents-batch": lambda dice, _: _dumped([_event(dice) for _ in range(dice.randrange(3))]),
    "cloudevents": lambda dice, _: _dumped(_event(dice)),
    "patch": _patch,
    "fhir+json": _fhir,
    "xml": lambda dice, _: damage.document([builders.dialogue()], 0, dice.randrange(1 << 30)),
    "form-urlencoded": lambda dice, _: urlencode({"_id": values.text(dice)}, errors="replace").encode(),
}
"""Part of a media type → the body it is sent with."""
