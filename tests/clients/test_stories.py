"""Five ordinary FHIR clients each run a whole story against a live server, as a municipality's plan platform.

What each of them asks of a server differs: media types, links, headers. What it is told must not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients import fhirclient_story, fhirpy_story
from tests.clients.live import ALVDAL, OWNER, Live, Told
from tests.clients.story import Job, on_node
from tests.web import writes

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

Tell = Callable[[str, Job, Path], dict[str, Any]]

PYTHON: Final = {"fhirpy": fhirpy_story, "fhirclient-python": fhirclient_story}
NODE: Final = {
    "fhirclient-js": "fhirclient.mjs",
    "fhir-kit-client": "fhir-kit-client.mjs",
    "medplum": "medplum.mjs",
}
CLIENTS: Final = [
    *(pytest.param(name) for name in PYTHON),
    *(pytest.param(name, marks=pytest.mark.node) for name in NODE),
]

MORE: Final[Mapping[str, Callable[[Told], Any]]] = {
    "posted": lambda plan: [plan.plan],
    "again": lambda plan: plan.plan,
    "subject": lambda plan: plan.patient,
    "smart": lambda _: 404,
}
"""What only some clients ask for: name → the answer. `posted`: a search by form; `again`: a read of what it has;
`subject`: who a reference leads to; `smart`: the status where a document of SMART could be."""


def told(name: str, part: str, job: Job, folder: Path) -> dict[str, Any]:
    """Return what a client told of its part of the story."""
    if name in PYTHON:
        found: dict[str, Any] = getattr(PYTHON[name], part)(job)
        return found
    return on_node(NODE[name], part, job, folder)


@pytest.mark.parametrize("token", [ALVDAL, OWNER], ids=["municipality", "owner"])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_finds_pages_and_reads(name: str, token: str, live: Live, tmp_path: Path):
    first = live.plans[0]
    job = Job(base=live.base, token=token, patient=first.patient, plan=first.plan)
    said = told(name, "read", job, tmp_path)
    assert said["statement"]["fhirVersion"] == "4.0.1"
    assert "CarePlan" in {row["type"] for row in said["statement"]["rest"][0]["resource"]}
    assert said["found"] == [first.plan]
    _assert_each_once(said["paged"], {plan.plan for plan in live.plans})
    assert (said["read"]["id"], said["read"]["meta"]["versionId"]) == (first.plan, "2")
    assert (said["version"]["id"], said["version"]["meta"]["versionId"]) == (first.plan, "1")
    assert said["history"] == ["2", "1"]
    assert said["missing"] == "OperationOutcome"
    for more in MORE:
        assert said.get(more, MORE[more](first)) == MORE[more](first), more


def _assert_each_once(paged: list[str], wanted: set[str]) -> None:
    assert len(paged) == len(set(paged))
    assert wanted <= set(paged)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_creates_updates_meets_a_conflict_and_deletes(name: str, live: Live, tmp_path: Path):
    body = writes.plan(live.needed().patient)
    body["identifier"][0]["value"] = f"of-{name}"
    said = told(name, "write", Job(base=live.base, token=ALVDAL, body=body), tmp_path)
    created, updated = said["created"], said["updated"]
    assert (created["meta"]["versionId"], created["identifier"]) == ("1", body["identifier"])
    assert (updated["id"], updated["meta"]["versionId"], updated["title"]) == (created["id"], "2", "Endret")
    if "patched" in said:
        assert (said["patched"]["meta"]["versionId"], said["patched"]["title"]) == ("3", "Endret igjen")
    assert said.get("once", [created["id"], False]) == [created["id"], False]
    assert said["conflict"] == "IPK-F044"
    assert said["gone"] == "IPK-F030"


def test_fhirpy_counts_by_a_page_of_none(live: Live):
    first = live.plans[0]
    assert fhirpy_story.count(Job(base=live.base, token=OWNER, patient=first.patient)) == 1
