"""A message of ours before it leaves: formatted text cleaned, valid by our schema, and by the rules that no schema can say."""

from __future__ import annotations

from collections.abc import Sequence

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.kith import building, reading, types, xhtml
from adapter.kith.attachments import Outgoing
from adapter.kith.rules import RULES


def issue(message: types.Message, *, attached: Sequence[Outgoing] = ()) -> bytes:
    """Return the document as `building.build` does, once every named rule holds of it too.

    Formatted text that was read from others and goes out again, such as an echo of their question, is cleaned (xhtml.mend).

    Raises MessageError as `build` does, and the code of the rule that is broken, at its place.
    """
    data, root = building.built(message, attached=attached)
    if xhtml.mend(root):
        data = xmlsafe.serialise(root)
    written = reading.of_ours(message, root)
    for rule in RULES:
        place = rule.test(written)
        if place is not None:
            raise MessageError(rule.code, at=place, hint=rule.name)
    return data
