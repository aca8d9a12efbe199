"""Two numbers of one person, each with a case: the former rests, and what is told of one holds for the other. Decision 162."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from adapter.access import members
from adapter.errors import EventError
from adapter.events import POSTED, schemas
from adapter.fhir import people as fhir_people
from adapter.fhir import urls
from adapter.fhir.query import Row
from adapter.ingest import commit, posting
from adapter.mappings import twins, views
from adapter.oversight import stats
from adapter.rules import alive, replaced
from adapter.store import events, resources
from tests import otherside
from tests.house import GIVEN, LINE, START, House
from tests.houses import Build

FORMER = LINE | {"identifier": {"system": urls.FHN, "value": "80005045804"}}
ASKED = {"status": "not-asked", "scopes": []}
STRICT = "strictly-confidential"
DAY = START.date().isoformat()
NO = {"scopes": ["coordinator", "plan-create"], "date": DAY}


def merge(house: House, **more: Any) -> Any:
    said: dict[str, Any] = {"former": FORMER["identifier"], "reasonCode": "merged"}
    return house.post("ip.identity.changed", **(said | more))


def both(house: House, *, former: Any = ASKED, now: Any = ASKED) -> tuple[str, str]:
    """Return the keys of two cases, not yet one person's."""
    old = house.need(patient=FORMER, consent=former).case["patientId"]
    new = house.need(patient=LINE, consent=now).case["patientId"]
    return old, new


def patients(house: House) -> list[dict[str, Any]]:
    found = [views.patient(house.case(one)) for one in (FORMER, LINE)]
    return [one for one in found if one]


def run(house: House) -> list[Any]:
    return [d for d in house.case(FORMER).deadlines if d.runs and d.kind != "receipt"]


# ── the former case rests ──


def test_each_case_names_the_other(hospital: House):
    old, new = both(hospital)
    merge(hospital)
    assert [p["link"] for p in patients(hospital)] == [
        [{"other": {"reference": f"Patient/{new}"}, "type": "replaced-by"}],
        [{"other": {"reference": f"Patient/{old}"}, "type": "replaces"}],
    ]
    assert [p["active"] for p in patients(hospital)] == [False, True]


def test_told_once_more_nothing_is_told_twice(hospital: House):
    both(hospital)
    merge(hospital)
    before = patients(hospital)
    merge(hospital)
    assert patients(hospital) == before


def test_what_had_not_left_of_the_former_case_waits_for_a_person(hospital: House):
    both(hospital, former=GIVEN)
    merge(hospital)
    assert hospital.send() == []
    assert {m.state for m in hospital.case(FORMER).messages} == {"manual"}
    (item,) = hospital.items("manual-fallback", FORMER)
    assert "er erstattet" in item["description"]


def test_what_the_unit_held_of_the_former_case_waits_for_a_person_too(build: Build):
    unit_first = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    both(unit_first, former=GIVEN)
    assert {m.state for m in unit_first.case(FORMER).messages} == {"held"}
    merge(unit_first)
    assert {m.state for m in unit_first.case(FORMER).messages} == {"manual"}
    unit_first.clock.advance(days=30)
    unit_first.tick()
    assert unit_first.send() == []


def test_the_clocks_of_the_former_case_rest(hospital: House):
    both(hospital)
    assert run(hospital)
    merge(hospital)
    assert run(hospital) == []
    hospital.post("ip.consent.withdrawn", patient=FORMER, **NO)
    assert run(hospital) == []


def test_a_consent_of_the_former_case_still_runs_out(hospital: House):
    until = (START.date() + timedelta(days=60)).isoformat()
    both(hospital, former=GIVEN | {"validUntil": until})
    merge(hospital)
    assert [d.kind for d in run(hospital)] == ["consent"]


@pytest.mark.parametrize(
    "event",
    ["ip.need.identified", "ip.consent.given", "ip.hospital-coordinator.appointed", "ip.patient.admitted"],
)
def test_what_begins_something_is_refused_at_the_former_number(hospital: House, event: str):
    both(hospital)
    merge(hospital)
    with pytest.raises(EventError) as refused:
        hospital.post(event, patient=FORMER)
    assert (refused.value.code, refused.value.row.http) == ("IPK-E102", 409)
    assert refused.value.at == "$.data.patient.identifier"
    assert "ip.need.withdrawn" in refused.value.allowed


def test_what_ends_something_is_taken_at_the_former_number_and_told_by_hand(hospital: House):
    told = hospital.need(patient=FORMER, consent=GIVEN)
    hospital.send()
    hospital.need(patient=LINE, consent=ASKED)
    merge(hospital)
    ended = hospital.post("ip.need.withdrawn", patient=FORMER, continues={"meldeId": told.case["meldeId"]})
    assert [m["state"] for m in ended.messages] == ["manual"]
    assert "IPK-E102" in {w["code"] for w in ended.body["warnings"]}
    assert hospital.send() == []


