"""Resources that are written over FHIR, as events of the catalogue: the way back from what the other mappings make. issue 5."""

from __future__ import annotations

from adapter.mappings.writing.parties import acting
from adapter.mappings.writing.planparts import origin, undetailed
from adapter.mappings.writing.proposals import PROPOSED
from adapter.mappings.writing.table import IDS, compared, told
from adapter.mappings.writing.wish import Told, Wish

__all__ = ["IDS", "PROPOSED", "Told", "Wish", "acting", "compared", "origin", "told", "undetailed"]
