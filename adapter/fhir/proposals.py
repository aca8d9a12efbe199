"""A change that somebody proposes in another organisation's plan: a ServiceRequest that holds the plan as it might be. R4.

The proposed plan and its new parts are contained, so that nothing of it is taken for the plan itself; parts that stay as
they are, are referred to.
"""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapter.fhir import parts
from adapter.fhir.parts import Json, Ref

TITLE: Final = "Forslag til endring i individuell plan"
INTENT: Final = "proposal"
PLAN: Final = "plan"
"""Id of the contained plan."""
_OWN: Final = frozenset({"id", "meta", "text", "created", "contributor"})
"""Elements of the stored plan that what is proposed does not repeat."""


def is_proposal(resource: Mapping[str, Any]) -> bool:
    """Whether a resource is a proposal: a ServiceRequest with that intent."""
    return resource.get("resourceType") == "ServiceRequest" and resource.get("intent") == INTENT


def proposal(
    *,
    id_: str,
    plan: Ref,
    patient: Ref,
    authored: datetime,
    requester: Ref | None,
    performer: Ref | None,
    contained: Sequence[Mapping[str, Any]] = (),
    text: str | None = None,
) -> Json:
    """Return the ServiceRequest; `contained` is the proposed plan (`whole`) and its new parts, nothing where words say it all."""
    return parts.resource(
        "ServiceRequest",
        id_,
        {
            "contained": [dict(one) for one in contained],
            "status": "active",
            "intent": INTENT,
            "code": {"text": TITLE},
            "subject": parts.ref(patient),
            "authoredOn": parts.when(authored),
            "requester": parts.ref(requester),
            "performer": parts.refs([performer]),
            "supportingInfo": parts.refs([plan, f"#{PLAN}" if contained else None]),
            "note": parts.annotate(text),
        },
    )


def whole(plan: Mapping[str, Any], **elements: Any) -> Json:
    """Return the plan as proposed, to be contained: as it is stored, but for these elements (None or empty: without it)."""
    kept = {name: value for name, value in plan.items() if name not in _OWN}
    return {**parts.changed({**kept, "id": PLAN}, **elements)}


def proposed(resource: Mapping[str, Any]) -> Json | None:
    """Return the plan that a proposal proposes, with its parts contained in it; None where it is words alone."""
    listed = resource.get("contained", ())
    found = next((one for one in listed if one.get("resourceType") == "CarePlan"), None)
    if found is None:
        return None
    others = [one for one in listed if one is not found]
    return {**found, "contained": others} if others else dict(found)


def plan_of(resource: Mapping[str, Any]) -> str | None:
    """Return the reference of the stored plan that a proposal is about, None where it names none."""
    named = (str(one.get("reference", "")) for one in resource.get("supportingInfo", ()))
    return next((one for one in named if one.startswith("CarePlan/")), None)
