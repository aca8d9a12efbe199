"""A write in another organisation's plan, as a proposal, and the Task that answers it or says yes to a plan. E71, E39, E35.

fhir-model.md, 'who may write a plan'; ADR 86.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from adapter.fhir import parts, proposals, urls
from adapter.mappings import planview, proposed, views
from adapter.mappings.writing import parties, plans
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, NOWHERE, Json, Told, Wish, refused
from adapter.model import Resource

PROPOSED: Final = "ip.plan-change.proposed"
STEPS: Final[Mapping[str, str]] = {
    "accepted": "accepted",
    "completed": "accepted",
    "rejected": "declined",
    "cancelled": "withdrawn",
}
"""Task.status that answers → step."""
_READS: Final = frozenset({"Task.status", "Task.statusReason"})
_QUESTIONS: Final = frozenset({proposed.KIND, views.CONFIRM})


def is_question(resource: Resource) -> bool:
    """Whether a Task asks for a yes or no: to a proposal, or to take a plan over."""
    return views.code_of(resource.get("code"), urls.TASK_KIND) in _QUESTIONS


# ── proposed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return the plan as changed, or as proposed where another organisation answers for it. E35, E71."""
    owner = planview.writer_in(wish.case, wish.book, wish.old or {})
    if owner is None or owner.level1_id == wish.party.level1_id:
        return plans.updated(wish)
    old = wish.old or {}
    places = {"$.data.plan": "CarePlan", "$.source": "CarePlan.author"}
    data = {
        **_about(wish, old),
        "baseVersion": int(old["meta"]["versionId"]),
        "plan": plans.content(wish, places),
    }
    return (Told(type=PROPOSED, data=data, places=places),)


def created(wish: Wish) -> tuple[Told, ...]:
    """Return the proposal that a ServiceRequest is: in words, or with the plan as it is to be contained. E71."""
    plan = _plan_of(wish, wish.said)
    places = {"$.data.text": "ServiceRequest.note", "$.data.continues": "ServiceRequest.supportingInfo",
              "$.source": "ServiceRequest.performer"}  # fmt: skip
    words = "\n".join(one["text"] for one in wish.said.get("note", ()) if one.get("text"))
    data = {**_about(wish, plan), "text": words or None}
    if not parties.is_author(wish, wish.said.get("requester"), data["author"]):
        raise refused(KEPT_NOT, "ServiceRequest.requester")
    inner = proposals.proposed(wish.said)
    if inner is not None:
        places["$.data.plan"] = "ServiceRequest.contained"
        data["plan"] = plans.content(replace(wish, said=inner, old=plan, interaction="update"), {})
        data["baseVersion"] = int(plan["meta"]["versionId"])
    return (Told(type=PROPOSED, data=parts.filled(data), places=places),)


def _about(wish: Wish, plan: Resource) -> Json:
    return {**parties.base(wish), "continues": {"planId": plan["id"]}}


def _plan_of(wish: Wish, proposal: Resource) -> Resource:
    """Return the plan that a proposal is about. Raises Faults IPK-F041 where it names none of the case."""
    found = wish.case.get(proposals.plan_of(proposal) or "")
    if found is None:
        raise refused(NOWHERE, "ServiceRequest.supportingInfo")
    return found


# ── answered ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def withdrawn(wish: Wish) -> tuple[Told, ...]:
    """Return the proposal as withdrawn by who proposed it: it is revoked. E71."""
    mine = parts.of(wish.said)
    asked = (t for t in wish.case.of("Task") if t.get("focus", {}).get("reference") == mine)
    task = next((t for t in asked if t["status"] not in views.FINISHED), None)
    if wish.said["status"] != "revoked" or task is None:
        raise refused(NO_EVENT, "ServiceRequest.status", hint="revoked")
    return (_answer(wish, task, "withdrawn", None),)


def answered(wish: Wish) -> tuple[Told, ...]:
    """Return what the Task's new status says: yes or no to a plan (E39), or to a proposal, with the plan it changes (E71, E35)."""
    said = wish.said
    step = STEPS.get(said["status"])
    if step is None or said["status"] == (wish.old or {}).get("status"):
        raise refused(NO_EVENT, "Task.status", hint=", ".join(STEPS))
    words = said.get("statusReason", {}).get("text")
    if views.code_of(said.get("code"), urls.TASK_KIND) == views.CONFIRM:
        return (_taken_over(wish, step, words),)
    proposal = proposed.of_task(wish.case, said)
    if proposal is None:
        raise refused(NO_EVENT, "Task.focus")
    answer = _answer(wish, said, step, words)
    over = (wish.old or {})[
        "status"
    ] in views.FINISHED  # its own state refuses it, whatever the plan has become
    inner = proposals.proposed(proposal) if step == "accepted" and not over else None
    return (answer,) if inner is None else (_applied(wish, proposal, inner), answer)


def _applied(wish: Wish, proposal: Resource, inner: Resource) -> Told:
    """Return the plan as it was proposed, from the version that the proposal was made from: 409 where it has changed since."""
    plan = _plan_of(wish, proposal)
    base = int(views.input_of(wish.old or {}, proposed.BASE) or plan["meta"]["versionId"])
    told = plans.rewritten(replace(wish, said={**inner, "id": plan["id"]}, old=plan), base)
    places = dict.fromkeys(told.places, "Task.focus") | {"$.data.baseVersion": "Task.input"}
    return replace(told, places=places, reads=_READS)


def _answer(wish: Wish, task: Resource, step: str, words: str | None) -> Told:
    data = {**parties.base(wish), "continues": {"taskId": task["id"]}, "step": step, "text": words}
    places = {"$.data.step": "Task.status", "$.data.text": "Task.statusReason", "$.source": "Task.owner"}
    return Told(type="ip.plan-change.answered", data=parts.filled(data), places=places, reads=_READS)


def _taken_over(wish: Wish, step: str, words: str | None) -> Told:
    """Return yes or no to a plan: about the plan where it is known here, else as the answer to the question received. E39."""
    focus = str(wish.said.get("focus", {}).get("reference", ""))
    type_, _, id_ = focus.partition("/")
    named = {"planId": id_} if type_ == "CarePlan" else {"taskId": wish.said["id"]}
    data = {**parties.base(wish), "continues": named, "step": step, "text": words}
    places = {"$.data.step": "Task.status", "$.data.text": "Task.statusReason", "$.source": "Task.owner",
              "$.data.continues": "Task.focus"}  # fmt: skip
    return Told(type="ip.plan.transferred", data=parts.filled(data), places=places, reads=_READS)
