"""A received message is never refused: what the rules of assignments refuse becomes a work item. message-rules.md; domain § 2.5."""

from __future__ import annotations

import copy

import pytest

from adapter import kith
from adapter.events import schemas
from adapter.mappings import views
from tests.house import House

AUGUST = copy.deepcopy(schemas.example("ip.coordinator.absent")["data"]["deputy"])


@pytest.fixture
def told(hospital: House, alvdal: House) -> kith.Read:
    """Return the municipality's message that it has appointed a coordinator."""
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.post("ip.coordinator.appointed", continues={"meldeId": melde_id}, **{"from": "2026-03-04"})
    (read,) = alvdal.sent()
    return read


def test_a_second_coordinator_of_one_organisation_is_received_and_a_person_reads_it(
    hospital: House, told: kith.Read
):
    hospital.post("ip.coordinator.appointed", continues=None, person=AUGUST, **{"from": "2026-03-04"})
    result = hospital.receive(kith.build(told.message))
    assert result.outcome == "receipted"
    assert [a.role["practitioner"]["display"] for a in views.assignments(hospital.case())] == [
        "August September"
    ]
    items = hospital.items("read-answer")
    assert [i["description"] for i in items] == [
        "Meldingen må leses: den strider mot det som er kjent i saken"
    ]
    assert hospital.events()[-1] == "ip.dialogue.received"
    assert hospital.case().get(items[0]["focus"]["reference"]) or items[0]["focus"]["reference"].startswith(
        "Communication/"
    )


def test_the_first_coordinator_is_taken_as_ever(hospital: House, told: kith.Read):
    hospital.receive(kith.build(told.message))
    assert [a.role["practitioner"]["display"] for a in views.assignments(hospital.case())] == ["Gunn Omsorg"]
    assert not hospital.items("read-answer")
