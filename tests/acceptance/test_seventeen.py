"""The seventeen stories, each over HTTP with the simulated municipality and the movable clock.

Each asserts resources, messages, clocks, national codes and the text of `why`.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from adapter.events import schemas
from adapter.kith import words
from tests.acceptance.telling import Place, person
from tests.books import ALVDAL
from tests.house import GIVEN, living_in
from tests.numbers import real_looking

pytestmark = pytest.mark.acceptance

Begin = Callable[..., Place]
ALVDAL_UNIT: Final = "urn:her:5079"
HOSPITAL: Final = "urn:her:90998"
DOCTOR: Final = schemas.example("ip.need.identified")["data"]["author"]
DEPARTMENT: Final = schemas.example("ip.need.identified")["data"]["department"]
PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]


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
    """Return the national codes of a case: list → value, each with its reason."""
    found = place.case(case_id)["codes"]
    assert all(each["display"] and each["why"]["rule"] == "national-code" for each in found)
    return {each["list"]: each["code"] for each in found}


def explained(place: Place, path: str, *words: str) -> str:
    """Assert that `why` says all this."""
    text = " ".join(place.why(path).split())
    for word in words:
        assert word in text, (path, word, text)
    return text


def plan(*, agreed: str, **more: Any) -> dict[str, Any]:
    """Return the plan of the examples, agreed to on a day."""
    made = copy.deepcopy(PLAN)
    made["consent"]["date"] = agreed
    return {**made, **more}


def statuses(place: Place, type_: str, case_id: str) -> set[str]:
    """Return the statuses of the resources of a type in a case."""
    return {r["status"] for r in place.fhir(f"{type_}?patient=Patient/{case_id}&_count=100")}


def orders(place: Place, case_id: str) -> set[str]:
    """Return the statuses of the needs' ServiceRequests."""
    found = place.fhir(f"ServiceRequest?patient=Patient/{case_id}&_count=100")
    return {r["status"] for r in found if r["intent"] == "order"}


def read_by_a_person(place: Place, told: dict[str, Any]) -> None:
    """Let somebody who has read the prose say that it named a coordinator; nothing of it is left to read."""
    case_id = told["case"]["patientId"]
    assert place.states(case_id)["coordinator"] == ("received", "received")
    assert place.items(case_id, "read-answer")
    place.told(
        "ip.coordinator.appointed",
        source=ALVDAL_UNIT,
        continues={"meldeId": told["case"]["meldeId"]},
        **{"from": "2026-03-04"},
    )
    assert not place.items(case_id, "read-answer")


def coordinator(place: Place, case_id: str) -> str:
    """Return the assignment of the one coordinator."""
    (found,) = [each for each in place.case(case_id)["team"] if each["code"] == "8"]
    return str(found["assignmentId"])


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
    assert told["deadlines"] == [{"kind": "reply", "due": "2026-03-09T23:59:59+01:00"}]
    assert place.clocks(case_id) == {"assessment": "2026-03-24T23:59:59+01:00"}
    assert codes(place, case_id)["8705"] == "105"
    explained(
        place,
        f"/messages/{message['id']}",
        "helsepersonelloven § 38 a",
        "R01: gjelder",
        "consent-plan-create: åpen",
        "receiver-unit: alvdal-saksbehandling",
        "Falt bort: alvdal-sykepleie",
        "carrier-parent: ConversationRef",
        "receipt-positive: kvittert",
    )
    place.advance("1d")
    if manner == "structured":
        assert place.states(case_id)["coordinator"] == ("completed", "fulfilled")
    else:  # prose is read by a person, who says what it was
        assert place.states(case_id)["coordinator"] == ("received", "received")
        assert codes(place, case_id)["9188"] == "2"
        assert place.items(case_id, "read-answer")
        assert place.items(case_id, "confirm-coordinator")
        place.told(
            "ip.coordinator.appointed",
            source=ALVDAL_UNIT,
            continues={"meldeId": told["case"]["meldeId"]},
            **{"from": "2026-03-05"},
        )
        assert place.states(case_id)["coordinator"] == ("completed", "fulfilled")
        assert not place.items(case_id, "read-answer")
        assert not place.items(case_id, "confirm-coordinator")
    assert codes(place, case_id)["9188"] == "1"
    place.advance("3d")
    made = place.told(
        "ip.plan.created",
        source=ALVDAL_UNIT,
        continues={"meldeId": told["case"]["meldeId"]},
        plan=plan(agreed="2026-03-05"),
    )
    assert place.states(case_id) == {
        "coordinator": ("completed", "fulfilled"),
        "individual-plan": ("completed", "fulfilled"),
    }
    assert codes(place, case_id) == {"8705": "101", "9188": "1", "8307": "2", "8473": "22"}
    assert place.clocks(case_id) == {"evaluation": "2026-10-01T23:59:59+02:00"}
    assert orders(place, case_id) == {"completed"}
    (care,) = place.fhir(f"CarePlan?patient=Patient/{case_id}")
    assert (care["id"], care["status"]) == (made["case"]["planId"], "active")
    assert statuses(place, "CareTeam", case_id) == {"active"}
    explained(place, f"/events/{made['eventId']}", "R14: gjelder", "fulfilled-plan: individuell plan")
    explained(place, f"/cases/{case_id}", "Koordinator oppnevnt", "Individuell plan opprettet", "hol § 7-1")


