"""Our schemas and the official ones, judging the same broken messages: of every type, thousands a run.

`ADAPTER_TEST_MUTANTS` says how many (2,000 unless set). Both verdicts are libxml2's, so only the schemas can differ.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Final, NamedTuple

import pytest
from lxml import etree

from adapter import kith, xmlsafe
from adapter.kith import schemas
from adapter.kith.tree import kind
from tests.kith import bases, official
from tests.kith.bases import RECEIPTS, ROOTS, SIDES, SPACES, UNUSED, grammar, specimen
from tests.kith.built import BUILT
from tests.kith.mutations import WOUNDS, Mutant, everywhere, mutants

pytestmark = pytest.mark.reference

MUTANTS: Final = int(os.environ.get("ADAPTER_TEST_MUTANTS", "2000"))
PARTS: Final = 4
"""Shares of the work, so that it spreads over processes; each has every type in it."""

_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"


class Difference(NamedTuple):
    """A class of mutants that we take and the official schemas refuse: why, which they are, and one of them."""

    reason: str
    holds: Callable[[Mutant], bool]
    example: Callable[[], etree._Element]


def _signed() -> etree._Element:
    """Return a long message with a signature, so that few wounds fall into what is not judged."""
    messages = [each for each in bases.specimens("ours") if kind(each) == "MsgHead"]
    root = copy.deepcopy(max(messages, key=lambda each: len(list(each.iter()))))
    root.append(etree.fromstring(_SIGNATURE))
    return root


def _signed_nothing() -> etree._Element:
    root = _signed()
    del root.find(f"{_DS}Signature/{_DS}SignedInfo")[:]
    return root


def _receipt_with_stated_type() -> etree._Element:
    root = xmlsafe.parse(kith.build(BUILT["receipt 1.0"]()))
    text = etree.tostring(root, encoding="unicode")
    types = 'xmlns:k="http://www.kith.no/xmlstds" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
    return etree.fromstring(text.replace("<MsgType ", f'<MsgType {types} i:type="k:CS" ', 1))


ALLOWED: Final = (
    Difference(
        "signatures in MsgHead pass through: we neither make nor check them, so what is in them is not judged",
        lambda mutant: f"{_DS}Signature" in mutant.touched,
        _signed_nothing,
    ),
    Difference(
        "AppRec 1.0 has code types of its own, 1.1 the common ones: ours are the common ones in both, which shows "
        "only where a message states the type of a code in xsi:type",
        lambda mutant: mutant.root.tag == f"{{{RECEIPTS[0]}}}AppRec" and "stated type" in mutant.wounds,
        _receipt_with_stated_type,
    ),
)
_SIGNATURE: Final = (
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
    '<CanonicalizationMethod Algorithm="urn:c"/><SignatureMethod Algorithm="urn:s"/>'
    '<Reference URI=""><DigestMethod Algorithm="urn:d"/><DigestValue>QUJD</DigestValue></Reference>'
    "</SignedInfo><SignatureValue>QUJD</SignatureValue></Signature>"
)


def _verdicts(root: etree._Element) -> tuple[bool, bool]:
    """Return whether a document is valid, by the official schemas and by ours."""
    return bool(official.schema().validate(root)), schemas.faults(root) == ()


def _listed(mutant: Mutant, verdicts: tuple[bool, bool]) -> bool:
    return verdicts == (False, True) and any(each.holds(mutant) for each in ALLOWED)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_broken_message_gets_the_official_verdict(part: int):
    number = -(-MUTANTS // PARTS)
    judged = (
        (mutant, _verdicts(mutant.root))
        for mutant in mutants((*bases.bases(), _signed()), number=number, seed=part)
    )
    differing = [(mutant, verdicts) for mutant, verdicts in judged if verdicts[0] != verdicts[1]]
    unlisted = [
        (mutant.wounds, min(mutant.touched, key=len), f"official {verdicts[0]}, ours {verdicts[1]}")
        for mutant, verdicts in differing
        if not _listed(mutant, verdicts)
    ]
    assert unlisted == []
    assert len(differing) <= max(1, number // 1000)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_place_broken_in_every_way_gets_the_official_verdict(part: int):
    wrong = [
        (mutant.wounds, min(mutant.touched, key=len))
        for mutant in everywhere(bases.parts(*SIDES), share=part, shares=PARTS)
        if len(set(_verdicts(mutant.root))) > 1
    ]
    assert wrong == []


@pytest.mark.parametrize("difference", ALLOWED, ids=lambda each: each.reason.split(":")[0])
def test_a_listed_difference_is_one(difference: Difference):
    assert _verdicts(difference.example()) == (False, True)


def test_the_mutants_are_of_both_verdicts_and_of_every_wound():
    made = list(mutants(bases.bases(), number=500, seed=-1))
    valid = sum(official.schema().validate(each.root) for each in made)
    assert 25 < valid < 475
    assert {name for each in made for name in each.wounds} == WOUNDS.keys()


@pytest.mark.parametrize("whose", SIDES)
@pytest.mark.parametrize("name", ROOTS, ids=lambda name: name.rpartition("xmlstds/")[2])
def test_what_one_schema_describes_the_other_takes(name: str, whose: str):
    for seed in range(10):
        assert _verdicts(specimen(whose, name, seed)) == (True, True)


@pytest.mark.parametrize("space", SPACES)
def test_both_declare_the_same_elements(space: str):
    theirs, ours = (set(grammar(whose).roots(space)) for whose in SIDES)
    assert theirs - ours == {name for name in UNUSED if name.startswith(f"{{{space}}}")}
    assert ours - theirs == set()
    assert ours


@pytest.mark.parametrize("whose", SIDES)
def test_nothing_declared_goes_unseen(whose: str):
    seen = {str(each.tag) for root in bases.parts(whose) for each in root.iter("*")}
    # Of kith.xsd there are types alone, and those that nothing uses say nothing.
    declared = grammar(whose).names(
        [space for space in SPACES if space != "http://www.kith.no/xmlstds"], UNUSED
    )
    assert declared - seen == set()
