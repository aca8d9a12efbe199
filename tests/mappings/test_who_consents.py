"""Who may consent: the patient from 16, guardians before, others where capacity lacks. pbrl ch. 4."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import ConsentError, Faults
from adapter.fhir import urls
from adapter.mappings import views
from tests.house import GIVEN, LINE, House

CHILD = LINE | {"birthDate": "2014-01-01"}
UNKNOWN = {k: v for k, v in LINE.items() if k != "birthDate"}


def codes(told: Any) -> list[str]:
    return [w["code"] for w in told.body["warnings"]]


def by(who: str, **more: Any) -> dict[str, Any]:
    return GIVEN | {"givenBy": who} | more


@pytest.mark.parametrize(
    ("patient", "consent", "code", "path"),
    [
        (CHILD, by("patient"), "IPK-C020", "$.data.consent.givenBy"),
        (LINE, by("guardian"), "IPK-C022", "$.data.consent.givenBy"),
        (LINE, by("patient", capacity="lacking"), "IPK-C023", "$.data.consent.capacity"),
        (LINE, by("relative", capacity="full"), "IPK-C023", "$.data.consent.capacity"),
    ],
)
def test_who_may_not_consent_is_refused_with_path_and_rule(
    hospital: House, patient: dict[str, Any], consent: dict[str, Any], code: str, path: str
):
    with pytest.raises(Faults) as caught:
        hospital.need(patient=patient, consent=consent)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == (code, path)
    assert fault.rule in {"consent-age", "consent-capacity"}


def test_the_day_of_the_consent_counts_not_today(hospital: House):
    sixteen = LINE | {"birthDate": "2010-03-04"}
    assert hospital.need(patient=sixteen, consent=by("patient")).status == 202
    with pytest.raises(Faults):
        hospital.need(patient=sixteen, consent=by("patient", date="2026-03-03"))


@pytest.mark.parametrize("who", ["patient", "guardian"])
def test_without_a_birth_date_the_sender_is_asked_and_the_number_is_not_read(hospital: House, who: str):
    told = hospital.need(patient=UNKNOWN, consent=by(who))
    assert codes(told) == ["IPK-C021"]


def test_a_birth_date_that_the_case_knows_counts(hospital: House):
    hospital.need(patient=CHILD, consent=by("guardian"))
    with pytest.raises(ConsentError) as caught:
        hospital.post("ip.consent.given", patient=UNKNOWN, consent=by("patient"))
    assert (caught.value.code, caught.value.at) == ("IPK-C020", "$.data.consent.givenBy")


def test_a_representative_without_a_word_on_capacity_is_asked_about(hospital: House):
    assert codes(hospital.need(consent=by("representative"))) == ["IPK-C023"]
    assert codes(hospital.post("ip.consent.given", consent=by("representative", capacity="lacking"))) == []


@pytest.mark.parametrize(("guardians", "code"), [("one", "1"), ("both", "2")])
def test_guardians_are_one_or_both_as_the_source_says(hospital: House, guardians: str, code: str):
    hospital.need(patient=CHILD, consent=by("guardian", guardians=guardians))
    (speaker,) = [r for r in hospital.current() if r["resourceType"] == "RelatedPerson"]
    assert views.code_of(speaker["relationship"][0], urls.volven("9245")) == code


def test_who_asked_and_what_was_said_is_kept_inside_and_sent_to_nobody(hospital: House):
    hospital.need(consent=by("patient", obtainedBy="Magnar Koman", note="Sagt ved sengen"))
    (document,) = hospital.send()
    assert b"Sagt ved sengen" not in document
    (consent,) = hospital.case().of("Consent")
    said = {e["url"]: e.get("valueString") for e in consent["extension"][0]["extension"]}
    assert (said["obtainedBy"], said["note"]) == ("Magnar Koman", "Sagt ved sengen")


@pytest.mark.parametrize(
    ("patient", "more", "code"),
    [
        (CHILD, {"representative": None, "reasonCode": "reached-16"}, "IPK-C020"),
        (
            LINE,
            {"representative": {"kind": "guardian", "name": {"family": "Test", "given": "Gerd"}}},
            "IPK-C022",
        ),
        (LINE, {"from": "2026-03-09"}, "IPK-E011"),
    ],
)
def test_a_change_of_representative_that_cannot_be_is_refused(
    hospital: House, patient: dict[str, Any], more: dict[str, Any], code: str
):
    with pytest.raises(Faults) as caught:
        hospital.post("ip.representative.changed", **({"patient": patient, "from": "2026-03-04"} | more))
    assert code in {f.code for f in caught.value.faults}


@pytest.mark.parametrize(
    ("known", "more", "code", "path"),
    [
        (CHILD, {"representative": None, "reasonCode": "reached-16"}, "IPK-C020", "reasonCode"),
        (
            LINE,
            {"representative": {"kind": "guardian", "name": {"family": "Test", "given": "Gerd"}}},
            "IPK-C022",
            "representative.kind",
        ),
    ],
)
def test_a_change_of_representative_is_judged_by_the_birth_date_that_the_case_knows(
    hospital: House, known: dict[str, Any], more: dict[str, Any], code: str, path: str
):
    hospital.need(patient=known, consent={"status": "not-asked", "scopes": []})
    with pytest.raises(ConsentError) as caught:
        hospital.post("ip.representative.changed", **({"patient": UNKNOWN, "from": "2026-03-04"} | more))
    assert (caught.value.code, caught.value.at) == (code, f"$.data.{path}")
