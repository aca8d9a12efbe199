"""Every search parameter that R4 has for a served type, through HTTP: each answer is compared with every resource there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
import pytest
from flask.testing import FlaskClient

from adapter.fhir import criteria, index, match
from adapter.fhir.criteria import Asked
from adapter.fhir.params import Param
from adapter.fhir.table import READABLE
from adapter.services import Services
from adapter.store import resources, tokens
from adapter.store.resources import Write
from tests.fhir import filled

TYPES: Final = [type_ for type_ in READABLE if type_ != "AuditEvent"]


def stored(services: Services, made: list[dict[str, Any]]) -> None:
    """Store resources as the adapter does."""

    def write(resource: dict[str, Any]) -> Write:
        found = index.index(resource)
        return Write(
            type=resource["resourceType"], id=resource["id"], version=1, body=orjson.dumps(resource), updated=1,
            org="59", subject=found.subject, status=found.status, date_start=found.date_start,
            date_end=found.date_end, **tokens.kept(found.tokens),
        )  # fmt: skip

    # What a Provenance explains is there.
    explained = {"resourceType": "Task", "id": "a-1"}
    listed = [*made, explained] if made[0]["resourceType"] == "Provenance" else made
    services.store.write(lambda conn: resources.put(conn, list(map(write, listed))))


def ids(client: FlaskClient, type_: str, **params: str) -> set[str]:
    """Return the ids that a search finds."""
    answer = client.post(f"/fhir/{type_}/_search", data={"_count": "200", **params})
    assert answer.status_code == 200, (params, answer.text)
    return {entry["resource"]["id"] for entry in answer.get_json().get("entry", ())}


def questions(type_: str, param: Param) -> Iterator[tuple[str, str]]:
    """Yield (modifier, value) of what can be asked of a parameter."""
    plain = filled.asked(type_, param)
    yield "", plain
    if param.kind == "composite":
        return
    yield "missing", "true"
    yield "missing", "false"
    if param.kind == "token":
        yield "not", plain
        yield "text", "kode"
    elif param.kind == "reference":
        yield "identifier", "urn:x|ref-a"
        if plain.partition("/")[0] in READABLE:
            yield plain.partition("/")[0], plain.partition("/")[2]
            yield "", f"http://127.0.0.1:8080/fhir/{plain}"
    elif param.kind == "string":
        yield from (("exact", "Åse Berg"), ("exact", "åse berg"), ("contains", "ER"), ("", "ase berg,ole"))
    elif param.kind == "uri":
        yield from (("below", "https://example.org/a"), ("above", "https://example.org/a/leaf/more"))
    elif param.kind == "date":
        yield from (
            ("", f"{prefix}2026-03-05") for prefix in ("ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
        )
    elif param.kind == "quantity":
        yield from (("", text) for text in ("gt5.4", "le5.4", "ne7||mg", "5.4||g", "ap6", "sa5", "eb6"))


def served(type_: str, param: Param, modifier: str) -> bool:
    """Return whether a patient's own number would be asked for: it is another question (test_fhir.py)."""
    person = param.where == "person" or (param.where == "subject" and modifier == "identifier")
    return not (person and modifier != "missing") and type_ in READABLE


@pytest.mark.parametrize("type_", TYPES)
def test_a_search_finds_exactly_what_matches(client: FlaskClient, services: Services, type_: str):
    made = filled.resources(type_)
    stored(services, made)
    now = int(services.clock().timestamp() * 1_000_000)
    for param in READABLE[type_].params:
        for modifier, value in questions(type_, param):
            if not served(type_, param, modifier):
                continue
            name = f"{param.name}:{modifier}" if modifier else param.name
            criterion = criteria.read(param, Asked(name=name, modifier=modifier, text=value, now=now))
            wanted = {r["id"] for r in made if match.matches(r, criterion)}
            assert ids(client, type_, **{name: value}) == wanted, (name, value)


@pytest.mark.parametrize("type_", TYPES)
def test_every_parameter_tells_what_has_its_value_from_what_has_not(
    client: FlaskClient, services: Services, type_: str
):
    stored(services, filled.resources(type_))
    for param in READABLE[type_].params:
        if param.where == "person":
            continue
        found = ids(client, type_, **{param.name: filled.asked(type_, param)})
        name = param.name.replace("_", "")
        assert f"{name}-a" in found, param.name
        assert f"{name}-b" not in found, param.name
        assert "empty" not in found, param.name


@pytest.mark.parametrize("type_", TYPES)
def test_pages_in_the_order_of_any_parameter_neither_skip_nor_repeat(
    client: FlaskClient, services: Services, type_: str
):
    made = filled.resources(type_)
    stored(services, made)
    for param in READABLE[type_].params:
        if param.personal or param.where == "person" or param.kind in {"composite", "quantity"}:
            continue
        for sign in ("", "-"):
            whole = client.get(f"/fhir/{type_}?_count=200&_sort={sign}{param.name}").get_json()
            seen = [entry["resource"]["id"] for entry in whole["entry"]]
            assert sorted(seen) == sorted(r["id"] for r in made), param.name
            first = client.get(f"/fhir/{type_}?_count=20&_sort={sign}{param.name}").get_json()
            paged = []
            while True:
                paged += [entry["resource"]["id"] for entry in first.get("entry", ())]
                links = {link["relation"]: link["url"] for link in first["link"]}
                if "next" not in links:
                    break
                first = client.get(links["next"].partition("8080")[2]).get_json()
            assert paged == seen, param.name


def test_what_is_sorted_by_stands_in_order(client: FlaskClient, services: Services):
    made = [
        {"resourceType": "Organization", "id": f"o{n}", "name": name}
        for n, name in enumerate(("Ål", "Bø", "alta", "Vågå", "Årdal"))
    ]
    stored(services, made)
    found = client.get("/fhir/Organization?_sort=name").get_json()
    assert [entry["resource"]["name"] for entry in found["entry"]] == ["Ål", "alta", "Årdal", "Bø", "Vågå"]
