"""The need message, whoever opens the gate: E01, E13, E02 and the release clock. message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from adapter.kith import titles
from adapter.mappings import clocks, common, grants, limits, named, needtext, posting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Case, Party, Reason
from adapter.rules import anchors, consent, message_states, routing, states

RESEND: Final = frozenset({"manual-fallback", "route"})
"""Work items that ask a person to send a message again, or to another party."""
BEFORE: Final = frozenset({"consent-pending", "reported"})
"""States of a need of which nobody has been told."""
REPLACED: Final = frozenset(
    message_states.after(s, message_states.REST) for s in message_states.before(message_states.REST)
)
"""States of a message that was given up for what still holds of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A need as reported, and the consent that opens for it now."""

    need: Any = field(repr=False)
    """Data of the event that identified it (E01)."""
    granted: tuple[consent.Grant, ...]
    """Consents that may open for it, the newest first: the first that speaks of a kind to a receiver counts."""
    melde_id: str

    def given(self, case: Case, kind: str, who: tuple[str, ...]) -> consent.Grant:
        """Return the consent that counts for a kind and receiver, one that was not asked for where there is none."""
        return next(grants.speaking(case, self.granted, kind, who), consent.Grant(status="not-asked"))


def _verdicts(
    ctx: Context, said: Reported, needs: list[views.Need], who: tuple[str, ...]
) -> Mapping[str, consent.Verdict]:
    """Return what consent says of each kind for these names."""
    return {
        n.kind: grants.verdict(
            ctx.case, said.granted, n.kind, who, legal_basis=said.need.legal_basis, on=ctx.today
        )
        for n in needs
    }


def release(
    ctx: Context,
    said: Reported,
    covered: list[views.Need],
    *,
    forced: bool = False,
    forwarded: needtext.Forwarded | None = None,
) -> tuple[Notice, ...]:
    """Return one notice per receiver for the kinds that consent covers now; held where the policy puts the unit first."""
    if not covered:
        return ()
    receiver = ctx.book.by_organisation(covered[0].owner)
    if receiver is None or (receiver.home and ctx.home is not None):
        return _gp_copy(ctx, said, covered, forwarded)
    policy, why = routing.policy(ctx.home, receiver, ctx.book) if ctx.home else ("direct", ())
    held = policy == "ke_then_municipality" and not forced and own_unit(ctx) not in (None, ctx.home)
    notice = need_notice(ctx, said, covered, receiver=receiver, reasons=tuple(why), forwarded=forwarded)
    if held:
        return (replace(notice, held=True),)
    return (notice, *_gp_copy(ctx, said, covered, forwarded))


def need_notice(
    ctx: Context,
    said: Reported,
    covered: list[views.Need],
    *,
    receiver: Party,
    reasons: tuple[Reason, ...] = (),
    forwarded: needtext.Forwarded | None = None,
) -> Notice:
    """Return the need message to one party, with its reply date."""
    need = said.need
    days = clocks.reply_days(ctx, receiver)
    due = clocks.reply_due(ctx, receiver)
    return Notice(
        receiver=receiver,
        title=needtext.title(forwarded),
        text=needtext.block(
            ctx,
            need,
            needtext.Covering(
                kinds=tuple(n.kind for n in covered),
                consent=said.given(ctx.case, covered[0].kind, named.names(receiver)),
                melde_id=said.melde_id,
                reply_by=due.date(),
                working_days=days,
                forwarded=forwarded,
            ),
        )
        + needtext.form(receiver),
        melde_id=said.melde_id,
        thread=views.dialogue(ctx.case, receiver.key, melde_id=said.melde_id),
        attached=needtext.form_attached(ctx, receiver),
        wants_reply=True,
        reply_days=days,
        based_on=tuple(f"ServiceRequest/{n.id}" for n in covered),
        reasons=(*_chosen(ctx, said, receiver), *reasons, *_opened(ctx, said, covered, receiver)),
        parent=_parent(need),
        contact_profession=need.contact_at_receiver.profession if need.contact_at_receiver else None,
    )


def _chosen(ctx: Context, said: Reported, receiver: Party) -> tuple[Reason, ...]:
    """Return why this party receives, where the patient's municipality decides it."""
    place = said.need.patient.municipality
    route = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.today)
    return route.reasons if route.party is receiver else ()


def _opened(ctx: Context, said: Reported, covered: list[views.Need], receiver: Party) -> tuple[Reason, ...]:
    """Return by which consent each kind goes, once."""
    verdicts = _verdicts(ctx, said, covered, named.names(receiver))
    return tuple(dict.fromkeys(reason for v in verdicts.values() for reason in v.reasons))


