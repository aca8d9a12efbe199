"""Who the patient is, and who speaks for the patient. E17, E18, E19; pbrl ch. 4, folkeregisterloven."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import Day, Phone
from adapter.events.parts import CaseEvent, Identifier, Part, PersonName


class Representative(Part):
    """Somebody who may consent for the patient."""

    kind: Literal["guardian", "representative", "relative"] = Field(
        description="guardian of a child, representative or relative of who lacks capacity"
    )
    name: PersonName = Field(description="Name")
    phone: Phone | None = Field(None, description="Phone")
    guardians: Literal["one", "both"] | None = Field(
        None, description="Whether one guardian has the responsibility alone, or both share it"
    )


class RepresentativeChanged(CaseEvent):
    """E17 ip.representative.changed: others may consent now; what others consented to is looked at again."""

    representative: Representative | None = Field(None, description="Who may now; none: the patient alone")
    from_: Day = Field(description="From which day")
    reason_code: Literal["reached-16", "appointed", "ended", "other"] = Field(description="Why")


class IdentityChanged(CaseEvent):
    """E18 ip.identity.changed: the person has another number; `patient` names the new one.

    Or the number stands, and name, birth date or gender were wrong.
    """

    former: Identifier = Field(description="The number the person had; with facts-corrected the same")
    reason_code: Literal[
        "d-number-replaced", "fh-number-replaced", "merged", "corrected", "facts-corrected"
    ] = Field(
        description="Why; corrected: the number was wrong; facts-corrected: name, birth date or gender was"
    )


class AddressProtectionChanged(CaseEvent):
    """E19 ip.address-protection.changed: the grade of protection that Folkeregisteret gives the address."""

    level: Literal["none", "confidential", "strictly-confidential"] = Field(description="The grade")
