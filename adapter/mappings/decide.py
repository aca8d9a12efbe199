"""One event at one case: everything it changes. The table of events; a new event is one row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from adapter import naming
from adapter.events import Event
from adapter.mappings import (
    access,
    answers,
    asked,
    capacity,
    clocks,
    closing,
    common,
    compose,
    consenting,
    consents,
    coordinators,
    dating,
    declining,
    dying,
    enquiries,
    expiring,
    fallen,
    filing,
    forwarding,
    fulfilling,
    gaps,
    handling,
    identity,
    internal,
    joining,
    limiting,
    meetings,
    members,
    minutes,
    moving,
    needs,
    needtext,
    otherwise,
    outlived,
    participation,
    passing,
    patient_input,
    patient_letters,
    plandocument,
    plannews,
    plans,
    planwork,
    proposed,
    proposing,
    protecting,
    reading,
    recalling,
    rehabilitation,
    release,
    removing,
    representing,
    rerouting,
    scope,
    stays,
    takeover,
    team,
    twins,
    uncoordinated,
    unlisted,
    views,
    watching,
)
from adapter.mappings.compose import Composed
from adapter.mappings.context import Change, Context, Inbound, Notice, together
from adapter.model import AddressBook, Case, Message, Outcome, Party, Resource
from adapter.rules import authority, routing, states

Notices = Callable[..., tuple[Notice, ...]]


def _nobody(_ctx: Context) -> tuple[Notice, ...]:
    return ()


def _none(_ctx: Context) -> tuple[Message, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Row:
    """How one type of event is mapped: what it changes, and what is told to whom."""

    resources: Callable[[Context], Change]
    notices: Notices = _nobody
    compares: bool = False
    """Whether `notices` also wants the case as it was before."""
    owes: bool = False
    """Whether a person here tells the others where an outside party posts it: its event sends nothing."""

    missed: Callable[[Context], tuple[Message, ...]] = _none
    """The last message to each who would be told and is in the book no more."""

    def told(self, after: Context, before: Context) -> tuple[Notice, ...]:
        """Return what is told to whom."""
        return self.notices(after, before) if self.compares else self.notices(after)


ROWS: Final[Mapping[str, Row]] = {
    "ip.need.identified": Row(needs.identified, joining.identified_notices, compares=True),
    "ip.need.forwarded": Row(forwarding.forwarded, forwarding.forwarded_notices, compares=True),
    "ip.need.acknowledged": Row(answers.answered, answers.answered_notices),
    "ip.need.info-requested": Row(answers.answered, answers.answered_notices),
    "ip.need.info-supplied": Row(asked.supplied, asked.supplied_notices, compares=True),
    "ip.need.accepted": Row(answers.answered, answers.answered_notices),
    "ip.need.declined": Row(answers.answered, patient_letters.declined_notices),
    "ip.need.declined-by-patient": Row(
        declining.declined,
        declining.declined_notices,
        compares=True,
        owes=True,
        missed=declining.missed,
    ),
    "ip.need.withdrawn": Row(
        answers.withdrawn, answers.withdrawn_notices, compares=True, owes=True, missed=answers.missed
    ),
    "ip.need.fulfilled": Row(fulfilling.fulfilled, fulfilling.fulfilled_notices, compares=True),
    "ip.rehabilitation-need.reported": Row(
        rehabilitation.reported, rehabilitation.reported_notices, compares=True
    ),
    "ip.consent.given": Row(consents.given, consents.given_notices),
    "ip.consent.limited": Row(limiting.limited, limiting.limited_notices, compares=True, owes=True),
    "ip.consent.withdrawn": Row(
        consents.withdrawn, consents.withdrawn_notices, compares=True, owes=True, missed=consents.missed
    ),
    "ip.representative.changed": Row(representing.changed, representing.changed_notices, compares=True),
    "ip.identity.changed": Row(identity.changed, identity.changed_notices, compares=True),
    "ip.address-protection.changed": Row(protecting.changed),
    "ip.coordinator.offered": Row(coordinators.offered),
    "ip.coordinator.appointed": Row(team.appointed, team.appointed_notices),
    "ip.hospital-coordinator.appointed": Row(team.appointed, team.appointed_notices),
    "ip.child-coordinator.appointed": Row(coordinators.child_appointed, coordinators.child_notices),
    "ip.coordinator.replaced": Row(team.replaced, team.changed_notices, missed=unlisted.knew_held),
    "ip.coordinator.absent": Row(coordinators.absent, coordinators.absent_notices),
    "ip.coordinator.returned": Row(coordinators.returned, coordinators.returned_notices),
    "ip.coordinator.ended": Row(team.ended, team.changed_notices, missed=unlisted.knew_held),
    "ip.contact-physician.appointed": Row(team.appointed, patient_letters.physician_notices),
    "ip.contact-physician.replaced": Row(team.replaced),
    "ip.contact-physician.ended": Row(team.ended),
    "ip.team-member.added": Row(members.added, members.added_notices),
    "ip.team-member.removed": Row(removing.removed, removing.removed_notices, compares=True),
    "ip.pathway-coordinator.assigned": Row(team.appointed),
    "ip.gp.changed": Row(members.gp_changed, members.gp_notices),
    "ip.plan.created": Row(plans.created, plannews.created_notices),
    "ip.plan.updated": Row(plans.updated, plannews.updated_notices, compares=True),
    "ip.goal.changed": Row(planwork.goal_changed),
    "ip.activity.changed": Row(planwork.activity_changed, planwork.activity_notices, compares=True),
    "ip.plan.evaluated": Row(planwork.evaluated, planwork.evaluated_notices),
    "ip.plan.transferred": Row(takeover.transferred, takeover.notices, compares=True),
    "ip.plan.closed": Row(plans.closed, plannews.closed_notices, compares=True),
    "ip.plan-document.shared": Row(plandocument.shared, plandocument.notices),
    "ip.meeting.called": Row(meetings.called, meetings.called_notices),
    "ip.meeting.answered": Row(meetings.answered, meetings.answered_notices),
    "ip.meeting.held": Row(minutes.held, minutes.notices),
    "ip.meeting.cancelled": Row(meetings.cancelled, meetings.cancelled_notices, compares=True),
    "ip.patient.admitted": Row(stays.admitted, stays.admitted_notices),
    "ip.patient.early-notice": Row(stays.early_notice, stays.early_notices),
    "ip.patient.discharge-ready": Row(stays.discharge_ready, stays.ready_notices),
    "ip.patient.discharge-ready-cancelled": Row(
        stays.discharge_ready_cancelled, stays.cancelled_notices, compares=True
    ),
    "ip.patient.discharged": Row(stays.discharged, stays.discharged_notices, compares=True),
    "ip.hospital-participation.ending": Row(participation.ending, participation.notices),
    "ip.hospital-participation.ended": Row(
        coordinators.hospital_ended, participation.notices, missed=unlisted.knew_held
    ),
    "ip.patient.moved": Row(moving.moved, moving.moved_notices, compares=True),
    "ip.patient.deceased": Row(
        dying.deceased, dying.deceased_notices, compares=True, owes=True, missed=unlisted.bereaved
    ),
    "ip.manual-fallback.recorded": Row(handling.fallback),
    "ip.address.changed": Row(handling.address_changed),
    "ip.need.entered-in-error": Row(
        recalling.recalled, recalling.recalled_notices, compares=True, missed=recalling.missed
    ),
    "ip.patient-input.recorded": Row(patient_input.recorded),
    "ip.platform-access.requested": Row(access.requested, access.requested_notices),
    "ip.platform-access.granted": Row(access.moved, access.moved_notices),
    "ip.platform-access.ended": Row(access.moved, access.moved_notices),
    "ip.message.sent": Row(internal.handed_sent),
    "ip.message.receipt": Row(internal.handed_receipt),
    "ip.document.filed": Row(handling.filed),
    "ip.plan-change.proposed": Row(proposing.proposed),
    "ip.plan-change.answered": Row(proposed.answered),
    "ip.enquiry.answered": Row(enquiries.answered, enquiries.notices),
    "ip.need.duplicate-detected": Row(joining.linked),
    "ip.consent.expired": Row(expiring.expired, expiring.expired_notices, compares=True),
    "ip.receipt.positive": Row(internal.receipt),
    "ip.receipt.negative": Row(internal.receipt),
    "ip.receipt.missing": Row(internal.receipt),
    "ip.receipt.late": Row(internal.receipt),
    "ip.message.faulted": Row(internal.dialogue),
    "ip.dialogue.received": Row(internal.dialogue),
    "ip.deadline.breached": Row(internal.breached, internal.breached_notices, compares=True),
}
"""Type of event → its mapping."""


def decide(
    event: Event, case: Case, book: AddressBook, *, party: Party | None, inbound: Inbound | None = None
) -> Outcome:
    """Return everything an event changes at a case; `book` as valid on the day, `party` the event's source.

    Raises EventError (IPK-E013 refused transition, IPK-E014 unknown, IPK-E015, IPK-E018, IPK-E023-E025), MessageError.
    """
    row = ROWS[event.type]
    told_at = Context(event=event, case=_with_event(event, case), book=book, party=party, inbound=inbound)
    before, rerouted = rerouting.routed(told_at)
    change = together(
        rerouted.change,
        _allowed(before),
        dying.is_alive(before),
        twins.may_be_told(before),
        row.resources(before),
        filing.filed(before),
        _reported(before, row),
        moving.taken_over(before),
        *_besides(before),
    )
    change = expiring.of_age(before, protecting.followed(before, change))
    decided = gaps.followed(before, closing.followed(before, change))
    decided += rerouting.stranded(before, rerouted, decided)
    missed = row.missed(before)
    decided += unlisted.items(before, missed, decided)
    change = fallen.followed(before, decided)
    key = before.patient_id() if _names_person(before, change) else case.key
    after = before.with_case(before.case.having(change.outcome(key)))
    closed = closing.notices(after, before)
    told = (*closed, *row.told(after, before)) if after.may_send else ()
    if change is not decided and after.may_send:
        told = fallen.notices(before, decided, told)
    told, kept_back = limiting.allowed(told, before=before, after=after)
    first, further = _one_per_receiver(told)
    further += release.owed(before, after, told)
    sent = protecting.by_hand(after, tuple(compose.compose(after, notice) for notice in first))
    whole = together(
        change,
        unlisted.items(after, closing.missed(after, before), Change(), by=closing.WITHDRAWN),
        outlived.followed(before, after),
        _carried(after, sent),
        Change(deadlines=clocks.further(after, further), reasons=kept_back),
        Change(deadlines=expiring.changed(before.case, after.case, key)),
        expiring.answered(after),
        uncoordinated.followed(after, key),
        access.uncovered(before, after),
        protecting.items(after, tuple(one.message for one in sent)),
        passing.owed(after, row.told(after, before), missed=unlisted.owed(after, missed))
        if row.owes and not after.may_send
        else Change(),
        passing.owed(after, closed, by=closing.WITHDRAWN) if closed and not after.may_send else Change(),
    )
    final = after.case.having(whole.outcome(key))
    clocks_moved = watching.followed(after, before.case, final, whole)
    return _outcome(after, whole + clocks_moved, final, key=key, sent=sent)


def _besides(ctx: Context) -> tuple[Change, ...]:
    """Return what every event may change: by the consent it carries, or as the answer to what somebody wrote."""
    return (
        dating.older(ctx),
        otherwise.doubts(ctx),
        limiting.lifted(ctx),
        capacity.doubts(ctx),
        consenting.doubts(ctx),
        reading.answered(ctx),
    )


def _allowed(ctx: Context) -> Change:
    """Return why the source may post this about the case. Raises RoutingError IPK-R005."""
    if ctx.event.origin != "posted" or ctx.party is None:
        return Change()
    parts = views.parts_of(ctx.case, ctx.party, ctx.book, of=scope.judged(ctx))
    said = getattr(ctx.data, "patient", None)
    if ctx.case.key is None and said is not None and said.municipality.code in ctx.party.municipalities:
        parts |= {"municipality"}
    return Change(reasons=authority.check(ctx.event.type, parts))


def _reported(ctx: Context, row: Row) -> Change:
    """Return why nobody is told of what another organisation tells: it tells others itself. message-rules.md, 'Doors'."""
    if ctx.event.origin != "posted" or ctx.party is None or row.notices is _nobody:
        return Change()
    return Change(reasons=routing.leaves(ctx.party)[1])


def _one_per_receiver(told: tuple[Notice, ...]) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Return one notice per receiver, and the need messages that must wait for a release of their own.

    A MsgId follows from event, type and receiver: a second message of one event to one receiver would be the same one.
    A need message comes before a notice that says the same of several needs.
    """
    chosen: dict[tuple[str, str], Notice] = {}
    further: list[Notice] = []
    for notice in sorted(told, key=lambda n: not n.wants_reply):
        if notice.lane not in chosen:
            chosen[notice.lane] = notice
        elif notice.wants_reply or chosen[notice.lane].wants_reply:
            further.append(notice)
    return tuple(n for n in told if n in chosen.values()), tuple(further)


