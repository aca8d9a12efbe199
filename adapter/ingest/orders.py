"""One write over FHIR as it is asked, and what became of it. R4 http.html."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import orjson

from adapter.errors import Fault, Faults, FhirError
from adapter.fhir import strict, written
from adapter.fhir.query import Row
from adapter.ingest.conditions import NONE, Conditions
from adapter.model import Resource
from adapter.store import Connection

Criteria = Callable[[Connection], Sequence[Row]]
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
    conditions: Conditions = NONE
    criteria: Criteria | None = field(default=None, repr=False)
    """Finds which one is meant (update, patch, delete), or which one must not be there (create): what the caller may see."""
    party: str | None = None
    """Key of the organisation that the caller asks for; None: this installation's own token."""
    provenance: Resource | None = field(default=None, repr=False)
    entry: int | None = None
    """Its number in the transaction that it is an entry of: two equal entries create two."""


class Asked(NamedTuple):
    """A create or update as it came, not yet read: what another process needs to make an order of it."""

    interaction: Interaction
    type: str
    id: str | None
    content: bytes
    base: str
    """Where this server's resources are: references to it are stored without."""
    conditions: Conditions
    provenance: str | None
    """X-Provenance."""
    party: str | None

    def __repr__(self) -> str:
        """Return what it is, not what it holds."""
        return f"Asked({self.interaction} {self.type})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a write: HTTP status, the resource as it is now (deleted: its last version), warnings of the event."""

    status: int
    row: Row | None
    replayed: bool = False
    event_id: str = ""
    warnings: tuple[Fault, ...] = ()
    audited: bool = False
    """Whether the audit rows of the request are written with it."""
    proposed_to: str = ""
    """Name of the organisation with which the write lies as a proposal: what was meant is as it was, and `row` is the proposal."""
    created: bool = False
    """Whether it was a create, which may have joined what was there."""
    unseen: bool = False
    """Whether what it became, or joined, is not there for the writer: nothing of it is told, not even whether it was there."""


def ordered(asked: Asked) -> Order:
    """Return the order of a write as it came. Raises FhirError, Faults with every fault."""
    return order(
        asked.interaction,
        asked.type,
        id_=asked.id,
        body=checked(strict.read(asked.content), asked.type, asked.id),
        base=asked.base,
        conditions=asked.conditions,
        party=asked.party,
        provenance=asked.provenance,
    )


def order(  # noqa: PLR0913 (all by name)
    interaction: Interaction,
    type_: str,
    *,
    id_: str | None,
    body: Any,
    base: str,
    sent: Any = None,
    conditions: Conditions,
    criteria: Criteria | None = None,
    party: str | None,
    provenance: str | None,
) -> Order:
    """Return a write as asked; `sent` is what is no resource, a patch. Raises Faults or FhirError IPK-F039 (X-Provenance)."""
    said = orjson.dumps([body, sent], option=orjson.OPT_SORT_KEYS)
    return Order(
        interaction=interaction,
        type=type_,
        id=id_,
        body=_relative(body, base) if base.encode() in said else body,
        digest=hashlib.sha256(said).hexdigest(),
        conditions=conditions,
        criteria=criteria,
        party=party,
        provenance=_provenance(provenance),
    )


def checked(said: Any, type_: str, id_: str | None = None) -> Any:
    """Return a resource without a fault, of the type and id of its address. Raises IPK-F037, Faults with every fault.

    One without an id is none of an address that has one. R4 http.html#update.
    """
    if said.get("resourceType") not in (None, type_) or (id_ is not None and said.get("id") != id_):
        raise FhirError("IPK-F037", at=type_)
    if found := written.check(said):
        raise Faults(found)
    return said


def _relative(value: Any, base: str) -> Any:
    """Return a resource with references to this server in their relative form."""
    if isinstance(value, dict):
        return {
            k: v.removeprefix(base) if k == "reference" and isinstance(v, str) else _relative(v, base)
            for k, v in value.items()
        }
    return [_relative(one, base) for one in value] if isinstance(value, list) else value


def _provenance(given: str | None) -> Any:
    """Return X-Provenance, checked as the Provenance it becomes. Raises Faults or FhirError IPK-F039."""
    if given is None:
        return None
    try:
        said = strict.read(given.encode("latin-1"))
    except (FhirError, UnicodeEncodeError):
        raise FhirError("IPK-F039") from None
    whole = {"target": [{"display": "X-Provenance"}], **said}
    if whole.get("resourceType") != "Provenance":
        raise FhirError("IPK-F039", at="Provenance")
    if found := written.judged(whole):
        raise Faults(tuple(Fault(code="IPK-F039", path=fault.path, hint=fault.hint) for fault in found))
    return said
