"""Rows of the table of readable types: plans, teams, goals, needs, tasks, meetings, messages and consents. R4 searchparameter-registry.html.

Names, elements and targets are R4's own; targets that are not served are left out.
"""

from __future__ import annotations

from typing import Final

from adapter.fhir.params import code, date, reference, token, uri, words
from adapter.fhir.readable import Readable

_PERFORMERS: Final = words(
    "Practitioner Organization CareTeam Device Patient HealthcareService PractitionerRole RelatedPerson"
)
_AUTHORS: Final = words("Practitioner Organization Device Patient PractitionerRole RelatedPerson")
_MEMBERS: Final = words("Practitioner Organization CareTeam Patient PractitionerRole RelatedPerson")
_ACTORS: Final = words("Practitioner Device Patient HealthcareService PractitionerRole RelatedPerson")
_SENDERS: Final = words(
    "Practitioner Organization Device Patient HealthcareService PractitionerRole RelatedPerson"
)
_ACTORS_OF_CONSENT: Final = words(
    "Practitioner Organization CareTeam Device Patient PractitionerRole RelatedPerson"
)
_CONSENTORS: Final = words("Practitioner Organization Patient PractitionerRole RelatedPerson")

ROWS: Final = (
    Readable(
        type="CarePlan",
        params=(
            token("activity-code", "activity.detail.code"),
            date("activity-date", "activity.detail.scheduledPeriod | activity.detail.scheduledTiming"),
            reference("activity-reference", "activity.reference", "Appointment", "Task", "ServiceRequest"),
            reference("based-on", "basedOn", "CarePlan"),
            reference("care-team", "careTeam", "CareTeam"),
            token("category"),
            reference("condition", "addresses"),
            date("date", "period", where="date"),
            reference("encounter", "encounter", "Encounter"),
            reference("goal", "goal", "Goal"),
            token("identifier"),
            reference("instantiates-canonical", "instantiatesCanonical"),
            uri("instantiates-uri", "instantiatesUri"),
            code("intent", of="request-intent"),
            reference("part-of", "partOf", "CarePlan"),
            reference("patient", "subject", only="Patient", where="subject"),
            reference("performer", "activity.detail.performer", *_PERFORMERS),
            reference("replaces", "replaces", "CarePlan"),
            code("status", of="request-status", where="status"),
            reference("subject", "subject", "Patient", where="subject"),
        ),
        mandatory=words("status intent subject"),
        summary=words(
            "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category "
            "title description subject encounter period created author addresses"
        ),
    ),
    Readable(
        type="CareTeam",
        params=(
            token("category"),
            date("date", "period", where="date"),
            reference("encounter", "encounter", "Encounter"),
            token("identifier"),
            reference("participant", "participant.member", *_MEMBERS),
            token("role", "participant.role"),
            reference("patient", "subject", only="Patient", where="subject"),
            code("status", of="care-team-status", where="status"),
            reference("subject", "subject", "Patient", where="subject"),
        ),
        summary=words(
            "identifier status category name subject encounter period managingOrganization"
        ),
    ),
    Readable(
        type="Goal",
        params=(
            token("achievement-status", "achievementStatus"),
            token("category"),
            token("identifier"),
            code("lifecycle-status", "lifecycleStatus", of="goal-status", where="status"),
            reference("patient", "subject", only="Patient", where="subject"),
            date("start-date", "startDate", where="date"),
            reference("subject", "subject", "Organization", "Patient", where="subject"),
            date("target-date", "target.dueDate"),
        ),
        mandatory=words("lifecycleStatus description subject"),
        summary=words(
            "lifecycleStatus achievementStatus category priority description subject startDate "
            "startCodeableConcept statusDate expressedBy"
        ),
    ),
    Readable(
        type="ServiceRequest",
        params=(
            date("authored", "authoredOn", where="date"),
            reference("based-on", "basedOn", "CarePlan", "ServiceRequest"),
            token("body-site", "bodySite"),
            token("category"),
            token("code"),
            reference("encounter", "encounter", "Encounter"),
            token("identifier"),
            reference("instantiates-canonical", "instantiatesCanonical"),
            uri("instantiates-uri", "instantiatesUri"),
            code("intent", of="request-intent"),
            date("occurrence", "occurrenceDateTime | occurrencePeriod | occurrenceTiming"),
            token("order-detail", "orderDetail"),
            reference("patient", "subject", only="Patient", where="subject"),
            reference("performer", "performer", *_PERFORMERS),
            token("performer-type", "performerType"),
            code("priority", of="request-priority"),
            reference("replaces", "replaces", "ServiceRequest"),
            reference("requester", "requester", *_AUTHORS),
            token("requisition"),
            reference("specimen", "specimen"),
            code("status", of="request-status", where="status"),
            reference("subject", "subject", "Device", "Patient", where="subject"),
        ),
        mandatory=words("status intent subject"),
        summary=words(
            "identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status intent category "
            "priority doNotPerform code orderDetail quantityQuantity quantityRatio quantityRange subject "
            "encounter occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean "
            "asNeededCodeableConcept authoredOn requester performerType performer locationCode locationReference "
            "reasonCode reasonReference specimen bodySite patientInstruction"
        ),
    ),
    Readable(
        type="Task",
        params=(
            date("authored-on", "authoredOn", where="date"),
            reference("based-on", "basedOn"),
            token("business-status", "businessStatus"),
            token("code"),
            reference("encounter", "encounter", "Encounter"),
            reference("focus", "focus"),
            token("group-identifier", "groupIdentifier"),
            token("identifier"),
            code("intent"),
            date("modified", "lastModified"),
            reference("owner", "owner", *_PERFORMERS),
            reference("part-of", "partOf", "Task"),
            reference("patient", "for", only="Patient", where="subject"),
            token("performer", "performerType"),
            date("period", "executionPeriod"),
            code("priority", of="request-priority"),
            reference("requester", "requester", *_AUTHORS),
            code("status", of="task-status", where="status"),
            reference("subject", "for", where="subject"),
        ),
        mandatory=words("status intent"),
        summary=words(
            "instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf status statusReason "
            "businessStatus intent code description focus for encounter executionPeriod lastModified requester "
            "owner location"
        ),
    ),
    Readable(
        type="Appointment",
        params=(
            reference("actor", "participant.actor", *_ACTORS),
            token("appointment-type", "appointmentType"),
            reference("based-on", "basedOn", "ServiceRequest"),
            date("date", "start", where="date"),
            token("identifier"),
            reference("location", "participant.actor", only="Location"),
            code("part-status", "participant.status", of="participationstatus"),
            reference("patient", "participant.actor", only="Patient", where="subject"),
            reference("practitioner", "participant.actor", only="Practitioner"),
            token("reason-code", "reasonCode"),
            reference("reason-reference", "reasonReference", "Observation"),
            token("service-category", "serviceCategory"),
            token("service-type", "serviceType"),
            reference("slot", "slot"),
            token("specialty"),
            code("status", of="appointmentstatus", where="status"),
            reference("supporting-info", "supportingInformation"),
        ),
        mandatory=words("status participant"),
        summary=words(
            "identifier status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode "
            "start end"
        ),
    ),
    Readable(
        type="Communication",
        params=(
            reference("based-on", "basedOn"),
            token("category"),
            reference("encounter", "encounter", "Encounter"),
            token("identifier"),
            reference("instantiates-canonical", "instantiatesCanonical"),
            uri("instantiates-uri", "instantiatesUri"),
            token("medium"),
            reference("part-of", "partOf"),
            reference("patient", "subject", only="Patient", where="subject"),
            date("received"),
            reference("recipient", "recipient", *_PERFORMERS),
            reference("sender", "sender", *_SENDERS),
            date("sent", where="date"),
            code("status", of="event-status", where="status"),
            reference("subject", "subject", "Patient", where="subject"),
        ),
        mandatory=words("status"),
        summary=words(
            "identifier instantiatesCanonical instantiatesUri basedOn partOf status statusReason priority subject "
            "encounter reasonCode reasonReference"
        ),
    ),
    Readable(
        type="Consent",
        params=(
            token("action", "provision.action"),
            reference("actor", "provision.actor.reference", *_ACTORS_OF_CONSENT),
            token("category"),
            reference("consentor", "performer", *_CONSENTORS),
            reference("data", "provision.data.reference"),
            date("date", "dateTime", where="date"),
            token("identifier"),
            reference("organization", "organization", "Organization"),
            reference("patient", "patient", "Patient", where="subject"),
            date("period", "provision.period"),
            token("purpose", "provision.purpose"),
            token("scope"),
            token("security-label", "provision.securityLabel"),
            reference("source-reference", "sourceReference", "Consent", "DocumentReference"),
            code("status", of="consent-state-codes", where="status"),
        ),
        mandatory=words("status scope category"),
        summary=words(
            "identifier status scope category patient dateTime performer organization sourceAttachment "
            "sourceReference policyRule verification provision"
        ),
    ),
)  # fmt: skip
