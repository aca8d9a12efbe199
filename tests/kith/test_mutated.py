"""Messages like the official ones, but not the same: what the official schemas take is read without loss."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

import pytest
from lxml import etree

from adapter import kith
from adapter.errors import MessageError
from tests.kith import official
from tests.kith.exact import said
from tests.kith.test_exact import BUILT, sample

pytestmark = pytest.mark.reference
MUTATIONS = 150
Element = etree._Element
Mutation = Callable[[random.Random, Element, Element], None]


def _drop(_random: random.Random, parent: Element, element: Element) -> None:
    parent.remove(element)


def _repeat(_random: random.Random, parent: Element, element: Element) -> None:
    parent.insert(parent.index(element), copy.deepcopy(element))


def _move(random_: random.Random, parent: Element, element: Element) -> None:
    parent.insert(random_.randrange(len(parent)), element)


def _bare(random_: random.Random, _parent: Element, element: Element) -> None:
    for name in list(element.attrib):
        if random_.random() < 0.5:
            del element.attrib[name]


def _reworded(random_: random.Random, _parent: Element, element: Element) -> None:
    element.text = random_.choice(["x", " y ", "2018-01-01", "2018-01-01T10:00:00.25Z", "true", "1", ""])


MUTATED: tuple[Mutation, ...] = (_drop, _repeat, _move, _bare, _reworded)


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Return a document with one to three changes."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True))
    for _ in range(random_.randint(1, 3)):
        element = random_.choice([e for e in root.iter(etree.Element) if e.getparent() is not None])
        parent = element.getparent()
        assert parent is not None
        random_.choice(MUTATED)(random_, parent, element)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize("name", [name for name in BUILT if "apprec" not in name.lower()])
def test_a_valid_message_is_read_without_loss_whatever_it_says(name: str):
    random_ = random.Random(name)
    data, compared = sample(name), 0
    for _ in range(MUTATIONS):
        changed = mutated(data, random_)
        try:
            read = kith.read(changed)
        except MessageError:
            continue  # no sender, or nothing that a receipt could name
        if read.message is None or read.faults or not official.valid(changed):
            continue
        compared += 1
        assert said(kith.build(read.message)) == said(changed)
    assert compared
