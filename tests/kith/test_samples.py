"""Every official and constructed example of the dialogue and receipt standards: how it is read, and what it is answered."""

from __future__ import annotations

import pytest

from adapter import kith
from adapter.errors import MessageError
from adapter.kith.apprec import AppRec
from adapter.kith.dialog import Notes
from tests import reference

pytestmark = pytest.mark.reference

# file, type, version, supported, answered with, AppRec version, (HER-ids of sender), (HER-ids of receiver), thread
MESSAGES = (
    ("dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml", "DIALOG_FORESPORSEL", "1.0", True, (), "1.0",
     ("99387", "5078"), ("91096", "91101"), None),
    ("dialog-1.0/Dialogmelding_svar_foresporsel_PLO_v1-0.xml", "DIALOG_SVAR", "1.0", True, (), "1.0",
     ("91096", "91101"), ("99387", "5078"), "f0f88210-0111-11e8-8f1a-0800200c9a66"),
    ("dialog-1.0/Dialogmelding_avvik_v1-0.xml", "DIALOG_AVVIK", "1.0", True, (), "1.0",
     ("91096", "91101"), ("59", "90998"), "96cadc00-0118-11e8-8f1a-0800200c9a66"),
    ("dialog-1.1/Helsefaglig dialog.xml", "DIALOG_HELSEFAGLIG", "1.1", True, (), "1.1",
     ("56704", "258521"), ("59", "90998"), "d14ea2f3-d796-4d7b-8271-a4480d2b4035"),
    ("dialog-1.1/Helsefaglig dialog_angi profesjon hos mottaker.xml", "DIALOG_HELSEFAGLIG", "1.1", True, (), "1.1",
     ("56704", "258521"), ("59", "90998"), None),
    ("dialog-1.1/Status_paa_henvisning-InnkaltEtterViderehenvisning.xml", "DIALOG_STATUS_HENVISNING", "1.1", True,
     (), "1.1", ("59", "90998"), ("62", "8605"), "87ef6130-2d17-11e8-b566-0800200c9a66"),
    ("constructed/DIALOG_HELSEFAGLIG-ip-behov.xml", "DIALOG_HELSEFAGLIG", "1.1", True, (), "1.1",
     ("59", "90998"), ("99387", "5079"), None),
    # Level 1 of the sender has only an organisation number; a citizen's dialogue is not supported yet.
    ("helsenorge/Helsenorge_Message.xml", "DIALOG_INNBYGGER_EKONTAKT", "1.1", False, ("T10",), "1.1",
     (None, "109989"), ("109989", "91095"), None),
    # An attribute that no schema knows on the attachment: may be refused, and the official schema refuses it.
    ("helsenorge/MetadataTestsDialogmelding11.xml", "DIALOG_HELSEFAGLIG", "1.1", True, ("T02",), "1.1",
     ("56704", "258521"), ("59", "90998"), "a14ea2f3-d796-4d7b-8271-a4480d2b4037"),
    ("plo-1.6/Pasientlogistikk_Innlagt_pasient_v1-6_Ny.xml", "LOG_INNLAGT", "1.6", True, (), "1.1",
     None, None, None),
    ("plo-1.5/Pasientlogistikk_Innlagt_pasient_v1-5_Ny.xml", "LOG_INNLAGT", "1.5", True, (), "1.0",
     None, None, None),
)  # fmt: skip

RECEIPTS = (
    ("apprec/apprec-eksempel.xml", "1.0", "3", True, ("53", "1239", "531", "53", "531"), (None, None)),
    ("constructed/APPREC-1.1-avvist-E36.xml", "1.1", "2", False, ("E36",), ("99387", "5079")),
    ("helsenorge/MetadataTests_Apprec10.xml", "1.0", "1", True, (), ("59", "90998")),
    ("helsenorge/MetadataTests_Apprec11.xml", "1.1", "1", True, (), ("56704", "258521")),
)


def sample(name: str) -> bytes:
    return reference.path("standards", "kith", "samples", *name.split("/")).read_bytes()


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row[0])
def test_a_message_is_read_and_answered_as_stated(row: tuple):
    name, type_, version, supported, answered, apprec, sender, receiver, thread = row
    read = kith.read(sample(name))
    assert (read.kind, read.type, read.version, read.supported) == ("message", type_, version, supported)
    assert (kith.receipt_faults(read), read.apprec_version) == (answered, apprec)
    assert read.head is not None
    if sender:
        assert (read.head.sender.her_ids, read.head.receiver.her_ids) == (sender, receiver)
        assert (read.head.conversation.conversation if read.head.conversation else None) == thread
    assert read.head.patient is not None
    assert read.head.patient.identified
    assert (read.message is not None) == supported


