"""The table receiver by content as an answer says it: of a dry run, and of a case. domain § 1.4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adapter import naming
from adapter.events import Event
from adapter.mappings import sharing
from adapter.model import AddressBook, Case, Outcome


def after(case: Case, event: Event, outcome: Outcome, book: AddressBook) -> list[dict[str, Any]]:
    """Return the rows of a case as it would be once the event is accepted."""
    needs = dict(case.needs)
    if event.type == "ip.need.identified":
        needs[naming.melde_id(event.event_id)] = event.content
    return rows(sharing.table(replace(case.having(outcome), needs=needs), book))


def rows(cells: Iterable[sharing.Cell]) -> list[dict[str, Any]]:
    """Return [{receiver: {herId, name}, content, outcome, why: [{rule, source, outcome, text}]}]."""
    return [
        {
            "receiver": {
                "herId": cell.receiver.unit_her_id or cell.receiver.her_id,
                "name": cell.receiver.display,
            },
            "content": cell.content,
            "outcome": cell.outcome,
            "why": [
                {"rule": r.rule, "source": r.source, "outcome": r.outcome, "text": r.text} for r in cell.why
            ],
        }
        for cell in cells
    ]
