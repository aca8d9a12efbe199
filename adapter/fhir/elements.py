"""The element order of the R4 types we write or keep. R4 4.0.1, each type's definition (names only)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HEAD: Final = "resourceType id meta implicitRules language text contained extension modifierExtension"

_TYPES: Final[dict[str, str]] = {
    "CarePlan": (
        "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category "
        "title description subject encounter period created author contributor careTeam addresses "
        "supportingInfo goal activity note"
    ),
    "CareTeam": (
        "identifier status category name subject encounter period participant reasonCode reasonReference "
        "managingOrganization telecom note"
    ),
    "Goal": (
        "identifier lifecycleStatus achievementStatus category priority description subject startDate "
        "startCodeableConcept target statusDate statusReason expressedBy addresses note outcomeCode "
        "outcomeReference"
    ),
    "ServiceRequest": (
        "identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status intent "
        "category priority doNotPerform code orderDetail quantityQuantity quantityRatio quantityRange "
        "subject encounter occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean "
        "asNeededCodeableConcept authoredOn requester performerType performer locationCode "
        "locationReference reasonCode reasonReference insurance supportingInfo specimen bodySite note "
        "patientInstruction relevantHistory"
    ),
    "Task": (
        "identifier instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf status "
        "statusReason businessStatus intent priority code description focus for encounter executionPeriod "
        "authoredOn lastModified requester performerType owner location reasonCode reasonReference "
        "insurance note relevantHistory restriction input output"
    ),
    "Patient": (
        "identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address "
        "maritalStatus multipleBirthBoolean multipleBirthInteger photo contact communication "
        "generalPractitioner managingOrganization link"
    ),
    "Practitioner": "identifier active name telecom address gender birthDate photo qualification communication",
    "PractitionerRole": (
        "identifier active period practitioner organization code specialty location healthcareService "
        "telecom availableTime notAvailable availabilityExceptions endpoint"
    ),
    "Organization": "identifier active type name alias telecom address partOf contact endpoint",
    "HealthcareService": (
        "identifier active providedBy offeredIn category type specialty location name comment "
        "extraDetails photo telecom coverageArea serviceProvisionCode eligibility program characteristic "
        "communication referralMethod appointmentRequired availableTime notAvailable "
        "availabilityExceptions endpoint"
    ),
    "RelatedPerson": (
        "identifier active patient relationship name telecom gender birthDate address photo period "
        "communication"
    ),
    "Consent": (
        "identifier status scope category patient dateTime performer organization sourceAttachment "
        "sourceReference policy policyRule verification provision"
    ),
    "Communication": (
        "identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason "
        "category priority medium subject topic about encounter sent received recipient sender reasonCode "
        "reasonReference payload note"
    ),
    "Appointment": (
        "identifier status cancelationReason serviceCategory serviceType specialty appointmentType "
        "reasonCode reasonReference priority description supportingInformation start end minutesDuration "
        "slot created comment patientInstruction basedOn participant requestedPeriod"
    ),
    "Encounter": (
        "identifier status statusHistory class classHistory type serviceType priority subject "
        "episodeOfCare basedOn participant appointment period length reasonCode reasonReference diagnosis "
        "account hospitalization location serviceProvider partOf"
    ),
    "Observation": (
        "identifier basedOn partOf status category code subject focus encounter effectiveDateTime "
        "effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity "
        "valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio "
        "valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation note "
        "bodySite method specimen device referenceRange hasMember derivedFrom component"
    ),
    "DocumentReference": (
        "masterIdentifier identifier status docStatus type category subject date author authenticator "
        "custodian relatesTo description securityLabel content context"
    ),
    "Provenance": (
        "target occurredPeriod occurredDateTime recorded policy location reason activity agent entity "
        "signature"
    ),
    "AuditEvent": "type subtype action period recorded outcome outcomeDesc purposeOfEvent agent source entity",
    "Endpoint": (
        "identifier status connectionType name managingOrganization contact period payloadType "
        "payloadMimeType address header"
    ),
    "Device": (
        "identifier definition udiCarrier status statusReason distinctIdentifier manufacturer "
        "manufactureDate expirationDate lotNumber serialNumber deviceName modelNumber partNumber type "
        "specialization version property patient owner contact location url note safety parent"
    ),
    "Subscription": "status contact end reason criteria error channel",
}


class Places(dict[str, int]):
    """Element → place. What is not listed comes after all that is."""

    def __missing__(self, name: str) -> int:
        """Return the place behind the last one."""
        return len(self)


ORDER: Final[Mapping[str, Places]] = {
    type_: Places((name, place) for place, name in enumerate(f"{_HEAD} {names}".split()))
    for type_, names in _TYPES.items()
}
"""Type → element → place. `value[x]` stands once for each type it may have."""
