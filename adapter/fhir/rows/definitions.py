"""Rows of what the guide's definitions are searched by. R4 searchparameter-registry.html (conformance).

They are no row of the table of readable types: they are package data, not stored, and about nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.fhir.params import (
    BOOLEAN,
    CONFORMANCE,
    Param,
    code,
    composite,
    date,
    quantity,
    reference,
    string,
    token,
    uri,
)
from adapter.fhir.readable import Readable

_USE: Final = (
    token("code"),
    token("value", "valueCodeableConcept"),
    quantity("value", "valueQuantity | valueRange"),
)
_SHARED: Final = (
    code("_id", "id"),
    token("context", "useContext.valueCodeableConcept"),
    quantity("context-quantity", "useContext.valueQuantity | useContext.valueRange"),
    token("context-type", "useContext.code"),
    composite("context-type-quantity", "useContext", _USE[0], _USE[2]),
    composite("context-type-value", "useContext", _USE[0], _USE[1]),
    date("date"),
    string("description"),
    token("jurisdiction"),
    string("name"),
    string("publisher"),
    code("status", of="publication-status"),
)  # fmt: skip
_CANONICAL: Final = (uri("url"), token("version"))
_TITLE: Final = (string("title"),)
_IDENTIFIER: Final = (token("identifier"),)

_OWN: Final[Mapping[str, tuple[Param, ...]]] = {
    "StructureDefinition": (
        *_CANONICAL, *_TITLE, *_IDENTIFIER,
        code("abstract", of=BOOLEAN),
        reference("base", "baseDefinition"),
        code("base-path", "snapshot.element.base.path | differential.element.base.path"),
        code("derivation", of="type-derivation-rule"),
        code("experimental", of=BOOLEAN),
        code("ext-context", "context.type", of="extension-context-type"),
        token("keyword"),
        code("kind", of="structure-definition-kind"),
        code("path", "snapshot.element.path | differential.element.path"),
        uri("type"),
        reference("valueset", "snapshot.element.binding.valueSet"),
    ),
    "CodeSystem": (
        *_CANONICAL, *_TITLE, *_IDENTIFIER,
        token("code", "concept"),
        code("content-mode", "content", of="codesystem-content-mode"),
        code("language", "concept.designation.language", of="urn:ietf:bcp:47"),
        reference("supplements", "supplements"),
        uri("system", "url"),
    ),
    "ValueSet": (
        *_CANONICAL, *_TITLE, *_IDENTIFIER,
        token("code", "expansion.contains | compose.include.concept"),
        uri("expansion", "expansion.identifier"),
        uri("reference", "compose.include.system"),
    ),
    "ConceptMap": (
        *_CANONICAL, *_TITLE, *_IDENTIFIER,
        uri("dependson", "group.element.target.dependsOn.property"),
        reference("other", "group.unmapped.url"),
        uri("product", "group.element.target.product.property"),
        reference("source", "sourceCanonical"),
        token("source-code", "group.element"),
        uri("source-system", "group.source"),
        reference("source-uri", "sourceUri"),
        reference("target", "targetCanonical"),
        token("target-code", "group.element.target"),
        uri("target-system", "group.target"),
        reference("target-uri", "targetUri"),
    ),
    "SearchParameter": (
        *_CANONICAL,
        code("base", of="resource-types"),
        code("code"),
        reference("component", "component.definition"),
        reference("derived-from", "derivedFrom"),
        code("target", of="resource-types"),
        code("type", of="search-param-type"),
    ),
    "NamingSystem": (
        uri("url", "uniqueId.value"),
        string("contact", "contact.name"),
        code("id-type", "uniqueId.type", of="namingsystem-identifier-type"),
        code("kind", of="namingsystem-type"),
        date("period", "uniqueId.period"),
        string("responsible"),
        token("telecom", "contact.telecom"),
        token("type"),
        string("value", "uniqueId.value"),
    ),
    "CapabilityStatement": (
        *_CANONICAL, *_TITLE,
        # R4's own expression says `version`, against its description.
        code("fhirversion", "fhirVersion", of="FHIR-version"),
        code("format", of="urn:ietf:bcp:13"),
        reference("guide", "implementationGuide"),
        code("mode", "rest.mode", of="restful-capability-mode"),
        code("resource", "rest.resource.type", of="resource-types"),
        reference("resource-profile", "rest.resource.profile"),
        token("security-service", "rest.security.service"),
        string("software", "software.name"),
        reference("supported-profile", "rest.resource.supportedProfile"),
    ),
    "ImplementationGuide": (
        *_CANONICAL, *_TITLE,
        reference("depends-on", "dependsOn.uri"),
        code("experimental", of=BOOLEAN),
        reference("global", "global.profile"),
        reference("resource", "definition.resource.reference"),
    ),
}  # fmt: skip

_HEAD: Final = (
    "url", "version", "name", "title", "status", "experimental", "date", "publisher", "contact", "useContext",
    "jurisdiction",
)  # fmt: skip
_MANDATORY: Final[Mapping[str, tuple[str, ...]]] = {
    "StructureDefinition": ("url", "name", "status", "kind", "abstract", "type"),
    "CodeSystem": ("status", "content"),
    "ValueSet": ("status",),
    "ConceptMap": ("status",),
    "SearchParameter": ("url", "name", "status", "description", "code", "base", "type"),
    "NamingSystem": ("name", "status", "kind", "date", "uniqueId"),
    "CapabilityStatement": ("status", "date", "kind", "fhirVersion", "format"),
    "ImplementationGuide": ("url", "name", "status", "packageId", "fhirVersion"),
}
_SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "StructureDefinition": ("identifier", "keyword", "fhirVersion", "context", "baseDefinition", "derivation"),
    "CodeSystem": (
        "identifier", "caseSensitive", "valueSet", "hierarchyMeaning", "compositional", "versionNeeded", "supplements",
        "count", "filter", "property",
    ),
    "ValueSet": ("identifier", "immutable"),
    "ConceptMap": ("identifier", "sourceUri", "sourceCanonical", "targetUri", "targetCanonical"),
    "SearchParameter": ("target",),
    "NamingSystem": (),
    "CapabilityStatement": (
        "instantiates", "imports", "software", "implementation", "patchFormat", "implementationGuide", "rest",
        "messaging", "document",
    ),
    "ImplementationGuide": ("license", "dependsOn", "global"),
}  # fmt: skip
"""Type → its elements of `_summary=true` besides those that all have and its mandatory ones."""

ROWS: Final[Mapping[str, Readable]] = {
    type_: Readable(
        type=type_,
        params=tuple(sorted((*_SHARED, *_OWN[type_]), key=lambda param: param.name)),
        mandatory=_MANDATORY[type_],
        summary=(*_HEAD, *_MANDATORY[type_], *_SUMMARY[type_]),
    )
    for type_ in sorted(CONFORMANCE)
}
"""Type of definition → what it is searched by. `url` of a NamingSystem is ours: R4 has none there."""
