"""The one HTTP client: timeouts on every call, no redirects, no retries of its own, answers up to a limit, TLS checked.

Trying again is the worker's business (`retry.decide`), so one call is one attempt. RFC 9110.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from adapter.errors import SystemFault
from adapter.hosts import is_loopback
from adapter.settings import Settings

_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What another server answered. `body` is whole and not above the limit; it is never shown by repr."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in any case."""
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much. Seconds and bytes."""

    connect: float = 5.0
    read: float = 30.0
    max_bytes: int = 20_000_000


class Client:
    """A pool of connections to other servers. Close it."""

    def __init__(self, limits: Limits, *, ca: str | None = None) -> None:
        self._limits = limits
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor .netrc out of the environment
        self._session.verify = ca or True
        self._session.headers["User-Agent"] = "ip-adapter"
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=16))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return a client with the limits of the settings."""
        limits = Limits(
            connect=settings.http_connect_seconds,
            read=settings.http_read_seconds,
            max_bytes=settings.http_max_bytes,
        )
        return cls(limits, ca=str(settings.http_ca) if settings.http_ca else None)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """Return the answer, whatever its status.

        Raises SystemFault: S009 no answer (refused, cut, too slow, certificate), S010 answer above the limit, S011
        plain http to another machine.
        """
        _only_tls(url)
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=body or None,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return Reply(status=answer.status_code, headers=answer.headers, body=self._whole(answer))
        except requests.RequestException:
            # Their text quotes the URL, which may name a person. A wrong URL is no answer either.
            raise SystemFault("IPK-S009") from None

    def _whole(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._limits.max_bytes:
                raise SystemFault("IPK-S010")
        return bytes(body)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def trusted(settings: Settings) -> ssl.SSLContext:
    """Return the TLS that this client speaks, for connections made by hand (`pinned`): the same certificates are trusted."""
    return ssl.create_default_context(cafile=settings.http_ca or DEFAULT_CA_BUNDLE_PATH)


def _only_tls(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SystemFault("IPK-S011")
