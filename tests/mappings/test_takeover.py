"""A question whether we take over a plan or a patient who moved: what is one, who answers, and how answers are read. ADR 82."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapter import kith, naming
from adapter.errors import EventError, Faults
from adapter.events import schemas
from adapter.kith import foresporsel, helsefaglig, parts
from adapter.kith.dialog import Notes
from adapter.kith.head import Address, Unit
from adapter.kith.text import parse
from adapter.mappings import planview, toread
from adapter.web import create_app
from tests import otherside
from tests.house import GP, LINE, House, living_in
from tests.web.writes import issues, send

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
SHARED = PLAN["consent"] | {
    "date": "2026-03-04",
    "recipients": ["coordinating-unit", "st-olavs-fmr", "storvik-nord"],
}
NAMED = {"planIdentifier": PLAN["identifier"]}
NEW = naming.unit_id("storvik-nord")
OLD = naming.unit_id("alvdal-saksbehandling")
YES, NO = "Svar: Godtatt", "Svar: Avslått"
ANSWER: dict[str, Any] = {"to": None, "date": None, "reasonCode": None}
STRANGER = Address(
    level1=Unit(name="Fjern Kommune", her_id="99999"), level2=Unit(name="Kontor", her_id="5999")
)


@pytest.fixture
def asking(alvdal: House) -> bytes:
    """Return the municipality's question to another, as it left."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": SHARED})
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", continues=NAMED)
    (document,) = alvdal.send()
    alvdal.clock.advance(days=1)
    return document


@pytest.fixture
def to_hospital(alvdal: House) -> bytes:
    """Return the municipality's question to the hospital, which knows nothing of the patient."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": SHARED})
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    alvdal.post(
        "ip.plan.transferred", continues=NAMED, to={"key": "st-olavs-fmr"}, reasonCode="hospital-takes-over"
    )
    (document,) = alvdal.send()
    return document


def author(house: House) -> str:
    (plan,) = [r for r in house.current() if r["resourceType"] == "CarePlan"]
    return str(plan["author"]["reference"].partition("/")[2])


def text(document: bytes) -> str:
    body = kith.read(document).body
    assert isinstance(body, Notes)
    return body.text


def answer(house: House, step: str, **more: Any) -> Any:
    (item,) = house.items("confirm-transfer")
    return house.post("ip.plan.transferred", source="urn:her:90998", continues={"taskId": item["id"]}, step=step,
                      **(ANSWER | more))  # fmt: skip


# ── the answer as the asker reads it ─────────────────────────────────────────────────────────────────────────────────


def test_a_yes_in_the_thread_moves_the_plan_and_sends_nothing(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, YES))
    assert alvdal.events()[-1] == "ip.plan.transferred"
    assert author(alvdal) == NEW
    assert alvdal.items("confirm-transfer") == []
    assert "reply" not in alvdal.clocks()
    assert [m.type for m in alvdal.messages(direction="out") if m.state == "pending"] == ["APPREC"]


def test_a_no_in_the_thread_leaves_the_plan_and_is_for_a_person(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, NO))
    assert author(alvdal) == OLD
    (plan,) = alvdal.case().of("CarePlan")
    assert planview.state(alvdal.case(), plan) == "active"
    (item,) = alvdal.items("read-answer")
    assert item["description"].startswith("Virksomheten overtar ikke planen")
    assert "reply" not in alvdal.clocks()


def test_a_no_is_settled_when_another_is_asked(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, NO))
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", continues=NAMED)
    assert alvdal.items("read-answer") == []


@pytest.mark.parametrize("words", ["Svar: Mottatt", "Vi ser på det."])
def test_neither_yes_nor_no_is_read_by_a_person_and_the_question_still_waits(
    alvdal: House, asking: bytes, words: str
):
    alvdal.receive(otherside.reply(asking, words))
    assert len(alvdal.items("read-answer")) == len(alvdal.items("confirm-transfer")) == 1
    assert "reply" in alvdal.clocks()


def test_a_second_answer_changes_nothing_and_is_for_a_person(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, YES))
    alvdal.receive(otherside.reply(asking, NO))
    assert author(alvdal) == NEW
    assert alvdal.events().count("ip.plan.transferred") == 2
    assert len(alvdal.items("read-answer")) == 1


def test_an_answer_by_somebody_else_is_none(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, YES, sender=STRANGER))
    assert author(alvdal) == OLD
    assert len(alvdal.items("confirm-transfer")) == 1


# ── a yes that was read is told on by a person ───────────────────────────────────────────────────────────────────────


TOLD = LINE | {"gp": GP}
BY_PHONE = {"answeredBy": "Sølvi Storvik, saksbehandler"}


@pytest.fixture
def known(hospital: House, alvdal: House) -> bytes:
    """Return the municipality's question to another about a plan that the hospital, which reported, and the GP know."""
    melde_id = hospital.need().case["meldeId"]
    (need,) = hospital.send()
    alvdal.receive(need)
    shared = SHARED | {"recipients": [*SHARED["recipients"], "gp"]}
    alvdal.post(
        "ip.plan.created", continues={"meldeId": melde_id}, plan=PLAN | {"consent": shared}, patient=TOLD
    )
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", continues=NAMED, patient=TOLD)
    (document,) = alvdal.send()
    alvdal.clock.advance(days=1)
    return document


