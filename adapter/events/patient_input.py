"""What patient or relatives want to say about a need or a plan. E67; S4:44, S1:31, pbrl § 3-1."""

from __future__ import annotations

from pydantic import Field

from adapter.events.fields import Text
from adapter.events.parts import MayContinue


class PatientInputRecorded(MayContinue):
    """E67 ip.patient-input.recorded: read by whoever is responsible; it goes on only by consent and by a person's act."""

    text: Text = Field(description="What was said")
