"""The read side through HTTP: chains, includes, subsets, pages, history, everything, and what is refused. R4 search.html, http.html."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.fhir import deletion, index, paging
from adapter.services import Services
from adapter.store import resources, tokens
from adapter.store.resources import Write
from tests.clock import Clock
from tests.events.samples import changed
from tests.fhir import validator
from tests.web.hands import ids, post, search, told, trails

INSTANT = 1_772_614_800_000_000
"""2026-03-04T09:00:00Z in microseconds."""


def put(
    services: Services, *made: dict[str, Any], version: int = 1, at: int = INSTANT, case: str | None = None
) -> None:
    """Store resources in one transaction."""

    def write(resource: dict[str, Any]) -> Write:
        found = index.index(resource, patient=None if case is None else f"Patient/{case}")
        return Write(
            type=resource["resourceType"], id=resource["id"], version=version, body=orjson.dumps(resource), updated=at,
            org="59", case_key=case, subject=found.subject, status=found.status, date_start=found.date_start,
            date_end=found.date_end, **tokens.kept(found.tokens),
        )  # fmt: skip

    services.store.write(lambda conn: resources.put(conn, list(map(write, made))))


def get(client: FlaskClient, path: str, **headers: str) -> dict[str, Any]:
    """Return the Bundle of a search or history."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.get_json()["issue"][0]["details"]["coding"][0]["code"]


def link(bundle: dict[str, Any], relation: str = "next") -> str | None:
    """Return the path of a link."""
    found = {one["relation"]: one["url"] for one in bundle["link"]}.get(relation)
    if found is None:
        return None
    parts = urlsplit(found)
    return f"{parts.path}?{parts.query}"


def organisation(id_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": id_, "name": name, **more}


def task(id_: str, owner: str, status: str = "requested", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": id_, "status": status, "intent": "order",
        "owner": {"reference": f"Organization/{owner}"}, **more,
    }  # fmt: skip


def patient(id_: str, family: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_, "name": [{"family": family, "given": ["Kari"]}]}


@pytest.fixture
def filled(services: Services) -> Services:
    put(
        services,
        organisation("alvdal", "Alvdal kommune"),
        organisation("storvik", "Storvik kommune"),
        organisation("unit", "Enhet", partOf={"reference": "Organization/alvdal"}),
        patient("p1", "Berg"),
        patient("p2", "Dal"),
        task("t1", "alvdal", **{"for": {"reference": "Patient/p1"}}),
        task("t2", "storvik", **{"for": {"reference": "Patient/p2"}}),
        task("t3", "unit", status="completed", **{"for": {"reference": "Patient/p1"}}),
    )
    return services


# ── one level further ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Task?owner:Organization.name=ALV", ["t1"]),
        ("Task?owner:Organization.name=kommune", []),
        ("Task?owner:Organization._id=alvdal,unit", ["t1", "t3"]),
        ("Task?owner:Organization.name:contains=kommune", ["t1", "t2"]),
        ("Task?owner:Organization.partof=alvdal&status=completed", ["t3"]),
        ("Organization?_has:Task:owner:status=completed", ["unit"]),
        ("Organization?_has:Task:owner:patient=p1", ["alvdal", "unit"]),
        ("Patient?_has:Task:patient:status=completed", ["p1"]),
        ("Organization?_has:Organization:partof:name=enhet", ["alvdal"]),
    ],
)
@pytest.mark.usefixtures("filled")
def test_a_chain_and_has_go_one_level(client: FlaskClient, path: str, found: list[str]):
    assert [one.partition("/")[2] for one in ids(get(client, f"/fhir/{path}"))] == found


@pytest.mark.usefixtures("filled")
def test_a_chain_through_a_name_goes_by_post_only(client: FlaskClient):
    assert code_of(client.get("/fhir/Task?patient.family=Berg")) == (400, "IPK-F003")
    # An owner may be a person as well as an organisation, so its name may be a person's.
    assert code_of(client.get("/fhir/Task?owner.name=alvdal")) == (400, "IPK-F003")
    assert ids(search(client, "Task", **{"owner.name": "alvdal"}).json) == ["Task/t1"]
    answer = search(client, "Task", **{"patient.family": "berg"})
    assert ids(answer.json) == ["Task/t1", "Task/t3"]
    assert "erg" not in str(answer.json["link"])