def confirm(house: House, step: str = "accepted", **more: Any) -> Any:
    """Post the answer as whoever asked does, who read it or was phoned."""
    return house.post(
        "ip.plan.transferred",
        continues=NAMED,
        step=step,
        patient=TOLD,
        **(ANSWER | {"answeredBy": None} | more),
    )


def receivers(told: Any) -> list[str]:
    return sorted(m["receiver"]["herId"] for m in told.messages)


def texts(house: House) -> dict[str, str]:
    """Return what leaves now, by receiver."""
    read = (kith.read(d) for d in house.send())
    return {r.head.receiver.her_ids[1]: r.body.text for r in read if r.head and isinstance(r.body, Notes)}


@pytest.mark.usefixtures("known")
def test_a_yes_told_by_phone_is_told_to_the_others_and_to_who_gave_it(alvdal: House):
    assert receivers(confirm(alvdal, **BY_PHONE)) == ["258521", "5111", "90998"]


def test_a_yes_that_was_read_waits_for_a_person_who_tells_the_others(alvdal: House, known: bytes):
    alvdal.receive(otherside.reply(known, YES))
    assert [m.type for m in alvdal.messages(direction="out") if m.state == "pending"] == ["APPREC"]
    (item,) = alvdal.items("read-answer")
    inputs = {i["type"]["text"]: i.get("valueString") for i in item["input"]}
    assert (inputs["event"], inputs["step"]) == ("ip.plan.transferred", "accepted")
    assert item["description"].startswith("Virksomheten har overtatt planen")
    told = confirm(alvdal)
    assert receivers(told) == ["258521", "90998"], "never back to who answered"
    assert all("consent-plan-share" in {w["rule"] for w in m["why"]} for m in told.messages)
    assert alvdal.items("read-answer") == []
    assert author(alvdal) == NEW


@pytest.mark.parametrize("read", [False, True])
def test_the_others_read_the_same_words_however_the_yes_came(alvdal: House, known: bytes, *, read: bool):
    if read:
        alvdal.receive(otherside.reply(known, YES))
        alvdal.send()
    confirm(alvdal, **({} if read else BY_PHONE))
    said = texts(alvdal)
    assert said.keys() - {"5111"} == {"90998", "258521"}
    for her_id in ("90998", "258521"):
        lines = said[her_id].split("\r\n")
        assert lines[0] == "ANSVAR FOR INDIVIDUELL PLAN"
        assert {"Ansvarlig: Storvik Kommune", "Resultat: Ansvaret for planen er overtatt"} <= set(lines)


def test_a_yes_that_was_read_is_told_once(alvdal: House, known: bytes):
    alvdal.receive(otherside.reply(known, YES))
    confirm(alvdal)
    for again in ({}, BY_PHONE):
        with pytest.raises(EventError) as caught:
            confirm(alvdal, **again)
        assert caught.value.code == "IPK-E013"


