"""/messages/{id}/view: the message as its receiver sees it, masked unless asked, in the form and language asked for."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from adapter import xmlsafe
from adapter.kith.rendering.html import css
from adapter.services import Services
from adapter.web import view
from tests.web.hands import LINE, told, trails


@pytest.fixture
def place(client: FlaskClient) -> str:
    """Return the view of a need that was sent."""
    return f"/messages/{told(client)['messages'][0]['id']}/view"


def test_the_patient_is_shown_only_when_asked(client: FlaskClient, place: str):
    masked, whole = client.get(place), client.get(f"{place}?unmasked=true")
    for secret in (LINE, "Danser"):
        assert secret not in masked.text
        assert secret in whole.text
    assert "[skjult]" in masked.text
    assert "MELDING OM BEHOV" in masked.text
    assert client.get(f"{place}?unmasked=false").text == masked.text


FORMS = [
    ("?format=html", "application/pdf", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
    ("?format=text", "*/*", "text/plain; charset=utf-8", b"HELSEFAGLIG DIALOG"),
    ("?format=pdf", "text/html", "application/pdf", b"%PDF-"),
    ("", "application/pdf", "application/pdf", b"%PDF-"),
    ("", "text/plain", "text/plain; charset=utf-8", b"HELSEFAGLIG DIALOG"),
    (
        "",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html; charset=utf-8",
        b"<!DOCTYPE",
    ),
    ("", "application/json", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
]


@pytest.mark.parametrize(("query", "accept", "media", "start"), FORMS)
def test_format_decides_and_accept_where_it_is_not_given(
    client: FlaskClient, place: str, query: str, accept: str, media: str, start: bytes
):
    answer = client.get(place + query, headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (200, media)
    assert answer.data.startswith(start)
    assert answer.headers["Vary"] == "Accept"
    assert answer.headers["Cache-Control"] == "no-store"


ACCEPTS = [
    ("", "html"), ("*/*", "html"), ("text/html;q=0.5, application/pdf", "pdf"), ("application/pdf;q=0, text/plain;q=0.1", "text"),
    ("application/pdf;q=0", "html"), ("TEXT/PLAIN", "text"), ("application/pdf;q=x, text/*", "html"), (",;,=", "html"),
]  # fmt: skip


@pytest.mark.parametrize(("accept", "form"), ACCEPTS)
def test_the_best_form_of_accept_is_taken(accept: str, form: str):
    assert view.accepted(accept) == form


def test_labels_are_in_the_language_asked_for(client: FlaskClient, place: str):
    assert "Om meldingen" in client.get(place).text
    nynorsk = client.get(f"{place}?lang=nn")
    assert "Om meldinga" in nynorsk.text
    assert '<html lang="nn">' in nynorsk.text


@pytest.mark.parametrize("query", ["lang=en", "format=docx", "unmasked=maybe", "mask=no", "lang=nb&lang=nn"])
def test_what_is_no_parameter_of_a_view_is_400(client: FlaskClient, place: str, query: str):
    answer = client.get(f"{place}?{query}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "IPK-E026")


def test_a_page_takes_its_style_from_its_own_route_and_nothing_else(client: FlaskClient, place: str):
    page = client.get(place)
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'self'; sandbox"
    assert f'<link rel="stylesheet" href="{view.STYLE}">' in page.text
    assert "<style" not in page.text
    style = client.get(view.STYLE)
    assert (style.status_code, style.content_type, style.text) == (200, "text/css; charset=utf-8", css())


def test_bytes_that_are_no_message_are_told_so(client: FlaskClient):
    for form, lang, said in (
        ("text", "nb", "DOKUMENTET KAN IKKE LESES"),
        ("html", "nn", "Dokumentet kan ikkje lesast"),
    ):
        answer = view._laid_out(b"<other/>", lang, unmasked=True, allowed=xmlsafe.DEFAULT)  # type: ignore[arg-type]
        assert said in view.rendering.write(answer, form).decode()  # type: ignore[arg-type]
    assert client.get("/messages/nothing/view").status_code == 404


def test_each_view_leaves_its_audit_row(client: FlaskClient, services: Services, place: str):
    before = len(trails(services))
    client.get(f"{place}?unmasked=true&format=pdf")
    assert len(trails(services)) == before + 1
