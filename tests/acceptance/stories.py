"""Every scenario folder told over HTTP and through the folders, as a user would, with all that was said kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from flask.testing import FlaskClient

from adapter import deadlines, delivery
from adapter.kith.text import TITLES
from adapter.replay import Databases
from adapter.replay.collect import Seen
from adapter.replay.outcome import Answered
from adapter.replay.stage import Stage, staged
from adapter.scenarios import Scenario, Step, fill, find, read
from adapter.store import events, messages
from adapter.web import create_app
from tests import reference

FIXTURES: Final = reference.ROOT / "fixtures"
FOLDERS: Final = find([FIXTURES / "scenarios"])
HOSTILE: Final = FIXTURES / "hostile"
STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
OPEN: Final = ("/events", "/messages", "/feed", "/metrics", "/health/live", "/health/ready", "/stats")
"""What shows no patient to anybody."""


class Told:
    """What one installation has said: answers, documents aside, by where they came from."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.client: FlaskClient = create_app(stage.services).test_client()
        self.answers: list[tuple[str, bytes]] = []

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask, and keep the answer with its headers."""
        answer = self.client.open(path, method=method, **more)
        whole = str(answer.headers).encode() + answer.data
        self.answers.append((f"{method} {path} {answer.status_code}", whole))
        return answer

    def post(self, event: bytes, media: str = STRUCTURED) -> Any:
        """Post an event."""
        return self.ask("POST", "/events", data=event, content_type=media)

    def message(self, document: bytes) -> Any:
        """Post a document; a receipt in the answer is a document and not kept."""
        answer = self.client.post("/messages", data=document, content_type="application/xml")
        if answer.mimetype != "application/xml":
            self.answers.append(
                (f"POST /messages {answer.status_code}", str(answer.headers).encode() + answer.data)
            )
        return answer

    def settle(self) -> None:
        """Let worker and ticker work until nothing is due."""
        services = self.stage.services
        while delivery.run_once(services) + deadlines.tick(services):
            pass

    def look(self) -> None:
        """Read all that may show no patient."""
        for path in OPEN:
            self.ask("GET", path)
        with self.stage.services.store.read() as conn:
            heads = messages.page(conn, messages.Filter(), count=500)[0]
            made = events.page(conn, count=500)[0]
        for event in made:
            self.ask("GET", f"/events/{event.event_id}")
            assert self.ask("GET", f"/events/{event.event_id}/why").status_code == 200
        for head in heads:
            self.ask("GET", f"/messages/{head.id}")
            assert self.ask("GET", f"/messages/{head.id}/why").status_code == 200
        for case in {head.case_key for head in heads if head.case_key}:
            for form in ("application/json", "text/plain", "text/html"):
                assert self.ask("GET", f"/cases/{case}/why", headers={"Accept": form}).status_code == 200

    def kept(self) -> Iterator[tuple[str, bytes]]:
        """Yield what is kept besides documents and resources: codes, states, answers, what stands beside files."""
        with self.stage.services.store.read() as conn:
            for head in messages.page(conn, messages.Filter(), count=500)[0]:
                yield "message row", repr((head.last_error, head.apprec, head.subject, head.why)).encode()
            for event in events.page(conn, count=500)[0]:
                yield "event answer", event.answer
        transport = self.stage.transport
        yield "failed/", repr((transport.errors, list(transport.failed))).encode()
        yield "epj about", repr(transport.about).encode()


@contextmanager
def told(scenario: Scenario, databases: Databases) -> Iterator[Told]:
    """Yield an installation as the scenario sets it up."""
    with databases.empty() as url, staged(scenario, url) as stage:
        yield Told(stage)


def tell(told_: Told, scenario: Scenario) -> Iterator[bytes]:
    """Take every step of a scenario; yield the content of each once it has been taken."""
    seen = Seen(told_.stage)
    for step in scenario.steps:
        content = b"" if step.kind == "clock" else fill(step.content, seen.made, file=step.path)
        answered = _take(told_, step, content)
        told_.settle()
        seen.note(step, answered)
        yield content


def _take(told_: Told, step: Step, content: bytes) -> Answered | None:
    if step.kind == "clock":
        told_.stage.clock.now = step.clock(told_.stage.clock.now)
        return None
    if step.kind == "event":
        answer = told_.post(content)
        return Answered(status=answer.status_code, body=answer.get_json(silent=True) or {})
    if step.channel == "http":
        return Answered(status=told_.message(content).status_code)
    told_.stage.transport.put(f"{step.number}.xml", content, channel=step.channel)
    return Answered(status=200)


# ── what must not be said ──

_ELEVEN: Final = re.compile(r"(?<![0-9A-Fa-f-])\d{11}(?![0-9A-Fa-f-])")
"""Not the end of a UUID."""
_FREE: Final = frozenset({"text", "note", "question", "contributions", "cooperation", "caseRef"})
_XML_NAMES: Final = re.compile(r"<(?:\w+:)?Patient>.*?<(?:\w+:)?FamilyName>([^<]+)<", re.DOTALL)
_XML_TEXT: Final = re.compile(r"<(?:\w+:)?(?:TekstNotatInnhold|Sporsmal)>([^<]{12,})<")
_LONG: Final = 12
_FIXED: Final = frozenset(TITLES.values())
"""Written by the program itself, about nobody."""


def needles(content: bytes) -> set[bytes]:
    """Return what of a step nobody may see: numbers of people, the patient's name, free text."""
    text = content.decode("utf-8", "replace")
    found = set(_ELEVEN.findall(text)) | set(_XML_NAMES.findall(text))
    for written in _XML_TEXT.findall(text):
        found |= {
            line for line in re.split(r"\r?\n|&#13;", written) if len(line) >= _LONG and ":" not in line
        }
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        said = None
    found |= set(_secrets(said))
    return {word.encode() for word in found - _FIXED if word.strip()}


def _secrets(value: Any, key: str = "", *, patient: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _secrets(inner, name, patient=patient or name == "patient")
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner, key, patient=patient)
    elif isinstance(value, str) and (
        (patient and key in {"family", "value"} and len(value) > 3) or (key in _FREE and len(value) >= _LONG)
    ):
        yield value


def scenario(folder: Path) -> Scenario:
    """Return one scenario."""
    return read(folder)
