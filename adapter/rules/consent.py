"""Whether something may leave: consent by kind of need and by event. message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from adapter.model import Reason
from adapter.rules import anchors

Status = Literal[
    "given", "limited", "refused", "not-asked", "withdrawn", "expired", "presumed", "not-required"
]  # fmt: skip
YES: Final[frozenset[Status]] = frozenset({"given", "limited"})
"""Statuses that say yes, to all or to some."""
NO: Final[frozenset[Status]] = frozenset({"refused", "withdrawn"})
"""Statuses that say no."""
SCOPES: Final = frozenset({"coordinator", "plan-create", "plan-share", "other-sectors"})
"""All that a consent may be of: what a no is of that names none."""

COORDINATING_UNIT: Final = "coordinating-unit"
GP: Final = "gp"
REPORTER: Final = "reporter"
"""The party that reported the need: it holds the consent that it reported under."""
OWN_UNIT: Final = "own-unit"
"""The coordinating unit of our own organisation: nothing leaves."""
CARE_MESSAGES: Final = "care-messages"
"""What a patient opposes who does not want the ordinary messages of care (PLO) to go."""
FORWARDING: Final = "forwarding"
"""What a patient opposes who does not want receivers to pass on what our messages of care tell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A consent as the rules see it. No `recipients` means the coordinating unit only."""

    status: Status
    scopes: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    given_by: str | None = None
    method: str | None = None
    date: dt.date | None = None
    valid_until: dt.date | None = None
    opposed: frozenset[str] = frozenset()
    """Topics that the patient does not want told."""
    told: str = ""
    """The instant at which it was told here, as text; empty for what is told now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether it may leave. `held` waits for another consent, `refused` is the patient's no."""

    open: bool
    state: Literal["open", "held", "refused"]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind or event needs: any one of `scopes` (none: not gated), by which rule."""

    rule: str
    scopes: frozenset[str]
    presumed: bool = False
    """Whether it may go unless the patient opposes. hpl §§ 25, 45."""


_CREATE: Final = Row("consent-plan-create", frozenset({"plan-create"}))
_COORDINATOR: Final = Row("consent-coordinator", frozenset({"coordinator"}))
_EITHER: Final = Row("consent-rehabilitation", frozenset({"plan-create", "coordinator"}))
_SHARE: Final = Row("consent-plan-share", frozenset({"plan-share"}))
_SECTORS: Final = Row("consent-other-sectors", frozenset({"other-sectors"}))
_MEETING: Final = Row("consent-meeting", frozenset({"plan-share", "coordinator"}))
_FREE: Final = Row("consent-not-gated", frozenset())
_CARE: Final = Row("consent-care", frozenset(), presumed=True)

NEEDS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "individual-plan": _CREATE,
        "coordinator": _COORDINATOR,
        "child-coordinator": _COORDINATOR,
        "habilitation": _EITHER,
        "rehabilitation": _EITHER,
        # E20–E29 and their endings
        "ip.coordinator.offered": _COORDINATOR,
        "ip.coordinator.appointed": _COORDINATOR,
        "ip.hospital-coordinator.appointed": _COORDINATOR,
        "ip.child-coordinator.appointed": _COORDINATOR,
        "ip.coordinator.replaced": _COORDINATOR,
        "ip.coordinator.absent": _COORDINATOR,
        "ip.coordinator.returned": _COORDINATOR,
        "ip.coordinator.ended": _COORDINATOR,
        "ip.contact-physician.appointed": _COORDINATOR,
        "ip.contact-physician.replaced": _COORDINATOR,
        "ip.contact-physician.ended": _COORDINATOR,
        "ip.team-member.added": _COORDINATOR,
        "ip.team-member.removed": _COORDINATOR,
        "ip.gp.changed": _COORDINATOR,
        "ip.hospital-participation.ending": _COORDINATOR,
        "ip.hospital-participation.ended": _COORDINATOR,
        # Agencies of other sectors, each by its own consent
        "other-sectors": _SECTORS,
        # E34–E41
        "ip.plan.created": _SHARE,
        "ip.plan.updated": _SHARE,
        "ip.goal.changed": _SHARE,
        "ip.activity.changed": _SHARE,
        "ip.plan.evaluated": _SHARE,
        "ip.plan.transferred": _SHARE,
        "ip.plan.closed": _SHARE,
        "ip.plan-document.shared": _SHARE,
        # E45, E48, E50: that there is a stay or a move, to those who coordinate
        "ip.patient.admitted": _COORDINATOR,
        "ip.patient.discharged": _COORDINATOR,
        "ip.patient.moved": _COORDINATOR,
        # E42–E44, E68
        "ip.meeting.called": _MEETING,
        "ip.meeting.called/other-sectors": _SECTORS,
        "ip.meeting.answered": _FREE,
        "ip.meeting.held": _SHARE,
        "ip.meeting.cancelled": _FREE,
        "ip.platform-access.requested": _SHARE,
        "ip.platform-access.granted": _FREE,
        "ip.platform-access.ended": _FREE,
        # Answers and withdrawals go to whoever holds the message already
        "ip.need.acknowledged": _FREE,
        "ip.need.info-requested": _FREE,
        "ip.need.accepted": _FREE,
        "ip.need.declined": _FREE,
        "ip.need.declined-by-patient": _FREE,
        "ip.need.withdrawn": _FREE,
        "ip.need.fulfilled": _FREE,
        "ip.need.entered-in-error": _FREE,
        "ip.consent.withdrawn": _FREE,
        "ip.patient.deceased": _FREE,
        "ip.consent.limited": _FREE,
        # Ordinary messages of care: presumed, not by a scope of this consent
        "care-message": _CARE,
    }
)
"""Kind of need or type of event → what it needs. E02 and E13 are gated by the kinds that they release."""

_CLOSED: Final[Mapping[Status, tuple[Literal["held", "refused"], str]]] = MappingProxyType(
    {
        "refused": ("refused", "consent-refused"),
        "not-asked": ("held", "consent-not-asked"),
        "withdrawn": ("held", "consent-withdrawn"),
        "expired": ("held", "consent-expired"),
        "presumed": ("held", "consent-presumed"),
    }
)
"""Statuses that open nothing outside the own organisation."""

_INSIDE: Final = frozenset({"given", "limited", "presumed", "not-required"})
"""Statuses by which the own coordinating unit may know. hpl § 38 a."""

_OPEN: Final = "åpen"
_CLOSED_TEXT: Final[Mapping[str, str]] = MappingProxyType({"held": "venter", "refused": "avslått"})


def gate(
    *,
    need: str,
    consent: Grant | None,
    recipient: str | Collection[str],
    legal_basis: str | None,
    on: dt.date,
) -> Verdict:
    """Return whether `need` (a kind or an event type) may go to `recipient` on a day, and why.

    `recipient` is `coordinating-unit`, `gp`, `reporter`, `own-unit` or a key of the address book, or several names of
    one party (`("coordinating-unit", "alvdal-saksbehandling")`): listed under one of them is listed, excluded under one
    is excluded. No consent at all counts as not asked. What NEEDS does not list is held.
    """
    names = frozenset((recipient,)) if isinstance(recipient, str) else frozenset(recipient)
    row = NEEDS.get(need)
    if row is None:
        return _closed("held", "consent-unlisted")
    if consent is not None and not names.isdisjoint(consent.excluded):
        return _closed("refused" if consent.status == "refused" else "held", "consent-excluded")
    if row.presumed:
        return _presumed(row, consent)
    if not row.scopes:
        return _opened("consent-not-gated")
    if OWN_UNIT in names:
        return _inside(consent)
    return _outside(row, consent or _NOT_ASKED, names, basis=legal_basis, on=on)


def received() -> Verdict:
    """Return the verdict of a need that came in a message: its sender stands for the consent."""
    return _opened("consent-received")


def covered(
    kinds: Collection[str],
    consent: Grant | None,
    *,
    recipient: str | Collection[str],
    legal_basis: str | None,
    on: dt.date,
) -> Mapping[str, Verdict]:
    """Return the verdict of each kind, in the order given: the open ones share one message, the others wait."""
    return {
        k: gate(need=k, consent=consent, recipient=recipient, legal_basis=legal_basis, on=on) for k in kinds
    }


OBTAINED: Final = "1"
"""9064: Ja, samtykke er innhentet."""
NOT_NEEDED: Final = "2"
"""9064: Pasientens samtykke er ikke påkrevet i dette tilfellet."""


def care_code(consent: Grant | None, *, named: bool) -> str | None:
    """Return what a message of care with health data says of consent (list 9064), None where the case has no yes to tell of.

    Obtained, where it names plan or coordinator (`named`) by the patient's yes; its clinical content goes unless the
    patient opposes. HIS 80704:2014; hpl §§ 25 and 45.
    """
    if consent is None or consent.status not in _INSIDE:
        return None
    return OBTAINED if named and consent.status in YES else NOT_NEEDED


_NOT_ASKED: Final = Grant(status="not-asked")


def _presumed(row: Row, consent: Grant | None) -> Verdict:
    """Return that it may go unless the patient opposes: no to a plan is no opposition to care."""
    if consent is not None and CARE_MESSAGES in consent.opposed:
        return _closed("refused", "consent-opposed")
    return _opened(row.rule)


def _inside(consent: Grant | None) -> Verdict:
    status: Status = consent.status if consent else "not-asked"
    if status in _INSIDE:
        return _opened("consent-internal")
    return _closed(*_CLOSED[status])


def _outside(row: Row, consent: Grant, names: frozenset[str], *, basis: str | None, on: dt.date) -> Verdict:
    shut = _CLOSED.get(consent.status)
    if shut is not None:
        return _closed(*shut)
    why = _obstacle(row, consent, names, basis=basis, on=on)
    if why is not None:
        return _closed("held", why)
    if consent.status == "not-required":
        return _by_basis(basis or "")
    return _opened(row.rule, reporter=_only_as_reporter(consent, names))


def _obstacle(
    row: Row, consent: Grant, names: frozenset[str], *, basis: str | None, on: dt.date
) -> str | None:
    """Return the rule that keeps it here although the status could open, None where nothing does."""
    if consent.valid_until is not None and consent.valid_until < on:
        return "consent-expired"
    if consent.date is not None and consent.date > on:
        return "consent-not-yet"
    if consent.status == "not-required":
        if not basis:
            return "consent-no-basis"
    elif row.scopes.isdisjoint(consent.scopes):
        return row.rule
    return None if _listed(consent, names) else "consent-recipient"


def _listed(consent: Grant, names: frozenset[str]) -> bool:
    if REPORTER in names:
        return True
    return not names.isdisjoint(consent.recipients) if consent.recipients else COORDINATING_UNIT in names


def _only_as_reporter(consent: Grant, names: frozenset[str]) -> bool:
    return REPORTER in names and names.isdisjoint(consent.recipients)


@lru_cache(maxsize=64)
def _opened(rule: str, *, reporter: bool = False) -> Verdict:
    rules = (rule, "consent-reporter") if reporter else (rule,)
    return Verdict(open=True, state="open", reasons=tuple(anchors.fixed(r, _OPEN) for r in rules))


@lru_cache(maxsize=16)
def _by_basis(basis: str) -> Verdict:
    why = anchors.reason("consent-not-required", _OPEN, basis=basis)
    return Verdict(open=True, state="open", reasons=(why,))


@lru_cache(maxsize=64)
def _closed(state: Literal["held", "refused"], rule: str) -> Verdict:
    return Verdict(open=False, state=state, reasons=(anchors.fixed(rule, _CLOSED_TEXT[state]),))