def test_a_chain_through_too_much_is_refused(client: FlaskClient, services: Services):
    put(services, *(organisation(f"o{n}", "Kommune") for n in range(501)))
    assert code_of(client.get("/fhir/Task?owner:Organization.name=kommune")) == (400, "IPK-F020")


# ── what comes with it ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("filled")
def test_includes_go_on_where_they_iterate(client: FlaskClient):
    plain = get(client, "/fhir/Task?_id=t3&_include=Task:owner")
    assert ids(plain, "include") == ["Organization/unit"]
    further = get(client, "/fhir/Task?_id=t3&_include=Task:owner&_include:iterate=Organization:partof")
    assert ids(further, "include") == ["Organization/unit", "Organization/alvdal"]
    assert ids(get(client, "/fhir/Task?_id=t1&_include=*"), "include") == [
        "Organization/alvdal",
        "Patient/p1",
    ]
    assert ids(get(client, "/fhir/Task?_id=t1&_include=Task:owner:Practitioner"), "include") == []


@pytest.mark.usefixtures("filled")
def test_what_refers_to_it_comes_by_any_reference(client: FlaskClient):
    found = get(
        client, "/fhir/Organization?_id=alvdal&_revinclude=Task:owner&_revinclude=Organization:partof"
    )
    assert sorted(ids(found, "include")) == ["Organization/unit", "Task/t1"]
    assert ids(get(client, "/fhir/Patient?_id=p1&_revinclude=Task:patient"), "include") == [
        "Task/t1",
        "Task/t3",
    ]


# ── subsets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "kept", "gone"),
    [
        ("_summary=true", {"status", "intent", "owner"}, {"note", "text"}),
        ("_summary=text", {"text", "status", "intent"}, {"owner", "note"}),
        ("_summary=data", {"owner", "note"}, {"text"}),
        ("_elements=note", {"note", "status", "intent"}, {"owner", "text"}),
    ],
)
def test_a_subset_keeps_what_is_mandatory_and_is_tagged(
    client: FlaskClient, services: Services, query: str, kept: set[str], gone: set[str]
):
    put(services, task("t", "o", note=[{"text": "x"}], text={"status": "generated", "div": "<div/>"}))
    (entry,) = get(client, f"/fhir/Task?{query}")["entry"]
    if query == "_summary=true":
        kept = kept - {"owner"} | {"status"}
    assert kept <= set(entry["resource"])
    assert not gone & set(entry["resource"])
    assert entry["resource"]["meta"]["tag"][-1]["code"] == "SUBSETTED"


@pytest.mark.usefixtures("filled")
def test_a_count_alone_needs_no_entries_and_ignores_what_it_does_not_know(client: FlaskClient):
    found = get(client, "/fhir/Task?_count=0&_totalMethod=count")
    assert found["total"] == 3
    assert ids(found) == []
    assert get(client, "/fhir/Task?owner:missing=false&_summary=count")["total"] == 3
    assert get(client, "/fhir/Organization?name:contains=kommune&_total=accurate")["total"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "_summary=true&_elements=status", "_summary=text&_include=Task:owner", "_total=none&_total=accurate",
        "_summary=true&_summary=data", "_sort=status&_sort=-status",
    ],
)  # fmt: skip
def test_parameters_that_contradict_each_other_are_refused(client: FlaskClient, query: str):
    assert code_of(client.get(f"/fhir/Task?{query}")) == (400, "IPK-F021")


