"""What a rule that schemas cannot say is: one row of a table, its texts, and where a document breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from adapter.errors import Fault, Said
from adapter.kith import schemas
from adapter.kith.tree import kind, line_of

if TYPE_CHECKING:  # a document as read names the table of types, whose rows name the rules
    from adapter.kith.reading import Read

_MOST: Final = 100
"""Places told of one rule: a sender mends the first ones first."""
Severity = Literal["must", "may", "never"]
INFO: Final = "/MsgHead/MsgInfo"
CONTENT: Final = "/MsgHead/Document/RefDoc/Content"
"""Of the first Document, which carries the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `test` gives the XPath of each place that breaks it, none where it holds or does not apply.

    A step without number is the first of its name; the element may be missing, where that is the fault.
    """

    name: str
    source: str
    severity: Severity
    code: str
    test: Callable[[Read], Iterable[str]]
    says: Said | None = None
    """What it says where the texts of its code are not its own."""

    def faults(self, read: Read) -> Iterator[Fault]:
        """Yield its faults in a document, each at its line."""
        for place in islice(self.test(read), _MOST):
            path, line = located(read.root, place)
            yield Fault(
                code=self.code, path=path, line=line, rule=self.name, severity=self.severity, said=self.says
            )


def never(
    name: str,
    says: Said | None,
    test: Callable[[Read], Iterable[str]],
    *,
    source: str,
    code: str = "IPK-M020",
) -> Rule:
    """Return a rule that we obey, and that a receiver refuses nobody for."""
    return Rule(name=name, source=source, severity="never", code=code, test=test, says=says)


def located(root: etree._Element, path: str) -> tuple[str, int | None]:
    """Return an XPath with its numbers where siblings are alike, and the line: of the element, else of what lacks it."""
    element, steps = root, path.split("/")[2:]
    while steps:
        name, _, number = steps[0].rstrip("]").partition("[")
        alike = [each for each in element.iterchildren("*") if kind(each) == name]
        place = int(number or 1) - 1
        if place >= len(alike):
            break
        element, steps = alike[place], steps[1:]
    return "/".join((schemas.where(element), *steps)), line_of(element)
