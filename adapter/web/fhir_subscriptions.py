"""Subscriptions over REST: create, update, delete, and the operations `$status` and `$events`. HL7 subscriptions-backport 1.1.

A subscriber sees its own; the installation's token sees all. Reading and searching them is as for any type (fhir.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapter import naming
from adapter.access import audit as trail
from adapter.errors import FhirError
from adapter.fhir import notification, strict, urls
from adapter.fhir.notification import Told
from adapter.hooks import asking, notices, seeing
from adapter.hooks.asking import Kept
from adapter.store import subscriptions
from adapter.store.subscriptions import Subscription
from adapter.web import answers, negotiation
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.fhir_search import number
from adapter.web.fhir_write import conditions

MEDIA: Final = ("application/fhir+json", "application/json", "text/json")
_ALL: Final = 2**62
_STATUSES: Final = frozenset({"requested", "active", "error", "off"})


def create(call: Call) -> Answer:
    """Return the Subscription made, with its signing key where that was made here: it is shown this once."""
    kept = asking.create(call.services, _body(call), client=_client(call))
    _touched(call, kept.resource["id"])
    return _answer(call, kept, status=201)


def update(call: Call, id_: str) -> Answer:
    """Return the Subscription as changed."""
    _touched(call, id_)
    body = _body(call)
    if isinstance(body, Mapping) and body.get("id", id_) != id_:
        raise FhirError("IPK-F009", at="Subscription.id", hint="the id of the address")
    kept = asking.change(call.services, id_, body, client=_client(call), rests=conditions(call.environ))
    return _answer(call, kept, status=200)


def delete(call: Call, id_: str) -> Answer:
    """Return nothing: the Subscription is gone, or was never there. R4 http.html#delete."""
    _touched(call, id_)
    asking.remove(call.services, id_, client=_client(call), rests=conditions(call.environ))
    return answers.empty(204)


def status(call: Call, id_: str) -> Answer:
    """Return how one Subscription stands."""
    _params(call)
    _touched(call, id_)
    with call.services.store.read() as conn:
        row = asking.found(conn, id_, _client(call))
    return answers.json(notification.statuses(_base(call), [_told(call, row)], of=id_), media=answers.FHIR)


def statuses(call: Call) -> Answer:
    """Return how the caller's Subscriptions stand: all, or those of the ids and in the statuses asked for."""
    params = _params(call)
    ids = {value for name, value in params if name == "id"}
    wanted = {value for name, value in params if name == "status"} or _STATUSES
    if not wanted <= _STATUSES:
        raise FhirError("IPK-F005", at="status")
    with call.services.store.read() as conn:
        rows = subscriptions.every(conn, _client(call) or None)
    found = [row for row in rows if row.status in wanted and (not ids or row.id in ids)]
    return answers.json(
        notification.statuses(_base(call), [_told(call, row) for row in found]), media=answers.FHIR
    )


def events(call: Call, id_: str) -> Answer:
    """Return events that were found, told or not, as a notification tells them; what is closed by now is not named."""
    params = _params(call)
    _touched(call, id_)
    since = number(params, "eventsSinceNumber", 1)
    until = number(params, "eventsUntilNumber", _ALL)
    limit = call.services.settings.page_limit
    with call.services.store.read(snapshot=True) as conn:
        row = asking.found(conn, id_, _client(call))
        found = subscriptions.events(conn, id_, since=since, until=until, limit=limit)
        sees = seeing.eye(call.services, call.caller.party if call.caller is not None else None)
        seen = seeing.visible(conn, list(dict.fromkeys(event.focus for event in found)), sees)
    if call.trail is not None and row.content == "id-only":
        call.trail.patients = trail.patients_of(seen.values())
    content = [value for name, value in params if name == "content"]
    shown = row._replace(content="empty") if content[-1:] == ["empty"] else row
    listed = [notices.shown(event, shown, seen) for event in found]
    made = notification.bundle(
        _told(call, shown), "query-event", listed, id_=naming.uid("events", id_, call.request_id), at=call.now
    )
    return answers.json(made, media=answers.FHIR)


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _client(call: Call) -> str:
    """Return whose subscriptions the caller has to do with: a client's own, or the installation's (which sees all)."""
    caller = call.caller
    return caller.client if caller is not None and caller.party is not None else asking.OWN


def _params(call: Call) -> list[tuple[str, str]]:
    """Return the query parameters, with those of a Parameters body where an operation is asked by POST. Raises FhirError."""
    params = call.params()
    if call.method() == "POST" and call.path().rpartition("/")[2].startswith("$"):
        params += _parameters(_body(call))
    return params


def _body(call: Call) -> Any:
    """Return the body as JSON, read strictly. Raises FhirError IPK-F012, IPK-E001."""
    data = call.body()
    try:
        return strict.read_any(data)
    except FhirError:
        raise FhirError("IPK-E001") from None


def _parameters(body: Any) -> list[tuple[str, str]]:
    """Return the parameters of a Parameters resource, by name and simple value. R4 operations.html. Raises FhirError IPK-F009."""
    if not isinstance(body, Mapping) or body.get("resourceType") != "Parameters":
        raise FhirError("IPK-F009", at="resourceType", hint="Parameters")
    given = body.get("parameter", [])
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise FhirError("IPK-F009", at="Parameters.parameter")
    return [
        (str(one.get("name")), str(value))
        for one in given
        for name, value in one.items()
        if name.startswith("value") and isinstance(value, (str, int))
    ]