@pytest.mark.usefixtures("filled")
def test_handling_decides_about_what_is_unknown(client: FlaskClient):
    lenient = get(client, "/fhir/Task?wheather=fine", Prefer="handling=lenient")
    assert [entry["search"]["mode"] for entry in lenient["entry"]].count("outcome") == 1
    assert "wheather" not in str(lenient["link"])
    strict = client.get("/fhir/Task?wheather=fine", headers={"Prefer": "handling=strict"})
    assert code_of(strict) == (400, "IPK-F004")


@pytest.mark.parametrize(
    "query",
    [
        "date=9999-12-31", "date=9999", "date=0001-01-01", "date=0000", "status=%00", "identifier=%00|x", "goal=%00",
        "goal=a%20b", "_id=%00", "identifier=|", "instantiates-uri:below=%00", "_sort=,", "_include=", "_has:=x", "_has=x",
        "goal.=x", ".=x", ":=x", "category:=x", "subject:Patient.=x", "_lastUpdated=ap9999-12-31", "activity-date=gt",
        "_elements=,", "_summary=x", "goal:Goal:missing=true", "_has:Task:based-on=x", "_has:Task:based-on:=x",
    ],
)  # fmt: skip
def test_odd_questions_are_answered_or_refused(client: FlaskClient, query: str):
    assert client.get(f"/fhir/CarePlan?{query}").status_code in {200, 400}


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_survive_writes_and_an_added_count(client: FlaskClient, services: Services):
    put(services, *(organisation(f"o{n:02}", "Kommune") for n in range(20)))
    first = get(client, "/fhir/Organization?name:exact=Kommune&_count=5")
    put(services, organisation("a-before", "Kommune"), organisation("z-after", "Kommune"))
    following = link(first)
    assert following is not None
    second = get(client, f"{following}&_count=1000")
    seen = [*ids(first), *ids(second)]
    assert seen == [*(f"Organization/o{n:02}" for n in range(20)), "Organization/z-after"]
    assert link(second) is None


@pytest.mark.parametrize(
    "change", [lambda c: c[:-2] + ("AA" if c[-2:] != "AA" else "BB"), lambda c: c[5:], lambda c: c * 2]
)
def test_a_page_token_that_was_changed_is_refused(client: FlaskClient, services: Services, change: Any):
    put(services, *(organisation(f"o{n}", "Kommune") for n in range(5)))
    for path in (
        "/fhir/Organization?_count=2",
        "/fhir/_history?_count=2",
        "/fhir/Organization/_history?_count=2",
    ):
        following = link(get(client, path))
        assert following is not None
        head, _, query = following.partition("?")
        params = {name: value[0] for name, value in parse_qs(query).items()}
        params["_cursor"] = change(params["_cursor"])
        answer = client.get(f"{head}?{urlencode(params)}")
        assert code_of(answer) == (400, "IPK-F008")


def test_a_page_token_of_another_installation_is_refused(client: FlaskClient):
    forged = paging.cursor_for("Organization", [], "WyJvMSJd", key=b"another")
    assert code_of(client.get(f"/fhir/Organization?_cursor={forged}")) == (400, "IPK-F008")


