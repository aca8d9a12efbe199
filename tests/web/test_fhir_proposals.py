"""Another organisation's plan is proposed to, not written; its own says yes or no by the Task. E71; fhir-model.md, ADR 86."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.errortable import TABLE
from adapter.fhir import urls
from adapter.services import Services
from adapter.store import events as stored_events
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import LINE, post, told
from tests.web.writes import ALVDAL, STORVIK, issues, send

TITLE = "Plan for Line, med vinterturer"
NOTE = "Turene bør gå også om vinteren."


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


@pytest.fixture
def plan(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Return the plan of Alvdal, in a case in which the hospital has a part."""
    patient = told(client)["case"]["patientId"]
    clock.advance(days=40)
    answer = send(client, "POST", "CarePlan", writes.plan(patient))
    assert answer.status_code == 201, answer.text
    clock.advance(minutes=1)
    found: dict[str, Any] = answer.json
    return found


def _types(services: Services) -> list[str]:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return [one.type for one in page]


def _proposed(client: FlaskClient, plan: dict[str, Any], **changes: Any) -> TestResponse:
    """Let the hospital write in Alvdal's plan."""
    return send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, **changes}, token=None)


def _proposal(client: FlaskClient, answer: TestResponse, token: str | None = ALVDAL) -> dict[str, Any]:
    path = answer.headers["Location"].partition("/fhir/")[2].partition("/_history")[0]
    found = send(client, "GET", path, token=token)
    assert found.status_code == 200, found.text
    made: dict[str, Any] = found.json
    return made


def _task(client: FlaskClient, proposal: dict[str, Any], token: str | None = ALVDAL) -> dict[str, Any]:
    page = send(client, "GET", f"Task?focus=ServiceRequest/{proposal['id']}", token=token).json
    (entry,) = page["entry"]
    task: dict[str, Any] = entry["resource"]
    return task


def _answered(
    client: FlaskClient, task: dict[str, Any], status: str, token: str | None = ALVDAL, **more: Any
) -> TestResponse:
    return send(client, "PUT", f"Task/{task['id']}", {**task, "status": status, **more}, token=token)


