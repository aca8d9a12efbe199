"""Messages of care (PLO) of a stay, for a home party that leaves them to the adapter (`plo = "adapter"`). HIS 1143-1149.

The clinical content is the event's; logistics carry none, and no word of plan or coordinator (domain § 1.4). The plan and
those who coordinate stand in the report only where the patient has agreed that the municipality knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapter import codes, naming
from adapter.fhir import encounters
from adapter.kith.codes import coded, simple
from adapter.kith.party import Person, Unit
from adapter.kith.plo import (
    avmelding,
    dod,
    helseopplysninger,
    innlagt,
    journal,
    utskrevet,
    utskrivningsklar,
    utskrivningsrapport,
)
from adapter.kith.plo.blocks import Connected, DischargedTo, Medical, Need, Personnel, Responsible
from adapter.kith.plo.logistics import event, place
from adapter.kith.plo.message import CHANGE, NEW
from adapter.kith.plo_roles import fits
from adapter.kith.reach import telecom
from adapter.kith.time import When
from adapter.mappings import common, grants, limits, named, plo_roles, views
from adapter.mappings.context import Care, Change, Context, Notice
from adapter.model import Message, Party, Reason, Resource
from adapter.rules import consent, reservation, stays

BY_ADAPTER: Final = "adapter"
NO_CONSENT: Final = frozenset(
    {"LOG_INNLAGT", "LOG_UTSKRIVNINGSKLAR", "LOG_AVMELDING", "LOG_UTSKREVET", "LOG_DOD"}
)
"""No health data: they need no consent and no objection stops them. domain § 1.4."""
CARE: Final = "care-message"
"""What rules.consent calls the messages of care that do carry health data."""
OPPOSED: Final = "IPK-M053"
DEAD: Final = "2"
"""Uttilstand of list 8431: Som død."""
ELSEWHERE: Final = "88"
"""UtTil of list 8408 where a place is demanded and none is meant: Annet."""


def makes(ctx: Context) -> bool:
    """Return whether the adapter makes messages of care for this event."""
    return ctx.may_send and ctx.home is not None and ctx.home.plo == BY_ADAPTER


def rests_on_consent(type_: str) -> bool:
    """Return whether a type of message is one of care with health data: it goes unless the patient opposes."""
    return not type_.startswith(("DIALOG_", "LETTER", "APPREC")) and type_ not in NO_CONSENT


def withheld(ctx: Context, stay: Resource, *types: str) -> Change:
    """Return a warning for each message of care that should go and cannot: nobody to take it, or the patient's no, and why."""
    if not makes(ctx):
        return Change()
    found = [_receiver(ctx, stay, type_) for type_ in types]
    codes_ = dict.fromkeys(code for _, _, code in found if code)
    closed = (reasons[-1:] for _, reasons, code in found if code == OPPOSED)
    return Change(
        warnings=tuple(common.warn(code, "$.data.patient.municipality") for code in codes_),
        reasons=tuple(dict.fromkeys(reason for listed in closed for reason in listed)),
    )


def _receiver(
    ctx: Context, stay: Resource, type_: str
) -> tuple[Party | None, tuple[Reason, ...], str | None]:
    """Return who gets a message of care and why, or the code of the warning; the last reason is what consent says."""
    home = ctx.data.patient.municipality
    route = stays.receiver(
        ctx.book, type_=type_, course=encounters.course(stay), municipality=home.code, district=home.district,
        on=ctx.today,
    )  # fmt: skip
    if route.party is None or not stays.takes(route.party, type_):
        return None, route.reasons, "IPK-E077"
    if route.party.home:
        return None, route.reasons, None
    if type_ in NO_CONSENT:
        return route.party, route.reasons, None
    verdict = _presumed(ctx, route.party)
    reasons = (*route.reasons, *verdict.reasons)
    return (route.party, reasons, None) if verdict.open else (None, reasons, OPPOSED)


def _presumed(ctx: Context, party: Party) -> consent.Verdict:
    """Return what consent says of a message of care with health data: presumed, unless the patient opposes or excepts the party."""
    granted, who = grants.newest_first(ctx.case), named.names(party)
    return grants.verdict(ctx.case, granted, CARE, who, legal_basis=ctx.data.legal_basis, on=ctx.today)


Make = Callable[[Any], Any]


def _notice(
    ctx: Context, stay: Resource, type_: str, make: Callable[[Party], Make], *, thread: str | None = None
) -> tuple[Notice, ...]:
    if not makes(ctx):
        return ()
    party, reasons, _ = _receiver(ctx, stay, type_)
    if party is None:
        return ()
    return (
        Notice(
            receiver=party,
            title=codes.display("8279", type_) or type_,
            text="",
            care=Care(type=type_, make=_with_consent(ctx, party, type_, make(party))),
            thread=_before(ctx, stay, party, thread) if thread else None,
            reasons=(*reasons, *_reserved(ctx)),
        ),
    )


