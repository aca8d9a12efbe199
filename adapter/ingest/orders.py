"""One write over FHIR as it is asked, and what became of it. R4 http.html."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from adapter.errors import Fault
from adapter.fhir.query import Row
from adapter.model import Resource
from adapter.store import Connection

Interaction = Literal["create", "update", "patch", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One write as asked. `patch` makes the resource that is to be of the one that is; `body` is it already."""

    interaction: Interaction
    type: str
    id: str | None = None
    body: Resource | None = field(default=None, repr=False)
    patch: Callable[[Resource], Resource] | None = field(default=None, repr=False)
    digest: str = ""
    """Of the bytes sent: the same bytes on the same version are the same event."""
    if_match: str | None = None
    criteria: Callable[[Connection], Sequence[Row]] | None = field(default=None, repr=False)
    """Finds which one is meant (update, patch, delete), or which one must not be there (create): what the caller may see."""
    party: str | None = None
    """Key of the organisation that the caller asks for; None: this installation's own token."""
    provenance: Resource | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a write: HTTP status, the resource as it is now (deleted: its last version), warnings of the event."""

    status: int
    row: Row | None
    replayed: bool = False
    event_id: str = ""
    warnings: tuple[Fault, ...] = ()
    proposed_to: str = ""
    """Name of the organisation with which the write lies as a proposal: what was meant is as it was, and `row` is the proposal."""
