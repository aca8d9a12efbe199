"""What is built is read back as the same message: over all models, whatever the texts hold."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import kith
from adapter.kith import apprec, avvik, foresporsel, helsefaglig, notat, svar, types
from adapter.kith.codes import Code, coded, simple
from adapter.kith.dialog import ConnectedUnit, Contact, Note, Notes, Question
from adapter.kith.head import Address, Conversation, Head, Patient, Person, Unit, person_ident, unit_ident
from adapter.kith.parts import message_type
from adapter.kith.time import OSLO
from tests.kith import official

CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
FREE = st.text(CHARACTERS | st.sampled_from("\r\n\t<>&\"'æøå"), min_size=1, max_size=60)
WORD = st.text(st.sampled_from("abcæøåÆØÅ-.&<\"'"), min_size=1, max_size=12)
NUMBER = st.integers(1, 99_999_999).map(str)
PHONE = st.from_regex(r"\+?[0-9]{3,12}", fullmatch=True)
TIMES = st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(
    lambda d: datetime.combine(d, time(12, 34, 56), OSLO)
)


def some(strategy: st.SearchStrategy, most: int = 2) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(tuple)


UNITS = st.builds(
    Unit,
    name=WORD,
    her_id=NUMBER,
    orgnr=NUMBER | st.none(),
    others=some(NUMBER.map(lambda n: unit_ident("RSH", n))),
)
PEOPLE = st.builds(
    Person, family=WORD, given=WORD | st.just(""), her_id=NUMBER, hpr=NUMBER | st.none(),
    role=st.none() | st.just(coded("9034", "6")), profession=st.none() | st.just(simple("9060", "LE")),
)  # fmt: skip
ADDRESSES = st.builds(Address, level1=UNITS, level2=UNITS) | st.builds(Address, level1=UNITS, person=PEOPLE)
PATIENTS = st.builds(
    Patient, family=WORD, given=WORD, middle=WORD | st.just(""), birth_date=st.dates(date(1900, 1, 1)) | st.none(),
    sex=st.sampled_from("0129") | st.none(), idents=some(NUMBER.map(lambda n: person_ident("XXX", n))),
)  # fmt: skip
CONTACTS_1_0 = st.builds(
    Contact, role=st.none() | st.just(coded("9034", "19")), note_role=st.none() | st.just(coded("9057", "1")),
    profession=st.just(simple("9060", "SP")), family=WORD | st.just(""), given=WORD | st.just(""),
    hpr=NUMBER | st.none(), idents=some(NUMBER.map(lambda n: person_ident("HER", n))), phone=PHONE | st.none(),
    email=st.just("a.b@example.org") | st.none(), telecoms=some(st.just("fax:73598600")),
) | st.builds(Contact, family=WORD, given=WORD, personnel=st.just(value=False), phone=PHONE | st.none())  # fmt: skip
CONNECTED = st.builds(
    ConnectedUnit,
    name=WORD,
    idents=st.just((unit_ident("LOK", "KE"),)),
    phone=PHONE | st.none(),
    note=WORD | st.just(""),
)
CONTACTS_1_1 = CONTACTS_1_0 | st.builds(Contact, unit=CONNECTED) | st.builds(Contact)
CODES = st.just(Code("X1", s="2.16.578.1.12.4.1.1.7322", ot="fri tekst")) | st.just(coded("7322", "6"))


def questions(contacts: st.SearchStrategy, *, subject: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        Question, type=CODES, text=FREE, subject=subject, reason=FREE, doc_id=NUMBER, contacts=some(contacts)
    )


def notes(contacts: st.SearchStrategy, *, subject: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        Note, topic=CODES, subject=WORD | st.just(""), text=FREE, remark=FREE, doc_id=NUMBER | st.just(""),
        day=st.dates(date(1900, 1, 1)) | st.none(), contacts=some(contacts),
        question=st.none() | questions(contacts, subject=subject),
    )  # fmt: skip


def heads(type_: str) -> st.SearchStrategy:
    return st.builds(
        Head, type=st.just(message_type(type_)), gen_date=TIMES, msg_id=st.uuids().map(str), sender=ADDRESSES,
        receiver=ADDRESSES, conversation=st.none() | st.builds(Conversation, st.uuids().map(str), st.uuids().map(str)),
        copies=some(st.tuples(st.just(simple("8112", "COP")), ADDRESSES), 1), patient=st.none() | PATIENTS,
        ack=st.none() | st.just(simple("7304", "J")),
    )  # fmt: skip


OLD_NOTES = st.lists(notes(CONTACTS_1_0, subject=st.just("")), min_size=1, max_size=2).map(tuple)
NEW_NOTES = st.lists(notes(CONTACTS_1_1, subject=WORD), min_size=1, max_size=2).map(tuple)
OLD_QUESTIONS = st.lists(questions(CONTACTS_1_0, subject=st.just("")), min_size=1, max_size=2).map(tuple)
MESSAGES = st.one_of(
    st.builds(foresporsel.Foresporsel, head=heads(foresporsel.TYPE), questions=OLD_QUESTIONS),
    *(st.builds(m, head=heads(t), notes=OLD_NOTES) for m, t in (
        (svar.Svar, svar.TYPE), (notat.Notat, notat.TYPE), (avvik.Avvik, avvik.TYPE))),
    st.builds(helsefaglig.Helsefaglig, head=heads(helsefaglig.TYPE), notes=NEW_NOTES),
)  # fmt: skip
PLAIN_UNITS = st.builds(Unit, name=WORD, her_id=NUMBER)
PLAIN_PEOPLE = st.builds(Person, family=WORD, given=WORD, her_id=NUMBER)
RECEIPTS = st.builds(
    apprec.AppRec, version=st.sampled_from(["1.0", "1.1"]), id=st.uuids().map(str), gen_date=TIMES,
    sender=st.builds(Address, level1=PLAIN_UNITS, level2=st.none() | PLAIN_UNITS),
    receiver=st.builds(Address, level1=PLAIN_UNITS, person=PLAIN_PEOPLE), status=st.sampled_from("123"),
    original=st.builds(apprec.Original, st.just(message_type("DIALOG_SVAR")), TIMES, st.uuids().map(str)),
    errors=st.just((coded("8221", "E10"), Code("T99", s="2.16.578.1.12.4.1.1.8221", ot="<mer>"))),
    role=st.sampled_from(["PRIM", "COP"]),
)  # fmt: skip


@given(MESSAGES)
@settings(max_examples=50, deadline=None)
def test_a_message_built_and_read_is_the_same(message: types.Message):
    read = kith.read(kith.build(message))
    assert read.message == message
    assert read.faults == ()


@given(RECEIPTS)
@settings(max_examples=30, deadline=None)
def test_a_receipt_built_and_read_is_the_same(receipt: apprec.AppRec):
    assert kith.read(kith.build(receipt)).body == receipt


@pytest.mark.reference
@given(MESSAGES | RECEIPTS)
@settings(max_examples=30, deadline=None)
def test_what_is_built_is_valid_by_the_official_schema(message: types.Message | apprec.AppRec):
    assert official.valid(kith.build(message))


def test_the_parts_of_a_body_are_listed_in_order():
    note, question = (
        Note(topic=coded("7322", "6"), text="a"),
        Question(type=coded("9154", "99"), text="b", subject="s"),
    )
    body = Notes(notes=(note,), questions=(question,))
    assert (body.parts, body.text, body.subject, body.topic) == ((note, question), "a\r\nb", "s", note.topic)
    assert Notes().topic is None
