"""Events in and out: POST /events in the three modes of CloudEvents, and what was accepted. contract.md, 'HTTP: events'."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from adapter import ingest
from adapter.access import policy
from adapter.errors import AdapterError, EventError, Faults, SystemFault
from adapter.events import cloudevents
from adapter.idscan import has_eleven_digits
from adapter.oversight import event_views
from adapter.oversight.event_views import VIEWS, Seen, View
from adapter.store import events as stored
from adapter.store.events import StoredEvent
from adapter.web import answers, members, problems
from adapter.web.answers import Answer
from adapter.web.call import EVENT_LIMIT, Access, Answers, Call, Param, Route
from adapter.web.parameters import count, flag, one

_REPLAYED: Final = ("Idempotent-Replayed", "true")
_ACCEPTED: Final = 202
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SOURCE: Final = re.compile(r"urn:(her:[1-9][0-9]{0,7}|orgnr:[0-9]{9})")


def post(call: Call) -> Answer:
    """Accept one event or a batch. Each item of a batch is its own transaction."""
    dry = flag(call.params(), "dryRun")
    body = call.body()
    content_type: str = call.environ.get("CONTENT_TYPE", "")
    structured = call.media_type() in {cloudevents.STRUCTURED, cloudevents.BATCH}
    # Only binary mode has its attributes in headers.
    headers = {} if structured else call.headers()
    parsed = cloudevents.read(content_type, headers, body)
    if len(parsed.items) > call.services.settings.max_batch:
        raise EventError("IPK-E019")
    if parsed.batch:
        return _batch(call, parsed.items, dry=dry)
    taken = _take(call, parsed.items[0], dry=dry)
    call.audited = taken.status == _ACCEPTED
    if call.trail is not None:
        call.trail.entities = (f"urn:uuid:{taken.event_id}",)
    return answers.raw(taken.body, status=taken.status, headers=_headers(taken))


def _headers(taken: ingest.Answer) -> tuple[tuple[str, str], ...]:
    if taken.replayed:
        return (_REPLAYED,)
    return (("Location", f"/events/{taken.event_id}"),) if taken.status == _ACCEPTED else ()


def _take(call: Call, item: Mapping[str, Any] | Faults, *, dry: bool) -> ingest.Answer:
    if isinstance(item, Faults):
        raise item
    services = call.services
    return members.of_event(
        call,
        ingest.post(
            services,
            item,
            permit=lambda source: policy.writer(services.book(), source, call.caller),
            dry_run=dry,
            limited=members.limited(call),
        ),
    )


def _batch(call: Call, items: tuple[Mapping[str, Any] | Faults, ...], *, dry: bool) -> Answer:
    lang = problems.language(call.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    found: list[bytes] = []
    away: AdapterError | None = None
    for number, item in enumerate(items):
        head = _head(item)
        try:
            taken = _take(call, item, dry=dry)
            found.append(_joined({**head, "httpStatus": taken.status}, taken.body))
        except AdapterError as error:
            if not found and isinstance(error, SystemFault) and error.row.retry:
                away = error
                break
            said = problems.problem(error, lang=lang, request_id=call.request_id, root=f"$[{number}]")
            found.append(orjson.dumps({**head, "httpStatus": error.row.http, **said}))
    if away is not None:
        raise away  # nothing was accepted: the whole batch may come again
    return answers.raw(b"[" + b",".join(found) + b"]")


def _joined(head: dict[str, Any], body: bytes) -> bytes:
    """Return the JSON object of `head` and the members of another, whose bytes are kept as they are."""
    return orjson.dumps(head)[:-1] + b"," + body[1:]


def _head(item: Mapping[str, Any] | Faults) -> dict[str, Any]:
    """Return id and source as sent, where they have the form of one: nothing else is repeated."""
    if isinstance(item, Faults):
        return {"id": None, "source": None}
    id_, source = item.get("id"), item.get("source")
    return {
        "id": id_ if isinstance(id_, str) and _ID.fullmatch(id_) and not has_eleven_digits(id_) else None,
        "source": source if isinstance(source, str) and _SOURCE.fullmatch(source) else None,
    }


def listed(call: Call) -> Answer:
    """Return events after a cursor, in the order they were committed: those that changed a case, or a view's by its type."""
    params = call.params()
    size = count(call)
    type_ = one(params, "type")
    view = VIEWS.get(type_ or "")
    if view is not None:
        return _view(call, view, since=one(params, "since"), size=size)
    with call.services.store.read() as conn:
        found, cursor = stored.page(conn, since=one(params, "since"), type_=type_, count=size)
    if call.trail is not None:
        call.trail.patients = tuple(dict.fromkeys(each.case_key for each in found if each.case_key))
    return answers.json({"items": [_shown(each) for each in found], "next": cursor})


