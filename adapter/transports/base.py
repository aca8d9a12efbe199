"""What every transport does: send, poll, and file for the record. contract.md, 'Folders'; message-rules.md, 'Doors'.

A transport knows bytes and names, never what they say. Everything it may fail with is one TransportError, so that a
full disk or a folder that is gone makes a message wait and never stops a loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from adapter.errors import SystemFault
from adapter.retry import Failure

Channel = Literal["in", "copy"]
"""`in`: for us to receipt. `copy`: a copy of what another system received and receipted."""

Place = Literal["out", "handover"]
"""`out`: for the message server. `handover`: for the EPJ to send itself."""

BATCH: Final = 200
"""Most documents of one poll and channel; what is left comes with the next."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LINE: Final = re.compile(r"line (\d+)")


class TransportError(SystemFault):
    """A document could not be sent, fetched or filed. Says whether trying again may help."""

    def __init__(self, failure: Failure, *, at: str = "$") -> None:
        super().__init__(failure.code, at=at)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A finished document and the id it is known by; the same id is always the same bytes."""

    id: str
    """MsgId of a message, Id of a receipt."""
    data: bytes = field(repr=False)
    place: Place = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A document that came in, ours until settled. Settle each before asking for the next.

    One that is neither `done` nor `failed` is offered again by a later poll, in this process or the next.
    """

    name: str
    """As it came, eleven-digit runs masked. For a person to find it by; never an id."""
    channel: Channel
    data: bytes = field(repr=False)
    done: Callable[[], None]
    """It is in the database: put it aside. Raises TransportError."""
    failed: Callable[[str, str], None]
    """(code, place): it cannot be read; put it aside with that, and no value of it. Raises TransportError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A document sent or received, for the record: byte for byte, with what an EPJ needs to place it."""

    id: str
    """As in `/messages`."""
    data: bytes = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)
    """JSON without personal data of the patient."""


Polled = Generator[Incoming, None, None]
"""Closing it gives back what was not settled."""


class Transport(Protocol):
    """A way out and a way in."""

    @property
    def name(self) -> str:
        """What logs and reports call it."""
        ...

    def send(self, item: Outgoing) -> None:
        """Send a document; the same again is no second sending. Raises TransportError."""
        ...

    def poll(self) -> Polled:
        """Yield what has come in, a bounded batch. Raises TransportError after what could be yielded."""
        ...

    def file(self, item: Filed) -> None:
        """Lay a document ready for the record; the same again changes nothing. Raises TransportError."""
        ...


def away(folder: str) -> TransportError:
    """Return the error of an exchange folder that cannot be used now."""
    return TransportError(Failure(code="IPK-S005", retry=True), at=folder)


def clash(folder: str) -> TransportError:
    """Return the error of other bytes under the same id: trying again cannot help."""
    return TransportError(Failure(code="IPK-S012", retry=False), at=folder)


def file_name(id_: str, *, folder: str) -> str:
    """Return the file name of a document. Raises TransportError for an id that could leave its folder."""
    if not _NAME.fullmatch(id_):
        raise TransportError(Failure(code="IPK-S004", retry=False), at=folder)
    return f"{id_}.xml"


def explanation(code: str, at: str) -> dict[str, object]:
    """Return what stands in `<name>.error.json`: code, place, and the line where the place is one."""
    line = _LINE.fullmatch(at)
    return {"code": code, "at": at} | ({"line": int(line.group(1))} if line else {})


def numbered(name: str, number: int) -> str:
    """Return the name the `number`th time it is used: `a.xml`, `a-2.xml`. Cut where a file system would refuse it."""
    stem, dot, suffix = name.rpartition(".")
    short = stem.encode("utf-8", "surrogateescape")[:180].decode("utf-8", "surrogateescape")
    return f"{short}{dot}{suffix}" if number == 1 else f"{short}-{number}{dot}{suffix}"
