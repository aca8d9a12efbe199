"""Every canonical and system a resource of ours may name. fhir-model.md, 'Local systems'; no-basis 2.2.0."""

from __future__ import annotations

from typing import Final

BASE: Final = "https://ip-adapter.example/fhir"
"""The root of what is local; a domain of the project's own replaces it once."""

FHIR_VERSION: Final = "4.0.1"

# Local code systems.
NEED_KIND: Final = f"{BASE}/CodeSystem/need-kind"
NEED_CATEGORY: Final = f"{BASE}/CodeSystem/need-category"
NEED_STATE: Final = f"{BASE}/CodeSystem/need-state"
ROLE: Final = f"{BASE}/CodeSystem/role"
TEAM_FUNCTION: Final = f"{BASE}/CodeSystem/team-function"
TEAM_CATEGORY: Final = f"{BASE}/CodeSystem/team-category"
PLAN_CATEGORY: Final = f"{BASE}/CodeSystem/plan-category"
CONSENT_SCOPE: Final = f"{BASE}/CodeSystem/consent-scope"
CONSENT_SUBJECT: Final = f"{BASE}/CodeSystem/consent-subject"
TASK_KIND: Final = f"{BASE}/CodeSystem/task-kind"
CARE_COURSE: Final = f"{BASE}/CodeSystem/care-course"
CONNECTION_TYPE: Final = f"{BASE}/CodeSystem/connection-type"
RECORD_STATE: Final = f"{BASE}/CodeSystem/record-state"
"""Tag of what was deleted over FHIR."""
ERROR: Final = f"{BASE}/CodeSystem/error"
"""Our stable fault codes IPK-…, in OperationOutcome.issue.details."""

# Local naming systems.
MELDE_ID: Final = f"{BASE}/NamingSystem/melde-id"
RECIPIENT: Final = f"{BASE}/NamingSystem/recipient"
"""Whom a consent names: address-book keys, `coordinating-unit`, `gp`."""
MESSAGE_ID: Final = f"{BASE}/NamingSystem/message-id"
"""MsgId of senders who do not use UUIDs."""
STAY: Final = f"{BASE}/NamingSystem/stay"
"""A stay as the sender's system knows it (`correlation.encounterId`)."""
FILED: Final = f"{BASE}/NamingSystem/filed-document"
"""A document as the record system knows it, where it names no system of its own."""
PLAN_PART: Final = f"{BASE}/NamingSystem/plan-part"
"""A writer's own ids of goals and activities, unique within one plan."""

MEETING: Final = f"{BASE}/NamingSystem/meeting"
"""A caller's own ids of meetings, and of their invitees."""
ACCESS: Final = f"{BASE}/NamingSystem/platform-access"
"""An asker's own ids of accesses to a platform."""

# Local extensions.
PATIENT_WISH: Final = f"{BASE}/StructureDefinition/patient-wish"
DISCHARGE_READY: Final = f"{BASE}/StructureDefinition/discharge-ready"
"""Since when a patient is ready for discharge; R4 Encounter has no element for it."""
EXPLANATION: Final = f"{BASE}/StructureDefinition/explanation"
ASSIGNMENT_STATE: Final = f"{BASE}/StructureDefinition/assignment-state"
"""Where an offer stands, on the PractitionerRole of whoever was proposed; that one was replaced. rules.assignment_states."""
EXPECTED_END: Final = f"{BASE}/StructureDefinition/expected-end"
"""Expected last day of a time-limited participation, on its PractitionerRole."""
CONSENT_STATEMENT: Final = f"{BASE}/StructureDefinition/consent-statement"
"""What R4 Consent cannot say: the statement's own status, its method and who gave it."""

# Topic-based Subscriptions, R5 backported to R4 (HL7 subscriptions-backport 1.1).
TOPIC: Final = f"{BASE}/SubscriptionTopic"
SUBSCRIPTION_SECRET: Final = f"{BASE}/StructureDefinition/subscription-secret"
"""The key that notifications are signed with, on `channel`: given by the subscriber, or shown once when it is made."""
_BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport"
BACKPORT: Final = f"{_BACKPORT}/StructureDefinition"
BACKPORT_OPERATION: Final = f"{_BACKPORT}/OperationDefinition"

# no-basis 2.2.0: profiles and extensions. The published canonical, with the type's own case.
_NO_BASIS: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-"
NO_BASIS_PATIENT: Final = f"{_NO_BASIS}Patient"
NO_BASIS_PRACTITIONER: Final = f"{_NO_BASIS}Practitioner"
NO_BASIS_PRACTITIONER_ROLE: Final = f"{_NO_BASIS}PractitionerRole"
NO_BASIS_ORGANIZATION: Final = f"{_NO_BASIS}Organization"
NO_BASIS_RELATED_PERSON: Final = f"{_NO_BASIS}RelatedPerson"
MIDDLENAME: Final = f"{_NO_BASIS}middlename"
MUNICIPALITY_CODE: Final = f"{_NO_BASIS}municipalitycode"
URBAN_DISTRICT: Final = f"{_NO_BASIS}urban-district"

# Identifier systems (OIDs under 2.16.578.1.12.4.1.4, no-basis naming systems).
FNR: Final = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR: Final = "urn:oid:2.16.578.1.12.4.1.4.2"
FHN: Final = "urn:oid:2.16.578.1.12.4.1.4.3"
PERSON_SYSTEMS: Final = frozenset({FNR, DNR, FHN, "urn:adapter:duf"})
"""National numbers of people: never in a URL, a token index or an error."""
HPR: Final = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGNR: Final = "urn:oid:2.16.578.1.12.4.1.4.101"
RESH: Final = "urn:oid:2.16.578.1.12.4.1.4.102"
URI: Final = "urn:ietf:rfc:3986"

# Code systems of others.
MUNICIPALITY: Final = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
LANGUAGE: Final = "urn:ietf:bcp:47"
LOINC: Final = "http://loinc.org"
TASK_CODE: Final = "http://hl7.org/fhir/CodeSystem/task-code"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
CONFIDENTIALITY: Final = f"{TERMINOLOGY}/v3-Confidentiality"
ACT_CODE: Final = f"{TERMINOLOGY}/v3-ActCode"
PARTICIPATION_MODE: Final = f"{TERMINOLOGY}/v3-ParticipationMode"
OBSERVATION_VALUE: Final = f"{TERMINOLOGY}/v3-ObservationValue"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"


def volven(number: str) -> str:
    """Return the system uri of a Volven code list: `urn:oid:2.16.578.1.12.4.1.1.<number>`."""
    return f"urn:oid:2.16.578.1.12.4.1.1.{number}"


def her(her_id: str) -> str:
    """Return a HER-id as the address of a communication party, `urn:her:<id>`; never an identifier of an Organization."""
    return f"urn:her:{her_id}"
