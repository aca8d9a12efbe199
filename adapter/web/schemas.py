"""The event types as JSON Schema with examples: the one source for senders. contract.md, 'HTTP: events'."""

from __future__ import annotations

from typing import Final

from adapter.events import schemas
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Route


def listed(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the types: those that may be posted, then those the adapter makes itself (`posted` false)."""
    return answers.json({"items": schemas.index()})


def shown(call: Call, type_: str) -> Answer:  # noqa: ARG001 (the same)
    """Return the schema of one type. Raises EventError IPK-E020."""
    return answers.json(schemas.schema(type_), media=answers.SCHEMA)


_ONE: Final = Answers(media=answers.SCHEMA, texts={200: "JSON Schema 2020-12", 404: "No such type"})

ROUTES: Final = (
    Route(
        method="GET", path="/schemas/events", view=listed, summary="Event types, and which of them may be posted", cached=True,
        answers=Answers(media=answers.JSON, texts={200: "Types and where their schemas are"}),
    ),
    Route(
        method="GET", path="/schemas/events/{type_}", view=shown, summary="Schema of an event type", cached=True,
        answers=_ONE,
    ),
    Route(
        method="GET", path="/schemas/events/{type_}/v1", view=shown, cached=True, answers=_ONE,
        summary="The same, by the name that dataschema gives",
    ),
)  # fmt: skip
