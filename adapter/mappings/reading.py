"""Messages to be read that a person's own event answers: what it tells is what their sender wrote. message-rules.md, row 7."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapter.fhir import needs, urls
from adapter.mappings import views
from adapter.mappings.context import Change, Context
from adapter.model import Resource

READ: Final = "read-answer"
"""Kind of work item of a message that a person reads. A suggested coordinator is answered by who is appointed: see `team`."""
TELLS: Final = frozenset(
    {
        "ip.need.declined-by-patient", "ip.coordinator.offered", "ip.coordinator.appointed",
        "ip.hospital-coordinator.appointed", "ip.child-coordinator.appointed", "ip.coordinator.replaced",
        "ip.coordinator.absent", "ip.coordinator.returned", "ip.coordinator.ended", "ip.contact-physician.appointed",
        "ip.contact-physician.replaced", "ip.contact-physician.ended", "ip.team-member.added", "ip.team-member.removed",
        "ip.pathway-coordinator.assigned", "ip.gp.changed", "ip.plan.created", "ip.plan.updated", "ip.goal.changed",
        "ip.activity.changed", "ip.plan.evaluated", "ip.plan.transferred", "ip.plan.closed", "ip.meeting.called",
        "ip.meeting.answered", "ip.meeting.held", "ip.meeting.cancelled", "ip.hospital-participation.ending",
        "ip.hospital-participation.ended", "ip.patient.moved", "ip.platform-access.granted", "ip.platform-access.ended",
        "ip.consent.given", "ip.consent.limited", "ip.consent.withdrawn",
    }
)  # fmt: skip
"""Events that tell what another organisation may have written; answers about needs close theirs by Melde-id."""
OF_CONSENT: Final = frozenset({"ip.consent.given", "ip.consent.limited", "ip.consent.withdrawn"})
"""Events that answer whoever asked for the patient's consent, whoever posts them."""
CONSENT_ASKED: Final = "Mottakeren ber om pasientens samtykke: spør pasienten, og registrer svaret"
"""What the work item says of a message that asks for it. List 9069, 4."""


def answered(ctx: Context) -> Change:
    """Return the work items of messages that this event answers as completed; only what a person posts does.

    It answers what its own organisation wrote, or the one that it names (where the person works, who answers for the plan).
    """
    if ctx.event.origin != "posted" or ctx.event.type not in TELLS:
        return Change()
    told = set(_organisations(ctx))
    return Change(
        resources=tuple(
            needs.moved(item, modified=ctx.now, status="completed")
            for item in ctx.case.of("Task")
            if _waits(item) and (_sender(ctx, item) in told or _about_consent(ctx, item))
        )
    )


def _waits(item: Resource) -> bool:
    read = views.code_of(item.get("code"), urls.TASK_KIND) == READ and item["status"] not in views.FINISHED
    return read and views.input_of(item, views.STEP) is None


def _about_consent(ctx: Context, item: Resource) -> bool:
    return ctx.event.type in OF_CONSENT and item.get("description") == CONSENT_ASKED


def _sender(ctx: Context, item: Resource) -> str | None:
    """Return the id of the organisation (level 1) that wrote the message of a work item."""
    read = views.input_of(item, "evidence")
    message = next((m for m in ctx.case.messages if m.id == read), None)
    party = ctx.book.by_key(message.sender_key) if message is not None else None
    return party.level1_id if party is not None else None


def _organisations(ctx: Context) -> Iterator[str]:
    """Yield the outside organisations (level 1) in whose name or of whom the event tells."""
    if ctx.party is not None and not ctx.party.home:
        yield ctx.party.level1_id
    for key in _keys(ctx.data):
        party = ctx.book.by_key(key)
        if party is not None and not party.home:
            yield party.level1_id


_NAMED: Final = (
    ("person", "organisation"),
    ("candidate", "organisation"),
    ("member", "organisation"),
    ("plan", "responsible"),
)
"""Where an event names an organisation by its key."""


def _keys(data: Any) -> Iterator[str]:
    for outer, inner in _NAMED:
        key = getattr(getattr(getattr(data, outer, None), inner, None), "key", None)
        if key is not None:
            yield key
