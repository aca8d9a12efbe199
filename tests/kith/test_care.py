"""Messages of care: what they say is read, in both versions; what the adapter writes is what the standard wants."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter import kith
from adapter.kith import types
from adapter.kith.codes import Code, coded
from adapter.kith.plan import PlanFacts
from adapter.kith.plo import innleggelsesrapport, journal, tables
from adapter.kith.plo.blocks import Care
from adapter.kith.plo.logistics import DISCHARGED, Logistics
from adapter.kith.raw import Raw
from tests import reference
from tests.kith import care
from tests.kith.builders import dialogue


def sample(name: str) -> bytes:
    return reference.path("standards", "kith", "samples", *name.split("/")).read_bytes()


@pytest.mark.reference
def test_a_discharge_is_read_with_where_to_and_when():
    read = kith.read(sample("plo-1.6/Pasientlogistikk_Melding_om_utskrevet_pasient_v1-6_Ny.xml"))
    body = read.body
    assert isinstance(body, Logistics)
    assert (body.version, body.step, body.codes, body.shipment.status.v) == ("1.6", DISCHARGED, ("2",), "N")
    (event,) = body.events
    assert (event.at.written, event.estimate) == ("2018-02-01", False)
    assert body.discharged_to is not None
    assert body.discharged_to.place.among("8408", "1")
    assert body.units[0].unit.phone == "73555555"
    assert read.head is not None
    assert read.head.patient is not None
    assert read.head.patient.postal is not None
    assert read.head.patient.postal.city == "Alvdal"


@pytest.mark.reference
@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_a_kontaktlege_is_a_contact_of_the_message_in_both_versions(version: str):
    names = {
        "1.5": "plo-1.5/Helseopplysninger_ved_soknad_Varsel_v1-5_Ny.xml",
        "1.6": "plo-1.6/Helseopplysninger_Varsel_om_innlagt_pasient_v1-6_Ny.xml",
    }
    body = kith.read(sample(names[version])).body
    assert isinstance(body, Care)
    assert body.version == version
    (doctor,) = body.people
    assert (doctor.name, doctor.hpr, doctor.phone) == ("Magnar Koman", "9144889", "73555555")
    assert doctor.role is not None
    assert doctor.role.among("9034", "19")


@pytest.mark.reference
def test_texts_of_the_record_are_read_under_their_headings():
    body = kith.read(sample("plo-1.6/Innleggelsesrapport_v1-6_Ny.xml")).body
    assert isinstance(body, innleggelsesrapport.Content)
    assert body.medical is not None
    found = [text for note in body.medical.notes for text in journal.texts(note)]
    assert found[0].heading == coded("9143", "4")
    assert found[0].text == "MRSA. Registrert 13.02.07"
    assert len(body.medicines) == 5
    assert "Burinex" in body.medicines[0].xml


def test_what_passes_through_is_never_printed():
    message = care.information()
    assert "lårhals" not in repr(message)
    assert "lårhals" not in repr(message.body.medical.notes)


def test_what_passes_through_is_the_same_whatever_is_declared_and_in_which_order():
    one = Raw('<a:b xmlns:a="urn:x" xmlns:unused="urn:y" c="1" d="2">x</a:b>')
    assert one == Raw('<a:b xmlns:a="urn:x" d="2" c="1">x</a:b>')
    assert one != Raw('<a:b xmlns:a="urn:x" d="2" c="1">y</a:b>')
    assert hash(one) == hash(Raw('<a:b xmlns:a="urn:x" d="2" c="1">x</a:b>'))


def test_names_with_prefixes_in_values_keep_their_meaning():
    root = etree.fromstring(
        '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:p="urn:p"><x xsi:type="p:t"/></r>'
    )
    assert 'xmlns:p="urn:p"' in Raw.of(root[0]).xml


def test_komponent_id_stands_without_prefix_and_the_others_with_one():
    element = journal.note([journal.Text(text="x")], component_id=care.COMPONENT).element
    assert element.get("komponentID") == care.COMPONENT
    assert {etree.QName(name).namespace for name in element.attrib} == {None, journal.META}


def test_the_root_is_in_the_message_s_namespace_and_what_it_holds_in_that_of_the_components():
    root = kith.read(kith.build(care.information())).root
    payload = root.find("{*}Document/{*}RefDoc/{*}Content")[0]
    assert (
        payload.tag
        == "{http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01}HelseopplysningerVedSoknad"
    )
    assert {etree.QName(child).namespace for child in payload} == {tables.PO["1.6"]}
    log = kith.read(kith.build(care.admitted())).root.find("{*}Document/{*}RefDoc/{*}Content")[0]
    assert etree.QName(log[-1]).namespace == etree.QName(log).namespace != tables.PO["1.6"]


def test_a_message_of_care_that_says_nothing_is_read_all_the_same():
    text = kith.build(care.admitted()).decode()
    empty = text[: text.index("<InformasjonOmForsendelsen>")] + text[text.index("</p1:Pasientlogistikk>") :]
    read = kith.read(empty.encode())
    assert isinstance(read.body, Logistics)
    assert (read.body.step, read.body.events, read.body.shipment.status) == ("", (), Code(""))


@pytest.mark.parametrize("row", [row for row in types.TABLE if row.statuses], ids=lambda row: row.key)
def test_every_type_of_care_names_its_statuses_and_both_ends(row: types.MessageType):
    assert set(row.statuses) in ({"N", "C"}, {"N", "M", "C"})
    assert row.sender
    assert row.receiver
    assert row.written is (row.version == "1.6")


def test_a_table_that_names_other_fields_than_its_model_is_refused():
    with pytest.raises(TypeError, match="medicines"):
        tables.payload(
            innleggelsesrapport.Content, "Innleggelsesrapport", "p7", folders=("a", "b"), elements=()
        )


# ── codes and blanks ──


def test_a_code_that_no_list_knows_is_kept_and_one_without_text_gets_none():
    data = dialogue().decode()
    strange = data.replace('V="6" DN="Henvendelse om pasient"', 'V="66"', 1)
    assert strange != data
    read = kith.read(strange.encode())
    assert read.message is not None
    assert read.body.topic == Code("66", s="2.16.578.1.12.4.1.1.7322")
    assert b'<TemaKodet V="66" S="2.16.578.1.12.4.1.1.7322"/>' in kith.build(read.message)


def test_a_sex_without_a_value_is_kept_but_identifies_nobody():
    data = dialogue().decode().replace('<Sex V="2" DN="Kvinne"/>', '<Sex DN="Ukjent"/>')
    read = kith.read(data.encode())
    assert read.head.patient.sex is None
    assert b'<Sex DN="Ukjent"/>' in kith.build(read.message)


def test_a_level_that_says_nothing_is_kept_as_such():
    data = dialogue().decode()
    start = data.index("<Organisation>", data.index("<Organisation>") + 1)
    end = data.index("</Organisation>") + len("</Organisation>")
    read = kith.read((data[:start] + "<Organisation/>" + data[end:]).encode())
    assert read.faults == ()
    assert b"<Organisation></Organisation>" in kith.build(read.message)


def test_markup_in_a_note_is_plain_text_to_its_reader_and_kept_as_it_was_written():
    inside = '<div xmlns="http://www.w3.org/1999/xhtml"><p>En</p><p>To <b>tre</b></p></div>'
    data = dialogue(text="HER").decode().replace(">HER<", f">{inside}<")
    read = kith.read(data.encode())
    assert read.body.text == "En\nTo tre"
    assert inside in kith.build(read.message).decode()


# ── plan and coordinator of standards not in use yet ──

_HENVISNING = """<r:Henvisning xmlns:r="http://ehelse.no/xmlstds/henvisning/2017-11-30"
 xmlns="http://ehelse.no/xmlstds/po/poKomponent/2017-11-30"><r:Dypt><OpplysningerOmIndividuellPlan>
