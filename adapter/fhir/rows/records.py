"""Rows of the table of readable types: stays, observations, documents, provenance, audit and subscriptions. R4 searchparameter-registry.html.

Names, elements and targets are R4's own; targets that are not served are left out.
"""

from __future__ import annotations

from typing import Final

from adapter.fhir.params import code, composite, date, quantity, reference, string, token, uri, words
from adapter.fhir.readable import Readable

_AUTHORS: Final = words("Practitioner Organization Device Patient PractitionerRole RelatedPerson")
_MEMBERS: Final = words("Practitioner Organization CareTeam Patient PractitionerRole RelatedPerson")

ROWS: Final = (
    Readable(
        type="Encounter",
        params=(
            reference("account", "account"),
            reference("appointment", "appointment", "Appointment"),
            reference("based-on", "basedOn", "ServiceRequest"),
            token("class"),
            date("date", "period", where="date"),
            reference("diagnosis", "diagnosis.condition"),
            reference("episode-of-care", "episodeOfCare"),
            token("identifier"),
            quantity("length"),
            reference("location", "location.location"),
            date("location-period", "location.period"),
            reference("part-of", "partOf", "Encounter"),
            reference("participant", "participant.individual", "Practitioner", "PractitionerRole", "RelatedPerson"),
            token("participant-type", "participant.type"),
            reference("patient", "subject", only="Patient", where="subject"),
            reference("practitioner", "participant.individual", only="Practitioner"),
            token("reason-code", "reasonCode"),
            reference("reason-reference", "reasonReference", "Observation"),
            reference("service-provider", "serviceProvider", "Organization"),
            token("special-arrangement", "hospitalization.specialArrangement"),
            code("status", of="encounter-status", where="status"),
            reference("subject", "subject", "Patient", where="subject"),
            token("type"),
        ),
        mandatory=words("status class"),
        summary=words(
            "identifier status class type serviceType subject episodeOfCare participant appointment reasonCode "
            "reasonReference diagnosis"
        ),
    ),
    Readable(
        type="Observation",
        params=(
            reference("based-on", "basedOn", "CarePlan", "ServiceRequest"),
            token("category"),
            token("code"),
            composite("code-value-concept", "", token("code"), token("value", "valueCodeableConcept")),
            composite("code-value-date", "", token("code"), date("value", "valueDateTime | valuePeriod")),
            composite("code-value-quantity", "", token("code"), quantity("value", "valueQuantity")),
            composite("code-value-string", "", token("code"), string("value", "valueString | valueCodeableConcept.text")),
            token("combo-code", "code | component.code"),
            composite("combo-code-value-concept", " | component", token("code"), token("value", "valueCodeableConcept")),
            composite("combo-code-value-quantity", " | component", token("code"), quantity("value", "valueQuantity")),
            token("combo-data-absent-reason", "dataAbsentReason | component.dataAbsentReason"),
            token("combo-value-concept", "valueCodeableConcept | component.valueCodeableConcept"),
            quantity("combo-value-quantity", "valueQuantity | component.valueQuantity"),
            token("component-code", "component.code"),
            composite("component-code-value-concept", "component", token("code"), token("value", "valueCodeableConcept")),
            composite("component-code-value-quantity", "component", token("code"), quantity("value", "valueQuantity")),
            token("component-data-absent-reason", "component.dataAbsentReason"),
            token("component-value-concept", "component.valueCodeableConcept"),
            quantity("component-value-quantity", "component.valueQuantity"),
            token("data-absent-reason", "dataAbsentReason"),
            date("date", "effectiveDateTime | effectivePeriod | effectiveTiming | effectiveInstant", where="date"),
            reference("derived-from", "derivedFrom", "Observation", "DocumentReference"),
            reference("device", "device", "Device"),
            reference("encounter", "encounter", "Encounter"),
            reference("focus", "focus"),
            reference("has-member", "hasMember", "Observation"),
            token("identifier"),
            token("method"),
            reference("part-of", "partOf"),
            reference("patient", "subject", only="Patient", where="subject"),
            reference("performer", "performer", *_MEMBERS),
            reference("specimen", "specimen"),
            code("status", of="observation-status", where="status"),
            reference("subject", "subject", "Device", "Patient", where="subject"),
            token("value-concept", "valueCodeableConcept"),
            date("value-date", "valueDateTime | valuePeriod"),
            quantity("value-quantity", "valueQuantity"),
            string("value-string", "valueString | valueCodeableConcept.text"),
        ),
        mandatory=words("status code"),
        summary=words(
            "identifier basedOn partOf status code subject focus encounter effectiveDateTime effectivePeriod "
            "effectiveTiming effectiveInstant issued performer valueQuantity valueCodeableConcept valueString "
            "valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod "
            "hasMember derivedFrom component"
        ),
    ),
    Readable(
        type="DocumentReference",
        params=(
            reference("authenticator", "authenticator", "Practitioner", "Organization", "PractitionerRole"),
            reference("author", "author", *_AUTHORS),
            token("category"),
            code("contenttype", "content.attachment.contentType", of="urn:ietf:bcp:13"),
            reference("custodian", "custodian", "Organization"),
            date("date", where="date"),
            string("description"),
            reference("encounter", "context.encounter", "Encounter"),
            token("event", "context.event"),
            token("facility", "context.facilityType"),
            token("format", "content.format"),
            token("identifier", "masterIdentifier | identifier"),
            code("language", "content.attachment.language", of="urn:ietf:bcp:47"),
            uri("location", "content.attachment.url"),
            reference("patient", "subject", only="Patient", where="subject"),
            date("period", "context.period"),
            reference("related", "context.related"),
            reference("relatesto", "relatesTo.target", "DocumentReference"),
            code("relation", "relatesTo.code", of="document-relationship-type"),
            composite("relationship", "relatesTo", reference("target", "target", "DocumentReference"), code("code", of="document-relationship-type")),
            token("security-label", "securityLabel"),
            token("setting", "context.practiceSetting"),
            code("status", of="document-reference-status", where="status"),
            reference("subject", "subject", "Practitioner", "Device", "Patient", where="subject"),
            token("type"),
        ),
        mandatory=words("status content"),
        summary=words(
            "masterIdentifier identifier status docStatus type category subject date author relatesTo description "
            "securityLabel content context"
        ),
    ),
    Readable(
        type="Provenance",
        params=(
            reference("agent", "agent.who", *_AUTHORS),
            token("agent-role", "agent.role"),
            token("agent-type", "agent.type"),
            reference("entity", "entity.what"),
            reference("location", "location"),
            reference("patient", "target", only="Patient", where="subject"),
            date("recorded", where="date"),
            token("signature-type", "signature.type"),
            reference("target", "target"),
            date("when", "occurredDateTime"),
        ),
        mandatory=words("target recorded agent"),
        summary=words(
            "target recorded"
        ),
    ),
    Readable(
        type="AuditEvent",
        params=(
            code("action", of="audit-event-action"),
            string("address", "agent.network.address"),
            reference("agent", "agent.who", *_AUTHORS),
            string("agent-name", "agent.name"),
            token("agent-role", "agent.role"),
            code("altid", "agent.altId"),
            date("date", "recorded", where="date"),
            reference("entity", "entity.what"),
            string("entity-name", "entity.name"),
            token("entity-role", "entity.role"),
            token("entity-type", "entity.type"),
            code("outcome", of="audit-event-outcome"),
            reference("patient", "agent.who | entity.what", only="Patient", where="subject"),
            uri("policy", "agent.policy"),
            code("site", "source.site"),
            reference("source", "source.observer", *_AUTHORS),
            token("subtype"),
            token("type"),
        ),
        mandatory=words("type recorded agent source"),
        summary=words(
            "type subtype action recorded outcome outcomeDesc purposeOfEvent"
        ),
    ),
    Readable(
        type="Subscription",
        params=(
            token("contact"),
            string("criteria"),
            code("payload", "channel.payload", of="urn:ietf:bcp:13"),
            code("status", of="subscription-status", where="status"),
            code("type", "channel.type", of="subscription-channel-type"),
            uri("url", "channel.endpoint"),
        ),
        mandatory=words("status reason criteria channel"),
        summary=words(
            "status contact end reason criteria error channel"
        ),
    ),
)  # fmt: skip
