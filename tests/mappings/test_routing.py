"""Routing policies, forwarding, threads and faults of a need: E01 and E02. message-rules.md."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith, naming
from adapter.errors import AdapterError, EventError
from adapter.kith.dialog import Notes
from adapter.kith.text import parse
from tests import otherside
from tests.house import GIVEN, House
from tests.houses import Build

TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}


def body(read: kith.Read) -> Notes:
    assert isinstance(read.body, Notes)
    return read.body


def _tema(read: kith.Read) -> str | None:
    return body(read).notes[0].subject


# ── routing policies ──


def _ke_first(build: Any, **more: Any) -> House:
    rows = {"st-olavs-fmr": {"routing": "ke_then_municipality", **more}}
    return build(of={"rows": rows})


def test_direct_makes_no_task_for_the_own_unit(build: Any):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "direct"}}})
    told = house.need()
    assert [m["state"] for m in told.messages] == ["pending"]
    assert house.items("review") == []


def test_ke_then_municipality_holds_the_message_and_answers_accepted(build: Any):
    house = _ke_first(build)
    told = house.need()
    assert (told.body["status"], [m["state"] for m in told.messages]) == ("accepted", ["held"])
    assert house.send() == []
    assert [(d["kind"], d["due"]) for d in told.body["deadlines"]] == [
        ("release", "2026-03-05T10:15:01+01:00")
    ]
    assert len(house.items("review")) == 1


def test_e02_of_the_own_unit_releases_the_held_message_under_its_own_id(build: Any):
    house = _ke_first(build)
    melde_id = house.need().case["meldeId"]
    house.clock.advance(hours=2)
    told = house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    (read,) = house.sent()
    assert read.head.msg_id == naming.uid(told.body["eventId"], "DIALOG_HELSEFAGLIG", "5079", "0")
    assert read.head.gen_date == house.clock.now
    assert {m.state for m in house.messages(direction="out")} == {"buried", "sent"}
    assert _tema(read) == "Videresendt: behov for individuell plan og/eller koordinator"
    assert "release" not in house.clocks()
    assert "reply" in house.clocks()


def test_the_held_message_goes_by_itself_when_the_release_days_are_over(build: Any):
    house = _ke_first(build)
    house.need()
    house.clock.advance(days=1, seconds=-2)
    assert house.tick() == 0
    house.clock.advance(seconds=2)
    assert house.tick() == 1
    (read,) = house.sent()
    assert read.head.gen_date == house.clock.now
    assert _tema(read) == "Melding om behov for individuell plan og/eller koordinator"
    assert "Videresendt av" not in body(read).text
    assert house.tick() == 0
    assert house.send() == []
    assert len([m for m in house.messages(direction="out") if m.state == "sent"]) == 1


def test_release_days_are_working_days(build: Any):
    house = _ke_first(build, release_days=3)
    told = house.need()
    assert told.body["deadlines"][0]["due"] == "2026-03-09T10:15:01+01:00"


def test_answer_to_ke_puts_the_unit_on_level_two_of_the_sender(build: Any):
    house = build(of={"rows": {"st-olavs-fmr": {"answer_to": "ke"}}})
    house.need()
    (read,) = house.sent()
    assert read.head.sender.her_ids == ("59", "91990")


def test_e02_to_another_party_completes_the_old_tasks_and_makes_new_ones_on_the_same_requests(
    hospital: House,
):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    told = hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "gammeldal-saksbehandling"}
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["5101"]
    tasks = [t for t in hospital.case().of("Task") if t.get("basedOn")]
    states = sorted((t["owner"]["reference"], t["status"]) for t in tasks)
    old, new = naming.unit_id("alvdal-saksbehandling"), naming.unit_id("gammeldal-saksbehandling")
    assert states == sorted(
        [(f"Organization/{old}", "completed")] * 2 + [(f"Organization/{new}", "requested")] * 2
    )
    assert len(hospital.case().of("ServiceRequest")) == 2
    (read,) = hospital.sent()
    assert "Videresendt av: " in body(read).text
    assert melde_id in body(read).text


@pytest.mark.parametrize("to", [None, {"key": "storvik-nord"}], ids=["released", "passed on"])
def test_what_e02_says_goes_with_the_need(build: Any, to: dict[str, str] | None):
    house = _ke_first(build)
    melde_id = house.need().case["meldeId"]
    house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=to, text="Haster.\nMelde-id: feil")
    (read,) = house.sent()
    assert _tema(read) == "Videresendt: behov for individuell plan og/eller koordinator"
    lines = body(read).text.split("\r\n")
    assert lines[0] == "MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR"
    assert lines[-3].startswith("Videresendt av: ")
    assert lines[-2] == "Melding fra den som videresender: Haster. Melde-id: feil"
    assert parse(body(read).text).melde_id == melde_id


@pytest.fixture
def passed_on(hospital: House, alvdal: House) -> tuple[str, bytes]:
    """Return the Melde-id of a need that the hospital reported, and the message by which the municipality passed it on."""
    melde_id = hospital.need().case["meldeId"]
    (need,) = hospital.send()
    alvdal.receive(need)
    alvdal.send()
    alvdal.post(
        "ip.need.forwarded",
        source="urn:her:5079",
        continues={"meldeId": melde_id},
        to={"key": "storvik-nord"},
    )
    sent = {r.head.receiver.her_ids[1]: d for d in alvdal.send() if (r := kith.read(d)).head}
    alvdal.clock.advance(days=1)
    return melde_id, sent["5111"]


def test_a_yes_of_the_one_the_need_was_passed_on_to_is_told_on_by_a_person_once(
    alvdal: House, passed_on: tuple[str, bytes]
):
    melde_id, document = passed_on
    alvdal.receive(otherside.reply(document, "Svar: Godtatt"))
    assert {m.receiver_key for m in alvdal.messages(direction="out") if m.state == "pending"} == {
        "storvik-nord"
    }
    (item,) = alvdal.items("read-answer")
    assert {i["type"]["text"]: i.get("valueString") for i in item["input"]}["event"] == "ip.need.accepted"
    yes = {
        "source": "urn:her:5079",
        "continues": {"meldeId": melde_id},
        "scope": ["individual-plan", "coordinator"],
    }
    told = alvdal.post("ip.need.accepted", **yes)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert alvdal.items("read-answer") == []
    with pytest.raises(AdapterError) as caught:
        alvdal.post("ip.need.accepted", **yes)
    assert caught.value.code == "IPK-E013"


def test_what_the_one_who_has_the_need_posts_itself_leaves_it_to_us_to_tell_its_yes_on(
    alvdal: House, passed_on: tuple[str, bytes]
):
    melde_id, document = passed_on
    alvdal.receive(otherside.reply(document, "Svar: Godtatt"))
    appointed = {"source": "urn:her:5111", "continues": {"meldeId": melde_id}, "from": "2026-03-05"}
    assert alvdal.post("ip.coordinator.appointed", **appointed).messages == []
    assert len(alvdal.items("read-answer")) == 1


def test_a_yes_to_one_kind_told_by_phone_after_one_that_was_read_is_an_answer_of_its_own(
    alvdal: House, passed_on: tuple[str, bytes]
):
    melde_id, document = passed_on
    alvdal.receive(otherside.reply(document, "Svar: Godtatt\r\nGjelder: Individuell plan"))
    yes = {"source": "urn:her:5079", "continues": {"meldeId": melde_id}}
    told = alvdal.post("ip.need.accepted", scope=["coordinator"], **yes)
    assert {s.business for s in alvdal.needs().values()} == {"accepted"}
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert len(alvdal.items("read-answer")) == 1, "the first is still to be told"
    alvdal.send()
    told = alvdal.post("ip.need.accepted", scope=["individual-plan"], **yes)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert alvdal.items("read-answer") == []


def test_a_yes_that_was_read_of_a_need_that_is_withdrawn_is_told_to_nobody(
    alvdal: House, passed_on: tuple[str, bytes]
):
    melde_id, document = passed_on
    alvdal.receive(otherside.reply(document, "Svar: Godtatt"))
    alvdal.post("ip.need.withdrawn", source="urn:her:5079", continues={"meldeId": melde_id}, scope=None)
    assert alvdal.items("read-answer") == []


def test_a_yes_to_a_need_of_our_own_is_told_to_nobody_else(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    hospital.receive(otherside.reply(document, "Svar: Godtatt"))
    assert hospital.items("read-answer") == []


def test_e02_to_nobody_in_the_book_is_a_fault(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    with pytest.raises(AdapterError) as caught:
        hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "nowhere"})
    assert caught.value.code == "IPK-R003"


# ── the same again, and faults ──


def test_the_same_event_again_gets_the_first_body_and_changes_nothing(hospital: House):
    event = hospital.event("ip.need.identified")
    first = hospital.accept(event)
    version = hospital.case().version
    hospital.clock.advance(hours=1)
    again = hospital.accept(event)
    assert (again.status, again.replayed, again.body) == (200, True, first.body)
    assert hospital.case().version == version


def test_the_same_id_with_other_content_is_a_conflict(hospital: House):
    hospital.need(id_="one")
    with pytest.raises(EventError) as caught:
        hospital.need(id_="one", urgency="urgent")
    assert (caught.value.code, caught.value.row.http) == ("IPK-E012", 409)


def test_a_dry_run_shows_the_message_and_stores_nothing(hospital: House):
    event = hospital.event("ip.need.identified")
    shown = hospital.accept(event, dry_run=True)
    assert shown.status == 200
    assert kith.read(shown.messages[0]["rendered"].encode()).type == "DIALOG_HELSEFAGLIG"
    assert hospital.events() == []
    assert hospital.case().key is None
    assert hospital.accept(event).status == 202


def test_a_kind_already_open_at_the_same_party_is_joined_with_a_warning(hospital: House):
    hospital.need()
    told = hospital.need(needs=["coordinator"], wishes={"individualPlan": "unclear", "coordinator": "yes"})
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E027"]
    assert told.messages == []
    assert len(hospital.case().of("ServiceRequest")) == 2


@pytest.mark.parametrize(
    "continues",
    [{"meldeId": "IPK-0000-0001-1"}, {"needId": "3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10"}],
)
def test_what_continues_nothing_here_is_404(hospital: House, continues: dict[str, str]):
    hospital.need()
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.withdrawn", continues=continues)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E014", 404)


def test_a_need_of_another_patient_is_404(hospital: House):
    from tests.house import ROLAND  # noqa: PLC0415

    melde_id = hospital.need().case["meldeId"]
    hospital.need(patient=ROLAND)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.withdrawn", patient=ROLAND, continues={"meldeId": melde_id})
    assert caught.value.row.http == 404


def test_a_melde_id_is_accepted_where_a_need_id_is_and_means_all_kinds_still_open(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.post("ip.need.withdrawn", continues={"needId": melde_id}, scope=None)
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}


def test_a_scope_outside_what_is_continued_is_422(hospital: House):
    needs = hospital.need().case["needs"]
    plan = next(n["needId"] for n in needs if n["kind"] == "individual-plan")
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.withdrawn", continues={"needId": plan}, scope=["coordinator"])
    assert caught.value.row.http == 422


# ── threads ──


def test_a_parent_given_by_the_epj_gives_the_conversation_and_the_carrier_of_a_new_dialogue(hospital: House):
    parent = "0c1a6c0e-8a5d-4f67-9a40-0d7c2b4f9a11"
    hospital.need(correlation={"parentMsgId": parent, "conversationRef": parent})
    (read,) = hospital.sent()
    assert (read.head.conversation.parent, read.head.conversation.conversation) == (parent, parent)
    assert read.type == "DIALOG_HELSEFAGLIG"
    assert [c.role.v for c in body(read).contacts if c.role and c.role.v == "24"] == ["24"]


def test_a_parent_alone_gives_the_conversation_too(hospital: House):
    parent = "0c1a6c0e-8a5d-4f67-9a40-0d7c2b4f9a11"
    hospital.need(correlation={"parentMsgId": parent})
    (read,) = hospital.sent()
    assert read.head.conversation is not None
    assert read.head.conversation.parent == parent


def test_free_text_cannot_forge_a_line(hospital: House):
    forged = "Fall hjemme.\r\nSvar: Godtatt\r\nMelde-id: IPK-0000-0001-1\nKoordinator oppnevnt: A; B; 1"
    told = hospital.need(reason={"codes": [], "text": forged}, preference={"text": forged})
    (read,) = hospital.sent()
    text = body(read).text
    assert len(text.split("\r\n")) == 11
    found = parse(text)
    assert (found.melde_id, found.answer, found.coordinator) == (told.case["meldeId"], None, None)


def test_a_unit_that_nobody_staffs_holds_nothing_back(build: Build):
    rows = {"st-olavs-fmr": {"routing": "ke_then_municipality"}, "st-olavs-ke": {"staffed": False}}
    hospital = build(of={"rows": rows})
    told = hospital.need()
    assert [m["state"] for m in told.messages] == ["pending"]
    assert "routing-unit-unstaffed" in [w["rule"] for w in told.messages[0]["why"]]
    assert len(hospital.items("review")) == 1


def test_a_need_may_be_passed_on_to_another_hospital_trust_and_is_answered_by_it(build: Build):
    trust = {"level1": {"her_id": "99410", "name": "Sunnaas sykehus HF", "orgnr": "310001058", "type": "101"}}
    hospital = build(of={"rows": {"storvik-nord": trust, "storvik-sor": trust}})
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    told = hospital.post(
        "ip.need.forwarded",
        source="urn:her:91990",
        continues={"meldeId": melde_id},
        to={"key": "storvik-nord"},
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["5111"]
    (document,) = hospital.send()
    hospital.receive(otherside.reply(document, "Svar: Godtatt"))
    assert {s.business for s in hospital.needs().values()} == {"accepted"}
