"""/docs/guide: served offline, every link leads somewhere, and anybody can read it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from adapter.web import guide
from tests import accessibility
from tools.guide import pages

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NARRATIVE = [f"{name}.html" for name in pages.ORDER]


def _page(client: FlaskClient, name: str) -> str:
    found = client.get(f"/docs/guide/{name}")
    assert (found.status_code, found.mimetype) == (200, "text/html")
    return found.text


def test_the_guide_begins_at_its_first_page(client: FlaskClient):
    assert client.get("/docs/guide").text == _page(client, "index.html")
    assert 'href="/docs/guide"' in client.get("/docs").text


def test_a_slash_at_its_end_is_the_same_page(client: FlaskClient):
    alone, slash = client.get("/docs/guide"), client.get("/docs/guide/")
    assert (slash.status_code, slash.text) == (200, alone.text)


def test_every_page_is_served_and_every_link_leads_somewhere(client: FlaskClient):
    seen: dict[str, int] = {}
    for name in guide.titles():
        page = _page(client, name)
        for target in set(re.findall(r'(?:href|src)="([^"]+)"', page)):
            assert target.startswith("/"), f"{name}: {target} is elsewhere"
            address = target.partition("#")[0]
            if address not in seen:
                seen[address] = client.get(address).status_code
            assert seen[address] == 200, f"{name}: {target}"


def test_pages_say_their_language_their_headings_and_the_scope_of_heads_of_tables(client: FlaskClient):
    for name in guide.titles():
        page = _page(client, name)
        assert '<html lang="en">' in page
        assert page.count("<h1>") == 1
        assert "<th>" not in page
        levels = [int(level) for level in re.findall(r"<h(\d)", page)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name
        assert "<em>" not in page
        assert not re.search(r"<(script|style|iframe|img)|\bstyle=|\bon\w+=", page), name


@pytest.mark.parametrize("name", ["no-such.html", "index.json", "..%2Faddressbook.toml", "index"])
def test_what_is_no_page_is_not_found(name: str, client: FlaskClient):
    assert client.get(f"/docs/guide/{name}").status_code == 404


@pytest.mark.chromium
@pytest.mark.parametrize("name", [*NARRATIVE, "definitions.html", "StructureDefinition-ip-plan.html"])
def test_axe_finds_no_fault(name: str, client: FlaskClient, tmp_path: Path):
    style = client.get("/docs/style.css").text
    page = _page(client, name).replace("</head>", f"<style>{style}</style></head>")
    assert accessibility.judged(page, tmp_path)["failed"] == []
