"""What a consent may call a party, and whom a name means: its key, its part in the matter. event-data.md, 'consent'; ADR 164."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from adapter.fhir import urls
from adapter.mappings import views
from adapter.model import AddressBook, Case, Party
from adapter.rules import routing
from adapter.rules.consent import COORDINATING_UNIT, GP

_MOVE: Final = "transfer"


def names(party: Party | None, *, gp: bool = False) -> tuple[str, ...]:
    """Return what a consent may call who performs a need, or is the GP: its key, and that part."""
    part = GP if gp else COORDINATING_UNIT
    return (part, party.key) if party else (part,)


def called(case: Case, party: Party) -> tuple[str, ...]:
    """Return what a consent may call a party in a case: its key, and its part in it where it has one.

    A GP is the GP. The coordinating unit is who performs a need of the case, or serves the municipality where the patient lives or
    that the patient left: every other organisation has its key alone.
    """
    if party.person is not None:
        return names(party, gp=True)
    places, performers = case.once(_unit)
    is_unit = party.organisation_id in performers or not places.isdisjoint(party.municipalities)
    return names(party) if is_unit else (party.key,)


def _unit(case: Case) -> tuple[frozenset[str], frozenset[str]]:
    """Return the municipalities whose unit counts, and who performs a need."""
    moves = (t for t in case.of("Task") if views.code_of(t.get("code"), urls.TASK_KIND) == _MOVE)
    left = (views.input_of(t, "from") for t in moves)
    places = frozenset(filter(None, (views.municipality(case), *left)))
    return places, frozenset(n.owner for n in views.needs(case) if n.owner)


def meant(case: Case, book: AddressBook, said: Iterable[str]) -> frozenset[str]:
    """Return these names with every other name that a consent may call the same parties by. Who merely works beside the unit is not it."""
    named = set(said)
    for part, keys in ((COORDINATING_UNIT, _units(case, book)), (GP, _doctors(case, book))):
        listed = frozenset(keys)
        if part in named:
            named |= listed
        elif listed & named:
            named.add(part)
    return frozenset(named)


def _units(case: Case, book: AddressBook) -> Iterator[str]:
    """Yield the keys of who performs a need, and of whom the book names for the municipality."""
    places, performers = case.once(_unit)
    listed = [book.by_organisation(id_) for id_ in sorted(performers)]
    listed += [routing.receiver(book, municipality=place, on=case.today).party for place in sorted(places)]
    yield from (party.key for party in listed if party is not None)


def _doctors(case: Case, book: AddressBook) -> Iterator[str]:
    listed = (views.patient(case) or {}).get("generalPractitioner", ())
    mine = {views.reference_id(one) for one in listed}
    yield from (p.key for p in book.parties if p.person is not None and p.organisation_id in mine)
