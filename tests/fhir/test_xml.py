"""XML says what JSON says: every golden resource there and back, against fhir.resources too, and what is hard. R4 xml.html."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class
from lxml import etree

from adapter.errors import Fault
from adapter.fhir import capability, definitions, outcome, pretty, shapes, xml
from adapter.fhir.table import READABLE
from adapter.web.version import RELEASED, VERSION
from tests import reference
from tests.fhir import samples
from tests.fhir.test_bundle import page, versions

GOLDEN: Final = sorted((reference.ROOT / "fixtures" / "scenarios").glob("*/expected/resources/*/*.json"))
FHIR: Final = "{http://hl7.org/fhir}"
DIV: Final = (
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>Ett <b>ord</b> <i>til</i></p><pre> a\n  b</pre></div>'
)
HARD: Final[dict[str, Any]] = {
    "resourceType": "Patient",
    "note": "no element of R4, so none of XML",
    "id": "p",
    "contained": [
        {"resourceType": "Organization", "id": "o", "text": {"status": "generated", "div": DIV}, "name": "Å"},
        {"resourceType": "Nothing", "id": "n"},
    ],
    "extension": [
        {"url": "urn:a", "id": "e1", "extension": [{"url": "b", "valueBoolean": False}]},
        {"url": "urn:c", "_valueString": {"id": "v", "extension": [{"url": "urn:d", "valueDecimal": 0}]}},
    ],
    "_active": {"extension": [{"url": "urn:absent", "valueCode": "unknown"}]},
    "name": [
        {"id": "n1", "given": ["Line", None, "A"], "_given": [None, {"extension": [{"url": "u", "valueInteger": 7}]}]}
    ],
    "birthDate": "1969",
    "_birthDate": {"id": "bd"},
    "multipleBirthInteger": 2,
    "maritalStatus": {"text": ' "<&>\'\n\tto linjer ' + "\U0001f600"},
    "meta": {"lastUpdated": "2026-03-04T10:15:00.5-00:00"},
}  # fmt: skip


def everything() -> Iterator[bytes]:
    """Yield every golden resource once, the builders' samples, Bundles, and the CapabilityStatement."""
    yield from dict.fromkeys(path.read_bytes() for path in GOLDEN)
    yield from (orjson.dumps(one) for one in samples.everything())
    yield from (page(total=7, outcome=orjson.dumps(outcome.of_faults([Fault(code="IPK-F004")]))), versions())
    yield orjson.dumps(
        capability.capability(base="https://x.example/fhir", version=VERSION, released=RELEASED)
    )


def said_by_json(content: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, value) of all that a resource says, lists without numbers."""
    for name in dict.fromkeys(one.removeprefix("_") for one in content):
        values, extras = (content.get(key, []) for key in (name, f"_{name}"))
        pairs = zip_longest(*(one if isinstance(one, list) else [one] for one in (values, extras)))
        for value, extra in pairs:
            for one in (value, extra):
                if isinstance(one, Mapping):
                    yield from said_by_json(one, f"{path}/{name}")
            if not isinstance(value, Mapping) and value is not None:
                yield (
                    f"{path}/{name}",
                    {True: "true", False: "false"}.get(value, str(value))
                    if isinstance(value, bool)
                    else str(value),
                )


def said_by_xml(node: etree._Element, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the same of an element and what is in it."""
    for name, value in node.attrib.items():
        yield path if name == "value" else f"{path}/{name}", str(value)
    for child in node:
        name = etree.QName(child).localname
        if name == "div":
            yield f"{path}/div", etree.tostring(child, with_tail=False, encoding="unicode")
        elif name[0].isupper():
            yield f"{path}/resourceType", name
            yield from said_by_xml(child, path)
        else:
            yield from said_by_xml(child, f"{path}/{name}")


def by_xml(source: bytes) -> list[tuple[str, str]]:
    root = etree.fromstring(xml.document(source))
    return sorted([("/resourceType", etree.QName(root).localname), *said_by_xml(root)])


def by_json(source: bytes) -> list[tuple[str, str]]:
    return sorted(said_by_json(json.loads(source, parse_float=str, parse_int=str)))


def test_every_golden_resource_says_the_same_in_xml():
    count = 0
    for count, source in enumerate(everything(), 1):  # noqa: B007 (counted)
        assert by_xml(source) == by_json(source)
    assert count > 500


def _by_library(source: bytes) -> Any:
    model = get_fhir_model_class(orjson.loads(source)["resourceType"])
    return etree.fromstring(model.model_validate_json(source).model_dump_xml())


def _shape(node: etree._Element) -> Any:
    """Return names and order of everything; values were compared above, and the library rewrites instants."""
    return etree.QName(node).localname, [_shape(one) for one in node]


def test_elements_stand_in_the_order_in_which_fhir_resources_writes_them():
    found: dict[str, int] = {}
    for source in everything():
        type_ = orjson.loads(source)["resourceType"]
        found[type_] = found.get(type_, 0) + 1
        if found[type_] <= 6:
            assert _shape(etree.fromstring(xml.document(source))) == _shape(_by_library(source)), type_
    assert len(found) > 20


def test_fhir_resources_reads_in_xml_what_it_reads_in_json():
    found: set[str] = set()
    for source in everything():
        type_ = orjson.loads(source)["resourceType"]
        if type_ not in found:
            model = get_fhir_model_class(type_)
            read_back = model.model_validate_xml(xml.document(source))
            assert read_back.model_dump() == model.model_validate_json(source).model_dump(), type_
            found.add(type_)
    assert len(found) > 18


