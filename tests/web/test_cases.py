"""GET /cases/{id}/plo-roles: what an EPJ puts into its own PLO messages. contract.md; PLO 1.6 (HIS 80704)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from adapter.services import Services
from tests import reference
from tests.clock import Clock
from tests.events.samples import MISSING, changed
from tests.kith import official
from tests.web.hands import post, told, trails

PO = "{http://www.kith.no/xmlstds/po/poKomponent/2012-04-01}"
FK = "{http://www.kith.no/xmlstds/felleskomponent1}"
BEFORE = ("InformasjonOmForsendelsen", "TilleggsopplysningPasient", "ParorendeForesatt", "TilknyttetEnhet")
"""What stands before it in every payload of PLO 1.6, in order."""
SAMPLES = (
    "Helseopplysninger_Varsel_om_innlagt_pasient_v1-6_Ny.xml",
    "Pasientlogistikk_Innlagt_pasient_v1-6_Ny.xml",
    "Utskrivningsrapport_v1-6_Ny.xml",
)


@pytest.fixture
def patient(client: FlaskClient, clock: Clock) -> str:
    """Tell of a need, a hospital coordinator, a contact physician, and a coordinator without HPR; the patient's id."""
    case = told(client)["case"]
    gone = (("data.person.hpr", MISSING), ("data.person.name.family", "Næss & Sønn"))
    events = (
        changed("ip.hospital-coordinator.appointed"),
        changed("ip.contact-physician.appointed"),
        changed("ip.coordinator.appointed", ("data.continues", {"meldeId": case["meldeId"]}), *gone),
    )
    clock.advance(days=30)
    for event in events:
        answer = post(client, event)
        assert answer.status_code == 202, answer.text
    return str(case["patientId"])


def _asked(client: FlaskClient, patient: str) -> dict[str, Any]:
    answer = client.get(f"/cases/{patient}/plo-roles")
    assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.text
    found: dict[str, Any] = answer.json
    return found


def _elements(fragment: str) -> list[etree._Element]:
    return list(etree.fromstring(f"<r>{fragment}</r>"))


def test_current_holders_stand_in_the_fragment_with_role_name_number_and_phone(
    client: FlaskClient, patient: str
):
    found = _elements(_asked(client, patient)["fragment"])
    assert {each.tag for each in found} == {f"{PO}KontaktpersonHelsepersonell"}
    people = [each.find(f"{PO}Kontaktperson") for each in found]
    told_of = {
        p.find(f"{FK}RoleToPatient").get("V"): (
            p.find(f"{FK}TypeHealthcareProfessional").get("V"),
            p.findtext(f"{FK}FamilyName"),
            p.findtext(f"{FK}MiddleName"),
            p.findtext(f"{FK}Ident/{FK}Id"),
            p.find(f"{FK}TeleCom/{FK}TeleAddress").get("V"),
        )
        for p in people
    }
    assert told_of == {
        "18": ("SP", "Lin", None, "9144900", "tel:+4773598601"),
        "19": ("LE", "Koman", None, "9144889", "tel:+4773598600"),
    }
    assert {p.find(f"{FK}RoleToPatient").get("S") for p in people} == {"2.16.578.1.12.4.1.1.9034"}


def test_who_has_no_hpr_number_stands_in_the_text_alone(client: FlaskClient, patient: str):
    found = _asked(client, patient)
    assert "Næss" not in found["fragment"]
    assert "Gunn Næss & Sønn; Sykepleier; +4762480001" in found["text"]
    assert "\n" not in found["text"]
    assert {r["code"]: r["inFragment"] for r in found["roles"]} == {"8": False, "18": True, "19": True}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_fragment_put_into_an_official_message_is_valid(client: FlaskClient, patient: str, name: str):
    sample = reference.path("standards", "kith", "samples", "plo-1.6", name)
    document = etree.parse(str(sample))
    before = [each for name in BEFORE for each in document.iter(f"{PO}{name}")]
    made = _elements(_asked(client, patient)["fragment"])
    for element in made:
        before[-1].addnext(element)
    assert len(made) == 2
    assert official.valid(etree.tostring(document)), official.schema().error_log.last_error


def test_who_asks_for_xml_gets_the_fragment_alone(client: FlaskClient, patient: str):
    answer = client.get(f"/cases/{patient}/plo-roles", headers={"Accept": "application/xml"})
    assert answer.content_type == "application/xml"
    assert answer.text == _asked(client, patient)["fragment"]
    either = client.get(
        f"/cases/{patient}/plo-roles", headers={"Accept": "application/json, application/xml"}
    )
    assert either.content_type == "application/json"


def test_a_role_is_told_from_its_first_day_to_its_last(client: FlaskClient, patient: str, clock: Clock):
    ids = {r["code"]: r["assignmentId"] for r in _asked(client, patient)["roles"]}
    ended = changed(
        "ip.coordinator.ended",
        ("data.continues", {"assignmentId": ids["8"]}),
        ("data.until", "2026-04-04"),
        ("time", "2026-04-03T09:00:00+02:00"),
    )
    answer = post(client, ended)
    assert answer.status_code == 202, answer.text
    assert {r["code"] for r in _asked(client, patient)["roles"]} == {"8", "18", "19"}
    clock.advance(days=2)
    assert {r["code"] for r in _asked(client, patient)["roles"]} == {"18", "19"}


def test_a_case_without_roles_has_nothing_to_tell(client: FlaskClient):
    patient = told(client)["case"]["patientId"]
    found = _asked(client, patient)
    assert (found["fragment"], found["text"], found["roles"]) == ("", "", [])
    assert client.get(f"/cases/{patient}/plo-roles", headers={"Accept": "text/xml"}).status_code == 204


def test_what_consent_no_longer_opens_is_not_given_to_be_sent(client: FlaskClient, patient: str):
    before = _asked(client, patient)
    assert (before["mayBeSent"], before["why"][0]["rule"]) == (True, "consent-coordinator")
    withdrawn = changed(
        "ip.consent.withdrawn",
        ("data.scopes", ["coordinator", "plan-create"]),
        ("data.recipients", MISSING),
        ("data.date", "2026-04-03"),
        ("time", "2026-04-03T09:00:00+02:00"),
    )
    answer = post(client, withdrawn)
    assert answer.status_code == 202, answer.text
    found = _asked(client, patient)
    assert (found["fragment"], found["text"], found["mayBeSent"]) == ("", "", False)
    assert found["why"][0]["rule"] == "consent-withdrawn"
    assert len(found["roles"]) == len(before["roles"])
    assert client.get(f"/cases/{patient}/plo-roles", headers={"Accept": "text/xml"}).status_code == 204


def test_an_unknown_case_is_404(client: FlaskClient):
    answer = client.get("/cases/nobody/plo-roles")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, "IPK-E020")


def test_it_is_audited_as_a_read_about_the_patient(client: FlaskClient, services: Services, patient: str):
    _asked(client, patient)
    seen = trails(services)[-1]
    assert seen["action"] == "R"
    assert f"Patient/{patient}" in str(seen)
