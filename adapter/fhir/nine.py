"""The nine items an individual plan must answer, computed and never stored. Regulation 2022-04-08-625 (IP, koordinator)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapter.fhir import plans, teams

Resources = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    plan: Mapping[str, Any]
    team: Mapping[str, Any] | None
    activities: Resources
    evaluation: bool
    consent: bool


def missing_items(
    plan: Mapping[str, Any],
    team: Mapping[str, Any] | None,
    *,
    activities: Resources = (),
    consents: Resources = (),
) -> tuple[str, ...]:
    """Return the keys of NINE that the plan does not answer, in order.

    `activities` are the resources its activities refer to, the evaluation Appointment among them.
    """
    seen = _Seen(
        plan=plan,
        team=team,
        activities=tuple(a for a in activities if not plans.is_evaluation(a)),
        evaluation=any(map(plans.is_evaluation, activities)),
        consent=any(c.get("status") == "active" for c in consents),
    )
    return tuple(key for key, answered in _CHECKS.items() if not answered(seen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of the nine, and whether the plan answers it."""

    key: str
    number: int
    nb: str
    en: str
    complete: bool
    why_nb: str
    why_en: str
    minimum: bool


def items(missing: tuple[str, ...]) -> tuple[Item, ...]:
    """Return the nine items of a plan that misses these."""
    return tuple(
        Item(
            key=key,
            number=number,
            nb=nb,
            en=en,
            complete=key not in missing,
            why_nb=WHY[key][0],
            why_en=WHY[key][1],
            minimum=key in MINIMUM,
        )
        for key, (number, nb, en) in NINE.items()
    )


def hint(key: str) -> tuple[int, str, str]:
    """Return what a warning of a missing item says: its number, and in both languages what it is and why it matters."""
    number, nb, en = NINE[key]
    return number, f"{nb}: {WHY[key][0]}", f"{en}: {WHY[key][1]}"


def is_minimum(missing: tuple[str, ...]) -> bool:
    """Return whether a plan that misses these is a minimum plan all the same."""
    return set(MINIMUM).isdisjoint(missing)


def _participants(seen: _Seen) -> bool:
    now = teams.current(seen.team)
    return len(now) > 1 and any(map(teams.is_patient, now))


def _coordinator(seen: _Seen) -> bool:
    return sum(map(teams.is_main, teams.current(seen.team))) == 1


def _has_note(seen: _Seen, mark: str) -> bool:
    return any(note["text"].startswith(mark) for note in seen.plan.get("note", ()))


def _performed(one: Mapping[str, Any]) -> bool:
    return bool(one.get("performer") or one.get("owner") or len(one.get("participant", ())) > 1)


def _described(one: Mapping[str, Any]) -> bool:
    return any(name in one for name in ("note", "comment", "location", "locationCode"))


def _contributions(seen: _Seen) -> bool:
    return _has_note(seen, plans.CONTRIBUTIONS) or _measures(seen)


def _measures(seen: _Seen) -> bool:
    return bool(seen.activities) and all(map(_performed, seen.activities))


def _carried_out(seen: _Seen) -> bool:
    return bool(seen.activities) and all(map(_described, seen.activities))


def _period(seen: _Seen) -> bool:
    period = seen.plan.get("period", {})
    return "start" in period and "end" in period and seen.evaluation


_CHECKS: Final[Mapping[str, Callable[[_Seen], bool]]] = {
    "goals": lambda seen: bool(seen.plan.get("goal")),
    "participants": _participants,
    "coordinator": _coordinator,
    "contributions": _contributions,
    "measures": _measures,
    "carrying-out": _carried_out,
    "period": _period,
    "consent": lambda seen: seen.consent,
    "cooperation": lambda seen: _has_note(seen, plans.COOPERATION),
}

NINE: Final[Mapping[str, tuple[int, str, str]]] = {
    "goals": (1, "mål, ressurser og behov", "goals, resources and needs"),
    "participants": (2, "hvem som deltar i arbeidet", "who takes part"),
    "coordinator": (3, "hvem som sikrer samordning og framdrift", "who ensures coordination and progress"),
    "contributions": (4, "hva pasient, tjenester og pårørende bidrar med", "what each contributes"),
    "measures": (5, "aktuelle tiltak, omfang og ansvarlig", "measures, their extent and who is responsible"),
    "carrying-out": (6, "hvordan tiltakene gjennomføres", "how the measures are carried out"),
    "period": (7, "planperiode og neste evaluering", "the period and the next evaluation"),
    "consent": (8, "samtykke", "consent"),
    "cooperation": (9, "samarbeid med andre", "cooperation with others"),
}
"""Item → (number, bokmål, English)."""

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "goals": (
        "uten mål vet ingen hva tiltakene skal føre til, eller når de har virket",
        "without goals nobody knows what the measures are for",
    ),
    "participants": (
        "uten deltakere vet verken pasienten eller tjenestene hvem som er med",
        "without participants nobody knows who is part of it",
    ),
    "coordinator": (
        "uten én hovedansvarlig faller oppfølgingen mellom tjenestene",
        "without one main coordinator nobody follows it up",
    ),
    "contributions": (
        "uten dette vet ingen hva de andre gjør, og pasientens egen innsats blir usynlig",
        "without it nobody knows what the others do",
    ),
    "measures": (
        "et tiltak uten ansvarlig blir ikke gjort",
        "a measure without somebody responsible is not carried out",
    ),
    "carrying-out": (
        "uten hvordan og hvor kan tiltaket ikke settes i gang av andre",
        "without how and where others cannot begin it",
    ),
    "period": (
        "uten periode og dato for evaluering blir planen ikke fulgt opp",
        "without a period and a date of evaluation the plan is not followed up",
    ),
    "consent": (
        "uten samtykke kan planen verken lages eller deles",
        "without consent the plan may be neither made nor shared",
    ),
    "cooperation": (
        "uten dette blir det ikke avklart hvem utenfor helsetjenesten som trengs",
        "without it nobody settles who else is needed",
    ),
}
"""Item → why it matters, in bokmål and English."""

MINIMUM: Final = ("goals", "participants", "coordinator", "consent")
"""What a plan has from its first day; the rest grows with it."""
