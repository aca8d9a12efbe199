"""The installations of these tests, each on an embedded database of its own."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.houses import alvdal, build, hospital

__all__ = ["alvdal", "build", "hospital"]


@pytest.fixture
def arrived(hospital: House, alvdal: House) -> str:
    """Return the Melde-id of a need that the municipality has received from the hospital this minute."""
    told = hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    return str(told.case["meldeId"])


@pytest.fixture
def received(arrived: str, alvdal: House) -> str:
    """Return the same half an hour later."""
    alvdal.clock.advance(minutes=30)
    return arrived


@pytest.fixture
def sent(hospital: House) -> bytes:
    """Return the need as it left the hospital."""
    hospital.need(id_="first")
    (document,) = hospital.send()
    hospital.clock.advance(minutes=5)
    return document