def test_every_event_that_ends_a_case_may_be_posted():
    assert set(POSTED) >= replaced.ENDS
    assert not replaced.ENDS & alive.CORRECTIONS
    assert not replaced.permits("ip.need.identified")


def test_a_number_that_was_replaced_replaces_none(hospital: House):
    both(hospital)
    merge(hospital)
    with pytest.raises(EventError) as refused:
        merge(hospital, patient=FORMER, former=LINE["identifier"])
    assert (refused.value.code, refused.value.at) == ("IPK-E103", "$.data.patient.identifier")


def test_a_number_that_was_replaced_is_replaced_by_no_third(hospital: House):
    both(hospital)
    merge(hospital)
    third = LINE | {"identifier": {"system": urls.FHN, "value": "80004745802"}}
    with pytest.raises(EventError) as refused:
        merge(hospital, patient=third)
    assert (refused.value.code, refused.value.at) == ("IPK-E103", "$.data.former")


# ── what is told of one holds for the other ──


@pytest.mark.parametrize(("told_of", "other"), [(LINE, FORMER), (FORMER, LINE)])
def test_a_death_told_of_one_number_closes_both_cases(hospital: House, told_of: Any, other: Any):
    both(hospital, former=GIVEN, now=GIVEN)
    merge(hospital)
    hospital.post("ip.patient.deceased", patient=told_of, diedOn=DAY)
    assert all("deceasedDateTime" in p for p in patients(hospital))
    assert {s.task for s in hospital.needs(other).values()} <= {"cancelled", "failed"}
    hospital.post("ip.patient.deceased", patient=told_of, diedOn=DAY, enteredInError=True)
    assert not any("deceasedDateTime" in p for p in patients(hospital))


def test_protection_told_of_one_number_holds_for_both_and_ends_for_both(hospital: House):
    both(hospital)
    merge(hospital)
    hospital.post("ip.address-protection.changed", level=STRICT)
    assert [fhir_people.grade(p) for p in patients(hospital)] == [STRICT, STRICT]
    assert not any("address" in p for p in patients(hospital))
    hospital.post("ip.address-protection.changed", level="none")
    assert [fhir_people.grade(p) for p in patients(hospital)] == [None, None]


def test_protection_that_another_event_states_holds_for_both(hospital: House):
    both(hospital)
    merge(hospital)
    hospital.post("ip.hospital-coordinator.appointed", patient=LINE | {"protectedAddress": STRICT})
    assert [fhir_people.grade(p) for p in patients(hospital)] == [STRICT, STRICT]


def test_a_withdrawal_told_of_one_number_closes_the_other_case(hospital: House):
    both(hospital, former=GIVEN, now=GIVEN)
    hospital.send()
    merge(hospital)
    hospital.post("ip.consent.withdrawn", **NO)
    assert {s.business for s in hospital.needs(FORMER).values()} == {"withdrawn"}
    assert {c["status"] for c in hospital.case(FORMER).of("Consent")} == {"inactive", "rejected"}


def test_a_limit_told_of_one_number_holds_in_the_other_case(hospital: House):
    both(hospital, former=GIVEN, now=GIVEN)
    merge(hospital)
    hospital.post("ip.consent.limited", excluded=["gp"], topics=None, date=DAY)
    assert len(views.limits(hospital.case(FORMER))) == 1


def test_a_third_case_follows_through_the_second(hospital: House):
    first = LINE | {"identifier": {"system": urls.FHN, "value": "80004745802"}}
    hospital.need(patient=first, consent=ASKED)
    both(hospital)
    merge(hospital, patient=FORMER, former=first["identifier"])
    merge(hospital)
    hospital.post("ip.patient.deceased", diedOn=DAY)
    assert views.is_dead(hospital.case(first))


def test_all_of_it_is_one_transaction_with_an_event_and_an_audit_row_in_each_case(hospital: House):
    old, new = both(hospital)
    merge(hospital)
    hospital.post("ip.patient.deceased", diedOn=DAY)
    with hospital.services.store.read() as conn:
        told = [e for e in events.page(conn, count=500)[0] if e.type == "ip.patient.deceased"]
    assert {(e.case_key, e.source == "urn:adapter") for e in told} == {(new, False), (old, True)}


def test_a_dry_run_writes_in_neither_case(hospital: House):
    both(hospital)
    merge(hospital)
    hospital.post("ip.patient.deceased", diedOn=DAY, dry_run=True)
    assert not any("deceasedDateTime" in p for p in patients(hospital))


