"""Coordinators offered, for children, absent and back. E20, E23, E25; pbrl §§ 2-5 b and c, hol § 7-2 a."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, Day, Phone, Text
from adapter.events.needs import Preference
from adapter.events.parts import Continuing, MayContinue, Part, Person, PersonName
from adapter.events.team import Followed


class CoordinatorOffered(MayContinue):
    """E20 ip.coordinator.offered: the patient is offered a coordinator, or has answered. pbrl § 2-5 b, sphl § 2-5 a."""

    level: Literal["municipality", "hospital"] = Field(description="Whose coordinator it is")
    candidate: Person | None = Field(None, description="Who is proposed")
    answer: Literal["not-asked", "pending", "accepted", "declined"] = Field(
        description="not-asked: proposed only; pending: offered, no answer yet"
    )
    on: Day = Field(description="Day of the proposal, the offer or the answer")
    preference: Preference | None = Field(None, description="What the patient wishes of a coordinator")


class Guardian(Part):
    """Somebody who consents for the child."""

    name: PersonName = Field(description="Name")
    kind: Literal["parent", "guardian", "child-welfare"] = Field(
        description="parent with parental responsibility, verge, or barnevernet that has taken over care"
    )
    phone: Phone | None = Field(None, description="Phone")


class ChildCoordinatorAppointed(MayContinue):
    """E23 ip.child-coordinator.appointed: the family has a barnekoordinator, before birth too. hol § 7-2 a, pbrl § 2-5 c."""

    person: Person = Field(description="The child coordinator")
    role: Literal["barnekoordinator"] = Field(description="The role")
    main: bool = Field(description="Whether this one has the main responsibility")
    from_: Day = Field(description="First day")
    guardians: tuple[Guardian, ...] = Field(
        min_length=1, max_length=LIST_LIMIT, description="Who consented; of an expected child the parents"
    )
    tasks: tuple[
        Literal["health", "kindergarten", "school", "nav", "child-welfare", "housing", "other"], ...
    ] = Field((), max_length=LIST_LIMIT, description="What is to be coordinated, beyond health too")
    parallel_reason: Text | None = Field(
        None, description="Why the municipality's other coordinator goes on beside this one"
    )
    preference: Followed | None = Field(None, description="Whether the family's wish was followed")


class CoordinatorAbsent(Continuing):
    """E25 ip.coordinator.absent: the coordinator is away for a time, with a deputy or without. domain § 1.6."""

    from_: Day = Field(description="First day away")
    until: Day | None = Field(None, description="Last day away, where it is known")
    deputy: Person | None = Field(None, description="Who stands in; without one the patient has nobody")


class CoordinatorReturned(Continuing):
    """E25 ip.coordinator.returned: the coordinator is back, the deputy's time is over. domain § 1.6."""

    from_: Day = Field(description="First day back")