def _with_consent(ctx: Context, to: Party, type_: str, make: Make) -> Make:
    """Return how it is made with what its Document says of consent; logistics bring no health data and say nothing."""
    consented = consent.care_code(
        next(iter(grants.newest_first(ctx.case)), None), named=_names_plan(ctx, to, type_)
    )
    if consented is None or type_ in NO_CONSENT:
        return make
    said = coded("9064", consented)
    return lambda head: make(replace(head, document=replace(head.document, consent=said)))


def _names_plan(ctx: Context, to: Party, type_: str) -> bool:
    """Return whether the message names plan or coordinator: the report does, where the municipality may know."""
    return type_ == utskrivningsrapport.TYPE and any(_coordinated(ctx, to))


def _holds_back(ctx: Context) -> bool:
    """Return whether the patient has reserved against forwarding, here or in a message of this case, and it still holds."""
    if consent.FORWARDING in limits.topics(ctx.case):
        return True
    return reservation.in_force(views.reserved(ctx.case), grants.recorded(ctx.case))


def _reserved(ctx: Context) -> tuple[Reason, ...]:
    return (reservation.passed_on(),) if _holds_back(ctx) else ()


def _before(ctx: Context, stay: Resource, party: Party, type_: str) -> Message | None:
    """Return the latest message of a type that went to the party in this stay."""
    start = datetime.fromisoformat(stay["period"]["start"])
    told = [
        m
        for m in ctx.case.messages
        if (m.direction, m.type, m.receiver_key) == ("out", type_, party.key)
        and m.state not in {"held", "buried"}
        and m.gen_date is not None
        and m.gen_date >= start
    ]
    return told[-1] if told else None


# ── the messages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def admitted(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return LOG_INNLAGT."""
    return _notice(
        ctx, stay, innlagt.TYPE, lambda _to: lambda head: innlagt.new(head, at=_began(stay), **_signed(ctx))
    )


