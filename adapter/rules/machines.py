"""Every state machine of the house as a picture and a table, made from its rows. domain § 2.5; docs/machines.md.

A machine more is a row more in `MACHINES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapter.events.catalogue import TYPES
from adapter.rules import assignment_states, message_states, need_invariants, planstates, states

NEW: Final = "[*]"
"""Before the first event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One row of a table of moves: an event (`type`, or `type/what tells it from others`) leads from these to that."""

    event: str
    before: tuple[str, ...]
    after: str
    """Empty: the state stays."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A table of moves with what a reader needs: `groups` (name → states) are drawn as one, so that arrows stay few."""

    title: str
    module: str
    about: str
    moves: tuple[Move, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def rows(
    moves: Iterable[tuple[str, tuple[str, ...], str]], sources: Mapping[str, str], *, otherwise: str
) -> tuple[Move, ...]:
    """Return rows (event, from, to) as moves, each with the source of its event."""
    return tuple(
        Move(event=event, before=before, after=after, source=sources.get(event, otherwise))
        for event, before, after in moves
    )


MACHINES: Final[tuple[Machine, ...]] = (
    Machine(
        title="A need",
        module="adapter/rules/states.py",
        about="Task.businessStatus of a need; N8: what is not listed is refused with 409 and `allowed`.",
        moves=rows(states.MOVES, states.SOURCES, otherwise="fhir-model: Task states"),
        groups={
            "out": states.OUT,
            "assessed": states.ASSESSED,
            "agreed": states.AGREED,
            "closed": states.CLOSED,
        },
    ),
    Machine(
        title="An assignment",
        module="adapter/rules/assignment_states.py",
        about="A role that somebody holds for a patient; what is not listed is refused with 409 and `allowed`.",
        moves=tuple(
            Move(
                event=f"{m.event}/{m.guard}" if m.guard else m.event,
                before=m.before,
                after=m.after,
                source=m.source,
            )
            for m in assignment_states.MOVES
        ),
        groups={"held": assignment_states.HELD, "offers": assignment_states.OFFERS},
    ),
    Machine(
        title="A plan",
        module="adapter/rules/planstates.py",
        about="An individual plan (CarePlan); what is not listed is refused with 409 and `allowed`.",
        moves=tuple(
            Move(event=event, before=before, after=after, source=planstates.SOURCES[event])
            for event, before, after in planstates.MOVES
        ),
        groups={"closed": planstates.CLOSED},
    ),
    Machine(
        title="A message that goes out",
        module="adapter/rules/message_states.py",
        about="An event, an act of a worker or a clock, or of a person; what a person may not do is refused with 409 and `allowed`.",
        moves=tuple(
            Move(event=m.by, before=m.before, after=m.after, source=m.source) for m in message_states.MOVES
        ),
    ),
)
"""Every machine, in the order of the document."""


def markdown() -> str:
    """Return docs/machines.md."""
    head = (
        "# Machines\n\n"
        "What moves what, from where to where, and by which rule. Made from the tables of moves by "
        "`python -m adapter.rules.machines`; a test compares the two. What the states mean: [states.md](states.md).\n"
    )
    return head + "".join(_section(machine) for machine in MACHINES) + _invariants()


def _invariants() -> str:
    """Return what holds of every need and every assignment, whatever moves it."""
    needs = "".join(
        f"| {id_} | {one.says} | {one.effect} | {f'`{one.code}`' if one.code else ''} | `{one.rule}` | {one.source} |\n"
        for id_, one in need_invariants.INVARIANTS.items()
    )
    rows = "".join(
        f"| {id_} | {one.says} | {one.effect} | `{one.code}` | `{one.rule}` | {one.source} |\n"
        for id_, one in assignment_states.INVARIANTS.items()
    )
    return (
        "\n## What holds of needs\n\nTable: `rules/need_invariants.py`.\n\n"
        f"| | what holds | what else would be is | code | rule | source |\n|---|---|---|---|---|---|\n{needs}"
        "\n## What holds of assignments\n\nOf a received message nothing is refused: what would be becomes a warning or a work "
        "item. Table: `rules/assignment_states.py`.\n\n"
        f"| | what holds | where it does not | code | rule | source |\n|---|---|---|---|---|---|\n{rows}"
    )


def _section(machine: Machine) -> str:
    picture = "\n".join(mermaid(machine))
    table = "".join(
        f"| {_number(m.event)} | `{m.event}` | {', '.join(_from(m, machine))} | {m.after or 'as it was'} | {m.source} |\n"
        for m in machine.moves
    )
    named = "".join(f"- **{name}:** {', '.join(held)}\n" for name, held in machine.groups.items())
    return (
        f"\n## {machine.title}\n\n{machine.about} Table: `{machine.module}`.\n\n"
        f"```mermaid\n{picture}\n```\n\n{named}\n"
        f"| | event | from | to | source |\n|---|---|---|---|---|\n{table}"
    )


def mermaid(machine: Machine) -> Iterator[str]:
    """Yield the lines of a Mermaid stateDiagram: groups as composite states, one arrow per pair with the events on it."""
    yield "stateDiagram-v2"
    for name, held in machine.groups.items():
        yield f"    state {_name(name)} {{"
        yield from (f"        {_name(state)}" for state in held)
        yield "    }"
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        for before in _from(move, machine):
            arrows.setdefault((before, move.after or before), []).append(_number(move.event))
    for (before, after), events in arrows.items():
        yield f"    {_name(before)} --> {_name(after)}: {', '.join(dict.fromkeys(events))}"


def _from(move: Move, machine: Machine) -> tuple[str, ...]:
    """Return where a move begins, whole groups by their name."""
    left, found = dict.fromkeys(move.before), []
    for name, held in machine.groups.items():
        if set(held) <= set(left):
            found.append(name)
            left = {state: None for state in left if state not in held}
    return (*found, *(state or NEW for state in left))


def _number(event: str) -> str:
    """Return the number of an event with what tells it from others, its own name where it has none."""
    type_, _, asks = event.partition("/")
    number = TYPES[type_].number if type_ in TYPES else type_
    return f"{number} {asks}".strip()


def _name(state: str) -> str:
    """Return a state as Mermaid knows names: without hyphens."""
    return state.replace("-", "_")


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 (the document is the output)
