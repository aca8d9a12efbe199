"""Whatever a document holds: every text is shown, every page is well formed, nothing but a known fault is raised."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter.kith import rendering
from adapter.kith.rendering import labels
from tests.kith.pages import DIALOG, PO, flat, message, text, tree

EPJ = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"
PLACED = {"phone", "address", "ident", "estimate"}
"""Shown by the parts that belong to them; made by hand below."""
NAMES = [
    (space, name)
    for space, family in ((DIALOG, "dialog"), (PO, "po"), (EPJ, "epj"), ("urn:unknown", ""))
    for name, label in labels._labels(family).items()
    if label.show not in PLACED
] + [("urn:unknown", "Ukjent")]

Spec = tuple[tuple[str, str], bool, list["Spec"]]
leaf = st.tuples(st.sampled_from(NAMES), st.booleans(), st.just([]))
trees = st.recursive(
    leaf,
    lambda inner: st.tuples(st.sampled_from(NAMES), st.booleans(), st.lists(inner, max_size=4)),
    max_leaves=25,
)


def _built(spec: Spec, words: Iterator[int]) -> etree._Element:
    """Return an element whose texts are all different words."""
    (space, name), spoken, inner = spec
    element = etree.Element(f"{{{space}}}{name}")
    if spoken or not inner:
        element.text = f"ord{next(words)}x"
    element.extend(_built(each, words) for each in inner)
    return element


@settings(max_examples=300, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4))
def test_no_text_of_any_tree_is_lost(specs: list[Spec]):
    words = itertools.count()
    payload = etree.Element(f"{{{DIALOG}}}Dialogmelding")
    payload.extend(_built(each, words) for each in specs)
    data = message(etree.tostring(payload, encoding="unicode"))
    said = flat(text(data))
    assert [n for n in range(next(words)) if f"ord{n}x" not in said] == []
    document = rendering.document(data, unmasked=True)
    page = tree(rendering.write(document, style="/s.css").decode())
    shown = " ".join(str(part) for part in page.itertext())
    assert [n for n in range(next(words) - 1) if f"ord{n}x" not in shown] == []


ANY = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Z", "Cf")), max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.lists(trees, min_size=1, max_size=3), ANY)
def test_any_text_makes_a_page_and_a_pdf(specs: list[Spec], said: str):
    payload = etree.Element(f"{{{DIALOG}}}Dialogmelding")
    payload.extend(_built(each, itertools.count()) for each in specs)
    for each in payload.iter():
        each.text = said
    document = rendering.document(message(etree.tostring(payload, encoding="unicode")))
    tree(rendering.write(document, style="/s.css").decode())
    assert rendering.write(document, "pdf").startswith(b"%PDF-")
