"""Addresses of servers: which leads to this machine alone, which to everybody, and how one is shown. RFC 3986, 3.2; RFC 6890."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
_IPV4_BITS: Final = 0xFFFFFFFF


def is_loopback(host: str) -> bool:
    """Return whether `host` is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name: who knows where it leads
        return False


def is_public(address: str) -> bool:
    """Return whether an IP address is one that anybody on the internet may have; a name or anything else is none.

    Not public: private, loopback, link-local, shared (CGNAT), multicast, reserved and documentation ranges, and each of
    these inside an IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo). IANA special-purpose
    registries; RFC 6890, RFC 4291 § 2.5.5, RFC 6052, RFC 3056, RFC 4380.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    carried = tuple(_carried(found))
    # What only carries another address is judged by that one: the ranges of carriers are themselves special.
    return all(map(_is_global, carried or (found,)))


def _is_global(address: _Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not odd and not local


def _carried(address: _Address) -> Iterator[_Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64 or address in _COMPATIBLE:
        yield ipaddress.IPv4Address(int(address) & _IPV4_BITS)
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo


def without_password(url: str) -> str:
    """Return a URL with its password as stars; any other text as it is."""
    parts = urlsplit(url) if "://" in url and "@" in url else None
    if parts is None:
        return url
    user, _, where = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}:***@{where}" if colon else parts.netloc))
