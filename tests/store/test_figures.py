"""Every case in turn for statistics: whole, once, in order, whatever is stored of it."""

from __future__ import annotations

import json
from datetime import timedelta

from adapter.store import Connection, Store, cases, events, figures, messages, resources
from adapter.store.events import StoredEvent
from tests.store.builders import NOW, ORG, message, resource

MANY = 150
"""More than one reading takes at once."""


def event(case: str, number: int) -> StoredEvent:
    content = {"data": {"number": number}, "time": NOW.isoformat(), "type": "ip.need.identified"}
    return StoredEvent(
        event_id=f"{case}-{number}", org=ORG, source="urn:her:1", id=f"{case}-{number}", type="ip.need.identified",
        digest="", status_code=202, answer=b"{}", content=json.dumps(content).encode(),
        received_at=NOW + timedelta(minutes=number), case_key=case, melde_id=f"m{number}",
    )  # fmt: skip


def filled(store: Store) -> None:
    def work(conn: Connection) -> None:
        for key in ("b", "a", "empty"):
            cases.create(conn, key=key, org=ORG, now=NOW)
        for number in range(MANY):
            events.add(conn, event("b", number))
        events.add(conn, event("a", 1))
        resources.put(
            conn,
            [
                resource("t1", case_key="a"), resource("t2", case_key="b"), resource("done", case_key="a", open=False),
                resource("x", type_="Observation", case_key="a"), resource("shared"),
            ],
        )  # fmt: skip
        messages.put(
            conn, [message("m2", case_key="a", seq=2), message("m1", case_key="a", seq=1), message("n", case_key=None)], now=NOW
        )  # fmt: skip

    store.write(work)


def test_every_case_comes_once_with_what_is_its_own(store: Store):
    filled(store)
    with store.read(snapshot=True) as conn:
        found = list(figures.cases(conn))
    assert [case.key for case in found] == ["a", "b", "empty"]
    first, second, last = found
    assert [e["event_id"] for e in first.events] == ["a-1"]
    assert set(first.resources) == {"Task/t1"}
    assert [m.id for m in first.messages] == ["m1", "m2"]
    assert [e["content"]["data"]["number"] for e in second.events] == list(range(MANY))
    assert (last.events, last.resources, last.messages) == ((), {}, ())


def test_reading_may_stop_early(store: Store):
    filled(store)
    with store.read(snapshot=True) as conn:
        assert next(iter(figures.cases(conn))).key == "a"
    with store.read(snapshot=True) as conn:
        assert len(list(figures.cases(conn))) == 3
