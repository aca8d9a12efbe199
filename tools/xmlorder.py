"""Make `adapter/data/xmlorder.json`: which elements each type of FHIR has, in which order, and of which type.

    python -m tools.xmlorder > adapter/data/xmlorder.json

XML of FHIR is ordered, JSON is not (R4 xml.html). The order is that of the models of fhir.resources, read when that library
changes, so that who serves need not load them. A line a type: `name`, a primitive; `name:Type`; `name:*`, a resource;
`name:xhtml`, the narrative.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import fhirtypes, get_fhir_model_class
from fhir.resources.R4B.resource import Resource

_TYPE = re.compile(r"abc\.(\w+)Type\b")
_NONE = frozenset({"Element", "BackboneElement", "Resource", "DomainResource", "FHIRPrimitiveExtension"})


def main() -> None:
    """Print the table, resources and the types within them."""
    models = dict(_models())
    resources = {name for name, model in models.items() if issubclass(model, Resource)}
    shown = {
        "resources": {name: _elements(models[name]) for name in sorted(resources)},
        "types": {name: _elements(models[name]) for name in sorted(models.keys() - resources)},
    }
    print(json.dumps(shown, indent=0, separators=(",", ":")))


def _models() -> Iterator[tuple[str, Any]]:
    for name in sorted(vars(fhirtypes)):
        plain = name.removesuffix("Type")
        if (
            name.endswith("Type")
            and plain not in _NONE
            and hasattr(getattr(fhirtypes, name), "get_model_klass")
        ):
            yield plain, get_fhir_model_class(plain)


def _elements(model: Any) -> str:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    return " ".join(_element(name, fields[name]) for name in model.elements_sequence())


def _element(name: str, field: Any) -> str:
    text = str(field.annotation)
    if "Xhtml" in text:
        return f"{name}:xhtml"
    found = _TYPE.search(text)
    if found is None:
        return name
    return f"{name}:{'*' if found[1] == 'Resource' else found[1]}"


if __name__ == "__main__":
    main()
