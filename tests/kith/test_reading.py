"""Any document read: tolerance, what is refused and with which code, and what a validator is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from adapter import kith
from adapter.errors import MessageError
from adapter.kith import foresporsel, helsefaglig, rules, svar, time, types
from adapter.kith.dialog import Question
from adapter.kith.head import Conversation, Patient, person_ident
from tests.kith import care, exact
from tests.kith.builders import HEAD, KOMAN, LINE, MSG_ID, NEW_DIALOGUE, PARENT, REPLY, TITLE, WHEN, dialogue

OTHER = "6f0c9a0e-2f0b-4c38-9d6e-0f4a6f1d7a11"


def built() -> str:
    return dialogue().decode()


def refused(data: str) -> tuple[str, str]:
    with pytest.raises(MessageError) as caught:
        kith.read(data.encode())
    return caught.value.code, caught.value.at


# ── tolerance ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_thread_is_read_in_either_order_and_not_held_against_the_sender():
    text = dialogue(head=replace(HEAD, conversation=Conversation(PARENT, OTHER))).decode()
    swapped = re.sub(
        r"(<RefToParent>.*</RefToParent>)(<RefToConversation>.*</RefToConversation>)", r"\2\1", text
    )
    read = kith.read(swapped.encode())
    assert read.head.conversation == Conversation(PARENT, OTHER)
    assert (read.faults, kith.receipt_faults(read)) == ((), ())
    assert [fault.rule for fault in kith.check(swapped.encode())] == ["xsd-element"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"<MsgId>{MSG_ID}</MsgId>", f"<MsgId>\n  {MSG_ID}\n</MsgId>"),
        ("<GenDate>2026-03-04T10:15:01</GenDate>", "<GenDate> 2026-03-04T10:15:01 </GenDate>"),
        ("<MIGversion>v1.2 2006-05-24</MIGversion>", "<MIGversion>\n v1.2 2006-05-24</MIGversion>"),
        ("<GenDate>2026-03-04T10:15:01</GenDate>", "<GenDate>2026-03-04T09:15:01.0000000Z</GenDate>"),
        ("<GenDate>2026-03-04T10:15:01</GenDate>", "<GenDate>2026-03-04T10:15:01+01:00</GenDate>"),
        ('<Type V="DIALOG_HELSEFAGLIG"', '<Type V=" DIALOG_HELSEFAGLIG "'),
        ("<Id>90998</Id>", "<Id> 90998 </Id>"),
        ("<DateOfBirth>1969-11-13</DateOfBirth>", "<DateOfBirth> 1969-11-13</DateOfBirth>"),
        ("<FamilyName>Danser</FamilyName>", "<FamilyName> Danser\n</FamilyName>"),
        ("2.16.578.1.12.4.1.1.9051", "2.16.578.1.12.4.1.1.8116"),
        ("<?xml version=", "\ufeff<?xml version="),
    ],
)
def test_harmless_differences_do_not_change_what_is_read(old: str, new: str):
    assert old in built()
    read = kith.read(built().replace(old, new).encode())
    assert (read.head.msg_id, read.head.gen_date, read.type) == (MSG_ID, WHEN, "DIALOG_HELSEFAGLIG")
    assert (read.head.sender.her_ids, read.head.patient.family) == (("59", "90998"), "Danser")
    assert kith.receipt_faults(read) == ()


ORGANISATION = (
    "<OtherReceiver><RoleReceiver V='COP' DN='Kopimottaker'/><Organisation><OrganisationName>{}</OrganisationName>"
    "<Ident><Id>{}</Id><TypeId V='HER' DN='HER-id' S='2.16.578.1.12.4.1.1.9051'/></Ident></Organisation></OtherReceiver>"
)
CITIZEN = (
    "<OtherReceiver><RoleReceiver V='COP' DN='Kopimottaker'/><Patient><FamilyName>Danser</FamilyName>"
    "<GivenName>Line</GivenName></Patient></OtherReceiver>"
)
FIRST, SECOND = ORGANISATION.format("Annet HF", "62"), ORGANISATION.format("Tredje HF", "63")


@pytest.mark.parametrize(
    "others",
    [(CITIZEN, FIRST), (FIRST, CITIZEN, SECOND), (FIRST, SECOND, CITIZEN), (CITIZEN, CITIZEN, FIRST)],
)
def test_further_receivers_stay_in_the_order_they_were_read(others: tuple[str, ...]):
    text = built().replace("</Receiver>", "</Receiver>" + "".join(others), 1)
    read = kith.read(text.encode())
    assert read.faults == ()
    assert exact.canonical(kith.build(read.message)) == exact.canonical(text.encode())  # type: ignore[arg-type]


def test_without_the_people_that_were_read_the_organisations_come_first():
    text = built().replace("</Receiver>", f"</Receiver>{CITIZEN}{FIRST}", 1)
    message = kith.read(text.encode()).message
    assert message is not None
    fewer = replace(message, head=replace(message.head, others=()))
    assert kith.build(fewer).count(b"<OtherReceiver>") == 1
    more = replace(message, head=replace(message.head, copies=()))
    assert kith.build(more).count(b"<OtherReceiver>") == 1


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-04Z", "2026-03-04+01:00"])
def test_the_date_of_a_note_keeps_its_zone(day: str):
    text = re.sub("(<RollerRelatertNotat>)", rf"<DatoNotat>{day}</DatoNotat>\1", built(), count=1)
    read = kith.read(text.encode())
    assert read.faults == ()
    assert f"<DatoNotat>{day}</DatoNotat>".encode() in kith.build(read.message)  # type: ignore[arg-type]


def test_latin_1_is_read_as_declared():
    text = dialogue(text="Sørgård æøå").decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
    assert kith.read(text.encode("iso-8859-1")).body.text == "Sørgård æøå"


def test_text_keeps_its_line_breaks_and_its_letters_as_sent():
    sent = "Linje 1\r\n\r\n\tLinje 2 & <3> " + unicodedata.normalize("NFD", "blåbær")
    assert kith.read(dialogue(text=sent)).body.text == sent


def test_formatted_text_is_reduced_to_lines():
    html = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><h1>Hei</h1><p>En <b>fet</b>\n linje<br/>og en til</p>'
        "<ul><li>a</li><li>b</li></ul><script>alert(1)</script><table><tr><td>1</td><td>2</td></tr></table>"
        "<pre>x\n  y</pre>slutt</div>"
    )
    read = kith.read(built().replace("<TekstNotatInnhold>Tekst<", f"<TekstNotatInnhold>{html}<").encode())
    assert read.body.text == "Hei\nEn fet linje\nog en til\n- a\n- b\n1\t2\nx\n  y\nslutt"
    assert read.faults == ()


def test_a_person_named_inside_a_unit_is_read_beside_it():
    inner = "<Person><GivenName>Anna</GivenName><FamilyName>Plan</FamilyName><TeleCom><fk1:TeleAddress V='62489011'/></TeleCom></Person>"
    read = kith.read(built().replace("</TilknyttetEnhet>", f"{inner}</TilknyttetEnhet>").encode())
    unit, person = read.body.contacts[2:]
    assert unit.unit.name.startswith("Koordinerende enhet")
    assert (person.name, person.phone, person.personnel, person.unit) == (
        "Anna Plan",
        "62489011",
        False,
        None,
    )
    assert read.faults == ()


def test_unknown_codes_are_kept_and_never_refused():
    read = kith.read(built().replace('V="6" DN="Henvendelse om pasient"', 'V="77" DN="Noe nytt"').encode())
    assert (read.body.topic.v, read.body.topic.dn, kith.receipt_faults(read)) == ("77", "Noe nytt", ())


def test_a_role_is_matched_by_value_and_list_whatever_its_text():
    text = built().replace('V="19" DN="Kontaktlege"', 'V="8" DN="Kontaktlege"')
    assert kith.read(text.encode()).body.contacts[0].role.among("9034", "8")


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_without_a_sender_cannot_be_answered():
    text = re.sub("<Sender>.*</Sender>", "", built())
    assert refused(text) == ("IPK-M009", "/MsgHead/MsgInfo/Sender")
    assert (
        refused(re.sub(r"<Sender>.*?</Sender>", "<Sender><Organisation/></Sender>", built()))[0] == "IPK-M009"
    )
    assert refused('<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"/>')[0] == "IPK-M009"


@pytest.mark.parametrize("name", ["Type", "GenDate", "MsgId"])
def test_what_a_receipt_must_name_must_be_there(name: str):
    text = re.sub(f"<{name}( [^>]*)?/>|<{name}>[^<]*</{name}>", "", built(), count=1)
    assert refused(text) == ("IPK-M002", f"/MsgHead/MsgInfo/{name}")


def test_another_root_is_no_message_of_ours():
    assert refused("<MsgHead/>")[0] == refused("<html/>")[0] == "IPK-M003"


def test_a_message_of_another_type_or_version_is_refused_as_not_supported():
    other = built().replace('V="DIALOG_HELSEFAGLIG"', 'V="DIALOG_INNBYGGER_KOORDINATOR"')
    old = built().replace("dialog/2013-01-23", "dialog/2006-10-11")
    strange = built().replace("<Dialogmelding", "<x:Y xmlns:x='urn:x'/><Dialogmelding")
    for text, version in ((other, "1.1"), (old, "1.0"), (strange, "")):
        read = kith.read(text.encode())
        assert (read.supported, read.body, read.message, read.version) == (False, None, None, version)
        assert kith.receipt_faults(read) == ("T10",)
        assert read.head.sender.her_ids == ("59", "90998")


def test_the_payload_of_a_type_not_supported_is_not_judged_but_its_head_is():
    other = (
        built().replace('V="DIALOG_HELSEFAGLIG"', 'V="DIALOG_TIL_ARKIVERING"').replace("TemaKodet", "Tull")
    )
    assert kith.read(other.encode()).faults == ()
    broken = other.replace("<MsgType ", "<Nei/><MsgType ")
    assert [fault.path for fault in kith.read(broken.encode()).faults] == ["/MsgHead/Document/RefDoc/*"]


def test_a_message_that_does_not_validate_may_be_refused():
    text = built().replace("<Tema>", "<Tema/><Tema>")
    assert kith.receipt_faults(kith.read(text.encode())) == ("T02",)


@pytest.mark.parametrize(
    "msg_id", ["1234", "urn:uuid:410d63ec-1ece-53fc-abc2-7ed956d69e22", "410d63ec1ece53fcabc27ed956d69e22"]
)
def test_a_msgid_that_is_no_uuid_must_be_refused(msg_id: str):
    assert kith.receipt_faults(kith.read(dialogue(head=replace(HEAD, msg_id=msg_id)))) == ("E10",)


def test_a_msgid_in_capitals_is_a_uuid():
    assert kith.receipt_faults(kith.read(dialogue(head=replace(HEAD, msg_id=MSG_ID.upper())))) == ()


@pytest.mark.parametrize(
    ("patient", "answer"),
    [
        (None, ("E36",)),
        (Patient(family="Danser", given="Line"), ("E36",)),
        (Patient(family="Danser", given="Line", birth_date=date(1969, 11, 13)), ("E36",)),
        (Patient(family="Danser", given="Line", sex="2"), ("E36",)),
        (Patient(idents=LINE.idents), ("E36",)),
        (Patient(family="Danser", idents=(person_ident("XXX", "4711"),)), ("E36",)),
        (Patient(family="Danser", given="Line", birth_date=date(1969, 11, 13), sex="2"), ()),
        (Patient(family="Danser", idents=(person_ident("FNR", "13116900216"),)), ()),
        (Patient(family="And", idents=(person_ident("DNR", "70019950032"),)), ()),
        (Patient(given="Line", idents=(person_ident("FHN", "80005045804"),)), ()),
    ],
)
def test_a_patient_not_sufficiently_identified_must_be_refused(
    patient: Patient | None, answer: tuple[str, ...]
):
    assert kith.receipt_faults(kith.read(dialogue(head=replace(HEAD, patient=patient)))) == answer


def test_every_reason_to_refuse_is_given_at_once():
    text = dialogue(head=replace(HEAD, msg_id="x", patient=None)).decode()
    assert kith.receipt_faults(kith.read(text.replace("<Tema>", "<Tull/><Tema>").encode())) == (
        "E10",
        "E36",
        "T02",
    )


def test_the_best_identifier_of_several_is_chosen():
    several = (
        person_ident("XXX", "4711"),
        person_ident("DNR", "70019950032"),
        person_ident("FNR", "13116900216"),
    )
    assert Patient(idents=several).ident == ("13116900216", "FNR")
    assert Patient(idents=several[:1]).ident == ("4711", "XXX")
    assert Patient().ident is None


# ── check: what a validator is told ─────────────────────────────────────────────────────────────────────────────


def _answer(**more: object) -> bytes:
    question = Question(type=foresporsel.coded("9154", "99"), text="Hva?")
    message = svar.new(REPLY, text="Dette", question=question, contacts=(KOMAN,))
    return svar.build(replace(message, **more)).encode()


def _question(text: str) -> bytes:
    return foresporsel.build(foresporsel.new(HEAD, asked_by="9154", text=text, contacts=(KOMAN,))).encode()


def _helsefaglig(**changes: object) -> bytes:
    message = helsefaglig.new(HEAD, subject=TITLE, text="x", contacts=NEW_DIALOGUE)
    return helsefaglig.build(replace(message, notes=(replace(message.notes[0], **changes),))).encode()


BREAKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "msgid-uuid": (lambda: dialogue(head=replace(HEAD, msg_id="x")), "IPK-M004"),
    "patient-identified": (lambda: dialogue(head=replace(HEAD, patient=None)), "IPK-M005"),
    "both-levels": (lambda: dialogue(head=replace(HEAD, sender=replace(HEAD.sender, level2=None))), "IPK-M006"),
    "in-thread": (lambda: _answer(head=replace(REPLY, conversation=None, type=svar.message_type(svar.TYPE))), "IPK-M002"),
    "receiver-contact": (lambda: dialogue(contacts=(KOMAN,)), "IPK-M013"),
    "text-with-99": (lambda: _question(" "), "IPK-M014"),
    "subject-and-text": (lambda: _helsefaglig(subject=""), "IPK-M014"),
    "only-notes": (lambda: _answer(notes=()), "IPK-M014"),
    "only-questions": (lambda: _question("x").replace(b"<Foresporsel>", b"<!--").replace(b"</Foresporsel>", b"-->"), "IPK-M014"),
    "echo": (lambda: _answer(notes=(replace(svar.new(REPLY, text="x", question=None, contacts=()).notes[0]),)), "IPK-M014"),
    "formatted-text": (lambda: dialogue(text="STED").replace(b">STED<", b"><b onclick=''>Hei</b><"), "IPK-M020"),
    "error-given": (lambda: RECEIPT_WITHOUT_ERROR, "IPK-M012"),
    **care.BREAKS,
}  # fmt: skip
RECEIPT_WITHOUT_ERROR = b"""<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2012-02-15"><MsgType V="APPREC"/>
<MIGversion>v1.1 2012-02-15</MIGversion><GenDate>2026-03-04T10:15:40</GenDate><Id>8164cfcb-1512-58d6-8af9-2065cd93f7f1</Id>
<Sender><HCP><Inst/></HCP></Sender><Receiver><HCP><Inst/></HCP></Receiver><Status V="2"/><OriginalMsgId>
<MsgType V="DIALOG_SVAR"/><IssueDate>2026-03-04T10:15:01</IssueDate><Id>410d63ec-1ece-53fc-abc2-7ed956d69e22</Id>
</OriginalMsgId></AppRec>"""


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_every_rule_is_broken_by_its_own_example_alone(rule: rules.Rule):
    make, code = BREAKS[rule.name]
    (fault,) = kith.check(make())
    assert (fault.rule, fault.code, fault.severity, rule.code) == (rule.name, code, rule.severity, code)
    assert rule.source
    assert fault.path.startswith("/")


@pytest.mark.parametrize(
    "rule", [rule for rule in rules.RULES if rule.severity == "never"], ids=lambda rule: rule.name
)
def test_content_is_never_a_reason_to_refuse(rule: rules.Rule):
    assert kith.receipt_faults(kith.read(BREAKS[rule.name][0]())) == ()


@pytest.mark.parametrize("message", care.WHOLE, ids=lambda message: message.head.type.v)
def test_a_message_of_its_kind_breaks_nothing(message: types.Message):
    data = kith.build(message)
    assert kith.check(data) == ()
    assert kith.read(data).message == message


def test_a_document_that_cannot_be_read_is_told_why():
    assert [(f.code, f.line) for f in kith.check(b"<a>\n<b></a>")] == [("IPK-M001", 2)]
    assert [f.code for f in kith.check(b"<!DOCTYPE a><a/>")] == ["IPK-M007"]
    assert [f.code for f in kith.check(b"<a/>")] == ["IPK-M002", "IPK-M003"]
    no_sender = re.sub("<Sender>.*</Sender>", "", built())
    assert [f.code for f in kith.check(no_sender.encode())] == ["IPK-M002", "IPK-M009"]


def test_an_empty_thread_reference_is_none_and_a_half_one_stands_for_both():
    empty = "<ConversationRef><RefToParent/><RefToConversation/></ConversationRef>"
    half = empty.replace("<RefToParent/>", f"<RefToParent>{PARENT}</RefToParent>")
    for ref, expected in ((empty, None), (half, Conversation(PARENT, PARENT))):
        assert (
            kith.read(built().replace("\n<Sender>", f"{ref}\n<Sender>", 1).encode()).head.conversation
            == expected
        )


# ── reissue and time ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_issued_again_differs_in_id_and_times_alone():
    tricky = dialogue(text=f"<MsgId>{MSG_ID}</MsgId> \\1 2026-03-04T10:15:01")
    later = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
    again = kith.reissue(tricky, msg_id=OTHER, gen_date=later)
    read, old = kith.read(again), kith.read(tricky)
    assert (read.head.msg_id, read.head.gen_date) == (OTHER, later)
    assert b'<IssueDate V="2026-03-06T08:00:00"/>' in again
    assert replace(read.head, msg_id=MSG_ID, gen_date=WHEN) == old.head
    assert read.body == old.body


def test_a_receipt_is_never_issued_again():
    with pytest.raises(MessageError):
        kith.reissue(RECEIPT_WITHOUT_ERROR, msg_id=OTHER, gen_date=WHEN)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-04T10:15:01", datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)),
        ("2026-07-04T10:15:01", datetime(2026, 7, 4, 8, 15, 1, tzinfo=UTC)),
        ("2026-03-04T10:15:01Z", datetime(2026, 3, 4, 10, 15, 1, tzinfo=UTC)),
        ("2026-03-04T10:15:01.1234567-05:00", datetime(2026, 3, 4, 15, 15, 1, 123456, tzinfo=UTC)),
        ("2026-03-04T24:00:00Z", datetime(2026, 3, 5, 0, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_and_without_zone(text: str, instant: datetime):
    assert time.read(text) == instant


@pytest.mark.parametrize(
    "text", [None, "", "2026-03-04", "2026-02-30T10:00:00", "20260304T101501", "2026-03-04T25:00:00", "2026-03-04T10:15:01+99:00",
             "9999-12-31T24:00:00", "i går", "2026-03-04 10:15:01"]
)  # fmt: skip
def test_what_is_no_time_is_none(text: str | None):
    assert time.read(text) is None


def test_times_are_written_in_oslo_without_zone_and_fractions():
    assert time.write(datetime(2026, 7, 4, 8, 15, 1, 999, tzinfo=UTC)) == "2026-07-04T10:15:01"
    assert [time.read_date(t) for t in ("1969-11-13", "1969-11-13Z", " 1969-11-13 ", "1969-02-30", "1969", "")] == [
        date(1969, 11, 13), date(1969, 11, 13), date(1969, 11, 13), None, None, None,
    ]  # fmt: skip


def test_people_and_texts_never_print():
    read = kith.read(dialogue(text="hemmelig"))
    shown = repr(
        (
            read,
            read.head,
            read.body,
            read.message,
            read.head.patient,
            read.body.contacts,
            read.head.patient.idents,
        )
    )
    assert not any(
        word in shown for word in ("hemmelig", "Danser", "13116900216", "Koman", "9144889", "73598600")
    )
