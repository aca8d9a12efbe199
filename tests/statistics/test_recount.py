"""Statistics of an installation equal a recount from its events; what a person does moves the figures it should."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest

from adapter import kith
from adapter.errors import EventError
from adapter.events import schemas
from adapter.oversight import stats
from adapter.statistics import told
from adapter.statistics.compute import Table
from adapter.store import events as stored_events
from tests import books, otherside, people
from tests.house import GIVEN, House, living_in
from tests.houses import Build

CHILD = "2015-05-05"
Cells = dict[str, tuple[float | None, ...]]


def ask(house: House, first: date | None = None, last: date | None = None) -> dict[str, Table]:
    question = stats.asked(house.services, first, last)
    return {table.key: table for table in stats.tables(house.services, question)}


def cells(table: Table) -> Cells:
    return {row.group: row.cells for row in table.rows}


def counts(table: Table) -> dict[str, float | None]:
    return {row.group: row.cells[0] for row in table.rows}


@pytest.fixture
def house(build: Build) -> House:
    return build(stats_smallest_cell=1)


def told_events(house: House) -> list[dict[str, Any]]:
    with house.services.store.read() as conn:
        found, _ = stored_events.page(conn, count=500)
    return [
        {
            "type": e.type,
            "at": e.received_at,
            "melde_id": e.melde_id,
            "case": e.case_key,
            **orjson.loads(e.content)["data"],
        }
        for e in found
    ]


CONSENTS: tuple[dict[str, Any], ...] = (
    GIVEN,
    {"status": "refused", "scopes": [], "givenBy": "patient", "method": "oral", "date": "2026-03-04"},
    {"status": "not-asked", "scopes": [], "givenBy": "patient", "method": "oral", "date": "2026-03-04"},
)
ANSWERS = ("Svar: Mottatt", "Svar: Godtatt", "Svar: Avslått", "")


def grown(house: House, number: int = 12) -> None:
    """Report needs of several people, answer some of them in each way."""
    kinds = itertools.cycle((["individual-plan", "coordinator"], ["coordinator"], ["habilitation"]))
    consents, answers = itertools.cycle(CONSENTS), itertools.cycle(ANSWERS)
    for patient in itertools.islice(people.patients(), number):
        house.need(patient=patient, needs=next(kinds), consent=next(consents))
        for sent in (data for data in house.send() if kith.read(data).head is not None):
            house.receive(otherside.receipt(sent))
            house.clock.advance(hours=5)
            if text := next(answers):
                house.receive(otherside.reply(sent, text))
        house.clock.advance(days=4)


def test_statistics_equal_a_recount_from_the_events(house: House):
    grown(house)
    found, told_ = ask(house), told_events(house)
    needs = [e for e in told_ if e["type"] == "ip.need.identified"]
    assert len(needs) == 12
    assert counts(found["k01-month"]) == Counter(f"{e['at']:%Y-%m}" for e in needs)
    assert counts(found["k01-department"]) == Counter(e["department"]["name"] for e in needs)
    names = {
        "individual-plan": "Individuell plan",
        "coordinator": "Koordinator",
        "habilitation": "Habilitering",
    }
    assert counts(found["k01-kind"]) == Counter(names[kind] for e in needs for kind in e["needs"])
    statuses = {"given": "gitt", "refused": "avslått", "not-asked": "ikke spurt"}
    assert counts(found["k02"]) == Counter(statuses[e["consent"]["status"]] for e in needs)
    answered = {
        e["melde_id"]
        for e in told_
        if e["type"] in {"ip.need.acknowledged", "ip.need.accepted", "ip.need.declined"}
    }
    declined = [e for e in told_ if e["type"] == "ip.need.declined"]
    assert counts(found["k15-received"]) == {"3428": 4}, (
        "what was refused, or waits for consent, came to nobody"
    )
    assert counts(found["k15-answered"]) == {"3428": len(answered)}
    assert counts(found["k15-declined"]) == {"3428": len(declined)}
    assert counts(found["k15-reason"]) == {"ikke oppgitt": len(declined)}


def test_k03_measures_the_hours_from_need_to_each_step(house: House):
    house.need()
    house.clock.advance(hours=2)
    (sent,) = house.send()
    house.clock.advance(hours=1)
    house.receive(otherside.receipt(sent))
    house.clock.advance(hours=3)
    house.receive(otherside.reply(sent, "Svar: Mottatt"))
    house.clock.advance(hours=4)
    house.receive(otherside.reply(sent, "Svar: Godtatt"))
    house.clock.advance(hours=10)
    house.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    assert cells(ask(house)["k03"]) == {
        "sendt": (1, 2.0, 2.0),
        "kvittert": (1, 3.0, 3.0),
        "første svar": (1, 6.0, 6.0),
        "avgjort": (1, 10.0, 10.0),
        "koordinator oppnevnt": (1, 20.0, 20.0),
    }


def test_k04_lists_what_is_open_longer_than_it_should_be_by_receiver(house: House):
    house.need(needs=["coordinator"], consent={**GIVEN, "scopes": ["coordinator"]})
    (sent,) = house.send()
    house.receive(otherside.receipt(sent))
    place = "Alvdal Kommune, Saksbehandling (5079)"
    assert counts(ask(house)["k04-reply"]) == {}
    house.clock.advance(days=4)
    assert counts(ask(house)["k04-reply"]) == {}, "three working days from a Wednesday last until Monday"
    house.clock.advance(days=2)
    assert counts(ask(house)["k04-reply"]) == {place: 1}
    house.receive(otherside.reply(sent, "Svar: Mottatt"))
    assert counts(ask(house)["k04-reply"]) == {}
    house.clock.advance(days=21)
    assert counts(ask(house)["k04-assessment"]) == {place: 1}
    house.receive(otherside.reply(sent, "Svar: Godtatt"))
    house.clock.advance(days=55)
    assert counts(ask(house)["k04-coordinator"]) == {place: 1}


def test_k04_counts_the_wait_for_a_coordinator_once_a_plan_need_waits_for_none(house: House):
    house.need()
    (sent,) = house.send()
    house.receive(otherside.receipt(sent))
    house.receive(otherside.reply(sent, "Svar: Godtatt"))
    house.clock.advance(days=55)
    assert list(counts(ask(house)["k04-coordinator"]).values()) == [1]


def test_k04_is_what_the_deadlines_say_a_need_that_rests_is_not_behind(house: House):
    house.need(needs=["coordinator"], consent={**GIVEN, "scopes": ["coordinator"]})
    (sent,) = house.send()
    house.receive(otherside.receipt(sent))
    house.receive(otherside.reply(sent, "Svar: Trenger opplysninger"))
    house.clock.advance(days=40)
    late = [d for d in house.case().deadlines if d.kind == "assessment" and not d.resting]
    assert (late, counts(ask(house)["k04-assessment"])) == ([], {})


@pytest.mark.parametrize("consent", CONSENTS[1:])
def test_k15_counts_no_need_that_has_not_left_and_c1_none_that_the_patient_refused(
    house: House, consent: dict[str, Any]
):
    house.need(consent=consent)
    house.clock.advance(days=5)
    found = ask(house)
    assert counts(found["k15-received"]) == {}
    assert counts(found["c1"])["ikke kommet"] == (0 if consent["status"] == "refused" else 1)


def test_k15_counts_no_need_that_the_own_unit_holds(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}}, stats_smallest_cell=1)
    house.need()
    assert counts(ask(house)["k15-received"]) == {}


def test_a_letter_that_was_posted_has_left(house: House):
    told = house.need(patient=living_in("9902"))
    assert counts(ask(house)["k15-received"]) == {}
    house.clock.advance(hours=1)
    house.post("ip.manual-fallback.recorded", messageId=told.messages[0]["id"], patient=living_in("9902"),
               at=house.clock.now.isoformat())  # fmt: skip
    house.clock.advance(days=5)
    found = ask(house)
    assert counts(found["c1"]) == {"i tide": 1, "for sent": 0, "ikke kommet": 0}
    assert cells(found["k03"])["sendt"][:2] == (1, 1.0)
    assert counts(found["k15-received"]) == {"9902": 1}


def test_c1_tells_needs_that_left_within_a_working_day_and_those_that_did_not(house: House):
    people_ = iter(people.patients())
    house.need(patient=next(people_))
    house.send()
    house.need(patient=next(people_))
    assert counts(ask(house)["c1"]) == {"i tide": 1, "for sent": 0, "ikke kommet": 0}, "one is not due yet"
    house.clock.advance(days=2)
    assert counts(ask(house)["c1"]) == {"i tide": 1, "for sent": 0, "ikke kommet": 1}
    house.send()
    assert counts(ask(house)["c1"]) == {"i tide": 1, "for sent": 1, "ikke kommet": 0}


def test_c6_measures_from_admission_to_the_first_early_notice(build: Build):
    ward = build(stats_smallest_cell=1, of={"rows": {"st-olavs-fmr": {"plo": "adapter"}}})
    ward.post("ip.patient.admitted")
    ward.clock.advance(hours=30)
    ward.post("ip.patient.early-notice")
    ward.send()
    ward.clock.advance(hours=5)
    ward.post("ip.patient.early-notice")
    ward.send()
    found = ask(ward)
    assert counts(found["c6"]) == {"i tide": 0, "for sent": 1}
    assert cells(found["c6-hours"]) == {"tidligmelding": (1, 30.0, 30.0)}


def test_c7_waits_a_day_for_the_municipalitys_report(build: Build):
    ward = build(stats_smallest_cell=1, of={"rows": {"st-olavs-fmr": {"plo": "adapter"}}})
    ward.post("ip.patient.admitted", knownToMunicipality=True)
    ward.send()
    ward.clock.advance(hours=23)
    assert counts(ask(ward)["c7"]) == {"i tide": 0, "for sent": 0, "ikke kommet": 0}
    ward.clock.advance(hours=2)
    assert counts(ask(ward)["c7"]) == {"i tide": 0, "for sent": 0, "ikke kommet": 1}


def test_k05_counts_what_was_not_reached_by_receiver_and_code(house: House):
    house.need()
    (sent,) = house.send()
    house.receive(otherside.receipt(sent, errors=("E35",)))
    found = ask(house)
    assert counts(found["k05-rejected"]) == {"Alvdal Kommune, Saksbehandling (5079)": 1}
    assert [group[:3] for group in counts(found["k05-code"])] == ["E35"]


def test_k05_a_letter_to_the_patient_is_no_other_way(house: House):
    house.post("ip.contact-physician.appointed")
    assert [m.state for m in house.messages() if m.type == "LETTER"] == ["manual"]
    assert counts(ask(house)["k05-manual"]) == {}


WAITED, ENDED = "uten svar", "besvart eller avsluttet"


def discharge(house: House) -> dict[str, float | None]:
    stay = {"correlation": {"encounterId": "opphold-1"}}
    house.post("ip.patient.admitted", **stay)
    house.post("ip.patient.discharged", **stay)
    return counts(ask(house)["k11"])


def test_k11_counts_a_need_that_was_open_and_unanswered_at_discharge(house: House):
    made = house.need()
    house.clock.advance(hours=1)
    assert discharge(house) == {WAITED: 1, ENDED: 0}
    house.clock.advance(hours=1)
    house.post("ip.need.withdrawn", continues={"meldeId": made.case["meldeId"]}, reasonCode="no-longer-relevant",
               scope=None)  # fmt: skip
    assert counts(ask(house)["k11"]) == {WAITED: 1, ENDED: 0}, "it waited when they went home"


def test_k11_a_need_that_was_refused_waits_for_no_answer(house: House):
    house.need(consent=CONSENTS[1])
    assert discharge(house) == {WAITED: 0, ENDED: 1}


def test_k11_a_need_that_was_withdrawn_waits_for_no_answer(house: House):
    made = house.need()
    house.post("ip.need.withdrawn", continues={"meldeId": made.case["meldeId"]}, reasonCode="no-longer-relevant",
               scope=None)  # fmt: skip
    assert discharge(house) == {WAITED: 0, ENDED: 1}


@pytest.mark.parametrize("named", [True, False])
def test_k03_k11_k15_a_coordinator_that_comes_is_the_answer(house: House, *, named: bool):
    made = house.need(needs=["coordinator"], consent={**GIVEN, "scopes": ["coordinator"]})
    house.clock.advance(hours=3)
    house.post(
        "ip.coordinator.appointed", source="urn:her:5079", **{"from": "2026-03-04"},
        continues={"meldeId": made.case["meldeId"]} if named else None,
    )  # fmt: skip
    assert {need.business for need in house.needs().values()} == {"fulfilled"}
    found = ask(house)
    assert counts(found["k15-answered"]) == {"3428": 1}
    assert counts(found["k03"])["første svar"] == 1
    assert discharge(house) == {WAITED: 0, ENDED: 1}


def test_k06_counts_those_with_a_plan_or_an_accepted_need_and_no_coordinator(house: House):
    house.need()
    (sent,) = house.send()
    house.receive(otherside.reply(sent, "Svar: Godtatt"))
    house.clock.advance(days=3)
    assert cells(ask(house)["k06"]) == {"alle": (1, 3.0, 3.0)}
    house.receive(otherside.reply(sent, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    assert cells(ask(house)["k06"]) == {"alle": (0, None, None)}


def test_k06_a_coordinator_whose_end_is_to_come_still_coordinates(house: House):
    house.need()
    (sent,) = house.send()
    house.receive(otherside.reply(sent, "Svar: Godtatt"))
    made = house.post("ip.hospital-coordinator.appointed", **{"from": "2026-03-04"})
    assignment = {"assignmentId": made.case["assignmentId"]}
    house.clock.advance(days=1)
    house.post("ip.coordinator.ended", continues=assignment, until="2026-03-20", reasonCode="participation-over",
               successor=None)  # fmt: skip
    assert counts(ask(house)["k06"]) == {"alle": 0}
    house.clock.advance(days=20)
    assert counts(ask(house)["k06"]) == {"alle": 1}


def test_a_need_on_the_wrong_patient_is_in_no_figure_of_needs(house: House):
    need = house.need()
    assert counts(ask(house)["k01-month"]) == {"2026-03": 1}
    house.post("ip.need.entered-in-error", continues={"meldeId": need.case["meldeId"]})
    found = ask(house)
    keys = ("k01-month", "k01-department", "k01-kind", "k01-age", "k02", "k15-received")
    assert {key: counts(found[key]) for key in keys} == {key: {} for key in keys}


def test_a_rehabilitation_need_counts_as_a_need_and_a_referral_does_not(house: House):
    first, second = itertools.islice(people.patients(), 2)
    house.post("ip.rehabilitation-need.reported", patient=first)
    house.post("ip.rehabilitation-need.reported", patient=second, provider="private-institution")
    assert counts(ask(house)["k01-kind"]) == {"Rehabilitering": 1}


def test_k07_counts_replacements_and_the_days_between(build: Build):
    house = build(stats_smallest_cell=1)
    made = house.post("ip.hospital-coordinator.appointed", from_=None, **{"from": "2026-03-04"})
    house.clock.advance(days=30)
    house.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": made.case["assignmentId"]},
        **{"from": "2026-04-01"},
    )
    house.clock.advance(days=30)
    found = cells(ask(house)["k07"])
    assert found["skifter"][0] == 1
    (years,) = found["pasientår med koordinator"][1:]
    gaps = found["dager uten koordinator"]
    days = (house.clock.now.date() - date(2026, 3, 4)).days + 1
    assert years == pytest.approx((days - (gaps[1] or 0)) / 365.25, abs=0.01)


@pytest.mark.parametrize(("successor", "count"), [(True, 1), (False, 0)])
def test_k07_counts_an_end_with_a_successor_as_a_replacement(build: Build, *, successor: bool, count: int):
    house = build(stats_smallest_cell=1)
    made = house.post("ip.hospital-coordinator.appointed", **{"from": "2026-03-04"})
    house.clock.advance(days=30)
    follows = schemas.example("ip.coordinator.replaced")["data"]["person"]
    house.post(
        "ip.coordinator.ended", continues={"assignmentId": made.case["assignmentId"]}, until="2026-03-31",
        reasonCode="other", successor=follows if successor else None,
    )  # fmt: skip
    assert cells(ask(house)["k07"]).get("skifter", (0, None))[0] == count


def test_k10_counts_hospital_participations_past_their_expected_end(house: House):
    made = house.post(
        "ip.hospital-coordinator.appointed", expectedUntil="2026-04-01", **{"from": "2026-03-04"}
    )
    assert counts(ask(house)["k10"]) == {"alle": 0}
    house.clock.advance(days=40)
    assert counts(ask(house)["k10"]) == {"alle": 1}
    house.post(
        "ip.coordinator.ended", continues={"assignmentId": made.case["assignmentId"]}, until="2026-04-10",
        reasonCode="participation-over", successor=None,
    )  # fmt: skip
    assert counts(ask(house)["k10"]) == {"alle": 0}


def test_k10_reads_the_day_that_was_told_last(house: House):
    made = house.post(
        "ip.hospital-coordinator.appointed", expectedUntil="2026-04-01", **{"from": "2026-03-04"}
    )
    named = {"assignmentId": made.case["assignmentId"]}
    house.post("ip.hospital-participation.ending", continues=named, expectedUntil="2026-06-01")
    house.clock.advance(days=40)
    assert counts(ask(house)["k10"]) == {"alle": 0}
    house.clock.advance(days=60)
    assert counts(ask(house)["k10"]) == {"alle": 1}


def test_k10_counts_who_took_over_a_hospital_participation_with_its_day(house: House):
    made = house.post(
        "ip.hospital-coordinator.appointed", expectedUntil="2026-04-01", **{"from": "2026-03-04"}
    )
    house.clock.advance(days=20)
    house.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": made.case["assignmentId"]},
        **{"from": "2026-03-20"},
    )
    house.clock.advance(days=40)
    assert counts(ask(house)["k10"]) == {"alle": 1}


def test_k09_tells_plans_whose_evaluation_is_past(build: Build):
    alvdal = build(of={"home": books.ALVDAL}, stats_smallest_cell=1)
    alvdal.clock.advance(days=90)
    alvdal.post("ip.plan.created", continues=None)
    assert counts(ask(alvdal)["k09"]) == {"over tiden": 0, "i tide": 1, "uten dato": 0}
    alvdal.clock.advance(days=400)
    assert counts(ask(alvdal)["k09"]) == {"over tiden": 1, "i tide": 0, "uten dato": 0}


def test_k14_gives_105_only_after_a_positive_receipt(house: House):
    house.need()
    (sent,) = house.send()
    assert counts(ask(house)["k14-8705"]) == {}
    house.receive(otherside.receipt(sent))
    assert [group[:3] for group in counts(ask(house)["k14-8705"])] == ["105"]


@pytest.mark.parametrize(
    ("reason", "plan", "coordinator"), [("not-entitled", "104", "4"), ("moved", "105", "2")]
)
def test_k14_gives_104_only_where_the_right_is_not_there(
    build: Build, reason: str, plan: str, coordinator: str
):
    house = build(stats_smallest_cell=1)
    made = house.need()
    house.send()
    house.post(
        "ip.need.declined", source="urn:her:5079", continues={"meldeId": made.case["meldeId"]}, reasonCode=reason,
        scope=["individual-plan", "coordinator"],
    )  # fmt: skip
    found = ask(house)
    assert [group.split()[0] for group in counts(found["k14-8705"])] == [plan]
    assert [group.split()[0] for group in counts(found["k14-9188"])] == [coordinator]


def test_a_period_takes_both_its_days_and_no_other(house: House):
    house.need()
    day = date(2026, 3, 4)
    assert counts(ask(house, day, day)["k01-month"]) == {"2026-03": 1}
    assert counts(ask(house, date(2026, 1, 1), date(2026, 3, 3))["k01-month"]) == {}
    assert counts(ask(house, date(2026, 3, 5), date(2026, 3, 31))["k01-month"]) == {}
    with pytest.raises(EventError) as caught:
        ask(house, date(2026, 3, 5), day)
    assert caught.value.code == "IPK-E086"


def test_strictly_confidential_people_are_in_no_figure_of_a_municipality_or_a_receiver(house: House):
    (patient,) = itertools.islice(people.patients(), 1)
    house.need(patient={**patient, "protectedAddress": "strictly-confidential"})
    house.send()
    house.clock.advance(days=10)
    house.tick()
    found = ask(house)
    assert counts(found["k01-month"]) == {"2026-03": 1}
    assert not [t.key for t in found.values() if t.measure.municipal and t.rows]


def test_in_a_municipality_of_its_own_they_are_in_no_figure_at_all(alvdal: House):
    (patient,) = itertools.islice(people.patients(), 1)
    alvdal.need(source="urn:her:5079", patient={**patient, "protectedAddress": "strictly-confidential"})
    found = ask(alvdal)
    assert stats.asked(alvdal.services, None, None).municipal
    assert not [r for t in found.values() for r in t.rows if r.hidden or any(r.cells)]


def test_nobody_is_named_in_any_form(house: House):
    grown(house, 3)
    question = stats.asked(house.services, None, None)
    tables = stats.tables(house.services, question)
    shown = (
        told.as_csv(tables, question),
        told.as_text(tables, question),
        orjson.dumps(told.as_json(tables, question)).decode(),
    )
    for text in shown:
        for secret in ("Prøve", "Person", "1970", "0181", "Koman", "IPK-"):
            assert secret not in text
