"""The text of need messages: from the event that identified the need, again at every release. message-rules.md, 'The text'."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import orjson

from adapter import codes
from adapter.events import catalogue
from adapter.kith import text, words
from adapter.kith.attachments import PDF, Outgoing
from adapter.mappings import limits
from adapter.mappings.context import Context
from adapter.model import Party
from adapter.rules.consent import Grant

IDENTIFYING: Final = frozenset({"ip.need.identified", "ip.rehabilitation-need.reported"})
"""Events that begin a need: E01, E12."""
_RECIPIENTS: Final = {"coordinating-unit": "koordinerende enhet i kommunen", "gp": "fastlegen"}


def stored(ctx: Context, melde_id: str) -> Any | None:
    """Return the data of the event that identified the need with this Melde-id, None when it is not kept."""
    content = ctx.case.needs.get(melde_id)
    if content is None:
        return None
    whole = orjson.loads(content)
    return catalogue.TYPES[whole["type"]].model.model_validate_json(orjson.dumps(whole["data"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """Who passed the need on by E02, and what they say with it."""

    by: Party
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """What one message covers of a need, and by when it asks for a reply."""

    kinds: tuple[str, ...]
    consent: Grant
    melde_id: str
    reply_by: date | None = None
    working_days: int = 0
    forwarded: Forwarded | None = None
    copy: bool = False


def block(ctx: Context, need: Any, covering: Covering) -> str:
    """Return the eleven lines; ticks and wishes only for the kinds that this message covers."""
    kinds, need = covering.kinds, limits.told(ctx.case, need)
    return text.block(
        text.NeedText(
            kinds=kinds,
            wish_plan=need.wishes.individual_plan if "individual-plan" in kinds else None,
            wish_coordinator=need.wishes.coordinator
            if {"coordinator", "child-coordinator"} & set(kinds)
            else None,
            consent=consent_text(ctx, covering.consent, need.legal_basis),
            background=_background(need, kinds),
            existing=existing(need),
            preference=need.preference.text if need.preference else None,
            contact=contact(need),
            reply_by=covering.reply_by,
            working_days=covering.working_days,
            copy=covering.copy,
            melde_id=covering.melde_id,
            forwarded_by=covering.forwarded.by.display if covering.forwarded else None,
            forwarded_words=covering.forwarded.words if covering.forwarded else None,
        )
    )


EXPECTED: Final = "Gjelder et barn som ventes"


def _background(need: Any, kinds: tuple[str, ...]) -> str | None:
    """Return the reason; of a child coordinator before birth it begins with whom it concerns: the message names the parent. A09."""
    said: str | None = need.reason.text
    if "child-coordinator" not in kinds or not need.patient.expected_child:
        return said
    return ". ".join(part for part in (EXPECTED, said) if part)


def title(forwarded: Forwarded | None) -> str:
    """Return the Tema: E02's where a person forwarded the need, else E01's, also where the clock let it go."""
    return text.TITLES["ip.need.forwarded" if forwarded else "ip.need.identified"]


def consent_text(ctx: Context, consent: Grant, legal_basis: str | None) -> text.ConsentText:
    """Return what is said of the consent: what it covers, never what it excludes."""
    covered = sorted(consent.recipients - consent.excluded) or ["coordinating-unit"]
    names = [_RECIPIENTS.get(r) or _party_name(ctx, r) for r in covered]
    return text.ConsentText(
        status=consent.status,
        date=consent.date,
        method=consent.method,
        given_by=consent.given_by,
        recipients_text=" og ".join(n for n in names if n),
        legal_basis=legal_basis,
    )


def _party_name(ctx: Context, key: str) -> str:
    party = ctx.book.by_key(key)
    return party.display if party else ""


def existing(need: Any) -> str | None:
    """Return what is known of a plan or coordinator that exists, None when nobody stated it."""
    said = need.existing
    return text.existing(plan=said.plan, coordinator=said.coordinator, text=said.text) if said else None


def contact(need: Any) -> str:
    """Return `virksomhet, avdeling, navn, rolle, telefon` of the contact at the sender, as given: who wrote may work elsewhere."""
    person = need.contact_at_sender or need.author
    role = codes.ROLES[person.role].display.lower() if person.role in codes.ROLES else ""
    name = f"{person.name.given} {person.name.family}" if person.name else ""
    department = need.department.name if need.department else ""
    organisation = need.author.organisation.name if need.author.organisation else ""
    return ", ".join(p for p in (organisation, department, name, role, person.phone or "") if p)


def form(receiver: Party) -> str:
    """Return the line after the block that names the municipality's own form, where it demands one; nothing else."""
    return f"\r\n{words.FORM}: {receiver.form_url}" if receiver.form_url else ""


def form_attached(ctx: Context, receiver: Party) -> tuple[Outgoing, ...]:
    """Return the municipality's own form as PDF, where the address book has it; a message that takes none goes without."""
    if receiver.form is None:
        return ()
    created = ctx.now.replace(microsecond=0)
    return (Outgoing(mime_type=PDF, description=words.FORM, created=created, content=receiver.form),)
