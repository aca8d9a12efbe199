"""E05, E08, E10, E11, E12, E66, E67 and who else may report a need: what each rule says, on both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter import ingest
from adapter.errors import EventError, Faults, RoutingError
from adapter.fhir import consents, urls
from adapter.kith import titles, words
from adapter.mappings import standing, views
from adapter.rules import states
from tests import books, otherside
from tests.house import GIVEN, GP, LINE, House, State, living_in
from tests.houses import Build

SAID = "Pasienten har fysioterapi to ganger i uken."
ASKED = {"question": "Hvilke tjenester har pasienten?"}
NAV = "urn:orgnr:310001082"
SCHOOL = "urn:orgnr:310001090"
PRIVATE = "urn:orgnr:310001104"
CASE_WORKER = {"kind": "other-sector", "name": {"family": "Arbeid", "given": "Vera"}, "phone": "+4755553333"}
MINE = {"source": "urn:her:5079"}


@pytest.fixture
def asked(hospital: House, alvdal: House) -> str:
    """Return the Melde-id of a need about which the municipality has asked something."""
    told = hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(minutes=30)
    melde_id = told.case["meldeId"]
    alvdal.post("ip.need.info-requested", continues={"meldeId": melde_id}, **ASKED)
    (question,) = alvdal.send()
    hospital.clock.advance(hours=1)
    hospital.receive(question)
    hospital.send()
    return melde_id


# ── E05 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_e05_puts_the_need_under_assessment_again(hospital: House, asked: str):
    assert {s.business for s in hospital.needs().values()} == {"needs-info"}
    hospital.post("ip.need.info-supplied", continues={"meldeId": asked}, text=SAID)
    assert set(hospital.needs().values()) == {State("received", "under-assessment", "active")}


def test_e05_answers_the_one_who_asked_in_the_thread_of_the_question(hospital: House, asked: str):
    told = hospital.post("ip.need.info-supplied", continues={"meldeId": asked}, text=SAID)
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "5079")]
    (read,) = hospital.sent()
    (question,) = [m for m in hospital.messages(direction="in") if m.type == "DIALOG_HELSEFAGLIG"]
    (first,) = [m for m in hospital.messages(direction="out") if m.wants_reply]
    assert (read.head.conversation.parent, read.head.conversation.conversation) == (question.msg_id, first.id)
    assert f"Opplysninger: {SAID}" in read.body.text.split("\r\n")
    assert read.body.subject.startswith("Re: ")
    assert [d["kind"] for d in told.body["deadlines"]] == ["assessment"], "the assessment goes on"


def test_e05_to_a_question_asked_by_foresporsel_is_a_svar_that_echoes_it(hospital: House):
    hospital.need(patient=living_in("9901"))
    (document,) = hospital.send()
    hospital.clock.advance(hours=1)
    hospital.receive(
        otherside.question(
            document, "Svar: Trenger opplysninger\r\nSpørsmål: Hva med arbeid?\r\n" + _melde(hospital)
        )
    )
    hospital.send()
    told = hospital.post(
        "ip.need.info-supplied",
        patient=living_in("9901"),
        continues={"meldeId": _melde_id(hospital)},
        text=SAID,
    )
    assert [m["type"] for m in told.messages] == ["DIALOG_SVAR"]
    (read,) = hospital.sent()
    assert any(note.question and "Hva med arbeid?" in note.question.text for note in read.body.notes)


def _melde_id(house: House) -> str:
    return str(views.needs(house.case())[0].melde_id)


def _melde(house: House) -> str:
    return f"Melde-id: {_melde_id(house)}"


def test_e05_before_anything_was_asked_is_refused_with_what_is_allowed(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.info-supplied", continues={"meldeId": melde_id}, text=SAID)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert "ip.need.info-supplied" not in caught.value.allowed
    assert caught.value.allowed


def test_e05_reaches_the_municipality_as_e05_and_a_person_reads_it(
    hospital: House, alvdal: House, asked: str
):
    hospital.post("ip.need.info-supplied", continues={"meldeId": asked}, text=SAID)
    (answer,) = hospital.send()
    alvdal.clock.advance(hours=2)
    alvdal.receive(answer)
    assert {s.business for s in alvdal.needs().values()} == {"under-assessment"}
    assert alvdal.events()[-2:] == ["ip.need.info-supplied", "ip.dialogue.received"]
    assert len(alvdal.items("read-answer")) == 1


def test_prose_from_the_one_who_was_asked_is_read_by_a_person_and_moves_nothing(
    hospital: House, alvdal: House, asked: str
):
    assert hospital.needs()
    assert asked
    (question,) = alvdal.messages(direction="out", type="DIALOG_HELSEFAGLIG")
    alvdal.clock.advance(hours=2)
    alvdal.receive(otherside.reply(question.body, "Her er opplysningene dere ba om."))
    assert {s.business for s in alvdal.needs().values()} == {"needs-info"}
    assert len(alvdal.items("read-answer")) == 1


def test_e05_keeps_its_answer_when_consent_no_longer_opens(build: Callable[..., House]):
    house = build()
    given = GIVEN | {"validUntil": "2026-03-05"}
    melde_id = house.need(consent=given).case["meldeId"]
    (document,) = house.send()
    house.clock.advance(hours=1)
    house.receive(otherside.reply(document, "Svar: Trenger opplysninger"))
    house.send()
    house.clock.advance(days=5)
    told = house.post("ip.need.info-supplied", continues={"meldeId": melde_id}, text=SAID)
    assert told.messages == []
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-C001"]


# ── E08 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_e08_for_a_part_leaves_the_coordinator_standing(hospital: House):
    """R11: a coordinator is offered whether or not the patient wants a plan."""
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=2)
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id}, scope=["individual-plan"])
    found = hospital.needs()
    assert found["individual-plan"] == State("cancelled", "declined-by-patient", "revoked")
    assert found["coordinator"].business == "sent"


def test_e08_is_told_to_whoever_got_the_need_with_what_still_stands(hospital: House):
    melde_id = hospital.need(
        patient={**LINE, "gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    ).case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=2)
    told = hospital.post(
        "ip.need.declined-by-patient", continues={"meldeId": melde_id}, scope=["individual-plan"]
    )
    assert {m["receiver"]["herId"] for m in told.messages} == {"5079", "258521"}
    first = hospital.sent()[0].body
    assert first.text.split("\r\n")[:4] == [
        "PASIENTEN HAR TAKKET NEI", "Gjelder: individuell plan", "Fra dato: 06.03.2026", "Står fortsatt: koordinator",
    ]  # fmt: skip


def test_e08_before_anything_was_sent_tells_nobody(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    told = hospital.post(
        "ip.need.declined-by-patient", continues={"meldeId": melde_id}, scope=None, date="2026-03-04"
    )
    assert [m["state"] for m in told.messages] == ["buried"]
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"declined-by-patient"}
    assert hospital.clocks() == {}


def test_e08_to_a_part_of_what_is_unsent_sends_the_rest_alone(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id}, date="2026-03-04")
    (read,) = hospital.sent()
    assert "[ ] Individuell plan  [x] Koordinator" in read.body.text


@pytest.mark.parametrize("silent", [MINE, {"channel": "oral"}])
def test_what_an_event_that_sends_nothing_left_of_an_unsent_message_leaves_by_a_clock(
    hospital: House, silent: dict[str, str]
):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id}, date="2026-03-04", **silent)
    assert hospital.send() == []
    assert sorted(hospital.clocks()) == ["release"]
    hospital.tick()
    (read,) = hospital.sent()
    assert "[ ] Individuell plan  [x] Koordinator" in read.body.text
    assert sorted(hospital.clocks()) == ["receipt", "reply"]


def test_e08_is_a_consent_that_denies_and_narrows_what_was_given(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id}, date="2026-03-04")
    listed = {c["provision"]["type"]: c for c in hospital.case().of("Consent")}
    assert listed["deny"]["status"] == "rejected"
    assert consents.statement(listed["deny"])["scopes"] == ("plan-create",)
    assert listed["permit"]["status"] == "active"
    assert consents.statement(listed["permit"])["scopes"] == ("coordinator",)


def test_e08_after_the_need_is_closed_is_refused(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    said = {"continues": {"meldeId": melde_id}, "scope": None, "date": "2026-03-04"}
    hospital.post("ip.need.declined-by-patient", **said)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.declined-by-patient", **said)
    assert (caught.value.code, caught.value.allowed) == ("IPK-E013", ("ip.need.entered-in-error",))


def test_e08_told_to_the_municipality_goes_to_the_party_that_reported(
    hospital: House, alvdal: House, asked: str
):
    assert hospital.needs()
    told = alvdal.post(
        "ip.need.declined-by-patient", **MINE, continues={"meldeId": asked}, scope=None, date="2026-03-04"
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]


# ── E10 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _coordinated(house: House) -> tuple[str, str]:
    """Return (Melde-id of an open rehabilitation need, id of a coordinator's assignment)."""
    told = house.need(needs=["rehabilitation"])
    house.send()
    house.clock.advance(days=20)
    made = house.post(
        "ip.coordinator.appointed", source="urn:her:90998", continues=None, **{"from": "2026-03-23"}
    )
    house.send()
    return told.case["meldeId"], made.case["assignmentId"]


def test_e10_completes_the_needs_that_the_link_fulfils_and_stops_their_clocks(hospital: House):
    melde_id, assignment = _coordinated(hospital)
    assert "reply" in hospital.clocks()
    hospital.post(
        "ip.need.fulfilled",
        source="urn:her:90998",
        continues={"meldeId": melde_id},
        scope=None,
        links={"assignmentId": assignment},
    )
    assert hospital.needs()["rehabilitation"] == State("completed", "fulfilled", "completed")
    assert "reply" not in hospital.clocks()
    (task,) = [n.task for n in views.needs(hospital.case())]
    assert [o["valueReference"]["reference"].partition("/")[0] for o in task["output"]] == ["CareTeam"]


def test_e10_of_what_is_done_already_is_refused(hospital: House):
    melde_id, assignment = _coordinated(hospital)
    said = {
        "source": "urn:her:90998",
        "continues": {"meldeId": melde_id},
        "scope": None,
        "links": {"assignmentId": assignment},
    }
    hospital.post("ip.need.fulfilled", **said)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.fulfilled", **said)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)


@pytest.mark.parametrize(
    ("links", "scope", "code"),
    [
        ({"planId": "nothing"}, None, "IPK-E014"),
        ({"assignmentId": "nothing"}, None, "IPK-E014"),
        ({"assignmentId": "${assignment}"}, ["individual-plan"], "IPK-E040"),
    ],
)
def test_e10_links_to_what_fulfils_the_need(hospital: House, links: dict[str, str], scope: Any, code: str):
    _, assignment = _coordinated(hospital)
    melde_id = hospital.need(needs=["individual-plan"]).case["meldeId"]
    links = {k: v.replace("${assignment}", assignment) for k, v in links.items()}
    with pytest.raises(EventError) as caught:
        hospital.post(
            "ip.need.fulfilled",
            source="urn:her:90998",
            continues={"meldeId": melde_id},
            scope=scope,
            links=links,
        )
    assert caught.value.code == code


def test_e10_by_a_hospital_coordinator_fulfils_nothing(hospital: House):
    melde_id = hospital.need(needs=["coordinator"]).case["meldeId"]
    made = hospital.post("ip.hospital-coordinator.appointed")
    with pytest.raises(EventError) as caught:
        hospital.post(
            "ip.need.fulfilled",
            source="urn:her:90998",
            continues={"meldeId": melde_id},
            links={"assignmentId": made.case["assignmentId"]},
        )
    assert caught.value.code == "IPK-E040"


def test_e10_is_told_to_the_party_that_reported_without_a_name(hospital: House, alvdal: House):
    melde_id = hospital.need(needs=["rehabilitation"]).case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(days=20)
    made = alvdal.post("ip.coordinator.appointed", continues={"meldeId": melde_id})
    alvdal.send()
    alvdal.post(
        "ip.need.fulfilled",
        continues={"meldeId": melde_id},
        scope=None,
        links={"assignmentId": made.case["assignmentId"]},
    )
    (read,) = alvdal.sent()
    assert read.body.text.split("\r\n")[:3] == [
        "BEHOV OPPFYLT", "Gjelder: rehabilitering", "Oppfylt ved: koordinator er oppnevnt",
    ]  # fmt: skip
    assert "Omsorg" not in read.body.text


# ── E11 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_e11_a_need_reported_again_joins_and_says_so(hospital: House):
    first = hospital.need()
    hospital.send()
    hospital.clock.advance(hours=2)
    second = hospital.need()
    assert second.case["meldeId"] == first.case["meldeId"]
    assert {w["code"] for w in second.body["warnings"]} == {"IPK-E027"}
    assert second.messages == []
    assert len(views.open_needs(hospital.case())) == 2
    assert hospital.events() == ["ip.need.identified", "ip.need.identified", "ip.need.duplicate-detected"]
    linked = {n.task["input"][0]["valueString"] for n in views.open_needs(hospital.case())}
    assert linked == {second.body["eventId"]}


def test_e11_a_need_forwarded_to_where_one_of_its_kind_is_open_joins_it(hospital: House):
    there = hospital.need()
    hospital.send()
    hospital.clock.advance(hours=1)
    thread = {"meldeId": there.case["meldeId"]}
    hospital.post("ip.need.forwarded", continues=thread, to={"key": "storvik-nord"})
    hospital.clock.advance(hours=1)
    here = hospital.need(needs=["coordinator"]).case["meldeId"]
    assert here != there.case["meldeId"]
    hospital.send()
    hospital.sent()
    told = hospital.post(
        "ip.need.forwarded",
        continues=thread,
        to={"key": "alvdal-saksbehandling"},
    )
    assert [(w["code"], w["path"]) for w in told.body["warnings"]] == [("IPK-E027", "$.data.to.key")]
    assert {(n.kind, n.melde_id) for n in views.open_needs(hospital.case())} == {
        ("coordinator", here),
        ("individual-plan", there.case["meldeId"]),
    }
    (joined,) = [n for n in views.open_needs(hospital.case()) if n.melde_id == here]
    assert joined.task["input"][0]["valueString"] == told.body["eventId"]
    (read,) = hospital.sent()
    assert "[x] Individuell plan  [ ] Koordinator" in read.body.text


def test_e11_what_is_new_is_sent_once_in_the_thread_and_nothing_else(hospital: House):
    hospital.need()
    hospital.send()
    hospital.clock.advance(hours=2)
    again = hospital.need(
        reason={"codes": [], "text": "Nå også behov for hjelp i hjemmet."}, urgency="urgent"
    )
    assert [(m["type"], m["state"]) for m in again.messages] == [("DIALOG_HELSEFAGLIG", "pending")]
    assert [w["rule"] for w in again.messages[0]["why"]].count("need-news") == 1
    (read,) = hospital.sent()
    assert read.body.text.split("\r\n")[:3] == [
        titles.NEWS_TITLE.upper(), "Hastegrad: Haster", "Bakgrunn: Nå også behov for hjelp i hjemmet.",
    ]  # fmt: skip
    assert read.head.conversation is not None
    third = hospital.need(
        reason={"codes": [], "text": "Nå også behov for hjelp i hjemmet."}, urgency="urgent"
    )
    assert third.messages == []


def test_e11_a_report_of_rehabilitation_alone_says_nothing_new_of_wishes(hospital: House):
    hospital.need(needs=["rehabilitation"])
    hospital.send()
    hospital.clock.advance(hours=6)
    told = hospital.post("ip.rehabilitation-need.reported", function="Nytt fall hjemme.")
    (read,) = hospital.sent()
    assert len(told.messages) == 1
    assert "Bakgrunn: Nytt fall hjemme." in read.body.text
    assert "Ønsker pasienten" not in read.body.text


def test_e11_news_waits_for_consent_as_any_text_does(hospital: House):
    hospital.need()
    hospital.send()
    refused = {"status": "refused", "date": "2026-03-04"}
    hospital.need(reason={"codes": [], "text": "Noe nytt."}, consent=refused)
    (read,) = hospital.sent()
    assert read.body.text.startswith("SAMTYKKE TRUKKET")
    assert "Noe nytt." not in read.body.text


def test_e11_a_need_that_waits_for_consent_gives_way_to_the_newer_report(hospital: House):
    """N6: else a later consent would send both."""
    waiting = hospital.need(consent={"status": "not-asked"})
    assert waiting.body["status"] == "held"
    hospital.need(consent={"status": "not-asked"})
    assert len(views.open_needs(hospital.case())) == 2
    hospital.clock.advance(days=2)
    told = hospital.post("ip.consent.given")
    assert len([m for m in told.messages if m["receiver"]["herId"] == "5079"]) == 1


def test_e11_is_made_of_a_received_need_too(hospital: House, alvdal: House):
    hospital.need()
    (document,) = hospital.send()
    alvdal.need(
        source="urn:her:5079",
        author={"kind": "coordinating-unit", "name": {"family": "September", "given": "August"}},
    )
    alvdal.receive(document)
    assert alvdal.events()[-1] == "ip.need.duplicate-detected"
    assert len(views.open_needs(alvdal.case())) == 2


def test_e11_whoever_reported_again_is_answered_in_its_own_thread_under_its_own_melde_id(
    hospital: House, alvdal: House
):
    theirs = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    unit = {"kind": "coordinating-unit", "name": {"family": "September", "given": "August"}}
    ours = alvdal.need(**MINE, author=unit, department=None).case["meldeId"]
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(hours=1)
    alvdal.post("ip.need.acknowledged", continues={"meldeId": ours})
    (answer,) = alvdal.send()
    hospital.clock.advance(hours=2)
    hospital.receive(answer)
    assert theirs != ours
    assert {s.business for s in hospital.needs().values()} == {"received"}


# ── E12 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_e12_goes_to_the_municipalitys_unit_as_a_need_for_rehabilitation(hospital: House):
    told = hospital.post("ip.rehabilitation-need.reported")
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "5079")]
    (read,) = hospital.sent()
    assert "[x] Habilitering/rehabilitering" in read.body.text
    assert "Bakgrunn: Går 50 meter med krykker, trenger hjelp i trapp." in read.body.text
    assert hospital.needs()["rehabilitation"].business == "sent"


