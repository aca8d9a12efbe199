"""Others of the team: contact physicians who follow, members, pathway coordinator, GP, the hospital's part. E28-E33, E49."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from adapter.events.consent import Consent, Scope
from adapter.events.fields import Day, Email, HprNumber, Key, Label, OrgNumber, Phone, Profession, Text
from adapter.events.parts import Continuing, Gp, MayContinue, Part, Person, PersonName

Sector = Literal["health", "nav", "school", "kindergarten", "child-welfare", "housing", "family", "other"]

WITHOUT_AGENCY: Final = ("health", "family")
"""Sectors whose members need no consent of their own: health shares by the case's, relatives come by the patient's wish."""
MEMBER_ROLES: Final = ("primaerkontakt",)
"""Roles of list 9034 that a member may have; others are words."""


class ContactPhysicianReplaced(Continuing):
    """E28 ip.contact-physician.replaced: another physician or psychologist takes over. sphl § 2-5 c."""

    person: Person = Field(description="The new one")
    from_: Day = Field(description="First day; later than the day after the previous end is a gap")
    reason_code: Literal["rota", "department-change", "left", "absence", "patient-request", "other"] = Field(
        description="Why"
    )


class ContactPhysicianEnded(Continuing):
    """E29 ip.contact-physician.ended: nobody is contact any more, or somebody follows. sphl § 2-5 c."""

    until: Day = Field(description="Last day")
    reason_code: Literal[
        "treatment-over", "discharged", "right-ceased", "patient-declined", "deceased", "other"
    ] = Field(description="Why; after `other` somebody should follow")
    successor: Person | None = Field(None, description="Who follows")


class Address(Part):
    """Where a letter goes."""

    line: Label = Field(description="Street or box")
    postal_code: Label = Field(description="Postal code")
    city: Label = Field(description="Town")


class Agency(Part):
    """Where a member comes from. The address book knows those of health; others are named by a key of the consent."""

    key: Key | None = Field(
        None, description="Key of the address book, or the name a consent gives it; required outside health"
    )
    name: Label = Field(description="Name of the organisation")
    orgnr: OrgNumber | None = Field(
        None,
        description="Organisation number, nine digits; required outside health where the book has no such key",
    )
    sector: Sector = Field(description="Which sector; `family` for relatives")
    address: Address | None = Field(None, description="Where a letter goes, for those the book does not list")


class Member(Part):
    """Somebody who takes part."""

    name: PersonName = Field(description="Name")
    hpr: HprNumber | None = Field(None, description="HPR number")
    profession: Profession | None = Field(None, description="Profession, list 9060")
    phone: Phone | None = Field(None, description="Phone")
    email: Email | None = Field(None, description="E-mail")
    organisation: Agency = Field(description="Where the member comes from")


class TeamMemberAdded(MayContinue):
    """E30 ip.team-member.added: a service, an agency or a relative takes part. Other sectors by consent per agency."""

    member: Member = Field(description="Who takes part")
    role: Label = Field(description="Role: primaerkontakt, or words")
    from_: Day = Field(description="First day")
    until: Day | None = Field(None, description="Last day, where it is known")
    consent_scope: Scope = Field(description="The scope of consent the participation rests on")
    access: Literal["none", "read", "contribute"] = Field(description="Access to the plan")
    consent: Consent | None = Field(None, description="The consent to it, where it was given for this")


class TeamMemberRemoved(Continuing):
    """E31 ip.team-member.removed: a member takes part no longer; what it knew stays in the history."""

    until: Day = Field(description="Last day")
    reason_code: Literal["no-longer-involved", "consent-withdrawn", "patient-request", "left", "other"] = (
        Field(description="Why")
    )


class PathwayCoordinatorAssigned(MayContinue):
    """E32 ip.pathway-coordinator.assigned: a forløpskoordinator of a cancer pathway. List 9034/17."""

    person: Person = Field(description="The pathway coordinator")
    role: Literal["forlopskoordinator-kreft"] = Field(
        description="The role; list 9034 has one for cancer only"
    )
    pathway: Label = Field(description="The pathway")
    from_: Day = Field(description="First day")


class GpChanged(MayContinue):
    """E33 ip.gp.changed: the patient has another GP. pbrl § 2-1 c."""

    gp: Gp = Field(description="The new GP")
    from_: Day = Field(description="First day with the new GP")
    previous: Gp | None = Field(None, description="The GP until now")


class HospitalParticipationEnding(Continuing):
    """E49 ip.hospital-participation.ending: the hospital's part will be over on a day. S2: time-limited (R22)."""

    expected_until: Day = Field(description="Expected last day")
    summary: Text | None = Field(None, description="What is handed on")


class HospitalParticipationEnded(Continuing):
    """E49 ip.hospital-participation.ended: the hospital's part is over. S2: time-limited (R22)."""

    until: Day = Field(description="Last day")
    summary: Text | None = Field(None, description="What is handed on")
