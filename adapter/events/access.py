"""Access to the municipality's own platform for plans: asked for, granted, ended. E68. Log-in data have no field here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import Day, HprNumber, Key, Label, Profession, ResourceId
from adapter.events.parts import CaseEvent, MayContinue, Part, PersonName


class AccessPerson(Part):
    """Who is to have access."""

    name: PersonName = Field(description="Name")
    hpr: HprNumber | None = Field(None, description="HPR number")
    profession: Profession | None = Field(None, description="Profession, list 9060")
    organisation: Label | None = Field(None, description="Name of the organisation; default the source's")


class PlatformOwner(Part):
    """Whose platform it is."""

    key: Key = Field(description="Key of the address book")


class PlatformAccessRequested(MayContinue):
    """E68 ip.platform-access.requested: somebody needs access to the municipality's platform. design/event-data.md."""

    access: ResourceId = Field(description="The asker's id of the access; what follows names it")
    person: AccessPerson = Field(description="Who is to have access")
    to: PlatformOwner | None = Field(None, description="Whose platform; default the patient's municipality's")
    purpose: Literal["coordinator", "team-member", "treatment"] = Field(description="What it is for")


class PlatformAccessGranted(CaseEvent):
    """E68 ip.platform-access.granted: the access is there; how to log in is told elsewhere. design/event-data.md."""

    access: ResourceId = Field(description="The asker's id of the access")
    from_: Day = Field(description="First day")
    until: Day | None = Field(None, description="Last day")


class PlatformAccessEnded(CaseEvent):
    """E68 ip.platform-access.ended: the access is over, or was never given. design/event-data.md."""

    access: ResourceId = Field(description="The asker's id of the access")
    until: Day = Field(description="Last day")
    reason_code: Literal["declined", "no-longer-needed", "consent-withdrawn", "moved", "other"] = Field(
        description="Why"
    )
