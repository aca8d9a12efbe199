"""What a caller may do: one pure function that every read and write passes. contract.md, 'Operations'.

Now: in synthetic mode whoever sits at this machine and asks for it by its own name; everywhere else the holder of the installation's token. A write
belongs to the organisation of the event's `source`, which must be a party of the address book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from adapter.access.callers import Caller
from adapter.errors import AdapterError, FhirError, RoutingError, SystemFault
from adapter.mappings import sharing
from adapter.model import AddressBook, Case, Party

Action = Literal["read", "search", "write"]
Kind = Literal["resource", "event", "message", "feed", "operations"]


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
        if self.code == "IPK-F001":
            return FhirError(self.code)
        return RoutingError(self.code)


_TOKEN: Final = Decision(allowed=True, rule="access-token")
_LOOPBACK: Final = Decision(allowed=True, rule="access-loopback")
_WAIVED: Final = Decision(allowed=True, rule="access-waived")
_NO_TOKEN: Final = Decision(allowed=False, rule="access-token", code="IPK-S007")
_FOREIGN: Final = Decision(allowed=False, rule="access-same-site", code="IPK-R005")
"""A browser on this machine counts as this machine, but not for a page that somebody else wrote."""
_MISLED: Final = Decision(allowed=False, rule="access-own-host", code="IPK-R007")
"""So does a page whose own name is led to this machine: for the browser it is the same site."""
_PULLED: Final = Decision(allowed=True, rule="consent-plan-share")
_CLOSED: Final = Decision(allowed=False, rule="consent-plan-share", code="IPK-F001")
_ELSEWHERE: Final = Decision(allowed=False, rule="access-loopback", code="IPK-R005")


def decide(
    caller: Caller,
    *,
    rules: Rules,
    action: Action,
    kind: Kind,  # noqa: ARG001 (every question names it: later policies depend on it)
    org: str | None = None,  # noqa: ARG001 (the same)
) -> Decision:
    """Return whether the caller may do `action` on `kind` of `org` (level-1 HER-id; None: this installation's own)."""
    if caller.foreign and action == "write":
        return _FOREIGN
    if rules.token:
        return _TOKEN if caller.trusted else _NO_TOKEN
    if rules.mode == "synthetic":
        return _ELSEWHERE if not caller.local else _LOOPBACK if caller.meant else _MISLED
    return _WAIVED if rules.open else _NO_TOKEN


def pull(case: Case, party: Party) -> Decision:
    """Return whether an organisation may pull the plan of a case: by consent as it stands, nothing of it is kept.

    Who may not is told that there is nothing: that a plan exists is itself confidential.
    """
    return _PULLED if sharing.may_pull(case, party).open else _CLOSED


def writer(book: AddressBook, source: str) -> Party:
    """Return the party an event comes from. Raises RoutingError IPK-R001 when the book does not list it."""
    party = book.by_source(source)
    if party is None:
        raise RoutingError("IPK-R001", at="$.source")
    return party


def home(book: AddressBook) -> str:
    """Return the level-1 HER-id of the first home party: whose installation it is."""
    return next((party.her_id for party in book.parties if party.home and party.her_id), "")
