"""Provenance: what changed, on what ground, by whom, made of which event, and why. R4 Provenance; fhir-model.md."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from adapter.fhir import parts, urls
from adapter.fhir.organisations import DEVICE
from adapter.fhir.parts import Json, Ref, When

POLICY: Final[Mapping[str, tuple[str, ...]]] = {
    "hpl-38a": ("https://lovdata.no/lov/1999-07-02-64/§38a",),
    "hpl-25-45": ("https://lovdata.no/lov/1999-07-02-64/§25", "https://lovdata.no/lov/1999-07-02-64/§45"),
    "consent": ("https://lovdata.no/lov/1999-07-02-64/§22",),
    "discharge-regulation": ("https://lovdata.no/forskrift/2011-11-18-1115",),
    "agreement": ("https://lovdata.no/lov/2011-06-24-30/§6-1",),
}
"""legalBasis → Provenance.policy: helsepersonelloven §§ 38 a, 25, 45, 22, the discharge regulation, hol § 6-1."""


class Explained(Protocol):
    """What a reason says: rule, source, outcome, alternatives that fell away (model.Reason is one)."""

    @property
    def rule(self) -> str:
        """The rule's anchor."""

    @property
    def source(self) -> str:
        """Law or agreement."""

    @property
    def outcome(self) -> str:
        """What it decided."""

    @property
    def rejected(self) -> tuple[str, ...]:
        """What fell away."""


def provenance(
    *,
    id_: str,
    targets: Sequence[tuple[str, int | str]],
    recorded: datetime,
    activity: str = "CREATE",
    occurred: When | None = None,
    legal_basis: str | None = None,
    author: Ref | None = None,
    on_behalf_of: Ref | None = None,
    sources: Sequence[tuple[str, str]] = (),
    reasons: Iterable[Explained] = (),
) -> Json:
    """Return the Provenance. `targets` are (`Type/id`, version); `activity` of v3-DataOperation (CREATE, UPDATE …).

    `sources` are (uuid of the event or MsgId, its type); `legal_basis` a key of POLICY; `reasons` model.Reason.
    """
    return parts.resource(
        "Provenance",
        id_,
        {
            "extension": [explanation(reason) for reason in reasons],
            "target": [{"reference": f"{ref}/_history/{version}"} for ref, version in targets],
            "occurredDateTime": parts.when(occurred),
            "recorded": parts.instant(recorded),
            "policy": list(POLICY[legal_basis]) if legal_basis else None,
            "activity": parts.coded(f"{urls.TERMINOLOGY}/v3-DataOperation", activity),
            "agent": _agents(author, on_behalf_of),
            "entity": [_source(*source) for source in sources],
        },
    )


def with_told(made: Mapping[str, Any], told: Mapping[str, Any]) -> Json:
    """Return a Provenance with the reasons and further agents of one that a writer sent along (X-Provenance).

    An agent is kept as it can be read by others: what was contained by its words, a person's number not at all.
    """
    agents = filter(None, (_kept_agent(one) for one in told.get("agent", ())))
    return parts.changed(
        made,
        reason=[*made.get("reason", ()), *told.get("reason", ())],
        agent=[*made.get("agent", ()), *agents],
    )


def _kept_agent(one: Mapping[str, Any]) -> Json | None:
    names = ("type", "role", "who", "onBehalfOf")
    found = {n: _named(one[n]) if n in {"who", "onBehalfOf"} else one[n] for n in names if n in one}
    return parts.filled(found) if found.get("who") else None


def _named(reference: Mapping[str, Any]) -> Json:
    kept = dict(reference)
    if str(kept.get("reference", "")).startswith("#"):
        del kept["reference"]
    if kept.get("identifier", {}).get("system") in urls.PERSON_SYSTEMS:
        del kept["identifier"]
    return kept


def _agents(author: Ref | None, on_behalf_of: Ref | None) -> list[Json]:
    assembler = {"type": _part("assembler"), "who": {"reference": DEVICE}}
    if author is None:
        return [assembler]
    who = {"type": _part("author"), "who": parts.ref(author), "onBehalfOf": parts.ref(on_behalf_of)}
    return [parts.filled(who), assembler]


def _part(code: str) -> Json:
    return parts.coded(f"{urls.TERMINOLOGY}/provenance-participant-type", code)


def _source(uuid: str, display: str) -> Json:
    return {"role": "source", "what": {"identifier": parts.uuid_identifier(uuid), "display": display}}


def explanation(reason: Explained) -> Json:
    """Return the extension that says why: {rule, source, outcome, rejected[]}."""
    said = (("rule", reason.rule), ("source", reason.source), ("outcome", reason.outcome))
    nested = [{"url": name, "valueString": text} for name, text in said if text]
    nested += [{"url": "rejected", "valueString": text} for text in reason.rejected if text]
    return {"url": urls.EXPLANATION, "extension": nested}


def explanations(resource: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the explanations of a Provenance as {rule, source, outcome, rejected} (the way back)."""
    found = (e["extension"] for e in resource.get("extension", ()) if e["url"] == urls.EXPLANATION)
    return tuple(_explained(nested) for nested in found)


def _explained(nested: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {e["url"]: e["valueString"] for e in nested if e["url"] != "rejected"}
    said["rejected"] = tuple(e["valueString"] for e in nested if e["url"] == "rejected")
    return said