def test_e12_waits_for_consent_and_is_released_with_its_own_text(hospital: House):
    told = hospital.post("ip.rehabilitation-need.reported", consent={"status": "not-asked"})
    assert (told.body["status"], told.messages) == ("held", [])
    hospital.clock.advance(days=2)
    hospital.post("ip.consent.given")
    (read,) = hospital.sent()
    assert "Bakgrunn: Går 50 meter med krykker" in read.body.text


def test_e12_for_a_private_institution_is_a_referral_and_no_need(hospital: House):
    """R38: the regional unit assesses it."""
    told = hospital.post("ip.rehabilitation-need.reported", provider="private-institution")
    assert (told.body["status"], told.messages, told.case["needs"]) == ("recorded", [], [])
    (item,) = hospital.items("refer")
    assert {"type": {"text": "need"}, "valueString": "rehabilitation"} in item["input"]
    assert hospital.case().of("ServiceRequest") == ()


# ── E66 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _recall(house: House, melde_id: str, **more: Any) -> Any:
    return house.post("ip.need.entered-in-error", continues={"meldeId": melde_id}, **more)


def test_e66_recalls_from_all_who_got_it_with_fixed_words(hospital: House):
    melde_id = hospital.need(
        patient={**LINE, "gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    ).case["meldeId"]
    hospital.send()
    hospital.clock.advance(hours=2)
    told = _recall(hospital, melde_id)
    assert {m["receiver"]["herId"] for m in told.messages} == {"5079", "258521"}
    first = hospital.sent()[0].body
    assert first.subject == "Melding trukket tilbake"
    (sent, *_) = hospital.messages(direction="out")
    assert first.text.split("\r\n")[:3] == [
        "MELDING TRUKKET TILBAKE", f"Grunn: {words.WRONG_PATIENT}", f"Tilbakekalling: {words.RECALLED}",
    ]  # fmt: skip
    assert f"Opprinnelig melding: {sent.msg_id}" in first.text
    assert "Bakgrunn" not in first.text


def test_e66_marks_everything_of_the_need_as_entered_in_error_and_deletes_nothing(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    before = hospital.count()
    hospital.clock.advance(hours=2)
    _recall(hospital, melde_id)
    assert set(hospital.needs().values()) == {State("entered-in-error", "withdrawn", "entered-in-error")}
    wrong = [r for r in hospital.current() if r.get("status") == "entered-in-error"]
    assert {r["resourceType"] for r in wrong} == {
        "ServiceRequest",
        "Task",
        "Consent",
        "Communication",
        "DocumentReference",
    }
    assert hospital.count() == before + 1
    assert all(hospital.message(m.id).body for m in hospital.messages(direction="out"))
    assert hospital.clocks() == {}
    assert hospital.items("review") == []


def test_e66_marks_work_items_that_were_done_too(build: Build):
    hospital = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    told = hospital.need()
    hospital.send()
    hospital.clock.advance(hours=1)
    hospital.post("ip.need.forwarded", continues={"meldeId": told.case["meldeId"]}, to=None)
    review = [r for r in hospital.current() if r["resourceType"] == "Task" and r["status"] == "completed"]
    assert len(review) == 1
    _recall(hospital, told.case["meldeId"])
    listed = {r["status"] for r in hospital.current() if r["resourceType"] == "Task"}
    assert listed == {"entered-in-error"}


def test_e66_before_anything_left_tells_nobody_and_nothing_leaves(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    told = _recall(hospital, melde_id, time=hospital.clock.now)
    assert [m["state"] for m in told.messages] == ["buried"]
    assert hospital.send() == []


def test_e66_is_taken_of_a_closed_need_and_once(hospital: House):
    """N5."""
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=3)
    hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    hospital.send()
    _recall(hospital, melde_id)
    with pytest.raises(EventError) as caught:
        _recall(hospital, melde_id)
    assert (caught.value.code, caught.value.allowed) == ("IPK-E013", ())


def test_e66_is_refused_to_anybody_but_whoever_reported(hospital: House, alvdal: House, asked: str):
    assert hospital.needs()
    with pytest.raises(RoutingError) as caught:
        _recall(alvdal, asked, **MINE)
    assert caught.value.code == "IPK-R005"


def test_e66_by_an_outside_reporter_leaves_it_to_the_own_unit_to_tell_those_whom_it_told(hospital: House):
    from_nav = {"source": NAV, "author": CASE_WORKER, "department": None}
    melde_id = hospital.need(**from_nav, legalBasis="consent").case["meldeId"]
    hospital.clock.advance(hours=4)
    hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    hospital.send()
    hospital.clock.advance(hours=1)
    assert _recall(hospital, melde_id, **from_nav).messages == []
    assert len(hospital.items("review")) == 1
    told = _recall(hospital, melde_id, source="urn:her:91990")
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert hospital.items("review") == []
    with pytest.raises(EventError) as caught:
        _recall(hospital, melde_id, source="urn:her:91990")
    assert caught.value.code == "IPK-E013"


def test_e66_stops_the_letter_to_the_patient_with_its_work_item(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    own = {"source": "urn:her:90998", "continues": {"meldeId": melde_id}}
    hospital.post("ip.need.declined", **own, scope=["individual-plan"])
    (letter,) = [m for m in hospital.messages(direction="out") if m.type == "LETTER"]
    assert (letter.state, len(hospital.items("manual-fallback"))) == ("manual", 1)
    _recall(hospital, melde_id)
    assert hospital.message(letter.id).state == "buried"
    assert hospital.items("manual-fallback") == []
    assert "inform" not in hospital.clocks()


@pytest.fixture
def coordinated(hospital: House) -> tuple[House, str]:
    """Tell of a need with a copy to the GP, then of the coordinator: the GP hears of both."""
    patient = LINE | {"gp": GP}
    consent = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    melde_id = hospital.need(patient=patient, consent=consent).case["meldeId"]
    hospital.send()
    hospital.post(
        "ip.coordinator.appointed", source="urn:her:90998", patient=patient, continues={"meldeId": melde_id}
    )
    hospital.send()
    return hospital, melde_id


def test_e66_asks_a_person_to_end_the_coordinator_that_followed(coordinated: tuple[House, str]):
    hospital, melde_id = coordinated
    _recall(hospital, melde_id)
    (item,) = [t for t in hospital.items("review") if "ip.coordinator.ended" in str(t)]
    (held,) = views.assignments(hospital.case())
    assert held.id in str(item["input"])


def test_e66_recalls_the_notices_that_followed_from_the_need(coordinated: tuple[House, str]):
    hospital, melde_id = coordinated
    told = hospital.messages(direction="out", receiver="258521")
    assert len(told) == len(("the copy of the need", "the coordinator"))
    _recall(hospital, melde_id)
    text = next(
        r.body.text for r in hospital.sent() if r.head.receiver.level2 is None or r.head.receiver.person
    )
    for message in told:
        assert message.msg_id in text
    marked = {r["id"] for r in hospital.current() if r.get("status") == "entered-in-error"}
    assert {views.communication_of(m).partition("/")[2] for m in told} <= marked


def test_e66_leaves_notices_alone_where_another_need_may_be_theirs(coordinated: tuple[House, str]):
    hospital, _ = coordinated
    other = hospital.need(needs=["rehabilitation"]).case["meldeId"]
    hospital.send()
    _recall(hospital, other)
    notice = [m for m in hospital.messages(direction="out") if m.subject == "Koordinator oppnevnt"]
    marked = {r["id"] for r in hospital.current() if r.get("status") == "entered-in-error"}
    assert not {views.communication_of(m).partition("/")[2] for m in notice} & marked


def test_e66_of_what_is_not_here_is_404(hospital: House):
    with pytest.raises(EventError) as caught:
        _recall(hospital, "IPK-7Q4M-2XKD-R")
    assert caught.value.code == "IPK-E014"


# ── E67 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_e67_is_read_by_the_responsible_one_and_never_goes_on_by_itself(
    hospital: House, alvdal: House, asked: str
):
    assert hospital.needs()
    told = alvdal.post("ip.patient-input.recorded", continues={"meldeId": asked})
    assert (told.body["status"], told.messages) == ("recorded", [])
    (item,) = alvdal.items("read-input")
    owner = alvdal.services.book().by_key("alvdal-saksbehandling")
    assert item["owner"]["reference"] == f"Organization/{owner.organisation_id}"
    (communication,) = [c for c in alvdal.current() if c["resourceType"] == "Communication" and "about" in c]
    assert communication["payload"] == [{"contentString": "Vi ønsker at møtene holdes etter klokken fire."}]
    assert communication["sender"]["reference"].startswith("RelatedPerson/")


def test_e67_at_the_hospital_about_anothers_plan_is_for_its_own_unit(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    patient = {"kind": "patient", "name": {"family": "Danser", "given": "Line"}}
    hospital.post(
        "ip.patient-input.recorded", source="urn:her:91990", author=patient, continues={"meldeId": melde_id}
    )
    (item,) = hospital.items("read-input")
    unit = hospital.services.book().by_key("st-olavs-ke")
    assert item["owner"]["reference"] == f"Organization/{unit.organisation_id}"


# ── who may report ───────────────────────────────────────────────────────────────────────────────────────────────────


def _asker(house: House) -> str:
    return str(house.case().of("ServiceRequest")[0]["requester"]["reference"])


def test_the_patient_may_report_by_the_unit_that_registers_it(alvdal: House):
    """R37."""
    patient = {"kind": "patient", "name": {"family": "Danser", "given": "Line"}}
    alvdal.need(**MINE, author=patient, department=None)
    assert _asker(alvdal) == f"Patient/{alvdal.case().key}"
    assert {s.business for s in alvdal.needs().values()} == {"reported"}


def test_a_relative_may_report(alvdal: House):
    relative = {"kind": "relative", "name": {"family": "Danser", "given": "Even"}, "phone": "+4799988877"}
    alvdal.need(**MINE, author=relative, department=None)
    assert _asker(alvdal).startswith("RelatedPerson/")


@pytest.mark.parametrize("source", [NAV, SCHOOL])
def test_another_sector_reports_by_consent_and_is_the_one_who_asks(alvdal: House, source: str):
    """R05."""
    alvdal.need(source=source, author=CASE_WORKER, legalBasis="consent", department=None)
    party = alvdal.services.book().by_source(source)
    assert _asker(alvdal) == f"Organization/{party.organisation_id}"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"legalBasis": None}, "$.data.legalBasis"),
        ({"legalBasis": "hpl-38a"}, "$.data.legalBasis"),
        ({"consent": {"status": "presumed"}}, "$.data.consent.status"),
        ({"consent": {"status": "not-asked"}}, "$.data.consent.status"),
    ],
)
def test_another_sector_without_consent_is_refused(alvdal: House, changes: dict[str, Any], path: str):
    with pytest.raises(Faults) as caught:
        alvdal.need(source=NAV, **({"author": CASE_WORKER, "legalBasis": "consent"} | changes))
    assert [(f.code, f.path) for f in caught.value.faults] == [("IPK-E041", path)]


