"""The benchmark's own parts: its people do not exist, its events are valid, its floors do their work."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson
import pytest

from adapter import events, ids, kith
from adapter.fhir import r4
from bench import bare, documents, needs, people, plans, report, writing
from bench.driver import Job, Load, requests
from bench.measures import Pair, Size

NOW = datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)


def test_every_number_is_synthetic_and_different():
    found = list(islice(people.numbers(), 2000))
    assert len(set(found)) == len(found)
    assert {number[2] for number in found} <= {"8", "9"}
    for number in found:
        ids.person(ids.FNR_SYSTEM, number, ids.People())


def test_numbers_from_another_place_are_others():
    assert not {*islice(people.numbers(), 500)} & {*islice(people.numbers(1_000_000), 500)}


def test_every_event_is_valid_and_of_its_own():
    found = [orjson.loads(body) for body in islice(needs.bodies(3), 20)]
    assert len({event["id"] for event in found}) == len(found)
    for event in found:
        events.check(event, now=NOW, people=ids.People())


def test_a_care_plan_has_the_size_that_the_targets_were_measured_with():
    sizes = [len(orjson.dumps(plan)) for plan in plans.care_plans(100)]
    assert 6000 < sum(sizes) / len(sizes) < 6800


def test_the_bare_pipeline_maps_and_validates():
    _, resources, message = bare.process(bare.example())
    assert [orjson.loads(each)["resourceType"] for each in resources] == ["CarePlan", "CareTeam", "Task"]
    assert len(message) > 6000


def test_the_message_of_care_is_a_valid_one_of_ten_kilobytes():
    data = documents.care()
    assert kith.check(data) == ()
    assert 9_000 < len(data) < 11_000


def test_the_driver_announces_the_length_of_what_it_posts():
    job = Job(port=1, connections=1, seconds=1, paths=("/events",), post=True)
    head, _, body = next(requests(job)).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head


def test_a_missed_target_of_this_issue_is_told_from_one_of_a_later_issue():
    row = report.single("a", 2.0, " ms", 1.0)
    assert not row.good
    assert not row.binding
    assert "later" in row.verdict


def test_the_table_replaces_only_what_stands_between_the_marks(tmp_path: Path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", "utf-8")
    report.into(readme, "new")
    assert readme.read_text("utf-8") == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


def test_a_readme_without_marks_is_refused(tmp_path: Path):
    readme = tmp_path / "README.md"
    readme.write_text("nothing", "utf-8")
    with pytest.raises(ValueError, match="missing"):
        report.into(readme, "new")


def test_what_is_ours_alone_in_a_plan_never_repeats():
    made = list(plans.care_plans(plans.DISTINCT + 20))
    for name in ("id", "identifier"):
        assert len({orjson.dumps(plan[name]) for plan in made}) == len(made)
    first, again = made[3], made[plans.DISTINCT + 3]
    assert first["title"] == again["title"]
    assert again["subject"]["reference"] == f"Patient/{plans.patient_id(plans.DISTINCT + 3)}"


def test_a_large_store_that_is_slower_than_allowed_is_a_miss():
    def load(rate: float) -> Load:
        return Load(rate=rate, p50=1, p99=1, answers=1)

    pair = Pair(ours=(load(50),), floor=(load(100),))
    row = report.slower("a", pair, 1.5, "10,000")
    assert (row.figure, row.good, row.binding) == (2.0, False, True)
    assert "100/s (10,000)" in row.floor


def test_a_peer_that_is_not_there_is_named():
    size = Size(plans=1, rounds=1, seconds=1, large=1)
    assert "sekmet-fhir" in report.table((), size, missing=("sekmet-fhir",))
    assert "sekmet-fhir" not in report.table((), size)


def test_the_driver_posts_each_body_once_with_its_token():
    job = Job(port=1, connections=1, seconds=1, paths=("/x",), post=True, bodies=("a", "bc"), token="t")
    made = list(requests(job))
    assert [one.partition(b"\r\n\r\n")[2] for one in made] == [b"a", b"bc"]
    assert all(b"Authorization: Bearer t\r\n" in one for one in made)


def test_plans_to_create_are_of_people_told_of_and_valid(tmp_path: Path, prepared_file: Path):
    place = tmp_path / "bench.db"
    place.write_bytes(prepared_file.read_bytes())
    first, second = writing.told(f"sqlite:///{place}", tmp_path, 2)
    assert first != second
    assert r4.check(orjson.loads(writing.plan(first, 1))) == ()
