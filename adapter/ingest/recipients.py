"""Whom of ours a message is for: parties of the book, and services of our organisations that it does not list. HIS 80415, HIS 1153."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from adapter.kith.apprec import Role
from adapter.kith.head import Address, Head
from adapter.model import AddressBook, Party
from adapter.rules import routing

UNKNOWN_SERVICE: Final = "E21"
"""8221: Mottaker finnes ikke."""


class Recipient(NamedTuple):
    """A party of ours that a message is for; `copy` is the address it has among the copies, None for the primary one."""

    party: Party
    copy: Address | None
    registered: bool = True
    """Whether the book lists the service addressed; else `party` answers for its organisation."""

    @property
    def role(self) -> Role:
        """What it is to the message: the primary receiver, or one that gets a copy."""
        return "PRIM" if self.copy is None else "COP"


def addressed(book: AddressBook, head: Head) -> tuple[Recipient, ...]:
    """Return our parties that the message is for, each once: those registered first, of them the primary receiver."""
    once: dict[str, Recipient] = {}
    for key, recipient in _found(book, head):
        once.setdefault(key, recipient)
    return tuple(sorted(once.values(), key=lambda one: not one.registered))


def _found(book: AddressBook, head: Head) -> Iterator[tuple[str, Recipient]]:
    """Yield each recipient with what makes it one: its key, or the address that nobody here has."""
    for copy in (None, *(address for _, address in head.copies)):
        level1, level2 = (copy or head.receiver).her_ids
        # Some senders name the service alone, where the organisation should stand.
        party = book.by_her(level2 or level1)
        if party is not None:
            if party.home:
                yield party.key, Recipient(party, copy)
            continue
        stand_in = _of_organisation(book, level1)
        if stand_in is not None:
            yield f"{level1}|{level2 or ''}", Recipient(stand_in, copy, registered=False)


def _of_organisation(book: AddressBook, level1: str | None) -> Party | None:
    """Return who answers for an organisation of ours: its coordinating unit, else its first party. None for another's."""
    first = next((p for p in book.parties if p.home and level1 and p.her_id == level1), None)
    return routing.desk(book, first)


def receipts(book: AddressBook, recipient: Recipient) -> bool:
    """Return whether the adapter receipts for a recipient: its door is `own`.

    For a service that the book does not list: the doors of all parties of its organisation are. Beside an EPJ with an
    inbox, that service may be one of the EPJ's, which receipts itself.
    """
    if recipient.registered:
        return recipient.party.door == "own"
    return all(p.door == "own" for p in book.parties if p.home and p.her_id == recipient.party.her_id)