def test_a_page_that_looked_at_enough_goes_on_by_its_link(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapter.store.walk.BUDGET", 1)
    put(
        services,
        *(organisation(f"o{n:03}", "Bygd") for n in range(120)),
        organisation("x", "Vidstrakt kommune"),
    )
    page, pages, seen = get(client, "/fhir/Organization?name:contains=strakt"), 1, []
    while True:
        seen += ids(page)
        following = link(page)
        if following is None:
            break
        page, pages = get(client, following), pages + 1
    assert seen == ["Organization/x"]
    assert pages > 1


def test_the_pages_of_a_search_by_name_name_what_is_left(client: FlaskClient, services: Services):
    put(services, *(patient(f"p{n:02}", "Berg") for n in range(25)))
    first = search(client, "Patient", family="berg", _count="10").json
    following = link(first)
    assert following is not None
    assert "erg" not in following
    seen = [*ids(first), *ids(get(client, following))]
    assert len(set(seen)) == 20
    assert link(get(client, following)) is not None


@pytest.mark.parametrize(
    "name", ["name", "family", "given", "birthdate", "phone", "email", "address", "address-city"]
)
def test_what_names_a_person_goes_by_post_only(client: FlaskClient, name: str):
    answer = client.get(f"/fhir/Patient?{name}=Berg1970")
    assert code_of(answer) == (400, "IPK-F003")
    assert "Berg" not in answer.text


@pytest.mark.usefixtures("filled")
def test_nobody_is_sorted_by_name(client: FlaskClient):
    found = get(client, "/fhir/Patient?_sort=name")
    assert [entry["search"]["mode"] for entry in found["entry"]].count("outcome") == 1


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def versions(bundle: dict[str, Any]) -> list[str]:
    """Return `Type/id` of the entries, with the method."""
    return [
        f"{e['request']['method']} {e['fullUrl'].partition('/fhir/')[2]}" for e in bundle.get("entry", ())
    ]


def test_all_history_is_told_newest_first_and_in_the_order_of_commits(
    client: FlaskClient, services: Services
):
    put(services, organisation("a", "A"), organisation("b", "B"))
    put(services, organisation("a", "AA"), version=2, at=INSTANT + 5_000_000)
    put(services, task("t", "a"), at=INSTANT + 1_000_000)  # its instant is earlier, its commit later
    newest = versions(get(client, "/fhir/_history?_count=100"))
    assert newest[:4] == ["POST Task/t", "PUT Organization/a", "POST Organization/b", "POST Organization/a"]
    oldest = versions(get(client, "/fhir/_history?_count=100&_sort=_lastUpdated"))
    assert oldest == newest[::-1]
    assert versions(get(client, "/fhir/Task/_history")) == ["POST Task/t"]
    since = versions(get(client, "/fhir/_history?_since=2026-03-04T09:00:05Z"))
    assert since == ["PUT Organization/a"]


@pytest.mark.parametrize("order", ["_lastUpdated", "-_lastUpdated"])
@pytest.mark.parametrize("count", [1, 3, 7])
def test_pages_of_history_neither_skip_nor_repeat(
    client: FlaskClient, services: Services, order: str, count: int
):
    for n in range(4):
        put(services, *(organisation(f"o{n}{m}", "O") for m in range(5)), task(f"t{n}", "o"), at=INSTANT + n)
    for path in ("/fhir/_history", "/fhir/Organization/_history"):
        whole = versions(get(client, f"{path}?_count=200&_sort={order}"))
        page, seen = get(client, f"{path}?_count={count}&_sort={order}"), []
        while True:
            seen += versions(page)
            following = link(page)
            if following is None:
                break
            page = get(client, following)
        assert seen == whole
        assert len(seen) >= 20


def test_who_polls_by_the_link_monitor_misses_nothing(client: FlaskClient, services: Services):
    put(services, organisation("a", "A"))
    following = link(get(client, "/fhir/_history"), "monitor")
    seen: list[str] = []
    for n in range(3):
        put(services, organisation(f"n{n}", "N"), at=INSTANT - n)  # clocks go back, commits do not
        assert following is not None
        page = get(client, following)
        seen += versions(page)
        following = link(page, "monitor")
    assert seen == [f"POST Organization/n{n}" for n in range(3)]
    assert versions(get(client, following or "")) == []


def test_what_was_deleted_is_an_entry_and_found_nowhere(client: FlaskClient, services: Services):
    put(services, organisation("a", "Alvdal"), task("t", "a"))
    put(services, deletion.marked(organisation("a", "Alvdal", status="entered-in-error")), version=2)
    assert versions(get(client, "/fhir/Organization/_history"))[:2] == [
        "DELETE Organization/a",
        "POST Organization/a",
    ]
    assert "resource" not in get(client, "/fhir/Organization/a/_history")["entry"][0]
    assert ids(get(client, "/fhir/Organization?name=alvdal")) == []
    assert ids(get(client, "/fhir/Task?owner:Organization.name=alvdal")) == []
    assert ids(get(client, "/fhir/Task?_id=t&_include=Task:owner"), "include") == []


def test_history_of_one_goes_in_pages_and_since(client: FlaskClient, services: Services):
    for n in range(1, 6):
        put(services, organisation("a", f"A{n}"), version=n, at=INSTANT + n * 1_000_000)
    first = get(client, "/fhir/Organization/a/_history?_count=2")
    assert first["total"] == 5
    following = link(first)
    assert following is not None
    names = [e["resource"]["name"] for page in (first, get(client, following)) for e in page["entry"]]
    assert names == ["A5", "A4", "A3", "A2"]
    since = get(client, "/fhir/Organization/a/_history?_since=2026-03-04T09:00:04Z")
    assert [e["resource"]["name"] for e in since["entry"]] == ["A5", "A4"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("_history?_at=2026", "IPK-F004"), ("_history?_sort=name", "IPK-F004"), ("_history?_since=soon", "IPK-F005"),
        ("Task/_history?_count=x", "IPK-F005"),
    ],
)  # fmt: skip
def test_what_history_does_not_serve_is_refused(client: FlaskClient, path: str, code: str):
    assert code_of(client.get(f"/fhir/{path}")) == (400, code)


