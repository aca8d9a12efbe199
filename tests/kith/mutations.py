"""Messages broken on purpose: small wounds dealt to a tree by dice, so that the same seed deals the same ones.

A wound returns the element it was dealt to, or None where the document has nothing to wound in that way.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from lxml import etree

_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_META: Final = "{http://www.kith.no/xmlstds/epj/meta/2008-02-20}"
_VALUES: Final = (
    "", " ", "x", "0", "1", "-7", "2.50", "1E3", "true", "TRUE", " false ", "2026", "2026-13", "2026-02-30",
    "2026-03-04", "2026-03-04T10:15:00", "2026-03-04T10:15:00Z", "10:15:00", "24:00:00", "QUJD", "Q", "%zz", "a b",
    "v1.2 2006-05-24", " v1.2 2006-05-24",
)  # fmt: skip
_CODES: Final = (
    ("S", "2.16.578.1.12.4.1.1.9034"), ("S", "2.16.578."), ("S", "urn:oid:2.16"), ("S", ""), ("S", " 2.16 "),
    ("V", ""), ("V", " a  b "), ("V", "æ"), ("DN", ""), ("DN", "Å\n"), ("OT", "Annet"), ("U", "mg"), ("v", "1"),
)  # fmt: skip
_EXTRA: Final = (
    ("V", "1"), ("S", "2.16"), ("X", "1"), ("id", "a1"), ("{urn:unknown}x", "1"), (f"{_XSI}nil", "true"),
    (f"{_XSI}nil", "false"), (f"{_XSI}schemaLocation", "urn:a a.xsd"), (f"{_META}komponenttype", "1"),
    (f"{_META}informasjonskategori", "Legemidler"), ("{http://www.w3.org/XML/1998/namespace}lang", "nb"),
)  # fmt: skip
_TYPES: Final = ("k:CV", "k:CS", "k:TS", "x:string", "x:date", "k:Ukjent")
_PREFIXES: Final = {"k": "http://www.kith.no/xmlstds", "x": "http://www.w3.org/2001/XMLSchema"}

Wound = Callable[[etree._Element, random.Random], etree._Element | None]


def _any(root: etree._Element, dice: random.Random) -> etree._Element | None:
    """Return some element below the root."""
    found = list(root.iterdescendants("*"))
    return dice.choice(found) if found else None


def _with(elements: Iterator[etree._Element], dice: random.Random) -> etree._Element | None:
    found = list(elements)
    return dice.choice(found) if found else None


def _drop(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    parent = element.getparent() if element is not None else None
    if element is not None and parent is not None:
        parent.remove(element)
    return parent


def _repeat(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    if element is not None:
        element.addnext(copy.deepcopy(element))
    return element


def _reorder(root: etree._Element, dice: random.Random) -> etree._Element | None:
    parent = _with((each for each in root.iter("*") if len(each) > 1), dice)
    if parent is not None:
        parent.insert(dice.randrange(len(parent)), dice.choice(list(parent)))
    return parent


def _move(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    if element is None:
        return None
    inside = set(element.iter("*"))
    place = dice.choice([each for each in root.iter("*") if each not in inside])
    place.insert(dice.randrange(len(place) + 1), element)
    return element


def _rename(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    if element is not None:
        unknown = f"{{{etree.QName(element).namespace}}}Ukjent"
        element.tag = dice.choice([*dict.fromkeys(each.tag for each in root.iter("*")), unknown])
    return element


def _namespace(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    if element is not None:
        spaces = dict.fromkeys(etree.QName(each).namespace for each in root.iter("*"))
        space = dice.choice([*spaces, "urn:unknown", None])
        element.tag = etree.QName(space, etree.QName(element).localname).text
    return element


def _value(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with((each for each in root.iterdescendants("*") if not len(each) and not each.attrib), dice)
    if element is not None:
        element.text = dice.choice(_VALUES)
    return element


def _attribute_value(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with((each for each in root.iterdescendants("*") if each.attrib), dice)
    if element is not None:
        element.set(dice.choice(list(element.attrib)), dice.choice(_VALUES))
    return element


def _code(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with((each for each in root.iterdescendants("*") if each.attrib), dice)
    if element is not None:
        element.set(*dice.choice(_CODES))
    return element


def _extra(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with(root.iter("*"), dice)
    if element is not None:
        element.set(*dice.choice(_EXTRA))
    return element


def _missing(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with((each for each in root.iter("*") if each.attrib), dice)
    if element is not None:
        del element.attrib[dice.choice(list(element.attrib))]
    return element


def _text(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _with((each for each in root.iter("*") if len(each) or each.attrib), dice)
    if element is not None and len(element) and dice.random() < 0.5:
        element[-1].tail = "tekst"
    elif element is not None:
        element.text = dice.choice(("tekst", "\n ", "\u00a0"))
    return element


def _stated_type(root: etree._Element, dice: random.Random) -> etree._Element | None:
    element = _any(root, dice)
    parent = element.getparent() if element is not None else None
    if element is None or parent is None:
        return None
    # Prefixes in a value need declarations, which only a new element can be given.
    other = etree.Element(element.tag, dict(element.attrib), nsmap=_PREFIXES)
    other.text, other.tail = element.text, element.tail
    other.extend(list(element))
    other.set(f"{_XSI}type", dice.choice(_TYPES))
    parent.replace(element, other)
    return other


WOUNDS: Final[dict[str, Wound]] = {
    "drop": _drop,
    "repeat": _repeat,
    "reorder": _reorder,
    "move": _move,
    "rename": _rename,
    "namespace": _namespace,
    "value": _value,
    "attribute value": _attribute_value,
    "code": _code,
    "extra attribute": _extra,
    "missing attribute": _missing,
    "text": _text,
    "stated type": _stated_type,
}


class Mutant(NamedTuple):
    """A broken document, how it was broken, and the names of the elements from each wound up to the root."""

    root: etree._Element
    wounds: tuple[str, ...]
    touched: frozenset[str]


def mutants(bases: Sequence[etree._Element], *, number: int, seed: int) -> Iterator[Mutant]:
    """Return so many mutants, each from the next base in turn: mostly one wound, now and then two."""
    dice = random.Random(seed)
    for turn in range(number):
        yield _mutant(copy.deepcopy(bases[turn % len(bases)]), dice)


def _mutant(root: etree._Element, dice: random.Random) -> Mutant:
    wounds, touched = [], set()
    while len(wounds) < dice.choice((1, 1, 1, 2)):
        name = dice.choice(list(WOUNDS))
        element = WOUNDS[name](root, dice)
        if element is not None:
            wounds.append(name)
            touched |= {str(each.tag) for each in (element, *element.iterancestors())}
    return Mutant(root, tuple(wounds), frozenset(touched))


def everywhere(bases: Sequence[etree._Element], *, share: int, shares: int) -> Iterator[Mutant]:
    """Return mutants of every place of a share, in every way: a place is an element in the element round it.

    What chance leaves out in thousands of mutants of thousands of places is seen to here.
    """
    places: dict[tuple[str, str], tuple[etree._Element, int]] = {}
    for base in bases:
        for number, element in enumerate(base.iter("*")):
            parent = element.getparent()
            if parent is not None:
                places.setdefault((str(parent.tag), str(element.tag)), (base, number))
    for base, number in list(places.values())[share::shares]:
        yield from _treated(base, number)


def _treated(base: etree._Element, number: int) -> Iterator[Mutant]:
    """Return one mutant for each treatment of the element of that number."""
    for name, treatment in _TREATMENTS.items():
        root = copy.deepcopy(base)
        element = next(islice(root.iter("*"), number, None))
        touched = frozenset(str(each.tag) for each in (element, *element.iterancestors()))
        treatment(element)
        yield Mutant(root, (name,), touched)


def _swap(element: etree._Element) -> None:
    after = element.getnext()
    if after is not None:
        after.addnext(element)


def _valued(value: str) -> Callable[[etree._Element], None]:
    def treat(element: etree._Element) -> None:
        element.text = value

    return treat


def _coded(name: str, value: str) -> Callable[[etree._Element], None]:
    return lambda element: element.set(name, value)


_TREATMENTS: Final[dict[str, Callable[[etree._Element], None]]] = {
    "drop": lambda element: element.getparent().remove(element),
    "repeat": lambda element: element.addnext(copy.deepcopy(element)),
    "swap": _swap,
    **{f"value {value}": _valued(value) for value in ("", "x", "1", "true", "2026", "2026-03-04", "2026-03-04T10:15:00")},
    **{
        f"{name}={value}": _coded(name, value)
        for name, value in (("V", "x"), ("V", "2026"), ("V", "1.5"), ("S", "2.16"), ("S", "x"), ("DN", "x"), ("OT", "x"), ("U", "x"))
    },
}  # fmt: skip
