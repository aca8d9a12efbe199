"""Addresses of servers: which leads to this machine alone, and how one is shown. RFC 3986, 3.2; RFC 6890."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit


def is_loopback(host: str) -> bool:
    """Return whether `host` is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name: who knows where it leads
        return False


def without_password(url: str) -> str:
    """Return a URL with its password as stars; any other text as it is."""
    parts = urlsplit(url) if "://" in url and "@" in url else None
    if parts is None:
        return url
    user, _, where = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}:***@{where}" if colon else parts.netloc))