@pytest.mark.parametrize("path", ["AuditEvent/_history", "Medication/_history"])
def test_history_of_what_is_not_kept_is_not_found(client: FlaskClient, path: str):
    assert code_of(client.get(f"/fhir/{path}")) == (404, "IPK-F002")


# ── everything ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_about_a_patient_comes_in_pages_with_what_it_refers_to(client: FlaskClient):
    case = told(client)["case"]
    key = case["patientId"]
    whole = get(client, f"/fhir/Patient/{key}/$everything")
    assert f"Patient/{key}" in ids(whole)
    assert {f"ServiceRequest/{need['needId']}" for need in case["needs"]} <= set(ids(whole))
    assert {one.partition("/")[0] for one in ids(whole, "include")} >= {"Organization", "PractitionerRole"}
    page, seen = get(client, f"/fhir/Patient/{key}/$everything?_count=2"), []
    while True:
        seen += ids(page)
        following = link(page)
        if following is None:
            break
        page = get(client, following)
    assert seen == ids(whole)
    some = get(client, f"/fhir/Patient/{key}/$everything?_type=Task,ServiceRequest")
    assert {one.partition("/")[0] for one in ids(some)} == {"Task", "ServiceRequest"}
    assert ids(some, "include") == []
    assert ids(get(client, f"/fhir/Patient/{key}/$everything?_since=2030-01-01")) == []


def test_everything_may_be_asked_by_parameters(client: FlaskClient):
    key = told(client)["case"]["patientId"]
    asked = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueCode": "Task"}]}
    answer = client.post(f"/fhir/Patient/{key}/$everything", json=asked)
    assert {one.partition("/")[0] for one in ids(answer.json)} == {"Task"}
    for bad in (b"[]", b"{", b'{"resourceType":"Parameters","parameter":[{}]}'):
        refused = client.post(
            f"/fhir/Patient/{key}/$everything", data=bad, content_type="application/fhir+json"
        )
        assert code_of(refused) == (400, "IPK-F005")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("?_type=Shoe", 400, "IPK-F005"), ("?start=someday", 400, "IPK-F005"), ("?_cursor=x", 400, "IPK-F008")],
)
def test_what_everything_does_not_serve_is_refused(client: FlaskClient, query: str, status: int, code: str):
    key = told(client)["case"]["patientId"]
    assert code_of(client.get(f"/fhir/Patient/{key}/$everything{query}")) == (status, code)
    assert code_of(client.get(f"/fhir/Patient/nobody/$everything{query}"))[0] in {400, 404}


def test_everything_and_history_are_audited(client: FlaskClient, services: Services):
    key = told(client)["case"]["patientId"]
    client.get(f"/fhir/Patient/{key}/$everything")
    client.get("/fhir/_history?_count=5")
    kinds = [one["subtype"][0]["code"] for one in trails(services)]
    assert {"operation", "history-system"} <= set(kinds)