<IndividuellPlanForeligger>true</IndividuellPlanForeligger><KoordinatorOppnevnt>0</KoordinatorOppnevnt>
<Merknad>Under arbeid</Merknad></OpplysningerOmIndividuellPlan></r:Dypt></r:Henvisning>"""


def _of_a_later_standard(payload: str) -> bytes:
    data = dialogue().decode()
    start, end = data.index("<Dialogmelding"), data.index("</Dialogmelding>") + len("</Dialogmelding>")
    return (data[:start] + payload + data[end:]).encode()


def test_plan_and_coordinator_are_read_wherever_they_stand():
    read = kith.read(_of_a_later_standard(_HENVISNING))
    assert read.plan == PlanFacts(plan=True, coordinator=False, note="Under arbeid")
    assert (read.supported, kith.receipt_faults(read)) == (False, ("T10",))


def test_a_message_that_is_silent_of_the_plan_says_nothing_of_it():
    silent = _HENVISNING.replace("OpplysningerOmIndividuellPlan", "Annet")
    assert kith.read(_of_a_later_standard(silent)).plan is None
    other = _HENVISNING.replace("http://ehelse.no/xmlstds/", "http://example.org/")
    assert kith.read(_of_a_later_standard(other)).plan is None
    assert kith.read(kith.build(care.information())).plan is None
