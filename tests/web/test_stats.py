"""GET /stats: JSON unless CSV or text is asked for; nobody named; periods judged."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.hands import LINE, told


@pytest.mark.parametrize(
    ("accept", "media", "start"),
    [
        ("", "application/json", b"{"),
        ("text/csv", "text/csv; charset=utf-8; header=present", b"\xef\xbb\xbfstatistikk;"),
        ("text/plain", "text/plain; charset=utf-8", b"Statistikk 2026-01-01"),
    ],
)
def test_statistics_come_in_the_form_asked_for(client: FlaskClient, accept: str, media: str, start: bytes):
    told(client)
    answer = client.get("/stats", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (200, media)
    assert answer.data.startswith(start)
    assert answer.headers["Cache-Control"] == "no-store"
    for secret in (LINE, "Danser", "Koman"):
        assert secret not in answer.text


def test_small_cells_are_hidden_unless_set_otherwise(client: FlaskClient):
    told(client)
    found = client.get("/stats?from=2026-03-01&to=2026-03-31").json
    assert (found["from"], found["to"], found["smallestCell"]) == ("2026-03-01", "2026-03-31", 5)
    (month,) = [t for t in found["tables"] if t["key"] == "k01-month"]
    assert month["rows"] == [{"group": "2026-03", "hidden": True, "antall": None}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=soon", "IPK-E026"),
        ("from=20260101", "IPK-E026"),
        ("from=2026-W01-1", "IPK-E026"),
        ("from=2026-02-30", "IPK-E026"),
        ("from=2026-05-01&to=2026-04-01", "IPK-E086"),
        ("by=patient", "IPK-E026"),
        ("to=9999-12-31", "IPK-E026"),
        ("from=0001-01-01&to=9999-12-31", "IPK-E026"),
    ],
)
def test_what_is_no_period_is_400(client: FlaskClient, query: str, code: str):
    answer = client.get(f"/stats?{query}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, code)