def _parent(need: Any) -> tuple[str, str] | None:
    """Return (RefToParent, RefToConversation) of the EPJ's own running thread, None where it names none."""
    said = need.correlation
    if said is None or not (said.conversation_ref or said.parent_msg_id):
        return None
    return said.parent_msg_id or said.conversation_ref, said.conversation_ref or said.parent_msg_id


def _gp_copy(
    ctx: Context, said: Reported, covered: list[views.Need], forwarded: needtext.Forwarded | None
) -> tuple[Notice, ...]:
    gp = common.gp(ctx, said=said.need.patient.gp)
    if gp is None:
        return ()
    who = named.names(gp, gp=True)
    verdicts = _verdicts(ctx, said, covered, who)
    opened = [n for n in covered if verdicts[n.kind].open]
    if not opened:
        return ()
    covering = needtext.Covering(
        kinds=tuple(n.kind for n in opened),
        consent=said.given(ctx.case, opened[0].kind, who),
        melde_id=said.melde_id,
        forwarded=forwarded,
        copy=True,
    )
    return (
        Notice(
            receiver=gp,
            title=needtext.title(forwarded),
            text=needtext.block(ctx, said.need, covering),
            melde_id=said.melde_id,
            based_on=tuple(f"ServiceRequest/{n.id}" for n in opened),
            reasons=tuple(
                dict.fromkeys(
                    (
                        *routing.gp_route(ctx.book, gp.unit_her_id).reasons,
                        *(reason for n in opened for reason in verdicts[n.kind].reasons),
                    )
                )
            ),
        ),
    )


def reported(ctx: Context, melde_id: str) -> Reported | None:
    """Return a need of this case with the consent that holds now, None when its event is not kept."""
    need = needtext.stored(ctx, melde_id)
    if need is None:
        return None
    granted = grants.of_needs(ctx.case) or [grants.said(need.consent, ctx)]
    return Reported(need=need, granted=tuple(granted), melde_id=melde_id)


def released(
    ctx: Context, melde_id: str, *, forwarded: needtext.Forwarded | None = None
) -> tuple[Notice, ...]:
    """Return the message that the unit or the clock lets go, for the kinds that are still reported."""
    said = reported(ctx, melde_id)
    covered = [n for n in views.open_needs(ctx.case) if n.melde_id == melde_id and n.state == "reported"]
    return release(ctx, said, covered, forced=True, forwarded=forwarded) if said is not None else ()


def rest(ctx: Context, melde_id: str) -> tuple[Notice, ...]:
    """Return the need message that a clock of the need itself lets go: what could not leave beside, or with, another. ADR 100."""
    return tuple(_after(ctx, n) for n in released(ctx, melde_id))


def _after(ctx: Context, told: Notice) -> Notice:
    """Return a need message with the one that was stopped before it, and why it tells of less."""
    stopped = [
        m
        for m in ctx.case.messages
        if (m.direction, m.melde_id, m.receiver_key) == ("out", told.melde_id, told.receiver.key)
        and m.state in REPLACED
        and m.wants_reply
    ]
    if not told.wants_reply or not stopped or stopped[-1].replaced_by:
        return told
    return replace(
        told, replaces=stopped[-1], reasons=(*told.reasons, anchors.fixed("need-rest", "sendt på nytt"))
    )


def let_go(ctx: Context, melde_ids: set[str]) -> Change:
    """Return the held messages of these needs as buried, for what is released goes under the releasing event's id.

    Kinds that the consent no longer opens wait for another: it is looked at again when the message leaves.
    """
    held = [m for m in ctx.case.messages if m.state == "held" and m.melde_id in melde_ids]
    waiting = [
        need
        for melde_id in sorted({m.melde_id for m in held if m.melde_id})
        for need in views.open_needs(ctx.case)
        if need.melde_id == melde_id
        and need.state == "reported"
        and not opens(ctx, need, ctx.book.by_organisation(need.owner))
    ]
    return Change(
        resources=tuple(
            common.with_state(ctx, n.task, status=step.task_status, business=step.business)
            for n in waiting
            for step in (states.transition(n.state, states.NOT_COVERED),)
        ),
        messages=tuple(common.buried(m) for m in held),
    )