def test_the_answer_to_a_reporter_without_electronic_address_is_a_letter(alvdal: House):
    melde_id = alvdal.need(source=NAV, author=CASE_WORKER, legalBasis="consent", department=None).case[
        "meldeId"
    ]
    alvdal.clock.advance(days=1)
    told = alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    assert [(m["type"], m["receiver"]["name"], m["state"]) for m in told.messages] == [
        ("LETTER", "NAV Alvdal", "manual")
    ]
    letter = alvdal.message(told.messages[0]["id"]).body.decode()
    assert "Svar: Mottatt" in letter
    assert "NAV Alvdal" in letter


def test_another_sector_whose_need_the_unit_registers_is_the_one_who_asks_and_is_answered(alvdal: House):
    """R05, R37: the coordinating unit registers on its behalf, by its organisation number."""
    said = CASE_WORKER | {"organisation": {"name": "NAV Alvdal", "orgnr": "310001082"}}
    consent = GIVEN | {"scopes": ["coordinator", "plan-create", "other-sectors"], "recipients": ["coordinating-unit", "nav-alvdal"]}  # fmt: skip
    melde_id = alvdal.need(
        source="urn:her:5079", author=said, legalBasis="consent", department=None, consent=consent
    ).case["meldeId"]
    party = alvdal.services.book().by_source(NAV)
    assert _asker(alvdal) == f"Organization/{party.organisation_id}"
    alvdal.clock.advance(days=1)
    told = alvdal.post("ip.need.declined", continues={"meldeId": melde_id}, scope=["individual-plan"])
    assert ("LETTER", "NAV Alvdal") in [(m["type"], m["receiver"]["name"]) for m in told.messages]


