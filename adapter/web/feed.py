"""What is new, for EPJs and platforms that poll: ids, types and states only. contract.md, 'HTTP: messages'."""

from __future__ import annotations

from typing import Final

from adapter.store import feed
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.parameters import count, one


def listed(call: Call) -> Answer:
    """Return what came after a cursor, and the cursor to go on from."""
    size = count(call)
    with call.services.store.read() as conn:
        found, cursor = feed.page(conn, since=one(call.params(), "since"), count=size)
    items = [
        {"at": each.at.isoformat(), "kind": each.kind, "type": each.type, "id": each.id, "state": each.state}
        for each in found
    ]
    return answers.json({"items": items, "next": cursor})


ROUTES: Final = (
    Route(
        method="GET",
        path="/feed",
        view=listed,
        summary="What is new: ids, types and states",
        params=(
            Param(name="since", text="Cursor of the last answer; none: from the beginning"),
            Param(name="count", text="Items on a page", schema={"type": "integer", "minimum": 1}),
        ),
        answers=Answers(media=answers.JSON, texts={200: "items and next", 400: "Not a cursor"}),
        access=Access(action="search", kind="feed", interaction="search-type"),
    ),
)
