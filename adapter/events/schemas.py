"""JSON Schemas of the events, made from the models: the one source for senders and checks. JSON Schema 2020-12.

A schema describes the whole CloudEvent; its `$id` is what `dataschema` names. Rules across fields that JSON Schema
cannot say (check digits, dates, consent) are checked all the same.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema

from adapter.errors import EventError
from adapter.events import examples
from adapter.events.catalogue import TYPES

if TYPE_CHECKING:
    from adapter.events.catalogue import EventType

_SENDER: Final = "^urn:(her:[1-9][0-9]{0,7}|orgnr:[0-9]{9})$"
_ANY_SOURCE: Final = "^urn:(adapter|her:[1-9][0-9]{0,7}|orgnr:[0-9]{9})$"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names: descriptions say more."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (pydantic's own signature)
        """Return False: no field has a title of its own."""
        return False


def place(type_: str) -> str:
    """Return the `$id` of a type's schema, which is also its path under the service."""
    return f"/schemas/events/{type_}/v1"


def schema(type_: str) -> dict[str, Any]:
    """Return the JSON Schema of a type, with examples; `readOnly` where only the adapter makes it. Raises EventError E020."""
    return copy.deepcopy(_schema(_row(type_)))


def example(type_: str) -> dict[str, Any]:
    """Return a whole valid CloudEvent of a type, about an official fictive person. Raises EventError E020."""
    return examples.event(_row(type_).type)


def index() -> list[dict[str, Any]]:
    """Return the types, those that may be posted first: type, number, title, and the place of the schema."""
    return [
        {
            "type": row.type,
            "number": row.number,
            "title": row.title_nb,
            "description": _description(row),
            "schema": f"/schemas/events/{row.type}",
            "dataschema": place(row.type),
            "posted": row.posted,
            "continues": row.continues,
        }
        for row in TYPES.values()
    ]


def _row(type_: str) -> EventType:
    row = TYPES.get(type_)
    if row is None:
        raise EventError("IPK-E020")
    return row


def _description(row: EventType) -> str:
    return " ".join((row.model.__doc__ or "").split())


@cache
def _schema(row: EventType) -> dict[str, Any]:
    data = row.model.model_json_schema(by_alias=True, schema_generator=_Plain)
    parts = data.pop("$defs", {})
    if "Continues" in parts:
        # A type takes some of the five ways to continue only.
        fields = parts["Continues"]["properties"]
        parts["Continues"]["properties"] = {name: fields[name] for name in row.by}
    return {
        "$schema": DIALECT,
        "$id": place(row.type),
        "title": f"{row.number} {row.title_nb}",
        "description": _description(row),
        "type": "object",
        "properties": _attributes(row) | {"data": data},
        "required": ["specversion", "id", "source", "type", "time", "data"],
        # Extensions of CloudEvents have lower-case alphanumeric names.
        "patternProperties": {"^[a-z0-9]+$": True},
        "additionalProperties": False,
        "examples": [example(row.type)],
        "$defs": parts,
    } | ({} if row.posted else {"readOnly": True})


def _attributes(row: EventType) -> dict[str, Any]:
    return {
        "specversion": {"const": "1.0", "description": "Version of CloudEvents"},
        "id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9._:-]{1,64}$",
            "description": "The sender's id of the event, without eleven digits in a row outside a UUID",
        },
        "source": {
            "type": "string",
            "pattern": _SENDER if row.posted else _ANY_SOURCE,
            "description": "urn:her:<HER-id of the sending service>, or urn:orgnr:<nine digits>"
            + ("" if row.posted else "; urn:adapter where the adapter's clock made it"),
        },
        "type": {"const": row.type, "description": "Type of event"},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 with offset, at most five minutes ahead",
        },
        "datacontenttype": {"type": "string", "description": "application/json"},
        "dataschema": {
            "type": "string",
            "pattern": f"{place(row.type).replace('.', '[.]')}$",
            "description": "This schema",
        },
        "subject": False,
    }
