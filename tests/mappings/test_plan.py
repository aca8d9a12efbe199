"""E34, E35, E40: who is told of a plan, what it fulfils, who may write it. message-rules.md, 'Who gets what'."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith, naming
from adapter.errors import EventError
from adapter.events import schemas
from adapter.fhir import urls, walk
from adapter.mappings import views
from tests import otherside
from tests.house import GP, LINE, House, State
from tests.mappings.hands import appointed

PLAN = schemas.example("ip.plan.created")["data"]["plan"]


def plan(**more: Any) -> dict[str, Any]:
    return PLAN | more


# ── E34, E35, E40 ──


def created(house: House, melde_id: str, **more: Any) -> Any:
    said = plan(**({"consent": PLAN["consent"] | {"date": "2026-03-04"}} | more.pop("plan", {})))
    return house.post("ip.plan.created", continues={"meldeId": melde_id}, plan=said, **more)


def test_e34_active_completes_the_plan_need_and_tells_the_party_that_reported(
    hospital: House, alvdal: House, received: str
):
    told = created(alvdal, received)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert alvdal.needs()["individual-plan"] == State("completed", "fulfilled", "completed")
    assert told.case["planId"] == naming.uid(told.body["eventId"], "CarePlan")
    (read,) = alvdal.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "INDIVIDUELL PLAN OPPRETTET"
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "Ansvarlig", "Koordinator", "Periode", "Mål", "Neste evaluering", "Melde-id",
    ]  # fmt: skip
    hospital.receive(kith.build(read.message))
    assert hospital.events()[-1] == "ip.dialogue.received"


def test_e34_draft_does_not_complete_the_need(alvdal: House, received: str):
    created(alvdal, received, plan={"status": "draft"})
    assert alvdal.needs()["individual-plan"].business == "reported"


def test_e34_wants_plan_share(alvdal: House, received: str):
    only = PLAN["consent"] | {"date": "2026-03-04", "scopes": ["plan-create"]}
    told = created(alvdal, received, plan={"consent": only})
    assert told.messages == []


def test_e34_to_the_gp_where_the_plans_consent_names_the_gp(alvdal: House, received: str):
    named = PLAN["consent"] | {
        "date": "2026-03-04",
        "recipients": ["coordinating-unit", "st-olavs-fmr", "gp"],
    }
    told = created(alvdal, received, plan={"consent": named}, patient=LINE | {"gp": GP})
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["258521", "90998"]


def test_a_second_active_plan_is_refused(alvdal: House, received: str):
    created(alvdal, received)
    with pytest.raises(EventError) as caught:
        created(
            alvdal,
            received,
            plan={"identifier": {"system": "https://plan.example/individuell-plan", "value": "b"}},
        )
    assert (caught.value.code, caught.value.row.http) == ("IPK-E023", 409)


def update(house: House, base: int = 1, **more: Any) -> Any:
    said = plan(consent=PLAN["consent"] | {"date": "2026-03-04"}, **more)
    return house.post(
        "ip.plan.updated", continues={"planIdentifier": PLAN["identifier"]}, plan=said, baseVersion=base
    )


def test_e35_tells_when_goals_or_period_changed_and_says_what(alvdal: House, received: str):
    created(alvdal, received)
    alvdal.send()
    told = update(
        alvdal, goals=[*PLAN["goals"], {"id": "g2", "text": "Komme tilbake i jobb", "status": "active"}]
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = alvdal.sent()
    assert "Endret: mål" in read.body.text


def test_e35_tells_nobody_when_only_the_evaluation_moved(alvdal: House, received: str):
    created(alvdal, received)
    alvdal.send()
    told = update(alvdal, nextEvaluation="2027-03-01")
    assert told.messages == []
    (found,) = alvdal.case().of("CarePlan")
    assert found["meta"]["versionId"] == "2"


def test_e35_of_a_stale_version_is_409(alvdal: House, received: str):
    created(alvdal, received)
    update(alvdal, nextEvaluation="2027-03-01")
    with pytest.raises(EventError) as caught:
        update(alvdal, base=1)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E015", 409)


def test_e35_of_somebody_elses_plan_is_refused(hospital: House):
    hospital.need()
    hospital.send()
    hospital.post(
        "ip.plan.created", continues=None, plan=plan(consent=PLAN["consent"] | {"date": "2026-03-04"})
    )
    with pytest.raises(EventError) as caught:
        hospital.post(
            "ip.plan.updated", source="urn:her:90998", continues={"planIdentifier": PLAN["identifier"]},
            plan=plan(consent=PLAN["consent"] | {"date": "2026-03-04"}), baseVersion=1,
        )  # fmt: skip
    assert caught.value.code == "IPK-E025"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("needs-ended", "completed"),
        ("moved", "completed"),
        ("deceased", "completed"),
        ("patient-withdrew", "revoked"),
    ],
)
def test_e40_closes_the_plan_and_tells(alvdal: House, received: str, reason: str, status: str):
    created(alvdal, received)
    alvdal.send()
    told = alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]}, reasonCode=reason)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = alvdal.sent()
    assert read.body.text.startswith("INDIVIDUELL PLAN AVSLUTTET\r\n")
    assert "Grunn: " in read.body.text
    plans = [r for r in alvdal.current() if r["resourceType"] == "CarePlan"]
    assert [p["status"] for p in plans] == [status]


def test_a_plan_closed_before_it_begins_ends_when_it_would_have_begun(alvdal: House, received: str):
    """R4 per-1: no end before the start."""
    created(alvdal, received, plan={"period": {"start": "2026-12-01"}})
    alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    (plan,) = [r for r in alvdal.current() if r["resourceType"] == "CarePlan"]
    assert plan["period"] == {"start": "2026-12-01", "end": "2026-12-01"}
    assert not walk.check(plan)


def test_e40_twice_is_409(alvdal: House, received: str):
    created(alvdal, received)
    alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    assert caught.value.row.http == 409


def test_a_new_plan_may_follow_a_closed_one(alvdal: House, received: str):
    created(alvdal, received)
    alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    other = {"system": "https://plan.example/individuell-plan", "value": "plan-2"}
    told = created(alvdal, received, plan={"identifier": other})
    assert told.status == 202


def test_the_plan_is_one_concept_with_both_codings_and_references_its_parts(alvdal: House, received: str):
    created(alvdal, received)
    (found,) = alvdal.case().of("CarePlan")
    (category,) = found["category"]
    assert {c["code"] for c in category["coding"]} == {"individuell-plan", "A02-2"}
    assert found["author"]["reference"] == f"Organization/{naming.unit_id('alvdal-saksbehandling')}"
    kinds = {a["reference"]["reference"].partition("/")[0] for a in found["activity"]}
    assert kinds == {"ServiceRequest", "Appointment"}
    assert found["careTeam"]
    assert found["goal"]


def test_what_misses_of_the_nine_items_is_a_warning(alvdal: House, received: str):
    told = created(alvdal, received, plan={"nextEvaluation": None, "goals": [], "participants": []})
    assert {w["code"] for w in told.body["warnings"]} == {"IPK-E028", "IPK-E029"}  # and nobody coordinates


def test_a_plan_activity_is_no_need(alvdal: House, received: str):
    created(alvdal, received)
    assert sorted(alvdal.needs()) == ["coordinator", "individual-plan"]


def test_consent_withdrawn_before_e21_tells_the_reporter_nothing(alvdal: House, received: str):
    alvdal.post("ip.consent.withdrawn", source="urn:her:5079", scopes=["coordinator", "plan-create"],
                recipients=None, date="2026-03-04")  # fmt: skip
    alvdal.send()
    told = appointed(alvdal, received)
    assert told.messages == []


def test_the_hospitals_answer_to_the_municipalitys_e21_is_silence(
    hospital: House, alvdal: House, received: str
):
    appointed(alvdal, received)
    (document,) = alvdal.send()
    hospital.receive(document)
    assert {kith.read(d).type for d in hospital.send()} == {"APPREC"}
    hospital.receive(otherside.reply(document, "Takk.", sender=otherside.head(document).receiver,
                                     receiver=otherside.head(document).sender))  # fmt: skip
    assert {kith.read(d).type for d in hospital.send()} <= {"APPREC"}


def test_role_display_of_every_assignment_is_a_code_of_9034_or_local(alvdal: House, received: str):
    appointed(alvdal, received)
    (held,) = views.assignments(alvdal.case())
    assert held.system in {"urn:oid:2.16.578.1.12.4.1.1.9034", urls.ROLE}