def _view(call: Call, view: View, *, since: str | None, size: int) -> Answer:
    with call.services.store.read() as conn:
        found, cursor = view.page(conn, since, size)
    if call.trail is not None:
        call.trail.patients = tuple(dict.fromkeys(each.case_key for each in found if each.case_key))
    return answers.json({"items": [each.said for each in found], "next": cursor})


def shown(call: Call, event_id: str) -> Answer:
    """Return one event and its first answer; one that is a view (event_views.py) with none."""
    with call.services.store.read() as conn:
        found = stored.find(conn, event_id)
        seen = event_views.find(conn, event_id) if found is None else _accepted(found)
    if seen is None:
        raise EventError("IPK-E020")
    if call.trail is not None:
        call.trail.entities = (seen.entity or f"urn:uuid:{seen.said['eventId']}",)
        call.trail.patients = (seen.case_key,) if seen.case_key else ()
    return answers.json(
        {**seen.said, "answer": orjson.loads(found.answer) if found and found.answer else None}
    )


def _accepted(found: StoredEvent) -> Seen:
    return Seen(said=_shown(found), case_key=found.case_key)


_OPEN: Final = {
    "ip.receipt.positive": ("messageId", "status", "errors"),
    "ip.receipt.negative": ("messageId", "status", "errors"),
    "ip.receipt.missing": ("messageId", "status", "errors"),
    "ip.receipt.late": ("messageId", "status", "errors"),
    "ip.message.faulted": ("messageId",),
    "ip.dialogue.received": ("messageId",),
    "ip.consent.expired": ("kind", "due", "subject"),
    "ip.deadline.breached": ("kind", "due", "subject", "level"),
}
"""What is shown of an internal event's data: ids, codes and times, never a text. event-data.md."""


def _shown(found: StoredEvent) -> dict[str, Any]:
    content = orjson.loads(found.content)
    said: dict[str, Any] = {
        "eventId": found.event_id,
        "id": found.id,
        "source": found.source,
        "type": found.type,
        "time": content.get("time"),
        "receivedAt": found.received_at.isoformat(),
    }
    if found.type in _OPEN:
        data = content.get("data", {})
        said["data"] = {name: _plain(name, data[name]) for name in _OPEN[found.type] if name in data}
    return said


def _plain(name: str, value: Any) -> Any:
    # The text of an error is the other party's own words.
    return [{"code": each.get("code")} for each in value] if name == "errors" else value


_TEXTS: Final = {
    200: "The same event again: the first answer; a batch: one item per event; a dry run",
    202: "Accepted and committed",
    400: "Not JSON",
    403: "The source is not in the address book",
    404: "What is continued does not exist",
    409: "The id was used for something else, or the transition is refused",
    413: "Too large",
    415: "Not a CloudEvent",
    422: "Every fault of the event",
    503: "Nothing was accepted; try again",
}
_SINCE: Final = Param(name="since", text="Cursor of the last answer")
_COUNT: Final = Param(name="count", text="Items on a page", schema={"type": "integer", "minimum": 1})

ROUTES: Final = (
    Route(
        method="POST", path="/events", view=post, summary="Post an event, or a batch of events", limit=EVENT_LIMIT,
        params=(Param(name="dryRun", text="true: what would happen, and nothing stored", schema={"type": "boolean"}),),
        answers=Answers(media=answers.JSON, texts=_TEXTS),
        access=Access(action="write", kind="event", interaction="create"),
    ),
    Route(
        method="GET", path="/events", view=listed, summary="Events accepted, in order",
        params=(_SINCE, Param(name="type", text=f"Type of event. Shown by their type alone: {', '.join(VIEWS)}"), _COUNT),
        answers=Answers(
            media=answers.JSON,
            texts={200: "items and next; go on until next stays, a page may be short", 400: "Not a cursor"},
        ),
        access=Access(action="search", kind="event", interaction="search-type"),
    ),
    Route(
        method="GET", path="/events/{event_id}", view=shown, summary="One event and its answer",
        answers=Answers(media=answers.JSON, texts={200: "The event", 404: "No such event"}),
        access=Access(action="read", kind="event", interaction="read"),
    ),
)  # fmt: skip
