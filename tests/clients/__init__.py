"""Ordinary FHIR clients, as a vendor takes them from a package index, let loose on a live server."""
