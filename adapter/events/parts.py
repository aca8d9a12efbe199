"""The parts events are made of: people, places, the thread back to what is continued.

design/event-data.md, 'Parts'. Every part is frozen, knows no other fields than its own, and never prints itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from adapter import naming
from adapter.events.fields import (
    Day,
    District,
    Email,
    HerId,
    HprNumber,
    Instant,
    Key,
    Label,
    MeldeId,
    Municipality,
    OrgNumber,
    PersonNumber,
    Phone,
    Profession,
    Resh,
    ResourceId,
    RoleKey,
    Text,
    Token,
    Uri,
)

LegalBasis = Literal["hpl-38a", "hpl-25-45", "consent", "discharge-regulation", "agreement"]
Channel = Literal["system", "oral", "paper"]
Target = Literal["melde", "need", "assignment", "plan", "plan-identifier", "task"]


def alias(name: str) -> str:
    """Return the field's name on the wire: camelCase, without the blank that Python's keywords force."""
    return to_camel(name.rstrip("_"))


class Part(BaseModel):
    """A piece of an event. Frozen, strict, no unknown fields; its repr is its class name alone."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=alias,
        defer_build=True,
        hide_input_in_errors=True,
    )

    def __repr__(self) -> str:
        """Return the class name: values are personal data."""
        return f"{type(self).__name__}(***)"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Refuse what no field is called: mappings ask events of all types for it. pydantic's own way is long."""
            raise AttributeError(name)

    # pydantic's plugin says it at the last statement: names on the wire follow from Python's, models come from JSON only.
    def __str__(self) -> str:  # type: ignore[pydantic-alias]
        """Return the class name: values are personal data."""
        return repr(self)


class Identifier(Part):
    """An identifier and the system it belongs to (of a person)."""

    system: Uri = Field(
        description="urn:oid:2.16.578.1.12.4.1.4.1 fødselsnummer, .2 D-number, .3 FH-number, urn:adapter:duf, "
        "or a local system"
    )
    value: PersonNumber = Field(description="The number itself; it must fit the system")


class PlanIdentifier(Part):
    """The writer's own identifier of a plan, or of a part of one."""

    system: Uri = Field(description="The system that gave the identifier")
    value: Token = Field(description="The identifier")


class PersonName(Part):
    """A professional's or other person's name."""

    family: Label = Field(description="Family name")
    given: Label = Field(description="Given name")


class PatientName(PersonName):
    """The patient's name."""

    middle: Label | None = Field(None, description="Middle name")


class Home(Part):
    """The municipality the patient lives in."""

    code: Municipality = Field(description="Municipality number, four digits")
    district: District | None = Field(
        None, description="District of a city, six digits beginning with the code"
    )


class Gp(Part):
    """The patient's general practitioner."""

    her_id: HerId = Field(description="HER-id of the GP as a communication party")


class Patient(Part):
    """The person it is all about."""

    identifier: Identifier = Field(description="The person's number and its system")
    name: PatientName = Field(description="The person's name")
    birth_date: Day | None = Field(None, description="Birth date; required with a local identifier")
    gender: Literal["male", "female", "other", "unknown"] | None = Field(
        None, description="Administrative gender; required with a local identifier"
    )
    municipality: Home = Field(description="Home municipality")
    gp: Gp | None = Field(None, description="GP, who gets a copy where consent covers it")
    protected_address: Literal["none", "confidential", "strictly-confidential"] | None = Field(
        None, description="Protection of the address"
    )
    language: Literal["nb", "nn", "en"] | None = Field(None, description="Language of letters")
    expected_child: bool | None = Field(None, description="Whether the family expects a child")


class Organisation(Part):
    """An organisation outside the address book."""

    name: Label = Field(description="Name of the organisation")
    orgnr: OrgNumber | None = Field(None, description="Organisation number, nine digits")


def _author_schema(schema: dict[str, Any]) -> None:
    """Say in JSON Schema what the checks say of a posted event's author."""
    schema["required"] = ["kind", "name"]
    schema["if"] = {"properties": {"kind": {"const": "health-personnel"}}}
    schema["then"] = {"required": ["hpr"]}


class Author(Part):
    """Who says it. A posted event names a person; one made from a received message may name the party alone."""

    model_config = ConfigDict(json_schema_extra=_author_schema)

    kind: Literal[
        "health-personnel", "coordinating-unit", "municipality", "patient", "relative", "other-sector"
    ] = Field(description="What the author is")
    name: PersonName | None = Field(None, description="The author's name")
    hpr: HprNumber | None = Field(None, description="HPR number; required for health-personnel")
    profession: Profession | None = Field(None, description="Profession, list 9060")
    role: RoleKey | None = Field(None, description="Role towards the patient")
    phone: Phone | None = Field(None, description="Phone")
    organisation: Organisation | None = Field(None, description="Employer, where it is not the source")


class Department(Part):
    """The department the event comes from."""

    name: Label = Field(description="Name of the department")
    resh: Resh | None = Field(None, description="RESH id")


