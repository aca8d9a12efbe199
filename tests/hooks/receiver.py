"""A subscriber's own server: keeps what comes, answers as told. What it got is checked as a subscriber would check it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from adapter.fhir import urls
from adapter.fhir.topics import TOPICS
from adapter.hooks.notifier import Notifier
from adapter.services import Services
from tests import reference
from tests.clock import START

PLAN, TEAM, NEED = TOPICS
GUIDE: Final[Path] = reference.ROOT / "docs" / "guide-ip-platforms.md"


@dataclass
class Got:
    """One notification as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def bundle(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def status(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.bundle["entry"][0]["resource"]["parameter"]
        return found

    def one(self, name: str) -> Any:
        """Return the value of the status parameter of this name, None where there is none."""
        found = next((p for p in self.status if p["name"] == name), {})
        return next((value for key, value in found.items() if key != "name"), None)

    @property
    def kind(self) -> str:
        found: str = self.one("type")
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the parts of each event by name."""
        return [
            {part["name"]: next(v for k, v in part.items() if k != "name") for part in p["part"]}
            for p in self.status
            if p["name"] == "notification-event"
        ]

    @property
    def numbers(self) -> list[int]:
        return [int(event["event-number"]) for event in self.events]

    @property
    def focuses(self) -> list[str]:
        return ["/".join(e["focus"]["reference"].split("/")[-2:]) for e in self.events if "focus" in e]

    def verified(self, secret: str) -> bool:
        """Tell whether it is signed by this key, by the very code that the guide gives to a subscriber."""
        (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
        room: dict[str, Any] = {}
        exec(code, room)  # noqa: S102 (the guide's own code is the subject)
        found: bool = room["is_ours"](self.headers, self.body, secret, START.timestamp())
        return found


@dataclass
class Receiver:
    """What came, and how the next ones are answered: each status once, then 200."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def of(self, kind: str) -> list[Got]:
        return [each for each in self.got if each.kind == kind]

    @property
    def events(self) -> list[Got]:
        return self.of("event-notification")

    @property
    def numbers(self) -> list[int]:
        return [number for each in self.events for number in each.numbers]

    @property
    def focuses(self) -> list[str]:
        return [focus for each in self.events for focus in each.focuses]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Yield a receiver on a free port of this machine."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.before()
            made.got.append(Got({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.send_header("Location", f"{made.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        made.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def asked(url: str, topic: str = NEED, content: str = "id-only", **changed: Any) -> dict[str, Any]:
    """Return a Subscription as a subscriber writes it. `filters`, `extension`, `header`, and elements by name."""
    filters = changed.pop("filters", ())
    channel: dict[str, Any] = {
        "type": "rest-hook",
        "endpoint": url,
        "payload": "application/fhir+json",
        "_payload": {
            "extension": [{"url": f"{urls.BACKPORT}/backport-payload-content", "valueCode": content}]
        },
    }
    for name in ("extension", "header"):
        if name in changed:
            channel[name] = changed.pop(name)
    found: dict[str, Any] = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Ny plan skal vises med en gang",
        "criteria": topic,
        "channel": channel,
    }
    if filters:
        url_ = f"{urls.BACKPORT}/backport-filter-criteria"
        found["_criteria"] = {"extension": [{"url": url_, "valueString": one} for one in filters]}
    return {**found, **changed}


def set_(name: str, value: int) -> dict[str, Any]:
    """Return one of the figures a channel may have."""
    kind = "valuePositiveInt" if name == "max-count" else "valueUnsignedInt"
    return {"url": f"{urls.BACKPORT}/backport-{name}", kind: value}


def worked(services: Services) -> int:
    """Let a worker tell all there is to tell now; how many notifications it tried."""
    notifier = Notifier(services, owner="worker")
    try:
        return sum(iter(notifier.run_once, 0))
    finally:
        notifier.close()
