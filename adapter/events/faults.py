"""From pydantic's errors to faults of ours: a code and a place, never a word of pydantic's and never a value.

JSONPath by RFC 9535. An unknown field is named only where its name has the form of one: a name of a field is input too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adapter.errors import Fault
from adapter.errortable import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails, ValidationError

CODES: Final[Mapping[str, str]] = {
    "missing": "IPK-E005",
    "extra_forbidden": "IPK-E006",
    "literal_error": "IPK-E008",
    "string_too_long": "IPK-E009",
    "too_long": "IPK-E009",
}
"""Type of a pydantic error → code; what is not listed is a wrong type or form."""
WRONG_FORM: Final = "IPK-E007"
RULE: Final = "event-schema"
_FIELD_NAME: Final = re.compile(r"[a-z][A-Za-z]{0,39}")
_HINT_LIMIT: Final = 300


def join(path: str, step: str | int) -> str:
    """Return the JSONPath one step down; a key that is no field name stays out of it."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if _FIELD_NAME.fullmatch(step) else path


def path_of(steps: Iterable[str | int], root: str = "$") -> str:
    """Return the JSONPath of these steps from `root`."""
    for step in steps:
        root = join(root, step)
    return root


def _hint(error: ErrorDetails) -> str:
    """Return the codes allowed at a literal: they are the schema's own words, never input."""
    expected = str(error.get("ctx", {}).get("expected", "")) if error["type"] == "literal_error" else ""
    allowed = expected.replace("'", "").replace(" or ", ", ")
    return allowed if len(allowed) <= _HINT_LIMIT else ""


def _fault(error: ErrorDetails) -> Fault:
    kind = error["type"]
    code = kind if kind in TABLE else CODES.get(kind, WRONG_FORM)
    return Fault(code=code, path=path_of(error["loc"], "$.data"), rule=RULE, hint=_hint(error))


def of(error: ValidationError) -> list[Fault]:
    """Return every fault of a refused `data`, in the order of the fields."""
    details = error.errors(include_url=False, include_input=False)
    return [_fault(one) for one in details]


def unique(found: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults without repetitions: the same code at the same place once."""
    kept: dict[tuple[str, str], Fault] = {}
    for fault in found:
        kept.setdefault((fault.code, fault.path), fault)
    return tuple(kept.values())
