"""R4 search: names, values, modifiers, includes, pages; a person's number by POST only and never in a link."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.errors import FhirError
from adapter.fhir import includes, search, values
from adapter.fhir.params import Param
from adapter.fhir.query import OPEN_END, OPEN_START, Term
from adapter.fhir.table import PERSON_CHAINS, READABLE
from adapter.fhir.urls import DNR, FHN, FNR
from adapter.store import tokens
from tests.fhir import samples


def micros(text: str) -> int:
    """Return microseconds since 1970 of an instant in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def one(type_: str, name: str, value: str, *, post: bool = False) -> Term:
    """Return the only term of a search."""
    (term,) = search.parse(type_, [(name, value)], post=post).query.terms
    return term


def code(type_: str, *params: tuple[str, str], post: bool = False, strict: bool = False) -> str:
    """Return the code of the error that a search is."""
    with pytest.raises(FhirError) as caught:
        search.parse(type_, params, post=post, strict=strict)
    text = f"{caught.value} {caught.value.at} {caught.value.hint} {caught.value.__cause__}"
    assert not any(value and value in text for _, value in params)
    return caught.value.code


MIDNIGHT = micros("2026-03-03T23:00:00")
DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("type_", "name", "value", "term"),
    [
        ("CarePlan", "_id", "a,b", Term(field="id", values=("a", "b"))),
        ("CarePlan", "patient", "1", Term(field="subject", values=("Patient/1",))),
        ("CarePlan", "subject", "Patient/1", Term(field="subject", values=("Patient/1",))),
        ("CarePlan", "subject:Patient", "1", Term(field="subject", values=("Patient/1",))),
        ("Task", "subject", "http://h/fhir/Patient/1", Term(field="subject", values=("Patient/1",))),
        ("CarePlan", "status", "active,draft", Term(field="status", values=("active", "draft"))),
        ("CarePlan", "status:not", "active", Term(field="status", values=("active",), op="ne")),
        ("CarePlan", "status", "http://hl7.org/fhir/request-status|active", Term(field="status", values=("active",))),
        ("Goal", "lifecycle-status", "active", Term(field="status", values=("active",))),
        ("CarePlan", "category", "s|c", Term(field="token", param="category", values=(("s", "c"),))),
        ("CarePlan", "category", "c", Term(field="token", param="category", values=((None, "c"),))),
        ("CarePlan", "category", "|c", Term(field="token", param="category", values=(("", "c"),))),
        ("CarePlan", "category", "s|", Term(field="token", param="category", values=(("s", None),))),
        ("ServiceRequest", "code:not", "c", Term(field="token", param="code", values=((None, "c"),), op="ne")),
        ("CarePlan", "category", r"a\,b\|c", Term(field="token", param="category", values=((None, "a,b|c"),))),
        ("Provenance", "target", "Task/1", Term(field="token", param="target", values=(("", "Task/1"),))),
        ("Task", "owner:Organization", "7", Term(field="token", param="owner", values=(("", "Organization/7"),))),
        ("Task", "part-of", "7", Term(field="token", param="part-of", values=(("", "Task/7"),))),
        ("CareTeam", "role", "s|c", Term(field="token", param="role", values=(("s", "c"),))),
        ("Organization", "name", "Ålvdal  K", Term(field="text", param="name", values=("alvdal k",))),
        ("CarePlan", "date:missing", "true", Term(field="missing", param="date", values=(None,))),
        ("CarePlan", "goal:missing", "false", Term(field="text", param="goal", values=("",))),
        ("CarePlan", "goal:missing", "true", Term(field="text", param="goal", values=("",), op="ne")),
        ("CarePlan", "date", "2026-03-04", Term(field="date", values=((MIDNIGHT, MIDNIGHT + DAY),))),
        ("CarePlan", "date", "ge2026-03-04", Term(field="date", values=((MIDNIGHT, MIDNIGHT + DAY),), op="ge")),
        ("Task", "_lastUpdated", "gt2026-03-04", Term(field="updated", values=((MIDNIGHT, MIDNIGHT + DAY),), op="gt")),
    ],
)  # fmt: skip
def test_each_parameter_becomes_its_term(type_: str, name: str, value: str, term: Term) -> None:
    assert one(type_, name, value) == term


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2025-12-31T23:00:00", "2026-12-31T23:00:00"),
        ("2026-03", "2026-02-28T23:00:00", "2026-03-31T22:00:00"),
        ("2026-12", "2026-11-30T23:00:00", "2026-12-31T23:00:00"),
        ("2026-03-29", "2026-03-28T23:00:00", "2026-03-29T22:00:00"),
        ("2026-03-04T10:15", "2026-03-04T09:15:00", "2026-03-04T09:16:00"),
        ("2026-03-04T10:15:00Z", "2026-03-04T10:15:00", "2026-03-04T10:15:01"),
        ("2026-03-04T10:15:00+02:00", "2026-03-04T08:15:00", "2026-03-04T08:15:01"),
        ("2026-03-04T10:15:00 02:00", "2026-03-04T08:15:00", "2026-03-04T08:15:01"),
    ],
)
def test_a_date_stands_for_the_interval_of_its_precision(text: str, start: str, end: str) -> None:
    assert values.interval(text) == (micros(start), micros(end))


