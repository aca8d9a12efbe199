"""The table of message types, walked; and a worked message made from plain facts."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from lxml import etree

from adapter import codes, kith
from adapter.kith import helsefaglig, rules, schemas, text, types
from adapter.kith.dialog import Contact
from adapter.kith.parts import coordinating_unit, receiver_contact
from tests import reference
from tests.kith.builders import HEAD, NEW_DIALOGUE, TITLE
from tests.kith.built import BUILT


@pytest.mark.parametrize("row", types.TABLE, ids=lambda row: row.key)
def test_every_row_is_a_type_of_the_list_with_a_schema_and_the_receipt_of_its_edition(row: types.MessageType):
    assert codes.display("8279", row.type)
    assert types.row_of(row.type, row.namespace) is row
    spaces = {etree.parse(str(p)).getroot().get("targetNamespace") for p in schemas.folder().glob("*.xsd")}
    assert row.namespace in spaces
    edition = types.edition(row.namespace)
    assert (edition.version, edition.apprec_version) == (row.version, row.apprec_version)
    assert row.standard.startswith(("HIS", "HITS"))


def test_every_type_that_we_write_is_tried_with_the_rest():
    made = {message.head.type.v for make in BUILT.values() if hasattr(message := make(), "head")}
    assert made == {row.type for row in types.TABLE if row.written}


@pytest.mark.parametrize("row", types.TABLE, ids=lambda row: row.key)
def test_the_rules_of_a_type_are_those_its_module_states(row: types.MessageType):
    module = sys.modules[row.model.__module__]
    assert row.rules is module.RULES
    assert rules.of(row.type) == (*rules.COMMON, *module.RULES)
    assert {rule.name for rule in rules.of(row.type)} <= set(rules.NAMED)
    assert len({rule.name for rule in rules.of(row.type)}) == len(rules.of(row.type))


def test_a_type_with_another_version_s_payload_has_no_row():
    assert types.row_of("DIALOG_HELSEFAGLIG", types.V1_0.namespace) is None
    assert types.row_of("DIALOG_SVAR", types.V1_1.namespace) is None
    assert types.edition("urn:unknown") == types.UNKNOWN_EDITION


@pytest.mark.reference
def test_a_need_made_from_plain_facts_is_the_worked_message_byte_for_byte():
    block = text.block(
        text.NeedText(
            kinds=("individual-plan", "coordinator"),
            wish_plan="yes",
            wish_coordinator="yes",
            consent=text.ConsentText(
                status="given", date=date(2026, 3, 4), method="oral", given_by="patient"
            ),
            background="Behov for langvarige og koordinerte tjenester fra flere enheter.",
            existing=text.existing(plan="none", coordinator="none"),
            contact="Fysikalsk medisin og rehabilitering, Magnar Koman, kontaktlege, +4773598600",
            reply_by=date(2026, 3, 9),
            working_days=3,
            melde_id="IPK-7Q4M-2XKD-R",
        )
    )
    message = helsefaglig.new(HEAD, subject=TITLE, text=block, contacts=NEW_DIALOGUE)
    assert (
        kith.build(message) == reference.path("worked/outpatient/02-out-DIALOG_HELSEFAGLIG.xml").read_bytes()
    )


def test_a_contact_at_the_receiver_without_profession_is_unspecified():
    contact = receiver_contact(None)
    assert (contact.role.v, contact.profession.v, contact.profession.dn) == (
        "24",
        "XX",
        "Ukjent/uspesifisert",
    )


def test_a_phone_is_written_without_blanks_and_strange_signs_encoded():
    odd = helsefaglig.new(
        HEAD,
        subject=TITLE,
        text="x",
        contacts=(*NEW_DIALOGUE, kith_contact("73 59 86 00 <vakt>"), coordinating_unit("KE")),
    )
    data = kith.build(odd)
    assert b'V="tel:73598600%3Cvakt%3E"' in data
    assert kith.read(data).body.contacts[3].phone == "73598600<vakt>"


def kith_contact(phone: str) -> Contact:
    return Contact(family="Koman", phone=phone)
