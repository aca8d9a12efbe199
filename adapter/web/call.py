"""One HTTP request and one row of the table of routes: what every view works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, BinaryIO, Final, Literal
from urllib.parse import parse_qsl

from prometheus_client import CollectorRegistry

from adapter.access.audit import Interaction, Trail
from adapter.access.callers import Caller
from adapter.access.policy import Action, Kind
from adapter.errors import EventError, SystemFault
from adapter.services import Services
from adapter.web.answers import Answer
from adapter.web.negotiation import Form

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Params = Sequence[tuple[str, str]]

EVENT_LIMIT: Final = "max_event_bytes"
MESSAGE_LIMIT: Final = "max_message_bytes"
FORM_BYTES: Final = 64_000
"""Largest body of a search form, and of a request that needs none."""
DRAINED: Final = 50_000_000
"""Largest body read away before it is refused: a caller still sending does not see the answer."""
PATIENCE: Final = 0.25
"""Seconds that a request waits for its turn to read its body."""
_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A query parameter, for the reader of /openapi.json and for the check that a name is known."""

    name: str
    text: str
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a route answers with: status → text. `media` is that of the good answer."""

    media: str
    texts: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the policy is asked, and how the audit trail names it."""

    action: Action
    kind: Kind
    interaction: Interaction | None
    """None: nothing about anybody, so not audited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row: method, path, view; who may (None: anybody, not audited); what it takes and answers."""

    method: Method
    path: str
    view: Callable[..., Answer]
    summary: str
    answers: Answers
    access: Access | None = None
    params: tuple[Param, ...] = ()
    any_params: bool = False
    """Whether the view itself judges the parameters (a FHIR search)."""
    body: tuple[str, ...] = ()
    """Media types of the body."""
    judged: bool = False
    """Whether the view itself judges the media type: another fault goes before it."""
    limit: str = ""
    """Setting that bounds the body; empty: FORM_BYTES."""
    cached: bool = False
    """Whether the answer holds nothing about anybody and may be kept."""
    fault: Mapping[int, str] | None = None
    """Codes for 404, 413 and 415 where they differ from the events API's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all requests of one app share."""

    services: Services
    base: str
    """The public address, without a slash at its end."""
    registry: CollectorRegistry
    alive: Callable[[], Mapping[str, bool]] | None
    """Which loops of this process run."""
    methods: Callable[[str], tuple[str, ...]]
    """The methods that an address under /fhir takes (allow.py)."""
    reading: BoundedSemaphore
    """Held while a body is read: bodies that trickle in may take most threads, never all."""
    origins: frozenset[str] = frozenset()
    """Sites whose pages may ask under /fhir (CORS)."""


@dataclass(slots=True)
class Call:
    """One request while it is answered."""

    shared: Shared
    services: Services
    environ: dict[str, Any]
    """As WSGI gives it."""
    request_id: str
    traceparent: str | None
    started: float
    """Monotonic seconds."""
    caller: Caller | None = None
    route: Route | None = None
    trail: Trail | None = None
    form: Form | None = None
    """How a FHIR answer is to look; None until it is agreed on (manners.py)."""
    limit: int = FORM_BYTES
    """Largest body."""
    audited: bool = False
    """Whether a use case has written the audit row already, in its own transaction."""

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.services.clock()

    def body(self) -> bytes:
        """Return the body, read once.

        Raises EventError IPK-E003 (or the route's own code) where it is too large, SystemFault IPK-S002 where too many
        bodies are on their way already.
        """
        length = self.length()
        chunked = "chunked" in self.environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if not (length or chunked):
            return b""
        with self._reading():
            # One byte more than allowed tells that there is too much; a length announced was judged before.
            found = _read(self._stream, self.limit + 1 if chunked else length)
            if len(found) > self.limit:
                _drain(self._stream, DRAINED)
                raise EventError(code_for(self.route, 413))
        self.services.store.lane.enter()
        return found

    def drain(self) -> None:
        """Read away a body that is refused for its size, unless the caller waits for leave to send it. RFC 9110 § 10.1.1."""
        length = self.length()
        if length <= DRAINED and "HTTP_EXPECT" not in self.environ:
            with self._reading():
                _drain(self._stream, length)

    @property
    def _stream(self) -> BinaryIO:
        stream: BinaryIO = self.environ["wsgi.input"]
        return stream

    @contextmanager
    def _reading(self) -> Iterator[None]:
        gate = self.shared.reading
        if not gate.acquire(timeout=PATIENCE):
            raise SystemFault("IPK-S002", at="body")
        try:
            yield
        finally:
            gate.release()

    def method(self) -> str:
        """Return the method."""
        return str(self.environ["REQUEST_METHOD"])

    def path(self) -> str:
        """Return the path, decoded; never logged."""
        return str(self.environ.get("PATH_INFO", ""))

    def length(self) -> int:
        """Return the length that the caller announces, 0 where none is."""
        given: str = self.environ.get("CONTENT_LENGTH") or "0"
        return int(given) if given.isascii() and given.isdigit() else 0

    def headers(self) -> dict[str, str]:
        """Return all headers, by name in lower case."""
        return {
            name[5:].replace("_", "-").lower(): value
            for name, value in self.environ.items()
            if name[:5] == "HTTP_"
        }

    def media_type(self) -> str:
        """Return the media type of the body, lower case, without parameters."""
        given: str = self.environ.get("CONTENT_TYPE", "")
        return given.partition(";")[0].strip().lower()

    def params(self) -> list[tuple[str, str]]:
        """Return the query parameters, decoded, in order."""
        query: str = self.environ.get("QUERY_STRING", "")
        return parse_qsl(query, keep_blank_values=True) if query else []


def _read(stream: BinaryIO, size: int) -> bytes:
    """Return `size` bytes, fewer where the stream ends before."""
    if size <= _PIECE:
        parts: list[bytes] = []
        while size > 0 and (part := stream.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
    whole = BytesIO()  # grows in place, and gives its bytes away without a copy
    while size > 0 and (part := stream.read(min(size, _PIECE))):
        whole.write(part)
        size -= len(part)
    return whole.getvalue()


def _drain(stream: BinaryIO, size: int) -> None:
    while size > 0 and (part := stream.read(min(size, _PIECE))):
        size -= len(part)


_CODES: Final = {404: "IPK-E020", 405: "IPK-E021", 413: "IPK-E003", 415: "IPK-E002"}


def code_for(route: Route | None, status: int) -> str:
    """Return the code of a fault that HTTP itself knows, in the words of the route."""
    own = route.fault if route is not None else None
    return (own or {}).get(status) or _CODES.get(status, "IPK-E026")
