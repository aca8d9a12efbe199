"""Every official example is read without loss: built again it is the same document. Issue 3, done-criterion 1."""

from __future__ import annotations

import pytest

from adapter import kith
from adapter.kith.apprec import AppRec
from tests import reference
from tests.kith.exact import canonical

pytestmark = pytest.mark.reference

FOLDERS = ("dialog-1.0", "dialog-1.1", "plo-1.5", "plo-1.6", "helsenorge", "constructed", "apprec")


def samples() -> list[str]:
    """Return the KITH examples at hand, none where the reference material is missing."""
    try:
        root = reference.path("standards", "kith", "samples")
    except pytest.skip.Exception:
        return ["missing"]
    return sorted(f"{folder}/{each.name}" for folder in FOLDERS for each in (root / folder).glob("*.xml"))


def sample(name: str) -> bytes:
    return reference.path("standards", "kith", "samples", *name.split("/")).read_bytes()


@pytest.mark.parametrize("name", samples())
def test_an_official_example_built_again_is_the_same_document(name: str):
    data = sample(name)
    read = kith.read(data)
    message = read.message or read.body
    assert isinstance(message, AppRec) or read.message is not None
    assert canonical(kith.build(message)) == canonical(data)
