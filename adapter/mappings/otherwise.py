"""An event that says of the patient otherwise than the case: told, given to a person, and refused where a message would go by it.

Issue 4, 'Bad input gets'; docs/decisions/0131-what-is-known-of-the-patient-stands.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapter import ids
from adapter.errors import EventError
from adapter.fhir import needs
from adapter.mappings import common, expiring, patients, views
from adapter.mappings.context import Change, Context
from adapter.model import Party, Resource, Warn
from adapter.rules import anchors, routing

SAYS: Final = "contradicts"
"""Name of the work item's input: the elements of the Patient that were told otherwise. Never what was told: it may be another person's."""
ROUTED: Final = frozenset(
    {
        "ip.need.identified",
        "ip.rehabilitation-need.reported",
        "ip.hospital-coordinator.appointed",
        "ip.patient.admitted",
        "ip.patient.early-notice",
        "ip.patient.discharge-ready",
        "ip.patient.discharge-ready-cancelled",
        "ip.patient.discharged",
        "ip.platform-access.requested",
    }
)
"""Events that go to the municipality that they state: refused until it is settled where the patient lives."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is told otherwise together: its code, its elements with their place in the event, what settles it, the item's words."""

    code: str
    places: dict[str, str]
    settles: str
    words: str


ROWS: Final = (
    Row(
        "IPK-E091",
        {"name": "name", "birthDate": "birthDate", "gender": "gender"},
        patients.IDENTITY,
        "Navn, fødselsdato eller kjønn er oppgitt annerledes enn i saken, og er ikke endret. Kontroller hva som er rett, og at "
        "det gjelder rett pasient. Er det saken som er feil, meld endret identitet.",
    ),
    Row(
        "IPK-E090",
        {"address": "municipality"},
        patients.MOVED,
        "Pasienten er oppgitt å bo et annet sted enn i saken, og saken er ikke endret. Har pasienten flyttet, meld det.",
    ),
    Row(
        "IPK-E092",
        {"generalPractitioner": "gp"},
        patients.GP,
        "En annen fastlege er oppgitt enn i saken, og ingen av dem er varslet. Har pasienten byttet fastlege, meld det.",
    ),
    Row(
        "IPK-E097",
        {patients.PROTECTION: "protectedAddress"},
        patients.PROTECTED,
        "Adressen er oppgitt med svakere beskyttelse enn i saken, og beskyttelsen står. Er den endret "
        "eller opphevet, meld det.",
    ),
)
NUMBER: Final = "IPK-E093"
RULE: Final = "patient-stands"


def doubts(ctx: Context) -> Change:
    """Return warnings and work items for what an event says of the patient otherwise than the case, and what it settles.

    Raises EventError IPK-E090 where a message would go to another municipality than the patient's.
    """
    if getattr(ctx.data, "patient", None) is None or ctx.case.twin is not None:
        return Change()
    known = views.patient(ctx.case)
    if known is None:
        return Change(warnings=tuple(_number(ctx)))
    built = common.stated(ctx)
    other, elsewhere = patients.contradicted(ctx, built), patients.elsewhere(ctx, built)
    if "address" in other and ctx.event.type in ROUTED and ctx.event.origin == "posted":
        raise EventError("IPK-E090", at="$.data.patient.municipality")
    said = {*other, *(("address",) if elsewhere else ())}
    warnings = (
        common.warn(row.code, f"$.data.patient.{place}")
        for row in ROWS
        for name, place in row.places.items()
        if name in said
    )
    items = (r for row in ROWS for r in _item(ctx, row, [name for name in row.places if name in other]))
    return Change(
        resources=(*items, *_settled(ctx)),
        reasons=(anchors.fixed(RULE, ", ".join(other)),) if other else (),
        warnings=(*warnings, *(() if "birthDate" in known else _number(ctx))),
    )


def _number(ctx: Context) -> Iterator[Warn]:
    """Yield a warning where the birth date, told for the first time, is not the day that the number begins with."""
    said = ctx.data.patient
    if ctx.event.origin == "posted" and not ids.may_be_born(
        said.identifier.system, said.identifier.value, said.birth_date
    ):
        yield common.warn(NUMBER, "$.data.patient.birthDate")


def _item(ctx: Context, row: Row, names: list[str]) -> tuple[Resource, ...]:
    """Return a work item for what is told otherwise, unless one waits that says so."""
    told = {name for one in _waiting(ctx, row) for name in (views.input_of(one, SAYS) or "").split(", ")}
    if set(names) <= told:
        return ()
    owner = _owner(ctx)
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", f"{SAYS}/{row.code}"),
        kind="review",
        owner=owner,
        focus=f"Patient/{ctx.patient_id()}",
        inputs=((SAYS, ", ".join(names)), ("event", row.settles)),
        reason=row.words,
    )
    return (*(common.parties(owner) if owner else ()), item)


def _owner(ctx: Context) -> Party | None:
    """Return who finds out: whoever follows the patient up at home, else the own unit of the first home party."""
    found = expiring.responsible(ctx)
    return found if found is not None and found.home else routing.desk(ctx.book, routing.first(ctx.book))


def _waiting(ctx: Context, row: Row) -> list[Resource]:
    return [
        t
        for t in ctx.case.of("Task")
        if t["status"] not in views.FINISHED
        and views.input_of(t, SAYS) is not None
        and views.input_of(t, "event") == row.settles
    ]


def _settled(ctx: Context) -> tuple[Resource, ...]:
    """Return the work items that this event settles, as completed."""
    done = (t for row in ROWS if row.settles == ctx.event.type for t in _waiting(ctx, row))
    return tuple(needs.moved(t, modified=ctx.now, status="completed") for t in done)