class ContactAtSender(Part):
    """Whom to call at the sender; default the author."""

    name: PersonName = Field(description="Name")
    role: RoleKey | None = Field(None, description="Role towards the patient")
    hpr: HprNumber | None = Field(None, description="HPR number")
    profession: Profession | None = Field(None, description="Profession, list 9060")
    phone: Phone = Field(description="Phone")
    hours: Label | None = Field(None, description="When to call")


class ContactAtReceiver(Part):
    """Whom at the receiver it is meant for."""

    profession: Profession | None = Field(None, description="Profession, list 9060")
    name: Label | None = Field(None, description="Name")


def _exactly_one(schema: dict[str, Any]) -> None:
    """Say in JSON Schema that exactly one of the fields is given."""
    schema["minProperties"] = 1
    schema["maxProperties"] = 1


class Continues(Part):
    """What the event continues: exactly one of the six."""

    model_config = ConfigDict(json_schema_extra=_exactly_one)

    melde_id: MeldeId | None = Field(None, description="Melde-id: every kind of need still open under it")
    need_id: ResourceId | None = Field(
        None, description="One need (ServiceRequest); a Melde-id is accepted too"
    )
    assignment_id: ResourceId | None = Field(None, description="One assignment (PractitionerRole)")
    plan_id: ResourceId | None = Field(None, description="One plan (CarePlan)")
    plan_identifier: PlanIdentifier | None = Field(None, description="A plan by its writer's own identifier")
    task_id: ResourceId | None = Field(
        None,
        description="A question that was received and waits for an answer (Task: confirm-transfer, review, read-answer)",
    )

    @property
    def target(self) -> tuple[Target, str | tuple[str, str]]:
        """What kind of thing is continued, and its id; a Melde-id may stand wherever a need's id does."""
        if self.plan_identifier:
            return "plan-identifier", (self.plan_identifier.system, self.plan_identifier.value)
        melde_id = self.melde_id or naming.read_melde_id(self.need_id or "")
        if melde_id:
            return "melde", melde_id
        if self.need_id:
            return "need", self.need_id
        if self.task_id:
            return "task", self.task_id
        return ("assignment", self.assignment_id) if self.assignment_id else ("plan", self.plan_id or "")


class Correlation(Part):
    """Threads and stays of other systems that the event belongs to."""

    parent_msg_id: Token | None = Field(None, description="MsgId of the message it belongs to")
    conversation_ref: Token | None = Field(None, description="Conversation it belongs to")
    encounter_id: Token | None = Field(None, description="The stay, as the sender knows it")


class Employer(Part):
    """Where an appointed person works."""

    key: Key | None = Field(None, description="Key of the address book")
    name: Label = Field(description="Name of the organisation")
    resh: Resh | None = Field(None, description="RESH id")


class Deputy(Part):
    """Who stands in."""

    name: Label = Field(description="Name")
    phone: Phone = Field(description="Phone")


class Person(Part):
    """An appointed person and how to reach them."""

    name: PersonName = Field(description="Name")
    hpr: HprNumber | None = Field(None, description="HPR number")
    profession: Profession | None = Field(None, description="Profession, list 9060")
    phone: Phone = Field(description="Phone")
    email: Email | None = Field(None, description="E-mail")
    hours: Label | None = Field(None, description="When to call")
    organisation: Employer = Field(description="Where the person works")
    hpr_status: Literal["active", "inactive"] | None = Field(
        None, description="What the sender found in HPR; inactive is told as a warning"
    )
    deputy: Deputy | None = Field(None, description="Who stands in")


class Responsible(Part):
    """The organisation that is responsible."""

    key: Key | None = Field(None, description="Key of the address book")
    name: Label = Field(description="Name of the organisation")


class Period(Part):
    """From a day, and until a day where it is known; both included."""

    start: Day = Field(description="First day")
    end: Day | None = Field(None, description="Last day")


class EventData(Part):
    """What all events share. Events of the technical kind may lack patient and author."""

    patient: Patient | None = Field(None, description="The person it is about")
    author: Author | None = Field(None, description="Who says it")
    department: Department | None = Field(None, description="Department it comes from")
    legal_basis: LegalBasis | None = Field(
        None, description="Legal basis; needed where consent is not required"
    )
    channel: Channel = Field("system", description="oral, paper: recorded, nothing is sent")
    occurred_at: Instant | None = Field(None, description="When it happened; default the event's time")
    correlation: Correlation | None = Field(None, description="Threads and stays it belongs to")
    note: Text | None = Field(None, description="Free text, kept and not sent")


class CaseEvent(EventData):
    """An event about a patient, said by somebody."""

    patient: Patient = Field(description="The person it is about")
    author: Author = Field(description="Who says it")


class Continuing(CaseEvent):
    """An event that must say what it continues."""

    continues: Continues = Field(description="What it continues")


class MayContinue(CaseEvent):
    """An event that may say what it continues."""

    continues: Continues | None = Field(None, description="What it continues")
