"""Every kind of identifier there and back between two installations: the same person is found again, and only that one."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith
from adapter.fhir import urls
from tests import otherside
from tests.house import House
from tests.people import national

pytestmark = pytest.mark.acceptance


def person(system: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": {"system": system, "value": value},
        "name": {"family": "Prøve", "given": "Åse Marie", "middle": "Ødegård"},
        "municipality": {"code": "3428"},
        "birthDate": "1990-01-01",
        "gender": "female",
    } | more


PEOPLE = {
    "official": person(urls.FNR, "12057900499"),
    "tenor": person(urls.FNR, next(national())),
    "D-number": person(urls.DNR, "70019950032"),
    "FH-number": person(urls.FHN, "80005045804"),
    "DUF": person("urn:adapter:duf", "900000000012"),
    "local": person("https://epj.example/pasient", "A-4711"),
}


@pytest.mark.parametrize("kind", PEOPLE)
def test_an_answer_finds_the_person_by_the_number_the_message_carried(hospital: House, kind: str):
    patient = PEOPLE[kind]
    hospital.need(patient=patient)
    (document,) = hospital.send()
    got = hospital.receive(otherside.reply(document, "Svar: Godtatt"))
    assert got.code is None
    assert {s.business for s in hospital.needs(patient).values()} == {"accepted"}


@pytest.mark.parametrize("kind", PEOPLE)
def test_the_whole_way_there_and_back(hospital: House, alvdal: House, kind: str):
    patient = PEOPLE[kind]
    melde_id = hospital.need(patient=patient).case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    assert alvdal.events() == ["ip.need.identified"]
    alvdal.send()
    (stored,) = [r for r in alvdal.current() if r["resourceType"] == "Patient"]
    back = patient | {"identifier": {k: stored["identifier"][0][k] for k in ("system", "value")}}
    assert back["identifier"]["value"] == patient["identifier"]["value"]
    alvdal.post("ip.need.accepted", patient=back, continues={"meldeId": melde_id})
    (answer,) = alvdal.send()
    hospital.receive(answer)
    assert {s.business for s in hospital.needs(patient).values()} == {"accepted"}


@pytest.mark.parametrize("kind", PEOPLE)
def test_the_message_names_the_person_as_the_event_did(hospital: House, kind: str):
    hospital.need(patient=PEOPLE[kind])
    (document,) = hospital.send()
    head = kith.read(document).head
    assert head is not None
    assert head.patient is not None
    assert (head.patient.family, head.patient.given) == ("Prøve", "Åse Marie")
    assert head.patient.ident is not None
    assert head.patient.ident[0] == PEOPLE[kind]["identifier"]["value"]
    assert kith.check(document) == ()


def test_a_patient_is_one_case_whatever_department_names_it(hospital: House):
    first = hospital.need(patient=PEOPLE["official"])
    second = hospital.need(patient=PEOPLE["official"], source="urn:her:91990")
    assert first.case["patientId"] == second.case["patientId"]


def test_the_same_digits_under_another_system_are_another_person(hospital: House):
    digits = "A-4711"
    one = person("https://epj.example/pasient", digits)
    other = person("https://annen.example/pasient", digits)
    assert hospital.need(patient=one).case["patientId"] != hospital.need(patient=other).case["patientId"]


def test_the_patients_id_is_never_derived_from_the_number(hospital: House, alvdal: House):
    patient = PEOPLE["official"]
    hospital.need(patient=patient)
    alvdal.need(patient=patient, source="urn:her:5079")
    assert hospital.case(patient).key != alvdal.case(patient).key
