"""Hypothesis strategies for every model of a message that the adapter writes, and for receipts."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from hypothesis import strategies as st

from adapter.kith import apprec, avvik, foresporsel, helsefaglig, innbygger, notat, svar
from adapter.kith.codes import Code, coded, simple
from adapter.kith.dialog import ConnectedUnit, Contact, Note, Question
from adapter.kith.head import (
    Address,
    Conversation,
    Document,
    Head,
    Other,
    Patient,
    Person,
    Postal,
    Telecom,
    Unit,
    person_ident,
    unit_ident,
)
from adapter.kith.parts import message_type
from adapter.kith.raw import Raw
from adapter.kith.time import When
from adapter.timing import OSLO

CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
FREE = st.text(CHARACTERS | st.sampled_from("\r\n\t<>&\"'æøå"), min_size=1, max_size=60)
WORD = st.text(st.sampled_from("abcæøåÆØÅ-.&<\"'"), min_size=1, max_size=12)
MAYBE = st.just("") | WORD
TEXT = st.just("") | FREE
NUMBER = st.integers(1, 99_999_999).map(str)
PHONE = st.from_regex(r"\+?[0-9]{3,12}", fullmatch=True)
UUIDS = st.uuids().map(str)
DAYS = st.dates(date(1900, 1, 1), date(2090, 1, 1))
TIMES = st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(
    lambda d: datetime.combine(d, time(12, 34, 56), OSLO)
)
ON = DAYS.map(When.on)
ZONED = st.builds(lambda day, zone: When(f"{day}{zone}"), DAYS, st.sampled_from(("", "Z", "+01:00")))
MOMENTS = ON | TIMES.map(When.at) | st.just(When("2026-03-04T10:00:00.5Z"))
FLAGS = st.none() | st.booleans()


def some(strategy: st.SearchStrategy[Any], most: int = 2, *, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def cv(*known: tuple[str, str]) -> st.SearchStrategy[Any]:
    """Return codes of lists, and some that no list knows."""
    strange = (
        Code("X1", s="2.16.578.1.12.4.1.1.9999", ot="fri tekst"),
        Code("", "Ukjent kode", ot="bare tekst"),
    )
    return st.sampled_from([*(coded(number, v) for number, v in known), *strange])


def cs(number: str, *known: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([*(simple(number, v) for v in known), Code("X1", "Ukjent kode")])


# ── parties ──

POSTALS = st.builds(
    Postal, type=st.none() | cs("3401", "H"), street=TEXT, postal_code=st.just("2560"), city=TEXT, postbox=TEXT,
    county=st.none() | cs("3402", "34"), country=st.none() | cs("9043", "NO"),
)  # fmt: skip
TELECOMS = st.builds(Telecom, PHONE.map(lambda n: f"tel:{n}"), st.none() | cs("9061", "HP", "MC")) | st.just(
    Telecom("mailto:a.b@example.org")
)
PARTY = {"postal": st.none() | POSTALS, "telecoms": some(TELECOMS)}
HUMAN = {"birth": st.none() | ON, "gender": st.none() | cs("3101", "0", "1", "2", "9"),
         "nationality": st.none() | cs("9043", "NO"), **PARTY}  # fmt: skip
UNITS = st.builds(
    Unit, name=WORD, her_id=NUMBER, orgnr=NUMBER | st.none(), others=some(NUMBER.map(lambda n: unit_ident("RSH", n))),
    type=st.none() | cv(("9040", "101")), **PARTY,
)  # fmt: skip
ROLES = st.none() | cv(("9034", "6"), ("9034", "8"), ("9034", "19"))
PROFESSIONS = st.none() | cs("9060", "LE", "SP")
PEOPLE = st.builds(
    Person, family=WORD, given=MAYBE, middle=MAYBE, her_id=NUMBER, hpr=NUMBER | st.none(), role=ROLES,
    profession=PROFESSIONS, **HUMAN,
)  # fmt: skip
PERSONS = st.builds(
    Person, family=WORD, given=MAYBE, others=some(NUMBER.map(lambda n: person_ident("XXX", n))), **HUMAN
)


def _deeper(unit: Unit) -> Unit:
    """Return a unit with a third level."""
    return Unit(
        name=unit.name, idents=unit.idents, below=Unit(name="Post 3", her_id="3", person=Person(hpr="7"))
    )


ADDRESSES = st.one_of(
    st.builds(Address, level1=UNITS, level2=UNITS, com_method=st.none() | st.just(Code("EDI", "EDI"))),
    st.builds(Address, level1=UNITS, person=PEOPLE),
    st.builds(Address, level1=UNITS, level2=UNITS.map(_deeper), person=PEOPLE, beside=PEOPLE),
)
PATIENTS = st.builds(
    Patient, family=WORD, given=WORD, middle=MAYBE, idents=some(NUMBER.map(lambda n: person_ident("FNR", n)), least=1),
    **HUMAN,
)  # fmt: skip


# ── the head ──

CONTENT = Raw(
    '<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">JVBERi0xLjcK</Base64Container>'
)
DESCRIBED = {
    "connection": st.none() | cs("4702", "H", "V"), "content_type": st.none() | cv(("9034", "6")),
    "content_description": TEXT, "consent": st.none() | cv(("9064", "1")), "annotation": TEXT,
    "from_date": st.none() | MOMENTS, "to_date": st.none() | MOMENTS, "enquiry_id": st.just("") | NUMBER,
    "id": st.just("") | NUMBER, "description": TEXT,
}  # fmt: skip
DOCUMENTS = st.builds(Document) | st.builds(Document, issued=st.none() | MOMENTS, **DESCRIBED)
ATTACHMENTS = st.builds(
    Document, issued=MOMENTS, msg_type=st.just(simple("8114", "A")), mime_type=st.just("application/pdf"),
    contents=st.just((CONTENT,)), **DESCRIBED,
) | st.builds(Document, msg_type=st.just(simple("8114", "REF")), file_reference=st.just("https://example.org/1"))  # fmt: skip
COPY = simple("8112", "COP")
OTHERS = st.one_of(
    st.builds(Other, role=st.just(COPY), patient=PATIENTS),
    st.builds(Other, role=st.just(COPY), person=PERSONS),
    st.builds(Other, role=st.just(COPY), professional=PEOPLE),
)


def heads(
    type_: str,
    *,
    thread: bool | None = None,
    ack: st.SearchStrategy[Any] | None = None,
    attached: bool = True,
) -> st.SearchStrategy[Any]:
    """Return heads of a type; `thread` says whether they answer something, None for either."""
    conversations = st.builds(Conversation, UUIDS, UUIDS)
    refs = {None: st.none() | conversations, True: conversations, False: st.none()}[thread]
    return st.builds(
        Head, type=st.just(message_type(type_)), gen_date=TIMES, msg_id=UUIDS, sender=ADDRESSES, receiver=ADDRESSES,
        conversation=refs, copies=some(st.tuples(st.just(COPY), ADDRESSES), 1), others=some(OTHERS, 1),
        patient=PATIENTS, status=st.none() | st.just(Code("P", "Produksjon")),
        priority=st.none() | st.just(Code("1", "Haster")), ack=st.none() | st.just(simple("7304", "J")) if ack is None else ack,
        document=DOCUMENTS, attachments=some(ATTACHMENTS, 1) if attached else st.just(()),
    )  # fmt: skip


# ── dialogue ──

CONTACTS_1_0 = st.one_of(
    st.builds(
        Contact, role=st.none() | st.just(coded("9034", "19")), note_role=st.none() | st.just(coded("9057", "1")),
        profession=st.just(simple("9060", "SP")), family=MAYBE, given=MAYBE, hpr=NUMBER | st.none(),
        idents=some(NUMBER.map(lambda n: person_ident("HER", n))), phone=PHONE | st.none(),
        email=st.just("a.b@example.org") | st.none(), telecoms=some(st.just("fax:73598600")),
    ),
    st.builds(Contact, family=WORD, given=WORD, personnel=st.just(value=False), phone=PHONE | st.none()),
    st.builds(Contact, stated_role=ROLES, person=PEOPLE),
    st.builds(Contact, person=PERSONS, personnel=st.just(value=False)),
)  # fmt: skip
CONNECTED = st.one_of(
    st.builds(
        ConnectedUnit,
        name=WORD,
        idents=st.just((unit_ident("LOK", "KE"),)),
        phone=PHONE | st.none(),
        note=TEXT,
    ),
    st.builds(ConnectedUnit, organisation=UNITS, note=TEXT, person=PEOPLE),
    st.builds(ConnectedUnit, organisation=UNITS, person=PERSONS, personnel=st.just(value=False)),
)
CONTACTS_1_1 = CONTACTS_1_0 | st.builds(Contact, unit=CONNECTED) | st.builds(Contact)
CODES = cv(("7322", "6"))


def _codes(*known: tuple[str, str]) -> st.SearchStrategy[Any]:
    """Return codes of lists alone."""
    return st.sampled_from([coded(number, v) for number, v in known])


def questions(
    contacts: st.SearchStrategy[Any],
    *,
    new: bool,
    types: st.SearchStrategy[Any] = CODES,
) -> st.SearchStrategy[Any]:
    """Return questions; `new` where the version is 1.1."""
    return st.builds(
        Question, type=types, text=FREE, subject=WORD if new else st.just(""), reason=TEXT, doc_id=st.just("") | NUMBER,
        purpose=st.none() | CODES, urgency=st.none() | cs("9067", "9"), from_date=st.none() | ON, to_date=st.none() | ON,
        journal_info=some(cv(("9066", "1")), 2 if new else 1), coded=st.none() | CODES if new else st.none(),
        contacts=some(contacts),
    )  # fmt: skip


def questions_or_none(contacts: st.SearchStrategy[Any], *, new: bool) -> st.SearchStrategy[Any]:
    return st.none() | questions(contacts, new=new)


def notes(
    contacts: st.SearchStrategy[Any],
    *,
    new: bool,
    topics: st.SearchStrategy[Any] = CODES,
    question: st.SearchStrategy[Any] | None = None,
) -> st.SearchStrategy[Any]:
    """Return notes; `new` where the version is 1.1."""
    return st.builds(
        Note, topic=topics, subject=WORD, text=FREE, remark=TEXT, doc_id=st.just("") | NUMBER, day=ZONED | st.none(),
        contacts=some(contacts), question=questions_or_none(contacts, new=new) if question is None else question,
    )  # fmt: skip


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return some(strategy, least=1)


CASES = {"case_type": st.none() | CODES, "case": TEXT}
ECHOED = questions(CONTACTS_1_0, new=False, types=_codes(("9154", "99"), ("9152", "1"), ("9153", "5")))
RECEIVER = st.just(Contact(role=coded("9034", "24"), profession=simple("9060", "SP")))
DIALOGUES = st.one_of(
    st.builds(
        foresporsel.Foresporsel, head=heads(foresporsel.TYPE), questions=several(ECHOED), **CASES,
    ),
    st.builds(
        svar.Svar, head=heads(svar.TYPE, thread=True), **CASES,
        notes=several(notes(CONTACTS_1_0, new=False, question=ECHOED, topics=_codes(("9069", "5")))),
    ),
    st.builds(
        notat.Notat, head=heads(notat.TYPE),
        notes=several(notes(CONTACTS_1_0, new=False, topics=_codes(("7321", "6"), ("7321", "1")))), **CASES,
    ),
    st.builds(
        avvik.Avvik, head=heads(avvik.TYPE, thread=True),
        notes=several(notes(CONTACTS_1_0, new=False, topics=_codes(("8117", "1"), ("8117", "9")))), **CASES,
    ),
    st.builds(
        innbygger.Innbygger, head=heads(innbygger.TYPE, thread=True, ack=st.just(simple("7304", "J"))), **CASES,
        notes=several(
            notes(CONTACTS_1_0, new=False, topics=st.just(coded("7602", "19")),
                  question=questions(CONTACTS_1_0, new=False, types=st.just(coded("7601", "HE"))))
        ),
    ),
    *(
        st.builds(
            helsefaglig.Helsefaglig, head=heads(helsefaglig.TYPE, thread=topic != "6"), **CASES,
            notes=several(notes(CONTACTS_1_1, new=True, topics=st.just(coded("7322", topic)))),
        )
        for topic in ("7", "8", "9")
    ),
    st.builds(
        helsefaglig.Helsefaglig, head=heads(helsefaglig.TYPE, thread=False),
        notes=several(notes(CONTACTS_1_1, new=True, topics=st.just(coded("7322", "6"))).flatmap(
            lambda note: RECEIVER.map(lambda one: _with_contact(note, one)))),
    ),
)  # fmt: skip


def _with_contact(note: Note, contact: Contact) -> Note:
    return Note(topic=note.topic, subject=note.subject, text=note.text, contacts=(contact, *note.contacts))


# ── receipts ──

PLAIN_UNITS = st.builds(Unit, name=WORD, her_id=NUMBER)
PLAIN_PEOPLE = st.builds(Person, family=WORD, given=WORD, her_id=NUMBER)
RECEIPTS = st.builds(
    apprec.AppRec, version=st.sampled_from(["1.0", "1.1"]), id=UUIDS, gen_date=TIMES,
    sender=st.builds(Address, level1=PLAIN_UNITS, level2=st.none() | PLAIN_UNITS),
    receiver=st.builds(Address, level1=PLAIN_UNITS, person=PLAIN_PEOPLE), status=st.sampled_from("123"),
    original=st.builds(apprec.Original, st.just(message_type("DIALOG_SVAR")), TIMES, UUIDS),
    errors=st.just((coded("8221", "E10"), Code("T99", s="2.16.578.1.12.4.1.1.8221", ot="<mer>"))),
    role=st.sampled_from(["PRIM", "COP"]),
)  # fmt: skip
