"""What every event's mapping needs: the person, the author, the parties, work items, states, who got what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from adapter import errortable, naming
from adapter.fhir import needs, organisations, parts, people, urls
from adapter.kith import titles
from adapter.mappings import gps, patients, posting, views
from adapter.mappings.context import Change, Context
from adapter.model import Message, Party, Resource, Same, Warn
from adapter.rules import routing


def warn(code: str, path: str, *, hint: tuple[Any, str, str] | None = None) -> Warn:
    """Return a warning with the texts of errortable.TABLE; `hint` is (number, nb, en) of what it is about."""
    row = errortable.TABLE[code]
    nb, en = (f" ({hint[1]})", f" ({hint[2]})") if hint else ("", "")
    return Warn(code=code, path=path, text_nb=row.nb + nb, text_en=row.en + en)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def person(ctx: Context) -> Change:
    """Return the Patient as the event states it: new, or what is there with what the event adds or may change."""
    return Change(resources=(patients.merged(ctx, stated(ctx)),))


def stated(ctx: Context) -> Resource:
    """Return the Patient as the event alone states it."""
    found = _said_gp(ctx)
    return patients.stated(ctx, gp=f"Organization/{found.organisation_id}" if found else None)


def gp(ctx: Context, *, home: bool = False, said: Any = None) -> Party | None:
    """Return the patient's GP in the address book, where the event names one by HER-id (not ourselves, unless asked).

    `said` is the GP of the event that identified a need, when another event releases it. Since a change of GP (E33) the
    new one stands for the old, and for none named. Nobody where the event names another than the case, and is no such change.
    """
    found = _said_gp(ctx, said)
    if found is None or gps.contradicts(ctx, found):
        return None
    return found if home or not found.home else None


def _said_gp(ctx: Context, said: Any = None) -> Party | None:
    said = getattr(ctx.data, "gp", None) or said or getattr(ctx.data.patient, "gp", None)
    return gps.current(ctx, routing.gp(ctx.book, said.her_id) if said else None)


def author(ctx: Context) -> Change:
    """Return the resources of who wrote the event: Practitioner and PractitionerRole, or RelatedPerson."""
    made = _author(ctx)
    return Change(resources=made)


def author_reference(ctx: Context) -> str:
    """Return the reference of the author: PractitionerRole, Patient, RelatedPerson or Organization."""
    kind = getattr(getattr(ctx.data, "author", None), "kind", None)
    if kind == "patient":
        return f"Patient/{ctx.patient_id()}"
    if kind == "relative":
        return f"RelatedPerson/{ctx.id('RelatedPerson', 'author')}"
    if kind is None:
        return f"Device/{organisations.DEVICE_ID}"
    if ctx.data.author.name is None:
        return organisation(ctx.party) or f"Device/{organisations.DEVICE_ID}"
    return f"PractitionerRole/{ctx.id('PractitionerRole', 'author')}"


def _author(ctx: Context) -> tuple[Resource, ...]:
    said = getattr(ctx.data, "author", None)
    if said is None or said.kind == "patient":
        return ()
    if said.kind == "relative":
        return (
            people.related_person(
                id_=ctx.id("RelatedPerson", "author"),
                patient=f"Patient/{ctx.patient_id()}",
                family=said.name.family if said.name else None,
                given=said.name.given if said.name else None,
                phone=said.phone,
            ),
        )
    if said.name is None:
        return parties(*filter(None, (ctx.party,)))
    practitioner = professional(ctx, said, key="author")
    role = people.practitioner_role(
        id_=ctx.id("PractitionerRole", "author"),
        practitioner=parts.of(practitioner),
        organisation=_author_organisation(ctx, said),
        role=said.role,
        phone=said.phone,
    )
    return (*parties(*filter(None, (ctx.party, registered_for(ctx)))), practitioner, role)


def _author_organisation(ctx: Context, said: Any) -> Any:
    """Return the organisation of the author: of another sector as it is named, unless that is the party itself."""
    named = said.organisation.name if said.organisation else None
    own = ctx.party is not None and (named or "").casefold() == ctx.party.name.casefold()
    if ctx.party is None or (said.kind == "other-sector" and not own):
        return {"display": named} if named else None
    return organisation(ctx.party)


def professional(ctx: Context, said: Any, *, key: str) -> Resource:
    """Return the Practitioner: by HPR number where there is one, else as a resource of this event."""
    id_ = naming.practitioner_id(said.hpr) if said.hpr else ctx.id("Practitioner", key)
    return people.practitioner(
        id_=id_, family=said.name.family, given=said.name.given, hpr=said.hpr, profession=said.profession
    )


# ── parties ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def organisation(party: Party | None) -> str | None:
    """Return the reference of the Organization that stands for a party."""
    return f"Organization/{party.organisation_id}" if party else None


def parties(*listed: Party) -> tuple[Resource, ...]:
    """Return the Organizations and Endpoints of parties: level 1, level 2 partOf it, and the address of each."""
    once = {p.key: p for p in listed}
    return tuple(r for party in once.values() for r in _party(Same(party)))


@lru_cache(maxsize=1024)
def _party(same: Same[Party]) -> tuple[Resource, ...]:
    """Return the resources of a party, made once: every event names the same few."""
    party = same.value
    level1 = organisations.organisation(
        id_=party.level1_id,
        name=party.name,
        orgnr=party.orgnr,
        address=party.address if not party.unit_name else None,
    )
    if party.organisation_id == party.level1_id:
        return (level1, *_endpoint(party))
    level2 = organisations.organisation(
        id_=party.organisation_id,
        name=party.unit_name or party.name,
        part_of=f"Organization/{party.level1_id}",
        endpoint=f"Endpoint/{_endpoint_id(party)}" if party.unit_her_id else None,
    )
    return (level1, level2, *_endpoint(party))


def _endpoint_id(party: Party) -> str:
    return naming.uid("endpoint", party.unit_her_id or party.key)


def _endpoint(party: Party) -> tuple[Resource, ...]:
    if party.unit_her_id is None:
        return ()
    types = tuple(dict.fromkeys(t.partition("/")[0] for t in party.takes if t != "*"))
    return (
        organisations.endpoint(
            id_=_endpoint_id(party),
            name=party.display,
            her_id=party.unit_her_id,
            organisation=organisation(party),
            types=types,
        ),
    )


# ── needs and their Tasks ────────────────────────────────────────────────────────────────────────────────────────────


def requester(ctx: Context) -> str | None:
    """Return the organisation that asks: the sender of the received message, whom the source registers it for, or the source."""
    if ctx.inbound is not None:
        return organisation(ctx.inbound.sender)
    return organisation(registered_for(ctx) or ctx.party)


def registered_for(ctx: Context) -> Party | None:
    """Return the outside party whose need a unit of ours registers: another sector, by its organisation number. R05, R37."""
    said = ctx.data.author
    number = said.organisation.orgnr if said.kind == "other-sector" and said.organisation else None
    if number is None or ctx.party is None or not ctx.party.home:
        return None
    found = ctx.book.by_source(f"urn:orgnr:{number}")
    return None if found is None or found.home else found


def _asker(ctx: Context) -> str | None:
    """Return who asks: Patient, RelatedPerson, a professional's role, or another sector's Organization. fhir-model.md; R05, R37."""
    if ctx.data.author.kind == "other-sector" and ctx.party is not None and not ctx.party.home:
        return organisation(ctx.party)
    return organisation(registered_for(ctx)) or author_reference(ctx)


def service_request(  # noqa: PLR0913 (all by name)
    ctx: Context,
    *,
    id_: str,
    melde_id: str,
    kind: str,
    status: str,
    wish: str,
    performer: Party | None,
    encounter: str | None,
) -> Resource:
    """Return the ServiceRequest of one kind of need, seen in a stay where there is one."""
    data = ctx.data
    return needs.service_request(
        id_=id_,
        melde_id=melde_id,
        kind=kind,
        patient=f"Patient/{ctx.patient_id()}",
        identified=data.occurred_at or ctx.event.time,
        recorded=ctx.now,
        requester=_asker(ctx),
        performer=organisation(performer),
        wish=wish,
        status=status,
        priority=data.urgency,
        consent=f"Consent/{ctx.id('Consent', 'consent')}",
        reasons=[{"text": code} for code in data.reason.codes],
        notes=(data.reason.text, data.note),
        encounter=encounter,
    )


def need_task(  # noqa: PLR0913 (all by name)
    ctx: Context,
    *,
    id_: str,
    melde_id: str,
    request: Resource,
    status: str,
    business: str,
    owner: Party | None,
    due: datetime | None,
) -> Resource:
    """Return the Task that fulfils a need."""
    return needs.task(
        id_=id_,
        melde_id=melde_id,
        need=parts.of(request),
        patient=f"Patient/{ctx.patient_id()}",
        status=status,
        state=business,
        authored=ctx.now,
        requester=requester(ctx),
        owner=organisation(owner),
        due=due,
        priority=request.get("priority", "routine"),
    )


def with_state(  # noqa: PLR0913 (all by name)
    ctx: Context,
    task: Resource,
    *,
    status: str,
    business: str,
    reason: str | None = None,
    due: datetime | None = None,
    outputs: tuple[str, ...] = (),
) -> Resource:
    """Return the Task in another state; `reason` is a code of the event."""
    return needs.moved(
        task,
        modified=ctx.now,
        status=status,
        state=business,
        reason={"text": reason} if reason else None,
        due=due,
        outputs=outputs,
    )


def with_request_status(request: Resource, status: str | None) -> Resource:
    """Return the ServiceRequest in another status, the same where none is given."""
    return needs.closed(request, status=status) if status and status != request["status"] else request


READ: Final = frozenset({"read-answer", "confirm-coordinator", "manual-fallback"})
"""Work items that a person's own event about the need answers."""
PASSED: Final = frozenset({"review", "route"})
"""Work items that passing the need on answers."""
UNDELIVERED: Final = frozenset({"manual-fallback"})
"""Work items about a message that did not arrive: answered where the need goes to another party instead."""


