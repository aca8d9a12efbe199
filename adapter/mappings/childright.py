"""Who a child coordinator is for: a child under 18, or a parent who expects one. E01, E23; pbrl § 2-5 c, hol § 7-2 a."""

from __future__ import annotations

from datetime import date

from adapter.errors import EventError
from adapter.mappings import common, patients
from adapter.mappings.context import Change, Context
from adapter.rules import assignments

AT = "$.data.patient.birthDate"
NEED = "child-coordinator"


def check(ctx: Context, on: date) -> None:
    """Refuse an appointment for another than a child on its first day. Raises EventError IPK-E050."""
    if not ctx.data.patient.expected_child and not _child(patients.birth_date(ctx), on):
        raise EventError("IPK-E050", at=AT)


def need(ctx: Context, on: date) -> Change:
    """Refuse a need for somebody known to be of age; a warning where nobody knows. Raises EventError IPK-E050.

    A need is a duty to tell (hpl § 38 a), so one is not refused because a birth date lacks; a received one never is.
    """
    if NEED not in ctx.data.needs or ctx.inbound is not None or ctx.data.patient.expected_child:
        return Change()
    day = patients.birth_date(ctx)
    if day is None:
        return Change(warnings=(common.warn("IPK-E050", AT),))
    check(ctx, on)
    return Change()


def _child(born_on: date | None, on: date) -> bool:
    if born_on is None:
        return False
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return years < assignments.OF_AGE
