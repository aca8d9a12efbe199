"""Pages for everybody: well formed, labelled, readable, printable, and nothing that a content policy must allow. WCAG 2.1 AA."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from adapter.kith.rendering.html import css
from tests import accessibility
from tests.kith import builders
from tests.kith.pages import html, message, note, tree

CONTACTS = "".join(
    f"<RollerRelatertNotat><HealthcareProfessional><FamilyName>{name}</FamilyName></HealthcareProfessional></RollerRelatertNotat>"
    for name in ("Lin", "Omsorg")
)
QUESTION = "<Foresporsel><TypeForesp V='99'/><Sporsmal>Hva nå?</Sporsmal></Foresporsel>"


def _page(**options: object) -> str:
    return html(message(note(QUESTION + CONTACTS, text="Tekst")), **options)  # type: ignore[arg-type]


def test_a_page_is_well_formed_and_says_its_language_and_title():
    found = tree(_page())
    assert found.get("lang") == "nb"
    assert found.findtext("head/title") == "Helsefaglig dialog" == found.findtext("body/header/h1")
    assert len(found.findall(".//main")) == 1
    assert found.find("head/meta[@charset='utf-8']") is not None


def test_headings_go_down_one_level_at_a_time():
    levels = [int(each.tag[1]) for each in tree(_page()).iter() if re.fullmatch("h[1-6]", str(each.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(levels) > 2
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_have_a_caption_and_heads_with_scope():
    (table,) = tree(_page()).iter("table")
    assert table.findtext("caption") == "Kontaktpersoner og roller"
    assert {each.get("scope") for each in table.iter("th")} == {"col"}


def test_no_page_holds_script_or_style_in_its_markup():
    for page in (_page(), _page(style=None)):
        found = tree(page)
        assert not list(found.iter("script"))
        assert not [
            each for each in found.iter() for name in each.attrib if name == "style" or name.startswith("on")
        ]
    assert not list(tree(_page()).iter("style"))
    assert tree(_page()).find("head/link").get("href") == "/s.css"  # type: ignore[union-attr]


def test_a_page_for_a_file_brings_its_style_under_a_policy_that_allows_it_alone():
    found = tree(_page(style=None))
    policy = found.find("head/meta[@http-equiv='Content-Security-Policy']")
    style = found.findtext("head/style") or ""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy is not None
    assert policy.get("content") == f"default-src 'none'; style-src 'sha256-{digest}'"
    assert "@media print" in style


def test_every_colour_of_letters_stands_out_from_every_ground():
    letters = set(re.findall(r"[{; ]color: #([0-9a-f]{3,6})", css()))
    grounds = set(re.findall(r"background: #([0-9a-f]{3,6})", css()))
    lines = set(re.findall(r"border[a-z-]*: [^;]*#([0-9a-f]{3,6})", css()))
    assert len(letters) >= 3
    assert len(grounds) >= 2
    assert lines
    assert (
        min(accessibility.contrast(letter, ground) for letter in letters for ground in grounds)
        >= accessibility.READABLE
    )
    assert min(accessibility.contrast(line, "fff") for line in lines) >= accessibility.VISIBLE


@pytest.mark.chromium
@pytest.mark.slow
@pytest.mark.parametrize(
    "data", [message(note(QUESTION + CONTACTS, text="Tekst")), builders.dialogue()], ids=["question", "need"]
)
def test_axe_finds_nothing_in_a_browser(data: bytes, tmp_path: Path):
    found = accessibility.judged(html(data, style=None), tmp_path)
    assert found["failed"] == []
    assert {"color-contrast", "heading-order", "html-has-lang"} <= set(found["passed"])
