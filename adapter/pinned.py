"""One POST to an address that somebody else named: judged after its name is looked up, and connected to as judged.

A name that leads to a public address when it is asked about, and to a private one when it is connected to (DNS
rebinding), leads nowhere here: what is connected to is the very address that was judged. No redirect is followed, no proxy is
asked, nothing of the answer is read but its status, and all of it ends in time. OWASP, 'Server Side Request Forgery
Prevention'; RFC 9110 § 15.4.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Final, Self
from urllib.parse import urlsplit

from adapter.errors import FhirError, SystemFault

Judge = Callable[[str], bool]
"""From an IP address to whether it may be connected to."""
_PORTS: Final = {"https": 443, "http": 80}


def addresses(url: str, judge: Judge) -> tuple[str, ...]:
    """Return the IP addresses a URL leads to, all of which may be connected to.

    Raises FhirError IPK-F068 where one of them may not, SystemFault IPK-S009 where there are none.
    """
    parts = urlsplit(url)
    try:
        rows = socket.getaddrinfo(
            parts.hostname,
            parts.port or _PORTS[parts.scheme],
            type=socket.SOCK_STREAM,
            proto=socket.IPPROTO_TCP,
        )
    except (OSError, UnicodeError):
        raise SystemFault("IPK-S009") from None
    found = tuple(dict.fromkeys(str(row[4][0]) for row in rows))
    if not all(map(judge, found)):
        raise FhirError("IPK-F068", hint="a public address")
    return found


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    seconds: float,
    judge: Judge,
    context: ssl.SSLContext,
) -> int:
    """Return the status of the answer to a POST that took at most `seconds` from the connection on.

    Raises FhirError IPK-F068 (may not be connected to), SystemFault IPK-S009 (no answer: name, connection, certificate,
    time, form).
    """
    found = addresses(url, judge)
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    conn = _connection(parts.scheme, parts.hostname or "", parts.port)
    with _Deadline(seconds) as deadline, closing(conn):
        try:
            conn.sock = deadline.holds(_connected(found, port, deadline))
            if parts.scheme == "https":
                conn.sock = _secured(conn.sock, parts.hostname or "", context, deadline)
            conn.request("POST", target, body, {"User-Agent": "ip-adapter", "Connection": "close", **headers})
            with closing(conn.getresponse()) as answer:
                return answer.status
        except (OSError, http.client.HTTPException, ValueError):
            # Their text quotes the address, which may name anything.
            raise SystemFault("IPK-S009") from None


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    """Return a connection that names `host` to the server, and is never opened by itself: its socket is given."""
    if scheme == "https":
        return http.client.HTTPSConnection(host, port)
    return http.client.HTTPConnection(host, port)


def _connected(found: Sequence[str], port: int, deadline: _Deadline) -> socket.socket:
    """Return a connection to the first address that takes one."""
    for address in found[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), deadline.left())
    return socket.create_connection((found[-1], port), deadline.left())


def _secured(sock: socket.socket, host: str, context: ssl.SSLContext, deadline: _Deadline) -> ssl.SSLSocket:
    wrapped = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    deadline.holds(wrapped)
    wrapped.do_handshake()
    return wrapped


class _Deadline:
    """What ends a connection when its time is over, however slowly the other side goes on talking."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sock: socket.socket | None = None
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._sock is not None:
            self._sock.close()

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError where there are none."""
        found = self._end - time.monotonic()
        if found <= 0:
            raise TimeoutError
        return found

    def holds(self, sock: socket.socket) -> socket.socket:
        """Return the socket, which is cut when the time is over. Raises TimeoutError where it is already."""
        with self._lock:
            self._sock = sock
            left = self._end - time.monotonic()
            if not self._over and left > 0:
                sock.settimeout(left)
                return sock
        sock.close()
        raise TimeoutError

    def _cut(self) -> None:
        with self._lock, suppress(OSError):
            self._over = True
            if self._sock is not None:
                self._sock.shutdown(socket.SHUT_RDWR)
