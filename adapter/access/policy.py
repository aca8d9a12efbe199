"""What a caller may do: one pure function that every read and write passes. contract.md, 'Operations'.

Now: in synthetic mode whoever sits at this machine and asks for it by its own name; everywhere else the holder of the installation's token. A write
belongs to the organisation of the event's `source`, which must be a party of the address book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from adapter.access.callers import Caller
from adapter.errors import AdapterError, RoutingError, SystemFault
from adapter.fhir import deletion
from adapter.model import AddressBook, Party

Action = Literal["read", "search", "write"]
Kind = Literal["resource", "case", "event", "message", "feed", "operations", "subscription"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the installation asks for. `token`: a token is set. `open`: real mode that waives it on purpose."""

    mode: Literal["synthetic", "real"]
    token: bool
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether, and by which rule; `code` says why not."""

    allowed: bool
    rule: str
    code: str = ""

    def error(self) -> AdapterError:
        """Return the refusal as an error."""
        if self.code == "IPK-S007":
            return SystemFault(self.code)
        return RoutingError(self.code)


_TOKEN: Final = Decision(allowed=True, rule="access-token")
_LOOPBACK: Final = Decision(allowed=True, rule="access-loopback")
_WAIVED: Final = Decision(allowed=True, rule="access-waived")
_NO_TOKEN: Final = Decision(allowed=False, rule="access-token", code="IPK-S007")
_FOREIGN: Final = Decision(allowed=False, rule="access-same-site", code="IPK-R005")
"""A browser on this machine counts as this machine, but not for a page that somebody else wrote."""
_MISLED: Final = Decision(allowed=False, rule="access-own-host", code="IPK-R007")
"""So does a page whose own name is led to this machine: for the browser it is the same site."""
_ELSEWHERE: Final = Decision(allowed=False, rule="access-loopback", code="IPK-R005")


_CLIENT: Final = Decision(allowed=True, rule="access-client")
_NOT_CLIENTS: Final = Decision(allowed=False, rule="access-client", code="IPK-R005")
CLIENTS: Final = frozenset(
    {
        ("read", "resource"), ("search", "resource"), ("write", "resource"), ("write", "event"), ("read", "subscription"),
        ("write", "subscription"),
    }
)  # fmt: skip
"""What a system of another organisation may do. What it is shown of a case is asked of the case (mappings/membership.py)."""


def decide(
    caller: Caller,
    *,
    rules: Rules,
    action: Action,
    kind: Kind,
    org: str | None = None,  # noqa: ARG001 (every question names it: later policies depend on it)
) -> Decision:
    """Return whether the caller may do `action` on `kind` of `org` (level-1 HER-id; None: this installation's own)."""
    if caller.mistaken:  # never taken for somebody without a token
        return _NO_TOKEN
    if caller.foreign and action == "write":
        return _FOREIGN
    if caller.party is not None:
        return _CLIENT if (action, kind) in CLIENTS else _NOT_CLIENTS
    if rules.token:
        return _TOKEN if caller.trusted else _NO_TOKEN
    if rules.mode == "synthetic":
        return _ELSEWHERE if not caller.local else _LOOPBACK if caller.meant else _MISLED
    return _WAIVED if rules.open else _NO_TOKEN


RECALLED: Final = "entered-in-error"
_RECALLED: Final = f'"status":"{RECALLED}"'.encode()


def gone(body: bytes) -> bool:
    """Return whether a stored resource was deleted over FHIR: a read of it is 410, what it was stands in its history."""
    return deletion.is_marked(body)


def shows(body: bytes) -> bool:
    """Return whether a stored resource is shown: what was entered in error (E66: about the wrong patient) is shown to nobody.

    Who wrote it has it in the record it was filed in, and in its own events; the trace stays in store, audit and Provenance.
    Stored JSON has no blanks, and a quote inside a text is escaped: the bytes can be nothing but the element.
    """
    return _RECALLED not in body


def writer(book: AddressBook, source: str, caller: Caller | None = None) -> Party:
    """Return the party an event comes from.

    Raises RoutingError IPK-R001 when the book does not list it, or it is another organisation's than the caller's.
    """
    party = book.by_source(source)
    mine = book.by_key(caller.party) if caller is not None and caller.party is not None else party
    if party is None or mine is None or mine.level1_id != party.level1_id:
        raise RoutingError("IPK-R001", at="$.source")
    return party


def home(book: AddressBook) -> str:
    """Return the level-1 HER-id of the first home party: whose installation it is."""
    return next((party.her_id for party in book.parties if party.home and party.her_id), "")
