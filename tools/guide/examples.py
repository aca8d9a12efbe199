"""The guide's examples: one case, made from the golden files of a scenario, each claiming its profile.

What the profiled resources refer to comes along, so that every reference leads somewhere. The bytes of the golden files stay
as they are; a copy carries `meta.profile`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapter.fhir import audit, organisations, profiles
from tools.guide.place import EXAMPLES, SCENARIOS

Json = dict[str, Any]

SCENARIO: Final = "e42-meeting-called"
"""A plan with all nine items, its team, and a meeting that is called."""
_READ: Final = {
    "id": "example-read", "recorded": datetime(2026, 3, 4, 9, 15, tzinfo=UTC), "interaction": "read", "outcome": "0",
    "client": "urn:her:5079", "organisation": "Alvdal Kommune", "request_id": "5c1b4f0e-6c0e-4a53-9f39-0f4d6f7f9b12",
}  # fmt: skip
"""A platform has read the plan; golden files hold no audit."""


def examples() -> dict[str, str]:
    """Return name of file → text of every example."""
    held = {_name(one): one for one in _golden()}
    plan = next(name for name, one in held.items() if one["resourceType"] == "CarePlan")
    patient = held[plan]["subject"]["reference"].partition("/")[2]
    read = audit.audit_event({**_READ, "patient_id": patient, "entities": (plan,)})
    found = [*held.values(), read, organisations.device()]
    return {f"{one['resourceType']}-{one['id']}.json": _text(claiming(one)) for one in found}


def claiming(resource: Mapping[str, Any]) -> Json:
    """Return a copy that claims its profile first, then those it claims already."""
    url = profiles.of(resource)
    if url is None:
        return dict(resource)
    meta = resource.get("meta", {})
    claimed = {**meta, "profile": [url, *meta.get("profile", ())]}
    return {"resourceType": resource["resourceType"], "id": resource["id"], **resource, "meta": claimed}


def write() -> None:
    """Write the examples, and remove those that are no more."""
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    found = examples()
    for old in EXAMPLES.glob("*.json"):
        if old.name not in found:
            old.unlink()
    for name, text in found.items():
        (EXAMPLES / name).write_text(text, encoding="utf-8")


def _golden() -> Iterator[Json]:
    for path in sorted((SCENARIOS / SCENARIO / "expected" / "resources").glob("*/*.json")):
        yield json.loads(path.read_bytes())


def _name(resource: Mapping[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _text(resource: Mapping[str, Any]) -> str:
    return json.dumps(resource, ensure_ascii=False, indent=2) + "\n"
