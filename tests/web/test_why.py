"""/messages/{id}/why, /cases/{id}/why, /events/{id}/why: JSON unless asked otherwise, audited, without the patient."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.trail.html import css
from adapter.web import why
from tests.web.hands import LINE, told, trails


@pytest.fixture
def places(client: FlaskClient) -> tuple[str, ...]:
    """Return the three addresses of one need's trail."""
    body = told(client)
    return (
        f"/messages/{body['messages'][0]['id']}/why",
        f"/cases/{body['case']['patientId']}/why",
        f"/events/{body['eventId']}/why",
    )


def test_without_a_wish_it_is_json(client: FlaskClient, places: tuple[str, ...]):
    for place, kind in zip(places, ("message", "case", "event"), strict=True):
        answer = client.get(place)
        assert (answer.status_code, answer.content_type) == (200, "application/json")
        assert answer.json["kind"] == kind
        assert answer.json["parts"][0]["steps"]
        assert answer.headers["Vary"] == "Accept"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_message_keeps_the_reasons_of_its_row(client: FlaskClient, places: tuple[str, ...]):
    found = client.get(places[0]).json
    assert found["state"] == "pending"
    assert {"rule", "source", "outcome", "text"} <= set(found["why"][0])
    assert {each["rule"] for each in found["why"]} <= {s["rule"] for p in found["parts"] for s in p["steps"]}


ACCEPTS = [
    ("", "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ("text/plain", "text/plain"), ("text/plain;q=0.5, text/html", "text/html"), ("image/png", "application/json"),
]  # fmt: skip


@pytest.mark.parametrize(("accept", "form"), ACCEPTS)
def test_the_best_form_of_accept_is_taken(accept: str, form: str):
    assert why.accepted(accept) == form


def test_a_page_takes_its_style_from_its_own_route_and_nothing_else(
    client: FlaskClient, places: tuple[str, ...]
):
    for place in places:
        page = client.get(place, headers={"Accept": "text/html"})
        assert page.content_type == "text/html; charset=utf-8"
        assert page.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'self'; sandbox"
        assert f'<link rel="stylesheet" href="{why.STYLE}">' in page.text
    style = client.get(why.STYLE)
    assert (style.status_code, style.content_type, style.text) == (200, "text/css; charset=utf-8", css())


def test_no_form_tells_anything_about_the_patient(client: FlaskClient, places: tuple[str, ...]):
    for place in places:
        for accept in ("application/json", "text/plain", "text/html"):
            answer = client.get(place, headers={"Accept": accept})
            assert answer.status_code == 200
            for secret in (LINE, "Danser", "Koman", "1969-11-13"):
                assert secret not in answer.text


def test_each_look_stands_in_the_patients_audit_trail(
    client: FlaskClient, services: Services, places: tuple[str, ...]
):
    case = places[1].split("/")[2]
    before = len(trails(services))
    for place in places:
        client.get(place)
    rows = trails(services)[before:]
    assert len(rows) == len(places)
    assert all(f"Patient/{case}" in str(row) for row in rows)


def test_what_is_not_there_is_404(client: FlaskClient):
    for place, code in (
        ("/messages/x/why", "IPK-M010"),
        ("/cases/x/why", "IPK-E020"),
        ("/events/x/why", "IPK-E020"),
    ):
        answer = client.get(place)
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, code)
