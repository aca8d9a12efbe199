"""One good example of each type: an official fictive person, a fictive municipality, invented texts.

Line Danser (E01 is the example of design/event-data.md) is a patient of a hospital department, 90998, and of the
municipality's case handling unit, 5079. A file per family of events.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from adapter import naming
from adapter.events.examples import messages, needs, plans, stays, team
from adapter.events.examples.parts import FIRST, Examples

_DATA: Final[Examples] = {**needs.DATA, **team.DATA, **plans.DATA, **stays.DATA, **messages.DATA}


def event(type_: str) -> dict[str, Any]:
    """Return the example of a type as a whole CloudEvent. Raises KeyError where there is none."""
    source, time, data = _DATA[type_]
    first = type_ == "ip.need.identified"
    return {
        "specversion": "1.0",
        "id": FIRST if first else naming.uid("example", type_),
        "source": source,
        "type": type_,
        "time": time,
        "datacontenttype": "application/json",
        "data": copy.deepcopy(data),
    }
