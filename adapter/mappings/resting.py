"""What rests on a scope of consent: notices that have not left, and who was told before. E15, E16; domain § 1.4."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from adapter.kith import text
from adapter.mappings import common, grants
from adapter.mappings.context import Context
from adapter.model import Message, Party
from adapter.rules import consent

EVENT: Final[Mapping[str, str]] = {
    title: type_
    for type_, title in text.TITLES.items()
    if (row := consent.NEEDS.get(type_)) is not None and row.scopes
}
"""Tema of a notice → a type of event that sends it: what it rests on."""


def scopes(message: Message) -> frozenset[str]:
    """Return the scopes that a notice of ours rests on, none for what is not gated or is a need's."""
    row = consent.NEEDS.get(EVENT.get(message.subject, ""))
    return row.scopes if row is not None else frozenset()


def stopped(
    ctx: Context, lost: Collection[str], left: Sequence[consent.Grant], *, only: Collection[str] = ()
) -> tuple[Message, ...]:
    """Return the notices that have not left, rest on a scope that is lost, and that no consent left opens for.

    `only` names the receivers that lost it, all where none is named.
    """
    return tuple(
        m
        for m in ctx.case.messages
        if m.direction == "out"
        and m.state in common.UNSENT
        and scopes(m) & set(lost)
        and (not only or set(only) & set(_names(ctx, m)))
        and not _opens(ctx, m, left)
    )


def _names(ctx: Context, message: Message) -> tuple[str, ...]:
    party = ctx.book.by_key(message.receiver_key)
    return grants.names(party, gp=bool(party and party.person))


def _opens(ctx: Context, message: Message, left: Sequence[consent.Grant]) -> bool:
    return any(
        consent.gate(
            need=EVENT[message.subject],
            consent=grant,
            recipient=_names(ctx, message),
            legal_basis=getattr(ctx.data, "legal_basis", None),
            on=ctx.now.date(),
        ).open
        for grant in left
    )


def told(ctx: Context, lost: Collection[str]) -> tuple[tuple[Message, Party], ...]:
    """Return who was told, outside a need, of what rests on these scopes: the last such message with its receiver."""
    found: dict[str, tuple[Message, Party]] = {}
    for message in ctx.case.messages:
        party = ctx.book.by_key(message.receiver_key)
        if party is None or party.home or message.direction != "out" or message.state not in common.LEFT:
            continue
        if scopes(message) & set(lost):
            found[party.key] = (message, party)
    return tuple(found.values())
