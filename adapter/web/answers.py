"""Answers as values: status, headers, finished bytes. The app turns them into WSGI. RFC 9110; RFC 9111."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson

JSON: Final = "application/json"
FHIR: Final = "application/fhir+json"
PROBLEM: Final = "application/problem+json"
SCHEMA: Final = "application/schema+json"
XML: Final = "application/xml"
HTML: Final = "text/html; charset=utf-8"

Headers = Sequence[tuple[str, str]]

LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
"""Status → status line."""
BODILESS: Final = frozenset({204, 304})


@dataclass(slots=True)
class Answer:
    """What a view gives back."""

    body: bytes
    status: int
    headers: list[tuple[str, str]]

    def has(self, name: str) -> bool:
        """Return whether a header is set; `name` as written here."""
        return any(key == name for key, _ in self.headers)


def raw(
    body: bytes, *, media: str = JSON, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Answer:
    """Return an answer of finished bytes."""
    return Answer(body, status, [("Content-Type", media), *headers])


def json(content: Any, *, media: str = JSON, status: int = 200, headers: Headers = ()) -> Answer:
    """Return content as JSON."""
    return raw(orjson.dumps(content), media=media, status=status, headers=headers)


def html(text: str, *, headers: Headers = ()) -> Answer:
    """Return a page."""
    return raw(text.encode(), media=HTML, headers=headers)


def empty(status: int, headers: Headers = ()) -> Answer:
    """Return an answer without a body (204, 304)."""
    return Answer(b"", status, list(headers))
