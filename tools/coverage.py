"""docs/coverage.md: each requirement and event with the rules, tests and scenarios that hold it: `python -m tools.coverage > docs/coverage.md`.

Requirements name what holds them (adapter/rules/requirements.toml). Of an event it is found by its type: rules in the
Provenance of golden files and the `why` of the messages that a step first answers with, tests that name the type or the number,
scenarios with the event in a step or in Provenance.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from adapter.events import catalogue
from adapter.fhir import provenance
from adapter.mappings import decide
from adapter.rules.anchors import ANCHORS
from adapter.rules.requirements import Happening, Requirement, happenings, requirements

ROOT: Final = Path(__file__).parents[1]
SCENARIOS: Final = ROOT / "fixtures" / "scenarios"
TESTS: Final = ROOT / "tests"
SHOWN: Final = 3
"""How many tests and scenarios of an event are named; the others are counted."""
NOTHING_DECIDED: Final = "nothing is decided: what was told is recorded"
"""Reason of an event that is mapped and whose Provenance names no rule."""

_TYPE: Final = re.compile(r'"type":\s*"(ip\.[a-z.-]+)"')
_RULE: Final = re.compile(r'"([a-z]+(?:-[a-z0-9]+)+)"')
_NUMBER: Final = re.compile(r"(?:^|_)e(\d\d)(?=_|$)")

HEAD: Final = """\
# What holds what

Each duty (R01–R43) and each kind of event (E01–E72) with its law, and the rules, tests and scenarios that hold it. Made from
`adapter/rules/requirements.toml`, the catalogue of events, the golden files and the names of the tests by
`python -m tools.coverage`; a test compares the two. The rules stand in [rules.md](rules.md). A cell without anything has its
reason beside it.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the document: id, words, source, and what holds it."""

    id: str
    words: tuple[str, ...]
    source: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    scenarios: tuple[str, ...]
    reason: str

    @property
    def unexplained(self) -> bool:
        """Whether something is empty and nothing says why."""
        return not (self.rules and self.tests and self.scenarios) and not self.reason


# ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def tests() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Return name of each test function → (its file, texts in it and in what it uses of its own file)."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        parts = _parts(ast.parse(path.read_text(encoding="utf-8")))
        for name in parts:
            if name.startswith("test_"):
                found.setdefault(name, (path.relative_to(ROOT).as_posix(), _texts(name, parts)))
    return found


def _parts(module: ast.Module) -> Mapping[str, ast.stmt]:
    """Return the functions and constants of a file by name."""
    parts: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            parts[node.name] = node
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return parts


def _texts(name: str, parts: Mapping[str, ast.stmt]) -> frozenset[str]:
    """Return the texts of a part, and of those it names (a fixture by its argument), however far."""
    texts: set[str] = set()
    seen, waiting = {name}, [name]
    while waiting:
        for node in ast.walk(parts[waiting.pop()]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            used = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""
            if used in parts and used not in seen and not used.startswith("test_"):
                seen.add(used)
                waiting.append(used)
    return frozenset(texts)


@dataclass(frozen=True, slots=True)
class Shown:
    """What golden files show of a type of event."""

    scenarios: tuple[str, ...]
    rules: tuple[str, ...]


@cache
def golden() -> Mapping[str, Shown]:
    """Return event type → the scenarios that have it, and the rules that its Provenance and its messages name."""
    scenarios: dict[str, dict[str, None]] = defaultdict(dict)
    rules: dict[str, set[str]] = defaultdict(set)
    for folder in sorted(p for p in SCENARIOS.iterdir() if p.is_dir() and not p.name.startswith("bad-")):
        for step in sorted(folder.glob("*-event.json")):
            for type_ in _TYPE.findall(step.read_text(encoding="utf-8")):
                scenarios[type_][folder.name] = None
                rules[type_] |= _why(folder).get(step.name.partition("-")[0], set())
        for path in sorted((folder / "expected" / "resources" / "Provenance").glob("*.json")):
            one = json.loads(path.read_text(encoding="utf-8"))
            for type_ in _sources(one):
                scenarios[type_][folder.name] = None
                rules[type_] |= {said["rule"] for said in provenance.explanations(one)}
    return {
        type_: Shown(tuple(listed), tuple(name for name in ANCHORS if name in rules[type_]))
        for type_, listed in scenarios.items()
    }


@cache
def _why(folder: Path) -> Mapping[str, set[str]]:
    """Return number of a step → the rules that the messages it made name: an event may change nothing that is proven.

    A message that an earlier step was answered with is an earlier event's.
    """
    answers = json.loads((folder / "expected" / "answers.json").read_text(encoding="utf-8"))
    known: set[str] = set()
    found: dict[str, set[str]] = {}
    for one in answers:
        made = [m for m in one.get("body", {}).get("messages", ()) if m["id"] not in known]
        found[one["step"]] = {said["rule"] for m in made for said in m["why"]}
        known |= {m["id"] for m in made}
    return found


def _sources(one: Mapping[str, Any]) -> Iterator[str]:
    for entity in one.get("entity", ()):
        if display := entity["what"].get("display"):
            yield display


def types(number: str) -> tuple[str, ...]:
    """Return the event types of a number that this version maps."""
    return tuple(t for t, row in catalogue.TYPES.items() if row.number == number and t in decide.ROWS)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def duties() -> tuple[Line, ...]:
    """Return the lines of the requirements. Raises ValueError for a rule, test or scenario that is none."""
    return tuple(_duty(id_, row) for id_, row in requirements().items())


def _duty(id_: str, row: Requirement) -> Line:
    _check(id_, row)
    return Line(
        id=id_, words=(row.says,), source=row.source, rules=row.rules, tests=row.tests, scenarios=row.scenarios,
        reason="; ".join((*filter(None, (row.reason,)), *_because(row.unshown))),
    )  # fmt: skip


@cache
def named(scenario: str) -> frozenset[str]:
    """Return the rules that the golden files of a scenario name."""
    files = (path for path in (SCENARIOS / scenario / "expected").rglob("*") if path.is_file())
    return frozenset(
        rule for path in files for rule in _RULE.findall(path.read_text(encoding="utf-8")) if rule in ANCHORS
    )


def unshown(row: Requirement) -> frozenset[str]:
    """Return the rules of a row that no golden file of its scenarios names, and its scenarios that name none of the rules."""
    if not row.rules:
        return frozenset()
    there = frozenset(rule for name in row.scenarios for rule in named(name))
    silent = (name for name in row.scenarios if not named(name) & set(row.rules))
    return (frozenset(row.rules) - there) | frozenset(silent)


def _because(why: Mapping[str, str]) -> Iterator[str]:
    """Yield each reason once, after all that it is the reason of."""
    for said in dict.fromkeys(why.values()):
        yield f"{', '.join(f'`{name}`' for name, mine in why.items() if mine == said)}: {said}"


def events() -> tuple[Line, ...]:
    """Return the lines of the events. Raises ValueError for a rule, test or scenario that is none."""
    return tuple(_event(number, row) for number, row in happenings().items())


def _event(number: str, row: Happening) -> Line:
    _check(number, row)
    there = types(number)
    rules = _unique(row.rules, *(golden()[t].rules for t in there if t in golden()))
    found = Line(
        id=number,
        words=(row.title, ", ".join(f"`{t}`" for t in there), ", ".join(row.requirements)),
        source=row.source,
        rules=rules,
        tests=_unique(row.tests, _tests_of(number, there)),
        scenarios=_unique(row.scenarios, _scenarios_of(number, there)),
        reason="",
    )
    return replace(found, reason=_reason(found, row, there))


def _reason(found: Line, row: Happening, there: tuple[str, ...]) -> str:
    """Return why something is empty, nothing where all is there; a type that is mapped needs its test and scenario."""
    if not there:
        return row.reason
    return "" if found.rules or not (found.tests and found.scenarios) else row.reason or NOTHING_DECIDED


def _tests_of(number: str, there: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tests of a mapped event: first those with its number in their name, then those that name its type."""
    if not there:
        return ()
    named = [name for name in tests() if number[1:] in _NUMBER.findall(name)]
    typed = [name for name, (_, texts) in tests().items() if not texts.isdisjoint(there)]
    return _unique(named, typed)


