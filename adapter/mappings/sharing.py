"""What goes to whom: receiver by content, sent or withheld, and why. domain § 1.4; the same rules as every message.

The table is for the organisation itself: it tells limits, which never leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import orjson

from adapter.mappings import care, grants, limits, membership, named, protecting, telling, views
from adapter.model import AddressBook, Case, Party, Reason
from adapter.rules import anchors, consent, routing, stays

CONTENTS: Final[Mapping[str, str]] = {
    "coordinator-notice": "ip.coordinator.appointed",
    "plan-notice": "ip.plan.updated",
    "care-message": "care-message",
}
"""Content beside the needs → what the consent table is asked for it."""
PULL: Final = "plan-pull"
"""The plan as a system of the receiver may pull it: asked of what a pull itself is asked of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One content for one receiver."""

    receiver: Party
    content: str
    """A kind of need, one of CONTENTS, PULL, or `topic:` and what is left out of every message."""
    outcome: Literal["sent", "withheld"]
    why: tuple[Reason, ...]


def table(case: Case, book: AddressBook) -> tuple[Cell, ...]:
    """Return what consent says now of every content for every receiver that the case knows; the order is the receivers'."""
    return tuple(cell for party in receivers(case, book) for cell in _row(case, party, book))


# ── receivers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def receivers(case: Case, book: AddressBook) -> tuple[Party, ...]:
    """Return the outside parties that a case knows: who serves the patient, who has a need, the GP, who was told or named."""
    found = (p for p in _known(case, book) if p is not None and not p.home)
    return tuple(sorted({p.key: p for p in found}.values(), key=lambda p: p.key))


def _known(case: Case, book: AddressBook) -> Iterator[Party | None]:
    place = views.municipality(case)
    if place:
        yield routing.receiver(book, municipality=place, district=None, on=case.today).party
    for need in views.needs(case):
        yield book.by_organisation(need.owner)
    for message in case.messages:
        yield book.by_key(message.receiver_key if message.direction == "out" else message.sender_key)
    for resource in views.consents(case):
        grant = grants.of_resource(resource)
        yield from (book.by_key(name) for name in grant.recipients | grant.excluded)
    yield from (book.by_key(name) for name in limits.excluded(case))
    yield _gp(case, book)


def _gp(case: Case, book: AddressBook) -> Party | None:
    doctors = {views.reference_id(r) for r in (views.patient(case) or {}).get("generalPractitioner", ())}
    return next((p for p in book.parties if p.person and p.organisation_id in doctors), None)


# ── contents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _row(case: Case, party: Party, book: AddressBook) -> Iterator[Cell]:
    by_hand = protecting.obstacle(case)
    for content, verdict in _verdicts(case, party, book):
        withheld = bool(by_hand) or not verdict.open
        yield Cell(
            receiver=party,
            content=content,
            outcome="withheld" if withheld else "sent",
            why=(*((by_hand,) if by_hand else ()), *verdict.reasons),
        )
    for topic in sorted(limits.left_out(limits.topics(case)) - {consent.CARE_MESSAGES}):
        yield Cell(
            receiver=party,
            content=f"topic:{topic}",
            outcome="withheld",
            why=(anchors.fixed("consent-topic", "utelatt"),),
        )


def _verdicts(case: Case, party: Party, book: AddressBook) -> Iterator[tuple[str, consent.Verdict]]:
    for kind, melde_id in sorted({n.kind: n.melde_id for n in views.open_needs(case)}.items()):
        yield kind, _need(case, kind, melde_id, party)
    for content, subject in CONTENTS.items():
        if subject == care.CARE and not _gets_care(party, book):
            continue
        yield content, _said(case, subject, party)
    yield PULL, membership.plan(case, party, case.today)


def _gets_care(party: Party, book: AddressBook) -> bool:
    """Return whether messages of care of ours go to a party: a home party leaves them to the adapter, and it takes them."""
    made = any(p.home and p.plo == care.BY_ADAPTER for p in book.parties)
    return made and party.person is None and any(stays.takes(party, type_) for type_ in stays.DESK)


def _need(case: Case, kind: str, melde_id: str, party: Party) -> consent.Verdict:
    if views.reported_by(case, melde_id) is not None:
        return consent.received()
    granted, basis = grants.of_needs(case), _basis(case, melde_id)
    who = named.called(case, party)
    return grants.verdict(case, granted, kind, who, legal_basis=basis, on=case.today)


def _said(case: Case, subject: str, party: Party) -> consent.Verdict:
    who = (
        *named.called(case, party),
        *((consent.REPORTER,) if party.key in telling.reporting_keys(case) else ()),
    )
    granted = grants.newest_first(case)
    return grants.verdict(case, granted, subject, who, legal_basis=None, on=case.today)


def _basis(case: Case, melde_id: str) -> str | None:
    """Return the legal basis that the need was reported under."""
    content = case.needs.get(melde_id)
    stated = orjson.loads(content)["data"].get("legalBasis") if content else None
    return str(stated) if stated else None