def _plan(client: FlaskClient, plan: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/fhir/CarePlan/{plan['id']}").json
    return found


# ── proposed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_put_by_another_member_is_a_proposal_and_the_plan_is_unchanged(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    answer = _proposed(client, plan, title=TITLE)
    assert (answer.status_code, issues(answer)) == (202, [("IPK-F080", "")]), answer.text
    assert "Saksbehandling" in answer.json["issue"][0]["details"]["text"]
    assert "ETag" not in answer.headers
    assert _plan(client, plan) == plan
    assert _types(services)[-1] == "ip.plan-change.proposed"
    proposal = _proposal(client, answer)
    assert (proposal["status"], proposal["intent"]) == ("active", "proposal")
    assert proposal["supportingInfo"] == [{"reference": f"CarePlan/{plan['id']}"}, {"reference": "#plan"}]
    assert proposal["performer"] == [plan["author"]]
    assert proposal["requester"]["reference"].startswith("Organization/")
    assert proposal["requester"] != plan["author"]
    (inner,) = proposal["contained"]
    assert (inner["title"], inner["goal"], inner["activity"]) == (TITLE, plan["goal"], plan["activity"])


def test_its_task_is_for_the_plans_own_organisation(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    task = _task(client, proposal)
    assert (task["status"], task["owner"], task["requester"]) == (
        "requested",
        plan["author"],
        proposal["requester"],
    )
    assert task["code"]["coding"][0]["code"] == "review"


def test_a_patch_proposes_too_and_the_same_one_again_is_the_same_event(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    first, again = (
        send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": TITLE}, token=None) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.headers["Location"], again.json) == (first.headers["Location"], first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _types(services).count("ip.plan-change.proposed") == 1


def test_new_parts_are_contained_and_stored_ones_are_referred_to(client: FlaskClient, plan: dict[str, Any]):
    goal = {
        "resourceType": "Goal",
        "id": "new",
        "lifecycleStatus": "proposed",
        "description": {"text": "Svømme hver uke"},
        "subject": plan["subject"],
    }
    goals = [*plan["goal"], {"reference": "#new"}]
    answer = _proposed(client, plan, contained=[goal], goal=goals)
    assert answer.status_code == 202, answer.text
    proposal = _proposal(client, answer)
    inner, part = proposal["contained"]
    assert inner["goal"] == [*plan["goal"], {"reference": f"#{part['id']}"}]
    assert part["description"] == goal["description"]
    listed = client.get(f"/fhir/Goal?patient={plan['subject']['reference']}").json["entry"]
    assert [{"reference": f"Goal/{one['resource']['id']}"} for one in listed] == plan["goal"]


@pytest.mark.parametrize(("lang", "reason"), [("nb", TABLE["IPK-E025"].nb), ("en", TABLE["IPK-E025"].en)])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
@pytest.mark.parametrize("part", ["goal", "activity"])
def test_a_part_alone_is_refused_with_the_reason_and_the_way_to_propose(
    client: FlaskClient, plan: dict[str, Any], part: str, method: str, lang: str, reason: str
):
    listed = plan[part][0]
    reference = listed["reference"] if part == "goal" else listed["reference"]["reference"]
    type_, _, id_ = reference.partition("/")
    said = client.get(f"/fhir/{type_}/{id_}").json
    text = {"description": {"text": "Nytt"}} if type_ == "Goal" else {"code": {"text": "Nytt"}}
    if method == "POST":
        said = {k: v for k, v in said.items() if k not in {"id", "meta", "identifier"}}
    path = type_ if method == "POST" else f"{type_}/{id_}"
    body = None if method == "DELETE" else {**said, **text}
    answer = send(client, method, path, body, token=None, Accept_Language=lang)
    (issue,) = answer.json["issue"]
    assert (answer.status_code, issues(answer)) == (403, [("IPK-E025", type_)])
    assert (issue["code"], issue["details"]["text"]) == ("forbidden", reason)
    assert "CarePlan" in issue["diagnostics"]
    assert "intent proposal" in issue["diagnostics"]


@pytest.mark.parametrize("part", ["goal", "activity"])
def test_the_plans_own_organisation_deletes_a_part_of_it(
    client: FlaskClient, plan: dict[str, Any], part: str, clock: Clock
):
    listed = plan[part][0]
    reference = listed["reference"] if part == "goal" else listed["reference"]["reference"]
    assert send(client, "DELETE", reference).status_code == 204
    clock.advance(minutes=1)
    assert send(client, "GET", reference).status_code == 410
    assert _plan(client, plan)["meta"]["versionId"] == "2"


def test_what_a_proposal_cannot_hold_is_refused_by_its_place(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    before = _types(services)
    answer = _proposed(client, plan, description="Noe mer")
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "CarePlan.description")])
    assert _types(services) == before


def test_a_stale_version_is_no_basis_of_a_proposal(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": TITLE}, token=None, If_Match='W/"7"')
    assert answer.status_code == 412


def test_prefer_minimal_answers_202_without_a_body(client: FlaskClient, plan: dict[str, Any]):
    answer = send(
        client, "PATCH", f"CarePlan/{plan['id']}", {"title": TITLE}, token=None, Prefer="return=minimal"
    )
    assert (answer.status_code, answer.data) == (202, b"")


def test_in_a_bundle_a_proposal_says_so_in_its_entry(client: FlaskClient, plan: dict[str, Any]):
    entry = {
        "resource": {**plan, "title": TITLE},
        "request": {"method": "PUT", "url": f"CarePlan/{plan['id']}"},
    }
    answer = send(
        client, "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}, token=None
    )
    assert answer.status_code == 200, answer.text
    said = answer.json["entry"][0]["response"]
    assert said["status"].startswith("202")
    assert said["outcome"]["issue"][0]["details"]["coding"][0]["code"] == "IPK-F080"
    assert "/ServiceRequest/" in said["location"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_who_has_no_part_proposes_nothing(
    client: FlaskClient, services: Services, plan: dict[str, Any], method: str
):
    before = _types(services)
    body = {**plan, "title": TITLE} if method == "PUT" else {"title": TITLE}
    answer = send(client, method, f"CarePlan/{plan['id']}", body, token=STORVIK)
    assert answer.status_code in {404, 405}
    words = send(client, "POST", "ServiceRequest", _words(plan), token=STORVIK)
    assert (words.status_code, issues(words)) == (422, [("IPK-F041", "ServiceRequest.subject")])
    assert _types(services) == before


def test_a_proposal_is_seen_by_who_may_see_the_plan_alone(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    assert send(client, "GET", f"ServiceRequest/{proposal['id']}", token=STORVIK).status_code == 404


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words(plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "proposal",
        "subject": plan["subject"],
        "supportingInfo": [{"reference": f"CarePlan/{plan['id']}"}],
        "note": [{"text": NOTE}],
        **more,
    }


def test_a_service_request_proposes_in_words(client: FlaskClient, services: Services, plan: dict[str, Any]):
    answer = send(client, "POST", "ServiceRequest", _words(plan), token=None)
    assert answer.status_code == 201, answer.text
    assert answer.json["note"] == [{"text": NOTE}]
    task = _task(client, answer.json)
    done = _answered(client, task, "accepted")
    assert (done.status_code, done.json["status"]) == (200, "completed"), done.text
    assert client.get(f"/fhir/ServiceRequest/{answer.json['id']}").json["status"] == "completed"
    assert _plan(client, plan) == plan
    assert _types(services)[-1] == "ip.plan-change.answered"


def test_a_service_request_may_hold_the_plan_as_it_is_to_be(client: FlaskClient, plan: dict[str, Any]):
    inner = {k: v for k, v in {**plan, "id": "p", "title": TITLE}.items() if k != "meta"}
    said = _words(plan, contained=[inner])
    said["supportingInfo"].append({"reference": "#p"})
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert answer.status_code == 201, answer.text
    done = _answered(client, _task(client, answer.json), "accepted")
    assert (done.status_code, _plan(client, plan)["title"]) == (200, TITLE), done.text


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"note": []}, 422, "IPK-F045"),
        ({"supportingInfo": [{"reference": "CarePlan/nothing"}]}, 422, "IPK-F041"),
        ({"supportingInfo": [{"display": "planen"}]}, 422, "IPK-F041"),
        ({"quantityQuantity": {"value": 2}}, 422, "IPK-F035"),
    ],
)
def test_a_proposal_that_says_nothing_whole_is_refused(
    client: FlaskClient,
    services: Services,
    plan: dict[str, Any],
    more: dict[str, Any],
    status: int,
    code: str,
):
    before = _types(services)
    answer = send(client, "POST", "ServiceRequest", _words(plan, **more), token=None)
    assert (answer.status_code, issues(answer)[0][0]) == (status, code), answer.text
    assert _types(services) == before


def test_words_that_are_left_out_are_asked_for(client: FlaskClient, plan: dict[str, Any]):
    said = _words(plan)
    del said["note"]
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E005", "ServiceRequest.note")])


def test_the_plans_own_organisation_writes_it_and_proposes_nothing(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "POST", "ServiceRequest", _words(plan))
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F081", "ServiceRequest.performer")])


# ── answered ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["accepted", "completed"])
def test_accepting_writes_the_plan_as_proposed_by_its_own_organisation(
    client: FlaskClient, services: Services, plan: dict[str, Any], status: str
):
    goal = {
        "resourceType": "Goal",
        "id": "new",
        "lifecycleStatus": "proposed",
        "description": {"text": "Svømme hver uke"},
        "subject": plan["subject"],
    }
    answer = _proposed(
        client, plan, title=TITLE, contained=[goal], goal=[*plan["goal"], {"reference": "#new"}]
    )
    proposal = _proposal(client, answer)
    done = _answered(client, _task(client, proposal), status)
    assert (done.status_code, done.json["status"]) == (200, "completed"), done.text
    assert _types(services)[-2:] == ["ip.plan.updated", "ip.plan-change.answered"]
    now = _plan(client, plan)
    assert (now["title"], now["meta"]["versionId"]) == (TITLE, "2")
    assert now["goal"][:1] == plan["goal"]
    assert client.get(f"/fhir/{now['goal'][1]['reference']}").json["description"] == goal["description"]
    for kept in ("activity", "careTeam", "author", "period", "note", "identifier"):
        assert now[kept] == plan[kept], kept
    assert client.get(f"/fhir/ServiceRequest/{proposal['id']}").json["status"] == "completed"


def test_rejecting_leaves_the_plan_and_tells_who_proposed_why(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    why = {"text": "Tas opp på neste møte."}
    done = _answered(client, _task(client, proposal), "rejected", statusReason=why)
    assert done.status_code == 200, done.text
    assert _plan(client, plan) == plan
    seen = _task(client, proposal, token=None)
    assert (seen["status"], seen["statusReason"]) == ("rejected", why)
    assert client.get(f"/fhir/ServiceRequest/{proposal['id']}").json["status"] == "revoked"
    news = [one["id"] for one in client.get("/feed").json["items"]]
    assert news.count(seen["id"]) >= 1


def test_who_proposed_may_not_answer_but_withdraw(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    task = _task(client, proposal, token=None)
    own = _answered(client, task, "accepted", token=None)
    assert (own.status_code, issues(own)[0][0]) == (403, "IPK-E025")
    assert _plan(client, plan) == plan
    theirs = send(client, "PATCH", f"ServiceRequest/{proposal['id']}", {"status": "revoked"})
    assert (theirs.status_code, issues(theirs)[0][0]) == (403, "IPK-E025")
    gone = send(client, "PATCH", f"ServiceRequest/{proposal['id']}", {"status": "revoked"}, token=None)
    assert (gone.status_code, gone.json["status"]) == (200, "revoked"), gone.text
    assert _task(client, proposal)["status"] == "cancelled"


def test_a_status_that_answers_nothing_is_no_event(client: FlaskClient, plan: dict[str, Any]):
    task = _task(client, _proposal(client, _proposed(client, plan, title=TITLE)))
    answer = _answered(client, task, "on-hold")
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F036", "Task.status")])


def test_a_proposal_that_was_rejected_is_not_accepted_then(client: FlaskClient, plan: dict[str, Any]):
    task = _task(client, _proposal(client, _proposed(client, plan, title=TITLE)))
    assert _answered(client, task, "rejected").status_code == 200
    now = client.get(f"/fhir/CarePlan/{plan['id']}").json
    assert send(client, "PUT", f"CarePlan/{now['id']}", {**now, "title": "Enda en"}).status_code == 200
    task = send(client, "GET", f"Task/{task['id']}").json
    for status in ("completed", "accepted"):
        answer = _answered(client, task, status)
        assert (answer.status_code, issues(answer)[0]) == (409, ("IPK-E087", "Task"))


def test_of_two_proposals_of_one_version_the_second_is_409_once_the_first_is_accepted(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    found: dict[str, TestResponse] = {}

    def propose(title: str) -> None:
        found[title] = _proposed(client.application.test_client(), plan, title=title)

    threads = [threading.Thread(target=propose, args=(title,)) for title in ("Den ene", "Den andre")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.status_code for one in found.values()] == [202, 202]
    assert _types(services).count("ip.plan-change.proposed") == 2
    first, second = (_proposal(client, one) for one in found.values())
    assert first["id"] != second["id"]
    assert _answered(client, _task(client, first), "accepted").status_code == 200
    late = _answered(client, _task(client, second), "accepted")
    assert (late.status_code, issues(late)) == (409, [("IPK-E015", "Task.input")])
    assert _plan(client, plan)["title"] == first["contained"][0]["title"]
    assert _task(client, second)["status"] == "requested"
    assert _answered(client, _task(client, second), "rejected").status_code == 200


def test_a_plan_that_ends_calls_its_proposals_off(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    assert send(client, "PATCH", f"CarePlan/{plan['id']}", {"status": "completed"}).status_code == 200
    assert _task(client, proposal)["status"] == "cancelled"
    assert client.get(f"/fhir/ServiceRequest/{proposal['id']}").json["status"] == "revoked"


def test_no_proposal_tells_a_number(client: FlaskClient, plan: dict[str, Any]):
    answer = _proposed(client, plan, title=TITLE)
    assert LINE not in answer.text
    assert urls.PERSON_SYSTEMS.isdisjoint(_proposal(client, answer))


# ── a third organisation ─────────────────────────────────────────────────────────────────────────────────────────────


def _takes_part(client: FlaskClient, *scopes: str) -> None:
    """Let Storvik have somebody in the team, and the patient consent to this for it."""
    consented = changed(
        "ip.consent.given",
        ("data.consent.scopes", list(scopes)),
        ("data.consent.recipients", ["coordinating-unit", "storvik-nord"]),
        ("data.consent.date", "2026-04-13"),
    )
    added = changed(
        "ip.team-member.added",
        ("data.member.organisation", {"key": "storvik-nord", "name": "Storvik kommune", "sector": "health"}),
        ("data.role", "primaerkontakt"),
        ("data.consentScope", "coordinator"),
        ("data.from", "2026-04-13"),
    )
    for event in (consented, added):
        answer = post(client, event)
        assert answer.status_code == 202, answer.text


def test_a_third_organisation_with_a_part_and_consent_proposes_and_reads_the_answer(
    client: FlaskClient, plan: dict[str, Any]
):
    _takes_part(client, "coordinator", "plan-create", "plan-share")
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": TITLE}, token=STORVIK)
    assert (answer.status_code, issues(answer)[0][0]) == (202, "IPK-F080"), answer.text
    proposal = _proposal(client, answer, STORVIK)
    assert proposal["requester"]["reference"] == writes.organisation("storvik-nord")
    for token in (None, STORVIK):
        refused = _answered(client, _task(client, proposal), "accepted", token=token)
        assert (refused.status_code, _plan(client, plan)) == (403, plan)
    assert _answered(client, _task(client, proposal), "rejected").status_code == 200
    assert _task(client, proposal, STORVIK)["status"] == "rejected"


def test_consent_to_less_than_the_plan_shows_no_proposal(client: FlaskClient, plan: dict[str, Any]):
    proposal = _proposal(client, _proposed(client, plan, title=TITLE))
    gone = changed(
        "ip.consent.withdrawn", ("data.scopes", ["plan-create", "plan-share"]), ("data.date", "2026-04-13")
    )
    assert post(client, gone).status_code == 202
    assert send(client, "GET", f"CarePlan/{plan['id']}").status_code == 200  # its own. ADR 151
    assert send(client, "GET", f"CareTeam/{plan['careTeam'][0]['reference'][9:]}").status_code == 200
    assert send(client, "GET", f"ServiceRequest/{proposal['id']}").status_code == 404
    assert "entry" not in send(client, "GET", "ServiceRequest?intent=proposal").json


def test_who_proposes_is_not_another_than_who_writes(client: FlaskClient, plan: dict[str, Any]):
    said = {**_words(plan), "requester": {"reference": writes.organisation("storvik-nord")}}
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "ServiceRequest.requester")])
