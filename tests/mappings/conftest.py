"""The installations of these tests, each on an embedded database of its own."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.houses import alvdal, build, hospital

__all__ = ["alvdal", "build", "hospital"]


@pytest.fixture
def received(hospital: House, alvdal: House) -> str:
    """Return the Melde-id of a need that the municipality has received from the hospital."""
    told = hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(minutes=30)
    return told.case["meldeId"]


@pytest.fixture
def sent(hospital: House) -> bytes:
    """Return the need as it left the hospital."""
    hospital.need(id_="first")
    (document,) = hospital.send()
    hospital.clock.advance(minutes=5)
    return document
