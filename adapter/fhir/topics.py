"""The topics that can be subscribed to, as rows: what triggers each, and what it may be filtered by. HL7 subscriptions-backport 1.1.

R4 has no SubscriptionTopic: a topic is known by its canonical, which the CapabilityStatement lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from adapter.fhir import urls

Interaction = Literal["create", "update"]
_BOTH: Final[tuple[Interaction, ...]] = ("create", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A type whose changes are events of a topic: which changes, and the search parameters that may narrow them."""

    type: str
    interactions: tuple[Interaction, ...] = _BOTH
    filters: tuple[str, ...] = ("patient", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. Only types whose changes stand in the feed can trigger (ingest.records.PULLED)."""

    name: str
    title: str
    triggers: tuple[Trigger, ...]

    @property
    def url(self) -> str:
        """The canonical."""
        return f"{urls.TOPIC}/{self.name}"

    def trigger(self, type_: str) -> Trigger | None:
        """Return what makes a change of this type an event, None where nothing does."""
        return next((each for each in self.triggers if each.type == type_), None)


_ROWS: Final = (
    Topic(name="plan", title="Individuell plan laget eller endret", triggers=(Trigger(type="CarePlan"),)),
    Topic(name="team", title="Team rundt pasienten laget eller endret", triggers=(Trigger(type="CareTeam"),)),
    Topic(
        name="need",
        title="Behov meldt, eller behandlingen av det endret",
        triggers=(
            Trigger(type="ServiceRequest", filters=("patient", "status", "code", "requisition")),
            Trigger(type="Task", filters=("patient", "status", "code", "owner", "group-identifier")),
        ),
    ),
)

TOPICS: Final[Mapping[str, Topic]] = {row.url: row for row in _ROWS}
"""Canonical → topic."""


def offered(type_: str) -> dict[str, Any]:
    """Return what the CapabilityStatement says of Subscription beside reading it; nothing of any other type."""
    if type_ != "Subscription":
        return {}
    return {
        "extension": [
            {"url": f"{urls.BACKPORT}/capabilitystatement-subscriptiontopic-canonical", "valueCanonical": url}
            for url in TOPICS
        ],
        "supportedProfile": [f"{urls.BACKPORT}/backport-subscription"],
        "operation": [
            {"name": name, "definition": f"{urls.BACKPORT_OPERATION}/backport-subscription-{name}"}
            for name in ("status", "events")
        ],
    }


def written(type_: str) -> tuple[str, ...]:
    """Return the interactions with Subscription beside those of every type; none of any other type."""
    return ("create", "update", "delete") if type_ == "Subscription" else ()