def test_a_fraction_narrows_the_interval() -> None:
    start, end = values.interval("2026-03-04T10:15:00.5Z")
    assert (start, end - start) == (micros("2026-03-04T10:15:00") + 500_000, 100_000)


@pytest.mark.parametrize("prefix", values.PREFIXES)
def test_every_prefix_is_read(prefix: str) -> None:
    setting = search.Setting(now=micros("2026-07-01T00:00:00"))
    (term,) = search.parse("CarePlan", [("date", f"{prefix}2026")], post=False, setting=setting).query.terms
    assert term.op == prefix


def test_about_takes_in_a_tenth_of_the_time_from_now() -> None:
    setting = search.Setting(now=MIDNIGHT + 10 * DAY + DAY // 2)
    (term,) = search.parse("CarePlan", [("date", "ap2026-03-04")], post=False, setting=setting).query.terms
    assert term.values == ((MIDNIGHT - DAY, MIDNIGHT + 2 * DAY),)


@pytest.mark.parametrize(
    "value",
    ["x", "2026-13", "2026-02-30", "ap2026", "2026-03-04T25:00", "gt2026,lt2027", "2026-3-4", "2026,"],
)
def test_a_date_that_is_none_is_refused(value: str) -> None:
    assert code("CarePlan", ("date", value)) == "IPK-F005"


@pytest.mark.parametrize("name", sorted(PERSON_CHAINS))
def test_a_person_is_found_by_number_over_post(name: str) -> None:
    term = one("CarePlan", name, f"{FNR}|{samples.LINE}", post=True)
    assert term == Term(field="person", values=((FNR, samples.LINE),))


def test_a_number_without_its_system_is_tried_as_every_kind() -> None:
    term = one("Patient", "identifier", samples.LINE, post=True)
    assert term.values == tuple((system, samples.LINE) for system in (FNR, DNR, FHN))


@pytest.mark.parametrize(
    ("type_", "name", "value"),
    [
        ("CarePlan", "subject:Patient.identifier", "x"),
        ("CarePlan", "patient.identifier", f"{FNR}|{samples.LINE}"),
        ("Patient", "identifier", "anything"),
        ("Patient", "identifier:exact", "anything"),
        ("Practitioner", "identifier", samples.LINE),
        ("CarePlan", "unknown", samples.LINE),
        ("CarePlan", samples.LINE, "x"),
        ("CarePlan", "category", "131169 00216"),
    ],
)
def test_a_get_with_a_persons_number_is_refused_without_echo(type_: str, name: str, value: str) -> None:
    assert code(type_, (name, value)) == "IPK-F003"


def test_a_uuid_with_many_digits_is_no_persons_number() -> None:
    assert one("CarePlan", "_id", "12345678-1234-5123-8123-123456789012").field == "id"


@pytest.mark.parametrize("value", ["a,b", "s|", "|"])
def test_one_person_at_a_time(value: str) -> None:
    assert code("Patient", ("identifier", value), post=True) == "IPK-F005"


def test_an_unknown_parameter_is_ignored_and_left_out_of_the_self_link() -> None:
    found = search.parse("CarePlan", [("foo", "1"), ("status", "active"), ("_format", "json")], post=False)
    assert (found.params, found.ignored) == ((("status", "active"),), ("foo",))


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("Provenance", "subject"), ("Organization", "patient"), ("Practitioner", "Patient"), ("Endpoint", "patientId"),
        ("Subscription", "identifier"), ("Task", "for"), ("Patient", "nickname"), ("CarePlan", "_filter"),
        ("Patient", "_has:Task:patient:unknown"), ("Patient", "_has:Task:patient"), ("Task", "_list"),
    ],
)  # fmt: skip
def test_what_would_show_other_people_when_ignored_is_refused_whatever_the_handling(
    type_: str, name: str
) -> None:
    assert code(type_, (name, "1"), post=True) == "IPK-F004"