def test_a_yes_that_comes_in_writing_after_it_was_told_by_phone_tells_nobody_again(
    alvdal: House, known: bytes
):
    confirm(alvdal, **BY_PHONE)
    alvdal.send()
    alvdal.receive(otherside.reply(known, YES))
    (item,) = alvdal.items("read-answer")
    assert item["description"] == toread.IN_THREAD
    with pytest.raises(EventError) as caught:
        confirm(alvdal)
    assert caught.value.code == "IPK-E013"


def test_only_who_asked_tells_a_yes_on_and_only_the_answer_that_was_read(alvdal: House, known: bytes):
    alvdal.receive(otherside.reply(known, YES))
    for more in ({"source": "urn:her:5111"}, {"step": "declined"}):
        with pytest.raises(EventError) as caught:
            confirm(alvdal, **more)
        assert caught.value.code == "IPK-E013"
    assert len(alvdal.items("read-answer")) == 1


def test_what_the_new_one_does_next_does_not_hide_that_the_others_are_to_be_told(alvdal: House, known: bytes):
    alvdal.receive(otherside.reply(known, YES))
    alvdal.post("ip.goal.changed", source="urn:her:5111", continues=NAMED)
    assert len(alvdal.items("read-answer")) == 1
    alvdal.post("ip.plan.closed", source="urn:her:5111", continues=NAMED)
    assert alvdal.items("read-answer") == []


def test_a_yes_that_nobody_else_may_know_of_is_no_work_for_anybody(alvdal: House, asking: bytes):
    alvdal.receive(otherside.reply(asking, YES))
    assert alvdal.items("read-answer") == []
    with pytest.raises(EventError) as caught:
        confirm(alvdal)
    assert caught.value.code == "IPK-E013"


def test_a_yes_told_on_paper_closes_the_work_item_and_sends_nothing(alvdal: House, known: bytes):
    alvdal.receive(otherside.reply(known, YES))
    assert confirm(alvdal, channel="paper").messages == []
    assert alvdal.items("read-answer") == []


def test_a_yes_to_a_draft_begun_in_the_municipalitys_name_is_told_to_the_gp_by_a_person(hospital: House):
    hospital.need(patient=TOLD)
    hospital.send()
    hospital.clock.advance(minutes=5)
    draft = PLAN | {
        "status": "draft",
        "consent": SHARED | {"recipients": ["coordinating-unit", "alvdal-saksbehandling", "gp"]},
    }
    hospital.post("ip.plan.created", source="urn:her:90998", continues=None, plan=draft, patient=TOLD)
    asked = next(d for d in hospital.send() if "UTKAST" in text(d))
    hospital.receive(otherside.reply(asked, YES))
    assert len(hospital.items("read-answer")) == 1
    told = confirm(hospital, source="urn:her:90998")
    assert receivers(told) == ["258521"]
    assert hospital.items("read-answer") == []


@pytest.mark.parametrize("how", ["read", "by phone", "by its own platform"])
@pytest.mark.parametrize(("step", "line", "left"), [("accepted", YES, 0), ("declined", NO, 1)])
def test_a_yes_to_the_plan_takes_a_moved_patient_over_and_a_no_does_not_however_it_came(
    alvdal: House, how: str, step: str, line: str, left: int
):
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": SHARED})
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    gone = living_in("9904", "990401")
    move = {"to": {"code": "9904", "district": "990401"}, "movedOn": "2026-03-04", "patient": gone}
    alvdal.post("ip.patient.moved", source="urn:her:5079", consent=SHARED, **move)
    alvdal.send()
    alvdal.post("ip.plan.transferred", continues=NAMED, patient=gone)
    (question,) = alvdal.send()
    assert len(alvdal.items("transfer")) == 1
    if how == "read":
        alvdal.receive(otherside.reply(question, line, subject="Re: Ansvar for individuell plan"))
    else:
        own = {"source": "urn:her:5111"} if how == "by its own platform" else BY_PHONE
        alvdal.post("ip.plan.transferred", continues=NAMED, step=step, patient=gone, **(ANSWER | own))
    assert author(alvdal) == (NEW if step == "accepted" else OLD)
    assert len(alvdal.items("transfer")) == left
    assert ("assessment" in alvdal.clocks()) == bool(left)


