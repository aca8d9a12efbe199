"""The plan that an event continues, and where it stands: reading only. fhir-model.md 'individual plan', rules.planstates."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError
from adapter.fhir import plans, urls
from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.model import AddressBook, Case, Party, Resource
from adapter.rules import planstates, responsibility, routing


def continued(ctx: Context) -> Resource:
    """Return the plan that the event continues. Raises EventError IPK-E014 where the case has none of that name."""
    which = ctx.data.continues
    found = next((p for p in ctx.case.of("CarePlan") if named(p, which)), None)
    if found is None:
        raise EventError("IPK-E014", at="$.data.continues")
    return found


def named(plan: Resource, which: Any) -> bool:
    """Return whether `continues` means this plan."""
    if which.plan_id:
        return bool(plan["id"] == which.plan_id)
    said = which.plan_identifier
    return said is not None and any(
        (i.get("system"), i["value"]) == (said.system, said.value) for i in plan["identifier"]
    )


def state(case: Case, plan: Resource) -> str:
    """Return the state of a plan, as rules.planstates names it."""
    return planstates.standing(
        str(plan["status"]),
        handed_over=handed_over(case, plan) is not None,
        evaluated=any(one["status"] == "fulfilled" for one in evaluations(case, plan)),
    )


def handed_over(case: Case, plan: Resource) -> Resource | None:
    """Return the Task that waits for another organisation's answer, None where nobody was asked."""
    return next(
        (
            t
            for t in case.of("Task")
            if views.code_of(t.get("code"), urls.TASK_KIND) == views.CONFIRM
            and t.get("focus", {}).get("reference") == f"CarePlan/{plan['id']}"
            and t["status"] not in views.FINISHED
        ),
        None,
    )


def evaluations(case: Case, plan: Resource) -> tuple[Resource, ...]:
    """Return the evaluation Appointments of a plan: held ones and the next."""
    mine = f"CarePlan/{plan['id']}"
    return tuple(
        a
        for a in case.of("Appointment")
        if plans.is_evaluation(a)
        and any(s.get("reference") == mine for s in a.get("supportingInformation", ()))
    )


def author(book: AddressBook, plan: Resource) -> Party | None:
    """Return the party that answers for a plan, None where the address book does not list it."""
    return book.by_organisation(views.reference_id(plan.get("author")))


def writer(ctx: Context, plan: Resource) -> Party | None:
    """Return the party that may write: the author; while another's yes is waited for, the one who asked for it."""
    return writer_in(ctx.case, ctx.book, plan)


def writer_in(case: Case, book: AddressBook, plan: Resource) -> Party | None:
    """Return the same of a case without an event."""
    task = handed_over(case, plan)
    asked_by = book.by_organisation(views.reference_id(task.get("requester"))) if task else None
    return asked_by or author(book, plan)


def check_writer(ctx: Context, responsible: Party | None) -> None:
    """Refuse a writer of another organisation: others propose. fhir-model.md, 'who may write a plan'. Raises IPK-E025."""
    if ctx.party is not None and responsible is not None:
        responsibility.check_writer(author=responsible.level1_id, writer=ctx.party.level1_id)


def check_version(ctx: Context, plan: Resource) -> None:
    """Refuse a change from an older version of the plan. Raises EventError IPK-E015."""
    said = ctx.data.base_version
    if said is not None and plan["meta"]["versionId"] != str(said):
        raise EventError("IPK-E015", at="$.data.baseVersion")


def acting(case: Case, book: AddressBook, plan_id: str) -> Party | None:
    """Return the home party that acts for a plan when a clock does: its author, else the first home party."""
    plan = case.get(f"CarePlan/{plan_id}")
    found = author(book, plan) if plan else None
    return found if found is not None and found.home else routing.first(book)


def gp(ctx: Context) -> Party | None:
    """Return the patient's GP as the Patient states it, None for one of our own or one the book does not list."""
    listed = (views.patient(ctx.case) or {}).get("generalPractitioner", ())
    found = (ctx.book.by_organisation(views.reference_id(one)) for one in listed)
    return next((p for p in found if p is not None and not p.home), None)
