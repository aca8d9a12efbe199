"""Minutes of a meeting as PDF, to those who were called to it and may have what the plan says. E44; hpl §§ 22 and 25.

The PDF says who came, what was decided and what the minutes say. Who is called by letter gets none: no health detail leaves so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapter import naming
from adapter.fhir import meetings as appointments
from adapter.fhir import messages as fhir_messages
from adapter.kith import rendering, text, words
from adapter.kith.attachments import PDF, Outgoing
from adapter.kith.rendering.document import Block, Document, Facts, Prose, Row, Section, Table
from adapter.mappings import common, compose, meetings, posting, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Resource
from adapter.rules import anchors, carrier

_AT: Final = "$.data.minutes"
_DASH: Final = "–"


def held(ctx: Context) -> Change:
    """Return the meeting as held, the document of its minutes, and a warning where one who was called gets none. E44.

    Raises EventError as `meetings.held`.
    """
    base = meetings.held(ctx)
    if not ctx.data.minutes or not ctx.may_send:
        return base
    after = ctx.with_case(ctx.case.having(base.outcome(ctx.case.key)))
    taking = [party for party, _ in _receivers(after)]
    untold = [party for party, _ in _called(after) if party not in taking]
    codes = dict.fromkeys(_why_not(after, one) for one in untold)
    made = (_reference(after, taking),) if taking else ()
    return base + Change(resources=made, warnings=tuple(common.warn(code, _AT) for code in codes))


def notices(ctx: Context) -> tuple[Notice, ...]:
    """Return one message with the minutes per party that was called and that consent opens the plan for. E44."""
    if not ctx.data.minutes:
        return ()
    meeting = _meeting(ctx)
    content = _pdf(ctx, meeting)
    title = text.TITLES[ctx.event.type]
    lines = [
        (words.PURPOSE, meeting["description"]),
        (words.TIME, meetings.stored_time(meeting)),
        (words.ATTACHED, words.MINUTES),
    ]
    made = []
    for party, asked in _receivers(ctx):
        latest = views.dialogue(ctx.case, party.key) or asked
        thread = latest if latest.type == carrier.HELSEFAGLIG else None
        made.append(
            notice(
                party,
                title,
                lines,
                melde_id=thread.melde_id if thread else None,
                thread=thread,
                reasons=(
                    *telling.covers(ctx, party).reasons,
                    anchors.fixed("meeting-minutes", party.key),
                ),
                attached=(
                    Outgoing(
                        mime_type=PDF,
                        description=words.MINUTES,
                        created=ctx.now.replace(microsecond=0),
                        content=content,
                    ),
                ),
            )
        )
    return tuple(made)


def _meeting(ctx: Context) -> Resource:
    return meetings.known(ctx, ctx.data.meeting) or {}


def _called(ctx: Context) -> list[tuple[Party, Message]]:
    """Return the parties that the invitation left for, each with it."""
    meeting = _meeting(ctx)
    asked = {
        m.receiver_key: m
        for m in ctx.case.messages
        if meetings.invites(m, meeting) and m.state in posting.MAY_HAVE_COME
    }
    found = ((ctx.book.by_key(key), message) for key, message in asked.items())
    return [(party, message) for party, message in found if party is not None]


def _takes(party: Party) -> bool:
    return party.accepts(carrier.HELSEFAGLIG, carrier.VERSION[carrier.HELSEFAGLIG]) and not party.is_letter


def _why_not(ctx: Context, party: Party) -> str:
    """Return why a party that was called gets no minutes: consent, what it takes, or no phone of ours to name."""
    if not telling.covers(ctx, party).open:
        return "IPK-E063"
    return "IPK-E105" if _takes(party) else "IPK-E089"


def _receivers(ctx: Context) -> list[tuple[Party, Message]]:
    return [(p, m) for p, m in _called(ctx) if compose.bears_files(ctx, p) and telling.covers(ctx, p).open]


def _reference(ctx: Context, taking: list[Party]) -> Resource:
    """Return the DocumentReference of the PDF, appended to each message that carries its bytes."""
    carried = (
        naming.msg_id(
            release_event=ctx.event.event_id,
            type_=carrier.HELSEFAGLIG,
            receiver=party.address_id,
            generation=0,
        )
        for party in taking
    )
    plan = views.plan(ctx.case)
    meeting = _meeting(ctx)
    return fhir_messages.appended(
        id_=ctx.id("DocumentReference", "minutes"),
        type_={"text": words.MINUTES},
        patient=f"Patient/{ctx.patient_id()}",
        about=(f"Appointment/{meeting['id']}", *((f"CarePlan/{plan['id']}",) if plan else ())),
        appended_to=tuple(f"DocumentReference/{ctx.id('DocumentReference', msg_id)}" for msg_id in carried),
        date=ctx.now,
        author=common.organisation(ctx.party),
        title=words.MINUTES,
        content=_pdf(ctx, meeting),
    )


def _pdf(ctx: Context, meeting: Resource) -> bytes:
    return rendering.write(document(ctx, meeting), "pdf")


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────────


def document(ctx: Context, meeting: Resource) -> Document:
    """Return the minutes laid out: the meeting, who came, what was decided, and what was said. It carries no time of its own."""
    paragraphs = (part.strip() for part in ctx.data.minutes.splitlines())
    said = tuple(Block("paragraph", part) for part in paragraphs if part)
    sections = (
        Section("Om møtet", 2, (Facts(tuple(_facts(ctx, meeting))),)),
        *_table("Hvem som var kalt inn", ("Navn", "Møtte"), tuple(_came(ctx, meeting))),
        *_table("Hva som ble bestemt", ("Tiltak", "Hvordan", "Hvem", "Status"), tuple(_decided(ctx))),
        Section(words.MINUTES, 2, (Prose("", said),)),
    )
    return Document("nb", words.MINUTES, str(meeting["description"]), sections)


def _facts(ctx: Context, meeting: Resource) -> Iterator[Row]:
    patient = compose.patient(views.patient(ctx.case) or {})
    yield Row("Pasient", " ".join(part for part in (patient.given, patient.middle, patient.family) if part))
    if patient.birth_date is not None:
        yield Row("Født", text.day(patient.birth_date))
    yield Row(words.PURPOSE, meeting["description"])
    yield Row(words.TIME, meetings.stored_time(meeting))


def _table(heading: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[Section, ...]:
    return (Section(heading, 2, (Table(heading, heads, rows),)),) if rows else ()


def _came(ctx: Context, meeting: Resource) -> Iterator[tuple[str, ...]]:
    attended = {one.invitee: one.attended for one in ctx.data.attendance}
    for one in appointments.invitees(meeting):
        said = attended.get(appointments.key_of(one) or "")
        yield str(one["actor"]["display"]), _DASH if said is None else "Ja" if said else "Nei"


def _decided(ctx: Context) -> Iterator[tuple[str, ...]]:
    for one in ctx.data.decisions:
        who = ", ".join(part for part in (one.performer.name, one.performer.organisation) if part)
        yield one.title, one.text or _DASH, who, words.ACTIVITY_STATUS.get(one.status, one.status)
