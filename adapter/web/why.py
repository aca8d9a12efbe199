"""/messages/{id}/why, /cases/{id}/why, /events/{id}/why: the trail as JSON, plain text or page. contract.md; RFC 9110 § 12.5.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from adapter.oversight import event_views, why
from adapter.services import Services
from adapter.store import messages as stored
from adapter.trail import html, text
from adapter.trail.values import Trail, as_json
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route

STYLE: Final = "/docs/why.css"
TEXT: Final = "text/plain; charset=utf-8"
_CSP: Final = ("Content-Security-Policy", "default-src 'none'; style-src 'self'; sandbox")
_VARY: Final = ("Vary", "Accept")
_OFFERED: Final = ("application/json", "text/html", "application/xhtml+xml", "text/plain")


def message(call: Call, message_id: str) -> Answer:
    """Return why a message went as it did, with the state and the reasons of its row."""
    trail = _found(call, why.of_message, message_id, f"urn:uuid:{message_id}")
    return _told(call, trail, _reasons(call, message_id))


def case(call: Call, case_id: str) -> Answer:
    """Return why a case is as it is."""
    return _told(call, _found(call, why.of_case, case_id, f"Patient/{case_id}"))


def event(call: Call, event_id: str) -> Answer:
    """Return what an event led to, and why."""
    return _told(call, _found(call, why.of_event, event_id, event_views.entity(event_id)))


def _found(call: Call, gather: Callable[[Services, str], Trail], id_: str, entity: str) -> Trail:
    trail = gather(call.services, id_)
    if call.trail is not None:
        call.trail.entities = (entity,)
        call.trail.patients = (trail.case_id,) if trail.case_id else ()
    return trail


def _reasons(call: Call, message_id: str) -> dict[str, Any]:
    """Return state and reasons of a message's row, as `why[]` of an event's answer has them."""
    with call.services.store.read() as conn:
        found = stored.get(conn, message_id)
    if found is None:
        return {}
    listed = [
        {"rule": r.rule, "source": r.source, "outcome": r.outcome, "text": r.text}
        | ({"rejected": list(r.rejected)} if r.rejected else {})
        for r in found.why
    ]
    return {"state": found.told, "why": listed}


def _told(call: Call, trail: Trail, more: dict[str, Any] | None = None) -> Answer:
    media = accepted(call.environ.get("HTTP_ACCEPT", ""))
    if media == "application/json":
        return answers.json({**as_json(trail), **(more or {})}, headers=(_VARY,))
    if media == "text/plain":
        return answers.raw(text.page(trail).encode(), media=TEXT, headers=(_VARY,))
    return answers.html(html.page(trail, style=STYLE), headers=(_CSP, _VARY))


def accepted(accept: str) -> str:
    """Return the form that a caller likes best, JSON where none is named."""
    return parse_accept_header(accept, MIMEAccept).best_match(_OFFERED, _OFFERED[0])


def style(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the style sheet of trails."""
    return answers.raw(html.css().encode(), media="text/css; charset=utf-8")


def _route(
    path: str, view: Callable[..., Answer], summary: str, *, kind: Any, fault: dict[int, str]
) -> Route:
    return Route(
        method="GET", path=path, view=view, summary=summary, fault=fault,
        access=Access(action="read", kind=kind, interaction="read"),
        answers=Answers(
            media=answers.JSON, texts={200: "The trail: parts and steps; plain text or a page where asked", 404: "No such id"},
        ),
    )  # fmt: skip


ROUTES: Final = (
    _route("/messages/{message_id}/why", message, "Why a message went as it did", kind="message", fault={404: "IPK-M010"}),
    _route("/cases/{case_id}/why", case, "Why a case is as it is", kind="case", fault={}),
    _route("/events/{event_id}/why", event, "What an event led to, and why", kind="event", fault={}),
    Route(
        method="GET", path=STYLE, view=style, summary="Style sheet of trails", cached=True,
        answers=Answers(media="text/css", texts={200: "Style sheet of trails"}),
    ),
)  # fmt: skip
