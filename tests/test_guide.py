"""The guide's sources and what is made of them: codes, examples, definitions and pages never differ."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapter.errortable import TABLE
from adapter.events import catalogue
from adapter.fhir import definitions, profiles
from adapter.web import guide
from tests.fhir import validator
from tools.guide import __main__ as tool
from tools.guide import codes, compiled, examples, packages, pages, place
from tools.guide import definitions as made


def test_the_pages_are_what_the_sources_make():
    made = pages.pages()
    held = {path.name: path.read_text("utf-8") for path in pages.PAGES.iterdir() if path.name in made}
    assert held == made
    assert {path.name for path in pages.PAGES.glob("*.html")} == {
        name for name in made if name != "index.json"
    }


def test_the_code_systems_in_fsh_are_what_the_tables_make():
    assert codes.FSH.read_text("utf-8") == codes.fsh()


def test_the_examples_are_what_the_golden_files_make():
    held = {path.name: path.read_text("utf-8") for path in examples.EXAMPLES.glob("*.json")}
    assert held == examples.examples()


def _examples() -> list[dict[str, Any]]:
    return [json.loads(text) for text in examples.examples().values()]


def test_every_reference_of_an_example_leads_to_an_example():
    held = {f"{one['resourceType']}/{one['id']}" for one in _examples()}
    named = re.findall(r'"reference": "([^"#]+?)(?:/_history/\d+)?"', "".join(examples.examples().values()))
    assert set(named) <= held


@pytest.mark.parametrize(("page", "type_", "elements"), pages.snippets())
def test_what_the_narrative_shows_stands_so_in_an_example(page: str, type_: str, elements: dict[str, Any]):
    held = [one for one in _examples() if one["resourceType"] == type_]
    assert any(_within(elements, one) for one in held), page


def _within(elements: dict[str, Any], whole: dict[str, Any]) -> bool:
    return all(whole.get(name) == value for name, value in elements.items())


def test_event_types_and_error_codes_that_the_narrative_names_are_there():
    text = "".join((pages.CONTENT / f"{name}.md").read_text("utf-8") for name in pages.ORDER)
    types = set(re.findall(r"`(ip\.[a-z.-]+)`", text))
    assert types
    assert types <= set(catalogue.POSTED)
    assert set(re.findall(r"IPK-[A-Z]\d{3}", text)) <= set(TABLE)


def test_every_definition_has_a_page_of_its_own():
    for row in definitions.every():
        if row.file:
            assert f"{row.type}-{row.id.replace('.', '-')}.html" in guide.titles()


@pytest.mark.node
@pytest.mark.slow
def test_the_definitions_are_what_sushi_compiles_of_the_sources():
    if not packages.installed():
        pytest.skip("SUSHI is not installed here (make ig)")
    if packages.no_basis() is None:
        pytest.skip("no-basis is not at hand (ADAPTER_REFERENCE)")
    texts = made.files(compiled.compile_())
    held = {path.name: path.read_text("utf-8") for path in place.DEFINITIONS.glob("*.json")}
    assert held == texts


def test_every_profile_has_an_example_that_claims_it():
    claimed = {url for one in _examples() for url in one.get("meta", {}).get("profile", ())}
    assert {row.url for row in definitions.every() if row.profile} <= claimed
    for one in _examples():
        if (url := profiles.of(one)) is not None:
            assert one["meta"]["profile"][0] == url


def test_every_example_is_valid_by_the_independent_validator(tmp_path: Path):
    assert validator.errors(_examples(), tmp_path) == []


def test_a_code_in_only_one_of_the_two_tables_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch):
    held = codes._english()
    held["need-kind"]["code"]["physiotherapy"] = "Not in local.toml."
    monkeypatch.setattr(codes, "_english", lambda: held)
    with pytest.raises(place.NotBuilt, match="need-kind#physiotherapy"):
        codes.fsh()


def test_a_link_to_no_page_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in pages.ORDER:
        (tmp_path / f"{name}.md").write_text("# A page\n\n[away](nowhere.html)\n", encoding="utf-8")
    monkeypatch.setattr(pages, "CONTENT", tmp_path)
    with pytest.raises(place.NotBuilt, match=r"nowhere\.html"):
        pages.pages()


def test_what_sushi_says_is_told_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    monkeypatch.setattr(tool.codes, "write", lambda: None)
    monkeypatch.setattr(tool.examples, "write", lambda: None)
    assert tool.main(["build"]) == 1
    assert "Node with npm is needed" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["paint"], ["build", "now"]])
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert tool.main(arguments) == 2
    assert "use: python -m tools.guide" in capsys.readouterr().err
