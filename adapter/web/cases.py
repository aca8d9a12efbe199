"""How a case stands, and what an EPJ takes from it for messages of its own. contract.md, 'HTTP: messages'."""

from __future__ import annotations

from typing import Final

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from adapter import timing
from adapter.access import policy
from adapter.errors import EventError
from adapter.fhir import nine
from adapter.mappings import planparts, planview, plo_gate, plo_roles, standing, views
from adapter.store import cases, resources
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route

_XML: Final = (answers.XML, "text/xml")


def roles(call: Call, case_id: str) -> Answer:
    """Return who holds a role now: as JSON, or the fragment alone where XML is asked for (204 where it is empty)."""
    services = call.services
    book, day = services.book(), timing.day(call.now)
    with services.store.read(snapshot=True) as conn:
        case = cases.gather(conn, org=policy.home(book), now=call.now, case_key=case_id)
        if case.key is None:
            raise EventError("IPK-E020")
        there = resources.many(conn, plo_roles.references(case))
    if call.trail is not None:
        call.trail.patients = (case.key,)
        call.trail.entities = (f"Patient/{case.key}",)
    others = {reference: orjson.loads(row.body) for reference, row in there.items()}
    told = plo_gate.told(plo_roles.holders(case, others, day), plo_gate.verdict(case, book, day))
    if not _wants_xml(call):
        return answers.json(told)
    return (
        answers.raw(told["fragment"].encode(), media=answers.XML) if told["fragment"] else answers.empty(204)
    )


def case(call: Call, case_id: str) -> Answer:
    """Return how a case stands: needs, team, plan, who answers, national codes, advice on receipts, clocks. Read only."""
    services = call.services
    book, day = services.book(), timing.day(call.now)
    with services.store.read(snapshot=True) as conn:
        found = cases.gather(conn, org=policy.home(book), now=call.now, case_key=case_id)
        if found.key is None:
            raise EventError("IPK-E020")
        there = resources.many(conn, standing.references(found))
    if call.trail is not None:
        call.trail.patients = (found.key,)
        call.trail.entities = (f"Patient/{found.key}",)
    others = {reference: orjson.loads(row.body) for reference, row in there.items()}
    return answers.json(standing.told(found, others, book, day))


def plan(call: Call, case_id: str) -> Answer:
    """Return where the individual plan of a case stands, and which of the nine items it answers."""
    services = call.services
    with services.store.read(snapshot=True) as conn:
        case = cases.gather(conn, org=policy.home(services.book()), now=call.now, case_key=case_id)
    found = views.plan(case)
    if found is None:
        raise EventError("IPK-E020")
    if call.trail is not None:
        call.trail.patients = (case_id,)
        call.trail.entities = (f"CarePlan/{found['id']}",)
    whole = planparts.whole(case, found)
    told = {
        "planId": found["id"],
        "version": int(found["meta"]["versionId"]),
        "state": planview.state(case, found),
        "nextEvaluation": whole.next_evaluation.isoformat() if whole.next_evaluation else None,
        "complete": not whole.missing,
        "minimum": nine.is_minimum(whole.missing),
        "items": [
            {
                "number": i.number,
                "key": i.key,
                "text": i.nb,
                "complete": i.complete,
                "minimum": i.minimum,
                "why": i.why_nb,
            }
            for i in nine.items(whole.missing)
        ],
    }
    return answers.json(told)


def _wants_xml(call: Call) -> bool:
    accepted = parse_accept_header(call.environ.get("HTTP_ACCEPT", ""), MIMEAccept)
    return accepted.best_match((answers.JSON, *_XML), answers.JSON) in _XML


ROUTES: Final = (
    Route(
        method="GET",
        path="/cases/{case_id}",
        view=case,
        summary="How a case stands: needs, team, plan, national codes, clocks",
        answers=Answers(
            media=answers.JSON,
            texts={
                200: "patientId, needs, team, plan, responsible (plan, planOrganisation, coordinators, pending, pendingOrganisation, why), codes (each with display text and why), advice (cause, owner, next) on receipts, and open deadlines",
                404: "No such case",
            },
        ),
        access=Access(action="read", kind="case", interaction="read"),
    ),
    Route(
        method="GET",
        path="/cases/{case_id}/plo-roles",
        view=roles,
        summary="Coordinators and contact physician, for the EPJ's own PLO messages",
        answers=Answers(
            media=answers.JSON,
            texts={
                200: "fragment (KontaktpersonHelsepersonell of PLO 1.6), text, roles, and whether "
                "they may be sent, and why; the fragment alone as XML",
                204: "XML was asked for, and nobody can stand in the fragment, or consent closes",
                404: "No such case",
            },
        ),
        access=Access(action="read", kind="case", interaction="read"),
    ),
    Route(
        method="GET",
        path="/cases/{case_id}/plan",
        view=plan,
        summary="Where the individual plan stands, and which of the nine items it answers",
        answers=Answers(
            media=answers.JSON,
            texts={
                200: "state, next evaluation, and of each item whether it is there, whether a minimum plan needs it, and why",
                404: "No such case, or no plan in it",
            },
        ),
        access=Access(action="read", kind="case", interaction="read"),
    ),
)
