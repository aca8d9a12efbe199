"""Coordinators and contact physicians: appointed, replaced, ended. E21, E22, E24, E26, E27; hol § 7-2, sphl §§ 2-5 a-c."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from adapter.events.fields import Day, Text
from adapter.events.parts import Continuing, MayContinue, Part, Person

BESIDE: Final = "Why the successor stands beside another: a child coordinator beside the municipality's"


class Followed(Part):
    """Whether the patient's wish was followed."""

    followed: bool = Field(description="Whether it was")
    reason: Text | None = Field(None, description="Why not; required where it was not")


class CoordinatorAppointed(MayContinue):
    """E21 ip.coordinator.appointed: the municipality has a coordinator for the patient. hol § 7-2."""

    person: Person = Field(description="The coordinator")
    role: Literal["koordinator-ip", "koordinator-kommune"] = Field(
        description="With or without individual plan"
    )
    main: bool = Field(description="Whether this one has the main responsibility")
    from_: Day = Field(description="First day")
    preference: Followed | None = Field(None, description="Whether the patient's wish was followed")
    parallel_reason: Text | None = Field(
        None, description="Why this one stands beside the family's child coordinator"
    )


class HospitalCoordinatorAppointed(MayContinue):
    """E22 ip.hospital-coordinator.appointed: the hospital has a coordinator for the patient. sphl § 2-5 a."""

    person: Person = Field(description="The coordinator")
    role: Literal["koordinator-sphl"] = Field(description="The role")
    from_: Day = Field(description="First day")
    expected_until: Day | None = Field(None, description="Expected last day")


class CoordinatorReplaced(Continuing):
    """E24 ip.coordinator.replaced: another person takes over an assignment. design/event-data.md."""

    person: Person = Field(description="The new coordinator")
    from_: Day = Field(description="First day; later than the day after the previous end is a gap")
    reason_code: Literal["left", "absence", "patient-request", "moved", "other"] = Field(description="Why")
    parallel_reason: Text | None = Field(None, description=BESIDE)


class CoordinatorEnded(Continuing):
    """E26 ip.coordinator.ended: an assignment ends; without successor it may be a gap. design/event-data.md."""

    until: Day = Field(description="Last day")
    reason_code: Literal[
        "patient-declined", "right-ceased", "deceased", "moved-accepted", "participation-over", "other"
    ] = Field(description="Why")
    successor: Person | None = Field(None, description="Who follows")
    parallel_reason: Text | None = Field(None, description=BESIDE)


class ContactPhysicianAppointed(MayContinue):
    """E27 ip.contact-physician.appointed: the patient has a kontaktlege or kontaktpsykolog. sphl § 2-5 c."""

    person: Person = Field(description="The physician or psychologist")
    role: Literal["kontaktlege", "kontaktpsykolog"] = Field(description="The role")
    from_: Day = Field(description="First day")
