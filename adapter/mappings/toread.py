"""Why a person must read a received message that nothing else is made of. message-rules.md, 'What a received message becomes', 7 and 9.

The reason is ours, word for word: no text of the message stands in it.
"""

from __future__ import annotations

from typing import Final

from adapter.kith import innbygger
from adapter.kith.plan import PlanFacts
from adapter.mappings.arrival import Arrival

FAULT: Final = "Mottakeren har meldt avvik: les meldingen, og rett det som er feil"
IN_THREAD: Final = "Les svaret, og registrer hva det betyr"
NO_THREAD: Final = (
    "Meldingen hører ikke til en kjent tråd: les den, og svar avsenderen eller knytt den til saken"
)
CITIZEN: Final = "Innbygger spør koordinator: svar i samme tråd"
UNKNOWN_SERVICE: Final = (
    "Adressert til en tjeneste hos oss som ikke står i adresseboken: gi den til rett enhet"
)

_PLAN: Final = {True: "individuell plan foreligger", False: "individuell plan foreligger ikke"}
_COORDINATOR: Final = {True: "koordinator er oppnevnt", False: "koordinator er ikke oppnevnt"}
_NOTE: Final = "en merknad står i meldingen"


def reason(arrival: Arrival) -> str:
    """Return what the message says of plan and coordinator, where it has a field for that; else why it is here."""
    if arrival.plan is not None:
        return plan_facts(arrival.plan)
    if is_enquiry(arrival):
        return CITIZEN
    if arrival.in_thread:
        return IN_THREAD
    return NO_THREAD if arrival.registered else UNKNOWN_SERVICE


def plan_facts(plan: PlanFacts) -> str:
    """Return OpplysningerOmIndividuellPlan in words. Its note is for whoever opens the message. Henvisning 2.0, PLO 2.0."""
    said = (
        _PLAN.get(plan.plan) if plan.plan is not None else None,
        _COORDINATOR.get(plan.coordinator) if plan.coordinator is not None else None,
        _NOTE if plan.note else None,
    )
    facts = ", ".join(part for part in said if part)
    return f"Meldingen oppgir: {facts or 'ingenting om individuell plan'}"


def is_enquiry(arrival: Arrival) -> bool:
    """Return whether a citizen asks the coordinator: E72 answers, at the case of whoever asked."""
    return arrival.message.type == innbygger.TYPE
