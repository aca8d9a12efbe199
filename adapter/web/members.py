"""What a client of another organisation is shown of what is stored: what its party may see, and its own Subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import orjson

from adapter import ingest
from adapter.access import members
from adapter.fhir.query import Row
from adapter.ingest.orders import Written
from adapter.mappings.writing import IDS
from adapter.store import Connection, resources, subscriptions
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


def of_write(call: Call, done: Written) -> Written:
    """Return what became of a write as the caller may hear of it: 202 alone where it is none of its own, made or joined.

    Else a need that is posted would show whether there is one already, and what it says. Decision 25.
    """
    row = done.row
    if row is None or not done.created or row.type not in IDS or not limited(call):
        return done
    with call.services.store.read() as conn:
        unseen = not shown(call, conn, (row,))
    return replace(done, status=_TAKEN, row=None, warnings=(), unseen=True) if unseen else done


def of_event(call: Call, taken: ingest.Answer) -> ingest.Answer:
    """Return the answer to an event as the caller may hear it: of a case that it may not see, the needs that this very event made.

    All lists of the answer tell of what is there: what changed, who is told, the table of consent of a dry run. Decision 25.
    """
    said = orjson.loads(taken.body) if limited(call) else {}
    case = said.get("case") or {}
    if not case.get("patientId"):
        return taken
    with call.services.store.read() as conn:
        if shown(call, conn, resources.many(conn, (f"Patient/{case['patientId']}",)).values()):
            return taken
    made = {one["resource"] for one in said["effects"] if one["change"] == "created"}
    mine = [one for one in case.get("needs", ()) if f"ServiceRequest/{one['needId']}" in made]
    own = {"needs": mine, "meldeId": case.get("meldeId")} if mine else {}
    empty: dict[str, Any] = {name: [] if isinstance(value, list) else None for name, value in case.items()}
    told = {name: [] if isinstance(value, list) else value for name, value in said.items()}
    told |= {"status": said["status"] if mine else _KEPT, "case": empty | own}
    return replace(taken, body=orjson.dumps(told))


_TAKEN: Final = 202
_KEPT: Final = "recorded"
