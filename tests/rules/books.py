"""The shipped book and small changes to it, for the tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from adapter.model import AddressBook, Agreement, Message, Party
from adapter.registers import addressbook

DAY = date(2026, 3, 4)
BOOK = addressbook.load()


def party(key: str, **changes: Any) -> Party:
    """Return a party of the shipped book, changed."""
    found = BOOK.by_key(key)
    assert found is not None
    return replace(found, **changes)


def book(*changed: Party, agreements: tuple[Agreement, ...] | None = None) -> AddressBook:
    """Return the shipped book with these parties in place of, or added to, its own."""
    by_key = {p.key: p for p in BOOK.parties} | {p.key: p for p in changed}
    return AddressBook(tuple(by_key.values()), BOOK.agreements if agreements is None else agreements)


def without(*keys: str) -> AddressBook:
    """Return the shipped book without some parties."""
    return AddressBook(tuple(p for p in BOOK.parties if p.key not in keys), BOOK.agreements)


def message(type_: str, direction: Any) -> Message:
    """Return the head of a message, as the rules see it."""
    version = "1.1" if type_ == "DIALOG_HELSEFAGLIG" else "1.0"
    return Message(
        id="m", msg_id="m", direction=direction, type=type_, version=version, state="sent", owner="59"
    )
