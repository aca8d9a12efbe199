"""One page on an installation: counts by state, clocks, what did not leave, what nobody receives. Nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from adapter import __version__, codes
from adapter.errortable import TABLE
from adapter.model import Message
from adapter.services import Services
from adapter.store import messages, summary
from adapter.timing import OSLO
from adapter.trail.words import STATES

DEAD: Final = ("dead", "rejected", "unanswered")
"""States of messages that wait for a person."""
SHOWN: Final = 10
"""Most messages named of one state."""
_UNROUTED: Final = "route"
CLOCKS: Final[Mapping[str, str]] = {
    "release": "slipp av melding", "receipt": "kvittering", "reply": "svar", "assessment": "vurdering",
    "coordinator": "koordinator", "fulfilment": "plan eller tilbud", "inform": "brev", "evaluation": "evaluering",
    "gap": "uten koordinator eller kontaktlege", "overlap": "to koordinatorer", "participation": "deltakelse", "consent": "samtykke",
}  # fmt: skip
"""Kind of deadline → what is waited for, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A message that waits for a person: ids, type, receiver's key and a code."""

    id: str
    state: str
    type: str
    receiver: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One kind of deadline: how many run, how many of these are past due, how many were breached."""

    kind: str
    running: int
    late: int
    breached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The state of an installation at one instant."""

    at: datetime
    version: str
    mode: str
    cases: int
    events: int
    messages: Mapping[str, int]
    """State → count, as everybody is told it."""
    clocks: tuple[Clock, ...]
    items: Mapping[str, int]
    """Kind of work item → how many are open."""
    stuck: tuple[Stuck, ...]

    @property
    def unrouted(self) -> int:
        """How many needs wait for somebody to find a receiver."""
        return self.items.get(_UNROUTED, 0)


def report(services: Services) -> Report:
    """Return the report."""
    now = services.clock()
    with services.store.read(snapshot=True) as conn:
        counts = messages.counts(conn)
        cases, events = summary.sizes(conn)
        clocks = summary.clocks(conn, now)
        items = summary.items(conn, tuple(codes.LOCAL["task-kind"]))
        stuck = [
            _stuck(message)
            for state in DEAD
            for message in messages.page(conn, messages.Filter(state=state, direction="out"), count=SHOWN)[0]
        ]
    told: dict[str, int] = {}
    for state, count in sorted(counts.items()):
        name = "pending" if state in {"leased", "handed"} else state
        told[name] = told.get(name, 0) + count
    return Report(
        at=now,
        version=__version__,
        mode=services.settings.mode,
        cases=cases,
        events=events,
        messages=told,
        clocks=tuple(Clock(kind=k, running=r, late=late, breached=b) for k, (r, late, b) in clocks.items()),
        items=items,
        stuck=tuple(stuck),
    )


def _stuck(message: Message) -> Stuck:
    errors: Sequence[Mapping[str, Any]] = (message.apprec or {}).get("errors", ())
    by_receipt = ", ".join(str(error.get("code", "")) for error in errors)
    return Stuck(
        id=message.id,
        state=message.told,
        type=message.type,
        receiver=message.receiver[1] or message.receiver_key or "",
        code=by_receipt or message.last_error or "",
    )


def as_json(found: Report) -> dict[str, Any]:
    """Return the report as JSON."""
    said = asdict(found)
    return {
        **said,
        "at": found.at.astimezone(OSLO).isoformat(timespec="seconds"),
        "messages": dict(found.messages),
        "items": dict(found.items),
        "unrouted": found.unrouted,
    }


def as_text(found: Report) -> str:
    """Return the report as plain text."""
    return "\n".join(line.rstrip() for line in _lines(found)) + "\n"


def _lines(found: Report) -> Iterator[str]:
    yield f"ip-adapter {found.version} ({found.mode}), {found.at.astimezone(OSLO):%d.%m.%Y kl. %H.%M}"
    yield f"Saker: {found.cases}   Hendelser: {found.events}   Uten mottaker: {found.unrouted}"
    yield from _rows("Meldinger", [(STATES.get(s, s), str(n)) for s, n in found.messages.items()])
    clocks = [
        (CLOCKS.get(c.kind, c.kind), f"{c.running} løper, {c.late} over tiden, {c.breached} brutt")
        for c in found.clocks
    ]
    yield from _rows("Frister", clocks)
    names = codes.LOCAL["task-kind"]
    yield from _rows("Oppgaver som venter", [(names.get(k, k), str(n)) for k, n in found.items.items()])
    stuck = [
        (one.id, f"{STATES.get(one.state, one.state)}  {one.type}  {one.receiver}  {_code(one.code)}")
        for one in found.stuck
    ]
    yield from _rows("Meldinger som venter på en person", stuck)


def _rows(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield ""
    yield title
    if not rows:
        yield "  ingen"
    width = max((len(label) for label, _ in rows), default=0)
    for label, value in rows:
        yield f"  {label.ljust(width)}  {value}"


def _code(code: str) -> str:
    if code in TABLE:
        return f"{code} {TABLE[code].nb}"
    listed = (f"{one} {codes.display('8221', one) or ''}".strip() for one in code.split(", ") if one)
    return ", ".join(listed)
