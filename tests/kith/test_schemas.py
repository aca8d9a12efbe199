"""Our schemas give the official verdict, on what we build and on what we break on purpose."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from adapter import kith, xmlsafe
from adapter.errors import MessageError
from adapter.kith import apprec, avvik, foresporsel, helsefaglig, notat, parts, schemas, svar
from adapter.kith.codes import simple
from adapter.kith.dialog import Question
from adapter.kith.head import Address
from tests.kith import official
from tests.kith.builders import GP, HEAD, KOMAN, MUNICIPALITY, NEW_DIALOGUE, REPLY, TITLE, WHEN

QUESTION = Question(type=foresporsel.coded("9154", "99"), text="Hva nå?\r\nOg så?", contacts=(KOMAN,))
TO_GP = replace(HEAD, receiver=GP, copies=((simple("8112", "COP"), MUNICIPALITY),))


def _receipt(
    version: apprec.Version, own: Address | None = None, errors: tuple[str, ...] = ()
) -> apprec.AppRec:
    return apprec.answer(
        helsefaglig.new(TO_GP, subject=TITLE, text="x", contacts=()).head,
        version=version, id_="0d4cf6b3-8a36-4f0e-a2c1-3f2f6f9b8e55", gen_date=WHEN, own=own, errors=errors,
    )  # fmt: skip


BUILT: dict[str, Callable[[], object]] = {
    "new dialogue": lambda: helsefaglig.new(
        HEAD, subject=TITLE, text="<æ> & «ø»\r\n\tå", contacts=NEW_DIALOGUE
    ),
    "reply": lambda: helsefaglig.new(REPLY, subject=f"Re: {TITLE}", text="Svar: Mottatt", contacts=(KOMAN,)),
    "to a GP, copy to the municipality": lambda: helsefaglig.new(
        TO_GP, subject=TITLE, text="x", contacts=NEW_DIALOGUE
    ),
    "question": lambda: foresporsel.new(HEAD, asked_by="9154", text="Hva nå?", contacts=(KOMAN,)),
    "answer": lambda: svar.new(REPLY, text="Dette.", question=QUESTION, contacts=(KOMAN,)),
    "note": lambda: notat.new(HEAD, subject=TITLE, text="Til orientering", contacts=(KOMAN,)),
    "deviation": lambda: avvik.new(REPLY, deviation="1", text="Feil mottaker", contacts=(KOMAN,)),
    "receipt 1.0": lambda: _receipt("1.0"),
    "receipt 1.1": lambda: _receipt("1.1", errors=("E10", "T02")),
    "receipt of a copy": lambda: _receipt("1.1", own=MUNICIPALITY),
}


@pytest.mark.parametrize("name", BUILT)
def test_every_built_message_is_clean_by_our_schema_and_rules(name: str):
    assert kith.check(kith.build(BUILT[name]())) == ()


@pytest.mark.reference
@pytest.mark.parametrize("name", BUILT)
def test_every_built_message_validates_against_the_official_schema(name: str):
    data = kith.build(BUILT[name]())
    assert official.valid(data), [entry.type_name for entry in official.schema().error_log]


def test_what_a_version_cannot_say_is_not_built():
    with pytest.raises(MessageError) as caught:
        kith.build(
            foresporsel.new(HEAD, asked_by="9154", text="x", contacts=(parts.coordinating_unit("KE"),))
        )
    assert caught.value.code == "IPK-M002"
    assert caught.value.at.endswith("/RollerRelatertNotat/TilknyttetEnhet")


def test_a_character_that_xml_cannot_carry_is_refused():
    with pytest.raises(MessageError) as caught:
        kith.build(helsefaglig.new(HEAD, subject=TITLE, text="a\x00b", contacts=NEW_DIALOGUE))
    assert caught.value.code == "IPK-M002"


def test_faults_tell_place_line_and_kind_but_no_value():
    data = kith.build(BUILT["new dialogue"]()).replace(b"1969-11-13", b"13116900216")
    (fault,) = schemas.faults(xmlsafe.parse(data))
    assert (fault.path, fault.rule, fault.line) == ("/MsgHead/MsgInfo/Patient/DateOfBirth", "xsd-value", 6)
    assert "13116900216" not in repr(fault)


def test_a_value_hidden_in_the_name_of_an_element_is_not_told():
    data = kith.build(BUILT["new dialogue"]()).replace(b"<MsgId>", b"<n13116900216/><MsgId>")
    found = schemas.faults(xmlsafe.parse(data))
    assert found
    assert "13116900216" not in repr(found)


def test_every_schema_file_loads_alone_or_as_part_of_the_whole():
    reached = {"all.xsd"}
    queue = ["all.xsd"]
    while queue:
        tree = etree.parse(str(schemas.folder() / queue.pop()))
        for name in tree.xpath("//@schemaLocation"):
            if name not in reached:
                reached.add(name)
                queue.append(name)
    assert reached == {path.name for path in schemas.folder().glob("*.xsd")}


def test_threads_do_not_share_what_a_schema_found():
    good = xmlsafe.parse(kith.build(BUILT["new dialogue"]()))
    bad = copy.deepcopy(good)
    bad.remove(bad[0])
    wrong: list[int] = []

    def work(root: etree._Element, *, expected: bool) -> None:
        wrong.extend(1 for _ in range(200) if (schemas.faults(root) != ()) is not expected)

    # A tree per thread, as in the program: only the schema's own state is at stake.
    threads = [
        threading.Thread(target=work, args=(copy.deepcopy(r),), kwargs={"expected": e})
        for r, e in ((good, False), (bad, True)) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# ── the same verdict on broken messages ─────────────────────────────────────────────────────────────────────────


def _drop(element: etree._Element, _dice: random.Random) -> None:
    element.getparent().remove(element)


def _repeat(element: etree._Element, _dice: random.Random) -> None:
    element.addnext(copy.deepcopy(element))


def _reorder(element: etree._Element, dice: random.Random) -> None:
    parent = element.getparent()
    parent.insert(dice.randrange(len(parent)), element)


def _rename(element: etree._Element, dice: random.Random) -> None:
    others = [each.tag for each in element.getroottree().iter()]
    element.tag = dice.choice([*others, f"{{{etree.QName(element).namespace}}}Ukjent"])


def _namespace(element: etree._Element, dice: random.Random) -> None:
    spaces = sorted(
        {etree.QName(each).namespace or "" for each in element.getroottree().iter()} | {"urn:unknown"}
    )
    element.tag = f"{{{dice.choice(spaces)}}}{etree.QName(element).localname}"


def _attribute(element: etree._Element, dice: random.Random) -> None:
    element.set(
        dice.choice(["V", "S", "DN", "OT", "X"]), dice.choice(["1", "a b", "2.16.578", "2026-01-01", ""])
    )


def _value(element: etree._Element, dice: random.Random) -> None:
    element.text = dice.choice(
        ["", "x", "2026-02-30", "2026-03-04", "2026-03-04T10:15:00", "2026-03-04T10:15:00Z", " "]
    )


def _move(element: etree._Element, dice: random.Random) -> None:
    places = [
        each
        for each in element.getroottree().iter()
        if element not in each.iterancestors() and each is not element
    ]
    dice.choice(places).append(element)


MUTATIONS = (_drop, _repeat, _reorder, _rename, _namespace, _attribute, _value, _move)


@pytest.mark.reference
@pytest.mark.parametrize("name", BUILT)
def test_a_broken_message_gets_the_official_verdict(name: str):
    judge, data, dice = official.schema(), kith.build(BUILT[name]()), random.Random(name)
    disagreed, invalid = [], 0
    for number in range(60):
        root = xmlsafe.parse(data)
        for _ in range(dice.choice((1, 1, 2))):
            element = dice.choice(list(root.iter())[1:])
            mutation = dice.choice(MUTATIONS)
            mutation(element, dice)
        again = xmlsafe.parse(xmlsafe.serialise(root))
        theirs, ours = judge.validate(again), not schemas.faults(again)
        invalid += not theirs
        if theirs != ours:
            disagreed.append((number, mutation.__name__, theirs, ours))
    assert disagreed == []
    assert invalid > 20
