"""Two cases of one person: the former one rests, and what is told of the person in one is told in the other. E18; decision 162."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from adapter.events import Event
from adapter.fhir import consents, people
from adapter.mappings import grants, limits, noes, patients, views
from adapter.mappings.context import Change, Context
from adapter.mappings.patients import PROTECTED
from adapter.model import Case, Resource
from adapter.rules import alive, replaced

DIED: Final = "ip.patient.deceased"
WITHDRAWN: Final = "ip.consent.withdrawn"
LIMITED: Final = "ip.consent.limited"
SAME: Final = frozenset({DIED, WITHDRAWN, LIMITED})
"""Events that are told in the other case word for word."""
_SCOPES: Final = ("coordinator", "other-sectors", "plan-create", "plan-share")
_REPLACED_BY: Final = "replaced-by"


class Told(NamedTuple):
    """An event that follows in another case: its type and data."""

    type: str
    data: dict[str, Any]


# ── which cases ──────────────────────────────────────────────────────────────────────────────────────────────────────


def replaced_by(case: Case) -> str | None:
    """Return the key of the case by which this one is replaced: its number is no longer the person's."""
    return next((key for type_, key in _links(case) if type_ == _REPLACED_BY), None)


def is_replaced(case: Case) -> bool:
    """Return whether another case of the same person has taken this one's place: it rests until a person ends it."""
    return replaced_by(case) is not None


def others(case: Case) -> tuple[str, ...]:
    """Return the keys of the cases that replace this one, or that it replaces."""
    return tuple(dict.fromkeys(key for _, key in _links(case)))


def _links(case: Case) -> Iterator[tuple[str, str]]:
    for link in (views.patient(case) or {}).get("link", ()):
        yield link["type"], views.reference_id(link["other"])


def may_be_told(ctx: Context) -> Change:
    """Return nothing where the event may be told of this number. Raises EventError IPK-E102 where it belongs to the new one."""
    if ctx.event.origin == "posted":
        step = getattr(ctx.data, "step", None)
        replaced.check(ctx.event.type, replaced=is_replaced(ctx.case), step=step)
    return Change()


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def concerns(event: Event, before: Case, after: Case) -> bool:
    """Return whether an event tells something of the person that the other cases must know."""
    if event.type in {*SAME, PROTECTED, patients.IDENTITY} or _grade(before) != _grade(after):
        return True
    return {no.key for no in noes.listed(before)} != {no.key for no in noes.listed(after)}


def told(event: Event, after: Case, there: Case, said: Mapping[str, Any]) -> list[Told]:
    """Return the events that follow in another case, `there`, of one that led a case to `after`; `said` is its data."""
    if event.type == patients.IDENTITY:
        link = [Told(event.type, dict(said))] if replaced_by(after) == there.key else []
        return link + carried(after, there, said)
    found = []
    if _grade(after) != _grade(there):
        found.append(Told(PROTECTED, {**_person(said), "level": _grade(after) or "none"}))
    if event.type in SAME and (alive.permits(event.type) or not views.is_dead(there)):
        found.append(Told(event.type, {k: v for k, v in said.items() if k != "continues"}))
    if event.type not in SAME and not views.is_dead(there):
        found += _noes(
            after, there, _person(said)
        )  # a need that the patient declines, a consent that is refused
    return found


def carried(from_: Case, to: Case, said: Mapping[str, Any]) -> list[Told]:
    """Return what one case knows of the person and the other does not: protection, death, and what the patient said no to."""
    person, found = _person(said), []
    if patients.GRADES.index(_grade(from_)) > patients.GRADES.index(_grade(to)):
        found.append(Told(PROTECTED, {**person, "level": _grade(from_)}))
    died = (views.patient(from_) or {}).get("deceasedDateTime")
    if died and not views.is_dead(to):
        return [*found, Told(DIED, {**person, "diedOn": died[:10]})]
    if views.is_dead(to):
        return found
    return [*found, *_noes(from_, to, person), *_limits(from_, to, person)]


def _person(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return who it is about and who says it; the grade of protection is told by itself."""
    patient = {k: v for k, v in said["patient"].items() if k != "protectedAddress"}
    return {"patient": patient, "author": said["author"]}


def _grade(case: Case) -> str | None:
    return people.grade(views.patient(case))


def _noes(from_: Case, to: Case, person: Mapping[str, Any]) -> Iterator[Told]:
    """Yield a withdrawal for each no that no later yes in either case has undone."""
    known = {no.key for no in noes.listed(to)}
    for no in noes.listed(from_):
        if no.key in known:
            continue
        scopes = set(no.scopes or _SCOPES)
        for resource in (*_yeses(from_), *_yeses(to)):
            grant = grants.of_resource(resource)
            if _is_later(resource, no) and (not no.names or no.names & grant.recipients):
                scopes -= grant.scopes
        if scopes:
            whom = {"recipients": sorted(no.names)} if no.names else {}
            yield Told(WITHDRAWN, {**person, "scopes": sorted(scopes), **whom, "date": no.date})


def _yeses(case: Case) -> tuple[Resource, ...]:
    return tuple(c for c in views.consents(case) if c["status"] == "active")


def _is_later(resource: Resource, no: noes.No) -> bool:
    return (resource.get("dateTime", "")[:10], noes.told(resource)) >= (no.date, no.told)


def _limits(from_: Case, to: Case, person: Mapping[str, Any]) -> Iterator[Told]:
    """Yield a limit for each whom or what it excepts that the other case does not, and no later yes there names."""
    for limit in views.limits(from_):
        who, topics = map(set, consents.denied(limit))
        on = limit["dateTime"][:10]
        later = (grants.of_resource(c) for c in _yeses(to) if c.get("dateTime", "")[:10] > on)
        who -= limits.excluded(to).union(*(grant.recipients for grant in later))
        topics -= limits.topics(to)
        if who or topics:
            parts = {"excluded": sorted(who), "topics": sorted(topics)}
            given_by = consents.statement(limit)["given_by"] or "patient"
            yield Told(
                LIMITED, {**person, **{k: v for k, v in parts.items() if v}, "givenBy": given_by, "date": on}
            )
