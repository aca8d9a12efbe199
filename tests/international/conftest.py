"""People with needs, teams and plans: one closed, one running, one only asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import people
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import post


@dataclass(slots=True)
class World:
    """What was told: the numbers, patient ids and plan ids in order."""

    client: FlaskClient
    clock: Clock
    numbers: list[str] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def all(self, type_: str) -> list[dict[str, Any]]:
        """Return every resource of a type."""
        found = self.client.get(f"/fhir/{type_}?_count=200").get_json()
        assert "next" not in {link["relation"] for link in found["link"]}
        return [entry["resource"] for entry in found.get("entry", ())]

    def told(self, type_: str, *changes: tuple[str, object]) -> dict[str, Any]:
        """Post an example with changes."""
        self.clock.advance(minutes=1)
        named = ("id", f"world-{self.clock():%Y%m%dT%H%M}"), ("time", self.clock().isoformat())
        event = changed(type_, *named, *changes)
        answer = post(self.client, event)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.get_json()
        return found


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    """Let the municipality's platform in, whose plans they are."""
    path = tmp_path / "clients.toml"
    path.write_text(writes.client_row("alvdal-ip", "alvdal-saksbehandling", writes.ALVDAL))
    return {"clients": path}


@pytest.fixture
def world(client: FlaskClient, clock: Clock) -> World:
    """Tell of three people."""
    found = World(client, clock)
    for number, patient in zip(range(3), people.patients(), strict=False):
        case = found.told("ip.need.identified", ("data.patient", patient))["case"]
        found.numbers.append(patient["identifier"]["value"])
        found.patients.append(case["patientId"])
        clock.advance(days=30)
        if number < 2:
            told = found.told(
                "ip.plan.created", ("data.patient", patient), ("data.continues", {"meldeId": case["meldeId"]}),
                ("data.plan.identifier.value", f"world-{number}"), ("data.plan.period.start", f"2026-0{number + 4}-01"),
            )  # fmt: skip
            found.plans.append(told["case"]["planId"])
    return found
