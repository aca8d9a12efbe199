"""GET /cases/{id}/consent and the table of a dry run: receiver by content, sent or withheld, and why. domain § 1.4."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from tests.clock import Clock
from tests.events.samples import changed
from tests.web.hands import need, post, told, trails

GP = ("data.patient.gp", {"herId": "258521"})
LIMITED = "ip.consent.limited"
ALVDAL = "5079"


def cells(rows: list[dict[str, Any]], her_id: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        row["content"]: (row["outcome"], tuple(why["rule"] for why in row["why"]))
        for row in rows
        if row["receiver"]["herId"] == her_id
    }


@pytest.fixture
def patient(client: FlaskClient, clock: Clock) -> str:
    found = str(told(client)["case"]["patientId"])
    clock.advance(days=30)
    return found


def asked(client: FlaskClient, patient: str, **headers: str) -> Any:
    return client.get(f"/cases/{patient}/consent", headers=dict(headers))


def test_each_content_is_sent_or_withheld_with_its_rule(client: FlaskClient, patient: str):
    found = asked(client, patient).json
    assert found["patientId"] == patient
    assert cells(found["consent"], ALVDAL) == {
        "individual-plan": ("sent", ("consent-plan-create",)),
        "coordinator": ("sent", ("consent-coordinator",)),
        "coordinator-notice": ("sent", ("consent-coordinator",)),
        "plan-notice": ("withheld", ("consent-plan-share",)),
        "plan-pull": ("withheld", ("consent-plan-share",)),
    }
    assert [(c["status"], c["givenBy"], c["method"]) for c in found["consents"]] == [
        ("given", "patient", "oral")
    ]


def test_a_limit_is_told_inside_and_closes(client: FlaskClient, patient: str):
    answer = post(
        client, changed(LIMITED, ("data.excluded", ["alvdal-saksbehandling"]), ("data.topics", ["goals"]))
    )
    assert answer.status_code == 202, answer.text
    found = asked(client, patient).json
    assert [(x["excluded"], x["topics"]) for x in found["limits"]] == [(["alvdal-saksbehandling"], ["goals"])]
    rows = cells(found["consent"], ALVDAL)
    assert rows["coordinator-notice"] == ("withheld", ("consent-excluded",))
    assert rows["topic:goals"] == ("withheld", ("consent-topic",))


def test_a_strictly_confidential_address_withholds_all(client: FlaskClient, patient: str):
    post(client, changed("ip.address-protection.changed", ("data.level", "strictly-confidential")))
    rows = cells(asked(client, patient).json["consent"], ALVDAL)
    assert {outcome for outcome, _ in rows.values()} == {"withheld"}
    assert rows["coordinator"][1][0] == "address-strict"


def test_a_page_where_html_is_asked_for(client: FlaskClient, patient: str):
    answer = asked(client, patient, Accept="text/html")
    assert answer.content_type == "text/html; charset=utf-8"
    for words in (
        "Hva samtykket åpner for",
        "Sendes",
        "Holdes tilbake",
        "Saksbehandling",
        "melding om koordinator",
    ):
        assert words in answer.text
    assert "Danser" not in answer.text


def test_no_name_number_or_free_text_stands_in_it(client: FlaskClient):
    said = (("data.consent.note", "Sagt ved sengen"), ("data.consent.obtainedBy", "Magnar Koman"))
    patient = post(client, need(*said)).json["case"]["patientId"]
    text = asked(client, patient).text
    for private in ("Danser", "13116900216", "sengen", "Koman"):
        assert private not in text


def test_a_case_that_is_not_here_is_not_found(client: FlaskClient):
    answer = asked(client, "0e5e9a3e-60a1-5a5f-9c34-2f6f3d8a9b10")
    assert answer.status_code == 404


def test_reading_it_is_audited(client: FlaskClient, patient: str, services: Services):
    asked(client, patient)
    assert f"Patient/{patient}" in str(trails(services)[-1])


def test_a_dry_run_shows_what_would_be_withheld_and_the_real_answer_does_not(client: FlaskClient):
    event = need(GP)
    dry = post(client, event, query="?dryRun=true").json
    rows = cells(dry["consent"], "258521")
    assert rows["coordinator"] == ("withheld", ("consent-recipient",))
    assert cells(dry["consent"], ALVDAL)["coordinator"] == ("sent", ("consent-coordinator",))
    real = post(client, event)
    assert "consent" not in real.json
    assert cells(asked(client, real.json["case"]["patientId"]).json["consent"], "258521") == rows
