"""Who signs a message of ours, and how the sender is reached. HIS 1077:2017: name and phone; HITS 1174; message-rules, carriers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapter import codes
from adapter.kith import helsefaglig, parts
from adapter.kith.dialog import Contact
from adapter.mappings.context import Context
from adapter.model import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who is named as the sender's."""

    people: tuple[Contact, ...]
    """The person with a role, and the author; the unit as if it were one where nobody is named."""
    with_phone: tuple[Contact, ...]
    """The same with at least one name and phone: the unit's own where no person has one; empty where none is known."""


def of(ctx: Context, sender: Party, *, named: Mapping[str, Any] | None) -> Signed:
    """Return who signs a message of an event: the person it is about, then its contact or author."""
    people = [*([_named(named)] if named else []), *_author(ctx)]
    return Signed(people=tuple(people) or _nobody(ctx), with_phone=_with_phone(people, ctx.party, sender))


def _with_phone(people: list[Contact], party: Party | None, sender: Party) -> tuple[Contact, ...]:
    """Return them with somebody who can be called: the party of the event, else the one that answers go to."""
    if any(map(helsefaglig.reachable, people)):
        return tuple(people)
    units = (_unit(each) for each in (party, sender) if each)
    return next(((*people, unit) for unit in units if unit), ())


def _named(who: Mapping[str, Any]) -> Contact:
    return parts.contact(
        family=who["family"],
        given=who["given"],
        role=who["role"],
        profession=who["profession"],
        phone=who["phone"],
        hpr=who["hpr"],
    )


def _author(ctx: Context) -> list[Contact]:
    """Return the sender's contact: the one given, else the author; none where nobody is named."""
    said = getattr(ctx.data, "contact_at_sender", None) or getattr(ctx.data, "author", None)
    if said is None or said.name is None:
        return []
    held = codes.ROLES.get(said.role or "")
    return [
        parts.contact(
            family=said.name.family,
            given=said.name.given,
            role=held.code if held and held.number == "9034" else None,
            profession=said.profession,
            phone=said.phone,
            hpr=said.hpr,
        )
    ]


def _nobody(ctx: Context) -> tuple[Contact, ...]:
    """Return the unit in the place of a person: Dialogmelding 1.0 has no element for one."""
    name = ctx.party.display if ctx.party else ""
    return (parts.contact(family=name, given="", role=None, profession=None, phone=None),)


def _unit(party: Party) -> Contact | None:
    """Return the sender as a unit with its phone, None where the address book has none."""
    her_id = party.unit_her_id or party.her_id
    return (
        parts.sender_unit(party.display, her_id=her_id, phone=party.phone) if her_id and party.phone else None
    )
