"""What the tests of mappings say and ask for alike."""

from __future__ import annotations

from typing import Any

from adapter.kith.head import Address, Unit
from tests.house import House

STRANGER = Address(
    level1=Unit(name="Fjern Kommune", her_id="99999"), level2=Unit(name="Tjenestekontor", her_id="5999")
)


def appointed(house: House, melde_id: str, **more: Any) -> Any:
    return house.post(
        "ip.coordinator.appointed", **({"continues": {"meldeId": melde_id}, "from": "2026-03-05"} | more)
    )


def business(house: House) -> set[str]:
    return {s.business for s in house.needs().values()}


def made(house: House) -> list[str]:
    """Return the events made after the first, in order."""
    return house.events()[1:]
