"""What most tests of FHIR writes begin from: two municipalities' platforms with tokens, a patient, Alvdal's plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.clock import Clock
from tests.web import writes
from tests.web.hands import told
from tests.web.writes import ALVDAL, STORVIK, send


@pytest.fixture
def platforms(tmp_path: Path) -> Path:
    """Return the file that gives Alvdal's and Storvik's platforms their tokens."""
    path = tmp_path / "clients.toml"
    path.write_text(
        writes.client_row("alvdal-ip", "alvdal-saksbehandling", ALVDAL)
        + writes.client_row("storvik-ip", "storvik-nord", STORVIK)
    )
    return path


@pytest.fixture
def patient(client: FlaskClient, clock: Clock) -> str:
    """Return the id of the patient for whom a need was told."""
    found: str = told(client)["case"]["patientId"]
    clock.advance(days=40)
    return found


@pytest.fixture
def plan(client: FlaskClient, patient: str, clock: Clock) -> dict[str, Any]:
    """Return the plan that Alvdal wrote over FHIR."""
    answer = send(client, "POST", "CarePlan", writes.plan(patient))
    assert answer.status_code == 201, answer.text
    clock.advance(minutes=1)
    found: dict[str, Any] = answer.json
    return found
