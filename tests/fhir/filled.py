"""Made-up resources that hold one search parameter each: what a search finds of them is known before it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapter.fhir.params import Param
from adapter.fhir.table import READABLE

LETTERS: Final = "ab"
_PEOPLE: Final = frozenset({"Patient", "Practitioner", "RelatedPerson"})


def resources(type_: str) -> list[dict[str, Any]]:
    """Return two resources for each parameter of a type, with values of their own, and an empty one."""
    made = [{"resourceType": type_, "id": "empty"}]
    for param in READABLE[type_].params:
        made += [one(type_, param, letter) for letter in LETTERS]
    return made


def one(type_: str, param: Param, letter: str) -> dict[str, Any]:
    """Return a resource that holds this parameter."""
    resource: dict[str, Any] = {"resourceType": type_, "id": f"{param.name.replace('_', '')}-{letter}"}
    for part in param.parts or (param,):
        path = [*filter(None, param.paths[0].split("."))] if param.parts else []
        put(resource, [*path, *part.paths[0].split(".")], value(type_, part, letter))
    return resource


def put(node: dict[str, Any], path: list[str], found: Any) -> None:
    """Set what lies at a path, which repeats where it has a further step."""
    head, *rest = path
    if not rest:
        node[head] = found
        return
    inner = node.setdefault(head, [{}])
    put(inner[0] if isinstance(inner, list) else inner, rest, found)


def value(type_: str, param: Param, letter: str) -> Any:
    """Return a value of the parameter's element, as its datatype has it."""
    last = param.paths[0].rpartition(".")[2]
    if param.kind == "string":
        return _text(type_, last, letter)
    if param.kind == "token":
        return _token(param, last, letter)
    return _OTHERS[param.kind](param, last, letter)


def _reference(param: Param, last: str, letter: str) -> Any:
    if last == "instantiatesCanonical":
        return [f"https://example.org/{letter}|1.0"]
    return {"reference": target(param, letter), "identifier": {"system": "urn:x", "value": f"ref-{letter}"}}


def _date(_: Param, last: str, letter: str) -> Any:
    day = "2026-03-04" if letter == "a" else "2026-03-09"
    return {"start": day, "end": day} if last.endswith(("eriod", "Timing")) else day


_OTHERS: Final[dict[str, Callable[[Param, str, str], Any]]] = {
    "reference": _reference,
    "date": _date,
    "quantity": lambda _, __, letter: {
        "value": 5.4 if letter == "a" else 7,
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    },
    "uri": lambda _, __, letter: f"https://example.org/{letter}/leaf",
}


def target(param: Param, letter: str) -> str:
    """Return what a reference leads to."""
    type_ = param.only or (param.targets[0] if param.targets else "Task")
    return f"{'Patient' if param.where == 'subject' else type_}/{letter}-1"


def _text(type_: str, last: str, letter: str) -> Any:
    word = "Åse Berg" if letter == "a" else "Ole Dal"
    if last == "name" and type_ in _PEOPLE:
        return [{"family": word[4:], "given": [word[:3]], "text": word}]
    if last == "address" and type_ != "AuditEvent":
        return [{"line": [word], "city": word}]
    return word


def _token(param: Param, last: str, letter: str) -> Any:
    if param.coded:
        return (letter == "a") if last in {"active", "deceasedBoolean"} else f"code-{letter}"
    if last in {"telecom", "contact"}:
        return [{"system": param.only or "phone", "value": f"4711{letter}", "use": "work"}]
    if "dentifier" in last or last in {"requisition", "groupIdentifier"}:
        return {"system": "urn:x", "value": f"id-{letter}", "type": {"text": f"Nummer {letter}"}}
    if last in {"class", "format"}:
        return {"system": "urn:x", "code": f"code-{letter}", "display": f"Kode {letter}"}
    return {"coding": [{"system": "urn:x", "code": f"code-{letter}"}], "text": f"Kode {letter}"}


def asked(type_: str, param: Param) -> str:
    """Return the value that finds the first resource of a parameter, and not the second."""
    if param.parts:
        return "$".join(asked(type_, part) for part in param.parts)
    found = value(type_, param, "a")
    if param.kind == "token":
        return _asked_token(param, found)
    if param.kind == "reference":
        return "https://example.org/a" if isinstance(found, list) else target(param, "a")
    plain = {"date": "2026-03-04", "quantity": "5.4|http://unitsofmeasure.org|mg", "uri": found}
    return str(plain.get(param.kind, "Berg" if param.name == "phonetic" else "ÅSE"))


def _asked_token(param: Param, found: Any) -> str:
    if param.coded:
        return str(found).lower()
    if isinstance(found, list):
        return str(found[0]["value"])
    return f"urn:x|{found.get('value', 'code-a')}"
