"""Systems of other organisations: what they are shown of a case, and what they are not. pjl § 22; message-rules.md, 'Consent'."""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.access import members
from adapter.errors import Faults, SystemFault
from adapter.registers import addressbook, clients
from adapter.services import Services
from adapter.store import resources
from adapter.store.resources import Write
from tests.clock import Clock
from tests.events.samples import changed
from tests.web.hands import post, told, trails

ALVDAL, STORVIK = "the-token-of-alvdal", "the-token-of-storvik"


def _row(name: str, party: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[client]]\nname = "{name}"\nparty = "{party}"\ntoken_sha256 = "{digest}"\n'


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(
        _row("alvdal-ip", "alvdal-saksbehandling", ALVDAL) + _row("storvik-ip", "storvik-nord", STORVIK)
    )
    return {"clients": path}


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _ids(client: FlaskClient, path: str, token: str) -> set[str]:
    answer = client.get(path, headers=_as(token))
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    found = {entry["resource"]["id"] for entry in body.get("entry", ())}
    assert body.get("total", len(found)) == len(found)  # of what it may see, never of what there is
    return found


@pytest.fixture
def case(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need at Alvdal and of its plan."""
    found: dict[str, Any] = told(client)["case"]
    clock.advance(days=40)
    made = post(client, changed("ip.plan.created", ("data.continues", {"meldeId": found["meldeId"]})))
    assert made.status_code == 202, made.text
    clock.advance(minutes=1)
    return {**found, "planId": made.get_json()["case"]["planId"]}


def test_a_member_reads_and_finds_what_consent_opens(client: FlaskClient, case: dict[str, Any]):
    patient = case["patientId"]
    assert client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL)).status_code == 200
    assert _ids(client, "/fhir/CarePlan", ALVDAL) == {case["planId"]}
    assert _ids(client, f"/fhir/ServiceRequest?patient=Patient/{patient}", ALVDAL)
    assert _ids(client, "/fhir/Patient", ALVDAL) == {patient}


@pytest.mark.parametrize("path", ["CarePlan/{planId}", "Patient/{patientId}", "Patient/{patientId}/_history"])
def test_somebody_else_is_not_even_told_that_it_is_there(
    client: FlaskClient, case: dict[str, Any], path: str
):
    missing = client.get("/fhir/CarePlan/nobody", headers=_as(STORVIK))
    answer = client.get(f"/fhir/{path.format(**case)}", headers=_as(STORVIK))
    assert (answer.status_code, answer.get_json()) == (404, missing.get_json())


@pytest.mark.parametrize("type_", ["CarePlan", "Patient", "ServiceRequest", "Task", "Consent", "Provenance"])
def test_somebody_else_finds_nothing(client: FlaskClient, case: dict[str, Any], type_: str):
    assert _ids(client, f"/fhir/{type_}?_total=accurate", STORVIK) == set()
    whole = client.get(f"/fhir/{type_}?_count=50").get_json()
    assert whole["entry"], case  # which is there


def test_includes_and_versions_pass_the_same_gate(client: FlaskClient, case: dict[str, Any]):
    assert (
        _ids(client, "/fhir/CarePlan?_include=CarePlan:subject&_revinclude=Provenance:target", STORVIK)
        == set()
    )
    found = client.get(
        "/fhir/CarePlan?_include=CarePlan:subject&_revinclude=Provenance:target", headers=_as(ALVDAL)
    ).get_json()
    assert {e["resource"]["resourceType"] for e in found["entry"]} == {"CarePlan", "Patient"}
    assert client.get(f"/fhir/CarePlan/{case['planId']}/_history/1", headers=_as(STORVIK)).status_code == 404
    assert client.get(f"/fhir/CarePlan/{case['planId']}/_history/1", headers=_as(ALVDAL)).status_code == 200


def test_a_withdrawn_consent_closes_at_once_but_for_the_authors_own_plan(
    client: FlaskClient, case: dict[str, Any]
):
    gone = changed(
        "ip.consent.withdrawn",
        ("data.scopes", ["coordinator", "plan-create", "plan-share"]),
        ("data.date", "2026-04-13"),
    )
    assert post(client, gone).status_code == 202
    assert client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL)).status_code == 200
    assert _ids(client, "/fhir/CarePlan", ALVDAL) == {case["planId"]}
    for type_ in ("Patient", "PractitionerRole", "Observation", "Communication"):
        assert _ids(client, f"/fhir/{type_}", ALVDAL) == set(), type_
    measures = _ids(client, "/fhir/ServiceRequest", ALVDAL)
    assert all(client.get(f"/fhir/ServiceRequest/{one}").get_json()["intent"] == "plan" for one in measures)


def test_an_organisation_is_no_secret(client: FlaskClient, case: dict[str, Any]):
    assert case
    assert _ids(client, "/fhir/Organization", STORVIK)


@pytest.mark.parametrize(
    "path",
    [
        "/messages",
        "/events",
        "/feed",
        "/console",
        "/metrics",
        "/cases/{patientId}",
        "/cases/{patientId}/plo-roles",
        "/cases/{patientId}/plan",
        "/cases/{patientId}/consent",
        "/cases/{patientId}/why",
    ],
)
def test_the_rest_is_the_installations_own(client: FlaskClient, case: dict[str, Any], path: str):
    assert client.get(path.format(**case), headers=_as(ALVDAL)).status_code == 403


def test_a_client_tells_events_of_its_own_organisation_alone(client: FlaskClient):
    theirs = changed("ip.need.identified")
    answer = post(client, theirs, **_as(ALVDAL))
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (403, "IPK-R001")


def test_the_trail_names_the_client_and_the_refusal(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    for token in (ALVDAL, STORVIK):
        client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(token))
    given, refused = trails(services)[-2:]
    assert ("alvdal-ip" in str(given["agent"]), given["outcome"]) == (True, "0")
    assert ("storvik-ip" in str(refused["agent"]), refused["outcome"]) == (True, "4")


@pytest.mark.parametrize(
    "given", ["Bearer the-token-of-alvda1", "Basic abc", "the-token-of-alvdal", "Bearer"]
)
@pytest.mark.parametrize("path", ["/fhir/CarePlan/{planId}", "/fhir/CarePlan", "/events", "/console"])
def test_a_token_that_is_nobodys_is_401_not_the_installations_own(
    client: FlaskClient, services: Services, case: dict[str, Any], path: str, given: str
):
    answer = client.get(path.format(**case), headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ip-adapter", error="invalid_token"'
    if path.startswith("/fhir"):
        assert trails(services)[-1]["outcome"] == "4"


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────

BOOK = addressbook.load()


def test_no_file_names_nobody():
    assert clients.load(None, BOOK) == {}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[[client", ["$"]),
        ("[[server]]\n", ["$"]),
        (_row("x", "nobody", "t"), ["$.client[0].party"]),
        (_row("x", "st-olavs-fmr", "t"), ["$.client[0].party"]),
        (_row("x", "alvdal-saksbehandling", "t") * 2, ["$.client[1]"]),
        ('[[client]]\nname = "X Y"\nparty = "alvdal-saksbehandling"\ntoken = "t"\n',
         ["$.client[0].name", "$.client[0].token_sha256", "$.client[0].token"]),
    ],
)  # fmt: skip
def test_every_fault_of_the_file_is_told_with_its_place(tmp_path: Path, text: str, places: list[str]):
    path = tmp_path / "clients.toml"
    path.write_text(text)
    with pytest.raises(Faults) as told_:
        clients.load(path, BOOK)
    assert [f.path for f in told_.value.faults] == places
    assert {f.code for f in told_.value.faults} == {"IPK-R008"}


def test_a_file_that_cannot_be_read_is_named_by_its_setting(tmp_path: Path):
    with pytest.raises(SystemFault) as told_:
        clients.load(tmp_path / "nowhere.toml", BOOK)
    assert (told_.value.code, told_.value.at) == ("IPK-S008", "ADAPTER_CLIENTS")


def test_pages_are_filled_and_totals_are_of_what_it_may_see(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    """Others' cases stand before, between and after its own: none shows in a count, a page or a link."""
    others = [
        Write(
            type="CarePlan", id=f"{letter}-{n:03}", version=1, body=b'{"resourceType":"CarePlan"}', updated=1, org="59",
            case_key=f"other-{n}",
        )
        for n in range(60)
        for letter in "0z"
    ]  # fmt: skip
    services.store.write(lambda conn: resources.put(conn, others))
    for query in ("_count=1&_total=accurate", "_count=1&_total=accurate&_sort=-_lastUpdated"):
        body = client.get(f"/fhir/CarePlan?{query}", headers=_as(ALVDAL)).get_json()
        assert (body["total"], [e["resource"]["id"] for e in body["entry"]]) == (1, [case["planId"]])
        assert [link["relation"] for link in body["link"]] == ["self"]


def test_a_chain_leads_through_nothing_that_is_hidden(client: FlaskClient, case: dict[str, Any]):
    path = f"/fhir/Patient?_has:CarePlan:subject:_id={case['planId']}"
    assert _ids(client, path, ALVDAL) == {case["patientId"]}
    assert _ids(client, path, STORVIK) == set()


def test_history_and_everything_keep_to_what_it_may_see(client: FlaskClient, case: dict[str, Any]):
    seen = client.get("/fhir/_history?_count=200", headers=_as(ALVDAL)).get_json()
    assert any(e["fullUrl"].endswith(case["planId"]) for e in seen["entry"])
    hidden = client.get("/fhir/_history?_count=200", headers=_as(STORVIK)).get_json()
    assert {e["resource"]["resourceType"] for e in hidden.get("entry", ())} <= members.OPEN
    path = f"/fhir/Patient/{case['patientId']}/$everything"
    assert client.get(path, headers=_as(ALVDAL)).status_code == 200
    assert client.get(path, headers=_as(STORVIK)).status_code == 404


def test_nothing_new_of_what_it_may_see_is_an_empty_history(client: FlaskClient, case: dict[str, Any]):
    path = f"/fhir/CarePlan/{case['planId']}/_history?_since=2100-01-01T00:00:00Z"
    answer = client.get(path, headers=_as(ALVDAL))
    assert (answer.status_code, answer.get_json().get("entry")) == (200, None)
    assert client.get(path, headers=_as(STORVIK)).status_code == 404


# ── a need is judged by itself. ADR 150 ──────────────────────────────────────────────────────────────────────────────


def _of_kind(kind: str, *more: tuple[str, object]) -> dict[str, Any]:
    return changed("ip.need.identified", ("id", f"urn:need:{kind}"), ("data.needs", [kind]), *more)


@pytest.fixture
def waiting(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need that is open for the municipality, and of one of the same case that waits for consent."""
    first = post(client, _of_kind("habilitation"))
    assert first.status_code == 202, first.text
    clock.advance(minutes=5)
    second = post(
        client,
        _of_kind("rehabilitation", ("data.reason.text", "This is held."), ("data.consent", {"status": "not-asked"})),
    )  # fmt: skip
    assert (second.status_code, second.get_json()["status"]) == (202, "held"), second.text
    return {
        "first": first.get_json()["case"]["needs"][0],
        "second": second.get_json()["case"]["needs"][0],
        "patientId": second.get_json()["case"]["patientId"],
    }


def test_a_need_that_waits_for_consent_is_not_pulled_by_another_that_is_open(
    client: FlaskClient, waiting: dict[str, Any]
):
    open_, held = waiting["first"]["needId"], waiting["second"]["needId"]
    assert client.get(f"/fhir/ServiceRequest/{open_}", headers=_as(ALVDAL)).status_code == 200
    for path in (
        f"ServiceRequest/{held}",
        f"ServiceRequest/{held}/_history",
        f"ServiceRequest/{held}/_history/1",
    ):
        assert client.get(f"/fhir/{path}", headers=_as(ALVDAL)).status_code == 404, path
    assert _ids(client, "/fhir/ServiceRequest", ALVDAL) == {open_}
    tasks = client.get("/fhir/Task", headers=_as(ALVDAL)).get_json()["entry"]
    named = {e["resource"].get("focus", {}).get("reference") for e in tasks} - {None}
    assert named == {f"ServiceRequest/{open_}"}
    for path in ("_history", "ServiceRequest/_history", f"ServiceRequest?_id={open_}&_revinclude=Task:focus"):
        assert held not in client.get(f"/fhir/{path}", headers=_as(ALVDAL)).text, path
    assert client.get(f"/fhir/ServiceRequest/{held}").status_code == 200


# ── a page token. ADR 170 ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_that_ends_at_what_is_hidden_tells_nothing_of_it(
    client: FlaskClient, services: Services, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    """Where a page has looked at enough, its link goes on after a row of somebody else's: neither id nor state is read from it."""
    monkeypatch.setattr("adapter.web.fhir_found.LOOKED_AT_FOR_OTHERS", 1)
    others = [
        Write(
            type="CarePlan", id=f"{letter}-secret-{n:03}", version=1, updated=1, org="59", case_key=f"other-{n}",
            body=b'{"resourceType":"CarePlan"}', status="revoked",
        )
        for n in range(120)
        for letter in "0z"
    ]  # fmt: skip
    services.store.write(lambda conn: resources.put(conn, others))
    path, seen, pages = "/fhir/CarePlan?_sort=-status&_count=1", [], 0
    while path:
        body = client.get(path, headers=_as(ALVDAL)).get_json()
        seen += [e["resource"]["id"] for e in body.get("entry", ())]
        path = next((link["url"] for link in body["link"] if link["relation"] == "next"), "")
        pages += bool(path)
        told = _read(path.partition("_cursor=")[2].partition("&")[0])
        assert not any(word in told for word in (b"secret", b"revoked")), told
    assert (seen, pages > 1) == ([case["planId"]], True)


def _read(token: str) -> bytes:
    """Return what somebody without the key reads of a page token: the bytes, and those of the cursor after its signature."""
    said = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    try:
        return said + base64.urlsafe_b64decode(said[16:] + b"=" * (-len(said[16:]) % 4))
    except binascii.Error:
        return said
