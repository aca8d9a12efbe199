"""Scenario folders: what is read, and that everything wrong with one is told with file and place."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from adapter import codes, events, ids, kith, scenarios
from adapter.errors import AdapterError, Faults
from adapter.events import cloudevents
from adapter.events.catalogue import TYPES
from adapter.kith import types
from adapter.scenarios import places
from adapter.scenarios.model import moment
from adapter.settings import load

FIXTURES = Path(__file__).parents[1] / "fixtures"
FOLDERS = scenarios.find([FIXTURES])
NAMES = [folder.name for folder in FOLDERS]
GOOD = 'title = "t"\nclock = 2026-03-04T10:15:00+01:00\n'
NUMBERS = sorted({row.number.lower() for row in TYPES.values() if row.posted} | {"e11", "e16", "e62"})
"""Events that may be posted, and those of our own that somebody may try to post."""


def folder(tmp_path: Path, **files: str) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (made / f"{stem.replace('_', '-').removeprefix('n')}.{suffix}").write_text(text, "utf-8")
    return made


def told(place: Path) -> list[tuple[str, int | None]]:
    with pytest.raises(Faults) as caught:
        scenarios.read(place)
    assert {f.code for f in caught.value.faults} == {"IPK-S013"}
    return [(f.path, f.line) for f in caught.value.faults]


@pytest.mark.parametrize("path", FOLDERS, ids=NAMES)
def test_every_scenario_that_ships_can_be_read(path: Path):
    scenario = scenarios.read(path)
    assert scenario.steps
    assert scenario.title


@pytest.mark.parametrize("number", NUMBERS)
def test_every_event_has_a_scenario_and_a_bad_one(number: str):
    assert any(name.startswith(f"{number}-") for name in NAMES)
    assert any(name.startswith(f"bad-{number}-") for name in NAMES)


@pytest.mark.parametrize("number", ["e01", "e21", "e34"])
def test_the_main_events_have_at_least_three_bad_ones(number: str):
    assert sum(name.startswith(f"bad-{number}-") for name in NAMES) >= 3


def test_every_type_of_message_comes_in_once():
    steps = (step for path in FOLDERS for step in scenarios.read(path).steps if step.kind == "message")
    received = b"".join(step.content for step in steps).decode("utf-8", "replace")
    missing = [row.type for row in types.TABLE if f'<Type V="{row.type}"' not in received]
    assert missing == []


@pytest.mark.parametrize("path", FOLDERS, ids=NAMES)
def test_no_resource_of_a_scenario_refers_to_a_person_who_is_not_there(path: Path):
    there = {p.stem for p in path.glob("expected/resources/Patient/*.json")}
    told = "".join(p.read_text("utf-8") for p in path.glob("expected/resources/*/*.json"))
    assert set(re.findall(r'"reference":"Patient/([^"/]+)', told)) <= there


def test_every_code_of_list_8221_is_received_once():
    steps = scenarios.read(FIXTURES / "scenarios" / "receipt-rejected").steps
    text = b"".join(step.content for step in steps if step.kind == "message").decode()
    assert all(text.count(f'V="{code}"') == 1 for code in codes.table("8221").codes)


def test_no_number_in_the_fixtures_looks_like_a_real_persons():
    people = load().people()
    texts = (p.read_bytes().decode("utf-8", "replace") for p in sorted(FIXTURES.rglob("*")) if p.is_file())
    assert not any(ids.looks_real(text, people) for text in texts)


def test_steps_come_in_the_order_of_their_numbers_with_what_stands_beside_them(tmp_path: Path):
    place = folder(
        tmp_path,
        scenario_toml=GOOD + "[settings]\nreply_days = 5\n[party.brevvik]\nhome = true\n",
        n020_apprec_xml="<a/>",
        n020_apprec_toml='channel = "copy"\napprec = ["E10"]\n',
        n010_event_json="{}",
    )
    scenario = scenarios.read(place)
    assert [(s.number, s.kind, s.channel) for s in scenario.steps] == [
        ("010", "event", "in"),
        ("020", "message", "copy"),
    ]
    assert scenario.steps[1].expect.apprec == ("E10",)
    assert scenario.settings == {"reply_days": 5}
    assert scenario.parties == {"brevvik": {"home": True}}
    assert "<a/>" not in repr(scenario)


def test_every_fault_of_a_scenario_is_told_at_once_with_its_file(tmp_path: Path):
    place = folder(
        tmp_path,
        scenario_toml='title = 1\nclock = 2026-03-04\nsteps = 3\n[party.brevvik]\ncolour = "red"\n',
        n010_event_json='{"a": "${meldeId:020}"}',
        n020_clock_txt="soon\n",
        n030_toml="",
        stray_md="",
    )
    paths = {path for path, _ in told(place)}
    assert paths == {
        "made/scenario.toml: steps",
        "made/scenario.toml: title",
        "made/scenario.toml: clock",
        "made/scenario.toml: party.brevvik.colour",
        "made/010-event.json",
        "made/020-clock.txt",
        "made/030.toml",
        "made/stray.md",
    }


def test_broken_toml_is_told_with_its_line(tmp_path: Path):
    assert ("made/scenario.toml", 2) in told(
        folder(tmp_path, scenario_toml='title = "t"\nclock = \n', n010_a_json="{}")
    )


def test_a_folder_without_steps_is_told(tmp_path: Path):
    assert told(folder(tmp_path, scenario_toml=GOOD)) == [(f"{tmp_path.name}/made", None)]


def test_two_files_of_one_number_are_told(tmp_path: Path):
    place = folder(tmp_path, scenario_toml=GOOD, n010_a_json="{}", n010_b_json="{}")
    assert told(place) == [("made/010-b.json", None)]


@pytest.mark.parametrize(
    "text", ["${MsgId:010}", "${Who:010}", "${now:010}", "${meldeId:010", "${needId:010:}"]
)
def test_a_malformed_placeholder_is_told_with_its_line(tmp_path: Path, text: str):
    place = folder(tmp_path, scenario_toml=GOOD, n010_a_json="{}", n020_b_json="{\n" + text)
    assert told(place) == [("made/020-b.json", 2)]


def test_placeholders_become_the_ids_that_earlier_steps_made():
    made = {("MsgId", "010", "5079"): "abc", ("now", "", ""): "12:00"}
    assert (
        scenarios.fill(b"<a>${MsgId:010:5079} ${now}</a>", made, file=Path("s/020.xml"))
        == b"<a>abc 12:00</a>"
    )


def test_an_id_that_was_not_made_is_told_with_file_and_line():
    with pytest.raises(Faults) as caught:
        scenarios.fill(b"{\n${planId:010}", {}, file=Path("s/020-event.json"))
    assert [(f.path, f.line) for f in caught.value.faults] == [("s/020-event.json", 2)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+96h", timedelta(hours=96)),
        ("+3d  # Saturday", timedelta(days=3)),
        ("2026-03-04T10:15:00+00:00", datetime(2026, 3, 4, 10, 15, tzinfo=UTC)),
    ],
)
def test_a_clock_step_is_a_span_or_an_instant(text: str, found: object):
    assert moment(text) == found


@pytest.mark.parametrize("text", ["", "+", "+h", "96h", "2026-03-04T10:15:00", "tomorrow"])
def test_anything_else_is_no_clock_step(text: str):
    with pytest.raises((ValueError, IndexError)):
        moment(text)


def test_a_path_without_scenarios_is_told(tmp_path: Path):
    with pytest.raises(Faults) as caught:
        scenarios.find([tmp_path])
    assert caught.value.code == "IPK-S008"


def test_the_line_of_every_value_in_json_is_known():
    text = '{\n "a": [\n  1,\n  {"b c": "x\\n"}\n ],\n "d": null}'
    assert places.lines(text) == {"$": 1, "$.a": 2, "$.a[0]": 3, "$.a[1]": 4, "$.a[1]['b c']": 4, "$.d": 6}


def test_lines_of_broken_json_are_those_read_so_far():
    assert places.lines('{\n"a": 1,\n"b": [1,') == {"$": 1, "$.a": 2, "$.b": 3, "$.b[0]": 3}
    assert places.lines("[" * 100_000)
    assert places.lines("") == {"$": 1}


def test_a_place_that_is_missing_has_the_line_of_what_lacks_it():
    found = places.lines('{"data":\n{"author": {}}}')
    assert places.line_of(found, "$.data.author.hpr") == 2
    assert places.line_of(found, "$.data.list[3]") == 2


HOSTILE = tomllib.loads((FIXTURES / "hostile" / "hostile.toml").read_text("utf-8"))["file"]


@pytest.mark.parametrize("row", HOSTILE, ids=[row["name"] for row in HOSTILE])
def test_hostile_input_gets_the_codes_it_is_listed_with(row: dict[str, object]):
    data = (FIXTURES / "hostile" / str(row["name"])).read_bytes()
    assert codes_of(str(row["kind"]), data) == set(row["codes"])  # type: ignore[call-overload]


def test_every_hostile_file_is_listed():
    listed = {row["name"] for row in HOSTILE} | {"hostile.toml", "README.md"}
    assert {path.name for path in (FIXTURES / "hostile").iterdir()} == listed


def codes_of(kind: str, data: bytes) -> set[str]:
    try:
        if kind == "message":
            kith.read(data)
            return set()
        media = cloudevents.BATCH if data[:1] == b"[" and b"specversion" in data else cloudevents.STRUCTURED
        items = cloudevents.read(media, {}, data).items
    except AdapterError as error:
        return {fault.code for fault in error.faults}
    return {code for item in items for code in faults_of(item)}


def faults_of(item: object) -> set[str]:
    try:
        events.check(item, now=datetime(2026, 3, 4, 12, tzinfo=UTC), people=load().people())  # type: ignore[arg-type]
    except AdapterError as error:
        return {fault.code for fault in error.faults}
    return set()


def test_a_forged_line_in_free_text_stays_within_its_line():
    data = orjson.loads((FIXTURES / "hostile" / "forged-melde-id.json").read_bytes())
    event = events.check(data, now=datetime(2026, 3, 4, 12, tzinfo=UTC), people=load().people())
    text = kith.text.block(
        kith.text.NeedText(kinds=("coordinator",), background=event.data.reason.text, melde_id="-")
    )
    assert len(text.split(kith.text.CRLF)) == 11
    assert kith.text.parse(text).answer is None
