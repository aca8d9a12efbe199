"""Rows of the table of readable types, by subject: `adapter.fhir.table` joins them."""