R4_NAMES = {
    "CarePlan": "patient subject status date category identifier",
    "CareTeam": "patient subject status date category identifier",
    "Goal": "patient subject lifecycle-status start-date category identifier",
    "ServiceRequest": "patient subject status authored category identifier",
    "Task": "patient subject status authored-on identifier",
    "Patient": "active identifier",
    "Practitioner": "active identifier",
    "PractitionerRole": "active date identifier",
    "Organization": "active identifier",
    "HealthcareService": "active identifier",
    "RelatedPerson": "patient active identifier",
    "Consent": "patient status date category identifier",
    "Communication": "patient subject status sent category identifier",
    "Appointment": "patient status date identifier",
    "Encounter": "patient subject status date identifier",
    "Observation": "patient subject status date category identifier",
    "DocumentReference": "patient subject status date category identifier",
    "Provenance": "patient recorded target",
    "AuditEvent": "patient date",
    "Endpoint": "status identifier",
    "Device": "patient status identifier",
    "Subscription": "status",
}


@pytest.mark.parametrize("type_", READABLE)
def test_who_which_state_when_and_of_what_kind_can_be_asked_where_r4_has_it(type_: str) -> None:
    assert set(R4_NAMES[type_].split()) <= {param.name for param in READABLE[type_].params}


def test_strict_handling_refuses_what_lenient_ignores() -> None:
    assert code("CarePlan", ("foo", "1"), strict=True) == "IPK-F004"


@pytest.mark.parametrize(
    "name",
    [
        "status:exact",
        "date:not",
        "subject.shoe",
        "subject.general-practitioner.name",
        "identifier:of-type",
        "code:in",
        "category:below",
        "patient:Group",
        "_has:Task:status:owner",
        "_has:Task:based-on:_has:Task:part-of:status",
    ],
)
def test_an_unsupported_modifier_or_chain_is_always_refused(name: str) -> None:
    assert code("CarePlan", (name, "1")) == "IPK-F004"


def test_an_unknown_type_is_not_found() -> None:
    assert code("Medication") == "IPK-F002"


def test_includes_are_names_of_the_type() -> None:
    found = search.parse(
        "CarePlan", [("_include", "CarePlan:care-team"), ("_include", "CarePlan:goal")], post=False
    )
    assert [one.param.name for one in found.includes] == ["care-team", "goal"]
    every = search.parse("CarePlan", [("_include", "*")], post=False).includes
    assert tuple(one.param for one in every) == READABLE["CarePlan"].includes
    further = search.parse(
        "CarePlan", [("_include:iterate", "CareTeam:participant:PractitionerRole")], post=False
    )
    assert [(one.type, one.target, one.iterate) for one in further.includes] == [
        ("CareTeam", "PractitionerRole", True)
    ]
    assert search.parse("CarePlan", [("_include", "Task:owner")], post=False).ignored == ("_include",)


