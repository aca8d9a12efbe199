"""A message of ours before it leaves: formatted text cleaned, valid by our schema, and by the rules that no schema can say."""

from __future__ import annotations

from collections.abc import Sequence

from adapter import xmlsafe
from adapter.errors import Fault, MessageError
from adapter.kith import building, reading, rules, types, xhtml
from adapter.kith.attachments import Outgoing


class BrokenRuleError(MessageError):
    """A message of ours breaks a named rule, told by that rule's own words."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code, at=fault.path, hint=fault.rule)
        self._fault = fault

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The fault, with its rule, line and texts."""
        return (self._fault,)


def issue(message: types.Message, *, attached: Sequence[Outgoing] = ()) -> bytes:
    """Return the document as `building.build` does, once every named rule holds of it too.

    Formatted text that was read from others and goes out again, such as an echo of their question, is cleaned (xhtml.mend).

    Raises MessageError as `build` does, and BrokenRuleError at the first place that breaks a rule.
    """
    data, root = building.built(message, attached=attached)
    if xhtml.mend(root):
        data = xmlsafe.serialise(root)
    written = reading.of_ours(message, root)
    for rule in rules.of(written.type):
        for fault in rule.faults(written):
            raise BrokenRuleError(fault)
    return data
