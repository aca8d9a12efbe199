"""What a recall (E66) needs beside the open resources of its case: what is settled is marked too. domain § 2.5 (N5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import orjson

from adapter.events import Event
from adapter.fhir import urls
from adapter.fhir.query import Query, Term
from adapter.mappings import recalling
from adapter.model import Case
from adapter.store import Connection, resources, search

MOST: Final = 500
"""Tasks of one need: far more than there are."""


def whole(conn: Connection, case: Case, event: Event) -> Case:
    """Return the case with the finished Tasks, Communications and DocumentReferences of the need that is recalled."""
    ids = recalling.melde_ids(case, event)
    listed = resources.many(conn, recalling.references(case, ids))
    read = {reference: orjson.loads(row.body) for reference, row in listed.items()}
    for melde_id in sorted(ids):
        term = Term(field="token", param="group-identifier", values=((urls.MELDE_ID, melde_id),))
        page = search.search(conn, Query(type="Task", org=case.owner, terms=(term,), count=MOST))
        read |= {f"Task/{row.id}": orjson.loads(row.body) for row in page.rows}
    return replace(case, resources={**read, **case.resources})
