"""Messages sent and received: states, documents, reasons, and what a person may do. contract.md, 'HTTP: messages'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapter import ingest
from adapter.access import policy
from adapter.errors import EventError, Faults, MessageError
from adapter.events import repeated
from adapter.mappings.views import communication_of
from adapter.model import Message
from adapter.rules import advice
from adapter.store import messages, resources
from adapter.web import answers, view
from adapter.web.answers import Answer
from adapter.web.call import MESSAGE_LIMIT, Access, Answers, Call, Param, Route
from adapter.web.parameters import count, instant, one

LETTER: Final = "LETTER"
SANDBOX: Final = ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
_FAILED: Final = "failed"


def listed(call: Call) -> Answer:
    """Return a page of message heads and the cursor of the next."""
    params = call.params()
    filters = messages.Filter(
        state=one(params, "state"),
        type=one(params, "type"),
        receiver=one(params, "receiver"),
        direction=one(params, "direction"),
        since=instant(params, "since"),
    )
    size = count(call)
    with call.services.store.read() as conn:
        found, cursor = messages.page(conn, filters, cursor=one(params, "cursor"), count=size)
    if call.trail is not None:
        call.trail.patients = tuple(dict.fromkeys(each.case_key for each in found if each.case_key))
    return answers.json({"items": [summary(each) for each in found], "next": cursor})


def shown(call: Call, message_id: str) -> Answer:
    """Return one message's state."""
    return answers.json(summary(_found(call, message_id)))


def document(call: Call, message_id: str) -> Answer:
    """Return the bytes as sent or as received."""
    found = _with_body(call, message_id)
    media = answers.HTML if found.type == LETTER else answers.XML
    return answers.raw(found.body, media=media, headers=(SANDBOX,))


def viewed(call: Call, message_id: str) -> Answer:
    """Return the message as its receiver sees it; a letter is a page already, and a PDF to print."""
    found = _with_body(call, message_id)
    if found.type == LETTER and view.wanted(call) == "html":
        return answers.raw(found.body, media=answers.HTML, headers=(SANDBOX,))
    return view.letter(call, found) if found.type == LETTER else view.shown(call, found)


def requeue(call: Call, message_id: str) -> Answer:
    """Put a message back in the queue, under a new id where the old one may have left."""
    return _act(call, message_id, ingest.requeue(call.services, message_id))


def manual(call: Call, message_id: str) -> Answer:
    """Record that the receiver was reached another way."""
    return _act(call, message_id, ingest.manual(call.services, message_id))


def bury(call: Call, message_id: str) -> Answer:
    """Give a message up, so that later ones of its case go on."""
    return _act(call, message_id, ingest.bury(call.services, message_id))


def remap(call: Call, message_id: str) -> Answer:
    """Send a message to another party of the address book, under a new id."""
    return _act(call, message_id, ingest.remap(call.services, message_id, _key(call)))


def _key(call: Call) -> str:
    """Return the party that the body names: `{"key": …}`. Raises EventError IPK-E001 no JSON, IPK-E005 no key."""
    body = call.body()
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventError("IPK-E001", at="$") from None
    if twice := repeated.faults(body, said):
        raise Faults(twice)
    if not isinstance(said, dict) or said.keys() != {"key"} or not isinstance(said["key"], str):
        raise EventError("IPK-E005", at="$.key")
    return str(said["key"])


def _act(call: Call, message_id: str, found: Message) -> Answer:
    if call.trail is not None:
        call.trail.entities = tuple(dict.fromkeys((f"urn:uuid:{message_id}", f"urn:uuid:{found.id}")))
        call.trail.patients = (found.case_key,) if found.case_key else ()
    return answers.json(summary(found))


def receive(call: Call) -> Answer:
    """Take in a KITH document; the receipt is the answer where we give one."""
    found = ingest.receive(call.services, call.body(), channel="http")
    if found.outcome == _FAILED:
        raise MessageError(found.code or "IPK-M002", at=found.at or "/")
    if call.trail is not None and found.id is not None:
        call.trail.entities = (f"urn:uuid:{found.id}",)
    headers = (("Location", f"/messages/{found.id}"),) if found.id is not None else ()
    if found.outcome == "receipted" and found.apprec is not None:
        return answers.raw(found.apprec, media=answers.XML, headers=headers)
    return answers.empty(204, headers)


def _found(call: Call, message_id: str) -> Message:
    with call.services.store.read() as conn:
        found = messages.get(conn, message_id)
    if found is None:
        raise MessageError("IPK-M010")
    if call.trail is not None:
        call.trail.entities = (f"urn:uuid:{found.id}",)
        call.trail.patients = (found.case_key,) if found.case_key else ()
    return found


def _with_body(call: Call, message_id: str) -> Message:
    found = _found(call, message_id)
    if not found.body or _recalled(call, found):  # removed when its time was over, or about the wrong patient
        raise MessageError("IPK-M010")
    return found


def _recalled(call: Call, found: Message) -> bool:
    """Return whether a message was recalled as about the wrong patient (E66): what it says is shown to nobody."""
    type_, _, id_ = (communication_of(found) or "").partition("/")
    with call.services.store.read() as conn:
        communication = resources.current(conn, type_, id_)
    return communication is not None and not policy.shows(communication[2])


