"""The way in by HTTP: events, messages, FHIR, feed, health, metrics and documents. contract.md."""

from __future__ import annotations

from adapter.web.app import create_app

__all__ = ["create_app"]
