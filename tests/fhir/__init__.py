"""FHIR R4: builders, search, bundles, checks."""