def summary(found: Message) -> dict[str, Any]:
    """Return what is told of a message: ids, parties, states, what to do about a refusal; never what it says."""
    told = advice.of_receipt(found.apprec) if found.direction == "out" else None
    return {
        "id": found.id,
        "msgId": found.msg_id,
        "direction": found.direction,
        "type": found.type,
        "version": found.version,
        "state": found.told,
        "place": found.place,
        "sender": _parties(found.sender, found.sender_names),
        "receiver": _parties(found.receiver, found.receiver_names),
        "caseRef": found.case_key,
        "meldeId": found.melde_id,
        "threadRef": found.thread,
        "genDate": found.gen_date.isoformat() if found.gen_date else None,
        "generation": found.generation,
        "replaces": found.replaces,
        "replacedBy": found.replaced_by,
        "attempts": found.attempts,
        "lastError": found.last_error,
        "apprec": dict(found.apprec) if found.apprec is not None else None,
        "advice": told.told if told else None,
    }


def _parties(her_ids: tuple[str | None, str | None], names: Sequence[str]) -> dict[str, Any]:
    levels = zip(("level1", "level2"), her_ids, names, strict=True)
    return {level: {"herId": her, "name": name} if her or name else None for level, her, name in levels}


_READ: Final = Access(action="read", kind="message", interaction="read")
_ACT: Final = Access(action="write", kind="message", interaction="update")
_ONE: Final = {404: "No such message"}
_FAULT: Final = {404: "IPK-M010", 413: "IPK-M008", 415: "IPK-M016"}
_STATES: Final = (
    "held", "pending", "sent", "delivered", "acknowledged", "rejected", "unanswered", "dead", "buried", "manual",
    "received", "unmatched", "ignored", "failed",
)  # fmt: skip


def _json(text: str, more: dict[int, str] | None = None) -> Answers:
    return Answers(media=answers.JSON, texts={200: text, **(more or {})})


def _one(
    path: str, call_view: Any, summary_: str, answer: Answers, *, params: tuple[Param, ...] = ()
) -> Route:
    return Route(
        method="GET", path=path, view=call_view, summary=summary_, answers=answer, access=_READ, fault=_FAULT,
        params=params,
    )  # fmt: skip


ROUTES: Final = (
    Route(
        method="GET", path="/messages", view=listed, summary="Messages sent and received",
        params=(
            Param(name="state", text="State", schema={"type": "string", "enum": list(_STATES)}),
            Param(name="type", text="Type of list 8279"),
            Param(name="receiver", text="Level-2 HER-id, or the key of a party without one"),
            Param(name="direction", text="out or in", schema={"type": "string", "enum": ["out", "in"]}),
            Param(name="since", text="Stored at or after this instant", schema={"type": "string", "format": "date-time"}),
            Param(name="cursor", text="Cursor of the page before"),
            Param(name="count", text="Items on a page", schema={"type": "integer", "minimum": 1}),
        ),
        answers=_json("items and next", {400: "Not a parameter or value"}),
        access=Access(action="search", kind="message", interaction="search-type"),
    ),
    Route(
        method="POST", path="/messages", view=receive, summary="Hand in a KITH document", limit=MESSAGE_LIMIT,
        body=("application/xml", "text/xml"), fault=_FAULT,
        access=Access(action="write", kind="message", interaction="create"),
        answers=Answers(
            media=answers.XML,
            texts={
                200: "The receipt, a rejecting one too", 204: "A receipt, a duplicate, a copy, or mail for others",
                400: "Not readable", 413: "Too large", 415: "Not XML", 422: "A number that looks real", 503: "Try again",
            },
        ),
    ),
    _one("/messages/{message_id}", shown, "One message's state", _json("The message", _ONE)),
    _one("/messages/{message_id}/document", document, "The bytes as sent or as received",
         Answers(media=answers.XML, texts={200: "The document", **_ONE})),
    _one("/messages/{message_id}/view", viewed, "The message as its receiver sees it",
         Answers(media="text/html", texts={200: "A page, or plain text or PDF where asked", 400: "Not a parameter or value", **_ONE}),
         params=view.PARAMS),
    Route(
        method="POST", path="/messages/{message_id}/requeue", view=requeue, summary="Send again", access=_ACT,
        answers=_json("The message that will be sent", {**_ONE, 409: "Not in a state that allows it"}), fault=_FAULT,
    ),
    Route(
        method="POST", path="/messages/{message_id}/manual", view=manual, access=_ACT, fault=_FAULT,
        summary="The receiver was reached another way",
        answers=_json("The message", {**_ONE, 409: "Not in a state that allows it"}),
    ),
    Route(
        method="POST", path="/messages/{message_id}/bury", view=bury, access=_ACT, fault=_FAULT,
        summary="Give a message up, so that later ones of its case go on",
        answers=_json("The message", {**_ONE, 409: "Not in a state that allows it"}),
    ),
    Route(
        method="POST", path="/messages/{message_id}/remap", view=remap, access=_ACT, fault=_FAULT,
        summary='Send to another party of the address book: {"key": "alvdal-saksbehandling"}',
        body=("application/json",),
        answers=_json(
            "The message that will be sent",
            {
                **_ONE, 400: "Not JSON", 409: "Not in a state that allows it",
                422: "No such party, or one that cannot take it",
            },
        ),
    ),
)  # fmt: skip
