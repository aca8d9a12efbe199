"""One request and what is judged of its answer. What fails is kept in `seeds/`, and sent first in later runs."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fuzz.values import MARK

SEEDS: Final = Path(__file__).parent / "seeds"
_SERVER: Final = 500
_ERROR: Final = 400
_JSON: Final = ("application/fhir+json", "application/json", "text/json")
_XML: Final = ("application/fhir+xml", "application/xml", "text/xml")
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request. `path` holds the query, both encoded."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def place(self) -> str:
        """Where it goes, roughly: faults of one place are likely one fault."""
        return f"{self.method} {'/'.join(urlsplit(self.path).path.split('/')[:3])}"

    def kept(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "body": base64.b64encode(self.body).decode()}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Sent:
        """Return the request of its JSON."""
        return cls(**{**kept, "body": base64.b64decode(kept["body"])})


def send(client: FlaskClient, sent: Sent) -> TestResponse:
    """Send a request."""
    return client.open(sent.path, method=sent.method, headers=sent.headers, data=sent.body)


def faults(sent: Sent, answer: TestResponse, logged: io.BytesIO) -> list[str]:
    """Return what is wrong with an answer and with what was logged of it."""
    said = logged.getvalue()
    logged.seek(0)
    logged.truncate()
    found = []
    if answer.status_code >= _SERVER:
        found.append(f"{answer.status_code}")
    if MARK.encode() in said:
        found.append("a value in the log")
    if answer.status_code >= _ERROR:
        found += _of_error(sent, answer)
    return found


def _of_error(sent: Sent, answer: TestResponse) -> list[str]:
    found = []
    if MARK.encode() in answer.data:
        found.append("a value in the body of an error")
    if any(MARK in value for _, value in answer.headers):
        found.append("a value in a header of an error")
    if sent.method == "HEAD":
        return found
    fhir = f"{urlsplit(sent.path).path}/".startswith("/fhir/")
    if answer.mimetype not in ((*_JSON, *_XML) if fhir else (_PROBLEM, _JSON[0])):
        found.append(f"{answer.status_code} as {answer.mimetype}")
    elif fhir and not _is_outcome(answer):
        found.append(f"{answer.status_code} without an OperationOutcome")
    return found


def _is_outcome(answer: TestResponse) -> bool:
    if answer.mimetype in _XML:
        return b"<OperationOutcome" in answer.data and b"<issue>" in answer.data
    body = answer.get_json(silent=True, force=True)
    return (
        isinstance(body, dict) and body.get("resourceType") == "OperationOutcome" and bool(body.get("issue"))
    )


def keep(sent: Sent, what: list[str]) -> str:
    """Keep a request that failed; returns its name."""
    content = json.dumps({"what": what, "sent": sent.kept()}, indent=1) + "\n"
    name = sha256(content.encode()).hexdigest()[:12]
    (SEEDS / f"{name}.json").write_text(content)
    return name


def seeds() -> list[Sent]:
    """Return the requests that failed once."""
    return [Sent.of(json.loads(path.read_text())["sent"]) for path in sorted(SEEDS.glob("*.json"))]