def _with_event(event: Event, case: Case) -> Case:
    """Return the case knowing the need of this very event, so that its text can be written."""
    if event.type not in needtext.IDENTIFYING:
        return case
    return replace(case, needs={**case.needs, naming.melde_id(event.event_id): event.content})


def _names_person(ctx: Context, change: Change) -> bool:
    return ctx.case.key is not None or any(r["resourceType"] == "Patient" for r in change.resources)


def _carried(ctx: Context, sent: tuple[Composed, ...]) -> Change:
    """Return the composed messages with their resources and clocks, what they replace, and their needs on the way."""
    tasks: list[Resource] = []
    for one in sent:
        tasks += _on_the_way(ctx, one)
    return Change(
        resources=(*(r for one in sent for r in one.resources), *tasks),
        messages=(
            *(replace(old, replaced_by=one.message.id) for one in sent if (old := one.notice.replaces)),
            *(one.message for one in sent),
        ),
        deadlines=tuple(d for one in sent for d in one.deadlines),
        reasons=tuple(r for one in sent for r in one.message.why),
        warnings=(common.warn("IPK-E105", "$.data.author.phone"),)
        if any(o.left_behind for o in sent)
        else (),
    )


def _on_the_way(ctx: Context, one: Composed) -> list[Resource]:
    if not one.notice.wants_reply:
        return []
    receiver = one.notice.receiver.organisation_id
    due = next((d.due for d in one.deadlines if d.kind == "reply"), None)
    return [
        common.with_state(ctx, n.task, status=step.task_status, business=step.business, due=due)
        for n in views.open_needs(ctx.case)
        if f"ServiceRequest/{n.id}" in one.notice.based_on and n.owner == receiver
        for step in (states.after_message(n.state, one.message.state),)
    ]


def _outcome(
    ctx: Context, change: Change, final: Case, *, key: str | None, sent: tuple[Composed, ...]
) -> Outcome:
    """Return the outcome; `final` is the case as it will be, but for clocks, which move no need's state."""
    status: Any = change.status or ("accepted" if sent else "recorded")
    person = getattr(ctx.data, "patient", None)
    return Outcome(
        status=status,
        case_key=key,
        resources=change.resources,
        messages=change.messages,
        deadlines=change.deadlines,
        reasons=change.reasons,
        warnings=tuple(dict.fromkeys(change.warnings)),
        patient_identifier=(person.identifier.system, person.identifier.value) if person else None,
        case=answer_case(final, change.case),
    )


def answer_case(case: Case, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `case` part of an answer: patientId, meldeId, needs, planId, assignmentId."""
    melde_id = said.get("meldeId")
    listed = [n for n in views.needs(case) if melde_id is None or n.melde_id == melde_id]
    return {
        "patientId": case.key,
        "meldeId": melde_id,
        "needs": [{"kind": n.kind, "needId": n.id, "state": n.state} for n in listed],
        "planId": said.get("planId"),
        "assignmentId": said.get("assignmentId"),
    }