def acted(ctx: Context, melde_ids: set[str], kinds: frozenset[str]) -> Change:
    """Return the work items that this event answers as completed: only what a person posts does. See `tellon` for the rest."""
    if ctx.event.origin != "posted":
        return Change()
    closed = work_items_closed(ctx, melde_ids, status="completed", kinds=kinds)
    return replace(closed, resources=tuple(t for t in closed.resources if not views.input_of(t, views.STEP)))


def work_item(  # noqa: PLR0913 (all by name)
    ctx: Context,
    *,
    id_: str,
    kind: str,
    owner: Party | None,
    focus: str | None,
    melde_id: str | None = None,
    inputs: tuple[tuple[str, Any], ...] = (),
    due: datetime | None = None,
    reason: str | None = None,
    requester: Party | None = None,
) -> Resource:
    """Return a Task for a person: review, read-answer, confirm-coordinator, route or manual-fallback."""
    patient = f"Patient/{ctx.patient_id()}" if ctx.case.key or getattr(ctx.data, "patient", None) else None
    return needs.work_item(
        id_=id_,
        kind=kind,
        authored=ctx.now,
        patient=patient,
        focus=focus,
        owner=organisation(owner),
        requester=organisation(requester),
        melde_id=melde_id,
        inputs=inputs,
        due=due,
        description=reason,
    )


