"""FHIR JSON from outside against R4: our own walk, then the models of fhir.resources, then our profiles. One entry.

R4B stands for R4 in the models: the types kept here have the same elements in both. The walk says all that R4 says of a
resource; the models are a second opinion, heard only where the walk has said nothing. What they quote is cut away.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapter.errors import Fault
from adapter.fhir import conformance, references, shapes, walk
from adapter.fhir.shapes import Element, Shape

VALUES: Final = 20_000
"""Values (elements, items of lists) of one resource that is judged: a hundred times a large plan."""
_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z]{0,39}(_fhir)?")
_HINTS: Final[Mapping[str, tuple[str, str]]] = {
    "extra_forbidden": ("structure", "unknown element"),
    "missing": ("min-1", "required element"),
    "string_type": ("structure", "text"),
    "list_type": ("structure", "list"),
    "bool_type": ("structure", "true or false"),
}
"""pydantic's error types → rule and words of our own; others are about the form."""
_NESTED: Final = (dict, list)
_CARRIERS: Final = frozenset({"Bundle", "Parameters"})
"""Types in which resources of any type stand, at any depth."""


def check(
    resource: object, *, profile: str | None = None, warnings: bool = False, models: bool = True
) -> tuple[Fault, ...]:
    """Return every fault of a resource with its FHIRPath place, rule and no value: R4's, and those of profiles.

    It is held against the profiles of the guide that it claims in `meta.profile`, and against `profile` (a canonical).
    What a profile only warns of (severity `may`) is among them with `warnings`. Without `models` no second opinion of
    fhir.resources is heard where the walk knows every element, which takes as long as all else and has said nothing new in
    any test.
    """
    if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
        return (walk.fault("resourceType", "min-1", "required element"),)
    if not shapes.known(resource["resourceType"]):
        return (Fault(code="IPK-F002", path="resourceType", rule="structure"),)
    if resource["resourceType"] != "Bundle" and _is_vast(resource):
        return (walk.fault(resource["resourceType"], "structure", f"at most {VALUES} values"),)
    own = walk.check(resource, further=conformance.further)
    asked = _asked(resource, profile) if profile is not None else ()
    second = _second(resource, own) if models or not _walked(resource) else ()
    found = _once((*own, *second, *asked))
    return found if warnings else tuple(fault for fault in found if fault.severity == "must")


def _walked(resource: Mapping[str, Any]) -> bool:
    """Return whether the walk knows the elements of a resource and of all that stands in it."""
    inner = resource.get("contained")
    types = (
        [str(one.get("resourceType")) for one in inner if isinstance(one, dict)]
        if isinstance(inner, list)
        else ()
    )
    return resource["resourceType"] not in _CARRIERS and all(
        map(shapes.listed, (resource["resourceType"], *types))
    )


def _asked(resource: Mapping[str, Any], profile: str) -> Iterator[Fault]:
    type_ = resource["resourceType"]
    wanted = conformance.of(profile)
    if not wanted:
        yield Fault(code="IPK-F050", path=type_, rule="profile-known")
    elif wanted != type_:
        yield Fault(code="IPK-F049", path=type_, rule="profile-type", hint=wanted)
    else:
        yield from conformance.check(resource, profile, path=type_, scope=references.scope(resource))


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """One fault a place and rule."""
    return tuple({(fault.path, fault.rule): fault for fault in faults}.values())


def _is_vast(resource: Mapping[str, Any]) -> bool:
    """Return whether a resource holds more values than anything meant: each is judged several times."""
    left: list[Any] = [resource]
    values = 0
    for one in left:  # it grows while it is walked
        values += len(one)
        if values > VALUES:
            return True
        left += [
            inner for inner in (one.values() if isinstance(one, dict) else one) if isinstance(inner, _NESTED)
        ]
    return False


def _second(resource: Mapping[str, Any], own: Sequence[Fault]) -> Iterator[Fault]:
    """Yield what the models say about places of which the walk has said nothing."""
    if any(fault.hint == "depth" for fault in own):
        return
    said = frozenset(fault.path.removesuffix(".resourceType") for fault in own)
    inside = sorted(said)
    for fault in _models(resource, resource["resourceType"]):
        if not _near(fault.path, said, inside):
            yield fault


def _near(path: str, said: frozenset[str], inside: Sequence[str]) -> bool:
    """Return whether a place is one of those said, or inside one, or has one of them (`inside`: in order) in it."""
    after = bisect_left(inside, path)
    if after < len(inside) and inside[after].startswith(path):
        return True
    dot = path.find(".")
    return dot >= 0 and any(path[:end] in said for end in range(dot + 1, len(path)))


def _model(type_: str) -> Any:
    """Return the model of a resource type, None when there is none. Imported here: 0.1 s, for outside input only."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    try:
        return get_fhir_model_class(type_)
    except (KeyError, ValueError):
        return None


def _models(resource: Mapping[str, Any], type_: str) -> Iterator[Fault]:
    from pydantic import ValidationError  # noqa: PLC0415

    model = _model(type_)
    if model is None:
        return
    try:
        model.model_validate(dict(resource))
    except ValidationError as error:
        rows = error.errors(include_input=False, include_url=False)
    except Exception:  # noqa: BLE001 (a type inside that only R4 has raises KeyError: the walk knows it)
        return
    else:
        return
    for row in rows:
        rule, hint = _HINTS.get(row["type"], ("form", "value"))
        yield walk.fault(_path(resource, row["loc"]), rule, hint)


def _path(resource: Mapping[str, Any], place: Sequence[str | int]) -> str:
    """FHIRPath of a pydantic location: a choice without its type. What does not look like a name is input: not repeated."""
    text, node = str(resource["resourceType"]), resource
    shape = shapes.shape(text) if shapes.listed(text) else None
    for step in place:
        if isinstance(step, int):
            text, node = f"{text}[{step}]", _down(node, step)
            continue
        if step == "root" or not _NAME.fullmatch(step):
            continue
        name = step.removeprefix("_").removesuffix("_fhir")
        element = shape.elements.get(name) if shape is not None else None
        text, node = f"{text}.{element.label if element is not None else name}", _down(node, name)
        shape = _within(element, node)
    return text


def _down(node: Any, step: str | int) -> Any:
    try:
        return node[step]
    except (LookupError, TypeError):
        return None


def _within(element: Element | None, node: Any) -> Shape | None:
    """Return the shape of what stands at an element."""
    if element is None or element.primitive:
        return None
    if not element.inner:
        return shapes.shape(element.type)
    first = node[0] if isinstance(node, list) and node else node
    type_ = first.get("resourceType") if isinstance(first, Mapping) else None
    return shapes.shape(type_) if isinstance(type_, str) and shapes.listed(type_) else None
