"""The story told by fhirpy (Python)."""

from __future__ import annotations

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


def _client(job: Job) -> SyncFHIRClient:
    return SyncFHIRClient(job.base, authorization=f"Bearer {job.token}")


def _missing(client: SyncFHIRClient) -> str:
    try:
        client.reference("CarePlan", "nobody").to_resource()
    except exceptions.ResourceNotFound as error:
        return "OperationOutcome" if "OperationOutcome" in str(error) else str(error)
    return "found"
