"""Rows of the table of readable types: people, organisations, and how to reach them. R4 searchparameter-registry.html.

Names, elements and targets are R4's own; targets that are not served are left out.
"""

from __future__ import annotations

from typing import Final

from adapter.fhir import urls
from adapter.fhir.params import BOOLEAN, code, date, reference, string, token, uri, words
from adapter.fhir.readable import Readable

_ADDRESS: Final = (
    string("address", personal=True),
    string("address-city", "address.city", personal=True),
    string("address-country", "address.country", personal=True),
    string("address-postalcode", "address.postalCode", personal=True),
    string("address-state", "address.state", personal=True),
    code("address-use", "address.use", of="address-use"),
)
"""Where a person lives, asked for in the same words of all."""

ROWS: Final = (
    Readable(
        type="Patient",
        profile=urls.NO_BASIS_PATIENT,
        params=(
            code("active", of=BOOLEAN, where="status"),
            *_ADDRESS,
            date("birthdate", "birthDate", personal=True),
            date("death-date", "deceasedDateTime", personal=True),
            code("deceased", "deceasedBoolean | deceasedDateTime", of=BOOLEAN),
            token("email", "telecom", only="email", personal=True),
            string("family", "name.family", personal=True),
            code("gender", of="administrative-gender"),
            reference("general-practitioner", "generalPractitioner", "Practitioner", "Organization", "PractitionerRole"),
            string("given", "name.given", personal=True),
            token("identifier", where="person"),
            token("language", "communication.language"),
            reference("link", "link.other", "Patient", "RelatedPerson"),
            string("name", personal=True),
            reference("organization", "managingOrganization", "Organization"),
            token("phone", "telecom", only="phone", personal=True),
            string("phonetic", "name", personal=True),
            token("telecom", personal=True),
        ),
        summary=words(
            "identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address "
            "managingOrganization link"
        ),
    ),
    Readable(
        type="RelatedPerson",
        profile=urls.NO_BASIS_RELATED_PERSON,
        params=(
            code("active", of=BOOLEAN, where="status"),
            *_ADDRESS,
            date("birthdate", "birthDate", personal=True),
            token("email", "telecom", only="email", personal=True),
            code("gender", of="administrative-gender"),
            token("identifier"),
            string("name", personal=True),
            reference("patient", "patient", "Patient", where="subject"),
            token("phone", "telecom", only="phone", personal=True),
            string("phonetic", "name", personal=True),
            token("relationship"),
            token("telecom", personal=True),
        ),
        mandatory=words("patient"),
        summary=words(
            "identifier active patient relationship name telecom gender birthDate address"
        ),
    ),
    Readable(
        type="Practitioner",
        profile=urls.NO_BASIS_PRACTITIONER,
        params=(
            code("active", of=BOOLEAN, where="status"),
            *_ADDRESS,
            token("communication"),
            token("email", "telecom", only="email", personal=True),
            string("family", "name.family", personal=True),
            code("gender", of="administrative-gender"),
            string("given", "name.given", personal=True),
            token("identifier"),
            string("name", personal=True),
            token("phone", "telecom", only="phone", personal=True),
            string("phonetic", "name", personal=True),
            token("telecom", personal=True),
        ),
        summary=words(
            "identifier active name telecom address gender birthDate"
        ),
    ),
    Readable(
        type="PractitionerRole",
        profile=urls.NO_BASIS_PRACTITIONER_ROLE,
        params=(
            code("active", of=BOOLEAN, where="status"),
            date("date", "period", where="date"),
            token("email", "telecom", only="email"),
            reference("endpoint", "endpoint", "Endpoint"),
            token("identifier"),
            reference("location", "location"),
            reference("organization", "organization", "Organization"),
            token("phone", "telecom", only="phone"),
            reference("practitioner", "practitioner", "Practitioner"),
            token("role", "code"),
            reference("service", "healthcareService", "HealthcareService"),
            token("specialty"),
            token("telecom"),
        ),
        summary=words(
            "identifier active period practitioner organization code specialty location telecom"
        ),
    ),
    Readable(
        type="Organization",
        profile=urls.NO_BASIS_ORGANIZATION,
        params=(
            code("active", of=BOOLEAN, where="status"),
            string("address"),
            string("address-city", "address.city"),
            string("address-country", "address.country"),
            string("address-postalcode", "address.postalCode"),
            string("address-state", "address.state"),
            code("address-use", "address.use", of="address-use"),
            reference("endpoint", "endpoint", "Endpoint"),
            token("identifier"),
            string("name", "name | alias"),
            reference("partof", "partOf", "Organization"),
            string("phonetic", "name"),
            token("type"),
        ),
        summary=words(
            "identifier active type name partOf"
        ),
    ),
    Readable(
        type="HealthcareService",
        params=(
            code("active", of=BOOLEAN, where="status"),
            token("characteristic"),
            reference("coverage-area", "coverageArea"),
            reference("endpoint", "endpoint", "Endpoint"),
            token("identifier"),
            reference("location", "location"),
            string("name"),
            reference("organization", "providedBy", "Organization"),
            token("program"),
            token("service-category", "category"),
            token("service-type", "type"),
            token("specialty"),
        ),
        summary=words(
            "identifier active providedBy category type specialty location name comment photo"
        ),
    ),
    Readable(
        type="Endpoint",
        params=(
            token("connection-type", "connectionType"),
            token("identifier"),
            string("name"),
            reference("organization", "managingOrganization", "Organization"),
            token("payload-type", "payloadType"),
            code("status", of="endpoint-status", where="status"),
        ),
        mandatory=words("status connectionType payloadType address"),
        summary=words(
            "identifier status connectionType name managingOrganization period payloadType payloadMimeType "
            "address"
        ),
    ),
    Readable(
        type="Device",
        params=(
            string("device-name", "deviceName.name | type.coding.display | type.text"),
            token("identifier"),
            reference("location", "location"),
            string("manufacturer"),
            string("model", "modelNumber"),
            reference("organization", "owner", "Organization"),
            reference("patient", "patient", "Patient", where="subject"),
            code("status", of="device-status", where="status"),
            token("type"),
            string("udi-carrier", "udiCarrier.carrierHRF"),
            string("udi-di", "udiCarrier.deviceIdentifier"),
            uri("url"),
        ),
        summary=words(
            "udiCarrier status safety"
        ),
    ),
)  # fmt: skip