def test_2_outpatient_begins_a_thread_of_its_own(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told("ip.need.identified", admitted=False)
    case_id, message = told["case"]["patientId"], told["messages"][0]
    sent = place.get(f"/messages/{message['id']}")
    assert (sent["type"], sent["state"], sent["threadRef"]) == (
        "DIALOG_HELSEFAGLIG",
        "acknowledged",
        message["id"],
    )
    assert "<ConversationRef>" not in place.document(message["id"])
    answers = [m for m in place.messages(direction="in") if m["type"] == "DIALOG_HELSEFAGLIG"]
    assert {m["threadRef"] for m in answers} == {message["id"]}
    assert told["deadlines"] == [{"kind": "reply", "due": "2026-03-09T23:59:59+01:00"}]
    assert place.clocks(case_id) == {"assessment": "2026-03-24T23:59:59+01:00"}
    assert place.states(case_id)["individual-plan"] == ("received", "received")
    read = manner == "structured"
    assert codes(place, case_id) == {"8705": "105", "9188": "1" if read else "2", "8307": "1", "8473": "22"}
    assert bool(place.fhir(f"CareTeam?patient=Patient/{case_id}")) == read
    assert bool(place.items(case_id, "read-answer")) != read
    text = explained(
        place,
        f"/messages/{message['id']}",
        "carrier-2: DIALOG_HELSEFAGLIG/1.1",
        "clock-receipt: 96 timer",
        "clock-reply: 3 virkedager",
    )
    assert "carrier-parent" not in text


# ── 3, 4, 5: what the patient wants ──────────────────────────────────────────────────────────────────────────────────


def test_3_coordinator_yes_plan_no(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told(
        "ip.need.identified",
        needs=["coordinator"],
        wishes={"individualPlan": "no", "coordinator": "yes"},
        consent={**GIVEN, "scopes": ["coordinator"]},
    )
    case_id, message = told["case"]["patientId"], told["messages"][0]
    document = place.document(message["id"])
    assert "[ ] Individuell plan  [x] Koordinator" in document
    assert "Ønsker pasienten koordinator: Ja" in document
    # Consent covers the coordinator alone: what the patient thinks of a plan is not told. message-rules, the block.
    assert "Ønsker pasienten individuell plan: Ikke oppgitt" in document
    if manner == "free-text":
        assert codes(place, case_id)["9188"] == "2"
        assert set(place.clocks(case_id)) == {"assessment"}
        place.told(
            "ip.coordinator.appointed",
            source=ALVDAL_UNIT,
            continues={"meldeId": told["case"]["meldeId"]},
            **{"from": "2026-03-04"},
        )
    assert place.states(case_id) == {"coordinator": ("completed", "fulfilled")}
    assert codes(place, case_id) == {"9188": "1", "8473": "3"}
    assert place.clocks(case_id) == {}
    assert place.fhir(f"CarePlan?patient=Patient/{case_id}") == []
    text = explained(
        place, f"/messages/{message['id']}", "R11: gjelder", "consent-coordinator: åpen", "pbrl §§ 2-5 b"
    )
    assert "consent-plan-create" not in text


def test_4_consent_refused(begin: Begin):
    place = begin()
    told = place.told(
        "ip.need.identified", consent={**GIVEN, "status": "refused", "scopes": [], "recipients": []}
    )
    case_id = told["case"]["patientId"]
    assert (told["status"], told["messages"], told["deadlines"]) == ("recorded", [], [])
    place.advance("30d")
    assert place.messages() == []
    assert place.events() == ["ip.need.identified"]
    assert set(place.states(case_id).values()) == {("cancelled", "declined-by-patient")}
    assert orders(place, case_id) == {"revoked"}
    assert place.clocks(case_id) == {}
    assert codes(place, case_id) == {"8705": "103", "9188": "3", "8473": "21"}
    (consent,) = place.fhir(f"Consent?patient=Patient/{case_id}")
    assert consent["status"] == "rejected"
    explained(
        place,
        f"/events/{told['eventId']}",
        "consent-refused: avslått",
        "state-transition: pasienten ønsker det ikke",
    )
    explained(place, f"/cases/{case_id}", "Pasienten har sagt nei; ingenting sendes.", "pbrl § 4-1")


def test_5_consent_withdrawn_after_delivery(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    assert codes(place, case_id)["8705"] == "105"
    gone = place.told(
        "ip.consent.withdrawn", scopes=["coordinator", "plan-create"], recipients=None, date="2026-03-04"
    )
    (notice,) = gone["messages"]
    assert notice["receiver"]["herId"] == "5079"
    document = place.document(notice["id"])
    assert "SAMTYKKE TRUKKET" in document
    assert "Gjelder: Koordinator, Opprette individuell plan" in document
    assert place.get(f"/messages/{notice['id']}")["threadRef"] == told["messages"][0]["id"]
    assert place.states(case_id)["individual-plan"] == ("cancelled", "withdrawn")
    assert place.states(case_id)["coordinator"] == (
        ("completed", "fulfilled") if manner == "structured" else ("cancelled", "withdrawn")
    )
    assert place.clocks(case_id) == {}
    assert statuses(place, "Consent", case_id) == {"inactive", "rejected"}
    assert "8705" not in codes(place, case_id)
    place.advance("40d")
    assert "ip.deadline.breached" not in place.events()
    explained(
        place,
        f"/events/{gone['eventId']}",
        "Samtykke trukket",
        "R10: gjelder",
        "consent-stops: trukket",
        "state-transition: trukket tilbake",
        "receipt-positive: kvittert",
    )
    explained(
        place,
        f"/messages/{notice['id']}",
        "E15: tatt imot",
        "consent-stopped-told: alvdal-saksbehandling",
        "clock-receipt: 96 timer",
    )
    explained(place, f"/cases/{case_id}", "Individuell plan: Trukket tilbake")


# ── 6, 7: what does not arrive ───────────────────────────────────────────────────────────────────────────────────────


def test_6_unknown_there_moved_and_forwarded(begin: Begin, manner: str):
    place = begin(receipt="rejected", error="E35")
    told = place.told("ip.need.identified")
    case_id, first = told["case"]["patientId"], told["messages"][0]
    found = place.get(f"/messages/{first['id']}")
    assert (found["state"], found["apprec"]["errors"]) == ("rejected", [{"code": "E35"}])
    assert found["advice"]["cause"] == "Mottakeren kjenner ikke pasienten."
    (item,) = place.items(case_id, "manual-fallback")
    assert found["advice"]["next"] in item["description"]
    assert set(place.states(case_id).values()) == {("requested", "undelivered")}
    assert codes(place, case_id) == {"8307": "1", "8473": "21"}
    explained(
        place, f"/messages/{first['id']}", "receipt-negative: avvist, E35", "state-receipt: ikke levert"
    )

    place.behaves(manner=manner)
    gone = living_in("9904", "990401")
    moved = place.told(
        "ip.patient.moved",
        patient=gone,
        to={"code": "9904", "district": "990401"},
        movedOn="2026-03-01",
        consent=GIVEN,
    )
    # The one that does not know the patient is not told where the patient went.
    assert [m["receiver"]["herId"] for m in moved["messages"]] == ["5111"]
    assert place.items(case_id, "transfer")
    assert place.clocks(case_id)["assessment"] == "2026-03-18T23:59:59+01:00"
    explained(place, f"/events/{moved['eventId']}", "move-until-accepted", "receiver-district: storvik-nord")

    passed = place.told(
        "ip.need.forwarded",
        continues={"meldeId": told["case"]["meldeId"]},
        patient=gone,
        to={"key": "storvik-nord"},
    )
    (message,) = passed["messages"]
    assert message["receiver"]["herId"] == "5111"
    assert "Videresendt av: Koordinerende enhet" in place.document(message["id"])
    assert place.get(f"/messages/{message['id']}")["state"] == "acknowledged"
    assert {d["kind"] for d in passed["deadlines"]} == {"reply"}
    assert not place.items(case_id, "manual-fallback")
    assert {n["owner"] for n in place.case(case_id)["needs"]} == {"Bydel Nord"}
    tasks = place.fhir(f"Task?patient=Patient/{case_id}&_count=100")
    left = [t for t in tasks if "forwarded" in str(t.get("businessStatus"))]
    assert {t["status"] for t in left} == {"completed"}
    assert len(left) == 2
    assert codes(place, case_id)["8705"] == "105"
    if manner == "structured":  # its coordinator has taken over
        assert not place.items(case_id, "transfer")
        assert set(place.clocks(case_id)) == {"assessment"}
        explained(place, f"/cases/{case_id}", "move-accepted: overtatt")
    else:
        assert place.items(case_id, "transfer")
        assert codes(place, case_id)["9188"] == "2"
    assert "reply" not in place.clocks(case_id)
    assert not [m for m in place.messages(direction="out") if m["state"] in {"pending", "held"}]
    explained(
        place,
        f"/events/{passed['eventId']}",
        "E02: tatt imot",
        "R25: gjelder",
        "state-transition: videresendt",
        "state-transition: klar til sending",
        "consent-plan-create: åpen",
    )


@pytest.mark.parametrize("by", ["event", "message"])
def test_7_no_receipt_for_96_hours_told_by_phone_and_a_late_receipt(begin: Begin, manner: str, by: str):
    place = begin(manner=manner, receipt="late")
    told = place.told("ip.need.identified")
    case_id, message = told["case"]["patientId"], told["messages"][0]["id"]
    assert place.clocks(case_id) == {
        "receipt": "2026-03-08T10:15:01+01:00",
        "reply": "2026-03-09T23:59:59+01:00",
    }
    place.advance("95h")
    assert place.get(f"/messages/{message}")["state"] == "sent"
    place.advance("90m")
    assert place.get(f"/messages/{message}")["state"] == "unanswered"
    assert place.events()[-1] == "ip.receipt.missing"
    (late,) = place.get("/deadlines?late=true")["items"]
    assert (late["kind"], late["waitsFor"]["herId"]) == ("receipt", "5079")
    assert set(place.states(case_id).values()) == {("requested", "undelivered")}
    assert place.items(case_id, "manual-fallback")
    assert "8705" not in codes(place, case_id)
    explained(place, f"/messages/{message}", "receipt-missing: uten kvittering", "state-receipt: ikke levert")

    if by == "event":
        rung = place.told(
            "ip.manual-fallback.recorded", messageId=message, at=place.services.clock().isoformat()
        )
        explained(place, f"/events/{rung['eventId']}", "manual-fallback: bekreftet", "E59")
    else:
        assert place.client.post(f"/messages/{message}/manual").status_code == 200
    assert place.get(f"/messages/{message}")["state"] == "manual"
    assert set(place.states(case_id).values()) == {("requested", "manual")}
    assert place.get("/deadlines?late=true")["items"] == []
    assert place.clocks(case_id) == {"reply": "2026-03-09T23:59:59+01:00"}
    if by == "event":
        assert not place.items(case_id, "manual-fallback")
        assert codes(place, case_id)["8705"] == "105"

    place.advance("1h")
    assert place.get(f"/messages/{message}")["state"] == "acknowledged"
    assert "ip.receipt.late" in place.events()
    assert place.states(case_id)["individual-plan"] == ("received", "received")
    assert set(place.clocks(case_id)) == {"assessment"}
    assert codes(place, case_id)["8705"] == "105"
    explained(place, f"/messages/{message}", "Sen kvittering", "IPK-M015: advarsel", "receipt-positive")
    (left,) = [r for r in place.fhir("Communication?_count=100") if message in str(r.get("identifier"))]
    assert left["status"] == "completed"


# ── 8: coordinators come and go ──────────────────────────────────────────────────────────────────────────────────────


def test_8_coordinator_quits_without_successor(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    if manner == "free-text":
        read_by_a_person(place, told)
    assignment = coordinator(place, case_id)
    ended = place.told(
        "ip.coordinator.ended",
        source=ALVDAL_UNIT,
        continues={"assignmentId": assignment},
        until="2026-03-06",
        reasonCode="other",
        successor=None,
    )
    assert ended["deadlines"] == [{"kind": "gap", "due": "2026-03-06T23:59:59+01:00"}]
    assert [w["code"] for w in ended["warnings"]] == ["IPK-E028"]
    assert place.get(f"/fhir/PractitionerRole/{assignment}")["period"]["end"] == "2026-03-06"
    assert codes(place, case_id)["9188"] == "1"
    explained(
        place, f"/events/{ended['eventId']}", "R22: gjelder", "assignment-gap: uten koordinator", "IPK-E028"
    )

    place.advance("3d")
    assert (place.case(case_id)["team"], codes(place, case_id)["9188"]) == ([], "2")
    (late,) = place.get("/deadlines?late=true")["items"]
    assert (late["kind"], late["owner"]["level"], late["nextStep"]) == (
        "gap",
        "leader",
        "Ring den som oppnevner: hvem blir koordinator, og når?",
    )
    place.advance("11d")
    (late,) = place.get("/deadlines?late=true&kind=gap")["items"]
    assert late["owner"] | {"phone": None} == {
        "key": "st-olavs-ke",
        "name": "ST OLAVS HOSPITAL HF, Koordinerende enhet",
        "level": "coordinating-unit",
        "phone": None,
    }
    assert place.events().count("ip.deadline.breached") == 2
    assert [t["description"] for t in place.items(case_id, "review") if "description" in t] == [
        "Koordinerende enhet: Ring den som oppnevner: hvem blir koordinator, og når?"
    ]
    explained(
        place, f"/cases/{case_id}", "clock-escalation: leder", "clock-escalation: koordinerende enhet", "R41"
    )

    after = place.told(
        "ip.coordinator.replaced",
        source=ALVDAL_UNIT,
        continues={"assignmentId": assignment},
        **{"from": "2026-03-18"},
    )
    assert place.get("/deadlines?late=true&kind=gap")["items"] == []
    assert codes(place, case_id)["9188"] == "1"
    assert coordinator(place, case_id) == after["case"]["assignmentId"] != assignment


# ── 9, 10, 11: what ends ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["epj", "adapter"])
def test_9_discharge_with_an_open_need(begin: Begin, manner: str, by: str):
    place = begin(manner=manner, of={"rows": {"st-olavs-fmr": {"plo": by}}})
    admitted = place.told("ip.patient.admitted")
    assert [m["type"] for m in admitted["messages"]] == (["LOG_INNLAGT"] if by == "adapter" else [])
    place.advance("24h")
    told = place.told("ip.need.identified", admitted=True)
    case_id = told["case"]["patientId"]
    place.advance("24h")
    gone = place.told("ip.patient.discharged")
    read = manner == "structured"  # its coordinator is appointed; prose has told of nobody yet
    still = "individuell plan" if read else "koordinator, individuell plan"
    assert [w["code"] for w in gone["warnings"]] == ["IPK-E074"] * (1 if read else 2)
    care = ["LOG_UTSKREVET", "UTSKRIVNINGSRAPPORT"] if by == "adapter" else []
    assert [m["type"] for m in gone["messages"]] == [*care, "DIALOG_HELSEFAGLIG"]
    notice = gone["messages"][-1]
    document = place.document(notice["id"])
    assert "PASIENT UTSKREVET" in document
    assert f"Behov som ikke er avklart: {still}" in document
    assert place.get(f"/messages/{notice['id']}")["threadRef"] == told["messages"][0]["id"]
    assert {m["state"] for m in place.messages(direction="out") if m["type"] != "APPREC"} == {"acknowledged"}
    assert statuses(place, "Encounter", case_id) == {"finished"}
    assert words.LEAVES_WITH_OPEN_NEEDS in {t.get("description") for t in place.items(case_id, "review")}
    assert place.states(case_id) == {
        "coordinator": ("completed", "fulfilled") if read else ("received", "received"),
        "individual-plan": ("received", "received"),
    }
    assert bool(place.items(case_id, "read-answer")) != read
    assert place.clocks(case_id) == {"assessment": "2026-03-25T23:59:59+01:00"}
    assert codes(place, case_id) == {"8705": "105", "9188": "1" if read else "2", "8307": "1", "8473": "22"}
    explained(
        place,
        f"/events/{gone['eventId']}",
        "E48: tatt imot",
        "R18: gjelder",
        "R22: gjelder",
        "IPK-E074: advarsel",
    )
    explained(place, f"/messages/{notice['id']}", "consent-coordinator: åpen", "Pasient utskrevet")


@pytest.mark.parametrize("by", ["platform", "hospital"])
def test_10_a_plan_of_the_hospital_alone_is_transferred(begin: Begin, manner: str, by: str):
    place = begin(manner=manner)
    ours = {"source": HOSPITAL, "author": DOCTOR, "department": DEPARTMENT}
    made = place.told(
        "ip.plan.created",
        continues=None,
        plan=plan(agreed="2026-03-04", responsible={"key": "st-olavs-fmr", "name": "St. Olavs hospital"}),
        **ours,
    )
    case_id = made["case"]["patientId"]
    assert made["messages"] == []
    assert codes(place, case_id) == {"8705": "101", "8307": "2", "8473": "1"}
    assert set(place.clocks(case_id)) == {"evaluation", "gap"}  # nobody coordinates yet
    which = {"continues": {"planIdentifier": PLAN["identifier"]}}
    place.advance("1d")
    asked = place.told(
        "ip.plan.transferred",
        to={"key": "alvdal-saksbehandling"},
        date="2026-04-01",
        reasonCode="other",
        **which,
        **ours,
    )
    (question,) = asked["messages"]
    document = place.document(question["id"])
    assert "Ansvarlig: ST OLAVS HOSPITAL HF" in document
    assert "Ny ansvarlig: Alvdal Kommune" in document
    assert asked["deadlines"] == [{"kind": "reply", "due": "2026-03-19T23:59:59+01:00"}]
    assert place.items(case_id, "confirm-transfer")
    # Asked is not moved: it is ours until the answer.
    assert place.case(case_id)["plan"]["responsible"] == "Fysikalsk medisin og rehabilitering"
    assert codes(place, case_id)["8473"] == "1"
    explained(place, f"/events/{asked['eventId']}", "plan-transfer: venter", "R14: gjelder")
    explained(place, f"/messages/{question['id']}", "consent-plan-share: åpen", "carrier-2")

    place.advance("2d")
    answer: dict[str, Any] = {
        "step": "accepted",
        "to": None,
        "date": None,
        "reasonCode": None,
        "answeredBy": "August September, Alvdal kommune",
    }
    said = place.told(
        "ip.plan.transferred", **answer, **which, **(ours if by == "hospital" else {"source": ALVDAL_UNIT})
    )
    assert place.case(case_id)["plan"]["responsible"] == "Saksbehandling"
    (care,) = place.fhir(f"CarePlan?patient=Patient/{case_id}")
    assert (care["id"], care["meta"]["versionId"], care["status"]) == (
        made["case"]["planId"],
        "2",
        "active",
    )
    assert not place.items(case_id, "confirm-transfer")
    assert "reply" not in place.clocks(case_id)
    assert codes(place, case_id)["8705"] == "101"
    assert codes(place, case_id)["8473"] != "1"
    explained(place, f"/events/{said['eventId']}", "plan-transfer: godtatt", "R24: gjelder")
    place.advance("210d")  # evaluating it is no longer ours to be reminded of, until it is long past
    of_the_gap = 2  # nobody coordinates: leader, coordinating unit
    assert place.events().count("ip.deadline.breached") == of_the_gap
    place.advance("30d")
    assert place.events().count("ip.deadline.breached") > of_the_gap
    assert place.refused(
        "ip.plan.updated",
        plan=plan(agreed="2026-03-04"),
        **which,
        **ours,
    )[0] in {403, 409}


def test_11_death_with_three_open_clocks(begin: Begin, manner: str):
    place = begin(manner=manner)
    told = place.told("ip.need.identified")
    case_id = told["case"]["patientId"]
    if manner == "free-text":
        read_by_a_person(place, told)
    place.told(
        "ip.coordinator.ended",
        source=ALVDAL_UNIT,
        continues={"assignmentId": coordinator(place, case_id)},
        until="2026-03-04",
        reasonCode="other",
        successor=None,
    )
    held = place.told("ip.need.identified", needs=["rehabilitation"], consent={"status": "not-asked"})
    assert held["status"] == "held"
    assert set(place.clocks(case_id)) == {"assessment", "gap", "consent"}
    place.behaves(receipt="silent")
    place.advance("1h")
    gone = place.told("ip.patient.deceased", diedOn="2026-03-04")
    (notice,) = gone["messages"]
    document = place.document(notice["id"])
    assert "PASIENT DØD" in document
    assert "Dødsdato: 04.03.2026" in document
    assert place.get(f"/fhir/Patient/{case_id}")["deceasedDateTime"] == "2026-03-04"
    assert place.states(case_id) == {
        "coordinator": ("completed", "fulfilled"),
        "individual-plan": ("cancelled", "withdrawn"),
        "rehabilitation": ("cancelled", "withdrawn"),
    }
    assert not place.items(case_id, "review")
    # Only whether the word arrived is still waited for.
    assert set(place.clocks(case_id)) == {"receipt"}
    explained(
        place,
        f"/events/{gone['eventId']}",
        "deceased-closes: avsluttet",
        "deceased-told: alvdal-saksbehandling",
    )
    place.advance("60d")
    assert "ip.deadline.breached" not in place.events()
    assert [d["kind"] for d in place.get("/deadlines?late=true")["items"]] == ["receipt"]
    assert (place.case(case_id)["team"], codes(place, case_id).get("8705")) == ([], None)
    assert place.refused("ip.need.identified") == (409, ["IPK-E072"])
    explained(place, f"/cases/{case_id}", "Pasient død", "receipt-missing: uten kvittering")


# ── 12, 13, 14: others than the usual ────────────────────────────────────────────────────────────────────────────────


def test_12_a_child_gets_a_child_coordinator(begin: Begin, manner: str):
    place = begin(manner=manner)
    child = schemas.example("ip.child-coordinator.appointed")["data"]["patient"]
    said: dict[str, Any] = {
        "patient": child,
        "needs": ["child-coordinator", "habilitation"],
        "wishes": {"individualPlan": "unclear", "coordinator": "yes"},
    }
    assert place.refused("ip.need.identified", **said, consent=GIVEN) == (422, ["IPK-C020"])
    assert place.events() == []
    told = place.told("ip.need.identified", **said, consent={**GIVEN, "givenBy": "guardian"})
    case_id, message = told["case"]["patientId"], told["messages"][0]
    document = place.document(message["id"])
    assert "[x] Barnekoordinator  [x] Habilitering/rehabilitering" in document
    assert "av foresatt" in document
    assert {d["kind"]: d["due"] for d in told["deadlines"]} == {
        "reply": "2026-03-09T23:59:59+01:00",
        "consent": "2031-08-10T00:00:00+02:00",  # the day she is 16 and is asked herself
    }
    read = manner == "structured"
    assert codes(place, case_id)["9188"] == ("1" if read else "2")
    assert bool(place.items(case_id, "read-answer")) != read
    place.advance("1d")
    said = {"continues": {"meldeId": told["case"]["meldeId"]}, "from": "2026-03-05"}
    if read:  # it has named a coordinator, beside whom nobody is main nor goes on without a reason
        assert place.refused("ip.child-coordinator.appointed", **said) == (409, ["IPK-E024"])
        said |= {"main": False}
        assert place.refused("ip.child-coordinator.appointed", **said) == (409, ["IPK-E052"])
        said |= {"parallelReason": "Anna Plan følger opp hjelpemidlene."}
    appointed = place.told("ip.child-coordinator.appointed", **said)
    assert place.states(case_id) == {
        "child-coordinator": ("completed", "fulfilled"),
        "habilitation": ("received", "received"),
    }
    team = [(held["code"], held["name"]) for held in place.case(case_id)["team"]]
    assert team == [*([("8", "Anna Plan")] if read else []), ("barnekoordinator", "Gunn Omsorg")]
    assert place.fhir(f"RelatedPerson?patient=Patient/{case_id}")
    (kept,) = place.fhir(f"CareTeam?patient=Patient/{case_id}")
    assert "barnekoordinator" in str(kept["participant"])
    assert set(place.clocks(case_id)) == {"assessment", "consent"}
    assert codes(place, case_id) == {"9188": "1", "8473": "3"}
    explained(
        place,
        f"/events/{appointed['eventId']}",
        "R43: gjelder",
        "assignment-child-parallel: tillatt" if read else "fulfilled-coordinator: barnekoordinator",
        "assignment-child-right: oppnevnt",
        "responsible-child: kommunen",
    )
    explained(
        place, f"/messages/{message['id']}", "consent-coordinator: åpen", "consent-rehabilitation: åpen"
    )


def test_13_nav_without_address_gets_a_letter(begin: Begin):
    place = begin(of={"home": ALVDAL})
    told = place.told("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    case_id = told["case"]["patientId"]
    assert place.refused("ip.team-member.added", consent=None, **{"from": "2026-03-04"}) == (
        422,
        ["IPK-C001"],
    )
    added = place.told(
        "ip.team-member.added",
        consent={**GIVEN, "scopes": ["other-sectors"], "recipients": ["nav-alvdal"]},
        **{"from": "2026-03-04"},
    )
    (letter,) = added["messages"]
    assert (letter["type"], letter["receiver"], letter["state"]) == (
        "LETTER",
        {"herId": None, "name": "NAV Alvdal"},
        "manual",
    )
    document = place.document(letter["id"])
    assert "<address>NAV Alvdal<br/>Navet 1<br/>9998 Alvdal</address>" in document
    assert "NY DELTAKER I TEAMET" in document
    assert "Koordinator: Gunn Omsorg" in document
    assert not list((place.root / "out").glob("*"))
    assert list((place.root / "epj").glob(f"{letter['id']}*"))
    (sent,) = place.fhir(f"Communication?patient=Patient/{case_id}")
    assert sent["category"][0]["text"] == "Brev"
    (team,) = place.fhir(f"CareTeam?patient=Patient/{case_id}")
    assert "Roland Gundersen" in str(place.fhir("PractitionerRole?_count=100"))
    assert len(team["participant"]) == 3
    place.advance("40d")  # nobody waits for a receipt of a letter
    assert set(place.clocks(case_id)) == {"inform"}  # a person posts it
    assert {d["kind"] for d in place.get("/deadlines?late=true")["items"]} == {"inform"}
    assert place.get(f"/messages/{letter['id']}")["state"] == "manual"
    assert codes(place, case_id)["9336"] == "1"
    explained(
        place,
        f"/messages/{letter['id']}",
        "consent-other-sectors: åpen",
        "carrier-4: brev",
        "Falt bort: DIALOG_HELSEFAGLIG/1.1",
        "message-other-way: går på annen måte",
    )
    explained(place, f"/events/{added['eventId']}", "R40: gjelder", "R17: gjelder")


def test_14_joint_coordinating_unit_is_told_inside(begin: Begin):
    place = begin()
    told = place.told("ip.need.identified", patient=living_in("9903"))
    case_id = told["case"]["patientId"]
    assert (told["status"], told["messages"]) == ("recorded", [])
    assert place.messages() == []
    assert set(place.states(case_id).values()) == {("requested", "reported")}
    assert {n["owner"] for n in place.case(case_id)["needs"]} == {"Felles koordinerende enhet"}
    assert codes(place, case_id) == {"8307": "1", "8473": "21"}  # nothing was sent: no 105
    assert place.clocks(case_id) == {
        "reply": "2026-03-09T23:59:59+01:00"
    }  # and it is waited for all the same
    explained(
        place,
        f"/events/{told['eventId']}",
        "receiver-municipality: felles-ke",
        "receiver-joint: felles-ke",
        "state-transition: meldt",
    )
    place.told(
        "ip.coordinator.appointed",
        source="urn:her:91991",
        patient=living_in("9903"),
        continues={"meldeId": told["case"]["meldeId"]},
        person={
            **schemas.example("ip.coordinator.appointed")["data"]["person"],
            "organisation": {"key": "felles-ke", "name": "Felles koordinerende enhet"},
        },
        **{"from": "2026-03-04"},
    )
    assert place.states(case_id)["coordinator"] == ("completed", "fulfilled")
    assert codes(place, case_id)["9188"] == "1"
    assert place.messages(direction="out") == []  # it does not write to itself


# ── 15, 16, 17: the odd ones ─────────────────────────────────────────────────────────────────────────────────────────


def test_15_the_same_event_with_another_body(begin: Begin, manner: str):
    place = begin(manner=manner)
    event = place.event("ip.need.identified", id="once")
    first = place.send(event)
    assert first.status_code == 202
    place.settle()
    case_id = first.get_json()["case"]["patientId"]

    def stands() -> tuple[Any, ...]:
        sent = [(m["id"], m["state"]) for m in place.messages()]
        return place.events(), sent, place.states(case_id), place.clocks(case_id), codes(place, case_id)

    before, why = stands(), place.why(f"/cases/{case_id}")
    other = copy.deepcopy(event)
    other["data"]["reason"]["text"] = "Noe annet."
    refused = place.send(other)
    assert refused.status_code == 409
    assert [e["code"] for e in refused.get_json()["errors"]] == ["IPK-E012"]
    assert b"Noe annet" not in refused.data
    again = place.send(event)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    place.settle()
    assert (stands(), place.why(f"/cases/{case_id}")) == (before, why)


def test_16_a_national_id_that_looks_real(begin: Begin):
    place = begin()
    number = real_looking()
    system = schemas.example("ip.need.identified")["data"]["patient"]["identifier"]["system"]
    of_patient = place.event(
        "ip.need.identified", patient=person(identifier={"system": system, "value": number})
    )
    in_text = place.event(
        "ip.need.identified", reason={"codes": [], "text": f"Se også {number} i samme husstand."}
    )
    for event in (of_patient, in_text):
        answer = place.send(event)
        assert answer.status_code == 422
        assert [e["code"] for e in answer.get_json()["errors"]] == ["IPK-P001"]
        assert number.encode() not in answer.data + str(answer.headers).encode()
    place.settle()
    assert (place.events(), place.messages(), place.get("/deadlines")["items"]) == ([], [], [])
    for type_ in ("Patient", "ServiceRequest", "Task", "Consent", "Provenance"):
        assert place.fhir(f"{type_}?_count=10") == []


def test_17_a_pull_by_somebody_who_is_no_member(begin: Begin, manner: str, tmp_path: Path):
    tokens = {"alvdal-saksbehandling": "token-of-a-member", "storvik-nord": "token-of-a-stranger"}
    file = tmp_path / "clients.toml"
    file.write_text(
        "".join(
            f'[[client]]\nname = "{party}-ip"\nparty = "{party}"\n'
            f'token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
            for party, token in tokens.items()
        )
    )
    place = begin(manner=manner, clients=file)
    told = place.told("ip.need.identified")
    case_id, message = told["case"]["patientId"], told["messages"][0]["id"]
    before = (place.clocks(case_id), codes(place, case_id))
    member, stranger = ({"Authorization": f"Bearer {token}"} for token in tokens.values())
    need = told["case"]["needs"][0]["needId"]
    assert place.client.get(f"/fhir/ServiceRequest/{need}", headers=member).status_code == 200
    refused = place.client.get(f"/fhir/ServiceRequest/{need}", headers=stranger)
    assert refused.status_code == 404
    assert case_id.encode() not in refused.data
    assert place.get(f"/fhir/Task?patient=Patient/{case_id}", **member)["entry"]
    assert "entry" not in place.get(f"/fhir/Task?patient=Patient/{case_id}", **stranger)
    closed = [f"/cases/{case_id}{part}" for part in ("", "/why", "/consent", "/plan", "/plo-roles")]
    closed += [
        f"/messages/{message}",
        f"/messages/{message}/why",
        f"/messages/{message}/document",
        "/messages",
    ]
    for path in (*closed, f"/events/{told['eventId']}/why", "/feed", "/deadlines"):
        for who in (stranger, member):
            answer = place.client.get(path, headers=who)
            assert answer.status_code == 403, path
            assert case_id.encode() not in answer.data
    trail = place.fhir("AuditEvent?_count=100")
    assert any("storvik-nord-ip" in str(event["agent"]) and event["outcome"] == "4" for event in trail)
    assert any(
        "alvdal-saksbehandling-ip" in str(event["agent"]) and event["outcome"] == "0" for event in trail
    )
    # A pull changes nothing: no event of a case, no clock. docs/decisions/0089.
    assert (place.clocks(case_id), codes(place, case_id)) == before
    told_last = "ip.coordinator.appointed" if manner == "structured" else "ip.dialogue.received"
    assert place.events()[-1] == told_last
    explained(place, f"/cases/{case_id}", "Mottaker", "alvdal-saksbehandling")