@pytest.mark.parametrize(
    "type_", sorted({*READABLE, *definitions.TYPES, "Bundle", "OperationOutcome", "Parameters"})
)
def test_the_order_of_elements_is_that_of_fhir_resources(type_: str):
    todo = [(type_, get_fhir_model_class(type_))]
    for path, model in todo:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        assert list(shapes.shape(path).elements) == list(model.elements_sequence()), path
        for name, element in shapes.shape(path).elements.items():
            found = re.search(r"abc\.(\w+)Type\b", str(fields[name].annotation))
            if "." in element.type and element.type.startswith(f"{path}.") and found:
                todo.append((element.type, get_fhir_model_class(found[1])))


def _hard(path: str) -> list[etree._Element]:
    root = etree.fromstring(xml.document(json.dumps(HARD).encode()))
    found = root.xpath(path, namespaces={"f": "http://hl7.org/fhir", "h": "http://www.w3.org/1999/xhtml"})
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/f:Patient/*[1]/@value", ["p"]),
        ("/f:Patient/*[2]/f:lastUpdated/@value", ["2026-03-04T10:15:00.5-00:00"]),
        ("/f:Patient/f:contained/*[1]/f:name/@value", ["Å"]),
        ("/f:Patient/f:contained/f:Organization/f:text/h:div/h:pre/text()", [" a\n  b"]),
        ("/f:Patient/f:extension/@url", ["urn:a", "urn:c"]),
        ("/f:Patient/f:extension[1]/@id", ["e1"]),
        ("/f:Patient/f:extension[1]/f:extension/f:valueBoolean/@value", ["false"]),
        ("/f:Patient/f:extension[2]/f:valueString/@id", ["v"]),
        ("/f:Patient/f:extension[2]/f:valueString/@value", []),
        ("/f:Patient/f:extension[2]/f:valueString/f:extension/f:valueDecimal/@value", ["0"]),
        ("/f:Patient/f:active/f:extension/@url", ["urn:absent"]),
        ("/f:Patient/f:active/@value", []),
        ("/f:Patient/f:name/@id", ["n1"]),
        ("/f:Patient/f:name/f:given[1]/@value", ["Line"]),
        ("/f:Patient/f:name/f:given[2]/@value", []),
        ("/f:Patient/f:name/f:given[2]/f:extension/f:valueInteger/@value", ["7"]),
        ("/f:Patient/f:name/f:given[3]/@value", ["A"]),
        ("/f:Patient/f:birthDate/@id", ["bd"]),
        ("/f:Patient/f:birthDate/@value", ["1969"]),
        ("/f:Patient/f:maritalStatus/f:text/@value", [" \"<&>'\n\tto linjer \U0001f600"]),
        ("//f:note | //f:Nothing", []),
    ],
)
def test_ids_extensions_contained_and_narratives_have_their_own_forms(path: str, values: list[str]):
    assert [str(one) for one in _hard(path)] == values


@pytest.mark.parametrize("digits", ["1.50", "0.1", "100", "1e3", "-0.0", "12345678901234567890.123456789"])
def test_numbers_keep_their_digits(digits: str):
    source = f'{{"resourceType":"Observation","valueQuantity":{{"value":{digits}}}}}'.encode()
    assert f'<value value="{digits}"/>' in xml.document(source).decode()
    assert f'"value": {digits}\n' in pretty.lines(source).decode()


@pytest.mark.parametrize(
    "div",
    [
        "<div>no namespace</div>",
        '<div xmlns="http://www.w3.org/1999/xhtml">&nbsp;</div>',
        '<p xmlns="http://www.w3.org/1999/xhtml">no div</p>',
        '<!DOCTYPE div [<!ENTITY x SYSTEM "file:///etc/passwd">]><div xmlns="http://www.w3.org/1999/xhtml">&x;</div>',
        "no markup & more <",
        "",
    ],
)
def test_what_is_no_narrative_stands_in_one_as_text(div: str):
    source = json.dumps({"resourceType": "Basic", "text": {"status": "additional", "div": div}}).encode()
    root = etree.fromstring(xml.document(source))
    found = root.find(f"{FHIR}text/{{{xml.XHTML}}}div")
    assert found is not None
    assert (found.text or "", len(found)) == (div, 0)


def test_what_xml_cannot_hold_is_marked_and_never_breaks_the_document():
    source = json.dumps({"resourceType": "Basic", "language": "a\x00\x0b\ufffe\ud800z"}).encode()
    assert 'value="a\ufffd\ufffd\ufffd\ufffdz"' in xml.document(source).decode()


def test_pretty_xml_says_the_same_and_leaves_narratives_alone():
    source = json.dumps({**HARD, "text": {"status": "generated", "div": DIV}}).encode()
    lines = xml.document(source, pretty=True)
    assert lines.count(b"\n  <") > 5
    assert DIV.encode() in lines
    tight = etree.fromstring(lines, etree.XMLParser(remove_blank_text=True))
    assert sorted(said_by_xml(tight)) == sorted(said_by_xml(etree.fromstring(xml.document(source))))


@pytest.mark.parametrize("resource", [HARD, {"a": [], "b": {}, "c": [[], [1, '{[,:]}\\"'], {"d": None}]}])
def test_pretty_json_is_what_the_standard_library_prints(resource: Any):
    source = json.dumps(resource, separators=(",", ":")).encode()
    assert pretty.lines(source).decode() == json.dumps(resource, indent=2) + "\n"


@pytest.mark.parametrize("depth", [1, 10, 300])
def test_extensions_may_be_nested_deeply(depth: int):
    inner = '"extension":[{"url":"u",' * depth + '"valueBoolean":true' + "}]" * depth
    source = f'{{"resourceType":"Basic",{inner}}}'.encode()
    for pretty_ in (False, True):
        assert xml.document(source, pretty=pretty_).count(b'url="u"') == depth