def work_items_closed(
    ctx: Context, melde_ids: set[str], *, status: str = "cancelled", kinds: frozenset[str] | None = None
) -> Change:
    """Return the open work items of these needs as closed: of all kinds, or of these. Those about a notice stay: ADR 168."""
    notices = posting.notices_asked_about(ctx.case)
    items = [
        t
        for t in ctx.case.of("Task")
        if (kind := views.code_of(t.get("code"), urls.TASK_KIND))
        and (kinds is None or kind in kinds)
        and t.get("groupIdentifier", {}).get("value") in melde_ids
        and t["status"] not in views.FINISHED
        and t.get("focus", {}).get("reference") not in notices
    ]
    return Change(resources=tuple(needs.moved(t, modified=ctx.now, status=status) for t in items))


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def buried(message: Message) -> Message:
    """Return an unsent message as given up: it never leaves."""
    return replace(message, state="buried")


def unsent(ctx: Context, melde_ids: set[str]) -> tuple[Message, ...]:
    """Return the messages of these needs that have not left, letters nobody has posted among them."""
    return tuple(m for m in ctx.case.messages if m.melde_id in melde_ids and posting.is_unsent(ctx.case, m))


def recipients(ctx: Context, melde_id: str) -> tuple[tuple[Message, Party], ...]:
    """Return who got the need of this Melde-id (or may have): the last message of each thread with its receiver."""
    listed = ((m, ctx.book.by_key(key)) for key, m in _latest(ctx, melde_id).items())
    return tuple((m, party) for m, party in listed if party is not None and not party.home)


def unlisted(ctx: Context, melde_ids: Collection[str]) -> tuple[Message, ...]:
    """Return the last message to each who got these needs and is in the book no more: its row has ended."""
    needs_of = (m for m in ctx.case.messages if m.direction == "out" and m.subject in titles.NEED_TITLES)
    got = {(m.melde_id, m.receiver_key) for m in needs_of if posting.has_left(ctx.case, m)}
    return tuple(
        message
        for melde_id in sorted(melde_ids)
        for key, message in _latest(ctx, melde_id).items()
        if (melde_id, key) in got and ctx.book.by_key(key) is None
    )


def _latest(ctx: Context, melde_id: str) -> dict[str, Message]:
    """Return the last message about a need that left, by receiver."""
    return {
        m.receiver_key: m
        for m in ctx.case.messages
        if m.melde_id == melde_id and m.receiver_key and posting.has_left(ctx.case, m)
    }


def original(ctx: Context, message: Message) -> Message:
    """Return the first message about the same need to the same receiver that left: what a receiver knows it by."""
    same = (
        m
        for m in ctx.case.messages
        if (m.direction, m.melde_id, m.receiver_key) == ("out", message.melde_id, message.receiver_key)
        and posting.has_left(ctx.case, m)
    )
    return next(same, message)