def _touched(call: Call, id_: str) -> None:
    if call.trail is not None:
        call.trail.entities = trail.entity("Subscription", id_)


def _base(call: Call) -> str:
    return f"{call.shared.base}/fhir"


def _told(call: Call, row: Subscription) -> Told:
    error = {"text": asking.error(row.last_error)} if row.last_error else None
    found = notices.told(row, _base(call))
    return Told(
        base=found.base, id=found.id, topic=found.topic, status=found.status, count=found.count, error=error
    )


def _answer(call: Call, kept: Kept, *, status: int) -> Answer:
    resource = kept.resource
    place = f"{_base(call)}/Subscription/{resource['id']}/_history/{kept.version}"
    updated = datetime.fromisoformat(resource["meta"]["lastUpdated"])
    headers = [
        ("ETag", f'W/"{kept.version}"'),
        ("Last-Modified", negotiation.http_date((updated - _EPOCH) // _SECOND)),
        ("Location" if status == _CREATED else "Content-Location", place),
    ]
    return answers.json(_with_secret(kept), media=answers.FHIR, status=status, headers=headers)


def _with_secret(kept: Kept) -> dict[str, Any]:
    if kept.secret is None:
        return kept.resource
    channel = kept.resource["channel"]
    shown = {"url": urls.SUBSCRIPTION_SECRET, "valueString": kept.secret}
    return {**kept.resource, "channel": {**channel, "extension": [*channel.get("extension", ()), shown]}}


_CREATED: Final = 201
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_FAULT: Final = {404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F011"}
_REFUSED: Final = {
    400: "Not JSON", 413: "Too large", 415: "Not FHIR JSON", 422: "Not sound R4, or not honoured: every fault with its place",
}  # fmt: skip
_FORMAT: Final = Param(name="_format", text="json")
_READ: Final = Access(action="read", kind="subscription", interaction="operation")


def _texts(status: int, text: str, more: Mapping[int, str]) -> Answers:
    return Answers(media=answers.FHIR, texts={status: text, **more})


def _operation(
    path: str, view: Callable[..., Answer], summary: str, *params: Param, answers: Answers
) -> tuple[Route, ...]:
    """Return the routes of an operation that changes nothing: by GET, and by POST of Parameters. R4 operations.html#executing."""
    asked = Route(
        method="GET", path=path, view=view, summary=summary, any_params=True, params=(*params, _FORMAT), access=_READ,
        fault=_FAULT, answers=answers,
    )  # fmt: skip
    refused = {400: "Not JSON", 413: "Too large", 415: "Not FHIR JSON", 422: "Not Parameters"}
    posted = replace(answers, texts={**refused, **answers.texts})
    return asked, replace(asked, method="POST", params=(_FORMAT,), body=MEDIA, answers=posted)


ROUTES: Final = (
    Route(
        method="POST", path="/fhir/Subscription", view=create, summary="Subscribe to a topic", any_params=True,
        params=(_FORMAT,), body=MEDIA, fault=_FAULT,
        access=Access(action="write", kind="subscription", interaction="create"),
        answers=_texts(201, "The Subscription, requested; with its signing key, this once", _REFUSED),
    ),
    Route(
        method="PUT", path="/fhir/Subscription/{id_}", view=update, summary="Change a Subscription", any_params=True,
        params=(_FORMAT,), body=MEDIA, fault=_FAULT,
        access=Access(action="write", kind="subscription", interaction="update"),
        answers=_texts(
            200, "The Subscription, requested or off",
            {**_REFUSED, 404: "No such Subscription", 410: "Deleted", 412: "Not as If-Match, If-Unmodified-Since or If-None-Match says"},
        ),
    ),
    Route(
        method="DELETE", path="/fhir/Subscription/{id_}", view=delete, summary="Unsubscribe", fault=_FAULT,
        access=Access(action="write", kind="subscription", interaction="delete"),
        answers=_texts(204, "Gone, also where it was already", {412: "Not as If-Match, If-Unmodified-Since or If-None-Match says"}),
    ),
    *_operation(
        "/fhir/Subscription/$status", statuses, "How Subscriptions stand",
        Param(name="id", text="Id of a Subscription; may repeat"),
        Param(name="status", text="requested, active, error or off; may repeat"),
        answers=_texts(200, "searchset of Parameters (backport-subscription-status-r4)", {400: "Not a status"}),
    ),
    *_operation(
        "/fhir/Subscription/{id_}/$status", status, "How a Subscription stands",
        answers=_texts(200, "searchset of one Parameters", {404: "No such Subscription", 410: "Deleted"}),
    ),
    *_operation(
        "/fhir/Subscription/{id_}/$events", events, "Events of a Subscription, again",
        Param(name="eventsSinceNumber", text="First event, included"),
        Param(name="eventsUntilNumber", text="Last event, included"),
        Param(name="content", text="empty, or as subscribed"),
        answers=_texts(200, "Notification of type query-event", {400: "Not a number", 404: "No such Subscription", 410: "Deleted"}),
    ),
)  # fmt: skip