def informed(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return HELSEOPPL_SOKNAD: 9140/1 first, then 9140/2 as a change that is complete and replaces."""

    def make(to: Party) -> Make:
        again = _before(ctx, stay, to, helseopplysninger.TYPE) is not None
        return lambda head: helseopplysninger.new(
            head, kind="2" if again else "1", status=CHANGE if again else NEW, **_information(ctx, stay)
        )

    return _notice(ctx, stay, helseopplysninger.TYPE, make, thread=helseopplysninger.TYPE)


def _information(ctx: Context, stay: Resource) -> dict[str, Any]:
    data = ctx.data
    expected = (
        (event("3", When.on(data.expected_discharge), estimate=True),) if data.expected_discharge else ()
    )
    texts = (
        journal.Text(text=data.status, heading=coded("9145", "1")),
        journal.Text(text=data.expected_course, heading=coded("9145", "2")),
    )
    return {
        **_signed(ctx),
        "stays": (event("1", _began(stay)), *expected),
        "medical": Medical(notes=(journal.note(texts, component_id=_component(ctx)),)),
        "needs": tuple(Need(name=s.name, description=s.description or "") for s in data.services),
    }


def ready(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return LOG_UTSKRIVNINGSKLAR."""
    return _notice(
        ctx,
        stay,
        utskrivningsklar.TYPE,
        lambda _to: (
            lambda head: utskrivningsklar.new(head, admitted=_began(stay), ready=_now(ctx), **_signed(ctx))
        ),
    )


def not_ready(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return LOG_AVMELDING in the thread of what it takes back, with the events told there."""
    since = encounters.ready_since(stay)
    told = (event("3", When.at(datetime.fromisoformat(since))),) if since else ()
    earlier = (event("1", _began(stay)), *told)
    return _notice(
        ctx,
        stay,
        avmelding.TYPE,
        lambda _to: lambda head: avmelding.new(head, at=_now(ctx), earlier=earlier, **_signed(ctx)),
        thread=utskrivningsklar.TYPE,
    )


def discharged(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return LOG_UTSKREVET, and UTSKRIVNINGSRAPPORT where the event brings a report."""
    to = stays.DISCHARGED_TO[ctx.data.to]
    logistics = _notice(
        ctx,
        stay,
        utskrevet.TYPE,
        lambda _to: lambda head: utskrevet.new(head, at=_now(ctx), to=to, **_signed(ctx)),
    )
    return (*logistics, *_report(ctx, stay))


def died(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    """Return LOG_UTSKREVET of a patient who died in hospital: Uttilstand says so."""

    def make(_to: Party) -> Make:
        def made(head: Any) -> Any:
            # A day alone: nobody has told the hour.
            plain = utskrevet.new(head, at=When.on(ctx.data.died_on), to=ELSEWHERE, **_signed(ctx))
            where = DischargedTo(condition=coded("8431", DEAD), place=place(ELSEWHERE))
            return replace(plain, body=replace(plain.body, discharged_to=where))

        return made

    return _notice(ctx, stay, utskrevet.TYPE, make)


def dead(ctx: Context, party: Party, reasons: tuple[Reason, ...]) -> Notice:
    """Return LOG_DOD to one party, which takes it. HIS 1149."""
    make = lambda head: dod.new(head, at=When.on(ctx.data.died_on), **_signed(ctx))  # noqa: E731 (one expression)
    return Notice(
        receiver=party,
        title=codes.display("8279", dod.TYPE) or dod.TYPE,
        text="",
        care=Care(type=dod.TYPE, make=make),
        reasons=(*reasons, *_reserved(ctx)),
    )


def _report(ctx: Context, stay: Resource) -> tuple[Notice, ...]:
    if ctx.data.report is None:
        return ()
    return _notice(
        ctx,
        stay,
        utskrivningsrapport.TYPE,
        lambda to: (
            lambda head: utskrivningsrapport.new(
                head, kind="11", personnel=_personnel(ctx, to), **_reported(ctx, stay, to)
            )
        ),
    )


def _reported(ctx: Context, stay: Resource, to: Party) -> dict[str, Any]:
    data = ctx.data
    follow_up = (journal.Text(text=data.follow_up, heading=coded("9142", "OP")),) if data.follow_up else ()
    note = journal.note(follow_up, component_id=_component(ctx)) if follow_up else None
    return {
        **_signed(ctx),
        "stays": (event("1", _began(stay)), event("2", _now(ctx))),
        "medical": Medical(notes=(note,)) if note else None,
        "nursing": (journal.from_nurses(_nursing(ctx, to)),),
    }


def _nursing(ctx: Context, to: Party) -> Iterator[journal.Text]:
    """Yield the nurses' texts; practical matters name plan and coordinator where the municipality may know."""
    said = ctx.data.report
    if said.summary:
        yield journal.Text(text=said.summary, heading=coded("9141", "8"))
    yield journal.Text(text=said.status, heading=coded("9141", "12"))
    practical = ". ".join(part.rstrip(".") for part in (said.practical or "", *_coordinated(ctx, to)) if part)
    if practical:
        yield journal.Text(text=f"{practical}.", heading=coded("9141", "14"))


def _coordinated(ctx: Context, to: Party) -> Iterator[str]:
    if views.plan(ctx.case) is not None and _may_know(ctx, to, "ip.plan.created"):
        yield "Individuell plan: finnes"
    held = _holders(ctx, to)
    if held:
        yield plo_roles.line(held)


def _holders(ctx: Context, to: Party) -> tuple[plo_roles.Holder, ...]:
    if not _may_know(ctx, to, "ip.coordinator.appointed"):
        return ()
    return plo_roles.holders(ctx.case, {}, ctx.today)


def _may_know(ctx: Context, to: Party, what: str) -> bool:
    """Return whether the newest consent that speaks of it to the receiver opens."""
    granted, basis = grants.newest_first(ctx.case), ctx.data.legal_basis
    who = named.names(to)
    return grants.verdict(ctx.case, granted, what, who, legal_basis=basis, on=ctx.today).open


def _personnel(ctx: Context, to: Party) -> tuple[Personnel, ...]:
    return tuple(
        Personnel(
            person=Person(
                family=h.contact.family,
                given=h.contact.given,
                middle=h.contact.middle,
                hpr=h.contact.hpr,
                role=h.contact.role,
                profession=h.contact.profession,
                telecoms=(telecom("tel", h.contact.phone),) if h.contact.phone else (),
            )
        )
        for h in _holders(ctx, to)
        if fits(h.contact)
    )


# ── what all of them say ─────────────────────────────────────────────────────────────────────────────────────────────


def _signed(ctx: Context) -> dict[str, Any]:
    """Return who answers for the message, and whether it may go further. HITS 1174 ch. 5, HIS 80704:2014 13.1.

    The department, and the author where an HPR number is known.
    """
    party, author = ctx.party, ctx.data.author
    name = ctx.data.department.name if ctx.data.department else party.display if party else ""
    unit = Unit(name=name, her_id=party.unit_her_id if party else None)
    return {
        "units": (Connected(unit=unit),),
        "responsible": (Responsible(person=_author(author)),) if author.hpr else (),
        # Only `true` says anything: that there is no reservation is nothing we know.
        "withheld": True if _holds_back(ctx) else None,
    }


def _author(said: Any) -> Person:
    held = codes.ROLES.get(said.role or "")
    return Person(
        family=said.name.family,
        given=said.name.given,
        hpr=said.hpr,
        role=coded("9034", held.code) if held and held.number == "9034" else None,
        profession=simple("9060", said.profession) if said.profession else None,
        telecoms=(telecom("tel", said.phone),) if said.phone else (),
    )


def _began(stay: Resource) -> When:
    return When.at(datetime.fromisoformat(stay["period"]["start"]))


def _now(ctx: Context) -> When:
    return When.at(ctx.event.occurred_at)


def _component(ctx: Context) -> str:
    return naming.uid(ctx.event.event_id, "note", "medical")