def test_another_sector_is_told_of_the_coordinator_only_by_a_consent_that_names_it(
    build: Callable[..., House],
):
    without = build(of={"home": books.ALVDAL})
    named = build(of={"home": books.ALVDAL})
    wide = GIVEN | {
        "scopes": ["coordinator", "plan-create", "other-sectors"],
        "recipients": ["coordinating-unit", "nav-alvdal"],
    }
    for house, consent in ((without, GIVEN), (named, wide)):
        melde_id = house.need(
            source=NAV, author=CASE_WORKER, legalBasis="consent", department=None, consent=consent
        ).case["meldeId"]
        house.clock.advance(days=20)
        house.told = house.post("ip.coordinator.appointed", continues={"meldeId": melde_id}).messages  # type: ignore[attr-defined]
    assert without.told == []  # type: ignore[attr-defined]
    assert [m["type"] for m in named.told] == ["LETTER"]  # type: ignore[attr-defined]


def test_what_others_report_at_the_hospital_waits_for_its_own_unit_which_passes_it_on(hospital: House):
    """S1:18: nothing of an outside party's event leaves by itself, and nothing is dropped."""
    melde_id = hospital.need(source=NAV, author=CASE_WORKER, legalBasis="consent", department=None).case[
        "meldeId"
    ]
    assert hospital.send() == []
    assert len(hospital.items("review")) == 1
    hospital.clock.advance(hours=4)
    told = hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert hospital.items("review") == []
    hospital.send()
    assert {s.business for s in hospital.needs().values()} == {"sent"}