def test_the_audit_trail_is_searched_by_all_its_parameters(client: FlaskClient):
    key = told(client)["case"]["patientId"]
    client.get(f"/fhir/Patient/{key}")
    for query, some in (
        ("action=R", True), ("action:not=R", True), ("type=rest", True), ("subtype=read", True), ("subtype=vread", False),
        (f"entity=Patient/{key}", True), ("entity=Patient/nobody", False), ("outcome=0", True), ("date=gt2000", True),
    ):  # fmt: skip
        assert bool(ids(get(client, f"/fhir/AuditEvent?{query}"))) is some, query


def test_the_statement_says_what_is_served(client: FlaskClient):
    rest = get(client, "/fhir/metadata")["rest"][0]
    assert {"code": "history-system"} in rest["interaction"]
    rows = {row["type"]: row for row in rest["resource"]}
    assert rows["Patient"]["operation"][0]["name"] == "everything"
    assert "Task:owner" in rows["Organization"]["searchRevInclude"]
    role = next(p for p in rows["CareTeam"]["searchParam"] if p["name"] == "role")
    assert role["definition"].endswith("/SearchParameter/CareTeam-role")
    assert {"code": "history-type"} in rows["Task"]["interaction"]
    assert {"code": "history-type"} not in rows["AuditEvent"]["interaction"]


def test_each_plan_of_the_story_is_found_by_its_references(client: FlaskClient, clock: Clock):
    case = told(client)["case"]
    clock.advance(days=40)
    made = post(client, changed("ip.plan.created", ("data.continues", {"meldeId": case["meldeId"]})))
    assert made.status_code == 202, made.text
    plan = f"CarePlan/{made.get_json()['case']['planId']}"
    (goal, *_), (team, *_) = (ids(get(client, f"/fhir/{type_}")) for type_ in ("Goal", "CareTeam"))
    for query in (
        f"goal={goal}",
        f"care-team={team}",
        "goal:missing=false",
        f"subject=Patient/{case['patientId']}",
    ):
        assert ids(get(client, f"/fhir/CarePlan?{query}")) == [plan], query
    assert ids(get(client, f"/fhir/{goal.partition('/')[0]}?_has:CarePlan:goal:status=active"))
    assert plan in ids(get(client, "/fhir/Goal?_revinclude=CarePlan:goal"), "include")


def test_what_is_answered_is_valid(client: FlaskClient, services: Services, tmp_path: Path):
    """Bundles of history, of everything and of subsets, by the independent validator; subsets lack what they leave out."""
    key = told(client)["case"]["patientId"]
    put(services, organisation("a", "Alvdal"))
    put(services, deletion.marked(organisation("a", "Alvdal")), version=2)
    paths = (
        "_history?_count=200", "Organization/_history?_sort=_lastUpdated", "Organization/a/_history",
        f"Patient/{key}/$everything", "Task?_summary=true", "ServiceRequest?_summary=data", "Task?_elements=owner",
        "Organization?_revinclude=Task:owner&_count=3", "metadata",
    )  # fmt: skip
    bodies = [client.get(f"/fhir/{path}").data for path in paths]
    assert validator.errors(bodies, tmp_path) == []


