"""Where the patient is: admitted, discharged, moved, dead. E45-E48, E50, E51; forskrift 2011-11-18-1115, domain § 1.4.

The stay is `correlation.encounterId`, as the sender knows it; without it the one stay that runs. What happened when is
`occurredAt`. Clinical text goes into messages of care only where the adapter makes them (`plo = "adapter"`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.consent import Consent
from adapter.events.fields import LIST_LIMIT, Day, Label, Text
from adapter.events.parts import CaseEvent, Home, Part

Destination = Literal["home", "nursing-home", "municipal-acute", "other-hospital", "other-unit", "patient-hotel",
                      "abroad", "other", "unknown"]  # fmt: skip


class PatientAdmitted(CaseEvent):
    """E45 ip.patient.admitted: the patient is an inpatient. HIS 1149."""

    course: Literal["somatic", "psychiatric"] = Field(
        "somatic", description="psychiatric: the municipality's mental health service is told, not its nurses"
    )
    known_to_municipality: bool = Field(
        default=False,
        description="Whether the patient is known to have municipal services: only then are they told",
    )


class ServiceWished(Part):
    """A municipal service that the patient is expected to need."""

    name: Label = Field(description="The service")
    description: Text | None = Field(None, description="More about it")


class EarlyNotice(CaseEvent):
    """E46 ip.patient.early-notice: the patient is expected to need municipal services. Forskrift 2011-11-18-1115 § 8."""

    status: Text = Field(description="The patient's condition (9145/1)")
    expected_course: Text = Field(description="The expected course (9145/2)")
    expected_discharge: Day | None = Field(None, description="Expected day of discharge")
    services: tuple[ServiceWished, ...] = Field(
        (), max_length=LIST_LIMIT, description="Services that may be needed"
    )


class DischargeReady(CaseEvent):
    """E47 ip.patient.discharge-ready: a physician finds the patient ready. Forskrift 2011-11-18-1115 §§ 9-10."""


class DischargeReadyCancelled(CaseEvent):
    """E47 ip.patient.discharge-ready-cancelled: the patient is not ready after all. HIS 1149."""


class Report(Part):
    """What the nurses of the municipality must know. HIS 1148."""

    status: Text = Field(description="Condition at discharge (9141/12)")
    summary: Text | None = Field(None, description="Summary by the nurses (9141/8)")
    practical: Text | None = Field(None, description="Practical matters (9141/14)")


class PatientDischarged(CaseEvent):
    """E48 ip.patient.discharged: the stay is over. Forskrift 2011-11-18-1115 § 12."""

    to: Destination = Field(description="Where to, list 8408")
    follow_up: Text | None = Field(None, description="Plans for follow-up (9142/OP)")
    report: Report | None = Field(None, description="The nurses' report; without it none is sent")


class PatientMoved(CaseEvent):
    """E50 ip.patient.moved: another municipality is the patient's home. domain § 1.5."""

    from_: Home = Field(description="Where the patient lived")
    to: Home = Field(description="Where the patient lives now")
    moved_on: Day = Field(description="From which day")
    consent: Consent | None = Field(
        None,
        description="The patient's consent to tell the new coordinating unit; posted again with it later",
    )


class PatientDeceased(CaseEvent):
    """E51 ip.patient.deceased: everything open closes, nobody is reminded. domain § 1.4, N7."""

    died_on: Day = Field(description="Day of death; another day corrects the one told before")
    entered_in_error: bool = Field(
        default=False, description="The patient lives: nothing that closed opens by itself"
    )
