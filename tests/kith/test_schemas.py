"""Our schemas on what we build: clean, by the official ones too; and what is told of a fault, by whom, from which set."""

from __future__ import annotations

import copy
import threading

import pytest
from lxml import etree

from adapter import kith, xmlsafe
from adapter.errors import MessageError
from adapter.kith import foresporsel, helsefaglig, parts, schemas
from tests.kith import bases, official
from tests.kith.builders import HEAD, NEW_DIALOGUE, TITLE, dialogue
from tests.kith.built import BUILT, MADE
from tests.kith.mutations import mutants


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


def test_every_fault_is_of_a_kind_that_has_a_name():
    for mutant in mutants(bases.specimens("ours"), number=1000, seed=1):
        assert {fault.rule for fault in schemas.faults(mutant.root)} <= set(schemas._HINTS) - {"xsd"}, (
            mutant.wounds
        )


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


# ── which set of schemas judges ─────────────────────────────────────────────────────────────────────────────────

CONTENT = "{http://www.kith.no/xmlstds/msghead/2006-05-24}Content"
LOGISTICS = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"


def _loaded_by(root: etree._Element) -> set[str]:
    """Return the sets that a new thread loads to judge a document."""
    found: set[str] = set()

    def judge() -> None:
        schemas.faults(root)
        found.update(vars(schemas._local))

    thread = threading.Thread(target=judge)
    thread.start()
    thread.join()
    return found


def test_a_thread_that_sees_dialogues_and_receipts_alone_loads_the_small_set():
    for make in MADE.values():
        assert _loaded_by(xmlsafe.parse(kith.build(make()))) == {"core"}


def test_a_payload_that_the_small_set_does_not_know_is_judged_by_the_large_one():
    root = xmlsafe.parse(dialogue())
    payload = etree.Element(f"{{{LOGISTICS}}}Pasientlogistikk")
    next(root.iter(CONTENT))[:] = [payload]
    assert _loaded_by(root) == {"all"}
    (fault,) = schemas.faults(root)
    assert (fault.path.rpartition("/")[2], fault.rule) == ("Pasientlogistikk", "xsd-element")


def test_the_set_chosen_says_what_the_large_one_says():
    large = etree.XMLSchema(etree.parse(str(schemas.folder() / "all.xsd")))
    bases = [xmlsafe.parse(kith.build(make())) for make in BUILT.values()]
    for mutant in mutants(bases, number=400, seed=1):
        assert (schemas.faults(mutant.root) == ()) == large.validate(mutant.root), mutant.wounds


def test_a_fault_is_placed_though_comments_stand_in_between():
    root = xmlsafe.parse(dialogue())
    root[0].insert(0, etree.Comment("a comment"))
    root[0].append(etree.Element("Ukjent"))
    assert schemas.faults(root)[0].path == "/MsgHead/MsgInfo/*"