# ── whose address, and whose code ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def about(client: FlaskClient) -> str:
    """Return the id of the patient of a need."""
    found: str = told(client)["case"]["patientId"]
    return found


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("ServiceRequest?patient=Patient/{id}", True),
        ("ServiceRequest?patient=http://127.0.0.1:8080/fhir/Patient/{id}", True),
        ("ServiceRequest?patient=https://epj.other.example/fhir/Patient/{id}", False),
        ("ServiceRequest?subject=https://epj.other.example/fhir/Patient/{id},Patient/{id}", True),
        ("Task?patient=https://epj.other.example/fhir/Patient/{id}", False),
        ("Patient?_has:Task:patient:patient=https://epj.other.example/fhir/Patient/{id}", False),
        ("ServiceRequest?status=active", True),
        ("ServiceRequest?status=http://hl7.org/fhir/request-status|active", True),
        ("ServiceRequest?status=http://example.org/other|active", False),
        ("ServiceRequest?status=http://example.org/other|active,active", True),
        ("ServiceRequest?status=http://hl7.org/fhir/request-status|", True),
        ("ServiceRequest?status=http://example.org/other|", False),
        ("ServiceRequest?status=http://hl7.org/fhir/request-status|,draft", True),
        ("ServiceRequest?status:not=http://hl7.org/fhir/request-status|", False),
        ("ServiceRequest?status:not=http://example.org/other|", True),
        ("ServiceRequest?intent=http://hl7.org/fhir/request-intent|", True),
        ("ServiceRequest?intent:not=http://hl7.org/fhir/request-intent|", False),
        ("ServiceRequest?priority:not=http://hl7.org/fhir/request-priority|&intent=http://example.org/other|", False),
        ("AuditEvent?action=http://hl7.org/fhir/audit-event-action|", True),
        ("AuditEvent?action=http://example.org/other|", False),
        ("ServiceRequest?status:not=http://example.org/other|active", True),
        ("ServiceRequest?status:not=http://hl7.org/fhir/request-status|active", False),
        ("ServiceRequest?intent=http://hl7.org/fhir/request-intent|order", True),
        ("ServiceRequest?intent=http://example.org/other|order", False),
        ("ServiceRequest?intent:not=http://example.org/other|order", True),
        ("Organization?active=http://terminology.hl7.org/CodeSystem/special-values|true", True),
        ("Organization?active=http://example.org/other|true", False),
        ("AuditEvent?action=http://example.org/other|R", False),
        ("ServiceRequest?patient._id={id}", True),
        ("ServiceRequest?patient._id=nobody", False),
        ("ServiceRequest?subject._lastUpdated=gt2020", True),
        ("ServiceRequest?subject:Patient._lastUpdated=lt2020", False),
        ("Task?focus:ServiceRequest._id=nobody", False),
    ],
)  # fmt: skip
def test_another_servers_address_or_systems_code_is_nobodys_here(
    client: FlaskClient,
    about: str,
    path: str,
    fits: bool,  # noqa: FBT001 (a row of the table)
):
    assert bool(ids(get(client, f"/fhir/{path.format(id=about)}"))) is fits


def test_provenance_is_found_by_the_very_version_that_it_explains(client: FlaskClient, about: str):
    (need, *_) = get(client, f"/fhir/ServiceRequest?patient={about}")["entry"]
    target = f"ServiceRequest/{need['resource']['id']}"
    every = ids(get(client, f"/fhir/Provenance?target={target}"))
    assert every
    for asked, found in (
        (f"{target}/_history/1", True),
        (f"http://127.0.0.1:8080/fhir/{target}/_history/1", True),
        (f"{target}/_history/77", False),
        (f"{target}/_history/77,{target}", True),
        (f"ServiceRequest/nobody,{target}/_history/1", True),
    ):
        assert bool(ids(get(client, f"/fhir/Provenance?target={asked}"))) is found, asked
    answer = client.get(f"/fhir/Provenance?target={target}/_history/")
    assert code_of(answer) == (400, "IPK-F005")


def test_everything_is_narrowed_by_dates_of_care_as_far_as_there_are_any(client: FlaskClient, about: str):
    path = f"/fhir/Patient/{about}/$everything?_count=200&_type=ServiceRequest,Patient,Task"
    whole = set(ids(get(client, path)))
    assert {one.partition("/")[0] for one in whole} == {"Patient", "ServiceRequest", "Task"}
    assert set(ids(get(client, f"{path}&start=2026-03-01&end=2026-03-31"))) == whole
    for narrow in ("start=2027", "end=2020"):
        left = get(client, f"{path}&{narrow}")
        assert {one.partition("/")[0] for one in ids(left)} <= {"Patient", "Task"}, narrow
        assert narrow in left["link"][0]["url"]


