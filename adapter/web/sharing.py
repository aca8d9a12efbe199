"""GET /cases/{id}/consent: what goes to whom and what is withheld, as JSON and as a page. domain § 1.4, contract.md."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any, Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from adapter.access import policy
from adapter.errors import EventError
from adapter.fhir import consents
from adapter.ingest import consenttable
from adapter.kith import words
from adapter.mappings import sharing, views
from adapter.model import Case
from adapter.store import cases, events
from adapter.web import answers, pages
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route

OUTCOMES: Final = {"sent": "Sendes", "withheld": "Holdes tilbake"}
CONTENTS: Final = {
    **words.KINDS,
    "coordinator-notice": "melding om koordinator",
    "plan-notice": "melding om individuell plan",
    "plan-pull": "henting av individuell plan",
    "care-message": "pleie- og omsorgsmeldinger",
    "topic:background": "bakgrunn",
    "topic:existing": "eksisterende plan/koordinator",
    "topic:preference": "ønske om koordinator",
    "topic:goals": "mål",
}
_HTML: Final = ("text/html", "application/xhtml+xml")


def shown(call: Call, case_id: str) -> Answer:
    """Return the consents and limits of a case, and the table receiver by content; a page where HTML is asked for."""
    services = call.services
    book = services.book()
    with services.store.read(snapshot=True) as conn:
        case = cases.gather(conn, org=policy.home(book), now=call.now, case_key=case_id)
        if case.key is None:
            raise EventError("IPK-E020")
        case = replace(case, needs=events.needs(conn, case.key))
    if call.trail is not None:
        call.trail.patients = (case_id,)
        call.trail.entities = (f"Patient/{case_id}",)
    cells = sharing.table(case, book)
    if _wants_page(call):
        return answers.html(_page(cells), headers=(("Vary", "Accept"),))
    return answers.json({"patientId": case.key, **_said(case), "consent": consenttable.rows(cells)})


def _wants_page(call: Call) -> bool:
    accepted = parse_accept_header(call.environ.get("HTTP_ACCEPT", ""), MIMEAccept)
    return accepted.best_match((answers.JSON, *_HTML), answers.JSON) in _HTML


def _said(case: Case) -> dict[str, Any]:
    """Return the consents and limits in the events' own words, without names and free text: those are at /fhir."""
    return {
        "consents": [_consent(c) for c in views.consents(case)],
        "limits": [
            {
                "id": limit["id"],
                "excluded": list(consents.denied(limit)[0]),
                "topics": list(consents.denied(limit)[1]),
                "date": limit.get("dateTime"),
            }
            for limit in views.limits(case)
        ],
    }


def _consent(resource: dict[str, Any]) -> dict[str, Any]:
    said = consents.statement(resource)
    return {
        "id": resource["id"],
        "status": said["status"],
        "scopes": list(said["scopes"]),
        "recipients": list(said["recipients"]),
        "excluded": list(said["excluded"]),
        "givenBy": said["given_by"],
        "method": said["method"],
        "date": said["date"],
        "validUntil": said["valid_until"],
    }


def _page(cells: tuple[sharing.Cell, ...]) -> str:
    rows = (
        (
            escape(cell.receiver.display),
            escape(CONTENTS.get(cell.content, cell.content)),
            escape(OUTCOMES[cell.outcome]),
            "<br>".join(escape(reason.text) for reason in cell.why),
        )
        for cell in cells
    )
    body = pages.table(("Mottaker", "Innhold", "Utfall", "Hvorfor"), rows)
    return pages.frame("Hva samtykket åpner for", body, lang="nb")


ROUTES: Final = (
    Route(
        method="GET", path="/cases/{case_id}/consent", view=shown,
        summary="What consent lets go to whom, what is withheld, and why",
        answers=Answers(
            media=answers.JSON,
            texts={200: "consents, limits and the table receiver by content; a page as HTML", 404: "No such case"},
        ),
        access=Access(action="read", kind="case", interaction="read"),
    ),
)  # fmt: skip
