"""What a run leaves: ids for the steps after it, and the files to compare. Bytes are as stored or as sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from adapter import kith
from adapter.errors import MessageError
from adapter.fhir import parts, table
from adapter.fhir.query import Query
from adapter.kith.apprec import AppRec
from adapter.model import Message
from adapter.replay.outcome import Answered
from adapter.replay.stage import Stage
from adapter.scenarios import Step
from adapter.store import Connection, deadlines, events, messages, search
from adapter.store.messages import Filter

PAGE: Final = 500
_FACTS: Final = ("meldeId", "planId", "assignmentId", "patientId")


class Seen:
    """What a run has made so far, looked up after each step."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since: int = 0
        self._messages: frozenset[str] = frozenset()
        self.made: dict[tuple[str, str, str], str] = {("now", "", ""): stage.clock.now.isoformat()}
        self.answers: list[dict[str, Any]] = []
        self.types: set[str] = set(table.READABLE)
        self.clocks: set[str] = set()

    def note(self, step: Step, answered: Answered | None) -> None:
        """Keep how a step was answered, and the ids that later steps may name."""
        with self._stage.services.store.read() as conn:
            made = self._events(conn, step)
            self._sent(conn, step)
            self.clocks |= {d.id for d in deadlines.running(conn)}
        self.made["now", "", ""] = self._stage.clock.now.isoformat()
        row: dict[str, Any] = {"step": step.number, "kind": step.kind}
        if answered is not None:
            row |= {"status": answered.status, "body": answered.body}
            self._keep("receivedId", step, "", answered.body.get("id"))
        if step.kind != "event":
            row["events"] = made
        self.answers.append(row)

    def _events(self, conn: Connection, step: Step) -> list[dict[str, Any]]:
        """Return the events that came of a step, and keep their ids."""
        rows = []
        for number, event in events.written(conn, after=self._since):
            self._since = number
            answer = orjson.loads(event.answer)
            rows.append({"eventId": event.event_id, "type": event.type, "status": answer["status"]})
            self.types |= {effect["resource"].partition("/")[0] for effect in answer["effects"]}
            for name in _FACTS:
                self._keep(name, step, "", answer["case"].get(name))
            for need in answer["case"].get("needs", ()):
                self._keep("needId", step, need["kind"], need["needId"])
        return rows

    def _sent(self, conn: Connection, step: Step) -> None:
        there = every(conn)
        for message in there:
            if message.direction == "out" and message.type != "APPREC" and message.id not in self._messages:
                receiver = message.receiver[1] or message.receiver_key or ""
                self._keep("MsgId", step, receiver, message.msg_id)
                at = message.gen_date
                self._keep("genDate", step, receiver, kith.time.write(at) if at else None)
        self._messages = frozenset(m.id for m in there)

    def _keep(self, name: str, step: Step, argument: str, value: object) -> None:
        if isinstance(value, str):
            self.made.setdefault((name, step.number, argument), value)


def every(conn: Connection) -> tuple[Message, ...]:
    """Return the heads of all messages in the order they were stored."""
    found: list[Message] = []
    cursor: str | None = None
    while True:
        listed, cursor = messages.page(conn, Filter(), cursor=cursor, count=PAGE)
        found += listed
        if cursor is None:
            return tuple(found)


def files(stage: Stage, seen: Seen) -> Mapping[str, bytes]:
    """Return every file of `expected/`: path → bytes."""
    with stage.services.store.read() as conn:
        heads = every(conn)
        found = dict(_resources(conn, seen.types))
        found |= dict(_documents(stage, conn, heads))
        found["deadlines.json"] = _json([_deadline(conn, id_) for id_ in sorted(seen.clocks)])
    found["why.json"] = _json([_why(message) for message in heads])
    found["answers.json"] = _json(seen.answers)
    return found


def _resources(conn: Connection, types: set[str]) -> Iterator[tuple[str, bytes]]:
    for type_ in sorted(types - {"AuditEvent"}):
        after: str | None = None
        while True:
            page = search.search(conn, Query(type=type_, count=PAGE, after=after))
            yield from ((f"resources/{type_}/{row.id}.json", row.body) for row in page.rows)
            after = page.next
            if after is None:
                break


def _documents(stage: Stage, conn: Connection, heads: tuple[Message, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield what was sent in the order it left, then the letters that a person sends."""
    places = stage.transport.sent
    sent = [data for place in ("out", "handover") for data in places[place].values()]
    letters = [m for m in heads if m.type == "LETTER" and m.direction == "out"]
    for number, data in enumerate(sent, start=1):
        yield f"messages/{number:03d}-{_named(data)}.xml", data
    for number, message in enumerate(letters, start=len(sent) + 1):
        body = messages.body(conn, message.id) or b""
        yield f"messages/{number:03d}-LETTER-{message.receiver_key}.html", body


def _named(data: bytes) -> str:
    """Return `<type>-<receiver>` of a document of ours."""
    try:
        read = kith.read(data)
    except MessageError:
        return "UNREADABLE"
    receiver = read.body.receiver if isinstance(read.body, AppRec) else read.head and read.head.receiver
    first, second = receiver.her_ids if receiver else (None, None)
    return f"{read.type}-{second or first}"


def _deadline(conn: Connection, id_: str) -> dict[str, Any]:
    found = deadlines.get(conn, id_)
    if found is None:
        return {"id": id_, "state": "gone"}
    return {
        "id": found.id,
        "kind": found.kind,
        "due": parts.instant(found.due),
        "subject": found.subject,
        "state": found.state,
    }


def _why(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "direction": message.direction,
        "type": message.type,
        "version": message.version,
        "sender": list(message.sender),
        "receiver": list(message.receiver),
        "state": message.state,
        "generation": message.generation,
        "apprec": _without_id(message.apprec),
        "why": [
            {
                "rule": r.rule,
                "source": r.source,
                "outcome": r.outcome,
                "text": r.text,
                "rejected": list(r.rejected),
            }
            for r in message.why
        ],
    }


def _without_id(receipt: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return {name: receipt[name] for name in ("status", "errors") if name in receipt} if receipt else None


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
