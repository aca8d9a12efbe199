"""Rules that several messages of care share; each names those it obeys. HIS 1149, HISD 1154, HITS 1174.

None lets a receiver refuse: what a message says is never a reason to. They are told to who sends a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from adapter.errors import Said
from adapter.kith.plo.blocks import Care, Kind
from adapter.kith.plo.logistics import Logistics
from adapter.kith.plo.message import CANCELLATION, CHANGE
from adapter.kith.rule import CONTENT, INFO, Rule, never
from adapter.kith.tree import kind

if TYPE_CHECKING:
    from adapter.kith.reading import Read

_CHANGES: Final = (CHANGE, CANCELLATION)
_SHIPMENT: Final = "InformasjonOmForsendelsen"


def care(read: Read) -> Care | None:
    """Return what a message of care says, None where its payload is another."""
    return read.body if isinstance(read.body, Care) else None


def logistics(read: Read) -> Logistics | None:
    """Return what a message of logistics says, None where its payload is another."""
    return read.body if isinstance(read.body, Logistics) else None


def status(read: Read) -> str:
    """Return the value of 7309, empty where there is none."""
    body = care(read)
    return body.shipment.status.v if body else ""


def at(read: Read, *steps: str) -> str:
    """Return the place of an element below the payload."""
    held = read.root.find("{*}Document/{*}RefDoc/{*}Content/*")
    root = kind(held) if held is not None else "*"
    return "/".join((CONTENT, root, *steps))


def _loose_change(read: Read) -> Iterator[str]:
    if status(read) in _CHANGES and read.head and read.head.conversation is None:
        yield f"{INFO}/ConversationRef"


def _no_health_data(read: Read) -> Iterator[str]:
    """Attachments, and a question of the record, are where health data could stand; free text nobody can judge."""
    body = logistics(read)
    if body is None or read.head is None:
        return
    for number, _ in enumerate(read.head.attachments, 2):
        yield f"/MsgHead/Document[{number}]"
    if body.shipment.question:
        yield at(read, _SHIPMENT, "Foresporsel")


def _nobody_responsible(read: Read) -> Iterator[str]:
    body = care(read)
    if body and status(read) != CANCELLATION and not (body.responsible or body.units):
        yield at(read, "AnsvarForRapport")


def _bare_99(read: Read) -> Iterator[str]:
    body = care(read)
    asked = body.shipment.question if body else None
    if asked and asked.type.v == "99" and not asked.text.strip():
        yield at(read, _SHIPMENT, "Foresporsel", "Sporsmal")


_CHANGE_IN_THREAD: Final = never(
    "change-in-thread",
    Said("Endringen eller kanselleringen sier ikke hvilken melding den gjelder",
         "The change or cancellation does not say which message it is about",
         "Legg til ConversationRef med MsgId for den opprinnelige og den forrige meldingen",
         "Add ConversationRef with the MsgId of the original and of the previous message"),
    _loose_change, source="HISD 1154; HITS 1218",
)  # fmt: skip
_RESPONSIBLE: Final = never(
    "responsible",
    Said("Ingen ansvarlig person eller enhet er oppgitt", "No person or unit answers for the message",
         "Legg til AnsvarForRapport eller TilknyttetEnhet", "Add AnsvarForRapport or TilknyttetEnhet"),
    _nobody_responsible, source="HITS 1174 ch. 5",
)  # fmt: skip
_TEXT_WITH_99: Final = never(
    "care-text-with-99",
    Said("Forespørselen det svares på, er av typen 99 og mangler tekst",
         "The question answered is of type 99 and lacks its text", "Skriv spørsmålet i Foresporsel/Sporsmal",
         "Write the question in Foresporsel/Sporsmal"),
    _bare_99, source="HIS 80704:2014; list 9152-9154", code="IPK-M014",
)  # fmt: skip
_NO_HEALTH_DATA: Final = never(
    "no-health-data",
    Said("Logistikkmeldingen har vedlegg eller spørsmål, der helseopplysninger kan stå",
         "The message of logistics has an attachment or a question, where health data may stand",
         "Send helseopplysningene i en melding som er laget for dem",
         "Send the health data in a message made for them"),
    _no_health_data, source="HIS 1149",
)  # fmt: skip


def every(statuses: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return what holds for every message of care, with the statuses that this one may have."""

    def other(read: Read) -> Iterator[str]:
        if care(read) and status(read) not in statuses:
            yield at(read, _SHIPMENT, "Forsendelsesstatus")

    meant = ", ".join(statuses)
    allowed = never(
        "status-allowed",
        Said(f"Meldingstypen kan ikke ha denne statusen; den kan ha {meant}",
             f"The type may not have this status; it may have {meant}", f"Bruk en av statusene {meant}",
             f"Use one of the statuses {meant}"),
        other, source="HISD 1154 3.1; profiles HIS 1143-1149",
    )  # fmt: skip
    return allowed, _CHANGE_IN_THREAD, _RESPONSIBLE, _TEXT_WITH_99


def logistics_of(step: str, needed: Callable[[list[str]], bool], *, meant: str) -> tuple[Rule, ...]:
    """Return what holds for a message of logistics: its element, and which events of 9121, in order, it needs."""

    def other_step(read: Read) -> Iterator[str]:
        body = logistics(read)
        if body and body.step != step:
            yield at(read, step)

    def other_events(read: Read) -> Iterator[str]:
        body = logistics(read)
        if body is None or body.step != step:
            return
        codes = [event.code for event in body.events]
        known = sorted(code.v for code in codes if code and code.list == "9121")
        if not needed(known) or len(known) != len(codes):
            yield at(read, step, "TidsfestetHendelse")

    return (
        never("step-of-type",
              Said(f"Innholdet hører til en annen logistikkmelding; typen har {step}",
                   f"The content is of another message of logistics; the type has {step}",
                   f"Bruk elementet {step}, eller typen som hører til innholdet",
                   f"Use the element {step}, or the type of the content"),
              other_step, source="HIS 1149"),
        never("events-of-type",
              Said(f"Hendelsene er ikke de meldingstypen skal ha: {meant}",
                   f"The events are not those of the type: {meant}", f"Oppgi hendelse {meant} fra kodeverk 9121",
                   f"State event {meant} of list 9121"),
              other_events, source="HIS 1149; list 9121"),
        _NO_HEALTH_DATA,
    )  # fmt: skip


def kind_of(number: str, *, source: str, within: str = "TypeInnholdIMelding/TypeInnhold") -> Rule:
    """Return the rule that the kind of a message is of the list of its type."""

    def other(read: Read) -> Iterator[str]:
        held: Kind | None = getattr(read.body, "kind", None)
        if held and held.code.list != number:
            yield at(read, *within.split("/"))

    return never(
        "kind-of-type",
        Said(f"Typen innhold er ikke av den listen som hører til meldingstypen: {number}",
             f"The kind of content is not of the list that belongs to the type: {number}",
             f"Bruk kodeverk {number}", f"Use list {number}"),
        other, source=source, code="IPK-M056",
    )  # fmt: skip
