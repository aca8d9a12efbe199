"""Every official example gets from our schemas the verdict that the reference material records."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from adapter import kith, xmlsafe
from adapter.kith import schemas
from tests import reference

pytestmark = pytest.mark.reference

_FOLDER = re.compile(r"## (\S+)/")
_ROW = re.compile(
    r"\| (?P<file>[^|]+\.xml) \| (?P<root>MsgHead|AppRec) [^|]*\|[^|]*\| (?P<valid>True|False) \|"
)
# What is called invalid, and why it is; read all the same, since a schema fault may be answered, not must.
INVALID = {
    "helsenorge/MetadataTestsDialogmelding11.xml": (
        "xsd-attribute",
        "schemaLocation misspelt, on the attachment",
    ),
}


def _recorded() -> dict[str, bool]:
    """Return the recorded verdict of each message that lies there, by folder and file."""
    folder, found = "", {}
    for line in reference.path("standards", "kith", "samples", "SOURCES.md").read_text().splitlines():
        if heading := _FOLDER.match(line):
            folder = heading[1]
        elif row := _ROW.match(line):
            found[f"{folder}/{row['file']}"] = row["valid"] == "True"
    samples = reference.path("standards", "kith", "samples")
    return {name: valid for name, valid in found.items() if (samples / name).exists()}


def _root(name: str) -> etree._Element:
    return xmlsafe.parse(reference.path("standards", "kith", "samples", *name.split("/")).read_bytes())


def test_our_schemas_take_what_is_recorded_valid_and_refuse_what_is_not():
    recorded = _recorded()
    assert {name: schemas.faults(_root(name)) == () for name in recorded} == recorded
    assert sum(recorded.values()) > 20


def test_what_is_recorded_invalid_is_listed_with_its_fault_and_read_all_the_same():
    refused = [name for name, valid in _recorded().items() if not valid]
    assert set(refused) == set(INVALID)
    for name, (rule, _why) in INVALID.items():
        assert {fault.rule for fault in schemas.faults(_root(name))} == {rule}
        read = kith.read(reference.path("standards", "kith", "samples", *name.split("/")).read_bytes())
        assert read.supported


def test_no_message_lies_there_without_a_verdict():
    folder = reference.path("standards", "kith", "samples")
    lying = {
        str(path.relative_to(folder))
        for path in folder.glob("*/*.xml")
        if etree.QName(etree.parse(str(path)).getroot()).localname in {"MsgHead", "AppRec"}
    }
    assert lying == set(_recorded())
