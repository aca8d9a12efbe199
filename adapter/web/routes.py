"""The table of routes, by subject: the app, /openapi.json and /docs are made of it. contract.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adapter.web import (
    cases,
    console,
    deadlines,
    docs,
    events,
    feed,
    fhir,
    fhir_bundle,
    fhir_subscriptions,
    fhir_write,
    health,
    messages,
    metrics,
    openapi,
    sandbox,
    schemas,
    sharing,
    stats,
    why,
)
from adapter.web.call import Route


def every() -> Iterator[tuple[str, Route]]:
    """Yield (subject, route) of all routes."""
    for subject, rows in TABLE.items():
        for row in rows:
            yield subject, row


TABLE: Final[Mapping[str, tuple[Route, ...]]] = {
    "events": events.ROUTES,
    "schemas": schemas.ROUTES,
    "messages": messages.ROUTES,
    "why": why.ROUTES,
    "stats": stats.ROUTES,
    "deadlines": deadlines.ROUTES,
    "sandbox": sandbox.ROUTES,
    "cases": (*cases.ROUTES, *sharing.ROUTES),
    "feed": feed.ROUTES,
    "fhir": (*fhir.ROUTES, *fhir_subscriptions.ROUTES, *fhir_write.ROUTES, *fhir_bundle.ROUTES),
    "health": health.ROUTES,
    "metrics": metrics.ROUTES,
    "openapi": openapi.route(every),
    "docs": docs.routes(every),
    "console": console.ROUTES,
}
"""Subject → its routes, in order."""
