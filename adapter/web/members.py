"""What a client of another organisation is shown of what is stored: what its party may see, and its own Subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapter.access import members
from adapter.fhir.query import Row
from adapter.store import Connection, subscriptions
from adapter.web.call import Call

SUBSCRIPTION: Final = "Subscription"


def shown(call: Call, conn: Connection, rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that the caller may see: all, unless it asks for another organisation."""
    caller = call.caller
    if caller is None or caller.party is None:
        return tuple(rows)
    listed = tuple(rows)
    others = (row for row in listed if row.type != SUBSCRIPTION)
    seen = {
        (row.type, row.id)
        for row in members.shown(
            conn, others, party_key=caller.party, book=call.services.book(), now=call.now
        )
    }
    if len(seen) < len(listed) and any(row.type == SUBSCRIPTION for row in listed):
        seen |= {(SUBSCRIPTION, id_) for id_ in subscriptions.ids(conn, caller.client)}
    return tuple(row for row in listed if (row.type, row.id) in seen)


def limited(call: Call) -> bool:
    """Return whether the caller sees less than everything."""
    return call.caller is not None and call.caller.party is not None
