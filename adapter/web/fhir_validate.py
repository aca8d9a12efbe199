"""`$validate`: what would be said of a resource, and nothing kept. R4 resource-operation-validate.html.

The answer is 200 with an OperationOutcome of every fault, or one piece of information where there is none. A call that cannot be
understood is refused as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from adapter.errors import Fault, FhirError
from adapter.events import repeated, scan
from adapter.fhir import outcome, r4, shapes
from adapter.fhir.table import READABLE
from adapter.ids import People
from adapter.web import answers, problems
from adapter.web.answers import Answer
from adapter.web.call import EVENT_LIMIT, Access, Answers, Call, Param, Route

_MEDIA: Final = ("application/fhir+json", "application/json", "text/json")
_MODES: Final = frozenset({"create", "update", "delete"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call asks for."""

    resource: Any
    mode: str
    profile: str | None


def of_type(call: Call, type_: str) -> Answer:
    """Return what is wrong with a resource of a type."""
    return _answer(call, type_, None)


def of_instance(call: Call, type_: str, id_: str) -> Answer:
    """Return what is wrong with a resource that would take the place of one."""
    return _answer(call, type_, id_)


def _answer(call: Call, type_: str, id_: str | None) -> Answer:
    params = dict(call.params())
    if type_ not in READABLE:
        raise FhirError("IPK-F002")
    if call.media_type() not in _MEDIA:
        raise FhirError("IPK-F053", hint=", ".join(_MEDIA))
    data = call.body()
    asked = _asked(_read(data), type_, params)
    found: tuple[Fault, ...] = ()
    # A deletion may bring nothing to be judged; whether it is allowed is judged when it is asked for.
    if asked.resource is not None:
        people = call.services.settings.people()
        whole = (*_whole(data, type_, people), *_addressed(asked.resource, type_, id_))
        found = (*whole, *r4.check(asked.resource, profile=asked.profile, warnings=True))
    lang = problems.spoken(call)
    return answers.json(
        outcome.of_faults(found, lang=lang), media=answers.FHIR, headers=(("Content-Language", lang),)
    )


def _read(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise FhirError("IPK-E001") from None


def _asked(body: Any, type_: str, params: Mapping[str, str]) -> _Asked:
    """Return what is asked for: the body is the resource, or Parameters that hold it. Raises FhirError IPK-F051."""
    said: dict[str, Any] = dict(params)
    resource = body
    if isinstance(body, Mapping) and body.get("resourceType") == "Parameters" != type_:
        resource = None
        for one in _parameters(body):
            if one["name"] == "resource":
                resource = one.get("resource")
            else:
                said[one["name"]] = next((v for name, v in one.items() if name.startswith("value")), None)
    mode, profile = said.get("mode", "create"), said.get("profile")
    if mode not in _MODES:
        raise FhirError("IPK-F051", at="mode", hint="create, update, delete")
    if profile is not None and not isinstance(profile, str):
        raise FhirError("IPK-F051", at="profile")
    if resource is None and mode != "delete":
        raise FhirError("IPK-F051", at="resource")
    return _Asked(resource, mode, profile)


def _parameters(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = body.get("parameter")
    if not isinstance(found, list) or not all(
        isinstance(p, Mapping) and isinstance(p.get("name"), str) for p in found
    ):
        raise FhirError("IPK-F051", at="Parameters.parameter")
    return found


def _whole(data: bytes, type_: str, people: People) -> Iterator[Fault]:
    """Yield what is wrong with the body as text: a name that stands twice, a number that may be a real person's."""
    content = orjson.loads(data)
    for path in repeated.paths(data, content):
        yield Fault(code=repeated.CODE, path=type_ + path.removeprefix("$"), rule="structure")
    if scan.holds_real(data, content, people):
        yield Fault(code="IPK-P001", path=type_, rule="synthetic-only")


def _addressed(resource: Any, type_: str, id_: str | None) -> Iterator[Fault]:
    """Yield where the resource is not the one of the address."""
    if not isinstance(resource, Mapping):
        return
    told = resource.get("resourceType")
    if isinstance(told, str) and told != type_ and shapes.known(told):
        yield Fault(code="IPK-F052", path="resourceType", rule="address-type", hint=type_)
    if id_ is not None and resource.get("id") != id_:
        yield Fault(code="IPK-F052", path=f"{type_}.id", rule="address-id", hint="id")


_TEXTS: Final = {
    200: "OperationOutcome: every fault, or one piece of information",
    400: "Not JSON, or not a call of $validate",
    404: "The type is not served",
    406: "The format is not supported",
    413: "Too large",
    415: "Not FHIR JSON",
}
_PARAMS: Final = (
    Param(name="profile", text="Canonical of a profile of the guide"),
    Param(name="mode", text="create, update or delete"),
    Param(name="_format", text="json"),
)
_ACCESS: Final = Access(action="read", kind="resource", interaction="operation")
_FAULT: Final = {404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F053"}

ROUTES: Final = (
    Route(
        method="POST", path="/fhir/{type_}/$validate", view=of_type, summary="What is wrong with a resource",
        any_params=True, params=_PARAMS, body=_MEDIA, limit=EVENT_LIMIT, access=_ACCESS, fault=_FAULT,
        answers=Answers(media=answers.FHIR, texts=_TEXTS),
    ),
    Route(
        method="POST", path="/fhir/{type_}/{id_}/$validate", view=of_instance,
        summary="What is wrong with a resource in the place of another", any_params=True, params=_PARAMS, body=_MEDIA,
        limit=EVENT_LIMIT, access=_ACCESS, fault=_FAULT, answers=Answers(media=answers.FHIR, texts=_TEXTS),
    ),
)  # fmt: skip
