"""One search parameter as a value, and short ways to write a row of them. R4 search.html#ptypes, searchparameter-registry.html."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from adapter.fhir import urls

Kind = Literal["token", "date", "reference", "string", "uri", "quantity", "composite"]
Where = Literal["subject", "status", "date", "token", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One search parameter: R4's name, the elements it is taken from, and where the index keeps it."""

    name: str
    kind: Kind
    paths: tuple[str, ...]
    """Elements, dotted, each with its type (`occurrencePeriod`); what any of them holds counts."""
    where: Where = "token"
    """A column of its own; `token`: a line among all others; `person`: the keyed hash of the case."""
    targets: tuple[str, ...] = ()
    """Served types that a reference may lead to; empty: any."""
    only: str = ""
    """Of references those to this type, of contact points those of this system."""
    coded: bool = False
    """Whether the element is a plain code, whose system goes without saying."""
    system: str = ""
    """The system of that code, by its binding; empty where there is none, or several."""
    personal: bool = False
    """Whether its values are a person's name, address or the like: asked for by POST only, in no link, never sorted by."""
    parts: tuple[Param, ...] = ()
    """Of a composite: what must hold of one and the same element."""


def words(text: str) -> tuple[str, ...]:
    """Return the names in a text."""
    return tuple(text.split())


def _paths(name: str, path: str | None) -> tuple[str, ...]:
    return (name,) if path is None else tuple(part.strip() for part in path.split("|"))


def token(
    name: str, path: str | None = None, *, where: Where = "token", only: str = "", personal: bool = False
) -> Param:
    """Return a parameter on codings, identifiers or contact points."""
    return Param(name=name, kind="token", paths=_paths(name, path), where=where, only=only, personal=personal)


def code(name: str, path: str | None = None, *, of: str = "", where: Where = "token") -> Param:
    """Return a token parameter on a plain code or boolean. `of` is its code system: of R4 by its last name, else whole."""
    system = of if not of or ":" in of else f"http://hl7.org/fhir/{of}"
    return Param(name=name, kind="token", paths=_paths(name, path), where=where, coded=True, system=system)


def reference(name: str, path: str, *targets: str, where: Where = "token", only: str = "") -> Param:
    """Return a parameter on references (or canonicals)."""
    named = targets or ((only,) if only else ())
    return Param(name=name, kind="reference", paths=_paths(name, path), where=where, targets=named, only=only)


def string(name: str, path: str | None = None, *, personal: bool = False) -> Param:
    """Return a parameter on texts, names or addresses."""
    return Param(name=name, kind="string", paths=_paths(name, path), personal=personal)


def uri(name: str, path: str | None = None) -> Param:
    """Return a parameter on addresses."""
    return Param(name=name, kind="uri", paths=_paths(name, path))


def date(name: str, path: str | None = None, *, where: Where = "token", personal: bool = False) -> Param:
    """Return a parameter on dates, instants, periods or timings."""
    return Param(name=name, kind="date", paths=_paths(name, path), where=where, personal=personal)


def quantity(name: str, path: str | None = None) -> Param:
    """Return a parameter on quantities."""
    return Param(name=name, kind="quantity", paths=_paths(name, path))


def composite(name: str, path: str, *parts: Param) -> Param:
    """Return a parameter of parts that one element holds together."""
    return Param(name=name, kind="composite", paths=_paths(name, path), parts=parts)


BOOLEAN: Final = f"{urls.TERMINOLOGY}/special-values"
"""System of true and false. R4 search.html#token."""

PHONETIC: Final = "phonetic"
"""The one parameter that compares how a name sounds."""

COMMON: Final = (
    token("_tag", "meta.tag"),
    token("_security", "meta.security"),
    uri("_profile", "meta.profile"),
    uri("_source", "meta.source"),
)
"""Parameters of every type that are read from the resource itself. R4 search.html#all."""

_CLINICAL: Final[Mapping[str, frozenset[str]]] = {
    "code": frozenset(words("Observation ServiceRequest")),
    "date": frozenset(words("CarePlan CareTeam Consent Encounter Observation")),
    "encounter": frozenset(words("DocumentReference Observation ServiceRequest")),
    "identifier": frozenset(
        words("CarePlan CareTeam Consent DocumentReference Encounter Goal Observation ServiceRequest")
    ),
    "patient": frozenset(
        words("CarePlan CareTeam Consent DocumentReference Encounter Goal Observation ServiceRequest")
    ),
    "type": frozenset(words("DocumentReference Encounter")),
}
_PEOPLE: Final = frozenset(words("Patient Practitioner RelatedPerson"))
_INDIVIDUAL: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        words(
            "address address-city address-country address-postalcode address-state address-use gender phonetic"
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(words("email phone telecom"), _PEOPLE | {"PractitionerRole"}),
    **dict.fromkeys(words("family given"), frozenset(words("Patient Practitioner"))),
    "birthdate": frozenset(words("Patient RelatedPerson")),
}
CONFORMANCE: Final = frozenset(
    words(
        "CapabilityStatement CodeSystem ConceptMap ImplementationGuide NamingSystem SearchParameter StructureDefinition ValueSet"
    )
)
"""Types of definitions, which share parameters."""
_DEFINITION: Final = frozenset(
    words(
        "context context-quantity context-type context-type-quantity context-type-value date description identifier "
        "jurisdiction name publisher status title url version"
    )
)
OWN: Final = frozenset({("CareTeam", "role")})
"""Parameters that R4 does not have: defined by this project."""
UNDEFINED: Final = frozenset({("NamingSystem", "url")})
"""Parameters that R4 has for other types, and nobody defines for this one."""


def definition(type_: str, name: str) -> str:
    """Return the canonical of a parameter's SearchParameter: R4's, some of which several types share, or ours."""
    if (type_, name) in OWN:
        return f"{urls.BASE}/SearchParameter/{type_}-{name}"
    if type_ in _CLINICAL.get(name, ()):
        return f"http://hl7.org/fhir/SearchParameter/clinical-{name}"
    if type_ in _INDIVIDUAL.get(name, ()):
        return f"http://hl7.org/fhir/SearchParameter/individual-{name}"
    if type_ in CONFORMANCE and name in _DEFINITION:
        return f"http://hl7.org/fhir/SearchParameter/conformance-{name}"
    base = "Resource" if name.startswith("_") else type_
    return f"http://hl7.org/fhir/SearchParameter/{base}-{name.removeprefix('_')}"
