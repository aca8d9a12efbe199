"""Who consented, seen with what the case knows: the birth date that the event leaves out, a capacity nobody stated. pbrl ch. 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapter.errors import ConsentError
from adapter.events import age, whoconsents
from adapter.mappings import common, consenting, noes, patients
from adapter.mappings.context import Change, Context
from adapter.model import Warn

_OTHERS: Final = frozenset({"representative", "relative"})


def doubts(ctx: Context) -> Change:
    """Return a warning for what the sender is asked of who consented. Raises ConsentError IPK-C020, IPK-C022."""
    return Change(warnings=tuple(w for path, said in _said(ctx) for w in _doubts(ctx, path, said)))


def _said(ctx: Context) -> Iterator[tuple[str, Any]]:
    yield from consenting.said(ctx)
    if ctx.event.type == whoconsents.LIMITED:
        yield "$.data", ctx.data


def _doubts(ctx: Context, path: str, said: Any) -> Iterator[Warn]:
    born = patients.birth_date(ctx)
    on = said.date or ctx.case.today
    code = whoconsents.against_age(said.given_by, born, on) if born else None
    if code:
        raise ConsentError(code, at=f"{path}.givenBy")
    if path != "$.data" and noes.lapsed(said.given_by, ctx.case, born=born):
        yield common.warn("IPK-E100", f"{path}.givenBy")
    if born is None:
        yield common.warn("IPK-C021", "$.data.patient.birthDate")
    elif (
        said.given_by in _OTHERS and age.is_sixteen(born, on) and getattr(said, "capacity", "lacking") is None
    ):
        yield common.warn("IPK-C023", f"{path}.capacity")