def test_what_an_outside_reporter_answers_by_event_is_read_by_the_handler(alvdal: House):
    melde_id = alvdal.need(source=NAV, author=CASE_WORKER, legalBasis="consent", department=None).case[
        "meldeId"
    ]
    alvdal.clock.advance(days=1)
    alvdal.post("ip.need.info-requested", continues={"meldeId": melde_id})
    alvdal.post(
        "ip.need.info-supplied",
        source=NAV,
        author=CASE_WORKER,
        department=None,
        continues={"meldeId": melde_id},
        text=SAID,
    )
    (item,) = alvdal.items("read-answer")
    said = next(r for r in alvdal.current() if f"Communication/{r['id']}" == item["focus"]["reference"])
    assert said["payload"] == [{"contentString": SAID}]


def test_a_private_institution_reports_as_health_personnel_do(alvdal: House):
    """R04."""
    told = alvdal.need(source=PRIVATE)
    assert _asker(alvdal).startswith("PractitionerRole/")
    alvdal.clock.advance(days=1)
    answer = alvdal.post("ip.need.acknowledged", continues={"meldeId": told.case["meldeId"]})
    assert [m["type"] for m in answer.messages] == ["LETTER"]


# ── invariants ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_n1_nothing_is_sent_without_consent_or_basis(hospital: House):
    hospital.need(consent={"status": "not-asked"}, legalBasis=None)
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}