def test_a_helper_prepares_what_both_cases_write(hospital: House):
    both(hospital)
    merge(hospital)
    event = hospital.event("ip.patient.deceased", diedOn=DAY)
    item = {
        "specversion": "1.0", "id": event.id, "source": event.source, "type": event.type,
        "time": event.time.isoformat(), "data": orjson.loads(event.content)["data"],
    }  # fmt: skip
    found = posting.prepared(hospital.services, item, hospital.clock.now)
    assert found is not None
    assert [one.case.resources for one in (found.unit, *found.unit.beside)] == [{}, {}]
    commit.commit(hospital.services, commit.audited(hospital.services, found.unit))
    assert all("deceasedDateTime" in p for p in patients(hospital))


# ── what was known before the numbers were one person's ──


@pytest.mark.parametrize("strict", [FORMER, LINE])
def test_protection_of_either_case_is_carried_to_the_other(hospital: House, strict: Any):
    both(hospital)
    hospital.post("ip.address-protection.changed", patient=strict, level=STRICT)
    merge(hospital)
    assert [fhir_people.grade(p) for p in patients(hospital)] == [STRICT, STRICT]
    hospital.post("ip.consent.given", consent=GIVEN)
    assert hospital.send() == []


@pytest.mark.parametrize("dead", [FORMER, LINE])
def test_a_death_known_in_either_case_is_carried_to_the_other(hospital: House, dead: Any):
    both(hospital)
    hospital.post("ip.patient.deceased", patient=dead, diedOn=DAY)
    merge(hospital)
    assert len({p["deceasedDateTime"] for p in patients(hospital)}) == 1
    with pytest.raises(EventError) as refused:
        hospital.post("ip.consent.given", consent=GIVEN)
    assert refused.value.code == "IPK-E072"


@pytest.mark.parametrize(("said", "other"), [(FORMER, LINE), (LINE, FORMER)])
def test_a_no_known_in_either_case_is_carried_to_the_other(hospital: House, said: Any, other: Any):
    both(hospital, former=GIVEN, now=GIVEN)
    hospital.clock.advance(days=1)
    day = hospital.clock.now.date().isoformat()
    hospital.post("ip.consent.withdrawn", patient=said, **(NO | {"date": day}))
    merge(hospital)
    assert {c["status"] for c in hospital.case(other).of("Consent")} == {"inactive", "rejected"}
    assert hospital.send() == []


def test_a_yes_that_is_newer_than_the_no_stands(hospital: House):
    hospital.need(patient=FORMER, consent=GIVEN)
    hospital.post("ip.consent.withdrawn", patient=FORMER, **NO)
    hospital.clock.advance(days=2)
    hospital.need(consent=GIVEN | {"date": hospital.clock.now.date().isoformat()})
    merge(hospital)
    assert {c["status"] for c in hospital.case().of("Consent")} == {"active"}
    assert len(hospital.send()) == 1


def test_a_limit_known_in_the_former_case_is_carried_to_the_new_one(hospital: House):
    both(hospital, former=GIVEN, now=GIVEN)
    hospital.post("ip.consent.limited", patient=FORMER, excluded=["gp"], topics=["goals"], date=DAY)
    merge(hospital)
    assert len(views.limits(hospital.case())) == 1
    merge(hospital)
    assert len(views.limits(hospital.case())) == 1


# ── who sees it ──


def shown(house: House, reference: str) -> bool:
    with house.services.store.read() as conn:
        row: Row = resources.many(conn, (reference,))[reference]
        found = members.shown(
            conn, (row,), party_key="alvdal-saksbehandling", book=house.services.book(), now=house.clock.now
        )
    return bool(found)


@pytest.mark.parametrize(
    ("event", "data"),
    [("ip.consent.withdrawn", NO), ("ip.address-protection.changed", {"level": STRICT})],
)
def test_what_closes_the_new_case_to_others_closes_the_former_one(hospital: House, event: str, data: Any):
    old, _ = both(hospital, former=GIVEN, now=GIVEN)
    hospital.send()
    merge(hospital)
    assert shown(hospital, f"Patient/{old}")
    hospital.post(event, **data)
    assert not shown(hospital, f"Patient/{old}")


def test_who_is_replaced_is_known_by_the_link_alone(hospital: House):
    both(hospital)
    assert not twins.is_replaced(hospital.case(FORMER))
    merge(hospital)
    assert twins.is_replaced(hospital.case(FORMER))
    assert not twins.is_replaced(hospital.case(LINE))


def test_a_strict_former_case_is_left_out_of_a_municipalitys_figures(hospital: House):
    both(hospital, former=GIVEN, now=GIVEN)
    merge(hospital)
    hospital.post("ip.address-protection.changed", level=STRICT)
    with hospital.services.store.read() as conn:
        assert [one.strict for one in stats.facts(conn)] == [True, True]


# ── what comes from outside ──


