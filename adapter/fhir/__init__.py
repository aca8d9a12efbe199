"""FHIR R4 (4.0.1): builders, checks, search, bundles, outcome, capability. The model is docs' fhir-model."""
