"""The catalogue: every type has a model that says its number, and a good example where it may be posted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapter import events
from adapter.events.catalogue import ANY
from adapter.events.parts import Continuing, MayContinue, Part
from adapter.mappings.decide import ROWS
from tests.events.samples import NOW, PEOPLE, faults_of, found

INTERNAL = {
    "ip.receipt.positive", "ip.receipt.negative", "ip.receipt.missing", "ip.receipt.late", "ip.message.faulted",
    "ip.dialogue.received", "ip.deadline.breached", "ip.need.duplicate-detected",
    "ip.consent.expired",
}  # fmt: skip


@pytest.mark.parametrize("type_", events.POSTED)
def test_the_example_of_each_posted_type_is_accepted(type_: str):
    event = events.check(events.schemas.example(type_), now=NOW, people=PEOPLE)
    assert event.type == type_
    assert isinstance(event.data, events.TYPES[type_].model)
    assert event.origin == "posted"


def _people(part: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield (HPR number, name, profession) of everybody named in a part of an event."""
    if isinstance(part, dict):
        if "hpr" in part:
            yield part["hpr"], part.get("name"), part.get("profession")
        for each in part.values():
            yield from _people(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _people(each)


def test_a_number_of_hpr_is_one_person_of_one_profession_in_all_examples():
    said: dict[str, Any] = {}
    for type_ in events.POSTED:
        for hpr, *who in _people(events.schemas.example(type_)):
            assert said.setdefault(hpr, who) == who, type_


@pytest.mark.parametrize("row", events.TYPES.values(), ids=lambda row: row.type)
def test_each_model_says_its_number_or_family(row: events.EventType):
    text = row.model.__doc__ or ""
    assert row.number in text
    assert row.type in text


@pytest.mark.parametrize("row", events.TYPES.values(), ids=lambda row: row.type)
def test_what_is_continued_agrees_with_the_model(row: events.EventType):
    expected = {"required": Continuing, "optional": MayContinue}.get(row.continues)
    assert expected is None or issubclass(row.model, expected)
    assert ("continues" in row.model.model_fields) == (row.continues != "none")
    assert set(row.by) <= {*ANY, "taskId"}


@pytest.mark.parametrize("type_", sorted(INTERNAL))
def test_what_the_adapter_makes_itself_is_an_unknown_type_when_posted(type_: str):
    assert not events.TYPES[type_].posted
    envelope = events.schemas.example("ip.message.receipt") | {"type": type_}
    assert found(envelope) == {("IPK-E004", "$.type")}


def test_every_type_is_either_posted_or_internal():
    assert set(events.TYPES) - set(events.POSTED) == INTERNAL


def test_types_stand_by_number_first_what_is_posted_and_mappings_stand_alike():
    numbered = [(not row.posted, row.number) for row in events.TYPES.values()]
    assert numbered == sorted(numbered)
    assert list(ROWS) == list(events.TYPES)


@pytest.mark.parametrize("type_", events.POSTED)
def test_no_part_prints_its_values(type_: str):
    event = events.check(events.schemas.example(type_), now=NOW, people=PEOPLE)

    def parts(part: Part) -> Iterator[Part]:
        yield part
        for value in vars(part).values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Part):
                    yield from parts(one)

    for part in parts(event.data):
        assert repr(part) == str(part) == f"{part}" == f"{type(part).__name__}(***)"
    assert "13116900216" not in repr(event)
    assert "Danser" not in repr(event)


@pytest.mark.parametrize("type_", events.POSTED)
def test_each_field_without_which_the_event_means_nothing_is_required(type_: str):
    model = events.TYPES[type_].model
    for name, field in model.model_fields.items():
        if field.is_required():
            envelope = events.schemas.example(type_)
            wire = field.alias or name
            del envelope["data"][wire]
            assert ("IPK-E005", f"$.data.{wire}") in found(envelope)


@pytest.mark.parametrize("type_", events.POSTED)
def test_an_unknown_field_is_a_fault_and_named(type_: str):
    envelope = events.schemas.example(type_)
    envelope["data"]["surprise"] = True
    assert found(envelope) == {("IPK-E006", "$.data.surprise")}


def test_snake_case_is_not_the_wire_name():
    envelope = events.schemas.example("ip.need.identified")
    envelope["data"]["legal_basis"] = envelope["data"].pop("legalBasis")
    assert [fault.code for fault in faults_of(envelope)] == ["IPK-E006"]
