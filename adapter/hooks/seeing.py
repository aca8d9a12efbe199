"""Which changes are events of a subscription, and which of those its subscriber may still see. topics.py; access/members.py."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson

from adapter.access import members, policy
from adapter.fhir import match, protected
from adapter.fhir import search as fhir_search
from adapter.fhir.query import Row
from adapter.fhir.topics import TOPICS, Topic
from adapter.registers import clients
from adapter.services import Services
from adapter.store import Connection, feed, resources, search
from adapter.store.feed import FeedItem
from adapter.store.subscriptions import Event, Subscription
from adapter.store.times import micros

Rows = Mapping[str, Row]
"""Reference → the resource as it is now."""
Eye = Callable[[Connection, Iterable[Row]], tuple[Row, ...]]
"""What a subscriber may see of rows."""
_TOGETHER: Final = 50
"""Resources that one search is asked about."""


def parties(services: Services) -> Mapping[str, str]:
    """Return the systems of other organisations that are admitted: name → key of the party. Raises Faults IPK-R008."""
    loaded = clients.load(services.settings.clients, services.book())
    return {one.name: one.party for one in loaded.values()}


def eye(services: Services, party: str | None) -> Eye:
    """Return what a party may see; None: all, as the installation's own token does."""
    if party is None:
        return lambda _, rows: tuple(rows)

    def sees(conn: Connection, rows: Iterable[Row]) -> tuple[Row, ...]:
        return members.shown(conn, rows, party_key=party, book=services.book(), now=services.clock())

    return sees


def found(
    conn: Connection,
    row: Subscription,
    items: Sequence[FeedItem],
    sees: Eye,
    *,
    municipal: Container[str],
    base: str,
) -> tuple[Event, ...]:
    """Return the events that items of the feed are to a subscription, numbered on from those it had.

    `municipal`: what names a municipality's unit (fhir/protected.py). `base`: where this server's own resources stand.
    """
    topic = TOPICS.get(row.topic)
    new = (item for item in items if not feed.was_there(item, row.since))
    changed = [item for item in new if topic is not None and _triggers(topic, item)]
    seen = visible(conn, [f"{item.type}/{item.id}" for item in changed], sees)
    wanted = _filtered(conn, seen, orjson.loads(row.filters), municipal=municipal, base=base)
    kept = [item for item in changed if f"{item.type}/{item.id}" in wanted]
    return tuple(
        Event(number=number, type=item.type, id=item.id, version=item.version, at=micros(item.at))
        for number, item in enumerate(kept, row.number + 1)
    )


def _triggers(topic: Topic, item: FeedItem) -> bool:
    trigger = topic.trigger(item.type) if item.kind == "resource" else None
    return trigger is not None and ("create" if item.version == 1 else "update") in trigger.interactions


def visible(conn: Connection, references: Sequence[str], sees: Eye) -> Rows:
    """Return what is behind references and may be seen now: not recalled, in a case the subscriber has a part in, by consent."""
    rows = resources.many(conn, references) if references else {}
    shown = sees(conn, (row for row in rows.values() if policy.shows(row.body)))
    return {f"{row.type}/{row.id}": row for row in shown}


def _filtered(
    conn: Connection,
    rows: Rows,
    filters: Mapping[str, Sequence[tuple[str, str]]],
    *,
    municipal: Container[str],
    base: str,
) -> frozenset[str]:
    """Return the references of those that match the filters of their type, as a search by these parameters finds them."""
    by_type: dict[str, list[str]] = {}
    for row in rows.values():
        by_type.setdefault(row.type, []).append(row.id)
    return frozenset(
        f"{type_}/{id_}"
        for type_, ids in by_type.items()
        for id_ in (
            _matching(conn, type_, ids, filters[type_], municipal=municipal, base=base)
            if type_ in filters
            else ids
        )
    )


def _matching(
    conn: Connection,
    type_: str,
    ids: Sequence[str],
    params: Sequence[tuple[str, str]],
    *,
    municipal: Container[str],
    base: str,
) -> Iterable[str]:
    for start in range(0, len(ids), _TOGETHER):
        part = ids[start : start + _TOGETHER]
        asked = [("_id", ",".join(part)), *((name, value) for name, value in params)]
        wanted = fhir_search.parse(type_, asked, post=False, setting=fhir_search.Setting(base=base))
        terms = protected.guarded(wanted.query.terms, municipal)
        query = replace(wanted.query, terms=terms, count=len(part), whole=True)  # the rest is `fits`
        yield from (row.id for row in search.search(conn, query).rows if match.fits(row, wanted.checked))
