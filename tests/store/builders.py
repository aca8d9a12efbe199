"""Values for tests of the store. Nobody real: the person is one of the official fictive ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapter.model import Message
from adapter.store import Connection, Store, cases, messages, outbox, tokens
from adapter.store.resources import Write
from adapter.store.times import micros

ORG = "59"
NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
US = micros(NOW)
LINE = ("urn:oid:2.16.578.1.12.4.1.4.1", "13116900216")


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def resource(id_: str = "a", *, type_: str = "Task", version: int = 1, **more: Any) -> Write:
    body = b'{"resourceType":"%s","id":"%s"}' % (type_.encode(), id_.encode())
    more |= tokens.kept(more.pop("tokens", ()))
    return Write(
        **{"type": type_, "id": id_, "version": version, "body": body, "updated": US, "org": ORG, **more}
    )


def message(id_: str, **more: Any) -> Message:
    plain = Message(
        id=id_, msg_id=id_, direction="out", type="DIALOG_HELSEFAGLIG", version="1.1", state="pending", owner=ORG,
        receiver=("99387", "5079"), receiver_key="alvdal", case_key="case", body=b"<MsgHead/>",
    )  # fmt: skip
    return replace(plain, **more)


def received(id_: str, *, msg_id: str, sender: str = "5079", **more: Any) -> Message:
    parties = {"sender": ("99387", sender), "receiver": (ORG, "91990"), "receiver_key": None}
    return message(id_, **{"msg_id": msg_id, "direction": "in", "state": "received", **parties, **more})


def save(store: Store, *items: Message, at: datetime = NOW) -> None:
    store.write(lambda conn: messages.put(conn, items, now=at))


def claim(
    store: Store, *, at: datetime = NOW, limit: int = 50, owner: str = "worker", lease: float = 60
) -> list[str]:
    def work(conn: Connection) -> list[str]:
        return [m.id for m in outbox.claim(conn, now=at, limit=limit, lease_seconds=lease, owner=owner)]

    return store.write(work)


def settle(
    store: Store, id_: str, state: Any = "sent", *, owner: str = "worker", **more: Any
) -> frozenset[str]:
    item = outbox.Settlement(id=id_, state=state, **more)
    return store.write(lambda conn: outbox.settle(conn, [item], owner=owner, now=NOW))


def new_case(store: Store, key: str = "case", person: tuple[str, str] | None = LINE) -> None:
    store.write(lambda conn: cases.create(conn, key=key, org=ORG, now=NOW, person=person))
