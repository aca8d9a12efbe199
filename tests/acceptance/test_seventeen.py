"""The seventeen stories, each over HTTP with the simulated municipality and the movable clock.

Each asserts resources, messages, clocks, national codes and the text of `why`.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapter.events import schemas
from tests.acceptance.telling import Place, person
from tests.house import GIVEN, living_in
from tests.numbers import real_looking

pytestmark = pytest.mark.acceptance

Begin = Callable[..., Place]


@pytest.fixture
def begin(tmp_path: Path, prepared_file: Path) -> Iterator[Begin]:
    """Make places to tell a story in."""
    made: list[Place] = []

    def start(**more: Any) -> Place:
        root = tmp_path / f"place-{len(made)}"
        root.mkdir()
        made.append(Place(root, prepared_file, **more))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(params=["structured", "free-text"])
def manner(request: pytest.FixtureRequest) -> str:
    """Both manners of the other side."""
    return str(request.param)


def codes(place: Place, case_id: str) -> dict[str, str]:
    """Return the national codes of a case: list → value."""
    return {each["list"]: each["code"] for each in place.case(case_id)["codes"]}


def needs_explained(place: Place, message_id: str, *words: str) -> None:
    """Assert that `why` of a message names the rules."""
    text = place.why(f"/messages/{message_id}")
    for word in words:
        assert word in text, (word, text)


# ── 1, 2: the positive path ──────────────────────────────────────────────────────────────────────────────────────────


def test_1_admitted_patient_gets_plan_and_coordinator_in_the_running_thread(begin: Begin, manner: str):
    place = begin(manner=manner)
    parent = "11111111-2222-4333-8444-555555555555"
    told = place.told(
        "ip.need.identified", admitted=True, correlation={"parentMsgId": parent, "conversationRef": parent}
    )
    case_id, message = told["case"]["patientId"], told["messages"][0]
    assert f"<RefToConversation>{parent}</RefToConversation>" in place.document(message["id"])
    sent = place.get(f"/messages/{message['id']}")
    assert (sent["type"], sent["state"], sent["threadRef"]) == ("DIALOG_HELSEFAGLIG", "acknowledged", parent)
    needs_explained(
        place, message["id"], "hpl § 38 a", "consent-plan-create", "carrier-parent", "receiver-unit"
    )
    if manner == "structured":
        assert place.states(case_id)["coordinator"] == ("completed", "fulfilled")
    else:  # prose is read by a person, who says what it was
        assert place.states(case_id)["coordinator"] == ("received", "received")
        assert place.items(case_id, "read-answer")
        place.told(
            "ip.coordinator.appointed",
            source="urn:her:5079",
            continues={"meldeId": told["case"]["meldeId"]},
            **{"from": "2026-03-05"},
        )
        assert place.states(case_id)["coordinator"] == ("completed", "fulfilled")
    assert codes(place, case_id)["8705"] == "105"
    place.told("ip.plan.created", source="urn:her:5079", continues={"meldeId": told["case"]["meldeId"]})
    assert place.states(case_id)["individual-plan"] == ("completed", "fulfilled")
    assert {k: codes(place, case_id)[k] for k in ("8705", "9188")} == {"8705": "101", "9188": "1"}
    assert "reply" not in place.clocks(case_id)


def test_2_outpatient_begins_a_thread_of_its_own(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told("ip.need.identified", admitted=False)
    case_id, message = told["case"]["patientId"], told["messages"][0]
    sent = place.get(f"/messages/{message['id']}")
    assert (sent["type"], sent["state"]) == ("DIALOG_HELSEFAGLIG", "acknowledged")
    assert sent["threadRef"] in {None, message["id"]}
    assert "reply" in {d["kind"] for d in told["deadlines"]}
    assert "reply" not in place.clocks(case_id)
    assert place.fhir(f"CareTeam?patient=Patient/{case_id}") or manner == "free-text"
    needs_explained(place, message["id"], "carrier-2", "clock-receipt")


# ── 3, 4, 5: what the patient wants ──────────────────────────────────────────────────────────────────────────────────


def test_3_coordinator_yes_plan_no(begin: Begin):
    place = begin()
    told = place.told(
        "ip.need.identified",
        needs=["coordinator"],
        wishes={"individualPlan": "no", "coordinator": "yes"},
        consent={**GIVEN, "scopes": ["coordinator"]},
    )
    case_id = told["case"]["patientId"]
    assert set(place.states(case_id)) == {"coordinator"}
    document = place.document(told["messages"][0]["id"])
    assert "[ ] Individuell plan  [x] Koordinator" in document
    assert "Ønsker pasienten individuell plan: Nei" in document
    assert codes(place, case_id)["9188"] == "1"
    assert codes(place, case_id)["8705"] != "101"


def test_4_consent_refused(begin: Begin):
    place = begin()
    told = place.told(
        "ip.need.identified", consent={**GIVEN, "status": "refused", "scopes": [], "recipients": []}
    )
    case_id = told["case"]["patientId"]
    assert told["status"] == "recorded"
    assert place.messages(direction="out") == []
    assert set(place.states(case_id).values()) == {("cancelled", "declined-by-patient")}
    assert codes(place, case_id)["8705"] == "103"
    assert "consent-refused" in place.why(f"/events/{told['eventId']}")


def test_5_consent_withdrawn_after_delivery(begin: Begin):
    place = begin(manner="free-text")
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    gone = place.told(
        "ip.consent.withdrawn", scopes=["coordinator", "plan-create"], recipients=None, date="2026-03-04"
    )
    (notice,) = [m for m in gone["messages"] if m["receiver"]["herId"] == "5079"]
    assert "Samtykke trukket" in place.document(notice["id"])
    assert {state for state, _ in place.states(case_id).values()} == {"cancelled"}
    assert "reply" not in place.clocks(case_id)
    assert {c["status"] for c in place.fhir(f"Consent?patient=Patient/{case_id}")} == {"inactive"}
    assert "consent-withdrawn" in place.why(f"/events/{gone['eventId']}")


# ── 8: coordinators come and go ──────────────────────────────────────────────────────────────────────────────────────


def test_8_coordinator_quits_without_successor(begin: Begin):
    place = begin()
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    (assignment,) = [
        r["id"]
        for r in place.fhir("PractitionerRole?_count=100")
        if {c["code"] for k in r.get("code", ()) for c in k["coding"]} & {"8", "koordinator-kommune"}
    ]
    ended = place.told(
        "ip.coordinator.ended",
        source="urn:her:5079",
        continues={"assignmentId": assignment},
        until="2026-03-06",
        reasonCode="other",
        successor=None,
    )
    assert "gap" in place.clocks(case_id)
    assert "IPK-E028" in {w["code"] for w in ended["warnings"]}
    assert "assignment-gap" in place.why(f"/events/{ended['eventId']}")
    place.advance("14d")
    assert "ip.deadline.breached" in place.events()
    assert {d["kind"] for d in place.get("/deadlines?late=true")["items"]} >= {"gap"}


# ── 14-17: the odd ones ──────────────────────────────────────────────────────────────────────────────────────────────


def test_14_joint_coordinating_unit_is_told_inside(begin: Begin):
    place = begin()
    told = place.told("ip.need.identified", patient=living_in("9903"))
    case_id = told["case"]["patientId"]
    assert told["messages"] == [] == place.messages(direction="out")
    assert {t["owner"]["reference"] for t in place.fhir(f"Task?patient=Patient/{case_id}")}
    why = place.why(f"/events/{told['eventId']}")
    assert "receiver-joint" in why or "routing-internal" in why
    assert codes(place, case_id)["8705"] != "105"


def test_15_the_same_event_with_another_body(begin: Begin):
    place = begin()
    event = place.event("ip.need.identified", id="once")
    first = place.send(event)
    assert first.status_code == 202
    before = place.events()
    other = copy.deepcopy(event)
    other["data"]["reason"]["text"] = "Noe annet."
    refused = place.send(other)
    assert refused.status_code == 409
    assert [e["code"] for e in refused.get_json()["errors"]] == ["IPK-E012"]
    again = place.send(event)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert place.events() == before


def test_16_a_national_id_that_looks_real(begin: Begin):
    place = begin()
    number = real_looking()
    patient = person(
        identifier={
            "system": schemas.example("ip.need.identified")["data"]["patient"]["identifier"]["system"],
            "value": number,
        }
    )
    event = place.event("ip.need.identified", patient=patient)
    answer = place.send(event)
    assert answer.status_code == 422
    assert any(e["code"].startswith("IPK-P") for e in answer.get_json()["errors"])
    assert number.encode() not in answer.data + str(answer.headers).encode()
    assert place.events() == []
    assert place.fhir("Patient?_count=10") == []


def test_17_a_pull_by_somebody_who_is_no_member(begin: Begin, tmp_path: Path):
    tokens = {"alvdal-saksbehandling": "token-of-a-member", "storvik-nord": "token-of-a-stranger"}
    file = tmp_path / "clients.toml"
    file.write_text(
        "".join(
            f'[[client]]\nname = "{party}-ip"\nparty = "{party}"\n'
            f'token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
            for party, token in tokens.items()
        )
    )
    place = begin(clients=file)
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    member, stranger = ({"Authorization": f"Bearer {token}"} for token in tokens.values())
    need = told["case"]["needs"][0]["needId"]
    assert place.client.get(f"/fhir/ServiceRequest/{need}", headers=member).status_code == 200
    refused = place.client.get(f"/fhir/ServiceRequest/{need}", headers=stranger)
    assert refused.status_code == 404
    assert case_id.encode() not in refused.data
    assert "entry" not in place.get(f"/fhir/Task?patient=Patient/{case_id}", **stranger)
    assert place.client.get(f"/cases/{case_id}", headers=stranger).status_code == 403
    trail = place.fhir("AuditEvent?_count=100")
    assert any("storvik-nord-ip" in str(event["agent"]) and event["outcome"] == "4" for event in trail)
