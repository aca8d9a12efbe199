"""Every message and every resource of every scenario, judged by others: official schemas, and a validator not of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from adapter import kith, replay
from adapter.replay import Databases
from tests.acceptance.stories import FOLDERS, scenario
from tests.fhir import validator
from tests.kith import official

pytestmark = pytest.mark.acceptance

MESSAGES: Final = "messages/"
RESOURCES: Final = "resources/"


@pytest.fixture(scope="module")
def emitted() -> dict[str, bytes]:
    """Everything that every scenario made: `<scenario>/<path>` → bytes, run now, never the golden files."""
    found: dict[str, bytes] = {}
    with Databases() as databases:
        for folder in FOLDERS:
            ran = replay.run(scenario(folder), databases)
            found |= {f"{ran.name}/{path}": data for path, data in ran.files.items()}
    return found


def documents(emitted: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    return (
        (name, data) for name, data in emitted.items() if f"/{MESSAGES}" in name and name.endswith(".xml")
    )


def test_the_scenarios_emit_every_type_and_both_receipts(emitted: dict[str, bytes]):
    reads = [kith.read(data) for _, data in documents(emitted)]
    assert {(r.type, r.version) for r in reads} >= {
        ("DIALOG_HELSEFAGLIG", "1.1"), ("DIALOG_FORESPORSEL", "1.0"), ("APPREC", "1.1"), ("APPREC", "1.0"),
    }  # fmt: skip


def test_every_emitted_message_has_no_fault_by_our_schemas_and_rules(emitted: dict[str, bytes]):
    assert {name: kith.check(data) for name, data in documents(emitted) if kith.check(data)} == {}


@pytest.mark.reference
def test_every_emitted_message_is_valid_by_the_official_schemas(emitted: dict[str, bytes]):
    assert [name for name, data in documents(emitted) if not official.valid(data)] == []


@pytest.mark.node
@pytest.mark.reference
@pytest.mark.slow
def test_every_emitted_resource_passes_the_independent_validator(emitted: dict[str, bytes], tmp_path: Path):
    listed = {data: name for name, data in emitted.items() if f"/{RESOURCES}" in name}
    names = list(listed.values())
    errors = validator.errors(list(listed), tmp_path)
    assert [f"{names[int(error[: error.index('.')])]}: {error}" for error in errors] == []
