"""GET /deadlines: what is late, by how much, who owns it, the next step, and whom to ring."""

from __future__ import annotations

from typing import Final, get_args

from adapter.events.messages import DeadlineKind
from adapter.ingest import overview
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.parameters import count, flag, one


def listed(call: Call) -> Answer:
    """Return a page of deadlines that run, the longest due first, and the cursor of the next."""
    params = call.params()
    wanted = overview.Wanted(late=flag(params, "late"), kind=one(params, "kind"), owner=one(params, "owner"))
    found, cursor = overview.listed(call.services, wanted, count=count(call), cursor=one(params, "cursor"))
    if call.trail is not None:
        keys = (each.deadline.case_key for each in found)
        call.trail.patients = tuple(dict.fromkeys(key for key in keys if key))
    return answers.json({"items": [each.told() for each in found], "next": cursor})


ROUTES: Final = (
    Route(
        method="GET",
        path="/deadlines",
        view=listed,
        summary="What is due and what is late: owner, next step, phone",
        params=(
            Param(name="late", text="Only what is late", schema={"type": "boolean"}),
            Param(
                name="kind",
                text="Kind of deadline",
                schema={"type": "string", "enum": list(get_args(DeadlineKind))},
            ),
            Param(name="owner", text="Key of the party that has it now"),
            Param(name="cursor", text="Cursor of the page before"),
            Param(name="count", text="Items on a page", schema={"type": "integer", "minimum": 1}),
        ),
        answers=Answers(media=answers.JSON, texts={200: "items and next", 400: "Not a parameter or value"}),
        access=Access(action="search", kind="operations", interaction="search-type"),
    ),
)
