"""A professional is shared by all cases: another family name under a known HPR number renames nobody. ADR 134."""

from __future__ import annotations

from typing import Any

from adapter.fhir import urls
from adapter.mappings import plo_roles, views
from adapter.model import Resource
from adapter.store import resources
from tests.house import HANDLER, LINE, ROLAND, House

HPR = "9876543"
THEIRS = {"source": "urn:her:5079", "author": HANDLER, "department": None, "continues": None}


def coordinator(family: str, given: str, hpr: str = HPR) -> dict[str, Any]:
    return {
        "name": {"family": family, "given": given},
        "hpr": hpr,
        "profession": "SP",
        "phone": "+4762480001",
        "organisation": {"key": "alvdal-saksbehandling", "name": "Alvdal kommune"},
    }


def known(house: House) -> list[Resource]:
    people = [r for r in house.current() if r["resourceType"] == "Practitioner"]
    return [
        r for r in people if (urls.HPR, HPR) in [(i["system"], i["value"]) for i in r.get("identifier", ())]
    ]


def named(house: House, patient: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return name and HPR number of who holds a role in a case, as the EPJ and its messages of care have it."""
    case = house.case(patient)
    with house.services.store.read() as conn:
        rows = resources.many(conn, plo_roles.references(case))
    others = {
        ref: next(r for r in house.current() if f"{r['resourceType']}/{r['id']}" == ref) for ref in rows
    }
    found = plo_roles.told(plo_roles.holders(case, others, case.now.date()))
    return [(one["name"], one["hpr"]) for one in found["roles"]]


def both(house: House) -> Any:
    start = {"from": "2026-03-04"}
    for patient in (LINE, ROLAND):
        house.need(patient=patient)
    house.post(
        "ip.coordinator.appointed", patient=LINE, person=coordinator("Omsorg", "Gunn"), **start, **THEIRS
    )
    return house.post(
        "ip.coordinator.appointed", patient=ROLAND, person=coordinator("Hansen", "Per"), **start, **THEIRS
    )


def test_another_family_name_under_a_known_hpr_number_is_told_and_renames_nobody(hospital: House):
    told = both(hospital)
    assert [(w["code"], w["path"]) for w in told.body["warnings"] if w["code"] == "IPK-E094"] == [
        ("IPK-E094", "$.data.person.hpr")
    ]
    (practitioner,) = known(hospital)
    assert practitioner["name"][0]["family"] == "Omsorg"
    assert practitioner["meta"]["versionId"] == "1"
    assert named(hospital, LINE) == [("Gunn Omsorg", HPR)]


def test_the_name_as_told_stands_on_the_role_without_the_number_of_another(hospital: House):
    both(hospital)
    (held,) = views.assignments(hospital.case(ROLAND))
    assert held.role["practitioner"]["display"] == "Per Hansen"
    assert named(hospital, ROLAND) == [("Per Hansen", None)]


def test_an_author_under_anothers_number_keeps_the_name_on_the_authors_role(hospital: House):
    both(hospital)
    wrong = HANDLER | {"kind": "health-personnel", "hpr": HPR, "name": {"family": "Vik", "given": "Ida"}}
    told = hospital.need(patient=LINE, needs=["rehabilitation"], author=wrong)
    assert ("IPK-E094", "$.data.author.hpr") in [(w["code"], w["path"]) for w in told.body["warnings"]]
    roles = [r for r in hospital.current() if r["resourceType"] == "PractitionerRole"]
    assert "Ida Vik" in [r["practitioner"].get("display") for r in roles]
    assert known(hospital)[0]["name"][0]["family"] == "Omsorg"


def test_the_same_name_in_capitals_and_another_given_name_are_no_other_person(hospital: House):
    hospital.need(patient=LINE)
    for person in (coordinator("Omsorg", "Gunn"), coordinator("OMSORG", "Gunn Marie")):
        patient = LINE if person["name"]["family"] == "Omsorg" else ROLAND
        told = hospital.post(
            "ip.coordinator.appointed", patient=patient, person=person, **{"from": "2026-03-04"}, **THEIRS
        )
        assert "IPK-E094" not in [w["code"] for w in told.body["warnings"]]
