"""A case as it stands now: what the national codes follow from, and what `GET /cases/{id}` tells. domain § 1.8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from adapter import codes
from adapter.fhir import parts, urls
from adapter.mappings import answering, plo_roles, posting, views
from adapter.model import AddressBook, Case, Message, Reason, Resource
from adapter.rules import advice, fulfilment, national, responsibility

MUNICIPALITY: Final = "102"
"""Type of organisation (list 9040)."""
COORDINATING: Final = fulfilment.COORDINATORS | {"koordinator-sphl"}
"""Roles of which list 9188 asks: coordinators of either level."""
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("individual-plan",),
    "coordinator": ("coordinator", "child-coordinator"),
}


def of(case: Case, book: AddressBook, day: date) -> national.Standing:
    """Return what the codes follow from; needs on the wrong patient count for nothing."""
    held = [a for a in views.assignments(case) if a.runs(day)]
    plan = _plan(case)
    return national.Standing(
        level="municipality" if _type(case, book) == MUNICIPALITY else "hospital",
        plan_need=_asked(case, "plan"),
        coordinator_need=_asked(case, "coordinator"),
        plan=plan["status"] if plan else None,
        plan_is_ours=plan is not None and _ours(views.reference_id(plan.get("author")), case, book),
        takes_part=any(_ours(a.organisation, case, book) for a in held),
        coordinator=has_coordinator(case, day),
        dead=views.dead(case),
    )


def has_coordinator(case: Case, day: date) -> bool:
    """Return whether somebody of either level coordinates on a day."""
    return any(a.key in COORDINATING and a.runs(day) for a in views.assignments(case))


def codes_of(case: Case, book: AddressBook, day: date) -> tuple[national.Code, ...]:
    """Return the national codes of a case on a day, each with its reason. rules.national."""
    return national.codes_of(of(case, book, day))


def _type(case: Case, book: AddressBook) -> str | None:
    return next((p.type for p in book.parties if p.home and p.her_id == case.owner), None)


def _ours(organisation: str, case: Case, book: AddressBook) -> bool:
    party = book.by_organisation(organisation)
    return party is not None and party.her_id == case.owner


def _plan(case: Case) -> Resource | None:
    """Return the plan there is, else the one there was last."""
    closed = [p for p in case.of("CarePlan") if p["status"] != "entered-in-error"]
    return views.plan(case) or max(
        closed, key=lambda p: p.get("meta", {}).get("lastUpdated", ""), default=None
    )


def needs(case: Case) -> tuple[views.Need, ...]:
    """Return the needs of a case without those that were on the wrong patient."""
    return tuple(n for n in views.needs(case) if n.task["status"] != "entered-in-error")


def _asked(case: Case, about: str) -> national.Asked | None:
    """Return the need that counts: an open one before a closed one, then the latest."""
    mine = [n for n in needs(case) if n.kind in _KINDS[about]]
    need = max(mine, key=lambda n: (n.is_open, n.request.get("authoredOn", "")), default=None)
    if need is None:
        return None
    return national.Asked(
        state=need.state,
        reason=need.task.get("statusReason", {}).get("text"),
        told=any(
            (m.direction, m.melde_id) == ("out", need.melde_id) and posting.has_left(case, m)
            for m in case.messages
            if m.wants_reply
        ),
        by_hand=any(
            (m.direction, m.melde_id) == ("out", need.melde_id) and posting.confirmed(case, m)
            for m in case.messages
        ),
    )


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def references(case: Case) -> tuple[str, ...]:
    """Return the references to people and organisations that the case itself does not hold."""
    responsible = (_plan(case) or {}).get("author", {}).get("reference", "")
    owners = (f"Organization/{n.owner}" for n in needs(case) if n.owner)
    wanted = (*plo_roles.references(case), responsible, *owners)
    return tuple(dict.fromkeys(ref for ref in wanted if ref and ref not in case.resources))


def told(case: Case, others: Mapping[str, Resource], book: AddressBook, day: date) -> dict[str, Any]:
    """Return the state of a case: needs, team, plan, who answers, codes, what to do about receipts, and the clocks that run."""
    there = {**others, **case.resources}
    return {
        "patientId": case.key,
        "needs": [_need(n, there) for n in needs(case)],
        "team": plo_roles.told(plo_roles.holders(case, others, day))["roles"],
        "plan": _told_plan(_plan(case), there),
        "responsible": _responsible(answering.answers(case, book, day)),
        "codes": [_code(c) for c in codes_of(case, book, day)],
        "advice": [one for m in case.messages for one in _advised(case, m)],
        "deadlines": [
            {"kind": d.kind, "due": parts.instant(d.due), "subject": d.subject, "state": d.state}
            for d in sorted(case.deadlines, key=lambda d: (d.due, d.id))
            if d.runs
        ],
    }


def _need(need: views.Need, there: Mapping[str, Resource]) -> dict[str, Any]:
    return {
        "kind": need.kind,
        "display": codes.LOCAL["need-kind"].get(need.kind, need.kind),
        "needId": need.id,
        "meldeId": need.melde_id,
        "state": need.state,
        "stateDisplay": codes.LOCAL["need-state"].get(need.state, need.state),
        "owner": _name(need.task.get("owner"), there),
        "identified": need.request.get("occurrenceDateTime"),
        "changed": need.task.get("lastModified"),
    }


def _told_plan(plan: Resource | None, there: Mapping[str, Resource]) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "planId": plan["id"],
        "status": plan["status"],
        "version": plan.get("meta", {}).get("versionId"),
        "period": plan.get("period"),
        "responsible": _name(plan.get("author"), there),
    }


def _responsible(said: responsibility.Responsible) -> dict[str, Any]:
    """Return who answers for plan and coordinator, who is yet to accept, and why. domain § 1.5; R34."""
    return {
        "plan": said.plan,
        "planOrganisation": said.plan_name,
        "coordinators": list(said.coordinators),
        "pending": said.pending,
        "pendingOrganisation": said.pending_name,
        "why": [_why(reason) for reason in said.reasons],
    }


_UNSETTLED: Final = frozenset({"rejected", "unanswered", "acknowledged"})
"""States of a message in which what its receipt says is still somebody's task; of `acknowledged`, errors in what was taken.
In another it is while a work item about the message is open."""


def _advised(case: Case, message: Message) -> Iterator[dict[str, Any]]:
    """Yield cause, owner and next step of a message whose receipt, or lack of one, a person must act on. domain § 2.6."""
    told = advice.of_receipt(message.apprec)
    if told is None or message.direction != "out" or message.replaced_by:
        return
    if message.state not in _UNSETTLED and not views.items_about(case, message):
        return
    yield {"messageId": message.id, "state": message.told, "code": told.code, **told.told}


def _name(reference: dict[str, Any] | None, there: Mapping[str, Resource]) -> str | None:
    said = reference or {}
    found = there.get(said.get("reference", ""), {}).get("name") or said.get("display")
    return str(found) if found else None


def _code(code: national.Code) -> dict[str, Any]:
    return {
        "list": code.number,
        "system": urls.volven(code.number),
        "code": code.code,
        "display": code.display,
        "about": code.about,
        "register": code.register,
        "why": _why(code.reason),
    }


def _why(reason: Reason) -> dict[str, str]:
    return {
        "rule": reason.rule,
        "source": reason.source,
        "outcome": reason.outcome,
        "text": reason.text,
    }
