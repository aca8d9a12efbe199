"""What a citizen asks the coordinator, and the answer. E72; HITS 1217:2018, 3.14."""

from __future__ import annotations

from pydantic import Field

from adapter.events.fields import Text
from adapter.events.parts import Continuing


class EnquiryAnswered(Continuing):
    """E72 ip.enquiry.answered: the coordinator answers a citizen's question, in the same thread. HITS 1217:2018."""

    text: Text = Field(description="The answer, as the citizen will read it")
