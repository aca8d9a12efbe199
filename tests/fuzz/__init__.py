"""Requests made wrong by chance: of every route in /openapi.json, and searches of the CapabilityStatement's parameters."""