# ── the question as who is asked gets it ─────────────────────────────────────────────────────────────────────────────


def test_the_question_is_a_task_of_a_case_that_it_begins(hospital: House, to_hospital: bytes):
    hospital.receive(to_hospital)
    (item,) = hospital.items("confirm-transfer")
    assert item["requester"]["reference"] == f"Organization/{OLD}"
    assert item["for"]["reference"] == f"Patient/{hospital.case().key}"
    assert [m.type for m in hospital.messages(direction="out")] == ["APPREC"]


def test_a_yes_by_the_own_epj_goes_back_and_is_read_there(alvdal: House, hospital: House, to_hospital: bytes):
    hospital.receive(to_hospital)
    answer(hospital, "accepted")
    (sent,) = [d for d in hospital.send() if kith.read(d).head]
    assert parse(text(sent)).answer == "accepted"
    head = kith.read(sent).head
    assert head is not None
    assert head.conversation is not None
    assert head.conversation.parent == kith.read(to_hospital).head.msg_id  # type: ignore[union-attr]
    alvdal.clock.advance(hours=1)
    alvdal.receive(sent)
    assert author(alvdal) == naming.unit_id("st-olavs-fmr")


def test_a_foresporsel_is_answered_by_a_svar_that_echoes_it(hospital: House, to_hospital: bytes):
    head = kith.read(to_hospital).head
    assert head is not None
    asked = foresporsel.new(
        replace(head, type=parts.message_type("DIALOG_FORESPORSEL")), asked_by="9152", text=text(to_hospital),
        contacts=(otherside.HANDLER,),
    )  # fmt: skip
    hospital.receive(kith.build(asked))
    answer(hospital, "declined")
    (sent,) = [kith.read(d) for d in hospital.send() if kith.read(d).head]
    assert sent.type == "DIALOG_SVAR"
    assert isinstance(sent.body, Notes)
    assert parse(sent.body.text).answer == "declined"
    (note,) = sent.body.notes
    assert note.question is not None
    assert note.question.text == text(to_hospital)


def written(to_hospital: bytes, words: str) -> bytes:
    """Return another text in the place of the question's."""
    head = kith.read(to_hospital).head
    assert head is not None
    return kith.build(
        helsefaglig.new(
            head, subject="Hei", text=words, contacts=(otherside.HANDLER, parts.receiver_contact("LE"))
        )
    )


@pytest.mark.parametrize("change", ["quoted", "after", "answered", "unasked"])
def test_what_only_quotes_or_resembles_a_question_is_read_by_a_person(
    hospital: House, to_hospital: bytes, change: str
):
    lines = text(to_hospital).splitlines()
    changed = {
        "quoted": [f"> {line}" for line in lines],
        "after": ["Hei!", *lines],
        "answered": [*lines, NO],
        "unasked": [line for line in lines if not line.startswith("Ønsket svar")],
    }[change]
    hospital.receive(written(to_hospital, "\r\n".join(changed)))
    assert hospital.items("confirm-transfer") == []
    assert "ip.dialogue.received" in hospital.events()


def test_only_who_was_asked_may_answer_and_only_yes_or_no(hospital: House, to_hospital: bytes):
    hospital.receive(to_hospital)
    (item,) = hospital.items("confirm-transfer")
    with pytest.raises(EventError) as caught:
        hospital.post("ip.plan.transferred", source="urn:her:5079", continues={"taskId": item["id"]}, step="accepted",
                      **ANSWER)  # fmt: skip
    assert caught.value.code == "IPK-E025"
    for step in ("requested", "withdrawn"):
        with pytest.raises(Faults) as faults:
            hospital.event("ip.plan.transferred", continues={"taskId": item["id"]}, step=step)
        assert {(f.code, f.path) for f in faults.value.faults} >= {("IPK-E010", "$.data.continues.taskId")}


