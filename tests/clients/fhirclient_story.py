"""The story told by fhirclient (Python), whose models take nothing that R4 does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhirclient import server as servers
from fhirclient.client import FHIRClient
from fhirclient.models.careplan import CarePlan
from requests import HTTPError

from tests.clients.story import Job


def read(job: Job) -> dict[str, Any]:
    """Look around as a plan platform does."""
    server = _server(job)
    whole = CarePlan.where({"status": "active", "_sort": "_id", "_count": str(job.page)})
    found = CarePlan.where({"patient": f"Patient/{job.patient}", "status": "active"})
    history = server.request_json(f"CarePlan/{job.plan}/_history")
    return {
        "statement": server.capabilityStatement.as_json(),
        "found": [one.id for one in found.perform_resources_iter(server)],
        "paged": [one.id for one in whole.perform_resources_iter(server)],
        "read": CarePlan.read(job.plan, server).as_json(),
        "history": [entry["resource"]["meta"]["versionId"] for entry in history["entry"]],
        "version": CarePlan.read_from(f"CarePlan/{job.plan}/_history/1", server).as_json(),
        "missing": _missing(server),
    }


def write(job: Job) -> dict[str, Any]:
    """Make a plan, change it, change it from an old copy, and delete it."""
    server = _server(job)
    created = CarePlan(job.body).create(server)
    plan, stale = (CarePlan.read(created["id"], server) for _ in range(2))
    plan.title = "Endret"
    updated = plan.update(server)
    stale.title = "Fra en gammel kopi"
    conflict = _refusal(lambda: stale.update(server))
    plan.delete(server)
    return {
        "created": created,
        "updated": updated,
        "conflict": conflict,
        "gone": _refusal(lambda: CarePlan.read(created["id"], server)),
    }


def _refusal(work: Callable[[], object]) -> str:
    try:
        work()
    except HTTPError as error:
        return str(error.response.json()["issue"][0]["details"]["coding"][0]["code"])
    return "done"


def _server(job: Job) -> servers.FHIRServer:
    client = FHIRClient(settings={"app_id": "test", "api_base": job.base})
    client.server.session.headers["Authorization"] = f"Bearer {job.token}"
    assert client.prepare(), "it asks for more than a token"
    return client.server


def _missing(server: servers.FHIRServer) -> str:
    try:
        CarePlan.read("nobody", server)
    except servers.FHIRNotFoundException as error:
        return str(error.response.json()["resourceType"])
    return "found"
