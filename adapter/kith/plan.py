"""OpplysningerOmIndividuellPlan: the one structured field of a message that knows the plan. Henvisning 2.0, PLO 2.0.

Read wherever it stands in messages of those standards; they are not in general use, and the adapter writes none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapter.kith.binding import FLAG
from adapter.kith.tree import content, kind, namespace

_ROOTS: Final = ("http://ehelse.no/xmlstds/henvisning/", "http://ehelse.no/xmlstds/po/")
_NAME: Final = "{*}OpplysningerOmIndividuellPlan"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PlanFacts:
    """What a message says of plan and coordinator, None where it says nothing."""

    plan: bool | None = None
    """IndividuellPlanForeligger."""
    coordinator: bool | None = None
    """KoordinatorOppnevnt."""
    note: str = ""


def read(payload: etree._Element) -> PlanFacts | None:
    """Return what a payload of these standards says, None for another payload, or one that is silent."""
    space = namespace(payload)
    if not space.startswith(_ROOTS):
        return None
    found = next((each for each in payload.iter(_NAME) if _ours(each)), None)
    return _facts(found) if found is not None else None


def _facts(element: etree._Element) -> PlanFacts:
    """Return the three values, found by local name: editions differ in their namespaces."""
    held = {kind(child): child for child in element}
    plan, coordinator = (held.get(name) for name in ("IndividuellPlanForeligger", "KoordinatorOppnevnt"))
    return PlanFacts(
        plan=FLAG.read(plan) if plan is not None else None,
        coordinator=FLAG.read(coordinator) if coordinator is not None else None,
        note=content(held.get("Merknad")),
    )


def _ours(element: etree._Element) -> bool:
    return namespace(element).startswith(_ROOTS)
