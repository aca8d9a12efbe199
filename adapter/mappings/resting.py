"""What rests on a scope of consent: notices that have not left, and who was told before. E15, E16; domain § 1.4."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from adapter import naming
from adapter.kith import text
from adapter.mappings import grants, named, posting, reporting, telling, views
from adapter.mappings.context import PATIENT, Context
from adapter.model import Message, Party
from adapter.rules import consent

EVENT: Final[Mapping[str, str]] = {
    title: type_
    for type_, title in text.TITLES.items()
    if (row := consent.NEEDS.get(type_)) is not None and row.scopes
}
"""Tema of a notice → a type of event that sends it: what it rests on."""
SECTORS: Final = "other-sectors"


def scopes(ctx: Context, message: Message) -> frozenset[str]:
    """Return the scopes that a notice of ours rests on, none for what is not gated or is a need's; to an agency its own."""
    row = consent.NEEDS.get(_subject(ctx, message))
    return row.scopes if row is not None else frozenset()


def _subject(ctx: Context, message: Message) -> str:
    """Return what the consent table is asked for a notice: its type of event, to an agency of another sector that sector's."""
    type_ = EVENT.get(message.subject, "")
    return SECTORS if type_ and is_agency(ctx.book.by_key(message.receiver_key), message) else type_


def is_agency(party: Party | None, message: Message) -> bool:
    """Return whether a message went to an agency of another sector: of the book, or by what let it go where the book has it no more."""
    if party is None:
        return any(reason.rule == consent.NEEDS[SECTORS].rule for reason in message.why)
    return party.type in reporting.OTHER_SECTORS


def stopped(
    ctx: Context, lost: Collection[str], left: Sequence[consent.Grant], *, only: Collection[str] = ()
) -> tuple[Message, ...]:
    """Return the notices that have not left, rest on a scope that is lost, and that no consent left opens for.

    `only` names the receivers that lost it, all where none is named.
    """
    return tuple(
        m
        for m in ctx.case.messages
        if posting.is_unsent(ctx.case, m)
        and scopes(ctx, m) & set(lost)
        and (not only or set(only) & set(names_of(ctx, m)))
        and not _opens(ctx, m, left)
    )


def names_of(ctx: Context, message: Message) -> tuple[str, ...]:
    """Return what a consent may call the receiver of a message; one that the book has no more by what it was."""
    party = ctx.book.by_key(message.receiver_key)
    if party is not None:
        return named.called(ctx.case, party)
    key = message.receiver_key or ""
    return (key,) if is_agency(None, message) else (key, _part(ctx, message))


def _part(ctx: Context, message: Message) -> str:
    """Return the part of a receiver in health care: the patient's GP, else the coordinating unit."""
    doctors = {
        views.reference_id(one) for one in (views.patient(ctx.case) or {}).get("generalPractitioner", ())
    }
    is_gp = (
        message.receiver[0] is not None
        and naming.organisation_id(her_id=message.receiver[0], orgnr=None) in doctors
    )
    return consent.GP if is_gp else consent.COORDINATING_UNIT


def _opens(ctx: Context, message: Message, left: Sequence[consent.Grant]) -> bool:
    subject, who = _subject(ctx, message), names_of(ctx, message)
    basis = getattr(ctx.data, "legal_basis", None)
    return any(grants.gate(ctx.case, one, subject, who, legal_basis=basis, on=ctx.today).open for one in left)


def opens(ctx: Context, message: Message) -> bool:
    """Return whether the newest consent that speaks of a notice to its receiver opens. A basis in law was named where it was taken."""
    who = names_of(ctx, message)
    if message.receiver_key in telling.reporting_keys(ctx.case):
        who = (*who, consent.REPORTER)
    granted, subject = grants.newest_first(ctx.case), _subject(ctx, message)
    return grants.verdict(ctx.case, granted, subject, who, legal_basis="hpl-25-45", on=ctx.today).open


def told(ctx: Context, lost: Collection[str]) -> tuple[tuple[Message, Party], ...]:
    """Return who was told, outside a need, of what rests on these scopes: the last such message with its receiver."""
    found: dict[str, tuple[Message, Party]] = {}
    for message in ctx.case.messages:
        party = ctx.book.by_key(message.receiver_key)
        if party is None or party.home or not posting.has_left(ctx.case, message):
            continue
        if scopes(ctx, message) & set(lost):
            found[party.key] = (message, party)
    return tuple(found.values())


def unreached(ctx: Context, lost: Collection[str]) -> tuple[Message, ...]:
    """Return the last notice to each who was told, outside a need, of what rests on these scopes, and stands not in the book of the day."""
    return tuple(
        {
            m.receiver_key: m
            for m in ctx.case.messages
            if m.receiver_key not in (None, PATIENT.key)
            and ctx.book.by_key(m.receiver_key) is None
            and posting.has_left(ctx.case, m)
            and scopes(ctx, m) & set(lost)
        }.values()
    )