def test_n3_every_open_need_has_one_owner_and_what_is_on_its_way_one_clock(hospital: House):
    hospital.need()
    hospital.send()
    for need in views.open_needs(hospital.case()):
        assert need.owner
    assert sorted(hospital.clocks()) == ["receipt", "reply"]


def test_n4_forwarding_keeps_when_the_need_was_identified(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    before = {n.id: n.request["occurrenceDateTime"] for n in views.needs(hospital.case())}
    hospital.clock.advance(hours=5)
    hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "gammeldal-saksbehandling"}
    )
    assert {n.id: n.request["occurrenceDateTime"] for n in views.needs(hospital.case())} == before


@pytest.mark.parametrize("state", states.CLOSED)
def test_n5_what_is_closed_is_moved_by_a_recall_alone(state: str):
    assert {e for s, e in states.TRANSITIONS if s == state} == {"ip.need.entered-in-error"}


@pytest.mark.parametrize("state", [*states.OPEN, *states.CLOSED])
def test_n8_a_move_that_is_not_listed_is_refused_with_what_is(state: str):
    posted = {e for _, e in states.TRANSITIONS if e.startswith("ip.need.")}
    for event in posted - set(states.allowed(state)):
        with pytest.raises(EventError) as caught:
            states.transition(state, event)
        assert (caught.value.code, caught.value.row.http, caught.value.allowed) == (
            "IPK-E013",
            409,
            states.allowed(state),
        )