def test_included_references_come_once_and_only_of_served_types() -> None:
    plan = samples.plan_resources()[0]
    found = search.included([plan, plan], includes.read("CarePlan:*"))
    assert len(found) == len(set(found))
    assert samples.TEAM in found
    assert samples.PATIENT in found
    assert "Condition/1" not in found


def test_revinclude_asks_for_the_provenance_of_each_match() -> None:
    (asked,) = search.parse("Task", [("_revinclude", "Provenance:target")], post=False).revincludes
    query = search.revinclude(["Task/1"], asked)
    (term,) = query.terms
    assert query.type == "Provenance"
    assert (term.param, term.values) == ("target", (("", "Task/1"),))


@pytest.mark.parametrize(
    ("name", "value", "count", "total", "only"),
    [
        ("_count", "5", 5, False, False),
        ("_count", "100000", search.MAX_COUNT, False, False),
        ("_count", "0", search.DEFAULT_COUNT, True, True),
        ("_summary", "count", search.DEFAULT_COUNT, True, True),
        ("_total", "accurate", search.DEFAULT_COUNT, True, False),
        ("_total", "none", search.DEFAULT_COUNT, False, False),
    ],
)
def test_counts_and_totals(name: str, value: str, count: int, *, total: bool, only: bool) -> None:
    found = search.parse("CarePlan", [(name, value)], post=False)
    assert (found.query.count, found.query.total, found.count_only) == (count, total, only)


@pytest.mark.parametrize(
    ("name", "value"), [("_count", "-1"), ("_count", "x"), ("_total", "x"), ("_id", "a b")]
)
def test_a_bad_result_parameter_is_refused(name: str, value: str) -> None:
    assert code("CarePlan", (name, value)) == "IPK-F005"


def test_sorting_names_the_columns_of_the_index() -> None:
    found = search.parse("CarePlan", [("_sort", "-date,_lastUpdated,_id,status")], post=False)
    assert found.query.sort == (("date", True), ("updated", False), ("id", False), ("status", False))
    assert search.parse("CarePlan", [("_sort", "title")], post=False).ignored == ("_sort",)


def test_a_page_token_goes_on_and_survives_another_count() -> None:
    first = search.parse("CarePlan", [("status", "active"), ("_count", "2")], post=False)
    own, further = search.links(first, next_="store-cursor")
    assert further is not None
    assert "_cursor" not in dict(own)
    again = search.parse(
        "CarePlan", [*[p for p in further if p[0] != "_count"], ("_count", "1000")], post=False
    )
    assert (again.query.after, again.query.terms) == ("store-cursor", first.query.terms)


@pytest.mark.parametrize("token", ["x", "e30", "W10", "bm90IGpzb24", "æ"])
def test_a_forged_page_token_is_refused(token: str) -> None:
    assert code("CarePlan", ("_cursor", token)) == "IPK-F008"


def test_a_page_token_of_another_search_is_refused() -> None:
    _, further = search.links(search.parse("CarePlan", [("status", "active")], post=False), next_="c")
    token = dict(further or ())["_cursor"]
    assert code("CarePlan", ("status", "draft"), ("_cursor", token)) == "IPK-F008"
    assert code("Task", ("status", "active"), ("_cursor", token)) == "IPK-F008"


def test_the_pages_of_a_search_by_number_go_on_by_the_patients_id() -> None:
    asked = [("subject:Patient.identifier", f"{FNR}|{samples.LINE}"), ("status", "active")]
    found = search.parse("CarePlan", asked, post=True)
    own, further = search.links(found, next_="c", subject="Patient/7")
    assert samples.LINE not in repr(own) + repr(further)
    again = search.parse("CarePlan", further or (), post=False)
    assert Term(field="subject", values=("Patient/7",)) in again.query.terms


