"""Who receives, by which policy, and who stands as sender. message-rules.md, 'Which carrier'; hpl § 38 a; hol § 7-3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from adapter.model import AddressBook, Party, Reason, Routing
from adapter.rules import anchors
from adapter.rules import book as books

CASE_WORK: Final = "KD0501"
"""Service Saksbehandling of list 8663: where a municipality without a coordinating unit in the book receives."""

_RANK: Final = ("receiver-unit", "receiver-service", "receiver-letter")
"""How a party may be the receiver for a place it serves, best first."""

_BY_POLICY: Final[Mapping[Routing, str]] = MappingProxyType(
    {
        "direct_with_copy_to_ke": "routing-direct-with-copy",
        "ke_then_municipality": "routing-ke-then-municipality",
        "direct": "routing-direct",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who receives. `unrouted` is the code of the warning (IPK-R002 nobody, IPK-R003 unknown GP, IPK-R004 no district)."""

    party: Party | None
    reasons: tuple[Reason, ...]
    unrouted: str | None = None

    @property
    def internal(self) -> bool:
        """Whether the receiver is home: an internal Task, no message."""
        return self.party is not None and self.party.home


def receiver(book: AddressBook, *, municipality: str | None, district: str | None = None, on: date) -> Route:
    """Return who receives for a municipality (`3428`) and district (`030105`) on a day.

    The most specific that somebody serves wins; among its services the coordinating unit, then KD0501, then a party
    without an electronic address. A city served by district alone needs the district.
    """
    if municipality is None:
        return _nobody("receiver-none", "IPK-R002")
    found = books.index(book)
    for place, rule in places(municipality, district):
        parties = tuple(p for p in found.serving.get(place, ()) if books.valid(p, on))
        route = _among(parties, rule)
        if route is not None:
            return route
    if district is None and municipality in found.with_districts:
        return _nobody("receiver-district-missing", "IPK-R004")
    return _nobody("receiver-none", "IPK-R002")


def places(municipality: str, district: str | None) -> tuple[tuple[str, str], ...]:
    """Return the places that somebody may serve, the most specific first, each with its rule."""
    whole = (municipality, "receiver-municipality")
    return ((f"{municipality}/{district}", "receiver-district"), whole) if district else (whole,)


def _among(parties: tuple[Party, ...], rule: str) -> Route | None:
    ranked = [(rank, party) for party in parties if (rank := _rank(party)) is not None]
    if not ranked:
        return None
    rank, best = min(ranked, key=lambda pair: pair[0])
    others = tuple(p.key for p in parties if p is not best)
    why = [anchors.fixed(rule, best.key), anchors.fixed(_RANK[rank], best.key, others)]
    if best.home:
        why.append(anchors.fixed("receiver-joint", best.key))
    return Route(party=best, reasons=tuple(why))


def _rank(party: Party) -> int | None:
    if party.unit:
        return 0
    if party.service == CASE_WORK:
        return 1
    return 2 if party.unit_her_id is None else None


def _nobody(rule: str, code: str) -> Route:
    return Route(party=None, reasons=(anchors.fixed(rule, "ingen mottaker"),), unrouted=code)


def policy(home: Party, receiver: Party, book: AddressBook) -> tuple[Routing, tuple[Reason, ...]]:
    """Return how a need of a home party travels, and why; an agreement between the two overrides the home party's own.

    Both home: `direct`, for nothing leaves. The own unit as sender, or no unit of our own: `direct`.
    """
    short = _without_unit(home, receiver, book)
    if short is not None:
        return "direct", (
            anchors.fixed(short, "direct", (home.routing,) if home.routing != "direct" else ()),
        )
    return _staffed(home, book, *_stated(home, receiver, book))


def _stated(home: Party, receiver: Party, book: AddressBook) -> tuple[Routing, Reason]:
    agreement = book.agreement(home.key, receiver.key)
    if agreement is None or agreement.routing is None:
        return home.routing, anchors.fixed(_BY_POLICY[home.routing], home.routing)
    chosen = agreement.routing
    fallen = (home.routing,) if home.routing != chosen else ()
    source = f"avtale: {agreement.source}"
    return chosen, anchors.reason(_BY_POLICY[chosen], chosen, source=source, rejected=fallen)


