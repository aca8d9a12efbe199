"""A message is asked whether it may still leave, with what it tells of read from the store. mappings.leaving says yes or no."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from adapter.errors import Fault, Faults
from adapter.mappings import leaving
from adapter.mappings.views import communication_of
from adapter.model import Case, Message, Party
from adapter.rules.anchors import ANCHORS
from adapter.services import Services
from adapter.store import resources

SHUT = "IPK-E095"
Asks = Callable[[Case, Message], leaving.Leaving]


def asking(services: Services, message: Message, to: Party | None) -> Asks:
    """Return what makes the question of a message for a case: what its Communication is based on never changes."""
    reference = communication_of(message)
    with services.store.read() as conn:
        found = resources.many(conn, (reference,)) if reference else {}
    about = frozenset(
        part["reference"].partition("/")[2]
        for row in found.values()
        for part in orjson.loads(row.body).get("basedOn", ())
        if part.get("reference", "").startswith("ServiceRequest/")
    )
    return lambda case, row: leaving.Leaving(case=case, message=row, to=to, about=about)


def check(one: leaving.Leaving) -> None:
    """Raise Faults IPK-E095, with the rule that says no, where a message must not leave any more."""
    why = leaving.obstacle(one)
    if why is not None:
        text = ANCHORS[why.rule]
        raise Faults((Fault(code=SHUT, path="$.id", rule=why.rule, hint=text.nb, hint_en=text.en),))
