"""Routing, carrier and consent of one event take at most 0.2 ms together (with room for a busy machine: the best of many)."""

from __future__ import annotations

import sys
from dataclasses import replace
from time import perf_counter

import pytest

from adapter.model import AddressBook
from adapter.rules import carrier, consent, routing
from tests.rules.books import BOOK, DAY, party

LIMIT = 200e-6
pytestmark = pytest.mark.skipif(sys.gettrace() is not None, reason="coverage or a debugger slows every line")
GRANT = consent.Grant(
    status="given",
    scopes=frozenset({"coordinator", "plan-create"}),
    recipients=frozenset({"coordinating-unit"}),
)
BIG = AddressBook(
    BOOK.parties
    + tuple(
        replace(
            party("alvdal-saksbehandling"),
            key=f"k{i}",
            unit_her_id=f"7{i:05}",
            serves=(f"{i % 400 + 4000:04}",),
        )
        for i in range(5000)
    )
)


def decide(book: AddressBook) -> carrier.Carrier:
    home = party("st-olavs-fmr")
    route = routing.receiver(book, municipality="3428", on=DAY)
    assert route.party is not None
    for kind in ("individual-plan", "coordinator"):
        consent.gate(need=kind, consent=GRANT, recipient="coordinating-unit", legal_basis=None, on=DAY)
    routing.policy(home, route.party, book)
    sender = routing.answer_party(book, home)
    return carrier.choose(receiver=route.party, sender=sender, thread=None, wants_reply=True)


def best(book: AddressBook) -> float:
    decide(book)
    runs = []
    for _ in range(200):
        start = perf_counter()
        decide(book)
        runs.append(perf_counter() - start)
    return min(runs)


def test_one_event_is_decided_within_a_fifth_of_a_millisecond() -> None:
    assert best(BOOK) < LIMIT


def test_a_book_of_thousands_is_no_slower() -> None:
    assert best(BIG) < LIMIT
