"""A live server with plans in it, two tokens to it, and people of whom a plan may still be written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import orjson

from adapter.events import schemas
from tests import people
from tests.acceptance.running import Program

OWNER: Final = "the-token-of-the-house"
ALVDAL: Final = "the-token-of-alvdal"
"""Of a system of the municipality, which sees what consent opens for it."""
PLANS: Final = 5
PLAN_SYSTEM: Final = "https://plan.example/individuell-plan"
_EVENT: Final = {"Content-Type": "application/cloudevents+json"}


class Server(Program):
    """The server alone: nobody answers, so nothing changes while a client looks."""

    command = "serve"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of events: the id of the patient, of the plan (empty: none yet), and the Melde-id of the need."""

    patient: str
    melde_id: str
    plan: str = ""


class Live:
    """A server that runs, with `plans` of as many patients in the order they were made; the first has two versions."""

    def __init__(self, folder: Path, prepared: Path) -> None:
        database = folder / "live.db"
        database.write_bytes(prepared.read_bytes())
        clients = folder / "clients.toml"
        digest = hashlib.sha256(ALVDAL.encode()).hexdigest()
        clients.write_text(
            f'[[client]]\nname = "alvdal-ip"\nparty = "alvdal-saksbehandling"\ntoken_sha256 = "{digest}"\n'
        )
        self.server = Server(
            folder, database=f"sqlite:///{database}", clients=clients, token=OWNER, log_level="info"
        )
        self._patients = people.patients()
        self._numbers = count(1)
        self.plans: tuple[Told, ...] = ()

    @property
    def base(self) -> str:
        """The address of the API, without a slash at its end."""
        return f"http://127.0.0.1:{self.server.port}/fhir"

    def start(self) -> None:
        """Start it and tell it of people with plans."""
        self.server.start()
        self.server.ready()
        self.plans = tuple(self._planned(number) for number in range(1, PLANS + 1))

    def needed(self, patient: Mapping[str, Any] | None = None) -> Told:
        """Tell of the need of one more patient of Alvdal, who has no plan yet."""
        event = self._event("ip.need.identified", patient=patient or next(self._patients))
        case = self._post(event)["case"]
        return Told(case["patientId"], case["meldeId"])

    def _planned(self, number: int) -> Told:
        """Tell of a need and of the plan made; of the first one also that it was changed."""
        patient = next(self._patients)
        need = self.needed(patient)
        identifier = {"system": PLAN_SYSTEM, "value": f"live-plan-{number}"}
        made = self._event("ip.plan.created", patient=patient, continues={"meldeId": need.melde_id})
        made["data"]["plan"]["identifier"] = identifier
        plan = self._post(made)["case"]["planId"]
        if number == 1:
            changed = self._event(
                "ip.plan.updated", patient=patient, continues={"planIdentifier": identifier}
            )
            changed["data"]["plan"] |= {"identifier": identifier, "title": "Individuell plan, endret"}
            self._post(changed)
        return Told(need.patient, need.melde_id, plan)

    def _event(self, type_: str, **data: Any) -> dict[str, Any]:
        whole: dict[str, Any] = schemas.example(type_)
        whole["id"] = f"live-{next(self._numbers)}"
        whole["data"] |= data
        return whole

    def _post(self, event: Mapping[str, Any]) -> dict[str, Any]:
        status, body = self.server.ask(
            "POST", "/events", orjson.dumps(event), headers=_EVENT | {"Authorization": f"Bearer {OWNER}"}
        )
        assert status == 202, body
        found: dict[str, Any] = orjson.loads(body)
        return found
