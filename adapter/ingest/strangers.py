"""What a writer hears of a case that it has no part in: what it would hear if the person were unknown here. Decisions 25, 170.

Else how a write is refused would tell which people are known, and what of: a dry run and a refusal leave no trace in the case.
"""

from __future__ import annotations

from adapter import timing
from adapter.errors import EventError
from adapter.events import Event
from adapter.ingest.gathering import numbers
from adapter.mappings import membership
from adapter.model import AddressBook, Case, Party


def is_stranger(case: Case, party: Party | None, book: AddressBook) -> bool:
    """Return whether a party is not at home and has no part in a case that is there."""
    if case.key is None or party is None or party.home:
        return False
    return not membership.is_member(case, party, book, timing.day(case.now))


def unknown(case: Case) -> Case:
    """Return the case of somebody unknown, at the same instant."""
    return Case(key=None, version=0, now=case.now, owner=case.owner)


def seen(case: Case, event: Event, party: Party | None, book: AddressBook) -> Case:
    """Return a case as far as a party may hear of it: of a stranger's as though nobody knew the person.

    Raises EventError IPK-E014 or IPK-M010 where an event goes on from what is then not there.
    """
    if not is_stranger(case, party, book):
        return case
    if getattr(event.data, "continues", None) is not None:
        raise EventError("IPK-E014", at="$.data.continues")
    if numbers(event) is not None:
        raise EventError("IPK-E014", at="$.data.former")
    if getattr(event.data, "message_id", None) or getattr(event.data, "msg_id", None):
        raise EventError("IPK-M010", at="$.data.msgId")
    return unknown(case)
