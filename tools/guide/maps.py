"""The FSH of the concept maps, made of the tables the program itself goes by: how our finer states lie within R4's statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.codes import LOCAL_BASE
from adapter.fhir import consents
from adapter.rules import states
from tools.guide.place import SOURCES

FSH: Final = SOURCES / "input" / "fsh" / "maps.fsh"
_HEAD: Final = "// Made of adapter/rules/states.py and adapter/fhir/consents.py by `python -m tools.guide codes`; do not edit.\n"
_EXPIRED: Final = {"expired": "inactive"}
"""What no event says: the clock has ended it (consents.expired)."""


def fsh() -> str:
    """Return maps.fsh."""
    task = {state: row.task_status for state, row in states.STATES.items()}
    request = {state: row.request_status for state, row in states.STATES.items()}
    return _HEAD + "".join(
        (
            _map(
                "need-state-to-task-status", "State of a need as Task.status",
                source="need-state", target="task-status", rows=task,
            ),
            _map(
                "need-state-to-request-status", "State of a need as ServiceRequest.status",
                source="need-state", target="request-status", rows=request,
            ),
            _map(
                "consent-status-to-consent-state", "Statement about consent as Consent.status",
                source="consent-status", target="consent-state-codes", rows={**consents.STATUS, **_EXPIRED},
            ),
        )
    )  # fmt: skip


def _map(id_: str, title: str, *, source: str, target: str, rows: Mapping[str, str]) -> str:
    name = "".join(part.capitalize() for part in id_.split("-"))
    group = "".join(
        f"* group.element[{n}].code = #{code}\n* group.element[{n}].target.code = #{to}\n"
        f"* group.element[{n}].target.equivalence = #wider\n"
        for n, (code, to) in enumerate(rows.items())
    )
    return (
        f'\nInstance: {id_}\nInstanceOf: ConceptMap\nUsage: #definition\nTitle: "{title}"\nDescription: "{title}."\n'
        f'* url = "{LOCAL_BASE}/ConceptMap/{id_}"\n* name = "{name}"\n* title = "{title}"\n* status = #active\n'
        f'* date = "2026-11-27"\n* publisher = "ip-adapter"\n'
        f'* description = "{title}: the target is the wider of the two."\n'
        f'* group.source = "{LOCAL_BASE}/CodeSystem/{source}"\n* group.target = "http://hl7.org/fhir/{target}"\n'
        f"{group}"
    )


def write() -> None:
    """Write maps.fsh."""
    FSH.write_text(fsh(), encoding="utf-8")
