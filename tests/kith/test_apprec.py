"""Receipts by the book: mirrored addresses, the message named, errors given. HITS 1168, HIS 80415."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import codes, kith
from adapter.errors import MessageError
from adapter.errortable import TABLE
from adapter.kith import apprec, helsefaglig
from adapter.kith.apprec import AppRec
from adapter.kith.head import Address, Head, Person, Unit, unit_ident
from tests.kith import exact, official
from tests.kith.builders import GP, HEAD, HOSPITAL, MUNICIPALITY, TITLE, WHEN

HEAD_READ = helsefaglig.new(HEAD, subject=TITLE, text="x", contacts=()).head
ID = "0d4cf6b3-8a36-4f0e-a2c1-3f2f6f9b8e55"


def answer(head: Head = HEAD_READ, **more: Any) -> AppRec:
    return apprec.answer(head, **{"version": "1.1", "id_": ID, "gen_date": WHEN} | more)


def test_sender_and_receiver_are_mirrored_and_the_message_is_named():
    receipt = answer()
    assert (receipt.sender, receipt.receiver, receipt.status) == (MUNICIPALITY, HOSPITAL, "1")
    assert receipt.original == (HEAD_READ.type, HEAD.gen_date, HEAD.msg_id)


def test_a_person_at_level_two_becomes_hcperson_under_the_organisation():
    text = kith.build(answer(replace(HEAD_READ, receiver=GP))).decode()
    assert (
        '<Inst><Name>Kattskinnet legesenter</Name><Id>56704</Id><TypeId V="HER" DN="HER-id"/>'
        "<AdditionalId><Id>310001066</Id>" in text
    )
    assert '<HCPerson><Name>Rita Lin</Name><Id>258521</Id><TypeId V="HER" DN="HER-id"/>' in text


def test_a_signer_below_a_unit_is_not_mapped():
    signer = Person(family="Lin", given="Rita", her_id="1")
    receipt = answer(replace(HEAD_READ, sender=replace(HOSPITAL, person=signer)))
    assert receipt.receiver == HOSPITAL


def test_a_copy_answers_for_itself_in_its_role():
    text = kith.build(answer(own=GP, role="COP")).decode()
    assert '<Sender><Role V="COP" DN="Kopimottaker"/><HCP><Inst><Name>Kattskinnet legesenter</Name>' in text


@pytest.mark.parametrize("code", sorted(codes.table("8221").codes))
def test_every_error_of_the_list_can_be_given(code: str):
    receipt = answer(errors=(code,))
    assert (receipt.status, receipt.positive) == ("2", False)
    (error,) = kith.read(kith.build(receipt)).body.errors
    assert error.among("8221", code)
    assert error.dn == codes.display("8221", code)


def test_every_apprec_code_of_the_error_table_is_in_the_list():
    assert {row.apprec for row in TABLE.values() if row.apprec} <= set(codes.table("8221").codes)


def test_a_rejection_without_an_error_is_not_built():
    with pytest.raises(MessageError) as caught:
        kith.build(replace(answer(), status="2"))
    assert caught.value.code == "IPK-M012"


def test_the_message_s_own_instant_is_repeated_with_its_zone():
    read = replace(HEAD_READ, gen_date=datetime(2012, 11, 21, 9, 30, 47, tzinfo=UTC))
    assert "<IssueDate>2012-11-21T09:30:47+00:00</IssueDate>" in kith.build(answer(read)).decode()
    assert "<IssueDate>2026-03-04T10:15:01</IssueDate>" in kith.build(answer()).decode()


def test_version_1_0_states_no_role_but_a_copy_s():
    assert "<Role" not in kith.build(answer(version="1.0")).decode()
    assert '<Role V="COP"' in kith.build(answer(version="1.0", role="COP")).decode()


def test_a_professional_alone_is_read_as_a_person():
    text = kith.build(answer()).decode()
    start, end = text.index("<Inst>"), text.index("</Inst>") + len("</Inst>")
    alone = "<HCProf><Name>Rita Maria Lin</Name><Id>258521</Id><TypeId V='HER'/></HCProf>"
    receipt = kith.read((text[:start] + alone + text[end:]).encode()).body
    assert receipt.sender.names == ("", "Rita Maria Lin")
    assert receipt.sender.her_ids == (None, "258521")


ALONE = (
    "<HCProf><Type V='LE' DN='Lege'/><Name>Rita Maria Lin</Name><Id>258521</Id><TypeId V='HER' DN='HER-id'/>"
    "<AdditionalId><Id>9144900</Id><Type V='HPR' DN='HPR-nummer'/></AdditionalId></HCProf>"
)
MANY = (
    "<Inst><Name>Alvdal Kommune</Name><Id>99387</Id><TypeId V='HER' DN='HER-id'/>"
    "<Dept><Type V='1' DN='Avdeling'/><Name>Saksbehandling</Name><Id>5079</Id><TypeId V='HER' DN='HER-id'/></Dept>"
    "<Dept><Name>Sykepleietjeneste</Name><Id>5078</Id><TypeId V='HER' DN='HER-id'/></Dept>"
    "<AdditionalId><Id>310001015</Id><Type V='ENH' DN='Organisasjonsnummer'/></AdditionalId>"
    "<HCPerson><Name>August September</Name></HCPerson><HCPerson><Name>Gunn Omsorg</Name></HCPerson></Inst>"
)
PLACE = (
    "<MedSpeciality V='SP' S='2.16.578.1.12.4.1.1.7426' DN='Sykehus'/><Address><Type V='WP' DN='Arbeidsadresse'/>"
    "<StreetAdr>Gata 1</StreetAdr><PostalCode>2560</PostalCode><City>Alvdal</City><TeleAddress V='tel:62480000'/></Address>"
)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize(
    "party", [ALONE, MANY, MANY + PLACE, ALONE + PLACE], ids=["alone", "many", "many, place", "alone, place"]
)
def test_all_that_a_receipt_says_of_its_parties_is_kept(party: str, version: str):
    data = between(party, version)
    read = kith.read(data)
    assert read.faults == ()
    assert exact.canonical(kith.build(read.body)) == exact.canonical(data)


def between(party: str, version: Any = "1.1") -> bytes:
    """Return a receipt with this HCP at both ends."""
    text = kith.build(answer(version=version)).decode()
    for end in ("Sender", "Receiver"):
        text, count = re.subn(f"(<{end}>.*<HCP>).*(</HCP></{end}>)", rf"\1{party}\2", text)
        assert count == 1
    return text.encode()


@pytest.mark.reference
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("party", [MANY + PLACE, ALONE + PLACE], ids=["many", "alone"])
def test_the_official_schema_allows_what_is_kept(party: str, version: str):
    assert official.valid(between(party, version))


def test_another_party_in_the_place_of_one_that_was_read_is_written_as_ours():
    text = kith.build(answer()).decode()
    start, end = text.index("<Inst>"), text.index("</Inst>") + len("</Inst>")
    receipt = kith.read((text[:start] + MANY + text[end:]).encode()).body
    again = kith.build(replace(receipt, sender=GP)).decode()
    assert "Rita Lin" in again
    assert "Sykepleietjeneste" not in again


def test_a_receipt_read_in_one_version_is_written_in_another():
    receipt = kith.read(kith.build(answer(version="1.0"))).body
    again = kith.read(kith.build(replace(receipt, version="1.1"))).body
    assert (again.version, again.sender, again.receiver) == ("1.1", receipt.sender, receipt.receiver)


def test_identifiers_without_a_her_id_are_kept_in_order():
    plain = Address(level1=Unit(name="Kontor", orgnr="310001066", others=(unit_ident("RSH", "4208"),)))
    receipt = kith.read(kith.build(replace(answer(), sender=plain))).body
    assert receipt.sender.level1.orgnr == "310001066"
    assert [each.value for each in receipt.sender.level1.others] == ["4208"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('<Status V="1" DN="OK"/>', "", "/AppRec/Status"),
        ('<Status V="1"', '<Status V="9"', "/AppRec/Status"),
        ("<OriginalMsgId>", "<OriginalMsgId/><X>", "/AppRec/OriginalMsgId"),
        (f"<Id>{HEAD.msg_id}</Id>", "<Id/>", "/AppRec/OriginalMsgId/Id"),
        ("<IssueDate>2026", "<IssueDate>i 2026", "/AppRec/OriginalMsgId/IssueDate"),
        ("<GenDate>2026", "<GenDate>", "/AppRec/GenDate"),
    ],
)
def test_a_receipt_that_does_not_say_what_became_of_what_is_not_read(old: str, new: str, place: str):
    text = kith.build(answer()).decode().replace(old, new).replace("</OriginalMsgId>", "</OriginalMsgId>" if "<X>" not in new else "</X>")  # fmt: skip
    with pytest.raises(MessageError) as caught:
        kith.read(text.encode())
    assert (caught.value.code, caught.value.at) == ("IPK-M002", place)


def test_a_receipt_with_strange_parties_is_still_read():
    text = kith.build(answer()).decode()
    start, end = text.index("<Receiver>"), text.index("</Receiver>")
    read = kith.read((text[:start] + "<Receiver>" + text[end:]).encode())
    assert read.body.receiver.her_ids == (None, None)
    assert [fault.rule for fault in read.faults] == ["xsd-element"]
