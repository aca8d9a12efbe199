"""Whether an EPJ may put the roles of a patient into PLO messages of its own: the gate of ours. message-rules.md, E27; hpl §§ 25 and 45."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapter.mappings import grants, named, plo_roles, telling, views
from adapter.model import AddressBook, Case
from adapter.rules import consent, routing

ABOUT: Final = "ip.coordinator.appointed"
"""What is told: that there is a coordinator, and who."""


def verdict(case: Case, book: AddressBook, on: date) -> consent.Verdict:
    """Return what consent says of telling the municipality who holds a role; from it, telling those from whom it has the need."""
    route = routing.receiver(book, municipality=views.municipality(case), on=on)
    who = named.names(None if route.party is not None and route.party.home else route.party)
    reporting = telling.reporting_keys(case) if route.party is not None and route.party.home else frozenset()
    if reporting:
        who = (*who, consent.REPORTER, *sorted(reporting))
    granted = grants.newest_first(case)
    # A basis in law was named where the consent was taken; it is not asked for again.
    return grants.verdict(case, granted, ABOUT, who, legal_basis="hpl-25-45", on=on)


def told(found: tuple[plo_roles.Holder, ...], said: consent.Verdict) -> Mapping[str, Any]:
    """Return the answer: the roles, whether they may be sent and why; fragment and text are empty where they may not."""
    whole = plo_roles.told(found)
    why = [{"rule": r.rule, "text": r.text} for r in said.reasons]
    shut = {} if said.open else {"fragment": "", "text": ""}
    return {**whole, **shut, "mayBeSent": said.open, "why": why}
