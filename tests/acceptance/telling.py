"""One installation beside a simulated municipality, spoken to over HTTP alone, on a clock that is moved over HTTP too."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from flask.testing import FlaskClient

from adapter import deadlines, delivery, settings, wiring
from adapter.events import schemas
from adapter.movable import Movable
from adapter.simulator.municipality import Municipality
from adapter.simulator.script import Script
from adapter.transports.directory import Directory
from adapter.web import create_app
from tests import books
from tests.clock import Clock
from tests.house import LINE

EVENT: Final = "application/cloudevents+json"
ROUNDS: Final = 60
START: Final = datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)


class Place:
    """A hospital (or other home) with its folders; the other side answers in a manner and with receipts that may change."""

    def __init__(
        self,
        root: Path,
        template: Path,
        *,
        manner: Any = "structured",
        receipt: Any = "ok",
        error: str = "E21",
        of: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        file = root / "place.db"
        file.write_bytes(template.read_bytes())
        self.root = root / "exchange"
        self.base = Clock(START)
        found = settings.load(database_url=f"sqlite:///{file}", exchange=str(self.root), **more)
        built = wiring.build(
            found,
            transport=Directory(self.root, max_bytes=found.max_message_bytes),
            clock=self.base,
            random=lambda: 0.0,
            book=books.book(**(of or {})),
            durable=False,
        )
        self.services = replace(built, clock=Movable(built.store, self.base))
        self.client: FlaskClient = create_app(self.services).test_client()
        self._numbers = itertools.count(1)
        self.other = self.played(manner=manner, receipt=receipt, error=error)

    def played(self, **script: Any) -> Municipality:
        """Return the other side with this script."""
        return Municipality(
            self.root, script=Script(**script), books=self.services.books, clock=self.services.clock
        )

    def behaves(self, **script: Any) -> None:
        """Let the other side behave otherwise from now on; what it has got so far it has taken away, and answers no more."""
        for lying in (self.root / "out").glob("*.xml"):
            lying.unlink()
        self.other = self.played(**script)

    def close(self) -> None:
        wiring.close(self.services)

    # ── time ──

    def advance(self, by: str) -> None:
        """Move the clock as a tester does, and let everything that is due happen."""
        answer = self.client.post("/sandbox/clock", json={"advance": by})
        assert answer.status_code == 200, answer.data
        self.settle()

    def settle(self, *, seconds: int = 2) -> None:
        """Let worker, ticker and the other side work until nothing moves."""
        for _ in range(ROUNDS):
            self.base.advance(seconds=seconds)
            moved = delivery.run_once(self.services) + deadlines.tick(self.services) + self.other.step()
            if not moved:
                return
        raise AssertionError("never at rest")

    # ── saying ──

    def event(self, type_: str, **data: Any) -> dict[str, Any]:
        """Return the example of a type, now, with keys of data set or, None, left out; `source`, `id` and `time` of its own."""
        whole: dict[str, Any] = copy.deepcopy(schemas.example(type_))
        whole["id"] = data.pop("id", None) or f"told-{next(self._numbers)}"
        whole["source"] = data.pop("source", None) or whole["source"]
        whole["time"] = data.pop("time", None) or self.services.clock().isoformat()
        for key, value in data.items():
            if value is None:
                whole["data"].pop(key, None)
            else:
                whole["data"][key] = value
        return whole

    def send(self, event: Mapping[str, Any]) -> Any:
        """Post an event as it is; the answer."""
        return self.client.post("/events", data=orjson.dumps(event), content_type=EVENT)

    def told(self, type_: str, **data: Any) -> dict[str, Any]:
        """Post the example of a type with changes, and let everything settle; what was answered."""
        answer = self.send(self.event(type_, **data))
        assert answer.status_code == 202, answer.data
        self.settle()
        body: dict[str, Any] = answer.get_json()
        return body

    def refused(self, type_: str, **data: Any) -> tuple[int, list[str]]:
        """Post what is refused: its status and codes."""
        answer = self.send(self.event(type_, **data))
        said = answer.get_json()
        return answer.status_code, [e["code"] for e in said.get("errors", ())]

    # ── looking ──

    def get(self, path: str, **headers: str) -> Any:
        """Return an answer's JSON."""
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.status_code, answer.data)
        return answer.get_json()

    def case(self, case_id: str) -> dict[str, Any]:
        """Return the state of a case."""
        found: dict[str, Any] = self.get(f"/cases/{case_id}")
        return found

    def fhir(self, query: str) -> list[dict[str, Any]]:
        """Return the resources of a search."""
        return [e["resource"] for e in self.get(f"/fhir/{query}").get("entry", ())]

    def states(self, case_id: str) -> dict[str, tuple[str, str]]:
        """Return Task.status and businessStatus of the needs, by kind."""
        requests = {
            f"ServiceRequest/{r['id']}": r["code"]["coding"][0]["code"]
            for r in self.fhir(f"ServiceRequest?patient=Patient/{case_id}&_count=100")
            if "coding" in r.get("code", {})  # an activity of a plan is told in words
        }
        return {
            requests[task["focus"]["reference"]]: (
                task["status"],
                task["businessStatus"]["coding"][0]["code"],
            )
            for task in self.fhir(f"Task?patient=Patient/{case_id}&_count=100")
            if task.get("focus", {}).get("reference") in requests
        }

    def messages(self, **which: str) -> list[dict[str, Any]]:
        """Return the messages, the oldest first."""
        query = "&".join(f"{k}={v}" for k, v in which.items())
        found: list[dict[str, Any]] = self.get(f"/messages?{query}&count=100")["items"]
        return sorted(found, key=lambda m: (m["genDate"] or "", m["direction"] == "in"))

    def document(self, id_: str) -> str:
        """Return a document's text."""
        return str(self.client.get(f"/messages/{id_}/document").data.decode())

    def why(self, path: str) -> str:
        """Return the explanation of a message, case or event, as text."""
        answer = self.client.get(f"{path}/why", headers={"Accept": "text/plain"})
        assert answer.status_code == 200, (path, answer.status_code)
        assert answer.mimetype == "text/plain"
        return str(answer.get_data(as_text=True))

    def events(self) -> list[str]:
        """Return the types of all events, in order."""
        return [e["type"] for e in self.get("/events?count=500")["items"]]

    def items(self, case_id: str, kind: str) -> list[dict[str, Any]]:
        """Return the open work items of a kind."""
        return [
            task
            for task in self.fhir(f"Task?patient=Patient/{case_id}&_count=100")
            if task["status"] not in {"completed", "cancelled", "rejected", "failed", "entered-in-error"}
            and kind in {c["code"] for c in task.get("code", {}).get("coding", ())}
        ]

    def clocks(self, case_id: str) -> dict[str, str]:
        """Return the open clocks of a case: kind → due."""
        return {d["kind"]: d["due"] for d in self.case(case_id)["deadlines"]}


def person(**more: Any) -> dict[str, Any]:
    """Return the patient of the examples, changed."""
    return {**LINE, **more}
