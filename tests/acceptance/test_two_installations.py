"""Hospital and municipality, each with an adapter of its own, telling the whole story over two exchange folders. No echo."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapter import delivery, kith
from adapter.events import schemas
from adapter.kith.apprec import AppRec
from adapter.mappings import views
from adapter.transports.directory import Directory
from tests import books
from tests.house import GIVEN, GP, LINE, Clock, House
from tests.houses import Build

pytestmark = pytest.mark.acceptance

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
CONSENT = PLAN["consent"] | {"date": "2026-03-04"}
AUGUST = schemas.example("ip.coordinator.replaced")["data"]["person"]


class Side:
    """One installation with its folders."""

    def __init__(self, house: House, root: Path) -> None:
        self.house = house
        self.out, self.inbox = root / "out", root / "in"
        self.level1 = house.org
        self.inbox.mkdir(parents=True, exist_ok=True)

    def work(self) -> int:
        """Do one round of the worker."""
        return delivery.run_once(self.house.services)

    def documents(self, type_: str | None = None) -> list[kith.Read]:
        """Return what it sent, of a type."""
        rows = self.house.messages(direction="out")
        return [kith.read(m.body) for m in rows if m.type == type_ or (type_ is None and m.type != "APPREC")]


class Country:
    """Two installations and a tiny post office between their folders."""

    def __init__(self, build: Build, root: Path) -> None:
        self.clock = Clock()
        self.sides = tuple(
            Side(
                build(
                    of={"home": home}, clock=self.clock, transport=Directory(root / name, max_bytes=8_000_000)
                ),
                root / name,
            )
            for name, home in (("hospital", books.HOSPITAL), ("alvdal", books.ALVDAL))
        )
        self.undelivered: list[str] = []

    @property
    def hospital(self) -> House:
        return self.sides[0].house

    @property
    def alvdal(self) -> House:
        return self.sides[1].house

    def post(self) -> int:
        """Carry every letter to the inbox it is addressed to."""
        moved = 0
        for side in self.sides:
            for path in sorted(side.out.glob("*.xml")) if side.out.is_dir() else []:
                self._deliver(path)
                moved += 1
        return moved

    def _deliver(self, path: Path) -> None:
        read = kith.read(path.read_bytes())
        to = (read.head or read.body).receiver.her_ids[0]  # type: ignore[union-attr]
        side = next((s for s in self.sides if s.level1 == to), None)
        if side is None:
            self.undelivered.append(read.type)
            path.unlink()
        else:
            path.rename(side.inbox / path.name)

    def settle(self) -> None:
        """Let both work until nothing moves any more."""
        self.clock.advance(seconds=30)
        for _ in range(20):
            worked = [side.work() for side in self.sides]
            if not self.post() and not any(worked):
                return
        pytest.fail("the two never come to rest")

    def counts(self) -> list[tuple[int, int]]:
        """Return how many messages and events each has."""
        return [(s.house.count(), len(s.house.events())) for s in self.sides]

    def states(self) -> list[dict[str, tuple[str, str]]]:
        """Return where the needs stand on both sides, for what both can know."""
        return [{k: (v.task, v.business) for k, v in s.house.needs().items()} for s in self.sides]

    def agree(self) -> None:
        """Assert that both sides say the same of every need."""
        hospital, alvdal = self.states()
        assert hospital == alvdal


@pytest.fixture
def country(build: Build, tmp_path: Path) -> Country:
    return Country(build, tmp_path)


def receipted_once(country: Country) -> None:
    """Assert that every message that is no receipt got exactly one, and no receipt got any."""
    for side, other in (country.sides, country.sides[::-1]):
        sent = [
            m
            for m in side.house.messages(direction="out")
            if m.type != "APPREC" and m.receiver[0] == other.level1
        ]
        receipts = [r.body for r in other.documents("APPREC")]
        named = Counter(r.original.msg_id for r in receipts if isinstance(r, AppRec))
        assert named == Counter(m.msg_id for m in sent)
        assert {m.state for m in sent} <= {"acknowledged"}
        assert all(m.state == "acknowledged" for m in sent)


def quiet(country: Country) -> None:
    """Assert that nothing more happens: no echo."""
    before = country.counts()
    for _ in range(5):
        country.clock.advance(minutes=5)
        for side in country.sides:
            side.house.tick()
        country.settle()
    assert country.counts() == before


def rested(country: Country) -> None:
    """Settle, and assert one receipt each and no echo."""
    country.settle()
    receipted_once(country)
    quiet(country)


def reported(country: Country) -> str:
    told = country.hospital.need()
    rested(country)
    return str(told.case["meldeId"])


def test_a_need_arrives_as_a_need_of_the_same_melde_id(country: Country):
    melde_id = reported(country)
    assert {r["requisition"]["value"] for r in country.alvdal.case().of("ServiceRequest")} == {melde_id}
    assert set(country.alvdal.needs()) == {"individual-plan", "coordinator"}
    assert {s.business for s in country.hospital.needs().values()} == {"delivered"}


def test_the_whole_story(country: Country):
    melde_id = reported(country)
    alvdal = country.alvdal

    alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    rested(country)
    country.agree()
    assert set(country.states()[0].values()) == {("received", "received")}

    alvdal.post("ip.need.accepted", continues={"meldeId": melde_id})
    rested(country)
    country.agree()

    assignment = alvdal.post(
        "ip.coordinator.appointed", continues={"meldeId": melde_id}, **{"from": "2026-03-05"}
    ).case["assignmentId"]
    rested(country)
    country.agree()
    assert country.states()[0]["coordinator"] == ("completed", "fulfilled")
    teams = [[(a.code, a.main, a.end) for a in views.assignments(s.house.case())] for s in country.sides]
    assert teams[0] == teams[1] == [("8", True, None)]

    alvdal.post("ip.plan.created", continues={"meldeId": melde_id}, plan=PLAN | {"consent": CONSENT})
    rested(country)
    assert country.states()[1]["individual-plan"] == ("completed", "fulfilled")
    assert country.hospital.events()[-1] == "ip.dialogue.received"
    assert len(country.hospital.items("read-answer")) == 1

    alvdal.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": assignment},
        person=AUGUST,
        **{"from": "2026-03-06"},
    )
    rested(country)

    alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    rested(country)
    types = Counter(m.type for m in country.hospital.messages(direction="in") if m.type != "APPREC")
    assert types == Counter({"DIALOG_HELSEFAGLIG": 6})
    assert [m.state for m in country.alvdal.messages() if m.state in {"failed", "ignored"}] == []


def test_a_question_and_its_answer_go_on_in_the_thread(country: Country):
    melde_id = reported(country)
    country.alvdal.post("ip.need.info-requested", continues={"meldeId": melde_id})
    rested(country)
    country.agree()
    threads = {m.thread for s in country.sides for m in s.house.messages() if m.type != "APPREC"}
    assert len(threads) == 1


def test_a_refusal_and_its_reason_come_back(country: Country):
    melde_id = reported(country)
    country.alvdal.post(
        "ip.need.declined", continues={"meldeId": melde_id}, scope=["individual-plan", "coordinator"]
    )
    rested(country)
    country.agree()
    assert {s.request for s in country.hospital.needs().values()} == {"active"}


def test_a_withdrawal_reaches_a_person_and_answers_nothing(country: Country):
    melde_id = reported(country)
    country.hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    rested(country)
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_withdrawn_consent_reaches_a_person(country: Country):
    reported(country)
    country.hospital.post(
        "ip.consent.withdrawn", scopes=["coordinator", "plan-create"], recipients=None, date="2026-03-04"
    )
    rested(country)
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_hospital_coordinator_is_told_and_becomes_no_assignment_by_itself(country: Country):
    reported(country)
    country.hospital.post("ip.hospital-coordinator.appointed")
    rested(country)
    assert views.assignments(country.alvdal.case()) == ()
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_second_kind_released_later_joins_the_same_need(country: Country):
    told = country.hospital.need(consent=GIVEN | {"scopes": ["coordinator"]})
    rested(country)
    country.alvdal.post("ip.need.acknowledged", continues={"meldeId": told.case["meldeId"]})
    rested(country)
    country.hospital.post("ip.consent.given", consent=GIVEN)
    rested(country)
    assert set(country.alvdal.needs()) == {"coordinator", "individual-plan"} or country.alvdal.items(
        "read-answer"
    )
    assert country.hospital.needs()["individual-plan"].business == "delivered"
    assert country.hospital.needs()["coordinator"].business == "received"


def test_a_copy_to_a_gp_outside_the_two_is_carried_and_awaits_its_receipt(country: Country):
    told = country.hospital.need(
        patient=LINE | {"gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    )
    country.settle()
    assert country.undelivered == ["DIALOG_HELSEFAGLIG"]
    assert country.hospital.message(told.message_to("258521")["id"]).state == "sent"
    quiet(country)


def test_a_joint_story_of_two_needs_of_one_patient_keeps_them_apart(country: Country):
    first = reported(country)
    country.alvdal.post(
        "ip.need.declined", continues={"meldeId": first}, scope=["individual-plan", "coordinator"]
    )
    rested(country)
    second = country.hospital.need().case["meldeId"]
    rested(country)
    assert second != first
    country.alvdal.post("ip.need.accepted", continues={"meldeId": second})
    rested(country)
    states = [
        sorted((n.melde_id == second, n.kind, n.state) for n in views.needs(s.house.case()))
        for s in country.sides
    ]
    assert states[0] == states[1]
    assert {state for later, _, state in states[0] if later} == {"accepted"}


def test_both_file_every_document_for_their_records_once(country: Country, tmp_path: Path):
    melde_id = reported(country)
    country.alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    rested(country)
    filed: list[Any] = [
        sorted(p.read_bytes() for p in (tmp_path / name / "epj").glob("*.xml"))
        for name in ("hospital", "alvdal")
    ]
    assert filed[0] == filed[1]
    assert len(filed[0]) == 4
