"""What a FHIR client may ask of the answer's form, and caching by version. R4 http.html#mime-type, #version-parameter, #cond-read.

JSON is the default, XML is for those who ask. Of equal wishes the one said more exactly wins, then the one said first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from adapter.errors import FhirError
from adapter.web.answers import FHIR as JSON_TYPE

XML_TYPE: Final = "application/fhir+xml"
_JSON: Final = "json"
_XML: Final = "xml"
_KINDS: Final = {
    JSON_TYPE: _JSON, "application/json": _JSON, "text/json": _JSON, "application/json+fhir": _JSON,
    XML_TYPE: _XML, "application/xml": _XML, "text/xml": _XML, "application/xml+fhir": _XML,
}  # fmt: skip
"""Media type → format. Those of DSTU2 stand last of each."""
_OLD: Final = {"application/json+fhir": JSON_TYPE, "application/xml+fhir": XML_TYPE}
XML_TYPES: Final = frozenset(media for media, kind in _KINDS.items() if kind == _XML)
_FORMATS: Final = {_JSON: _JSON, _XML: _XML, **_KINDS}
_WILD: Final = {"*/*": 0, "application/*": 1}
"""Ranges that any of the formats is in → how exact they are."""
_EXACT: Final = 2
_SERVED: Final = {_JSON: JSON_TYPE, _XML: XML_TYPE}
_VERSION: Final = "fhirversion"
_SERVED_VERSION: Final = "4.0"
_VERSIONS: Final = frozenset({_SERVED_VERSION, "4.0.1"})
_WEIGHT: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_FLAGS: Final = {"": False, "true": True, "false": False}
_REMEMBERED: Final = 512
"""Longest header that is kept read: a stranger's long ones shall not fill the memory."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the answer is to look."""

    content: str
    """Value of Content-Type. FHIR is UTF-8, and says so (R4 http.html#mime-type)."""
    xml: bool = False
    pretty: bool = False
    params: tuple[tuple[str, str], ...] = ()
    """What the address said of it, for links to further pages."""


def _form(media: str, *, versioned: bool = False, **more: Any) -> Form:
    version = f"; fhirVersion={_SERVED_VERSION}" if versioned else ""
    return Form(f"{media}{version}; charset=utf-8", xml=_KINDS[media] == _XML, **more)


JSON: Final = _form(JSON_TYPE)
"""The form of who asks for none."""


def wanted(environ: dict[str, Any], params: Sequence[tuple[str, str]]) -> Form:
    """Return the form that a request asks for: by `_format` among its parameters, else by Accept.

    Raises FhirError IPK-F006 where it is none of ours, F084 where only its version of FHIR is not, IPK-F005 where `_format` or `_pretty` contradict or cannot be read.
    """
    media, pretty = _format(params), _pretty(params)
    found = _form(media) if media else by_accept(environ.get("HTTP_ACCEPT"))
    # In words of our own: a link repeats nothing that somebody put beside them.
    said = [*([("_format", _KINDS[media])] if media else ()), *([("_pretty", "true")] if pretty else ())]
    return Form(found.content, xml=found.xml, pretty=pretty, params=tuple(said)) if said else found


def _format(params: Sequence[tuple[str, str]]) -> str:
    """Return the media type that `_format` asks for, nothing where it is not said."""
    given = [value.strip().lower() for name, value in params if name == "_format"]
    read = [_read(_plus(value)) for value in given if value]
    if None in read:
        raise FhirError("IPK-F006", at="_format")
    if any(one.foreign for one in read if one):
        raise FhirError("IPK-F084", at="_format")
    kinds = {_FORMATS.get(one.media, "") for one in read if one}
    if "" in kinds:
        raise FhirError("IPK-F006", at="_format")
    if len(kinds) > 1:
        raise FhirError("IPK-F005", at="_format")
    return _SERVED[kinds.pop()] if kinds else ""


def _plus(value: str) -> str:
    """Return a media type with its plus: one that was not encoded arrives as a blank."""
    media, colon, rest = value.partition(";")
    return media.strip().replace(" ", "+") + colon + rest


def _pretty(params: Sequence[tuple[str, str]]) -> bool:
    given = {value.strip().lower() for name, value in params if name == "_pretty"}
    if len(given) > 1 or not given <= _FLAGS.keys():
        raise FhirError("IPK-F005", at="_pretty", hint="true, false")
    return any(_FLAGS[one] for one in given)


def by_accept(accept: str | None) -> Form:
    """Return the form that an Accept header asks for. Raises FhirError IPK-F006, IPK-F084. RFC 9110 § 12.5.1."""
    if accept is None:
        return JSON
    return _accepted(accept) if len(accept) <= _REMEMBERED else _accepted.__wrapped__(accept)


