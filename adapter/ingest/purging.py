"""What is kept for a time is removed when it is over: files of the exchange folders, documents in the database.

contract.md, 'Folders'. Resources, events, states and the audit trail stay; each document's removal is in that trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapter.access import audit as trail
from adapter.services import Services
from adapter.store import Connection, audit
from adapter.store import purging as documents
from adapter.transports import purging as files

FOLDERS: Final = (
    ("done", "retention_done_days"),
    ("failed", "retention_done_days"),
    ("epj", "retention_epj_days"),
    ("handover", "retention_epj_days"),
)
"""Folder → the setting that says how many days its files are kept."""
DOCUMENTS: Final = "documents"
_TOGETHER: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was removed from one place, or would be: how many, and of before when."""

    place: str
    count: int
    before: datetime


def purge(services: Services, *, dry_run: bool = False) -> tuple[Purged, ...]:
    """Return what was removed, place by place; with `dry_run` what would be. Raises TransportError IPK-S005, SystemFault."""
    return (*_files(services, dry_run=dry_run), _documents(services, dry_run=dry_run))


def _before(services: Services, setting: str) -> datetime:
    return services.clock() - timedelta(days=getattr(services.settings, setting))


def _files(services: Services, *, dry_run: bool) -> Iterator[Purged]:
    with services.store.read() as conn:
        waiting = documents.handed(conn)
    for folder, setting in FOLDERS:
        before = _before(services, setting)
        keep = waiting if folder == "handover" else ()
        found = files.old(services.settings.exchange, folder, before=before, keep=keep)
        count = len(found) if dry_run else files.remove(found, folder=folder)
        if count and not dry_run:
            services.store.append_audit((_row(services, f"urn:adapter:exchange:{folder}", None, None),))
        yield Purged(place=folder, count=count, before=before)


def _documents(services: Services, *, dry_run: bool) -> Purged:
    before = _before(services, "retention_documents_days")
    if dry_run:
        with services.store.read() as conn:
            return Purged(place=DOCUMENTS, count=documents.count(conn, before=before), before=before)

    def work(conn: Connection) -> int:
        old = documents.old(conn, before=before, limit=_TOGETHER)
        documents.empty(conn, [each.id for each in old])
        audit.append(conn, [_row(services, f"DocumentReference/{e.id}", e.case_key, e.org) for e in old])
        return len(old)

    count = 0
    while done := services.store.write(work):
        count += done
    return Purged(place=DOCUMENTS, count=count, before=before)


def _row(services: Services, what: str, case_key: str | None, org: str | None) -> audit.AuditRow:
    home = next((p.her_id for p in services.book().parties if p.home and p.her_id), "")
    return trail.handled(
        services, entities=(what,), case_key=case_key, org=org or home or "", at=services.clock(),
        interaction="delete",
    )  # fmt: skip
