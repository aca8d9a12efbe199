"""A message of ours before it leaves: valid by our schema, and by the rules that no schema can say."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.errors import MessageError
from adapter.kith import building, reading, types
from adapter.kith.attachments import Outgoing
from adapter.kith.rules import RULES


def issue(message: types.Message, *, attached: Sequence[Outgoing] = ()) -> bytes:
    """Return the document as `building.build` does, once every named rule holds of it too.

    Raises MessageError as `build` does, and the code of the rule that is broken, at its place.
    """
    data, root = building.built(message, attached=attached)
    written = reading.of_ours(message, root)
    for rule in RULES:
        place = rule.test(written)
        if place is not None:
            raise MessageError(rule.code, at=place, hint=rule.name)
    return data
