"""Reading JSON that nobody has checked yet: what has the wrong shape counts as absent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Raw = dict[str, Any]
Finding = tuple[str, str, str]
"""(code, path below `$.data`, hint)."""

_DAY_LENGTH: Final = len("2026-03-04")
_NOTHING: Final[Raw] = {}


def part(data: object, *names: str) -> Raw:
    """Return the object under these names, an empty one where there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else _NOTHING


def items(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    """Return the list under a name, an empty one where there is none."""
    found = data.get(name)
    return found if isinstance(found, list) else ()


def text(data: object, name: str) -> str | None:
    """Return the string under a name."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def day(data: object, name: str) -> date | None:
    """Return the date under a name, None where it is not one."""
    found = text(data, name)
    if found is None or len(found) != _DAY_LENGTH:
        return None
    try:
        return date.fromisoformat(found)
    except ValueError:
        return None


def fault(code: str, path: str, hint: str = "") -> Finding:
    """Return a finding at a path below `$.data`; `hint` holds names of fields or codes of ours."""
    return code, path, hint
