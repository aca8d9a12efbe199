"""What a received message becomes, row by row, in this order; never guessed from prose. message-rules.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter import kith, naming
from adapter.events import schemas
from adapter.kith import parts
from adapter.kith.head import Address, Unit
from adapter.mappings import views
from tests import otherside
from tests.house import GIVEN, House, State, living_in
from tests.mappings.hands import STRANGER, business, made

NURSES = Address(
    level1=Unit(name="Alvdal Kommune", her_id="99387"), level2=Unit(name="Sykepleietjeneste", her_id="5078")
)


# ── 1: receipts ──


def test_row_1_a_receipt_is_matched_and_never_moves_the_tasks_status(hospital: House, sent: bytes):
    got = hospital.receive(otherside.receipt(sent))
    assert got.outcome == "receipt"
    assert made(hospital) == ["ip.receipt.positive"]
    assert set(hospital.needs().values()) == {State("requested", "delivered", "active")}
    (message,) = hospital.messages(direction="out")
    assert (message.state, message.apprec["status"]) == ("acknowledged", "ok")
    assert "receipt" not in hospital.clocks()
    (communication,) = [r for r in hospital.current() if r["resourceType"] == "Communication"]
    assert (communication["status"], "received" in communication) == ("completed", True)


def test_row_1_a_rejection_is_a_work_item_and_the_need_undelivered(hospital: House, sent: bytes):
    hospital.receive(otherside.receipt(sent, errors=["E36"]))
    assert made(hospital) == ["ip.receipt.negative"]
    assert set(hospital.needs().values()) == {State("requested", "undelivered", "active")}
    assert len(hospital.items("manual-fallback")) == 1
    (communication,) = [r for r in hospital.current() if r["resourceType"] == "Communication"]
    assert communication["status"] == "not-done"
    assert views.code_of(communication["statusReason"], "urn:oid:2.16.578.1.12.4.1.1.8221") == "E36"


def test_row_1_ok_with_errors_counts_as_positive_with_a_work_item(hospital: House, sent: bytes):
    hospital.receive(otherside.receipt(sent, status="3", errors=["E36"]))
    assert made(hospital) == ["ip.receipt.positive"]
    assert [m.state for m in hospital.messages(direction="out")] == ["acknowledged"]
    assert len(hospital.items("manual-fallback")) == 1


def test_row_1_a_receipt_for_nothing_we_sent_is_kept_and_shown_and_changes_nothing(
    hospital: House, sent: bytes
):
    strange = otherside.head(sent, msg_id="0d1c1e9c-8f1d-4a0f-9d5e-3f4d7d2f6a55")
    document = kith.build(replace(kith.read(sent).message, head=replace(strange, conversation=None)))
    before = hospital.case().version
    got = hospital.receive(otherside.receipt(document, sender=strange.sender, receiver=strange.receiver))
    assert got.outcome == "receipt"
    assert hospital.message(got.id).state == "unmatched"
    assert hospital.case().version == before
    assert made(hospital) == []


def test_row_1_a_receipt_from_a_party_that_did_not_get_the_message_does_not_count(
    hospital: House, sent: bytes
):
    hospital.receive(otherside.receipt(sent, sender=STRANGER))
    assert [m.state for m in hospital.messages(direction="out")] == ["sent"]


def test_row_1_the_same_receipt_twice_is_a_duplicate(hospital: House, sent: bytes):
    receipt = otherside.receipt(sent)
    assert [hospital.receive(receipt).outcome for _ in range(2)] == ["receipt", "duplicate"]
    assert made(hospital) == ["ip.receipt.positive"]


def test_row_1_a_receipt_is_never_receipted(hospital: House, sent: bytes):
    got = hospital.receive(otherside.receipt(sent), channel="http")
    assert got.apprec is None
    assert [m.type for m in hospital.messages(direction="out")] == ["DIALOG_HELSEFAGLIG"]


# ── 2: deviations ──


def test_row_2_a_deviation_is_e57_and_a_work_item(hospital: House, sent: bytes):
    hospital.receive(otherside.deviation(sent))
    assert made(hospital) == ["ip.message.faulted"]
    assert len(hospital.items("read-answer")) == 1
    assert business(hospital) == {"sent"}


# ── 3: consent asked for ──


def test_row_3_an_answer_that_wants_consent_makes_the_need_wait_for_it_again(hospital: House):
    hospital.need(patient=living_in("9901"))
    (document,) = hospital.send()
    hospital.receive(otherside.consent_needed(document))
    assert business(hospital) == {"consent-pending"}
    assert "reply" not in hospital.clocks()
    assert len(hospital.items("read-answer")) == 1


def test_row_3_a_new_consent_sends_the_need_again(hospital: House):
    patient = living_in("9901")
    hospital.need(patient=patient)
    (document,) = hospital.send()
    hospital.receive(otherside.consent_needed(document))
    hospital.send()
    hospital.clock.advance(hours=1)
    told = hospital.post("ip.consent.given", patient=patient, consent=GIVEN)
    assert [m["type"] for m in told.messages] == ["DIALOG_FORESPORSEL"]
    (again,) = hospital.sent()
    assert again.head.conversation.conversation == kith.read(document).head.msg_id


# ── 4: Svar lines ──


@pytest.mark.parametrize(
    ("line", "type_", "state"),
    [
        ("Mottatt", "ip.need.acknowledged", State("received", "received", "active")),
        ("Trenger opplysninger", "ip.need.info-requested", State("on-hold", "needs-info", "active")),
        ("Godtatt", "ip.need.accepted", State("accepted", "accepted", "active")),
        ("Avslått", "ip.need.declined", State("rejected", "declined", "active")),
    ],
)
def test_row_4_a_svar_line_in_the_thread_is_the_answer(
    hospital: House, sent: bytes, line: str, type_: str, state: State
):
    hospital.receive(otherside.reply(sent, f"Svar: {line}\r\nBehandles av: Saksbehandling"))
    assert made(hospital) == [type_]
    assert set(hospital.needs().values()) == {state}
    running = {d.subject.partition("/")[0] for d in hospital.case().deadlines if d.kind == "reply"}
    assert running == ({"question"} if state.business == "needs-info" else set())


def test_row_4_holds_without_a_conversation_where_the_melde_id_is_kept(hospital: House, sent: bytes):
    melde_id = naming.melde_id(naming.event_id(source="urn:her:90998", id_="first"))
    text = f"Svar: Godtatt\r\nMelde-id: {melde_id} (vennligst behold ved svar)"
    hospital.receive(otherside.reply(sent, text, thread=False))
    assert made(hospital) == ["ip.need.accepted"]


def test_row_4_is_read_through_quoting_marks_and_in_nynorsk(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "> Svar: Motteke"))
    assert made(hospital) == ["ip.need.acknowledged"]


def test_row_4_the_sender_may_be_another_service_of_a_party_of_the_thread_only_by_its_own_her_id(
    hospital: House, sent: bytes
):
    hospital.receive(otherside.reply(sent, "Svar: Godtatt", sender=NURSES))
    assert made(hospital) == ["ip.dialogue.received"]
    assert business(hospital) == {"sent"}


def test_row_4_moves_only_the_kinds_that_were_sent(hospital: House):
    hospital.need(consent=GIVEN | {"scopes": ["coordinator"]})
    (document,) = hospital.send()
    hospital.receive(otherside.reply(document, "Svar: Mottatt"))
    states = hospital.needs()
    assert (states["coordinator"].business, states["individual-plan"].business) == (
        "received",
        "consent-pending",
    )


def test_row_4_an_answer_about_a_kind_that_is_open_no_more_moves_no_other(hospital: House, sent: bytes):
    melde_id = naming.melde_id(naming.event_id(source="urn:her:90998", id_="first"))
    hospital.post(
        "ip.need.declined-by-patient",
        continues={"meldeId": melde_id}, scope=["individual-plan"], date="2026-03-04",
    )  # fmt: skip
    hospital.receive(otherside.reply(sent, "Svar: Avslått\r\nGjelder: individuell plan"))
    states = hospital.needs()
    assert (states["coordinator"].business, states["individual-plan"].business) == (
        "received",
        "declined-by-patient",
    )
    assert len(hospital.items("read-answer")) == 1


def test_row_4_kinds_of_one_tick_box_are_one_to_whoever_read_it(hospital: House):
    hospital.need(needs=["coordinator", "habilitation"])
    (document,) = hospital.send()
    hospital.receive(otherside.reply(document, "Svar: Avslått\r\nGjelder: rehabilitering"))
    states = hospital.needs()
    assert (states["coordinator"].business, states["habilitation"].business) == ("sent", "declined")


def test_row_4_an_answer_by_dialog_svar_counts_too(hospital: House):
    hospital.need(patient=living_in("9901"))
    (document,) = hospital.send()
    answer = otherside.reply(document, "Svar: Godtatt")
    assert kith.read(answer).type == "DIALOG_SVAR"
    hospital.receive(answer)
    assert business(hospital) == {"accepted"}


def test_row_4_a_later_answer_goes_on_from_the_earlier(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Svar: Mottatt"))
    hospital.receive(otherside.reply(sent, "Svar: Godtatt"))
    assert made(hospital) == ["ip.need.acknowledged", "ip.need.accepted"]


def test_row_4_an_answer_out_of_order_is_never_refused_but_left_to_a_person(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Svar: Godtatt"))
    got = hospital.receive(otherside.reply(sent, "Svar: Mottatt"))
    assert got.outcome == "receipted"
    assert hospital.message(got.id).apprec["status"] == "ok"
    assert made(hospital) == ["ip.need.accepted", "ip.dialogue.received"]
    assert business(hospital) == {"accepted"}


# ── 5 and 6: coordinators ──


def test_row_5_a_line_and_role_8_of_that_person_is_e03_then_e21(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    assert made(hospital) == ["ip.need.acknowledged", "ip.coordinator.appointed"]
    states = hospital.needs()
    assert states["coordinator"] == State("completed", "fulfilled", "completed")
    assert states["individual-plan"] == State("received", "received", "active")
    (held,) = views.assignments(hospital.case())
    assert (held.code, held.main) == ("8", True)
    assert held.organisation == naming.unit_id("alvdal-saksbehandling")
    (team,) = hospital.case().of("CareTeam")
    assert team["subject"]["reference"] == f"Patient/{hospital.case().key}"


def test_rows_4_and_5_may_both_apply(hospital: House, sent: bytes):
    text = f"Svar: Godtatt\r\n{otherside.APPOINTED}"
    hospital.receive(otherside.reply(sent, text, contacts=(otherside.COORDINATOR,)))
    assert made(hospital) == ["ip.need.accepted", "ip.coordinator.appointed"]
    states = hospital.needs()
    assert (states["coordinator"].business, states["individual-plan"].business) == (
        "fulfilled",
        "in-progress",
    )


def test_row_5_wants_role_8_on_that_very_person(hospital: House, sent: bytes):
    other = parts.contact(family="Plan", given="Anna", role="8", profession="ET", phone="+4762489011")
    hospital.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(other,)))
    assert "ip.coordinator.appointed" not in made(hospital)
    assert views.assignments(hospital.case()) == ()
    assert len(hospital.items("confirm-coordinator")) == 1


def test_row_5_the_line_alone_is_never_guessed_from(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, otherside.APPOINTED))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received"]


def test_row_6_role_8_alone_is_e03_and_a_suggestion_for_a_person(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Hei, hun begynner mandag.", contacts=(otherside.COORDINATOR,)))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received"]
    (item,) = hospital.items("confirm-coordinator")
    assert "evidence" in str(item["input"])
    assert views.assignments(hospital.case()) == ()


@pytest.mark.parametrize("line", ["Hei, hun begynner mandag.", otherside.APPOINTED])
def test_the_physician_formerly_responsible_is_never_read_as_a_coordinator(
    hospital: House, sent: bytes, line: str
):
    role_3 = parts.contact(family="Omsorg", given="Gunn", role="3", profession="LE", phone="+4762480001")
    hospital.receive(otherside.reply(sent, line, contacts=(role_3,)))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received"]
    assert hospital.items("confirm-coordinator") == []
    assert views.assignments(hospital.case()) == ()


def test_row_6_the_known_coordinator_as_signature_is_no_suggestion(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    hospital.receive(otherside.reply(sent, "Hilsen Gunn", contacts=(otherside.COORDINATOR,)))
    assert hospital.items("confirm-coordinator") == []
    assert len(hospital.items("read-answer")) == 1


@pytest.mark.parametrize(("family", "left"), [("September", 0), ("Oktober", 1)])
def test_row_6_a_suggestion_ends_when_a_person_records_the_change_to_the_one_suggested(
    hospital: House, sent: bytes, family: str, left: int
):
    hospital.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    new = parts.contact(family="September", given="August", role="8", profession="SP", phone="+4762480000")
    hospital.receive(otherside.reply(sent, "Hei, han begynner mandag.", contacts=(new,)))
    assert len(hospital.items("confirm-coordinator")) == 1
    person = schemas.example("ip.coordinator.replaced")["data"]["person"]
    hospital.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": views.assignments(hospital.case())[0].id},
        person=person | {"name": {"family": family, "given": "August"}},
        **{"from": "2026-03-05"},
    )
    assert len(hospital.items("confirm-coordinator")) == left


# ── 7: anything else in a thread ──


def test_row_7_prose_is_e03_once_and_a_task_with_one_click_events(hospital: House, sent: bytes):
    got = hospital.receive(otherside.reply(sent, "Takk, vi tar den i møtet på tirsdag."))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received"]
    assert business(hospital) == {"received"}
    assert "reply" not in hospital.clocks()
    (item,) = hospital.items("read-answer")
    said = str(item["input"])
    assert got.id in said
    for type_ in (
        "ip.need.acknowledged", "ip.need.info-requested", "ip.coordinator.appointed", "ip.need.declined",
        "ip.dialogue.received",
    ):  # fmt: skip
        assert type_ in said
    assert item["owner"]["reference"] == f"Organization/{naming.unit_id('st-olavs-ke')}"


def test_row_7_e03_is_made_once_only(hospital: House, sent: bytes):
    hospital.receive(otherside.reply(sent, "Takk."))
    hospital.receive(otherside.reply(sent, "Vi kommer tilbake."))
    assert made(hospital) == ["ip.need.acknowledged", "ip.dialogue.received", "ip.dialogue.received"]
    assert len(hospital.items("read-answer")) == 2


def test_row_7_the_message_is_a_communication_in_response_to_ours(hospital: House, sent: bytes):
    got = hospital.receive(otherside.reply(sent, "Takk."))
    listed = [r for r in hospital.current() if r["resourceType"] == "Communication"]
    ours = next(r for r in listed if r["identifier"][0]["value"].endswith(kith.read(sent).head.msg_id))
    theirs = next(r for r in listed if r is not ours)
    assert theirs["inResponseTo"][0]["reference"] == f"Communication/{ours['id']}"
    assert theirs["identifier"][0]["value"] == f"urn:uuid:{hospital.message(got.id).msg_id}"
    assert len(theirs["basedOn"]) == 2