def _staffed(
    home: Party, book: AddressBook, chosen: Routing, why: Reason
) -> tuple[Routing, tuple[Reason, ...]]:
    """Return the policy as it can be followed: nothing waits for a unit whose queue nobody reads."""
    unit = _unit(book, home)
    if chosen != "ke_then_municipality" or unit is None or unit.staffed:
        return chosen, (why,)
    deputy = _deputy(book, unit)
    if deputy is not None:
        return chosen, (why, anchors.fixed("routing-deputy", deputy.key, (unit.key,)))
    instead: Routing = "direct_with_copy_to_ke"
    return instead, (why, anchors.fixed("routing-unit-unstaffed", instead, (chosen,)))


def _without_unit(home: Party, receiver: Party, book: AddressBook) -> str | None:
    if receiver.home:
        return "routing-internal"
    own = own_unit(book, home)
    if own is None:
        return "routing-no-own-unit"
    return "routing-own-unit-sends" if own.key == home.key else None


def own_unit(book: AddressBook, home: Party, *, on: date | None = None) -> Party | None:
    """Return the coordinating unit of our own: the home party of the same level 1 with `unit`, or who stands in for it.

    A home party that is a unit is its own. Of several, one that serves no municipality comes before a joint one.
    """
    if home.unit and home.home:
        return home
    unit = _unit(book, home, on=on)
    return unit if unit is None or unit.staffed else _deputy(book, unit) or unit


def first(book: AddressBook) -> Party | None:
    """Return the first home party: who acts where nothing says who."""
    return next((p for p in book.parties if p.home), None)


def desk(book: AddressBook, home: Party | None) -> Party | None:
    """Return whose work list takes an item: the own coordinating unit of a party, else the party itself."""
    return (own_unit(book, home) or home) if home is not None else None


def _unit(book: AddressBook, home: Party, *, on: date | None = None) -> Party | None:
    units = books.index(book).units.get(home.her_id or "", ())
    held = [p for p in units if on is None or books.valid(p, on)]
    return min(held, key=lambda p: bool(p.serves), default=None)


def _deputy(book: AddressBook, unit: Party) -> Party | None:
    found = book.by_key(unit.deputy)
    return found if found is not None and found.home else None


def gp(book: AddressBook, her_id: str | None) -> Party | None:
    """Return the GP with this level-2 HER-id, None for one whom the book does not list: no copy then."""
    return book.by_her(her_id)


def gp_route(book: AddressBook, her_id: str | None) -> Route:
    """Return the same with its reason; an unknown one is `unrouted` IPK-R003, a warning at most."""
    found = gp(book, her_id)
    if found is None:
        return _nobody("receiver-gp-unknown", "IPK-R003")
    return Route(party=found, reasons=(anchors.fixed("receiver-gp", found.key),))


def answer_party(book: AddressBook, home: Party) -> Party:
    """Return who stands as sender on level 2, and so whose inbox answers land in: `answer_to`."""
    return own_unit(book, home) or home if home.answer_to == "ke" else home


def phone(book: AddressBook, party: Party | None, *, on: date) -> str:
    """Return the phone of a unit, else of a coordinating unit of its organisation; empty where the book knows none."""
    if party is None or party.phone:
        return (party.phone if party else None) or ""
    beside = [p for p in book.parties if p.unit and p.phone and p.level1_id == party.level1_id]
    held = [p for p in beside if books.valid(p, on)]
    return min(held, key=lambda p: bool(p.home and p.serves)).phone or "" if held else ""


def answer_reason(book: AddressBook, home: Party) -> Reason:
    """Return why `answer_party` chose as it did."""
    chosen = answer_party(book, home)
    return anchors.fixed("answer-ke" if chosen is not home else "answer-department", chosen.key)


def leaves(source: Party) -> tuple[bool, tuple[Reason, ...]]:
    """Return whether an event of this source may make external messages: only a home party's may."""
    if source.home:
        return True, ()
    return False, (anchors.fixed("routing-reported", "ingen melding"),)