def opens(ctx: Context, need: views.Need, receiver: Party | None) -> bool:
    """Return whether the consent that holds now lets this need go to a party; nothing leaves to one that is home."""
    if receiver is not None and receiver.home:
        return True
    said = reported(ctx, need.melde_id)
    who = named.names(receiver, gp=bool(receiver and receiver.person))
    return said is not None and _verdicts(ctx, said, [need], who)[need.kind].open


def withheld(ctx: Context, melde_ids: set[str], gone: set[str]) -> Change:
    """Return the unsent messages of these Melde-ids as buried; needs in them that are not `gone` are reported anew.

    A message holds every kind of its release: when one of them must not leave, the others go again, by `again`, where consent opens
    them still.
    """
    unsent = common.unsent(ctx, melde_ids)
    stay = [n for n in views.open_needs(ctx.case) if n.melde_id in melde_ids and n.id not in gone]
    anew = [(n, step) for n in stay if unsent if (step := _anew(ctx, n)) is not None]
    waits = {n.id for n, step in anew if step.business == "consent-pending"}
    kept = {n.melde_id for n in stay if n.state != "consent-pending" and n.id not in waits}
    return Change(
        resources=tuple(
            common.with_state(ctx, n.task, status=step.task_status, business=step.business)
            for n, step in anew
        ),
        deadlines=clocks.close(ctx, "reply", melde_ids - kept),
    ) + posting.stopped(ctx, unsent)


def _anew(ctx: Context, need: views.Need) -> states.State | None:
    """Return where a need stands whose message is stopped: reported anew, or waiting where no consent opens it; None where it stays."""
    now = posting.state(ctx.case, need)
    if not states.permits(now, states.STOPPED):
        return None
    step = states.transition(now, states.STOPPED)
    open_ = opens(ctx, need, ctx.book.by_organisation(need.owner))
    return step if open_ else states.transition(step.business, states.NOT_COVERED)


def over(ctx: Context, gone: set[str]) -> Change:
    """Return the work items that ask to send again what must not leave: of Melde-ids with no open need but those `gone`."""
    ids = {n.melde_id for n in views.open_needs(ctx.case) if n.id in gone}
    return common.work_items_closed(
        ctx, ids - {n.melde_id for n in views.open_needs(ctx.case) if n.id not in gone}, kinds=RESEND
    )


def waiting(ctx: Context) -> set[str]:
    """Return the Melde-ids whose need messages have not left: `withheld` stops them, and `again` writes them anew."""
    return {
        m.melde_id
        for m in ctx.case.messages
        if m.melde_id and m.wants_reply and posting.is_unsent(ctx.case, m)
    }


def again(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the need messages, and copies, for what `withheld` left, under the releasing id of this event."""
    notices: list[Notice] = []
    waited = {m.id for m in before.case.messages if posting.is_unsent(before.case, m)}
    stopped = [m for m in ctx.case.messages if m.id in waited and m.state == "buried"]
    for melde_id in sorted({m.melde_id for m in stopped if m.melde_id and m.subject in titles.NEED_TITLES}):
        said = reported(ctx, melde_id)
        mine = [n for n in views.open_needs(ctx.case) if n.melde_id == melde_id]
        covered = [n for n in mine if just_reported(ctx, n)]
        if said is not None and covered:
            notices += (_after(ctx, n) for n in release(ctx, said, covered))
        elif said is not None:  # the message has left, only the copy had not
            notices += _gp_copy(ctx, said, [n for n in mine if n.state not in BEFORE], None)
    return tuple(notices)


def owed(before: Context, after: Context, told: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return what `withheld` left of messages that an event stops but does not write anew: a clock lets it go. ADR 13.

    `told` is what the event itself tells.
    """
    stopped = waiting(before) - waiting(after) - {n.melde_id for n in told if n.wants_reply}
    return tuple(n for n in again(after, before) if n.melde_id in stopped) if stopped else ()


def just_reported(ctx: Context, need: views.Need) -> bool:
    """Return whether no message of ours carries this need yet: reported now, and none waits for the unit's release."""
    held = any(m.state == "held" and m.melde_id == need.melde_id for m in ctx.case.messages)
    return need.state == "reported" and not held and need.task.get("lastModified") == clocks.stamp(ctx)


def own_unit(ctx: Context) -> Party | None:
    """Return the own coordinating unit of the home party that acts, None where the patient excepts it."""
    unit = routing.own_unit(ctx.book, ctx.home) if ctx.home else None
    stated = getattr(getattr(ctx.data, "consent", None), "excluded", None) or ()
    out = limits.excluded(ctx.case) | set(stated)
    return None if unit is not None and {consent.OWN_UNIT, unit.key} & out else unit
