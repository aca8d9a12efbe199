"""JSON Schemas: 2020-12, made from the models, with examples that validate; what the checks refuse, most of them do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from adapter import events
from adapter.errors import EventError
from tests.events.samples import APPOINTED, MISSING, NEED, NOW, PEOPLE, PLAN, changed, found

INTERNAL = sorted(set(events.TYPES) - set(events.POSTED))


def validator(type_: str) -> Any:
    return jsonschema_rs.Draft202012Validator(events.schemas.schema(type_), validate_formats=True)


@pytest.mark.parametrize("type_", events.POSTED)
def test_the_example_validates_and_a_mutated_one_does_not(type_: str):
    schema = validator(type_)
    example = events.schemas.example(type_)
    assert schema.is_valid(example)
    assert not schema.is_valid(example | {"data": example["data"] | {"surprise": 1}})
    assert not schema.is_valid(example | {"type": "ip.other"})
    assert not schema.is_valid(example | {"subject": "x"})
    for name in example["data"]:
        without = {key: value for key, value in example["data"].items() if key != name}
        field = events.TYPES[type_].model.model_fields
        required = any(f.is_required() and f.alias == name for f in field.values())
        assert schema.is_valid(example | {"data": without}) is not required


@pytest.mark.parametrize(
    ("type_", "path", "value"),
    [
        (NEED, "data.author.hpr", MISSING),
        (NEED, "data.author.name", MISSING),
        (NEED, "data.needs", []),
        (NEED, "data.needs.0", "cash"),
        (NEED, "data.reason.text", "x" * 2001),
        (NEED, "data.patient.birthDate", "13.11.1969"),
        (NEED, "data.author.profession", "ZZ"),
        (NEED, "data.occurredAt", "2026-03-04T10:15:00"),
        (APPOINTED, "data.continues", {}),
        (APPOINTED, "data.continues.needId", "x"),
        (APPOINTED, "data.role", "kontaktlege"),
        (PLAN, "data.plan.status", "completed"),
        ("ip.coordinator.ended", "data.continues", {"meldeId": "IPK-0000-0000-0"}),
    ],
)
def test_what_the_checks_refuse_by_form_the_schema_refuses_too(type_: str, path: str, value: Any):
    assert not validator(type_).is_valid(changed(type_, (path, value)))


@pytest.mark.parametrize("type_", events.TYPES)
def test_a_schema_names_itself_and_carries_its_example(type_: str):
    schema = events.schemas.schema(type_)
    assert schema["$id"] == f"/schemas/events/{type_}/v1"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["examples"] == [events.schemas.example(type_)]
    assert schema["title"].startswith(events.TYPES[type_].number)
    assert schema["description"]


def fields(schema: Any) -> Iterator[tuple[str, Any]]:
    yield from schema.get("properties", {}).items()
    for part in schema.get("$defs", {}).values():
        yield from fields(part)


@pytest.mark.parametrize("type_", events.TYPES)
def test_every_field_says_what_it_is(type_: str):
    schema = events.schemas.schema(type_)
    for name, field in (*fields(schema), *fields(schema["properties"]["data"])):
        assert field is False or "$ref" in field or field.get("description"), name


def test_a_dataschema_naming_the_type_is_taken():
    place = "https://adapter.example" + events.schemas.place(NEED)
    assert validator(NEED).is_valid(changed(NEED, ("dataschema", place)))


def test_the_index_lists_every_type_and_says_what_may_be_posted():
    assert [row["type"] for row in events.schemas.index()] == list(events.TYPES)
    assert [row["type"] for row in events.schemas.index() if row["posted"]] == list(events.POSTED)
    assert all(row["schema"] == f"/schemas/events/{row['type']}" for row in events.schemas.index())


@pytest.mark.parametrize("type_", INTERNAL)
def test_what_the_adapter_makes_itself_is_described_too_and_marked(type_: str):
    example = events.schemas.example(type_)
    assert validator(type_).is_valid(example)
    assert not validator(type_).is_valid(example | {"source": "urn:other"})
    assert events.schemas.schema(type_)["readOnly"] is True
    made = events.make(
        source=example["source"], id_=example["id"], type_=type_, time=NOW, data=example["data"], origin="clock",
        now=NOW, people=PEOPLE,
    )  # fmt: skip
    assert made.type == type_
    assert found(example | {"source": "urn:her:5079"}) == {("IPK-E004", "$.type")}


@pytest.mark.parametrize("type_", ["ip.receipt", "ip.nothing", ""])
def test_there_is_no_schema_of_a_type_that_is_none(type_: str):
    for ask in (events.schemas.schema, events.schemas.example):
        with pytest.raises(EventError, match="IPK-E020"):
            ask(type_)


def test_a_caller_cannot_change_the_schema_or_the_example_of_others():
    events.schemas.schema(NEED)["properties"].clear()
    events.schemas.example(NEED)["data"]["patient"].clear()
    assert "data" in events.schemas.schema(NEED)["properties"]
    assert events.schemas.example(NEED)["data"]["patient"]["name"]["family"] == "Danser"
