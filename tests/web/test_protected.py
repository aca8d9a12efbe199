"""No search tells the municipality of a patient whose address is strictly confidential. E19; issue 4 § 4."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from adapter import naming
from adapter.services import Services
from tests.clock import Clock
from tests.events.samples import changed
from tests.house import ROLAND
from tests.web.hands import ids, post, search, told

UNIT: Final = f"Organization/{naming.unit_id('alvdal-saksbehandling')}"
LAST: Final = "2026-03-20"
STRICT: Final = "strictly-confidential"
ASKED: Final = (
    f"Task?owner={UNIT}",
    f"Task?owner={UNIT},Organization/other",
    f"Task?owner=http://127.0.0.1:8080/fhir/{UNIT}&_total=accurate",
    "Task?owner:Organization.name=Saksbehandling",
    f"ServiceRequest?performer={UNIT}",
    f"ServiceRequest?_has:Task:based-on:owner={UNIT}",
    f"Communication?recipient={UNIT}",
    f"Patient?_has:Task:patient:owner={UNIT}",
    f"Patient?_has:ServiceRequest:subject:performer={UNIT}",
)


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    """Give an address book where the unit receives until some day."""
    book = (files("adapter.data") / "addressbook.toml").read_text("utf-8")
    before, key, after = book.partition('key = "alvdal-saksbehandling"')
    path = tmp_path / "addressbook.toml"
    path.write_text(before + key + after.replace("valid_from", f"valid_to = {LAST}\nvalid_from", 1), "utf-8")
    return {"addressbook": path}


@pytest.fixture
def patient(client: FlaskClient, clock: Clock) -> str:
    found: str = told(client)["case"]["patientId"]
    clock.advance(days=10)
    return found


def grade(client: FlaskClient, level: str, at: str = "2026-03-12T13:00:00+01:00") -> None:
    answer = post(
        client,
        changed("ip.address-protection.changed", ("data.level", level), ("time", at), ("id", f"e19-{level}")),
    )
    assert answer.status_code == 202, answer.text


def found(client: FlaskClient, path: str) -> list[str]:
    answer = client.get(f"/fhir/{path}")
    assert answer.status_code == 200, answer.text
    listed = ids(answer.json)
    assert answer.json.get("total", len(listed)) == len(listed)
    return listed


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.usefixtures("patient")
def test_a_municipalitys_unit_finds_nothing_while_the_address_is_strict(
    client: FlaskClient, clock: Clock, path: str
):
    before = found(client, path)
    assert before
    grade(client, STRICT)
    assert found(client, path) == []
    clock.advance(days=1)
    grade(client, "none", at="2026-03-13T13:00:00+01:00")
    assert set(before) <= set(found(client, path))


@pytest.mark.usefixtures("patient")
def test_a_confidential_address_of_the_lower_grade_hides_no_resource(client: FlaskClient):
    before = found(client, ASKED[0])
    grade(client, "confidential")
    assert set(before) <= set(found(client, ASKED[0]))


def test_the_patient_and_the_own_units_find_all(client: FlaskClient, patient: str):
    grade(client, STRICT)
    for type_ in ("Task", "ServiceRequest", "Communication"):
        assert found(client, f"{type_}?patient={patient}"), type_
    tasks = client.get(f"/fhir/Task?patient={patient}&_count=50").json["entry"]
    own = {e["resource"].get("owner", {}).get("reference") for e in tasks} - {UNIT, None}
    assert own
    for owner in own:
        assert found(client, f"Task?owner={owner}"), owner


@pytest.mark.usefixtures("patient")
def test_what_refers_to_the_unit_is_not_fetched_with_it(client: FlaskClient):
    path = f"/fhir/Organization?_id={UNIT.partition('/')[2]}&_revinclude=Task:owner"
    assert ids(client.get(path).json, "include")
    grade(client, STRICT)
    assert ids(client.get(path).json, "include") == []


def test_the_patients_resources_lead_to_no_municipality(client: FlaskClient, patient: str):
    path = f"Organization?_has:Task:owner:patient={patient}"
    assert UNIT in found(client, path)
    grade(client, STRICT)
    assert UNIT not in found(client, path)


@pytest.mark.usefixtures("patient")
def test_a_unit_that_has_left_the_address_book_is_a_municipalitys_still(
    client: FlaskClient, services: Services, clock: Clock
):
    grade(client, STRICT)
    clock.advance(days=30)
    assert services.book().by_key("alvdal-saksbehandling") is None
    for path in ASKED:
        assert found(client, path) == [], path


@pytest.mark.usefixtures("patient")
def test_other_patients_are_found_all_the_same(client: FlaskClient):
    grade(client, STRICT)
    other = changed(
        "ip.need.identified",
        ("data.patient", ROLAND),
        ("id", "other"),
    )
    answer = post(client, other)
    assert answer.status_code == 202, answer.text
    (one,) = found(client, f"Patient?_has:Task:patient:owner={UNIT}")
    assert one == f"Patient/{answer.json['case']['patientId']}"
    assert ids(search(client, "Task", owner=UNIT).json)
