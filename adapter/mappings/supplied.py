"""Whether a received message answers a question of ours: a title or a code says so, never prose. E05; list 9069."""

from __future__ import annotations

from typing import Final

from adapter.kith.dialog import Notes
from adapter.kith.text import TITLES, ParsedText
from adapter.kith.words import SUPPLIED
from adapter.mappings import views
from adapter.model import Case, Party
from adapter.rules import states

EVENT: Final = "ip.need.info-supplied"
CODED: Final = ("1", "5")
"""9069: information included, answer to a question."""
ELSEWHERE: Final = "Se meldingen"
LONGEST: Final = 2000


def answer(
    said: ParsedText, body: Notes | None, sender: Party | None, *, case: Case, melde_id: str | None
) -> str | None:
    """Return what whoever reported answers to what was asked about the need, None where it is no such answer."""
    topic = body.topic if body else None
    told = said.title == TITLES[EVENT] or (topic is not None and topic.among("9069", *CODED))
    if not told or sender is None or not _asked(case, sender, melde_id):
        return None
    return (said.labels.get(SUPPLIED) or ELSEWHERE)[:LONGEST]


def _asked(case: Case, sender: Party, melde_id: str | None) -> bool:
    """Return whether something was asked of this sender about the need, and is not answered yet."""
    return any(
        n.melde_id == melde_id
        and views.reference_id(n.task.get("requester")) == sender.organisation_id
        and states.permits(n.state, EVENT)
        for n in views.open_needs(case)
    )
