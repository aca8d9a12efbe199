"""What a run of a scenario gave: files to compare, answers of steps, and what was not as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.errors import AdapterError
from adapter.scenarios import Expect, Step

STATUS: Final[Mapping[str, int]] = {
    "receipted": 200, "receipt": 204, "duplicate": 204, "ignored": 204, "copied": 204, "failed": 422,
}  # fmt: skip
"""What became of a received document → status as `POST /messages` answers. contract.md, 'HTTP: messages'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place that is not as expected: file, line, JSONPath or XPath, and our words. Never a value."""

    file: str
    place: str = ""
    line: int | None = None
    what: str

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.place}{': ' if self.place else ''}{self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One scenario as it ran. `files`: path under `expected/` → bytes."""

    name: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How one step was answered. `body` is JSON, of an event's answer or a problem."""

    status: int
    state: str | None = None
    outcome: str | None = None
    codes: frozenset[str] = frozenset()
    apprec: tuple[str, ...] | None = None
    """Codes of 8221 in our receipt, empty for a positive one, None where there is none."""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


def refused(error: AdapterError) -> Answered:
    """Return an error as the answer it is over HTTP: RFC 9457, in bokmål."""
    faults = [
        {"path": f.path, "code": f.code, "message": f.message(), "rule": f.rule or f.code, "fix": f.fix()}
        for f in error.faults
    ]
    body: dict[str, Any] = {
        "type": f"/docs/errors#{error.code}",
        "title": error.row.nb,
        "status": error.row.http,
    }
    body["errors"] = faults
    if error.allowed:
        body["allowed"] = list(error.allowed)
    return Answered(status=error.row.http, codes=frozenset(f.code for f in error.faults), body=body)


def unmet(step: Step, answered: Answered) -> tuple[Difference, ...]:
    """Return what a step was to answer and did not. A step that says nothing must not be refused."""
    expect = step.expect
    wanted: tuple[tuple[str, object, object], ...] = (
        ("status", expect.status, answered.status),
        ("state", expect.state, answered.state),
        ("outcome", expect.outcome, answered.outcome),
        ("codes", expect.codes and sorted(expect.codes), sorted(answered.codes)),
        ("apprec", expect.apprec, answered.apprec),
    )
    found = [
        Difference(file=step.path.name, place=name, what=f"expected {_said(want)}, got {_said(got)}")
        for name, want, got in wanted
        if want is not None and want != got
    ]
    if expect == Expect() and answered.codes:
        found.append(
            Difference(file=step.path.name, place="codes", what=f"refused: {_said(sorted(answered.codes))}")
        )
    return tuple(found)


def _said(value: object) -> str:
    words = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(map(str, words)) or "none"
