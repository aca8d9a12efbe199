"""Why: every step from event to receipt, from what is stored; nothing about the patient; text, JSON and page agree."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapter.errors import EventError, MessageError
from adapter.oversight import why
from adapter.rules import advice, requirements
from adapter.rules.anchors import ANCHORS
from adapter.store import events as stored_events
from adapter.trail import build as building
from adapter.trail import html, text, words
from adapter.trail.values import ORDER, Known, Part, Trail, as_json
from tests import accessibility, otherside
from tests.house import GIVEN, House
from tests.houses import Build

SECRET = "Hemmelig bakgrunn om fru Danser"


def parts(trail: Trail, kind: str) -> list[Part]:
    return [part for part in trail.parts if part.kind == kind]


def rules(part: Part) -> dict[str, str]:
    return {step.rule: step.outcome for step in part.steps}


@pytest.fixture
def story(hospital: House) -> tuple[House, dict[str, Any]]:
    """Report a need, send it, get its receipt, an answer in prose and a coordinator."""
    reply = hospital.need(reason={"codes": [], "text": SECRET})
    (sent,) = hospital.send()
    hospital.receive(otherside.receipt(sent))
    hospital.clock.advance(hours=2)
    hospital.receive(otherside.reply(sent, f"Svar: Mottatt\r\n{SECRET}"))
    hospital.clock.advance(hours=2)
    hospital.receive(
        otherside.reply(sent, f"{otherside.APPOINTED}\r\n{SECRET}", contacts=(otherside.COORDINATOR,))
    )
    return hospital, reply.body


def test_a_message_is_told_from_event_to_receipt(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_message(house.services, body["messages"][0]["id"])
    event, message, receipt = trail.parts[0], parts(trail, "message")[0], parts(trail, "event")[1]
    assert (event.type, event.id) == ("ip.need.identified", body["eventId"])
    assert {"E01", "R01", "R02", "R03", "R06", "R10", "R11", "state-transition"} == set(rules(event))
    assert [s.step for s in message.steps] == sorted((s.step for s in message.steps), key=ORDER.index)
    assert rules(message) == {
        "consent-plan-create": "åpen",
        "consent-coordinator": "åpen",
        "receiver-municipality": "alvdal-saksbehandling",
        "receiver-unit": "alvdal-saksbehandling",
        "routing-direct-with-copy": "direct_with_copy_to_ke",
        "answer-department": "st-olavs-fmr",
        "carrier-2": "DIALOG_HELSEFAGLIG/1.1",
        "clock-receipt": "96 timer",
        "clock-reply": "3 virkedager",
        "receipt-positive": "acknowledged",
    }
    assert receipt.type == "ip.receipt.positive"
    assert rules(receipt)["state-receipt"] == "delivered"


def test_every_step_names_rule_source_kind_and_text(story: tuple[House, dict[str, Any]]):
    house, body = story
    for part in why.of_case(house.services, body["case"]["patientId"]).parts:
        assert part.steps, part.type
        for step in part.steps:
            assert step.source, step.rule
            assert step.text.endswith("."), step.rule
            assert "{" not in step.text
            assert step.kind in requirements.KINDS
            assert step.rule in ANCHORS or re.fullmatch(r"[ER]\d\d|IPK-[A-Z]\d{3}", step.rule)


def test_what_fell_away_is_told_with_the_step(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_message(house.services, body["messages"][0]["id"])
    (unit,) = [s for p in trail.parts for s in p.steps if s.rule == "receiver-unit"]
    assert unit.fell_away == ("alvdal-sykepleie",)
    assert f"{words.FELL_AWAY}: alvdal-sykepleie" in text.page(trail)
    assert f"{words.FELL_AWAY}: alvdal-sykepleie" in html.page(trail)


def test_a_case_tells_every_event_and_message_once_in_order(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    told = [part.id for part in trail.parts]
    assert len(told) == len(set(told))
    assert {m.id for m in house.messages() if m.case_key} == {p.id for p in parts(trail, "message")}
    types = [p.type for p in parts(trail, "event")]
    assert types[0] == "ip.need.identified"
    assert {"ip.receipt.positive", "ip.need.acknowledged", "ip.coordinator.appointed"} <= set(types)
    at = [part.at for part in parts(trail, "event") if part.at]
    assert at == sorted(at)


def test_a_received_message_stands_before_the_events_made_from_it(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    order = [(part.kind, part.type) for part in trail.parts]
    acknowledged = order.index(("event", "ip.need.acknowledged"))
    assert order[acknowledged - 1] == ("message", "DIALOG_HELSEFAGLIG")
    received = trail.parts[acknowledged - 1]
    assert dict(received.facts)["direction"] == "in"
    assert rules(received) == {"receipt-given": "received"}


def test_how_a_need_moved_is_told_of_the_versions_stored(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    moves = {p.type: [s.text for s in p.steps if s.rule == "state-transition"] for p in parts(trail, "event")}
    assert moves["ip.need.acknowledged"] == ["Behovet går fra Levert til Mottatt."]
    assert moves["ip.coordinator.appointed"] == ["Behovet går fra Mottatt til Oppfylt."]


def test_an_event_is_told_with_its_own_messages_alone(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_event(house.services, body["eventId"])
    assert [p.id for p in trail.parts] == [body["eventId"], body["messages"][0]["id"]]
    assert why.of_any(house.services, body["eventId"]) == trail
    assert why.of_any(house.services, body["case"]["patientId"]).kind == "case"


def test_what_waits_for_consent_says_by_which_rule(hospital: House):
    body = hospital.need(
        consent={
            "status": "not-asked",
            "scopes": [],
            "givenBy": "patient",
            "method": "oral",
            "date": "2026-03-04",
        }
    ).body
    (event,) = why.of_event(hospital.services, body["eventId"]).parts
    assert rules(event)["consent-not-asked"] == "venter"
    assert event.state == "held"


def test_a_rejection_is_told_by_its_codes_and_never_by_the_words_of_the_other(hospital: House):
    body = hospital.need().body
    (sent,) = hospital.send()
    hospital.receive(otherside.receipt(sent, errors=("E35",)))
    message = parts(why.of_message(hospital.services, body["messages"][0]["id"]), "message")[0]
    assert rules(message)["receipt-negative"].startswith("rejected, E35 ")


def test_without_a_receipt_the_clock_is_told(hospital: House):
    body = hospital.need().body
    hospital.send()
    hospital.clock.advance(hours=97)
    hospital.tick()
    trail = why.of_message(hospital.services, body["messages"][0]["id"])
    assert rules(parts(trail, "message")[0])["receipt-missing"] == "unanswered"
    assert parts(trail, "event")[-1].type == "ip.receipt.missing"


def test_a_clock_that_ran_out_is_told_with_its_instant(hospital: House):
    body = hospital.need().body
    hospital.send()
    hospital.clock.advance(days=5, hours=23)
    hospital.tick()
    trail = why.of_case(hospital.services, body["case"]["patientId"])
    (step,) = [s for p in trail.parts for s in p.steps if s.outcome == "brutt"]
    assert (step.rule, step.text) == ("clock-reply", "Fristen gikk ut 09.03.2026 kl. 23.59.")


def test_the_hours_are_those_of_the_installation(build: Build):
    house = build(receipt_hours=48)
    body = house.need().body
    message = parts(why.of_message(house.services, body["messages"][0]["id"]), "message")[0]
    assert rules(message)["clock-receipt"] == "48 timer"


def test_who_stands_as_sender_is_told_where_the_unit_does(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"answer_to": "ke"}}})
    body = house.need().body
    message = parts(why.of_message(house.services, body["messages"][0]["id"]), "message")[0]
    assert rules(message)["answer-ke"] == "st-olavs-ke"


def test_a_rule_that_is_gone_is_still_told_with_what_was_stored():
    step = building._step("no-such-rule", source="kilde", outcome="x", text="", rejected=("y",))
    assert (step.step, step.rule, step.source, step.outcome, step.fell_away) == (
        "rule",
        "no-such-rule",
        "kilde",
        "x",
        ("y",),
    )
    assert step.text


def test_an_agreement_is_told_as_one():
    assert (
        building._step("clock-reply", source="avtale: x", outcome="5 virkedager", text="").kind == "agreement"
    )
    assert (
        building._step("clock-reply", source="", outcome="5 virkedager", text="").text
        == "Svar ventes innen 5 virkedager."
    )
    assert building._step("clock-reply", source="", outcome="1 virkedag", text="").text == (
        "Svar ventes innen 1 virkedag."
    )


# ── what must never stand there ──────────────────────────────────────────────────────────────────────────────────────


def test_nothing_about_the_patient_but_the_case_id(story: tuple[House, dict[str, Any]]):
    house, body = story
    case = body["case"]["patientId"]
    ids = [case, body["eventId"], *(m.id for m in house.messages())]
    for id_ in ids:
        trail = why.of_any(house.services, id_)
        assert trail.case_id in {case, None}
        for told in (text.page(trail), html.page(trail), orjson.dumps(as_json(trail)).decode()):
            for secret in (
                "Danser", "Line", "13116900216", "1969", SECRET, "Hemmelig", "Koman", "Gunn", "Omsorg", "September",
                "+47", "9144889", "IPK-",
            ):  # fmt: skip
                assert secret not in told, (secret, trail.kind)


def test_a_gp_is_named_by_the_organisation_and_not_as_a_person(hospital: House):
    gp = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13116900216"},
          "name": {"family": "Danser", "given": "Line"}, "birthDate": "1969-11-13", "gender": "female",
          "municipality": {"code": "3428"}, "gp": {"herId": "258521"}}  # fmt: skip
    body = hospital.need(patient=gp, consent={**GIVEN, "recipients": ["coordinating-unit", "gp"]}).body
    (copy,) = [m for m in body["messages"] if m["receiver"]["herId"] == "258521"]
    message = parts(why.of_message(hospital.services, copy["id"]), "message")[0]
    assert dict(message.facts)["receiver"] == "Kattskinnet legesenter (258521)"


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_text_is_eighty_columns(story: tuple[House, dict[str, Any]]):
    house, body = story
    page = text.page(why.of_case(house.services, body["case"]["patientId"]))
    assert max(map(len, page.splitlines())) <= text.WIDTH
    assert page.endswith("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_has_language_title_one_heading_and_no_script_or_inline_style(
    story: tuple[House, dict[str, Any]],
):
    house, body = story
    reader = _Reader()
    reader.feed(html.page(why.of_case(house.services, body["case"]["patientId"]), style="/docs/why.css"))
    names = [tag for tag, _ in reader.tags]
    assert ("html", {"lang": "nb"}) in reader.tags
    assert [names.count(tag) for tag in ("h1", "main", "title", "header")] == [1, 1, 1, 1]
    assert not {"script", "style"} & set(names)
    assert not [
        attrs for _, attrs in reader.tags if "style" in attrs or any(a.startswith("on") for a in attrs)
    ]
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_page_by_itself_allows_its_own_style_and_nothing_else(story: tuple[House, dict[str, Any]]):
    house, body = story
    page = html.page(why.of_event(house.services, body["eventId"]))
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "@media print" in page


def test_json_says_the_same_as_the_values(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_event(house.services, body["eventId"])
    told = json.loads(orjson.dumps(as_json(trail)))
    assert (told["kind"], told["id"], told["caseId"]) == ("event", body["eventId"], body["case"]["patientId"])
    assert [[s["rule"] for s in p["steps"]] for p in told["parts"]] == [
        [s.rule for s in p.steps] for p in trail.parts
    ]
    assert {"step", "rule", "source", "kind", "outcome", "text", "fellAway"} == set(
        told["parts"][0]["steps"][0]
    )


def test_every_step_and_state_has_its_word():
    assert set(words.STEPS) == set(ORDER)
    assert set(building._BECAME) | {"received", "unmatched", "ignored", "failed"} >= set(words.STATES) - {
        "accepted", "unrouted", "recorded",
    }  # fmt: skip
    assert set(building._BECAME.values()) <= set(ANCHORS)


def test_what_another_organisation_tells_is_told_by_nobody_and_says_so(hospital: House):
    need = hospital.need().case["meldeId"]
    hospital.send()
    told = hospital.post("ip.need.accepted", source="urn:her:5079", continues={"meldeId": need})
    assert told.messages == []
    (part,) = why.of_event(hospital.services, told.body["eventId"]).parts
    assert rules(part)["routing-reported"] == "ingen melding"
    own = hospital.post("ip.contact-physician.appointed")
    assert "routing-reported" not in rules(why.of_event(hospital.services, own.body["eventId"]).parts[0])


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("Re: Melding om behov for individuell plan og/eller koordinator", True),
        ("Nye opplysninger om meldt behov", True),
        ("Pasienten flytter til en annen kommune", True),
        ("Svar på melding om behov", True),
        ("Du har fått kontaktlege", True),
        ("Re: Pasient flyttet: individuell plan eller koordinator finnes", True),
        ("Du har fått brev om fru Danser", False),
        ("Re: fru Danser", False),
    ],
)
def test_a_title_of_ours_is_told_replies_and_letters_too_and_never_the_others_words(
    hospital: House,
    subject: str,
    told: bool,  # noqa: FBT001 (a row says it)
):
    hospital.need()
    message = replace(hospital.messages(direction="out")[0], subject=subject)
    known = Known(kind="message", id=message.id, case_id=None, events=(), messages=(message,), beside=())
    (part,) = building.build(known, hospital.services.book()).parts
    assert part.title == (subject if told else "")


def test_what_a_rule_decided_stands_in_norwegian_where_people_read_it(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    page, plain = html.page(trail), text.page(trail)
    for code in ("direct_with_copy_to_ke", "acknowledged", "delivered", "recorded"):
        assert any(code in s.outcome for p in trail.parts for s in p.steps), code
        assert f">{code}<" not in page
        assert f": {code}" not in plain
    assert "rett til kommunen, med kopi" in plain


def test_what_is_not_there_says_so(hospital: House):
    for ask, code, error in (
        (why.of_message, "IPK-M010", MessageError),
        (why.of_event, "IPK-E020", EventError),
        (why.of_case, "IPK-E020", EventError),
        (why.of_any, "IPK-E085", EventError),
    ):
        with pytest.raises(error) as caught:
            ask(hospital.services, "00000000-0000-4000-8000-000000000000")
        assert caught.value.code == code


def test_mail_for_others_is_told_without_a_case(hospital: House):
    body = hospital.need().body
    (sent,) = hospital.send()
    taken = hospital.receive(sent)
    assert taken.id
    trail = why.of_message(hospital.services, taken.id)
    assert body
    assert (trail.case_id, rules(parts(trail, "message")[0])) == (None, {"receipt-not-ours": "ignored"})


def test_every_colour_of_letters_and_lines_of_the_page_stands_out():
    letters = set(re.findall(r"[{; ]color: #([0-9a-f]{3,6})", html.css()))
    lines = set(re.findall(r"border[a-z-]*: [^;]*#([0-9a-f]{3,6})", html.css()))
    assert len(letters) >= 3
    assert min(accessibility.contrast(letter, "fff") for letter in letters) >= accessibility.READABLE
    assert min(accessibility.contrast(line, "fff") for line in lines) >= accessibility.VISIBLE


@pytest.mark.chromium
@pytest.mark.slow
def test_axe_finds_nothing_in_a_browser(story: tuple[House, dict[str, Any]], tmp_path: Path):
    house, body = story
    found = accessibility.judged(html.page(why.of_case(house.services, body["case"]["patientId"])), tmp_path)
    assert found["failed"] == []
    assert {"color-contrast", "heading-order", "html-has-lang"} <= set(found["passed"])


def test_cause_owner_and_next_step_of_a_receipt_stand_on_message_case_and_event(hospital: House):
    body = hospital.need().body
    (sent,) = hospital.send()
    hospital.receive(otherside.receipt(sent, errors=("T10",)))
    with hospital.services.store.read() as conn:
        (negative,) = [e for e in stored_events.page(conn, count=50)[0] if e.type == "ip.receipt.negative"]
    told = advice.table()["T10"]
    for trail in (
        why.of_message(hospital.services, body["messages"][0]["id"]),
        why.of_case(hospital.services, body["case"]["patientId"]),
        why.of_event(hospital.services, body["eventId"]),
        why.of_event(hospital.services, negative.event_id),
    ):
        said = [s.text for part in trail.parts for s in part.steps if s.rule == "receipt-advice"]
        assert said, trail.kind
        assert set(said) == {told.line}
        for form in (json.dumps(as_json(trail), ensure_ascii=False), html.page(trail), text.page(trail)):
            assert told.line in re.sub(r"\s+", " ", form)


def test_a_positive_receipt_needs_no_advice(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    assert "receipt-advice" not in {s.rule for part in trail.parts for s in part.steps}


def test_a_case_says_who_answers_now_and_why(story: tuple[House, dict[str, Any]]):
    house, body = story
    trail = why.of_case(house.services, body["case"]["patientId"])
    (part,) = parts(trail, "case")
    assert rules(part) == {"responsible-municipality": "municipality"}
    assert "Plan:             kommunen" in text.page(trail)
    assert "Planen er hos:    Alvdal Kommune" in text.page(trail)
    house.post("ip.hospital-coordinator.appointed")
    (part,) = parts(why.of_case(house.services, body["case"]["patientId"]), "case")
    assert "responsible-both" in rules(part)
    assert dict(part.facts)["coordinators"] == "municipality, hospital"


def test_a_case_of_the_hospital_alone_says_so(hospital: House):
    made = hospital.post("ip.hospital-coordinator.appointed", expectedUntil=None)
    (part,) = parts(why.of_case(hospital.services, made.case["patientId"]), "case")
    assert rules(part) == {"responsible-hospital": "hospital"}