def test_a_search_by_number_goes_on_by_a_patient_or_not_at_all() -> None:
    found = search.parse("Provenance", [("patient.identifier", f"{FNR}|{samples.LINE}")], post=True)
    with pytest.raises(FhirError, match="IPK-F003"):
        search.links(found, next_="c")
    _, further = search.links(found, next_="c", subject="Patient/7")
    assert ("patient", "7") in (further or ())


@pytest.mark.parametrize(
    ("name", "whole"),
    [("status", True), ("goal", True), ("identifier", True), ("activity-date", False), ("category:text", False),
     ("goal.lifecycle-status", False), ("_has:CarePlan:replaces:status", False)],
)  # fmt: skip
def test_a_query_says_whether_it_says_all(name: str, *, whole: bool) -> None:
    value = "2026" if "date" in name else "Goal/1"
    assert search.parse("CarePlan", [(name, value)], post=True).query.whole is whole


def test_elements_are_names() -> None:
    assert search.parse("CarePlan", [("_elements", "status,CarePlan.period")], post=False).elements == (
        "status",
        "period",
    )


@pytest.mark.parametrize("type_", READABLE)
def test_every_parameter_of_the_table_can_be_asked(type_: str) -> None:
    for param in READABLE[type_].params:
        found = search.parse(type_, [(param.name, sample(param))], post=True)
        assert found.query.terms or found.checked


SAMPLES = {"date": "2026", "reference": "Organization/1", "quantity": "5.4|http://unitsofmeasure.org|mg"}


def sample(param: Param) -> str:
    """Return a value that a parameter takes."""
    if param.parts:
        return "$".join(sample(part) for part in param.parts)
    return SAMPLES.get(param.kind, "x")


def find(type_: str, place: int = 0) -> dict[str, Any]:
    """Return a sample of a type."""
    return [r for r in samples.everything() if r["resourceType"] == type_][place]


def test_a_need_is_indexed_by_few_rows() -> None:
    found = search.index(find("ServiceRequest"))
    assert (found.subject, found.status) == (samples.PATIENT, "active")
    assert {param for param, _, _ in tokens.rows(found.tokens)} == {"requisition"}
    assert {"category", "code", "intent", "performer"} <= {param for param, _, _ in found.tokens}
    assert (found.date_start, found.date_end) == values.interval("2026-03-04T10:15:00+01:00")


def test_a_period_without_end_is_open() -> None:
    found = search.index(samples.team_resources()[1])
    assert (found.date_start, found.date_end) == (MIDNIGHT, OPEN_END)
    assert values.period({"end": "2026-03-04"}) == (OPEN_START, MIDNIGHT + DAY)


def test_provenance_is_indexed_by_what_it_is_about_whatever_the_version() -> None:
    assert ("target", "", samples.REQUEST) in search.index(find("Provenance")).tokens


def test_provenance_is_about_the_patient_it_names_else_the_one_whose_case_it_is_in() -> None:
    made = find("Provenance")
    named = {**made, "target": [*made["target"], {"reference": "Patient/7/_history/2"}]}
    assert search.index(named, patient="Patient/8").subject == "Patient/7"
    unnamed = {**made, "target": [{"reference": "Task/1/_history/1"}]}
    assert search.index(unnamed, patient="Patient/8").subject == "Patient/8"
    assert search.index(unnamed).subject is None


def test_nothing_else_has_a_subject_that_it_does_not_name() -> None:
    assert search.index(find("Organization"), patient="Patient/8").subject is None


def test_a_persons_number_is_in_no_token() -> None:
    indexed = [search.index(resource) for resource in samples.everything()]
    assert samples.LINE not in repr(indexed)


def test_a_patient_is_its_own_subject_and_an_appointment_has_the_patient_among_others() -> None:
    assert search.index(find("Patient")).subject == samples.PATIENT
    assert search.index(find("Appointment")).subject == samples.PATIENT


def test_what_is_active_is_found_as_a_code() -> None:
    assert search.index(find("Organization")).status == "true"
    assert one("Organization", "active", "true").values == ("true",)
