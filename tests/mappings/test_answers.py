"""E03, E04, E06, E07 and E09: answers of a municipality with an adapter, and what the hospital takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter import kith, naming
from adapter.errors import EventError
from adapter.kith.text import RIGHT_TO_COMPLAIN
from tests import books, otherside
from tests.house import GIVEN, GP, HANDLER, LINE, House, State, living_in

ACKNOWLEDGED: dict[str, Any] = {"handler": {"unit": "Saksbehandling", "name": "August September"}}
ANSWERS = (
    ("ip.need.acknowledged", {}, "Svar: Mottatt", State("received", "received", "active")),
    ("ip.need.info-requested", {"question": "Hvilke tjenester har pasienten?"}, "Svar: Trenger opplysninger",
     State("on-hold", "needs-info", "active")),
    ("ip.need.accepted", {"scope": ["individual-plan", "coordinator"]}, "Svar: Godtatt",
     State("accepted", "accepted", "active")),
    ("ip.need.declined", {"scope": ["individual-plan", "coordinator"]}, "Svar: Avslått",
     State("rejected", "declined", "active")),
)  # fmt: skip
BOTH = {"scope": ["individual-plan", "coordinator"]}


@pytest.mark.parametrize(("type_", "more", "line", "state"), ANSWERS)
def test_an_answer_goes_to_the_party_that_reported_in_its_thread_svar_first(
    hospital: House, alvdal: House, received: str, type_: str, more: dict[str, Any], line: str, state: State
):
    told = alvdal.post(type_, continues={"meldeId": received}, **more)
    others = [m for m in told.messages if m["type"] != "LETTER"]  # the patient's own word of a refusal
    assert [(m["type"], m["receiver"]["herId"]) for m in others] == [("DIALOG_HELSEFAGLIG", "90998")]
    assert set(alvdal.needs().values()) == {state}
    (read,) = alvdal.sent()
    (first,) = hospital.messages(direction="out")
    assert (read.head.conversation.parent, read.head.conversation.conversation) == (first.id, first.id)
    assert read.body.text.split("\r\n")[0] == line
    assert read.body.subject.startswith("Re: Melding om behov")
    assert received in read.body.text
    assert all(c.role is None or c.role.v != "24" for c in read.body.contacts)


@pytest.mark.parametrize(("type_", "more", "line", "state"), ANSWERS)
def test_the_hospital_ends_in_the_same_state(
    hospital: House, alvdal: House, received: str, type_: str, more: dict[str, Any], line: str, state: State
):
    assert line
    alvdal.post(type_, continues={"meldeId": received}, **more)
    (answer,) = alvdal.send()
    hospital.receive(answer)
    assert set(hospital.needs().values()) == {state}


def test_an_answer_wants_no_reply(alvdal: House, received: str):
    told = alvdal.post("ip.need.acknowledged", continues={"meldeId": received})
    assert [d["kind"] for d in told.body["deadlines"]] == ["assessment"]


def test_e07_states_the_right_to_complain(alvdal: House, received: str):
    alvdal.post("ip.need.declined", continues={"meldeId": received}, **BOTH)
    (read,) = alvdal.sent()
    assert RIGHT_TO_COMPLAIN[0] in read.body.text
    assert "Begrunnelse: " in read.body.text


def test_e04_asks_its_question(alvdal: House, received: str):
    alvdal.post("ip.need.info-requested", continues={"meldeId": received}, question="Hva med arbeid?")
    (read,) = alvdal.sent()
    assert "Spørsmål: Hva med arbeid?" in read.body.text.split("\r\n")


def test_scope_narrows_an_answer(alvdal: House, received: str):
    alvdal.post("ip.need.declined", continues={"meldeId": received}, scope=["individual-plan"])
    states = alvdal.needs()
    assert (states["individual-plan"].business, states["coordinator"].business) == ("declined", "reported")
    (answer,) = alvdal.send()
    assert "Gjelder: " in kith.read(answer).body.text


def test_a_partial_refusal_leaves_the_other_kind_open_at_the_hospital(
    hospital: House, alvdal: House, received: str
):
    """`Gjelder` of E07 says which kinds are meant: the coordinator has not been refused."""
    alvdal.post("ip.need.declined", continues={"meldeId": received}, scope=["individual-plan"])
    (answer,) = alvdal.send()
    hospital.receive(answer)
    states = hospital.needs()
    assert (states["individual-plan"].business, states["coordinator"].business) == ("declined", "sent")


def test_a_scope_that_was_never_asked_for_is_422(alvdal: House, received: str):
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.need.accepted", continues={"meldeId": received}, scope=["habilitation"])
    assert caught.value.row.http == 422


def test_a_transition_the_rules_refuse_is_409_with_what_is_allowed(alvdal: House, received: str):
    alvdal.post("ip.need.declined", continues={"meldeId": received}, **BOTH)
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.need.accepted", continues={"meldeId": received}, **BOTH)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)


def test_a_refused_transition_names_what_is_allowed(alvdal: House, received: str):
    alvdal.post("ip.need.acknowledged", continues={"meldeId": received})
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.need.acknowledged", continues={"meldeId": received})
    assert "ip.need.accepted" in caught.value.allowed


def test_a_received_foresporsel_is_answered_by_dialog_svar_that_echoes_the_question(
    build: Callable[..., House],
):
    """A municipality of old software that has our adapter: the hospital asked by Forespørsel."""
    hospital, old = build(), build(of={"home": {"gammeldal-saksbehandling"}})
    patient = living_in("9901")
    melde_id = hospital.need(patient=patient).case["meldeId"]
    (document,) = hospital.send()
    old.receive(document)
    old.send()
    old.clock.advance(minutes=5)
    told = old.post(
        "ip.need.accepted", source="urn:her:5101", patient=patient, continues={"meldeId": melde_id}, **BOTH,
        responsible={"key": "gammeldal-saksbehandling", "name": "Gammeldal kommune"},
    )  # fmt: skip
    assert [m["type"] for m in told.messages] == ["DIALOG_SVAR"]
    (read,) = old.sent()
    asked = kith.read(document).body.questions[0]
    note = read.body.notes[0]
    assert note.topic.among("9069", "5")
    assert (note.question.type, note.question.text) == (asked.type, asked.text)
    hospital.receive(kith.build(read.message))
    assert {s.business for s in hospital.needs(patient).values()} == {"accepted"}


def test_after_a_svar_the_next_answer_still_reaches_the_hospital(build: Callable[..., House]):
    hospital, old = build(), build(of={"home": {"gammeldal-saksbehandling"}})
    patient = living_in("9901")
    melde_id = hospital.need(patient=patient).case["meldeId"]
    (document,) = hospital.send()
    old.receive(document)
    old.send()
    for type_, more in (("ip.need.acknowledged", ACKNOWLEDGED), ("ip.need.accepted", BOTH)):
        old.clock.advance(minutes=5)
        old.post(type_, source="urn:her:5101", patient=patient, continues={"meldeId": melde_id},
                 **({"responsible": {"name": "Gammeldal kommune"}} | more if "scope" in more else more))  # fmt: skip
        (answer,) = old.send()
        hospital.receive(answer)
    assert {s.business for s in hospital.needs(patient).values()} == {"accepted"}


def test_a_need_of_our_own_answered_by_our_own_unit_sends_nothing(hospital: House):
    patient = living_in("9903")
    melde_id = hospital.need(patient=patient).case["meldeId"]
    told = hospital.post(
        "ip.need.accepted", source="urn:her:91991", patient=patient, author=HANDLER,
        continues={"meldeId": melde_id}, responsible={"name": "Felles enhet"},
    )  # fmt: skip
    assert told.messages == []
    assert {s.business for s in hospital.needs(patient).values()} == {"accepted"}


def test_an_answer_posted_by_the_municipality_to_the_hospitals_own_adapter_moves_it_and_sends_nothing(
    hospital: House,
):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    told = hospital.post("ip.need.accepted", continues={"meldeId": melde_id}, **BOTH)
    assert told.messages == []
    assert {s.business for s in hospital.needs().values()} == {"accepted"}
    assert "reply" not in hospital.clocks()


# ── E09 ──


def test_e09_tells_all_who_got_the_need_with_its_msg_id_in_their_threads(hospital: House):
    patient = LINE | {"gp": GP}
    told = hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    hospital.send()
    gone = hospital.post(
        "ip.need.withdrawn", patient=patient, continues={"meldeId": told.case["meldeId"]}, scope=None
    )
    assert sorted(m["receiver"]["herId"] for m in gone.messages) == ["258521", "5079"]
    by_receiver = {r.head.receiver.her_ids[1]: r for r in hospital.sent()}
    first = told.message_to("5079")["id"]
    text = by_receiver["5079"].body.text
    assert text.startswith("MELDING TRUKKET TILBAKE\r\n")
    assert f"Opprinnelig melding: {first}" in text
    assert by_receiver["5079"].head.conversation.conversation == first
    assert set(hospital.needs().values()) == {State("cancelled", "withdrawn", "revoked")}
    assert "reply" not in hospital.clocks()
    assert hospital.items("review") == []


def test_e09_as_entered_in_error_marks_the_requests_so(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post(
        "ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None, reasonCode="entered-in-error"
    )
    assert {s.request for s in hospital.needs().values()} == {"entered-in-error"}


def test_e09_of_an_unsent_need_buries_it_and_tells_nobody(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    assert {m.state for m in hospital.messages(direction="out")} == {"buried"}
    assert hospital.send() == []


def test_e09_of_one_kind_before_sending_still_sends_the_other(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=["individual-plan"])
    reads = hospital.sent()
    assert [kith.text.parse(r.body.text).kinds for r in reads] == [("coordinator",)]


def test_e09_of_one_kind_says_which(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=["individual-plan"])
    (read,) = hospital.sent()
    assert "Gjelder: individuell plan" in read.body.text
    states = hospital.needs()
    assert (states["individual-plan"].business, states["coordinator"].business) == ("withdrawn", "sent")
    assert "reply" in hospital.clocks()


def test_e09_of_a_letter_that_was_posted_goes_as_a_letter(hospital: House):
    patient = living_in("9902")
    need = hospital.need(patient=patient)
    hospital.post(
        "ip.manual-fallback.recorded",
        messageId=need.messages[0]["id"],
        how="letter",
        at=hospital.clock.now.isoformat(),
    )
    own = {"patient": patient, "continues": {"meldeId": need.case["meldeId"]}, "scope": None}
    told = hospital.post("ip.need.withdrawn", **own)
    assert [(m["type"], m["state"]) for m in told.messages] == [("LETTER", "manual")]


def test_a_need_withdrawn_twice_is_409(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    assert caught.value.row.http == 409


def test_a_withdrawn_need_received_from_another_adapter_is_for_a_person(
    hospital: House, alvdal: House, received: str
):
    hospital.send()
    hospital.post("ip.need.withdrawn", continues={"meldeId": received}, scope=None)
    (notice,) = hospital.send()
    got = alvdal.receive(notice)
    assert got.outcome == "receipted"
    assert alvdal.events()[-1] == "ip.dialogue.received"


def test_a_late_answer_never_reopens_what_was_withdrawn(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    hospital.receive(otherside.reply(document, "Svar: Godtatt"))
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}
    assert hospital.events()[-1] == "ip.dialogue.received"


def test_the_municipalitys_book_is_the_shipped_one_with_other_homes():
    book = books.book(home=books.ALVDAL)
    assert {p.key for p in book.parties if p.home} == books.ALVDAL
    assert naming.unit_id("alvdal-saksbehandling") == book.by_key("alvdal-saksbehandling").organisation_id