def test_the_deny_is_no_grant(hospital: House):
    """A no to the plan does not silence word of the coordinator."""
    melde_id = hospital.need(
        patient={**LINE, "gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    ).case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=20)
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id})
    hospital.send()
    told = hospital.post(
        "ip.coordinator.appointed",
        source="urn:her:90998",
        patient={**LINE, "gp": GP},
        continues={"meldeId": melde_id},
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["258521"]
    assert urls.CONSENT_SUBJECT


# ── national codes of a case ─────────────────────────────────────────────────────────────────────────────────────────


def _codes(house: House) -> dict[str, str]:
    day = house.clock.now.date()
    return {
        c.number: c.code
        for c in standing.codes_of(house.case(), house.services.book(), day)
        if c.about == "plan"
    }


def test_n2_8705_105_comes_with_the_positive_receipt(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    assert "8705" not in _codes(hospital)
    hospital.receive(otherside.receipt(document))
    assert _codes(hospital) == {"8705": "105", "8307": "1", "8473": "22"}


def test_n2_8705_105_comes_with_a_persons_word_that_the_receiver_was_reached(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document, errors=("E21",)))
    assert "8705" not in _codes(hospital)
    (message,) = hospital.messages(direction="out")
    ingest.manual(hospital.services, message.id)
    assert _codes(hospital)["8705"] == "105"


def test_n2_a_letter_that_nobody_has_confirmed_is_no_105(hospital: House):
    hospital.need(patient=living_in("9902"))
    hospital.send()
    assert "8705" not in _codes(hospital)


def test_8705_103_when_the_patient_has_said_no(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=2)
    hospital.post("ip.need.declined-by-patient", continues={"meldeId": melde_id})
    assert _codes(hospital)["8705"] == "103"


def test_a_municipality_has_9336_alone(hospital: House, alvdal: House, asked: str):
    assert hospital.needs()
    assert asked
    assert _codes(alvdal) == {"9336": "2"}


@pytest.mark.parametrize(
    ("type_", "more"),
    [
        ("ip.need.entered-in-error", {}),
        ("ip.patient.deceased", {"diedOn": "2026-03-12", "continues": None}),
    ],
)
def test_a_clock_that_is_late_stops_with_the_need(hospital: House, type_: str, more: dict[str, Any]):
    told = hospital.need()
    hospital.send()
    hospital.clock.advance(days=8)
    hospital.tick()
    late = {d.id for d in hospital.case().deadlines if d.state == "breached"}
    assert {d.kind for d in hospital.case().deadlines if d.id in late} >= {"receipt"}
    hospital.post(type_, **({"continues": {"meldeId": told.case["meldeId"]}} | more))
    assert not late & {d.id for d in hospital.case().deadlines if d.runs}
