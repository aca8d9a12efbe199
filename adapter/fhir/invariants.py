"""R4's invariants as named rows: what each key asks of the element it stands at. R4 4.0.1, checked 2026-11-27.

`shapes` says where a key stands. fhir.resources knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from adapter.fhir import narrative, references, values
from adapter.fhir.references import Scope

Node = Mapping[str, Any]
Rule = Callable[[Any, Scope], Iterable[str]]
"""Tells the places, below the element the key stands at, where the rule is broken; empty is the element itself."""
_Holds = Callable[[Node], bool]

_UCUM: Final = "http://unitsofmeasure.org"
_WITHOUT_TIME: Final = frozenset({"proposed", "cancelled", "waitlist"})
_MEALS: Final = frozenset({"C", "CM", "CD", "CV"})


def _holds(holds: _Holds, *, at: str = "") -> Rule:
    """Return the rule that something is true of the element."""
    whole = (at,)

    def broken(node: Node, _: Scope) -> Iterable[str]:
        return () if holds(node) else whole

    return broken


def _has(node: Node, *names: str) -> bool:
    """Return whether any of the elements is there; `value[x]` is any of its types, and `_name` stands for a primitive."""
    return any(
        any(key.startswith(name[:-3]) for key in node)
        if name.endswith("[x]")
        else name in node or f"_{name}" in node
        for name in names
    )


def _one_of(*names: str, at: str = "") -> Rule:
    return _holds(lambda node: _has(node, *names), at=at)


def _not_both(first: str, second: str, *, at: str = "") -> Rule:
    return _holds(lambda node: not (_has(node, first) and _has(node, second)), at=at)


def _needs(name: str, *others: str, at: str = "") -> Rule:
    """Return the rule that with one element stands another (any of them)."""
    return _holds(lambda node: not _has(node, name) or _has(node, *others), at=at)


def _exactly_one(first: str, second: str) -> Rule:
    return _holds(lambda node: _has(node, first) != _has(node, second))


def _not_negative(name: str) -> Rule:
    return _holds(lambda node: node.get(name, 0) >= 0)


def _in_ucum(*, code: str = "", whole: bool = False, positive: bool = False) -> Rule:
    """Return the rule of a measure: its unit is of UCUM, with a code where it has a value. Datatypes Age, Count, Distance."""

    def holds(node: Node) -> bool:
        value = node.get("value", 1)
        return (
            _has(node, "code") >= ("value" in node)
            and node.get("system", _UCUM) == _UCUM
            and (not code or node.get("code", code) == code)
            and not (whole and value != int(value))
            and not (positive and value <= 0)
        )

    return _holds(holds)


def _ordered(period: Node) -> bool:
    """Return whether a Period may be read so that it does not end before it starts."""
    if not {"start", "end"} <= period.keys():
        return True
    return values.stored(period["start"])[0] < values.stored(period["end"])[1]


def _range(found: Node) -> bool:
    low, high = found.get("low", {}), found.get("high", {})
    comparable = low.get("code", low.get("unit")) == high.get("code", high.get("unit"))
    return not ("value" in low and "value" in high and comparable) or bool(low["value"] <= high["value"])


def _ratio(found: Node) -> bool:
    return _has(found, "numerator") == _has(found, "denominator") and _has(found, "numerator", "extension")


def _offset(repeat: Node) -> bool:
    when = repeat.get("when", ())
    return "offset" not in repeat or (bool(when) and not _MEALS & set(when))


def _trigger(found: Node) -> bool:
    type_ = str(found.get("type", ""))
    needed = "name" if type_ == "named-event" else "timing[x]" if type_ == "periodic" else "data"
    return not (type_ in {"named-event", "periodic"} or type_.startswith("data-")) or _has(found, needed)


def _ref_1(reference: Node, scope: Scope) -> Iterable[str]:
    literal = reference.get("reference", "")
    # `#` alone is the container, named from what it contains.
    unknown = literal.startswith("#") and literal != "#" and literal[1:] not in scope.contained
    return (".reference",) if unknown else ()


def _contained(resource: Node, scope: Scope) -> Iterator[tuple[str, Node]]:
    """Yield what a resource contains; what is contained itself contains nothing (dom-2)."""
    if scope.root is resource:
        yield from ((f".contained[{n}]", one) for n, one in enumerate(resource.get("contained", ())))


def _dom_2(resource: Node, scope: Scope) -> Iterator[str]:
    return (f"{place}.contained" for place, one in _contained(resource, scope) if "contained" in one)


def _dom_3(resource: Node, scope: Scope) -> Iterator[str]:
    if "contained" not in resource:
        return
    named = references.local(resource)
    for place, one in _contained(resource, scope):
        if f"#{one.get('id')}" not in named and "#" not in references.local(one):
            yield place


def _dom_4(resource: Node, scope: Scope) -> Iterator[str]:
    for place, one in _contained(resource, scope):
        for name in ("versionId", "lastUpdated"):
            if name in one.get("meta", {}):
                yield f"{place}.meta.{name}"


def _dom_5(resource: Node, scope: Scope) -> Iterator[str]:
    for place, one in _contained(resource, scope):
        if "security" in one.get("meta", {}):
            yield f"{place}.meta.security"


def _ctm_1(participant: Node, scope: Scope) -> Iterator[str]:
    if "onBehalfOf" in participant and scope.kind(participant.get("member")) not in {"", "Practitioner"}:
        yield ""


def _inv_1(task: Node, _: Scope) -> Iterator[str]:
    authored, modified = task.get("authoredOn"), task.get("lastModified")
    if authored and modified and values.stored(modified)[1] <= values.stored(authored)[0]:
        yield ".lastModified"


def _parameter(found: Node) -> bool:
    if "part" in found:
        return not _has(found, "value[x]", "resource")
    return _has(found, "value[x]") != _has(found, "resource")


def _not_home(found: Node) -> bool:
    return bool(found.get("use") != "home")


def _about(code: str) -> Rule:
    """Return the rule that a consent of this scope names its patient."""

    def holds(consent: Node) -> bool:
        codings = consent.get("scope", {}).get("coding", ())
        return "patient" in consent or all(one.get("code") != code for one in codings)

    return _holds(holds, at=".patient")


def _app_3(appointment: Node) -> bool:
    return appointment.get("status") in _WITHOUT_TIME or {"start", "end"} <= appointment.keys()


def _app_4(appointment: Node) -> bool:
    return "cancelationReason" not in appointment or appointment.get("status") in {"noshow", "cancelled"}


def _obs_7(observation: Node, _: Scope) -> Iterator[str]:
    if not _has(observation, "value[x]"):
        return
    own = {(c.get("system"), c.get("code")) for c in observation.get("code", {}).get("coding", ())}
    for number, one in enumerate(observation.get("component", ())):
        if own & {(c.get("system"), c.get("code")) for c in one.get("code", {}).get("coding", ())}:
            yield f".component[{number}].code"


def _clinical(condition: Node) -> set[str]:
    return {one.get("code", "") for one in condition.get("clinicalStatus", {}).get("coding", ())}


def _in_error(condition: Node) -> bool:
    codings = condition.get("verificationStatus", {}).get("coding", ())
    return any(one.get("code") == "entered-in-error" for one in codings)


def _con_4(condition: Node) -> bool:
    return not _has(condition, "abatement[x]") or bool(
        _clinical(condition) & {"resolved", "remission", "inactive"}
    )


def _only_in(name: str, *types: str) -> Rule:
    """Return the rule that entries have an element in Bundles of these types, and in no other."""

    def broken(bundle: Node, _: Scope) -> Iterator[str]:
        for number, entry in enumerate(bundle.get("entry", ())):
            if (name in entry) != (bundle.get("type") in types):
                yield f".entry[{number}].{name}"

    return broken


def _bdl_2(bundle: Node, _: Scope) -> Iterator[str]:
    if bundle.get("type") != "searchset":
        yield from (f".entry[{n}].search" for n, one in enumerate(bundle.get("entry", ())) if "search" in one)


def _bdl_7(bundle: Node, _: Scope) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(bundle.get("entry", ()) if bundle.get("type") != "history" else ()):
        if "fullUrl" not in entry:
            continue
        key = (entry["fullUrl"], str(entry.get("resource", {}).get("meta", {}).get("versionId", "")))
        if key in seen:
            yield f".entry[{number}].fullUrl"
        seen.add(key)


def _begins(bundle_type: str, resource_type: str) -> Rule:
    def holds(bundle: Node) -> bool:
        first = (*bundle.get("entry", ()), {})[0].get("resource", {})
        return bundle.get("type") != bundle_type or first.get("resourceType") == resource_type

    return _holds(holds, at=".entry")


def _document(*path: str) -> Rule:
    """Return the rule that a document has an element."""
    return _holds(lambda b: b.get("type") != "document" or (all(name in b.get(path[0], {}) for name in path[1:])
                  and path[0] in b), at=f".{path[0]}")  # fmt: skip


def _narrative(key: str) -> Rule:
    def broken(div: str, _: Scope) -> Iterator[str]:
        if narrative.broken(div) == key:
            yield ""

    return broken


RULES: Final[Mapping[str, Rule]] = {
    # Of every type
    "dom-2": _dom_2,
    "dom-3": _dom_3,
    "dom-4": _dom_4,
    "dom-5": _dom_5,
    "ext-1": _exactly_one("extension", "value[x]"),
    "ref-1": _ref_1,
    "txt-1": _narrative("txt-1"),
    "txt-2": _narrative("txt-2"),
    # Of data types
    "age-1": _in_ucum(positive=True),
    "att-1": _needs("data", "contentType"),
    "cnt-3": _in_ucum(code="1", whole=True),
    "cpt-2": _needs("value", "system"),
    "dis-1": _in_ucum(),
    "drq-1": _exactly_one("path", "searchParam"),
    "drq-2": _exactly_one("path", "searchParam"),
    "drt-1": _holds(lambda node: "code" not in node or (node.get("system") == _UCUM and "value" in node)),
    "exp-1": _one_of("expression", "reference"),
    "mqty-1": _holds(
        lambda node: (
            _has(node, "code") >= ("value" in node)
            and node.get("system", "urn:iso:std:iso:4217") == "urn:iso:std:iso:4217"
        )
    ),
    "per-1": _holds(_ordered),
    "qty-3": _needs("code", "system"),
    "rat-1": _holds(_ratio),
    "rng-2": _holds(_range),
    "sqty-1": _holds(lambda node: "comparator" not in node),
    "tim-1": _needs("duration", "durationUnit"),
    "tim-2": _needs("period", "periodUnit"),
    "tim-4": _not_negative("duration"),
    "tim-5": _not_negative("period"),
    "tim-6": _needs("periodMax", "period"),
    "tim-7": _needs("durationMax", "duration"),
    "tim-8": _needs("countMax", "count"),
    "tim-9": _holds(_offset),
    "tim-10": _not_both("timeOfDay", "when"),
    "trd-1": _not_both("data", "timing[x]"),
    "trd-2": _needs("condition", "data"),
    "trd-3": _holds(_trigger),
    # Of one type each
    "app-1": _one_of("type", "actor"),
    "app-2": _holds(lambda node: ("start" in node) == ("end" in node), at=".start"),
    "app-3": _holds(_app_3, at=".start"),
    "app-4": _holds(_app_4, at=".cancelationReason"),
    "con-1": _one_of("summary", "assessment"),
    "con-2": _one_of("code", "detail"),
    "con-4": _holds(_con_4, at=".clinicalStatus"),
    "con-5": _holds(lambda node: not ("clinicalStatus" in node and _in_error(node)), at=".clinicalStatus"),
    "cpl-3": _not_both("detail", "reference"),
    "ctm-1": _ctm_1,
    "gol-1": _needs("detail[x]", "measure"),
    "inv-1": _inv_1,
    "Parameters.parameter:inv-1": _holds(_parameter),
    "obs-3": _one_of("low", "high", "text"),
    "obs-6": _not_both("dataAbsentReason", "value[x]", at=".dataAbsentReason"),
    "obs-7": _obs_7,
    "org-1": _one_of("identifier", "name"),
    "org-2": _holds(_not_home),
    "org-3": _holds(_not_home),
    "pat-1": _one_of("name", "telecom", "address", "organization"),
    "ppc-1": _one_of("policy", "policyRule", at=".policyRule"),
    "ppc-2": _about("patient-privacy"),
    "ppc-3": _about("research"),
    "ppc-4": _about("adr"),
    "ppc-5": _about("treatment"),
    "prr-1": _needs("orderDetail", "code", at=".orderDetail"),
    "sev-1": _not_both("name", "query"),
    # Of Bundles
    "bdl-1": _holds(lambda b: "total" not in b or b.get("type") in {"searchset", "history"}, at=".total"),
    "bdl-2": _bdl_2,
    "bdl-3": _only_in("request", "batch", "transaction", "history"),
    "bdl-4": _only_in("response", "batch-response", "transaction-response", "history"),
    "bdl-5": _one_of("resource", "request", "response"),
    "bdl-7": _bdl_7,
    "bdl-8": _holds(lambda entry: "/_history/" not in entry.get("fullUrl", ""), at=".fullUrl"),
    "bdl-9": _document("identifier", "system", "value"),
    "bdl-10": _document("timestamp"),
    "bdl-11": _begins("document", "Composition"),
    "bdl-12": _begins("message", "MessageHeader"),
}
"""R4's key, with its element before a colon where another type's invariant has the same key → rule."""