def test_a_read_is_cut_as_a_search_is(client: FlaskClient, about: str):
    one = get(client, f"/fhir/ServiceRequest?patient={about}")["entry"][0]["resource"]
    path = f"/fhir/ServiceRequest/{one['id']}"
    for query in ("_elements=status", "_summary=true", "_summary=text", "_summary=data"):
        found = get(client, f"/fhir/ServiceRequest?_id={one['id']}&{query}")["entry"][0]["resource"]
        for address in (path, f"{path}/_history/{one['meta']['versionId']}"):
            cut = client.get(f"{address}?{query}")
            assert (cut.status_code, cut.json["meta"]["tag"][0]["code"]) == (200, "SUBSETTED"), query
            if address == path:
                assert cut.json == found
    assert client.get(f"{path}?_summary=false").json == client.get(path).json
    assert code_of(client.get(f"{path}?_summary=count")) == (400, "IPK-F005")
    assert code_of(client.get(f"{path}?_summary=some")) == (400, "IPK-F005")
    assert code_of(client.get(f"{path}?_summary=true&_elements=status")) == (400, "IPK-F021")


def test_a_version_has_one_number(client: FlaskClient, about: str):
    assert client.get(f"/fhir/Patient/{about}/_history/1").status_code == 200
    for version in ("01", "0", "1.0"):
        assert code_of(client.get(f"/fhir/Patient/{about}/_history/{version}")) == (404, "IPK-F001"), version


@pytest.mark.parametrize(
    ("wanted", "types"),
    [("*", {"ServiceRequest", "Task", "Provenance"}), ("Provenance:*", {"Provenance"}), ("Task:*", {"Task"})],
)
def test_all_that_refers_to_a_match_comes_by_one_word(
    client: FlaskClient, about: str, wanted: str, types: set[str]
):
    found = get(client, f"/fhir/Patient?_id={about}&_revinclude={wanted}")
    came = {one.partition("/")[0] for one in ids(found, "include")}
    assert came >= types, came
    assert not ids(found, "outcome")
    assert "AuditEvent" not in came
    if wanted != "*":
        assert came == types


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_statement_is_read_alone(client: FlaskClient, method: str):
    answer = client.open("/fhir/metadata", method=method, json={}, content_type="application/fhir+json")
    assert code_of(answer) == (405, "IPK-F007")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_compressed_body_is_415_not_unreadable(client: FlaskClient):
    for path in ("/fhir/CarePlan", "/fhir/Task/_search"):
        answer = client.post(
            path, data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}, content_type="application/fhir+json"
        )
        assert code_of(answer)[0] == 415, path
    answer = client.post(
        "/fhir/CarePlan",
        data=b"{}",
        headers={"Content-Encoding": "gzip"},
        content_type="application/fhir+json",
    )
    assert code_of(answer) == (415, "IPK-F058")


@pytest.mark.parametrize("path", ["_history", "ServiceRequest/_history", "ServiceRequest/{}/_history"])
def test_what_a_history_does_not_know_is_left_out_of_its_links_or_refused(client: FlaskClient, path: str):
    address = "/fhir/" + path.format(told(client)["case"]["needs"][0]["needId"])
    answer = client.get(f"{address}?foo=1&_count=1&foo:exact=2")
    assert answer.status_code == 200
    links = {link["relation"]: link["url"] for link in answer.json["link"]}
    assert links["self"].endswith(f"{address}?_count=1")
    assert not [url for url in links.values() if "foo" in url]
    for prefer in ("handling=strict", 'return=minimal; handling="strict"', "respond-async, handling=strict"):
        refused = client.get(f"{address}?foo=1", headers={"Prefer": prefer})
        assert (code_of(refused), refused.json["issue"][0]["expression"]) == ((400, "IPK-F004"), ["foo"])
    assert client.get(f"{address}?foo=1", headers={"Prefer": "handling=lenient"}).status_code == 200
