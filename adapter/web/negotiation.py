"""What a FHIR client may ask of the answer's form: JSON only, and caching by version. R4 http.html#mime-type, #cond-read."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

from adapter.errors import FhirError

_TYPES: Final = frozenset({"application/fhir+json", "application/json", "text/json", "application/*", "*/*"})
_FORMATS: Final = frozenset(
    {"json", "application/json", "application/fhir+json", "application/fhir json", "text/json"}
)
"""Values of `_format`; a plus that was not encoded arrives as a blank."""


def check(accept: str | None, formats: list[str]) -> None:
    """Raise FhirError IPK-F006 unless JSON will do; `_format` goes before Accept."""
    wanted = formats[-1].partition(";")[0].strip().lower() if formats else ""
    fine = wanted in _FORMATS if wanted else accept is None or _accepts(accept)
    if not fine:
        raise FhirError("IPK-F006")


@lru_cache(maxsize=512)
def _accepts(accept: str) -> bool:
    items = [item.strip().lower() for item in accept.split(",") if item.strip()]
    return not items or any(_taken(item) for item in items)


def _taken(item: str) -> bool:
    media, *params = (part.strip() for part in item.split(";"))
    zero = any(part.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for part in params)
    return media in _TYPES and not zero


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
    try:
        moment = parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
    return moment.tzinfo is not None and updated // 1_000_000 <= moment.timestamp()


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
