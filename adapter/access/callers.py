"""Who is calling: the address, the bearer token and the id of the request. RFC 6750 § 2.1; RFC 9110 § 11."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from adapter.idscan import has_eleven_digits
from adapter.registers.clients import Client

ANYBODY: Final = "loopback"
"""Client of a request without a token."""
HOLDER: Final = "token"
"""Client of a request with the installation's token."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]*)?")
_TRACE: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is calling.

    `local`: from this machine. `trusted`: with the right token. `foreign`: a page of another site. `meant`: by a name
    that is this service's own, not one that somebody else led here. `party`: key of the other organisation it asks for.
    `mistaken`: credentials were given that are nobody's.
    """

    client: str
    local: bool
    trusted: bool
    request_id: str
    foreign: bool = False
    meant: bool = True
    party: str | None = None
    mistaken: bool = False


CURRENT: Final[ContextVar[Caller | None]] = ContextVar("caller", default=None)
"""The caller this thread works for, so that what a use case writes can be audited with it."""


def identify(  # noqa: PLR0913 (what a request says of its caller)
    *,
    address: str,
    authorization: str | None,
    token: str | None,
    request_id: str,
    site: str | None = None,
    host: str | None = None,
    public: str = "",
    clients: Mapping[str, Client] | None = None,
) -> Caller:
    """Return the caller.

    `address` is the peer's IP address, empty for a local socket; `token` the installation's; `site` what a browser says
    of the page that asks (Sec-Fetch-Site); `host` whom the request is for (Host); `public` this service's own name;
    `clients` the systems of other organisations, by the digest of their token.
    """
    client = _client(authorization, clients) if clients and authorization else None
    if client is not None:
        return Caller(
            client=client.name,
            local=is_local(address),
            trusted=False,
            request_id=request_id,
            foreign=site == "cross-site",
            meant=is_own(host, public),
            party=client.party,
        )
    trusted = token is not None and authorization is not None and _matches(authorization, token)
    return Caller(
        client=HOLDER if trusted else ANYBODY,
        local=is_local(address),
        trusted=trusted,
        request_id=request_id,
        foreign=site == "cross-site",
        meant=is_own(host, public),
        mistaken=not trusted and authorization is not None,
    )


def _matches(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    # Compared in constant time, so that the time taken tells nothing about the token.
    same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
    return scheme.lower() == "bearer" and same


def _client(authorization: str, clients: Mapping[str, Client]) -> Client | None:
    """Return whose token it is. A digest is looked up: what its time tells is nothing about the token."""
    scheme, _, given = authorization.partition(" ")
    digest = hashlib.sha256(given.strip().encode("utf-8", "surrogateescape")).hexdigest()
    return clients.get(digest) if scheme.lower() == "bearer" else None


@lru_cache(maxsize=1024)
def is_local(address: str) -> bool:
    """Return whether a peer's address is this machine's own; a local socket has none."""
    try:
        return address == "" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def is_own(host: str | None, public: str) -> bool:
    """Return whether a Host names this machine or `public`; True where none is given, which no browser does. RFC 9110 § 7.2.

    A page whose name is led to 127.0.0.1 asks by that name (DNS rebinding), and its own site it is then.
    """
    if host is None:
        return True
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].strip("[]").lower().removesuffix(".")
    return name in {"localhost", public} or (name != "" and is_local(name))


def request_id(given: str | None) -> str | None:
    """Return the caller's own id of the request when it is safe to log and to send back, else None."""
    if given is None or not _REQUEST_ID.fullmatch(given) or has_eleven_digits(given):
        return None
    return given


def traceparent(given: str | None) -> str | None:
    """Return a valid `traceparent`, else None. W3C Trace Context § 3.2."""
    return given if given is not None and _TRACE.fullmatch(given) else None