def test_a_message_about_the_former_number_goes_to_the_case_of_the_new_one(hospital: House):
    hospital.need(patient=FORMER, consent=GIVEN)
    (sent,) = hospital.send()
    hospital.need(patient=LINE, consent=ASKED)
    merge(hospital)
    got = hospital.receive(otherside.reply(sent, "Gjelder henne.", thread=False))
    assert hospital.message(str(got.id)).case_key == hospital.case(LINE).key


def test_an_answer_in_a_thread_of_the_former_case_is_kept_there(hospital: House):
    hospital.need(patient=FORMER, consent=GIVEN)
    (sent,) = hospital.send()
    hospital.need(patient=LINE, consent=ASKED)
    merge(hospital)
    hospital.receive(otherside.reply(sent, "Svar: Under vurdering"))
    assert {s.business for s in hospital.needs(FORMER).values()} == {"received"}
    assert run(hospital) == []


def test_a_death_that_an_outside_party_tells_of_the_former_number_is_told_on_in_the_new_case(hospital: House):
    with_gp = LINE | {"gp": {"herId": "258521"}}
    hospital.need(patient=FORMER, consent=GIVEN)
    to_both = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    hospital.need(patient=with_gp, consent=to_both)
    hospital.send()
    merge(hospital)
    hospital.post("ip.patient.deceased", patient=FORMER, source="urn:her:5079", diedOn=DAY)
    assert views.is_dead(hospital.case())
    assert [i["description"].split(":")[0] for i in hospital.items("review")] == ["Pasienten er død"]
    told = hospital.post("ip.patient.deceased", patient=with_gp, diedOn=DAY)
    assert [m["receiver"]["herId"] for m in told.messages] == ["258521"]
    assert hospital.items("review") == []


def test_a_word_that_both_cases_tell_is_not_to_be_told_of_the_new_number(hospital: House):
    both(hospital, former=GIVEN)
    hospital.send()
    merge(hospital)
    hospital.post("ip.patient.deceased", patient=LINE, diedOn=DAY)
    (item,) = hospital.items("manual-fallback", FORMER)
    assert item["description"].endswith("Vurder om og hvordan mottakeren skal få vite det.")


# ── a no by another event, and an answer that comes late ──


def test_a_need_declined_at_the_new_number_closes_that_kind_in_the_former_case(hospital: House):
    both(hospital, former=GIVEN, now=GIVEN)
    hospital.send()
    hospital.clock.advance(days=1)
    merge(hospital)
    mine = next(n for n in views.needs(hospital.case()) if n.kind == "individual-plan")
    hospital.post(
        "ip.need.declined-by-patient",
        continues={"meldeId": mine.melde_id},
        scope=["individual-plan"],
        date="2026-03-05",
    )
    former = {n.kind: f"ServiceRequest/{n.id}" for n in views.needs(hospital.case(FORMER))}
    assert {kind: shown(hospital, one) for kind, one in former.items()} == {
        "individual-plan": False,
        "coordinator": True,
    }


def test_a_refusal_told_with_a_need_of_the_new_number_closes_the_former_case(hospital: House):
    old, _ = both(hospital, former=GIVEN, now=GIVEN)
    hospital.send()
    hospital.clock.advance(days=1)
    merge(hospital)
    refused = {"status": "refused", "givenBy": "patient", "method": "oral", "date": "2026-03-05"}
    hospital.need(consent=refused)
    assert not shown(hospital, f"Patient/{old}")
    assert {s.business for s in hospital.needs(FORMER).values()} == {"withdrawn"}


PLAN = schemas.example("ip.plan.created")["data"]["plan"]
NAMED = {"continues": {"planIdentifier": PLAN["identifier"]}, "to": None, "date": None, "reasonCode": None}


@pytest.mark.parametrize(
    ("source", "step"),
    [("urn:her:5111", "accepted"), ("urn:her:5111", "declined"), ("urn:her:5079", "withdrawn")],
)
def test_a_question_of_the_former_case_is_answered_there(alvdal: House, source: str, step: str):
    ours = {"source": "urn:her:5079"}
    said = PLAN["consent"] | {"date": DAY, "scopes": ["coordinator", "plan-create", "plan-share"]}
    said |= {"recipients": ["coordinating-unit", "storvik-nord"]}
    alvdal.post("ip.plan.created", continues=None, patient=FORMER, plan=PLAN | {"consent": said})
    alvdal.clock.advance(minutes=5)
    ask = {"patient": FORMER, "continues": NAMED["continues"], "step": "requested"}
    alvdal.post("ip.plan.transferred", **ask)
    alvdal.send()
    alvdal.need(**ours, consent=ASKED)
    merge(alvdal, **ours)
    alvdal.post("ip.plan.transferred", source=source, patient=FORMER, **NAMED, step=step)
    assert alvdal.items("confirm-transfer", FORMER) == []
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.plan.transferred", **ask)
    assert caught.value.code == "IPK-E102"
