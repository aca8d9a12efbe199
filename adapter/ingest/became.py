"""What a write became, read where it was stored: the resource, the proposal, and whether anything of it was lost. ADR 72, 86."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import orjson

from adapter.errors import Fault, Faults, FhirError
from adapter.fhir import kept, proposals
from adapter.fhir.query import Row
from adapter.ingest.orders import Written
from adapter.ingest.sight import Sight
from adapter.mappings import views, writing
from adapter.model import AddressBook, Resource
from adapter.store import resources

Stored = Callable[[str], Resource | None]
"""The resource behind a reference, None where there is none."""


def made(sight: Sight, type_: str, answers: Sequence[dict[str, Any]]) -> Row:
    """Return what a create made, or the one it joined."""
    effects = [e for answer in answers for e in answer["effects"] if e["resource"].startswith(f"{type_}/")]
    fresh = next((e["resource"] for e in effects if e["change"] == "created"), None)
    named = writing.IDS[type_](answers[0]) if type_ in writing.IDS and fresh is None else None
    joined = [f"{type_}/{named}"] if named else [e["resource"] for e in effects]
    reference = fresh or next(iter(joined), None)
    row = sight.row(reference) if reference is not None else None
    if row is None:
        raise FhirError("IPK-F036", at=type_)
    return row


def joined(type_: str, answers: Sequence[dict[str, Any]]) -> bool:
    """Return whether a create made nothing of its type, and joined what is there. N6."""
    effects = (e for answer in answers for e in answer["effects"])
    return not any(e["change"] == "created" and e["resource"].startswith(f"{type_}/") for e in effects)


def first(sight: Sight, type_: str, answer: dict[str, Any]) -> tuple[Row, Row]:
    """Return what a create made or joined, as it was then, and as it is now."""
    now = made(sight, type_, (answer,))
    mine = (e["version"] for e in answer["effects"] if e["resource"] == f"{now.type}/{now.id}")
    version = next(mine, now.version)
    then = now if version == now.version else resources.vread(sight.conn, now.type, now.id, version)
    return then or now, now


def check_kept(
    sight: Sight,
    said: Resource,
    row: Row,
    *,
    old: Resource | None,
    told: Sequence[writing.Told],
    patched: bool,
) -> None:
    """Refuse a write of which something would be lost, or a patch without effect. Raises Faults IPK-F035 with each place."""
    made = orjson.loads(row.body)
    # All events are written: what is behind a reference stays the same, and several places refer to it.
    stored = cache(_within(made, sight.resource))
    compared, skip = writing.compared(said, old, told)
    gone = kept.lost(compared, made, skip=skip, stored=stored)
    if patched and old is not None:
        gone += tuple(one for one in _stayed(said, old, made, stored) if one not in skip)
    if gone:
        raise Faults(tuple(Fault(code="IPK-F035", path=place) for place in gone))


def _stayed(said: Resource, old: Resource, made: Resource, stored: Stored) -> Iterator[str]:
    """Yield the elements of which a patch took something away that is there as before, or the whole, of which something is there."""
    type_ = old["resourceType"]
    for name, value in old.items():
        now = {"resourceType": type_, **({name: said[name]} if name in said else {})}
        before = {"resourceType": type_, name: value}
        stays = name in made if name not in said else said[name] != value == made.get(name)
        if stays and kept.lost(before, now, stored=stored):
            yield f"{type_}.{name}"


def _within(resource: Resource, stored: Stored) -> Stored:
    """Return what finds a resource behind a reference of one: contained in it, or stored."""
    inner = {f"#{one.get('id')}": one for one in resource.get("contained", ())}
    return lambda reference: inner.get(reference) or stored(reference)


def proposal(sight: Sight, book: AddressBook, answers: Sequence[dict[str, Any]]) -> Written:
    """Return the proposal that a write became, and with whom it lies."""
    row = made(sight, "ServiceRequest", answers)
    performer = orjson.loads(row.body)["performer"][0]["reference"]
    owner = book.by_organisation(views.reference_id({"reference": performer}))
    named = owner.display if owner is not None else str(performer)
    return Written(status=202, row=row, event_id=str(answers[0]["eventId"]), proposed_to=named)


def check_proposed(sight: Sight, said: Resource, done: Written) -> None:
    """Refuse a proposal of which something would be lost: the plan it holds is compared. Raises Faults IPK-F035."""
    made = orjson.loads(done.row.body) if done.row is not None else {}
    compared, skip = writing.compared(said)
    stored = _within(made, sight.resource)
    gone = kept.lost(compared, proposals.proposed(made) or {}, skip=skip, stored=stored)
    if gone:
        raise Faults(tuple(Fault(code="IPK-F035", path=place) for place in gone))
