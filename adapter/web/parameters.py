"""Query parameters of our own API, read strictly; no value is repeated. RFC 3986 § 3.4."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final, Never

from adapter.errors import EventError
from adapter.web.call import Call, Params

_FLAGS: Final = {"true": True, "1": True, "": True, "false": False, "0": False}
_DIGITS: Final = 6
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def one(params: Params, name: str) -> str | None:
    """Return the only value of a parameter, None where it is not given. Raises EventError IPK-E026 when given twice."""
    found = [value for key, value in params if key == name]
    if len(found) > 1:
        raise EventError("IPK-E026", at=name)
    return found[0] or None if found else None


def flag(params: Params, name: str) -> bool:
    """Return whether a flag is set. Raises EventError IPK-E026, also where it is said twice otherwise."""
    found = {value.lower() for key, value in params if key == name}
    said = {_FLAGS.get(value) for value in found}
    if None in said or len(said) > 1:
        raise EventError("IPK-E026", at=name, hint="true, false")
    return said == {True}


def day(params: Params, name: str) -> date | None:
    """Return a day written YYYY-MM-DD, as no other form of ISO 8601. Raises EventError IPK-E026."""
    given = one(params, name)
    if given is None:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").date() if _DAY.fullmatch(given) else _refused(name)  # noqa: DTZ007 (a day)
    except ValueError:
        return _refused(name)


def _refused(name: str) -> Never:
    raise EventError("IPK-E026", at=name, hint="YYYY-MM-DD") from None


def count(call: Call) -> int:
    """Return how many items a page may have. Raises EventError IPK-E026."""
    given = one(call.params(), "count")
    settings = call.services.settings
    if given is None:
        return settings.page_size
    if not given.isascii() or not given.isdigit() or len(given) > _DIGITS or int(given) == 0:
        raise EventError("IPK-E026", at="count")
    return min(int(given), settings.page_limit)


def instant(params: Params, name: str) -> datetime | None:
    """Return an instant with its offset. Raises EventError IPK-E026."""
    given = one(params, name)
    if given is None:
        return None
    try:
        # A plus that was not encoded arrives as a blank.
        found = datetime.fromisoformat(
            given.replace(" ", "+") if given.count(" ") == 1 and "T" in given else given
        )
    except ValueError:
        raise EventError("IPK-E026", at=name) from None
    if found.tzinfo is None:
        raise EventError("IPK-E026", at=name)
    return found
