"""The story told by fhirpy (Python)."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from fhirpy import SyncFHIRClient
from fhirpy.base import exceptions

from tests.clients.story import Job


def read(job: Job) -> dict[str, Any]:
    """Look around as a plan platform does."""
    client = _client(job)
    statement = client.execute("metadata", method="get")
    search = client.resources("CarePlan")
    paged = search.search(status="active").sort("_id").limit(job.page)
    found = search.search(patient=f"Patient/{job.patient}", status="active").fetch()
    read_ = client.reference("CarePlan", job.plan).to_resource()
    history = client.execute(f"CarePlan/{job.plan}/_history", method="get")
    return {
        "statement": statement,
        "found": [one["id"] for one in found],
        "paged": [one["id"] for one in paged],
        "read": read_.serialize(),
        "again": read_.refresh()["id"],
        "history": [entry["resource"]["meta"]["versionId"] for entry in history["entry"]],
        "version": client.execute(f"CarePlan/{job.plan}/_history/1", method="get"),
        "missing": _missing(client),
    }


def count(job: Job) -> int:
    """Return how many plans of the patient there are, as it asks for that."""
    found: int = _client(job).resources("CarePlan").search(patient=job.patient).count()
    return found


def write(job: Job) -> dict[str, Any]:
    """Make a plan, change it, change it from an old copy, and delete it."""
    client = _client(job)
    plan = client.resource("CarePlan", **(job.body or {})).create()
    created = plan.serialize()
    again, made = client.resources("CarePlan").search(identifier=job.identifier).get_or_create(plan)
    stale = client.resource("CarePlan", **copy.deepcopy(created))
    updated = client.resource("CarePlan", **{**created, "title": "Endret"}).update().serialize()
    patched = client.reference("CarePlan", created["id"]).patch(title="Endret igjen").serialize()
    stale["title"] = "Fra en gammel kopi"
    conflict = _refusal(stale.update)
    client.reference("CarePlan", created["id"]).delete()
    return {
        "created": created,
        "once": [again["id"], made],
        "updated": updated,
        "patched": patched,
        "conflict": conflict,
        "gone": _refusal(client.reference("CarePlan", created["id"]).to_resource),
    }


def _refusal(work: Callable[[], object]) -> str:
    try:
        work()
    except (exceptions.OperationOutcome, exceptions.BaseFHIRError) as error:
        return _code(str(error))
    return "done"


def _client(job: Job) -> SyncFHIRClient:
    return SyncFHIRClient(job.base, authorization=f"Bearer {job.token}")


def _missing(client: SyncFHIRClient) -> str:
    try:
        client.reference("CarePlan", "nobody").to_resource()
    except exceptions.ResourceNotFound as error:
        return "OperationOutcome" if "OperationOutcome" in str(error) else str(error)
    return "found"


def _code(text: str) -> str:
    found = re.search(r"IPK-[A-Z]\d{3}", text)
    return found[0] if found else text