def _scenarios_of(number: str, there: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scenarios of a mapped event, those called after it first."""
    listed = [name for type_ in there if type_ in golden() for name in golden()[type_].scenarios]
    return _unique((n for n in listed if n.startswith(f"{number.lower()}-")), listed)


def _unique(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for listed in lists for name in listed))


def _check(id_: str, row: Requirement | Happening) -> None:
    wrong = [
        *(name for name in row.rules if name not in ANCHORS),
        *(name for name in row.tests if name not in tests()),
        *(name for name in row.scenarios if not (SCENARIOS / name).is_dir()),
        *(name for name in getattr(row, "requirements", ()) if name not in requirements()),
    ]
    if wrong:
        raise ValueError(f"{id_}: no such {', '.join(wrong)}")


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────────


def markdown() -> str:
    """Return docs/coverage.md. Raises ValueError for a rule, test or scenario that is none."""
    first = ("requirement", "says", "source", "rules", "tests", "scenarios", "reason")
    second = ("event", "title", "type", "requirements", "source", "rules", "tests", "scenarios", "reason")
    return f"{HEAD}## Requirements\n\n{_table(first, duties())}\n## Events\n\n{_table(second, events())}"


def _table(heads: tuple[str, ...], lines: Iterable[Line]) -> str:
    rows = [heads, ("---",) * len(heads), *map(_cells, lines)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.id,
        *line.words,
        line.source,
        ", ".join(f"`{name}`" for name in line.rules),
        _some([f"`{tests()[name][0].removeprefix('tests/')}::{name}`" for name in line.tests]),
        _some([f"`{name}`" for name in line.scenarios]),
        line.reason,
    )


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


if __name__ == "__main__":
    print(markdown(), end="")
