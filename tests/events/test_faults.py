"""Bad events: the code and the place of each fault, all at once, and never a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapter import events, ids
from adapter.errors import Faults
from adapter.errortable import TABLE
from adapter.events.crosschecks import RULES
from tests.events.samples import (
    APPOINTED,
    MISSING,
    NEED,
    NOW,
    PEOPLE,
    PLAN,
    changed,
    faults_of,
    found,
)
from tests.numbers import national, real_looking

LOCAL = "urn:oid:2.16.578.1.12.4.3.1"
ENDED = "ip.coordinator.ended"
HOSPITAL = "ip.hospital-coordinator.appointed"
PLAN_IDENTIFIER = {"system": "https://plan.example", "value": "1"}

# (type, path, value, code, place where it is not `$.<path>`)
OFFERED, CHILD, MEMBER = "ip.coordinator.offered", "ip.child-coordinator.appointed", "ip.team-member.added"

BAD = [
    # the envelope
    (NEED, "specversion", MISSING, "IPK-E005", None),
    (NEED, "specversion", "0.3", "IPK-E007", None),
    (NEED, "id", MISSING, "IPK-E005", None),
    (NEED, "id", "", "IPK-E016", None),
    (NEED, "id", "a" * 65, "IPK-E016", None),
    (NEED, "id", "with blank", "IPK-E016", None),
    (NEED, "id", "x-12345678901", "IPK-E016", None),
    (NEED, "id", 17, "IPK-E016", None),
    (NEED, "source", MISSING, "IPK-E005", None),
    (NEED, "source", "urn:her:123456789", "IPK-E017", None),
    (NEED, "source", "urn:her:x", "IPK-E017", None),
    (NEED, "source", "urn:orgnr:310001008", "IPK-E017", None),
    (NEED, "source", "310001007", "IPK-E017", None),
    (NEED, "source", "urn:adapter", "IPK-E017", None),
    (NEED, "source", "https://hospital.example", "IPK-E017", None),
    (NEED, "type", "ip.need.unheard-of", "IPK-E004", None),
    (NEED, "type", MISSING, "IPK-E005", None),
    (NEED, "time", MISSING, "IPK-E005", None),
    (NEED, "time", "2026-03-04T10:15:00", "IPK-E007", None),
    (NEED, "time", "2026-03-04", "IPK-E007", None),
    (NEED, "time", "2026-02-30T10:15:00Z", "IPK-E007", None),
    (NEED, "time", 1772616900, "IPK-E007", None),
    (NEED, "time", "2027-06-01T12:05:01Z", "IPK-E011", None),
    (NEED, "datacontenttype", "text/plain", "IPK-E007", None),
    (NEED, "dataschema", "/schemas/events/ip.need.declined/v1", "IPK-E007", None),
    (NEED, "dataschema", "/schemas/events/ip.need.identified/v2", "IPK-E007", None),
    (NEED, "subject", "somebody", "IPK-E022", None),
    (NEED, "data_base64", "e30=", "IPK-E022", None),
    (NEED, "Upper", "x", "IPK-E006", "$"),
    (NEED, "eventType", "x", "IPK-E006", None),
    (NEED, "extension", {"a": 1}, "IPK-E007", None),
    (NEED, "extension", "x" * 2001, "IPK-E009", None),
    (NEED, "data", MISSING, "IPK-E005", None),
    (NEED, "data", [], "IPK-E007", None),
    (NEED, "data", "{}", "IPK-E007", None),
    # E01
    (NEED, "data.needs", [], "IPK-E007", None),
    (NEED, "data.needs.0", "cash", "IPK-E008", "$.data.needs[0]"),
    (NEED, "data.needs", ["coordinator", "coordinator"], "IPK-E010", None),
    (NEED, "data.needs", "coordinator", "IPK-E007", None),
    (NEED, "data.wishes.coordinator", "maybe", "IPK-E008", None),
    (NEED, "data.admitted", "false", "IPK-E007", None),
    (NEED, "data.admitted", 0, "IPK-E007", None),
    (NEED, "data.urgency", "now", "IPK-E008", None),
    (NEED, "data.reason.text", "x" * 2001, "IPK-E009", None),
    (NEED, "data.reason.text", " ", "IPK-E007", None),
    (NEED, "data.reason.text", "a\u0001b", "IPK-E007", None),
    (NEED, "data.reason.text", "a\uffffb", "IPK-E007", None),
    (NEED, "data.note", "x" * 2001, "IPK-E009", None),
    (NEED, "data.legalBasis", "magic", "IPK-E008", None),
    (NEED, "data.channel", "pigeon", "IPK-E008", None),
    (NEED, "data.occurredAt", "2026-03-04T10:15:00", "IPK-E007", None),
    (NEED, "data.occurredAt", "2027-06-01T12:05:01Z", "IPK-E011", None),
    (NEED, "data.occurredAt", "1772616900", "IPK-E007", None),
    (NEED, "data.occurredAt", "0001-01-01T00:00:00+14:00", "IPK-E088", None),
    (NEED, "data.occurredAt", "9999-12-31T23:30:00+01:00", "IPK-E107", None),
    # a day for "no end"
    (NEED, "data.consent.validUntil", "9999-12-31", "IPK-E107", None),
    (NEED, "data.consent.validUntil", "2200-01-01", "IPK-E107", None),
    (NEED, "data.consent.validUntil", "0001-01-01", "IPK-E088", None),
    (PLAN, "data.plan.nextEvaluation", "9999-12-31", "IPK-E107", None),
    ("ip.plan.evaluated", "data.nextEvaluation", "9999-12-31", "IPK-E107", None),
    (ENDED, "data.until", "9999-12-31", "IPK-E107", None),
    ("ip.hospital-participation.ended", "data.until", "9999-12-31", "IPK-E107", None),
    ("ip.meeting.called", "data.meeting.start", "9999-12-31T23:30:00+01:00", "IPK-E107", None),
    ("ip.message.sent", "data.genDate", "9999-12-31T23:30:00+01:00", "IPK-E107", None),
    # people
    (NEED, "data.author.hpr", MISSING, "IPK-E005", None),
    (NEED, "data.author.hpr", "123456", "IPK-P004", None),
    (NEED, "data.author.hpr", 9144889, "IPK-P004", None),
    (NEED, "data.author.name", MISSING, "IPK-E005", None),
    (NEED, "data.author.kind", "robot", "IPK-E008", None),
    (NEED, "data.author.profession", "ZZ", "IPK-E008", None),
    (NEED, "data.author.role", "king", "IPK-E008", None),
    (NEED, "data.author.phone", "call me", "IPK-E007", None),
    (NEED, "data.author.organisation", {"name": "X", "orgnr": "310001008"}, "IPK-P002",
     "$.data.author.organisation.orgnr"),
    (NEED, "data.department.resh", "12", "IPK-P004", None),
    (NEED, "data.patient.identifier.value", "13116900217", "IPK-P002", None),
    (NEED, "data.patient.identifier.value", "1311690021", "IPK-P004", None),
    (NEED, "data.patient.identifier.value", "70019950032", "IPK-P003", None),
    (NEED, "data.patient.identifier.system", "urn:oid:2.16.578.1.12.4.1.4.2", "IPK-P003",
     "$.data.patient.identifier.value"),
    (NEED, "data.patient.birthDate", "13.11.1969", "IPK-E007", None),
    (NEED, "data.patient.birthDate", "1969-02-30", "IPK-E007", None),
    (NEED, "data.patient.birthDate", "1772616900", "IPK-E007", None),
    (NEED, "data.patient.birthDate", -1, "IPK-E007", None),
    (NEED, "data.patient.birthDate", "2027-06-02", "IPK-E011", None),
    (NEED, "data.patient.gender", "F", "IPK-E008", None),
    (NEED, "data.patient.municipality.code", "428", "IPK-P004", None),
    (NEED, "data.patient.municipality.district", "990401", "IPK-E010", None),
    (NEED, "data.patient.gp", {"herId": "123456789"}, "IPK-P004", "$.data.patient.gp.herId"),
    (NEED, "data.patient.name.family", "", "IPK-E007", None),
    # consent
    ("ip.plan.created", "data.plan.consent", {"status": "not-required"}, "IPK-C002", "$.data.legalBasis"),
    (NEED, "data.consent.date", "2027-06-02", "IPK-C003", None),
    (NEED, "data.consent.date", MISSING, "IPK-C003", None),
    (NEED, "data.consent.givenBy", MISSING, "IPK-E005", None),
    (NEED, "data.consent.method", MISSING, "IPK-E005", None),
    (NEED, "data.consent.scopes", MISSING, "IPK-E005", None),
    (NEED, "data.consent.scopes.0", "everything", "IPK-E008", "$.data.consent.scopes[0]"),
    (NEED, "data.consent.scopes", ["coordinator", "coordinator"], "IPK-E010", None),
    (NEED, "data.consent.excluded", ["coordinating-unit"], "IPK-E010", None),
    (NEED, "data.consent.validUntil", "2026-03-03", "IPK-E010", None),
    ("ip.consent.given", "data.consent.status", "refused", "IPK-E010", None),
    ("ip.consent.withdrawn", "data.date", "2027-06-02", "IPK-C003", None),
    ("ip.consent.withdrawn", "data.scopes", [], "IPK-E007", None),
    (PLAN, "data.plan.consent.date", "2027-06-02", "IPK-C003", None),
    (NEED, "data.patient.birthDate", "2016-01-01", "IPK-C020", "$.data.consent.givenBy"),
    (NEED, "data.consent.givenBy", "guardian", "IPK-C022", None),
    (NEED, "data.consent.capacity", "lacking", "IPK-C023", None),
    # E14, E17, E18, E19
    ("ip.consent.limited", "data.date", "2027-06-02", "IPK-C003", None),
    ("ip.consent.limited", "data.lifted", ["gp"], "IPK-E010", None),
    ("ip.consent.limited", "data.topics.0", "weather", "IPK-E008", "$.data.topics[0]"),
    ("ip.representative.changed", "data.from", "2027-06-02", "IPK-E011", None),
    ("ip.representative.changed", "data.representative.kind", "guardian", "IPK-C022", None),
    ("ip.identity.changed", "data.former.value", "80005045805", "IPK-P002", None),
    ("ip.identity.changed", "data.former", {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13116900216"},
     "IPK-P010", "$.data.former.value"),
    ("ip.address-protection.changed", "data.level", "secret", "IPK-E008", None),
    # E21 and other assignments
    (APPOINTED, "data.role", "kontaktlege", "IPK-E008", None),
    (APPOINTED, "data.person.phone", MISSING, "IPK-E005", None),
    (APPOINTED, "data.person.hpr", "x", "IPK-P004", None),
    (APPOINTED, "data.person.profession", "ZZ", "IPK-E008", None),
    (APPOINTED, "data.person.email", "nobody", "IPK-E007", None),
    (APPOINTED, "data.main", "yes", "IPK-E007", None),
    (APPOINTED, "data.from", MISSING, "IPK-E005", None),
    (APPOINTED, "data.from", "23.03.2026", "IPK-E007", None),
    (APPOINTED, "data.preference", {"followed": False}, "IPK-E005", "$.data.preference.reason"),
    (HOSPITAL, "data.role", "koordinator-ip", "IPK-E008", None),
    (HOSPITAL, "data.expectedUntil", "2026-03-03", "IPK-E010", None),
    ("ip.contact-physician.appointed", "data.role", "fastlege", "IPK-E008", None),
    (ENDED, "data.reasonCode", "bored", "IPK-E008", None),
    (OFFERED, "data.answer", "maybe", "IPK-E008", None),
    (OFFERED, "data.on", "2027-06-02", "IPK-E011", None),
    (OFFERED, "data.level", "region", "IPK-E008", None),
    (CHILD, "data.guardians", [], "IPK-E007", None),
    (CHILD, "data.role", "koordinator-ip", "IPK-E008", None),
    ("ip.coordinator.absent", "data.until", "2026-06-21", "IPK-E010", None),
    ("ip.coordinator.returned", "data.from", MISSING, "IPK-E005", None),
    ("ip.contact-physician.replaced", "data.reasonCode", "bored", "IPK-E008", None),
    ("ip.contact-physician.ended", "data.reasonCode", MISSING, "IPK-E005", None),
    (MEMBER, "data.role", "koordinator-ip", "IPK-E010", None),
    (MEMBER, "data.role", "fastlege", "IPK-E010", None),
    (MEMBER, "data.consentScope", "plan-share", "IPK-E010", None),
    (MEMBER, "data.member.organisation.key", MISSING, "IPK-E005", None),
    (MEMBER, "data.member.organisation.orgnr", "310000018", "IPK-P002", None),
    (MEMBER, "data.until", "2026-04-12", "IPK-E010", None),
    ("ip.team-member.removed", "data.until", MISSING, "IPK-E005", None),
    ("ip.pathway-coordinator.assigned", "data.role", "koordinator-sphl", "IPK-E008", None),
    ("ip.gp.changed", "data.previous.herId", "91101", "IPK-E010", None),
    ("ip.hospital-participation.ending", "data.expectedUntil", MISSING, "IPK-E005", None),
    ("ip.hospital-participation.ended", "data.continues", {"meldeId": "IPK-0000-0000-0"}, "IPK-E010", None),
    # the thread back
    (APPOINTED, "data.continues", {}, "IPK-E005", None),
    (APPOINTED, "data.continues.needId", "b75895c2", "IPK-E010", "$.data.continues"),
    (APPOINTED, "data.continues.meldeId", "IPK-0000-0000-1", "IPK-E007", None),
    (ENDED, "data.continues", {"meldeId": "IPK-0000-0000-0"}, "IPK-E010", None),
    ("ip.plan.created", "data.plan.status", "on-hold", "IPK-E008", None),
    ("ip.plan.evaluated", "data.date", "2027-09-01", "IPK-E011", None),
    ("ip.plan.evaluated", "data.nextEvaluation", "2026-10-01", "IPK-E010", None),
    ("ip.plan.evaluated", "data.nextEvaluation", None, "IPK-E005", None),
    ("ip.plan.transferred", "data.to", None, "IPK-E005", None),
    ("ip.plan-change.answered", "data.step", "maybe", "IPK-E008", None),
    ("ip.plan-change.proposed", "data.baseVersion", 0, "IPK-E007", None),
    ("ip.activity.changed", "data.activity.status", "booked", "IPK-E008", None),
    ("ip.activity.changed", "data.activity.period", {"start": "2026-06-22", "end": "2026-06-01"}, "IPK-E010",
     "$.data.activity.period.end"),
    ("ip.coordinator.replaced", "data.continues", {"planId": "x"}, "IPK-E010", None),
    ("ip.plan.closed", "data.continues", {"assignmentId": "x"}, "IPK-E010", None),
    ("ip.need.declined", "data.continues", {"planIdentifier": PLAN_IDENTIFIER}, "IPK-E010", None),
    ("ip.consent.given", "data.continues", {"needId": "x"}, "IPK-E006", None),
    ("ip.need.accepted", "data.scope", ["coordinator", "coordinator"], "IPK-E010", None),
    (NEED, "data.author.kind", "other-sector", "IPK-E041", "$.data.legalBasis"),
    ("ip.need.info-supplied", "data.text", " ", "IPK-E007", None),
    ("ip.need.declined-by-patient", "data.date", "2027-07-01", "IPK-C003", None),
    ("ip.need.declined-by-patient", "data.date", MISSING, "IPK-E005", None),
    ("ip.need.fulfilled", "data.links", MISSING, "IPK-E005", None),
    ("ip.need.entered-in-error", "data.reasonCode", "entered-in-error", "IPK-E008", None),
    ("ip.need.entered-in-error", "data.scope", ["coordinator"], "IPK-E006", None),
    ("ip.rehabilitation-need.reported", "data.needs.1", "coordinator", "IPK-E008", "$.data.needs[1]"),
    ("ip.rehabilitation-need.reported", "data.provider", "hospital", "IPK-E008", None),
    ("ip.patient-input.recorded", "data.text", MISSING, "IPK-E005", None),
    # E34 and E35
    (PLAN, "data.plan.status", "completed", "IPK-E008", None),
    (PLAN, "data.plan.period.end", "2026-03-31", "IPK-E010", None),
    ("ip.activity.changed", "data.activity.slot", {"start": "2026-06-01T10:00:00+02:00", "end": "2026-06-01T11:00:00+02:00"},
     "IPK-E114", "$.data.activity.slot"),
    (PLAN, "data.plan.activities.1.slot", {"start": "2026-09-15T10:00:00+02:00", "end": "2026-09-15T11:00:00+02:00"}, "IPK-E114",
     "$.data.plan.activities[1].slot"),
    (PLAN, "data.plan.activities.1", {"id": "a2", "kind": "appointment", "title": "Utprøving", "status": "booked",
     "performer": {"name": "Gunn Omsorg"}, "slot": {"start": "2026-09-15T11:00:00+02:00", "end": "2026-09-15T10:00:00+02:00"}},
     "IPK-E010", "$.data.plan.activities[1].slot.end"),
    (PLAN, "data.plan.activities.0.period.end", "2026-04-06", "IPK-E010", "$.data.plan.activities[0].period.end"),
    (PLAN, "data.plan.activities.0.status", "booked", "IPK-E008", "$.data.plan.activities[0].status"),
    (PLAN, "data.plan.activities.1.id", "a1", "IPK-E010", "$.data.plan.activities[1].id"),
    (PLAN, "data.plan.goals.0.status", "done", "IPK-E008", "$.data.plan.goals[0].status"),
    (PLAN, "data.plan.goals.0.text", "x" * 2001, "IPK-E009", "$.data.plan.goals[0].text"),
    (PLAN, "data.plan.consent", MISSING, "IPK-E005", None),
    (PLAN, "data.plan.identifier.value", "with blank", "IPK-E007", None),
    ("ip.plan.updated", "data.baseVersion", "1", "IPK-E007", None),
    ("ip.plan.updated", "data.baseVersion", 0, "IPK-E007", None),
    # E45-E51, E59
    ("ip.patient.admitted", "data.course", "surgical", "IPK-E008", None),
    ("ip.patient.early-notice", "data.status", MISSING, "IPK-E005", None),
    ("ip.patient.discharged", "data.to", "moon", "IPK-E008", None),
    ("ip.patient.moved", "data.movedOn", "2027-06-02", "IPK-E011", None),
    ("ip.patient.moved", "data.from", {"code": "9901"}, "IPK-E010", "$.data.to"),
    ("ip.patient.moved", "data.patient.municipality", {"code": "3428"}, "IPK-E010",
     "$.data.patient.municipality.code"),
    ("ip.patient.moved", "data.to.district", "990401", "IPK-E010", None),
    ("ip.patient.deceased", "data.diedOn", "2027-06-02", "IPK-E011", None),
    ("ip.patient.deceased", "data.diedOn", "1899-12-31", "IPK-E088", None),
    ("ip.manual-fallback.recorded", "data.channel", "system", "IPK-E010", None),
    ("ip.manual-fallback.recorded", "data.at", "2027-06-01T12:05:01Z", "IPK-E011", None),
    ("ip.address.changed", "data.herId", "x", "IPK-P004", None),
    ("ip.document.filed", "data.documentId", "with blank", "IPK-E007", None),
    # messages
    ("ip.message.sent", "data.genDate", "2026-03-04T10:16:00", "IPK-E007", None),
    ("ip.message.receipt", "data.status", "fine", "IPK-E008", None),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "path", "value", "code", "place"), BAD)
def test_a_bad_field_gives_its_code_at_its_place(
    type_: str, path: str, value: Any, code: str, place: str | None
):
    assert found(changed(type_, (path, value))) == {(code, place or f"$.{path}")}


@pytest.mark.parametrize("type_", [NEED, APPOINTED, PLAN])
def test_at_least_three_bad_examples_of_the_main_types(type_: str):
    assert sum(row[0] == type_ for row in BAD) >= 3


def test_every_rule_across_fields_has_a_bad_example():
    broken = {
        fault.rule for type_, path, value, *_ in BAD for fault in faults_of(changed(type_, (path, value)))
    }
    # These need several changes at once: their own tests below.
    assert {rule.anchor for rule in RULES} - broken == {"local-identifier", "plan-proposal"}


def test_a_proposal_says_what_the_plan_is_to_be_or_has_words():
    proposed, silent = "ip.plan-change.proposed", ("data.plan", MISSING)
    assert found(changed(proposed, silent)) == set()
    assert found(changed(proposed, ("data.text", MISSING))) == set()
    assert found(changed(proposed, silent, ("data.text", MISSING))) == {("IPK-E005", "$.data.text")}


def test_a_local_identifier_needs_birth_date_and_gender():
    local = [("data.patient.identifier", {"system": LOCAL, "value": "H-17"})]
    assert found(changed(NEED, *local)) == set()
    bare = changed(NEED, *local, ("data.patient.birthDate", MISSING), ("data.patient.gender", MISSING))
    assert found(bare) == {("IPK-P005", "$.data.patient.birthDate"), ("IPK-P005", "$.data.patient.gender")}


def test_consent_that_nobody_gave_needs_no_giver():
    for status in ("not-asked", "presumed"):
        assert found(changed(NEED, ("data.consent", {"status": status}))) == set()


def test_consent_not_required_needs_a_law_and_consent_is_none():
    not_required = ("data.consent", {"status": "not-required"})
    assert found(changed(NEED, not_required)) == set()
    for basis in (MISSING, "consent"):
        envelope = changed(NEED, not_required, ("data.legalBasis", basis))
        assert found(envelope) == {("IPK-C002", "$.data.legalBasis")}


def test_all_faults_come_at_once():
    envelope = changed(
        NEED,
        ("id", "with blank"),
        ("data.author.hpr", MISSING),
        ("data.needs.0", "cash"),
        ("data.consent.date", "2027-12-24"),
        ("data.reason.text", "x" * 2001),
        ("data.patient.identifier.value", "13116900217"),
    )
    assert found(envelope) == {
        ("IPK-E016", "$.id"),
        ("IPK-E005", "$.data.author.hpr"),
        ("IPK-E008", "$.data.needs[0]"),
        ("IPK-C003", "$.data.consent.date"),
        ("IPK-E009", "$.data.reason.text"),
        ("IPK-P002", "$.data.patient.identifier.value"),
    }


def test_a_wrong_code_is_answered_with_the_right_ones():
    (fault,) = faults_of(changed(NEED, ("data.urgency", "now")))
    assert fault.hint == "routine, urgent"


@pytest.mark.parametrize("envelope", [None, [], "event", 17, ()])
def test_what_is_no_object_is_a_fault_at_the_root(envelope: Any):
    assert found(envelope) == {("IPK-E007", "$")}


REAL_PLACES = [
    "data.reason.text", "data.note", "data.patient.identifier.value", "data.author.name.family",
    "data.department.name", "data.consent.note", "extension", "data.needs.0",
]  # fmt: skip


@pytest.mark.parametrize("path", REAL_PLACES)
@pytest.mark.parametrize("form", ["{}", "ring {} i dag", "\n{}\t"])
def test_a_number_that_may_be_somebodys_is_refused_wherever_it_stands(path: str, form: str):
    number = real_looking()
    faults = faults_of(changed(NEED, (path, form.format(number))))
    place = "$.data.needs[0]" if path.endswith("0") else f"$.{path}"
    assert ("IPK-P001", place) in {(fault.code, fault.path) for fault in faults}
    assert number not in repr(faults)


def test_a_split_number_in_free_text_is_refused_too():
    number = real_looking()
    text = f"fnr {number[:6]} {number[6:]}"
    assert found(changed(NEED, ("data.reason.text", text))) == {("IPK-P001", "$.data.reason.text")}


def test_a_number_as_the_name_of_a_field_is_refused_and_not_repeated():
    number = real_looking()
    envelope = changed(NEED)
    envelope["data"]["patient"][number] = 1
    assert ("IPK-P001", "$.data.patient") in found(envelope)
    assert number not in repr(faults_of(envelope))


def test_a_number_as_a_json_number_is_refused_and_not_repeated():
    number = national("110150003")
    faults = faults_of(changed(NEED, ("data.existing.plan", int(number))))
    assert ("IPK-P001", "$.data.existing.plan") in {(fault.code, fault.path) for fault in faults}
    assert number not in repr(faults)


def test_real_mode_takes_real_numbers():
    envelope = changed(NEED, ("data.patient.identifier.value", real_looking()))
    assert not faults_of(envelope, people=ids.People(mode="real"))


MARKER = "ZQXJ"
LANGUAGES = ("nb", "en")


def _strings(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{path}.{index}")
    else:
        yield path


@pytest.mark.parametrize("type_", events.POSTED)
@pytest.mark.parametrize("bad", [MARKER, f"{MARKER}\u0001", MARKER * 600, [MARKER], {"x": MARKER}, 1.5])
def test_no_fault_ever_repeats_a_value(type_: str, bad: Any):
    for path in _strings(events.schemas.example(type_)):
        envelope = changed(type_, (path, bad))
        faults = faults_of(envelope)
        said = "".join(repr(fault) + "".join(map(fault.message, LANGUAGES)) + fault.fix() for fault in faults)
        assert MARKER not in said
        assert {fault.code for fault in faults} <= set(TABLE)


def test_the_exception_itself_neither_repeats_a_value_nor_leads_to_one():
    with pytest.raises(Faults) as caught:
        events.check(changed(NEED, ("data.author.hpr", MARKER)), now=NOW, people=PEOPLE)
    assert MARKER not in f"{caught.value!r}{caught.value}{caught.value.args}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_extensions_of_cloudevents_are_let_by():
    assert found(changed(NEED, ("traceparent", "00-abc-def-01"), ("sequence", 4), ("flag", True))) == set()


def test_five_minutes_ahead_is_still_now():
    assert found(changed(NEED, ("time", "2027-06-01T12:05:00Z"))) == set()


@pytest.mark.parametrize(
    ("field", "when", "code"),
    [
        ("time", "1899-12-31T23:00:00Z", "IPK-E088"),
        ("time", "0001-01-01T00:00:00Z", "IPK-E088"),
        ("time", "1969-11-12T22:59:00Z", "IPK-E088"),
        ("time", "1969-11-12T23:00:00Z", None),  # the day of birth in Norway
        ("data.occurredAt", "1969-11-12T12:00:00Z", "IPK-E088"),
        ("data.occurredAt", "1969-11-14T12:00:00Z", None),
    ],
)
def test_nothing_happened_before_the_patient_was_born_or_1900(field: str, when: str, code: str | None):
    assert events.schemas.example(NEED)["data"]["patient"]["birthDate"] == "1969-11-13"
    assert found(changed(NEED, (field, when))) == ({(code, f"$.{field}")} if code else set())


@pytest.mark.parametrize("source", ["urn:her:90998", "urn:her:1", "urn:orgnr:310001007"])
def test_sources_by_her_id_or_organisation_number(source: str):
    assert found(changed(NEED, ("source", source))) == set()


def test_exactly_two_thousand_characters_fit():
    assert found(changed(NEED, ("data.reason.text", "ø" * 2000))) == set()


@pytest.mark.parametrize(
    "between", ["\n", "\r\n", "\t", "\n ", "\x0c", "  ", "\u00a0", "\u2028", " -", "\u200b", '"']
)
def test_a_number_that_looks_real_is_seen_whatever_breaks_it(between: str):
    number = real_looking()
    text = f'Pas "{number[:6]}{between}{number[6:]}" er'
    seen = {code for code, _ in found(changed(NEED, ("data.reason.text", text)))}
    assert ("IPK-P001" in seen) is (between != '"')


@pytest.mark.parametrize("character", ["\b", "\f", "\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize("place", ["data.reason.text", "data.note"])
def test_a_character_that_xml_cannot_carry_is_a_fault_at_its_place(character: str, place: str):
    assert ("IPK-E007", f"$.{place}") in found(changed(NEED, (place, f"a{character}b")))
