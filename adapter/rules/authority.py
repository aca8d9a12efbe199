"""Who may report what about a case: the installation itself, whoever performs a need, whoever reported it. hpl §§ 38 a, 25.

An event comes from a party of the address book (contract.md, 403); being in the book does not make another's case one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from adapter.errors import RoutingError
from adapter.model import Reason
from adapter.rules import anchors

Part = Literal["home", "performer", "reporter", "municipality", "responsible", "team"]
"""What a party is to a case: one of our own, owner of one of its needs, who reported one, who serves the patient, or who
answers for the plan, or is asked to, or has somebody in the team."""

_ANY_OF_CASE: Final[frozenset[Part]] = frozenset(
    {"home", "performer", "reporter", "municipality", "responsible"}
)
_HOME: Final[frozenset[Part]] = frozenset({"home"})
_ANSWERS: Final[frozenset[Part]] = frozenset({"home", "performer"})
_REPORTED: Final[frozenset[Part]] = frozenset({"home", "reporter"})

MAY: Final[Mapping[str, frozenset[Part]]] = MappingProxyType(
    {
        "ip.need.forwarded": _HOME,
        "ip.need.acknowledged": _ANSWERS,
        "ip.need.info-requested": _ANSWERS,
        "ip.need.accepted": _ANSWERS,
        "ip.need.declined": _ANSWERS,
        "ip.need.info-supplied": _REPORTED,
        "ip.need.declined-by-patient": frozenset({"home", "performer", "reporter"}),
        "ip.need.withdrawn": frozenset({"home", "reporter"}),
        "ip.need.fulfilled": _ANSWERS,
        "ip.need.entered-in-error": _REPORTED,
        "ip.patient-input.recorded": _ANY_OF_CASE,
        "ip.consent.given": _ANY_OF_CASE,
        "ip.consent.withdrawn": _ANY_OF_CASE,
        "ip.coordinator.offered": _ANY_OF_CASE,
        "ip.consent.limited": _ANY_OF_CASE,
        "ip.representative.changed": _ANY_OF_CASE,
        "ip.identity.changed": _HOME,
        "ip.address-protection.changed": _ANY_OF_CASE,
        "ip.coordinator.appointed": _ANY_OF_CASE,
        "ip.hospital-coordinator.appointed": _ANY_OF_CASE,
        "ip.child-coordinator.appointed": _ANY_OF_CASE,
        "ip.coordinator.replaced": _ANY_OF_CASE,
        "ip.coordinator.absent": _ANY_OF_CASE,
        "ip.coordinator.returned": _ANY_OF_CASE,
        "ip.coordinator.ended": _ANY_OF_CASE,
        "ip.contact-physician.appointed": _ANY_OF_CASE,
        "ip.contact-physician.replaced": _ANY_OF_CASE,
        "ip.contact-physician.ended": _ANY_OF_CASE,
        "ip.team-member.added": _ANY_OF_CASE,
        "ip.team-member.removed": _ANY_OF_CASE,
        "ip.pathway-coordinator.assigned": _ANY_OF_CASE,
        "ip.gp.changed": _ANY_OF_CASE,
        "ip.hospital-participation.ending": _ANY_OF_CASE,
        "ip.hospital-participation.ended": _ANY_OF_CASE,
        "ip.plan.created": _ANY_OF_CASE,
        "ip.plan.updated": _ANY_OF_CASE,
        "ip.goal.changed": _ANY_OF_CASE,
        "ip.activity.changed": _ANY_OF_CASE,
        "ip.plan.evaluated": _ANY_OF_CASE,
        "ip.plan.transferred": _ANY_OF_CASE,
        "ip.plan.closed": _ANY_OF_CASE,
        "ip.patient.admitted": _HOME,
        "ip.patient.early-notice": _HOME,
        "ip.patient.discharge-ready": _HOME,
        "ip.patient.discharge-ready-cancelled": _HOME,
        "ip.patient.discharged": _HOME,
        "ip.patient.moved": _ANY_OF_CASE,
        "ip.patient.deceased": _ANY_OF_CASE,
        "ip.manual-fallback.recorded": _HOME,
        "ip.address.changed": _HOME,
        "ip.document.filed": _HOME,
        "ip.plan-document.shared": _ANY_OF_CASE,
        "ip.plan-change.proposed": _ANY_OF_CASE | {"team"},
        "ip.plan-change.answered": _ANY_OF_CASE | {"team"},
        "ip.enquiry.answered": _HOME,
        "ip.meeting.called": _ANY_OF_CASE,
        "ip.meeting.answered": _ANY_OF_CASE,
        "ip.meeting.held": _ANY_OF_CASE,
        "ip.meeting.cancelled": _ANY_OF_CASE,
        "ip.platform-access.requested": _ANY_OF_CASE,
        "ip.platform-access.granted": _ANY_OF_CASE,
        "ip.platform-access.ended": _ANY_OF_CASE,
        "ip.message.sent": _HOME,
        "ip.message.receipt": _HOME,
    }
)
"""Type of event → who may post it. A need may be reported by anybody in the book (R01)."""
OF_NEED: Final[frozenset[str]] = frozenset(type_ for type_ in MAY if type_.startswith("ip.need."))
"""Events about the needs that they continue: performer and reporter are so of these, not of another in the case."""


def allows(event_type: str, parts: frozenset[Part]) -> bool:
    """Return whether one of these parts lets a party post this."""
    allowed = MAY.get(event_type)
    return allowed is None or bool(allowed & parts)


def check(event_type: str, parts: frozenset[Part]) -> tuple[Reason, ...]:
    """Return why a party may post this about a case. Raises RoutingError IPK-R005 when nothing it is allows it."""
    allowed = MAY.get(event_type)
    if allowed is None:
        return ()
    for part in ("home", "performer", "reporter", "municipality", "responsible", "team"):
        if part in allowed and part in parts:
            return (anchors.fixed("authority-part", part),)
    raise RoutingError("IPK-R005", at="$.source")
