"""What no string of an event may hold: numbers that look like a real person's, and characters XML cannot carry.

contract.md ('synthetic'); XML 1.0 section 2.2 (Char): what is accepted must fit into a KITH message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adapter import ids
from adapter.errors import Fault
from adapter.events.faults import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUSPECT: Final = ("\\", "\ufffe", "\uffff")
"""In JSON text as orjson writes it: an escape (a control character, or a line's end within a number), or one of the two
that XML leaves out."""


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every string, number and key; without recursion, as input may be deep."""
    stack: list[tuple[Any, str]] = [(value, path)]
    while stack:
        item, place = stack.pop()
        if isinstance(item, dict):
            yield from ((place, key) for key in item if isinstance(key, str))
            stack.extend(
                (inner, join(place, key) if isinstance(key, str) else place)
                for key, inner in reversed(item.items())
            )
        elif isinstance(item, list | tuple):
            stack.extend((inner, f"{place}[{index}]") for index, inner in reversed(tuple(enumerate(item))))
        elif isinstance(item, str):
            yield place, item
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield place, _digits(item)


def _digits(number: int | float) -> str:  # noqa: PYI041 (they print differently)
    # An integer too long to print (sys.set_int_max_str_digits) cannot be a person's number.
    return repr(number) if isinstance(number, float) or abs(number) < 10**30 else ""


def is_clean(text: str, people: ids.People) -> bool:
    """Return whether JSON text holds nothing that `faults` could find. One look instead of many."""
    return not any(suspect in text for suspect in _SUSPECT) and not ids.looks_real(text, people)


def holds_real(data: bytes, content: Any, people: ids.People) -> bool:
    """Return whether a JSON document holds a number that looks real: as it is written, or behind its escapes."""
    if ids.looks_real(data.decode("utf-8", "replace"), people):
        return True
    return b"\\" in data and any(ids.looks_real(text, people) for _, text in _walk(content, "$"))


def faults(envelope: Mapping[Any, Any], people: ids.People) -> Iterator[Fault]:
    """Yield one fault per string that looks real (P001) or cannot be carried (E007)."""
    for path, text in _walk(dict(envelope), "$"):
        if ids.looks_real(text, people):
            yield Fault(code="IPK-P001", path=path, rule="synthetic-only")
        if _NOT_XML.search(text):
            yield Fault(code="IPK-E007", path=path, rule="event-characters")
