"""Bundles assembled as bytes around stored bytes: what is served is what was stored. R4 bundle.html."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import quote

import orjson

from adapter.fhir import deletion
from adapter.fhir.readable import Readable
from adapter.fhir.table import READABLE
from adapter.fhir.urls import OBSERVATION_VALUE

_SUBSETTED: Final = {
    "system": OBSERVATION_VALUE,
    "code": "SUBSETTED",
}
_READABLE: Final = "/:,|*-_."
_PLAIN: Final = re.compile(r"[A-Za-z0-9/:,|*_.~-]*").fullmatch
_ALWAYS: Final = ("resourceType", "id", "meta")


_MATCH: Final = b',"search":{"mode":"match"}}'
_INCLUDE: Final = b',"search":{"mode":"include"}}'
_Pieces = tuple[bytes, ...]
"""One entry, to be joined."""


class Stored(Protocol):
    """A stored resource (query.Row is one)."""

    @property
    def type(self) -> str:
        """Its type."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def version(self) -> int:
        """Its version."""

    @property
    def updated(self) -> int:
        """Instant of its change, microseconds since 1970 UTC."""

    @property
    def body(self) -> bytes:
        """Its JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Absolute links of a page."""

    self_url: str
    next_url: str | None = None
    monitor_url: str | None = None
    """Where a client goes on later, for what is new by then (IANA link relation `monitor`, RFC 5989)."""


def url(base: str, path: str, params: Sequence[tuple[str, str]] = ()) -> str:
    """Return an absolute URL under a base without trailing slash; `:`, `,` and `|` of FHIR stay readable."""
    if not params:
        return f"{base}/{path}"
    return f"{base}/{path}?" + "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in params)


def _escaped(text: str) -> str:
    # Nearly all are plain: one look instead of a walk over the characters.
    return text if _PLAIN(text) else quote(text, safe=_READABLE)


def searchset(
    *,
    base: str,
    links: Links,
    matches: Iterable[Stored] = (),
    included: Iterable[Stored] = (),
    total: int | None = None,
    outcome: bytes | None = None,
) -> bytes:
    """Return a searchset Bundle; `outcome` is an OperationOutcome about what was ignored."""
    head = b'{"fullUrl":"' + orjson.dumps(base)[1:-1]
    entries = [_found(head, row, _MATCH) for row in matches]
    entries += [_found(head, row, _INCLUDE) for row in included]
    if outcome is not None:
        entries.append((b'{"resource":', outcome, b',"search":{"mode":"outcome"}}'))
    return _bundle(b"searchset", links, entries, total)


def history(*, base: str, links: Links, versions: Iterable[Stored], total: int | None = None) -> bytes:
    """Return a history Bundle in the order given; version 1 was a POST, later ones PUTs, what was deleted a DELETE."""
    head = orjson.dumps(base)[1:-1]
    return _bundle(b"history", links, [_version(head, row) for row in versions], total)


def _bundle(type_: bytes, links: Links, entries: Iterable[_Pieces], total: int | None) -> bytes:
    rows = [("self", links.self_url), ("next", links.next_url), ("monitor", links.monitor_url)]
    link = orjson.dumps([{"relation": relation, "url": target} for relation, target in rows if target])
    count = b',"total":%d' % total if total is not None else b""
    # Put together once: each copy of a page costs as much as reading it.
    pieces = [b'{"resourceType":"Bundle","type":"', type_, b'"', count, b',"link":', link]
    mark, end = b',"entry":[', b"}"  # an empty list is forbidden in FHIR JSON
    for entry in entries:
        pieces.append(mark)
        pieces += entry
        mark, end = b",", b"]}"
    pieces.append(end)
    return b"".join(pieces)


_LINKED: Final = re.compile(
    rb'(\{"resourceType":"Bundle","type":"[a-z-]+"(?:,"total":[0-9]+)?,"link":)(\[[^\]]*\])'
)
"""A page's links: in a URL of ours no bracket stands as it is."""


def asked(page: bytes, params: Sequence[tuple[str, str]]) -> bytes:
    """Return a page of ours whose links ask with these parameters too (`_format`); all else as it is."""
    found = _LINKED.match(page)
    if found is None:
        return page
    more = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in params)
    links = orjson.loads(found[2])
    for link in links:
        link["url"] += ("&" if "?" in link["url"] else "?") + more
    return found[1] + orjson.dumps(links) + page[found.end() :]


def _found(head: bytes, row: Stored, tail: bytes) -> _Pieces:
    return (b'%b/%b/%b","resource":' % (head, row.type.encode(), row.id.encode()), row.body, tail)


def _version(base: bytes, row: Stored) -> _Pieces:
    where = f"{row.type}/{row.id}"
    if deletion.is_marked(row.body):
        return (_deletion(base, row, where),)
    first = row.version == 1
    request = {"method": "POST" if first else "PUT", "url": row.type if first else where}
    response = {
        "status": "201" if first else "200",
        "etag": etag(row.version),
        "lastModified": last_modified(row.updated),
    }
    return (
        b'{"fullUrl":"', base, b"/", where.encode(), b'","resource":', row.body,
        b',"request":', orjson.dumps(request), b',"response":', orjson.dumps(response), b"}",
    )  # fmt: skip


def _deletion(base: bytes, row: Stored, where: str) -> bytes:
    """Return the entry of the version by which a resource was deleted: what it said is not shown. R4 http.html#history."""
    entry = {
        "fullUrl": f"{base.decode()}/{where}",
        "request": {"method": "DELETE", "url": where},
        "response": {"status": "204", "etag": etag(row.version), "lastModified": last_modified(row.updated)},
    }
    return orjson.dumps(entry)


def etag(version: int | str) -> str:
    """Return the weak ETag of a version."""
    return f'W/"{version}"'


def last_modified(updated: int) -> str:
    """Return an instant, in UTC with milliseconds, of microseconds since 1970."""
    moment = datetime.fromtimestamp(updated / 1_000_000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """A stored resource of which only some elements are served."""

    type: str
    id: str
    version: int
    updated: int
    body: bytes


def subset(
    row: Stored, elements: Sequence[str] = (), *, summary: str = "", of: Readable | None = None
) -> Subset:
    """Return the row with what is asked for and its mandatory elements, tagged SUBSETTED. R4 search.html#elements, #summary.

    `elements`: names · `summary`: `true` (R4's summary elements), `text` (the narrative) or `data` (all but that) · `of`: the
    row of the type, where it is not one of the table's.
    """
    full: dict[str, Any] = orjson.loads(row.body)
    readable = of or READABLE.get(row.type)
    kept = {*_ALWAYS, *elements, *(readable.mandatory if readable else ())}
    if summary == "data":
        kept = {name.removeprefix("_") for name in full} - {"text"}
    elif summary == "text":
        kept.add("text")
    elif summary and readable:
        kept.update(readable.summary)
    found = {name: value for name, value in full.items() if name.removeprefix("_") in kept}
    meta: Mapping[str, Any] = found.get("meta", {})
    found["meta"] = {**meta, "tag": [*meta.get("tag", ()), _SUBSETTED]}
    head = {name: found.pop(name) for name in _ALWAYS if name in found}
    body = orjson.dumps({**head, **found})
    return Subset(type=row.type, id=row.id, version=row.version, updated=row.updated, body=body)
