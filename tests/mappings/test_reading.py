"""Work items of messages to be read: a person's event about what the sender wrote completes them, and no other does."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.events import schemas
from tests import otherside
from tests.house import GIVEN, House

ALVDAL, NURSES = "urn:her:5079", "urn:her:90998"
PLAN = schemas.example("ip.plan.created")["data"]["plan"]
SHARED = PLAN | {"consent": PLAN["consent"] | {"date": "2026-03-04"}}


@pytest.fixture
def asked(hospital: House) -> bytes:
    """Return the hospital's need as it left; the municipality has written words that a person must read."""
    hospital.need()
    (sent,) = hospital.send()
    hospital.clock.advance(minutes=30)
    hospital.receive(otherside.reply(sent, "Vi har funnet noen. Mer følger."))
    assert len(hospital.items("read-answer")) == 1
    return sent


TOLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ip.need.accepted", {"continues": {"meldeId": ""}}),
    ("ip.need.declined", {"continues": {"meldeId": ""}}),
    ("ip.coordinator.appointed", {"continues": None, "from": "2026-03-04"}),
    ("ip.plan.created", {"continues": None, "plan": SHARED}),
    ("ip.meeting.called", {"continues": None}),
)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("type_", "more"), TOLD, ids=lambda x: str(x)[:30])
def test_an_event_that_tells_what_the_sender_wrote_completes_the_item(
    hospital: House, type_: str, more: dict[str, Any]
):
    melde_id = hospital.messages(direction="out")[0].melde_id
    said = {**more, **({"continues": {"meldeId": melde_id}} if more.get("continues") else {})}
    hospital.post(type_, source=ALVDAL, **said)
    assert hospital.items("read-answer") == []


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("type_", "more"),
    [
        ("ip.hospital-coordinator.appointed", {"continues": None, "from": "2026-03-04"}),
        ("ip.contact-physician.appointed", {"continues": None, "from": "2026-03-04"}),
        ("ip.patient-input.recorded", {"continues": None}),
    ],
)
def test_an_event_about_our_own_people_leaves_what_another_wrote_to_be_read(
    hospital: House, type_: str, more: dict[str, Any]
):
    hospital.post(type_, source=NURSES, **more)
    assert len(hospital.items("read-answer")) == 1


def test_the_patients_consent_answers_whoever_asked_for_it(hospital: House):
    hospital.need(consent=GIVEN)
    (sent,) = hospital.send()
    hospital.clock.advance(minutes=30)
    melde_id = hospital.messages(direction="out")[0].melde_id
    asked = otherside.question(sent, f"Vi trenger samtykke.\r\nMelde-id: {melde_id}")
    hospital.receive(asked)
    (item,) = hospital.items("read-answer")
    hospital.post("ip.consent.given", source=NURSES, consent=GIVEN)
    assert hospital.items("read-answer") == [item], "nobody asked for consent in the code that says so"
