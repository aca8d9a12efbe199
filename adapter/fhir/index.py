"""What a search can find a resource by: subject, status, one date interval, tokens. Few rows decide the write speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from adapter.fhir import values
from adapter.fhir.table import READABLE, Param, Readable
from adapter.fhir.urls import PERSON_SYSTEMS

Found = tuple[str, str, str]
"""(parameter, system or empty, code)."""


class Index(NamedTuple):
    """The index values of one resource; instants are microseconds since 1970 UTC, [start, end)."""

    subject: str | None = None
    """`Patient/id`."""
    status: str | None = None
    date_start: int | None = None
    date_end: int | None = None
    tokens: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A type's row made ready: which element gives what."""

    subject: Callable[[Mapping[str, Any]], str | None]
    status: str | None
    date: str | None
    tokens: tuple[tuple[str, str, bool, bool], ...]
    """(parameter, element, many, reference)."""
    by_case: bool
    """Whether the patient of its case is its subject where it names none."""


def index(resource: Mapping[str, Any], *, patient: str | None = None) -> Index:
    """Return the index values of a resource; types that are not served have none.

    `patient` (`Patient/id`) is whose case it is made in: a Provenance is about a patient whose resource it names, too.
    """
    plan = _PLANS.get(resource["resourceType"])
    if plan is None:
        return Index()
    start = end = None
    if plan.date is not None and (date := resource.get(plan.date)) is not None:
        start, end = values.stored(date) if isinstance(date, str) else values.period(date)
    status = resource.get(plan.status) if plan.status else None
    return Index(
        plan.subject(resource) or (patient if plan.by_case else None),
        status if isinstance(status, str) or status is None else str(status).lower(),
        start,
        end,
        tuple(_tokens(resource, plan)) if plan.tokens else (),
    )


def _tokens(resource: Mapping[str, Any], plan: _Plan) -> Iterator[Found]:
    for param, element, many, is_reference in plan.tokens:
        found = resource.get(element)
        if found is None:
            continue
        for one in found if many else (found,):
            if is_reference:
                if target := one.get("reference"):
                    # A version-specific target is found by the resource it is a version of.
                    yield (param, "", target.partition("/_history/")[0])
            elif "value" in one:
                # Numbers of people are held in one place only, as a keyed hash.
                if one.get("system") not in PERSON_SYSTEMS:
                    yield (param, one.get("system", ""), one["value"])
            else:
                for coding in one.get("coding", ()):
                    yield (param, coding.get("system", ""), coding.get("code", ""))


def _nobody(resource: Mapping[str, Any]) -> None:  # noqa: ARG001 (the shape of a subject reader)
    return None


def _self(resource: Mapping[str, Any]) -> str:
    return f"Patient/{resource['id']}"


def _of(element: str) -> Callable[[Mapping[str, Any]], str | None]:
    def read(resource: Mapping[str, Any]) -> str | None:
        found = resource.get(element)
        return found.get("reference") if found else None

    return read


def _among(element: str, inner: str) -> Callable[[Mapping[str, Any]], str | None]:
    def read(resource: Mapping[str, Any]) -> str | None:
        found = (one.get(inner, {}).get("reference", "") for one in resource.get(element, ()))
        return next((target for target in found if target.startswith("Patient/")), None)

    return read


def _target(resource: Mapping[str, Any]) -> str | None:
    found = (one.get("reference", "") for one in resource.get("target", ()))
    return next((one.partition("/_history/")[0] for one in found if one.startswith("Patient/")), None)


_SPECIAL: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "Patient": _self,
    "Appointment": _among("participant", "actor"),
    "AuditEvent": _among("entity", "what"),
    "Provenance": _target,
}


def _plan(row: Readable) -> _Plan:
    def first(where: str) -> Param | None:
        return next((p for p in row.params if p.where == where), None)

    subject, status, date = first("subject"), first("status"), first("date")
    reader = _of(subject.element) if subject else _nobody
    return _Plan(
        _SPECIAL.get(row.type, reader),
        status.element if status else None,
        date.element if date else None,
        tuple((p.name, p.element, p.many, p.kind == "reference") for p in row.params if p.where == "token"),
        row.type == "Provenance",
    )


_PLANS: Final = {type_: _plan(row) for type_, row in READABLE.items()}