def test_an_answer_needs_a_task_that_asks(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    (need, *_) = [t for t in hospital.case().of("Task") if t.get("basedOn") or t.get("focus")]
    assert melde_id
    for id_, code in ((need["id"], "IPK-E014"), (naming.uid("no", "such"), "IPK-E014")):
        with pytest.raises(EventError) as caught:
            hospital.post("ip.plan.transferred", source="urn:her:90998", continues={"taskId": id_}, step="accepted",
                          **ANSWER)  # fmt: skip
        assert caught.value.code == code


def test_a_yes_moves_the_plan_as_it_is_known_here(hospital: House, to_hospital: bytes):
    hospital.post("ip.plan.created", source="urn:her:5079", continues=None, plan=PLAN | {"consent": SHARED})
    assert author(hospital) == OLD
    hospital.receive(to_hospital)
    told = answer(hospital, "accepted")
    assert author(hospital) == naming.unit_id("st-olavs-fmr")
    assert told.case["planId"]


# ── over FHIR ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "line", "left"),
    [("accepted", YES, "completed"), ("completed", YES, "completed"), ("rejected", NO, "rejected")],
)
def test_a_task_of_a_received_question_is_answered_over_fhir_as_by_the_event(
    hospital: House, to_hospital: bytes, status: str, line: str, left: str
):
    hospital.receive(to_hospital)
    hospital.send()
    (item,) = hospital.items("confirm-transfer")
    client = create_app(hospital.services).test_client()
    done = send(client, "PUT", f"Task/{item['id']}", {**item, "status": status}, token=None)
    assert (done.status_code, done.json["status"]) == (200, left), done.text
    assert hospital.events()[-1] == "ip.plan.transferred"
    (document,) = hospital.send()
    assert line in text(document)
    again = send(client, "PATCH", f"Task/{item['id']}", {"status": "cancelled"}, token=None)
    assert again.status_code == 422


def test_a_received_question_is_not_taken_back_over_fhir_by_who_was_asked(
    hospital: House, to_hospital: bytes
):
    hospital.receive(to_hospital)
    (item,) = hospital.items("confirm-transfer")
    client = create_app(hospital.services).test_client()
    answer = send(client, "PATCH", f"Task/{item['id']}", {"status": "cancelled"}, token=None)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E010", "Task.focus")])
    assert hospital.items("confirm-transfer") == [item]


def test_a_task_about_a_plan_known_here_is_answered_over_fhir_by_who_is_asked(hospital: House):
    need = hospital.need()
    hospital.clock.advance(days=2)
    hospital.post("ip.plan.created", source="urn:her:5079", continues={"meldeId": need.case["meldeId"]},
                  plan=PLAN | {"consent": SHARED})  # fmt: skip
    hospital.post("ip.plan.transferred", source="urn:her:5079", continues=NAMED, to={"key": "st-olavs-fmr"},
                  reasonCode="hospital-takes-over")  # fmt: skip
    (item,) = hospital.items("confirm-transfer")
    client = create_app(hospital.services).test_client()
    done = send(client, "PATCH", f"Task/{item['id']}", {"status": "accepted"}, token=None)
    assert (done.status_code, done.json["status"]) == (200, "completed"), done.text
    assert author(hospital) == naming.unit_id("st-olavs-fmr")


# ── a question that has fallen away with the consent: ADR 161 ────────────────────────────────────────────────────────


def withdrawn(alvdal: House) -> list[bytes]:
    alvdal.post(
        "ip.consent.withdrawn",
        source="urn:her:5079",
        scopes=["plan-share"],
        recipients=None,
        date="2026-03-04",
    )
    return alvdal.send()


def test_who_was_asked_waits_for_nothing_once_the_consent_is_withdrawn(
    alvdal: House, hospital: House, to_hospital: bytes
):
    hospital.receive(to_hospital)
    (told,) = withdrawn(alvdal)
    hospital.receive(told)
    assert hospital.items("confirm-transfer") == []
    assert len(hospital.items("read-answer")) == 1


def test_a_yes_that_comes_after_the_consent_is_withdrawn_moves_nothing_and_is_read_by_a_person(
    alvdal: House, asking: bytes
):
    withdrawn(alvdal)
    alvdal.receive(otherside.reply(asking, YES))
    assert author(alvdal) == OLD
    assert len(alvdal.items("read-answer")) == 1