class _Wish(NamedTuple):
    """One item of an Accept header."""

    media: str
    weight: float
    versioned: bool
    foreign: bool = False
    """Whether it is of a version of FHIR that is not ours."""


@lru_cache(maxsize=512)
def _accepted(accept: str) -> Form:
    items = [item for item in accept.lower().split(",") if item.strip()]
    if not items:
        return JSON
    read = [wish for item in items if (wish := _read(item)) is not None]
    wishes = [wish for wish in read if not wish.foreign]
    refused = {_KINDS[wish.media] for wish in wishes if not wish.weight and wish.media in _KINDS}
    ranked = [
        (-wish.weight, -_WILD.get(wish.media, _EXACT), number, wish)
        for number, wish in enumerate(wishes)
        if wish.weight and _of_range(wish, refused)
    ]
    if not ranked:
        raise FhirError("IPK-F006" if wishes == read else "IPK-F084")
    best = min(ranked)[3]
    media = _of_range(best, refused)
    return _form(_OLD.get(media, media), versioned=best.versioned)


def _of_range(wish: _Wish, refused: set[str]) -> str:
    """Return the media type that fulfils a wish, nothing where none does."""
    if wish.media in _KINDS:
        return wish.media
    if wish.media in _WILD:
        return next((media for kind, media in _SERVED.items() if kind not in refused), "")
    return ""


def _read(item: str) -> _Wish | None:
    """Return one media range with its weight; None where we have no such thing."""
    media, *params = (part.strip() for part in item.split(";"))
    if media not in _FORMATS and media not in _WILD:
        return None
    said = {name: value for name, value in map(_param, params) if name != "q" or _WEIGHT.fullmatch(value)}
    version = said.get(_VERSION)
    return _Wish(
        media,
        float(said.get("q", 1)),
        versioned=version is not None,
        foreign=version is not None and version not in _VERSIONS,
    )


def _param(text: str) -> tuple[str, str]:
    name, _, value = (part.strip().strip('"') for part in text.partition("="))
    return name, value


def foreign(content_type: str) -> bool:
    """Return whether a body says that it is of a version of FHIR that is not ours. R4 http.html#version-parameter."""
    said = dict(map(_param, content_type.lower().split(";")[1:]))
    return said.get(_VERSION, _SERVED_VERSION) not in _VERSIONS


_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""Names of what is read as UTF-8, which ASCII is a part of."""


def is_utf8(content_type: str) -> bool:
    """Return whether a body says no other character set than FHIR's. R4 http.html#mime-type."""
    said = dict(map(_param, content_type.lower().split(";")[1:]))
    return said.get("charset", "utf-8") in _UTF8


def zipped(accept_encoding: str) -> bool:
    """Return whether gzip is welcome. RFC 9110 § 12.5.3."""
    return (
        _zipped(accept_encoding)
        if len(accept_encoding) <= _REMEMBERED
        else _zipped.__wrapped__(accept_encoding)
    )


@lru_cache(maxsize=512)
def _zipped(accept_encoding: str) -> bool:
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, rest = (part.strip() for part in item.partition(";"))
        value = rest.removeprefix("q=").strip()
        weights[coding] = float(value) if _WEIGHT.fullmatch(value) else 1.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def unchanged(environ: dict[str, Any], *, version: int, updated: int) -> bool:
    """Return whether the caller has this version already: If-None-Match, else If-Modified-Since. RFC 9110 § 13.1."""
    tags: str | None = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return any(_tag(one) in {str(version), "*"} for one in tags.split(","))
    since: str | None = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and _not_after(updated, since)


def _tag(one: str) -> str:
    # One client sends the bare version; weak and strong are the same here.
    return one.strip().removeprefix("W/").strip('"')


def _not_after(updated: int, since: str) -> bool:
    at = moment(since)
    return at is not None and updated // 1_000_000 <= at


def moment(text: str | None) -> float | None:
    """Return a date of HTTP in seconds since 1970, None for none and for what is none. RFC 9110 § 5.6.7."""
    try:
        found = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return None if found.tzinfo is None else found.timestamp()


@lru_cache(maxsize=4096)
def http_date(second: int) -> str:
    """Return an instant in the form of HTTP, of seconds since 1970."""
    return formatdate(second, usegmt=True)


def strict(environ: dict[str, Any]) -> bool:
    """Return whether the caller wants unknown parameters refused (`Prefer: handling=strict`); others are ignored."""
    prefer: str = environ.get("HTTP_PREFER", "")
    return any(
        part.strip().replace('"', "") == "handling=strict" for part in prefer.replace(";", ",").split(",")
    )
