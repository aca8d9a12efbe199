"""The adapter itself as a Device: the assembler that every Provenance names. fhir-model.md, 'provenance'."""

from __future__ import annotations

import orjson

from adapter import timing
from adapter.errors import Conflict
from adapter.fhir import organisations, parts
from adapter.ingest import records
from adapter.ingest.accept import owner
from adapter.services import Services
from adapter.store import resources


def introduce(services: Services, *, version: str) -> None:
    """Store the Device with the version of the software, once per version. Called when a server or worker starts."""
    now = services.clock()
    device = organisations.device(version=version)
    reference = parts.of(device)
    org = owner(services.books(timing.day(now)), None)
    with services.store.read() as conn:
        known = {ref: orjson.loads(row.body) for ref, row in resources.many(conn, [reference]).items()}
    stamped = records.stamp([device], known=known, org=org, case_key=None, now=now)
    if not stamped.writes:
        return
    try:
        services.store.write(lambda conn: resources.put(conn, stamped.writes))
    except Conflict:
        return  # another process that starts beside this one was faster