@pytest.mark.parametrize("row", RECEIPTS, ids=lambda row: row[0])
def test_a_receipt_is_read_as_stated(row: tuple):
    name, version, status, positive, errors, sender = row
    read = kith.read(sample(name))
    assert (read.kind, read.type, read.version, read.head) == ("apprec", "APPREC", version, None)
    assert isinstance(read.body, AppRec)
    assert (read.body.status, read.body.positive, tuple(e.v for e in read.body.errors)) == (
        status,
        positive,
        errors,
    )
    assert read.body.sender.her_ids == sender
    assert read.faults == ()
    assert kith.receipt_faults(read) == ()


@pytest.mark.parametrize("name", [row[0] for row in MESSAGES if row[3] and not row[4]])
def test_a_supported_message_built_again_is_the_same_message(name: str):
    read = kith.read(sample(name))
    assert read.message is not None
    assert kith.read(kith.build(read.message)).message == read.message


@pytest.mark.parametrize("name", [row[0] for row in RECEIPTS])
def test_a_receipt_names_the_instant_of_the_message_as_its_sender_wrote_it(name: str):
    receipt = kith.read(sample(name)).body
    assert isinstance(receipt, AppRec)
    again = kith.read(kith.build(receipt)).body
    assert isinstance(again, AppRec)
    assert again.original == receipt.original


def test_a_question_and_its_answer_are_read_without_loss():
    question = kith.read(sample("dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml")).body
    answer = kith.read(sample("dialog-1.0/Dialogmelding_svar_foresporsel_PLO_v1-0.xml")).body
    assert isinstance(question, Notes)
    assert isinstance(answer, Notes)
    nurse = question.contacts[0]
    assert question.questions[0].type.among("9152", "99")
    assert question.text.startswith("Pas går snart tom for cetirizin")
    assert (nurse.name, nurse.hpr, nurse.phone, nurse.role.v, nurse.profession.v) == (
        "Gunn Omsorg", "9876543", "72727272", "9", "SP",
    )  # fmt: skip
    echoed = answer.notes[0].question
    assert echoed is not None
    assert (echoed.type, echoed.text) == (question.questions[0].type, question.text)
    assert answer.notes[0].topic.among("9069", "5")


def test_roles_professions_and_attachments_of_a_dialogue_are_read():
    profession = kith.read(sample("dialog-1.1/Helsefaglig dialog_angi profesjon hos mottaker.xml"))
    doctor, wanted = profession.body.contacts
    assert (doctor.role.v, doctor.name, doctor.phone) == ("6", "Rita Lin", "12345678")
    assert (wanted.role.v, wanted.profession.v, wanted.name) == ("24", "FT", "")
    attached = kith.read(sample("dialog-1.1/Helsefaglig dialog.xml")).attachments
    assert {(each.mime_type, each.description) for each in attached} >= {
        ("application/pdf", "EKG-2017-06-12")
    }


def test_a_copy_receiver_is_read_with_role_and_person():
    head = kith.read(sample("dialog-1.1/Status_paa_henvisning-InnkaltEtterViderehenvisning.xml")).head
    ((role, address),) = head.copies
    assert (role.v, address.her_ids, address.names) == (
        "COP", ("56704", "258521"), ("Kattskinnet legesenter", "Rita Lin"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["SoapFault.xml", "CPP_93252.xml", "CPA_93252.xml", "CommunicationDetails_93252.xml"]
)
def test_a_document_that_is_no_message_is_not_supported(name: str):
    with pytest.raises(MessageError) as caught:
        kith.read(sample(f"helsenorge/{name}"))
    assert caught.value.code == "IPK-M003"


WORKED = (
    "outpatient/02-out-DIALOG_HELSEFAGLIG.xml",
    "outpatient/02b-out-DIALOG_FORESPORSEL-old-receiver.xml",
    "outpatient/03-in-APPREC.xml",
    "outpatient/04-in-DIALOG_HELSEFAGLIG-free-text.xml",
    "outpatient/05-in-DIALOG_HELSEFAGLIG-coordinator.xml",
    "admitted/02-out-DIALOG_HELSEFAGLIG-in-the-running-thread.xml",
    "admitted/03-in-APPREC.xml",
    "admitted/04-in-DIALOG_HELSEFAGLIG-coordinator.xml",
    "admitted/05-in-DIALOG_HELSEFAGLIG-plan-started.xml",
)


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_message_read_and_built_again_is_the_same_bytes(name: str):
    data = reference.path("worked", *name.split("/")).read_bytes()
    read = kith.read(data)
    message = read.message or read.body
    assert isinstance(message, AppRec) or read.message is not None
    assert kith.build(message) == data
