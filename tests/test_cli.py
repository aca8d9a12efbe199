"""The command line, really run: exit codes, help with examples, faults that say what, where and how to mend it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from adapter import store
from adapter.cli import COMMANDS, called
from adapter.store import messages
from tests import numbers

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "fixtures" / "scenarios"
NEED = SCENARIOS / "e01-direct" / "010-event.json"
BAD = SCENARIOS / "bad-e01-no-hpr" / "010-event.json"
NOW = "2026-03-04T10:15:00+01:00"
SLACK = 3
"""How much slower than promised a busy machine may be."""
START_SECONDS = 0.2
STOP_SECONDS = 10.0
"""Less than the server waits before it kills its worker."""
STORY_SECONDS = 10.0

Result = subprocess.CompletedProcess[str]
Call = Callable[..., Result]


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ADAPTER_", "LC_", "LANG"))
    }
    return kept | {"PYTHONPATH": str(ROOT), "LANG": "nb_NO.UTF-8"} | more


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "adapter", *map(str, args)]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Call the command line in an empty folder."""

    def run(*args: object, stdin: str = "", **env: str) -> Result:
        return subprocess.run(
            command(*args), cwd=tmp_path, env=environment(**env), input=stdin, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    return run


# ── help ──


def test_help_lists_every_command(call: Call):
    got = call("--help")
    assert got.returncode == 0
    assert all(f"  {name} " in got.stdout for name in COMMANDS)


SUBCOMMANDS = (
    "db upgrade", "outbox list", "outbox show", "outbox requeue", "outbox bury", "outbox remap",
)  # fmt: skip


@pytest.mark.parametrize("name", ["", *COMMANDS, *SUBCOMMANDS])
def test_every_help_has_examples(name: str, capsys: pytest.CaptureFixture[str]):
    assert called([*name.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:\n" in text
    assert f"  ip-adapter {name}".rstrip() in text


def test_help_is_there_at_once():
    took = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command("--help"), env=environment(), capture_output=True, check=True)
        took.append(time.perf_counter() - began)
    assert statistics.median(took) < START_SECONDS * SLACK


def test_help_imports_nothing_heavy():
    heavy = "{'flask', 'granian', 'lxml', 'pydantic', 'requests', 'sqlalchemy', 'structlog'}"
    code = (
        f"import sys; from adapter.cli import called; called(['--help']); print({heavy} & set(sys.modules))"
    )
    got = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert got.stdout.endswith("set()\n")


def test_version_is_told(call: Call):
    assert call("--version").stdout.startswith("ip-adapter ")


# ── wrong use ──


@pytest.mark.parametrize(
    "args",
    [
        ("fly",), ("map",), ("check",), ("check", "nowhere.json"), ("map", "nowhere.json"), ("codes", "4711"),
        ("codes", "9034", "4711"), ("replay", "nowhere"), ("replay", "."), ("map", NEED, "--now", "yesterday"),
        ("map", NEED, "--now", "0001-01-01T00:00:00+14:00"), ("map", NEED, "--now", "9999-12-31T23:59:59Z"),
        ("replay", SCENARIOS / "e01-direct", "--golden", "--bless"), ("serve", "--port", "70000"),
        ("replay", SCENARIOS / "e01-direct", "--url", "http://127.0.0.1:9", "--database", "postgresql://h/d"),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_two_and_says_what(call: Call, args: tuple[object, ...]):
    got = call(*args)
    assert got.returncode == 2
    assert got.stderr.strip()
    assert "Traceback" not in got.stderr


def test_a_wrong_setting_is_named_and_not_quoted(call: Call):
    got = call("settings", ADAPTER_PORT="eighty")
    assert got.returncode == 2
    assert "ADAPTER_PORT" in got.stderr
    assert "eighty" not in got.stderr


# ── check ──


def test_check_tells_event_fhir_and_kith_apart(call: Call, tmp_path: Path):
    call("map", NEED, "--now", NOW, "--out", tmp_path / "out")
    files = [NEED, next(tmp_path.glob("out/resources/Task/*")), next(tmp_path.glob("out/messages/*"))]
    got = call("check", "--json", *files)
    assert got.returncode == 0, got.stdout
    rows = [json.loads(line) for line in got.stdout.splitlines()]
    assert [(r["kind"], r["type"], r["valid"]) for r in rows] == [
        ("event", "ip.need.identified", True),
        ("fhir", "Task", True),
        ("kith", "DIALOG_HELSEFAGLIG", True),
    ]


def test_check_tells_every_fault_with_line_place_and_cure(call: Call):
    got = call("check", SCENARIOS / "bad-e01-unknown-codes" / "010-event.json")
    assert got.returncode == 1
    assert "010-event.json:32: $.data.author.role: Koden er ikke i listen" in got.stdout
    assert "[IPK-E006, event-schema]\n  → Fjern feltet" in got.stdout
    assert "husvert" not in got.stdout


def test_check_speaks_the_users_language(call: Call):
    assert "The field is missing" in call("check", BAD, LANG="en_GB.UTF-8").stdout
    assert "The field is missing" in call("--lang", "en", "check", BAD).stdout
    assert "Feltet mangler" in call("check", BAD, LANG="C").stdout


def test_check_names_the_rule_of_a_message_its_line_and_its_own_cure(call: Call, tmp_path: Path):
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(MESSAGE.read_text("utf-8").replace('V="XML"', 'V="A"'), "utf-8")
    line = wrong.read_text("utf-8").split('V="A"')[0].count("\n") + 1
    got = call("check", wrong).stdout
    assert f"wrong.xml:{line}: /MsgHead/Document/RefDoc/MsgType: " in got
    assert "[IPK-M020, first-document-xml] (note)\n  → La meldingen selv stå først" in got
    (row,) = (json.loads(each) for each in call("--lang", "en", "check", "--json", wrong).stdout.splitlines())
    assert [(f["rule"], f["line"], f["fix"][:11]) for f in row["faults"]] == [
        ("first-document-xml", line, "Put the mes")
    ]


def test_check_reads_standard_input(call: Call):
    got = call("check", "--json", "-", stdin='{"resourceType": "Task",\n "foo": 1}')
    assert got.returncode == 1
    (row,) = [json.loads(line) for line in got.stdout.splitlines()]
    assert set(row) == {"file", "kind", "type", "valid", "faults"}
    assert all(
        set(f) == {"path", "line", "code", "rule", "severity", "message", "fix"} for f in row["faults"]
    )
    assert {(f["path"], f["line"]) for f in row["faults"]} >= {("Task.foo", 2), ("Task.status", 1)}


def test_check_judges_each_event_of_a_batch(call: Call):
    got = call("check", "--json", ROOT / "fixtures" / "hostile" / "batch-one-bad.json")
    (row,) = [json.loads(line) for line in got.stdout.splitlines()]
    assert {f["path"].partition(".")[0] for f in row["faults"]} == {"$[1]"}


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ('{"resourceType":"Patient",\n"gender":"male","active":true,"gender":"female"}', "Patient.gender"),
        ('{"specversion":"1.0","id":"a",\n"data":{"author":{},"author":{}}}', "$.data.author"),
        ('[{"id":"a"},{\n"id":"b","id":"c"}]', "$[1].id"),
    ],
)
def test_check_tells_a_field_that_stands_twice(call: Call, content: str, path: str):
    said = call("check", "--json", "-", stdin=content)
    (told,) = [f for f in json.loads(said.stdout)["faults"] if f["code"] == "IPK-E030"]
    assert (said.returncode, told["path"], told["line"]) == (1, path, 2)


def test_check_of_xml_that_is_not_well_formed_tells_the_line(call: Call):
    got = call("check", "--json", ROOT / "fixtures" / "hostile" / "not-well-formed.xml")
    (row,) = [json.loads(line) for line in got.stdout.splitlines()]
    assert (row["kind"], row["faults"][0]["code"]) == ("kith", "IPK-M001")
    assert row["faults"][0]["line"] > 1


@pytest.mark.parametrize(
    "form", ['{{"resourceType": "Patient", "language": "{}"}}', "<a>{}</a>", '{{"id": "{}"}}']
)
def test_check_refuses_numbers_that_look_real_without_echo(call: Call, form: str):
    number = numbers.real_looking()
    got = call("check", "-", stdin=form.format(number))
    assert got.returncode == 1
    assert "IPK-P001" in got.stdout
    assert number not in got.stdout + got.stderr


# ── map ──


def test_map_shows_resources_messages_and_why(call: Call):
    got = call("map", NEED, "--now", NOW)
    assert got.returncode == 0
    assert "ServiceRequest/" in got.stdout
    assert "carrier-2" in got.stdout
    assert "MELDING OM BEHOV" in got.stdout


def test_map_as_json_is_one_object(call: Call):
    got = call("map", NEED, "--now", NOW, "--json")
    assert set(json.loads(got.stdout)) == {"resources", "messages", "deadlines", "warnings"}


def test_map_stores_nothing(call: Call, tmp_path: Path):
    call("map", NEED, "--now", NOW)
    assert list(tmp_path.iterdir()) == []


def test_map_gives_the_message_that_would_be_sent(call: Call, tmp_path: Path):
    call("map", NEED, "--now", NOW, "--out", tmp_path / "out")
    (golden,) = (SCENARIOS / "e01-direct" / "expected" / "messages").iterdir()
    assert next((tmp_path / "out" / "messages").iterdir()).read_bytes() == golden.read_bytes()


def test_map_of_a_bad_event_tells_its_faults(call: Call):
    got = call("map", BAD, "--now", NOW)
    assert got.returncode == 1
    assert "$.data.author.hpr: Feltet mangler [IPK-E005, author-hpr]" in got.stderr


# ── codes and settings ──


MESSAGE = SCENARIOS / "e01-direct" / "expected" / "messages" / "001-DIALOG_HELSEFAGLIG-5079.xml"


def test_render_shows_a_message_as_text_with_the_patient_hidden_unless_asked(call: Call):
    masked, whole = call("render", MESSAGE), call("render", MESSAGE, "--unmasked", "--lang", "nn")
    assert (masked.returncode, whole.returncode) == (0, 0)
    assert "MELDING OM BEHOV" in masked.stdout
    assert "Navn: [skjult]\n" in masked.stdout
    assert "13116900216" not in masked.stdout
    assert "Namn: Line Danser\n" in whole.stdout
    assert "13116900216" in whole.stdout


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (("--out", "m.pdf"), b"%PDF-"), (("--out", "m.html"), b"<!DOCTYPE html>"), (("--out", "m.txt"), b"HELSEFAGLIG"),
        (("--out", "m.txt", "--format", "pdf"), b"%PDF-"), (("--out", "new/m.HTML", "--format", "text"), b"HELSEFAGLIG"),
    ],
)  # fmt: skip
def test_render_writes_the_form_that_is_asked_for_or_named(
    call: Call, tmp_path: Path, options: tuple[str, ...], start: bytes
):
    got = call("render", MESSAGE, *options)
    assert (got.returncode, got.stdout) == (0, "")
    assert (tmp_path / options[1]).read_bytes().startswith(start)


def test_render_reads_standard_input_and_says_what_it_cannot_show(call: Call):
    assert "HELSEFAGLIG DIALOG" in call("render", "-", stdin=MESSAGE.read_text("utf-8")).stdout
    got = call("render", "-", stdin="<other/>")
    assert got.returncode == 1
    assert "[IPK-M003]" in got.stderr
    assert call("render", MESSAGE, "--lang", "en").returncode == 2


def test_codes_shows_lists_codes_and_one_text(call: Call):
    assert "9034" in call("codes").stdout
    assert "koordinator-ip" in call("codes", "roles").stdout
    assert call("codes", "9034", "8").stdout == "8  Koordinator Individuell plan\n"
    assert json.loads(call("codes", "need-kind", "--json").stdout)[0].keys() == {"code", "display"}


@pytest.mark.parametrize("command_", ["run", "serve"])
def test_an_address_book_that_does_not_read_is_told_in_words_before_anything_starts(
    call: Call, tmp_path: Path, command_: str
):
    book = tmp_path / "book.toml"
    book.write_text("not TOML")
    got = call(command_, ADAPTER_ADDRESSBOOK=str(book))
    assert got.returncode == 2
    assert "IPK-R006" in got.stderr
    assert "Traceback" not in got.stderr


def test_settings_shows_values_defaults_and_stars_for_secrets(call: Call):
    secrets = {"ADAPTER_TOKEN": "t" * 20, "ADAPTER_DATABASE_URL": "postgresql+psycopg://u:hidden@h/d"}
    got = call("settings", ADAPTER_PORT="9090", **secrets)
    assert "ADAPTER_PORT=9090  (default: 8080)" in got.stdout
    assert "ttt" not in got.stdout
    assert "hidden" not in got.stdout
    rows = json.loads(call("settings", "--json").stdout)
    assert all(row["meaning"] for row in rows)


# ── database and outbox ──


def test_db_upgrade_makes_the_database_and_may_be_called_again(call: Call, tmp_path: Path):
    assert call("db", "upgrade").returncode == 0
    assert call("db", "upgrade").returncode == 0
    assert (tmp_path / "var" / "adapter.db").is_file()


def test_a_database_that_is_away_is_told(call: Call):
    got = call("db", "upgrade", ADAPTER_DATABASE_URL="postgresql+psycopg://u@127.0.0.1:9/d")
    assert got.returncode == 1
    assert "IPK-S001" in got.stderr


@pytest.fixture
def pending(call: Call, tmp_path: Path) -> str:
    """Return the MsgId of a message that waits: accepted, no worker running."""
    assert call("db", "upgrade").returncode == 0
    code = (
        "import sys; from adapter import events, ingest, settings, wiring; import orjson\n"
        "made = wiring.build(settings.load())\n"
        "event = events.check(orjson.loads(sys.stdin.read()), now=made.clock(), people=made.people)\n"
        "print(orjson.loads(ingest.accept(made, event).body)['messages'][0]['id']); wiring.close(made)"
    )
    got = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), input=NEED.read_text(), text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return got.stdout.strip()


def test_outbox_list_refuses_a_state_that_is_none(call: Call):
    answer = call("outbox", "list", "--state", "sendt")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "'held', 'pending'" in answer.stderr


@pytest.mark.parametrize("command", [("list",), ("show", "nobody"), ("bury", "nobody")], ids=lambda c: c[0])
def test_outbox_makes_no_database_and_says_what_to_do(call: Call, tmp_path: Path, command: tuple[str, ...]):
    got = call("outbox", *command)
    assert (got.returncode, got.stdout) == (2, "")
    assert "IPK-S014" in got.stderr
    assert "ip-adapter db upgrade" in got.stderr
    assert not (tmp_path / "var").exists()


def test_outbox_lists_every_message_however_many_there_are(call: Call, pending: str, tmp_path: Path):
    with closing(store.open(f"sqlite+pysqlite:///{tmp_path / 'var' / 'adapter.db'}")) as there:
        with there.read() as conn:
            one = messages.get(conn, pending)
        assert one is not None
        many = [replace(one, id=str(UUID(int=n)), msg_id=str(UUID(int=n)), seq=n + 1) for n in range(1100)]
        there.write(lambda conn: messages.put(conn, many, now=datetime.now(UTC)))
    listed = call("outbox", "list", "--json").stdout.splitlines()
    assert len({json.loads(line)["id"] for line in listed}) == len(listed) == len(many) + 1


def test_outbox_lists_shows_requeues_and_buries(call: Call, pending: str):
    assert pending in call("outbox", "list").stdout
    row = json.loads(call("outbox", "list", "--json").stdout)
    assert (row["id"], row["state"], row["receiver"]) == (pending, "pending", "5079")
    shown = call("outbox", "show", pending)
    assert "carrier-2" in shown.stdout
    assert "Danser" not in shown.stdout
    assert json.loads(call("outbox", "show", pending, "--json").stdout)["why"]
    assert call("outbox", "requeue", pending).stdout == f"{pending} pending\n"
    assert call("outbox", "bury", pending).stdout == f"{pending} buried\n"
    assert call("outbox", "list").stdout == ""
    assert pending in call("outbox", "list", "--state", "buried").stdout
    again = call("outbox", "requeue", pending)
    assert again.returncode == 1
    assert "IPK-M011" in again.stderr


def test_why_tells_the_trail_as_text_json_and_page(call: Call, pending: str):
    text, found, page = (call("why", pending, *form) for form in ((), ("--json",), ("--html",)))
    assert text.returncode == 0
    assert {part["kind"] for part in json.loads(found.stdout)["parts"]} == {"event", "message"}
    assert page.stdout.startswith("<!DOCTYPE html>")
    for got in (text, found, page):
        assert "carrier-2" in got.stdout
        assert "Danser" not in got.stdout
    case = json.loads(found.stdout)["caseId"]
    assert pending in call("why", case).stdout
    nobody = call("why", "nobody")
    assert nobody.returncode == 1
    assert "IPK-E085" in nobody.stderr


def test_report_is_one_page_without_anybody(call: Call, pending: str):
    text, found = call("report"), call("report", "--json")
    assert pending
    assert "klar til sending" in text.stdout
    assert json.loads(found.stdout)["messages"] == {"pending": 1}
    assert "Danser" not in text.stdout + found.stdout


def test_stats_are_told_as_tables_csv_and_json(call: Call, pending: str):
    period = ("--from", "2020-01-01")
    text, sheet, found = (call("stats", *period, *form) for form in ((), ("--csv",), ("--json",)))
    assert pending
    assert "under 5 eller skjult" in text.stdout
    assert sheet.stdout.startswith("\ufeffstatistikk;")
    assert json.loads(found.stdout)["from"] == "2020-01-01"
    wrong = call("stats", *period, "--to", "2019-01-01")
    assert wrong.returncode == 1
    assert "IPK-E086" in wrong.stderr


def test_the_clock_is_moved_shown_and_put_back_and_what_is_late_is_told(call: Call, pending: str):
    assert json.loads(call("clock", "show", "--json").stdout)["offsetSeconds"] == 0
    moved = json.loads(call("clock", "advance", "10d", "--json").stdout)
    assert moved["offsetSeconds"] == 10 * 86_400
    late = call("deadlines", "--late")
    assert ("svar" in late.stdout, "over tiden" in late.stdout) == (True, True)
    assert "Fysikalsk medisin" in late.stdout
    assert "+4762480000" in late.stdout
    assert "Danser" not in late.stdout
    row = json.loads(call("deadlines", "--kind", "reply", "--json").stdout)
    assert (row["subject"], row["late"]) == (f"message/{pending}", True)
    assert json.loads(call("clock", "reset", "--json").stdout)["offsetSeconds"] == 0
    nothing = call("deadlines", "--late")
    assert (nothing.stdout, nothing.stderr) == ("", "Ingenting er over tiden\n")


def test_a_clock_that_cannot_be_moved_so_is_told(call: Call):
    assert call("db", "upgrade").returncode == 0
    wrong = call("clock", "advance", "soon")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "IPK-E080" in wrong.stderr
    real = call("clock", "advance", "1h", ADAPTER_MODE="real", ADAPTER_WAIVE="sqlite,no-token,no-tls")
    assert real.returncode == 2
    assert "IPK-S020" in real.stderr


def test_a_command_waits_longer_for_its_turn_than_a_server(call: Call, pending: str, tmp_path: Path):
    beside = sqlite3.connect(tmp_path / "var" / "adapter.db", isolation_level=None, check_same_thread=False)
    beside.execute("BEGIN IMMEDIATE")
    threading.Timer(3, beside.close).start()
    buried = call("outbox", "bury", pending, ADAPTER_BUSY_SECONDS="0.1")
    assert buried.stdout == f"{pending} buried\n", buried.stderr


def test_outbox_of_an_unknown_message_says_so(call: Call):
    assert call("db", "upgrade").returncode == 0
    got = call("outbox", "show", "nobody")
    assert got.returncode == 1
    assert "IPK-M010" in got.stderr


# ── replay ──


def test_replay_compares_blesses_and_writes_junit(call: Call, tmp_path: Path):
    place = tmp_path / "s" / "one"
    place.mkdir(parents=True)
    for name in ("scenario.toml", "010-event.json"):
        (place / name).write_bytes((SCENARIOS / "e01-direct" / name).read_bytes())
    assert call("replay", "s").returncode == 0
    missing = call("replay", "s", "--golden")
    assert (missing.returncode, "--bless" in missing.stdout) == (1, True)
    assert call("replay", "s", "--bless").returncode == 0
    good = call("replay", "s", "--golden", "--junit", "out/junit.xml")
    assert good.returncode == 0
    assert good.stdout.endswith("1 of 1 as expected\n")
    assert 'failures="0"' in (tmp_path / "out" / "junit.xml").read_text()
    golden = place / "expected" / "deadlines.json"
    golden.write_bytes(golden.read_bytes().replace(b'"reply"', b'"gap"'))
    changed = call("replay", "s", "--golden")
    assert changed.returncode == 1
    assert "expected/deadlines.json:" in changed.stdout
    assert ".kind: differs" in changed.stdout


def test_replay_tells_a_malformed_scenario_with_file_and_place(call: Call, tmp_path: Path):
    (tmp_path / "scenario.toml").write_text('title = "t"\n')
    got = call("replay", tmp_path)
    assert got.returncode == 2
    assert "scenario.toml: clock" in got.stderr


# ── what goes on until it is stopped ──


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Going:
    """A command that goes on, in a process group of its own, as in a terminal."""

    def __init__(self, place: Path, *args: object, **env: str) -> None:
        self.log = place / f"{args[0]}.log"
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                command(*args),
                cwd=place,
                env=environment(**env),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)  # as a terminal, or a supervisor of the whole group, does
        return self.process.wait(STOP_SECONDS)

    def left(self) -> bool:
        """Whether a process of the group still runs."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def going(tmp_path: Path) -> Iterator[Callable[..., Going]]:
    made: list[Going] = []

    def start(*args: object, **env: str) -> Going:
        made.append(Going(tmp_path, *args, **env))
        return made[-1]

    yield start
    for each in made:
        if each.process.poll() is None or each.left():
            try:
                os.killpg(each.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            each.process.wait(10)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (our own server)
        return orjson.loads(answer.read())


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError):  # not up yet
            if what():
                return True
        time.sleep(0.1)
    return False


def up(base: str) -> bool:
    return wait_for(lambda: get(f"{base}/health/ready")["status"] == "ok", 20 * SLACK)


def post(base: str, event: bytes) -> int:
    request = urllib.request.Request(f"{base}/events", data=event)  # noqa: S310 (our own server)
    request.add_header("Content-Type", "application/cloudevents+json")
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (our own server)
        status: int = answer.status
        return status


def told(base: str) -> bool:
    """Whether the whole story stands: sent, receipted, answered twice, a coordinator appointed."""
    items = get(f"{base}/messages")["items"]
    acknowledged = any(m["type"] == "DIALOG_HELSEFAGLIG" and m["state"] == "acknowledged" for m in items)
    answers = sum(m["direction"] == "in" and m["type"] == "DIALOG_HELSEFAGLIG" for m in items)
    return acknowledged and answers == 2 and get(f"{base}/fhir/CareTeam")["entry"] != []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_run_prints_a_curl_that_tells_the_whole_story_and_stops_whole(
    going: Callable[..., Going], how: signal.Signals
):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    run = going("run", ADAPTER_PORT=str(port))
    assert up(base), run.log.read_text()
    text = run.log.read_text()
    example = text.partition("<<'JSON'\n")[2].partition("\nJSON\n")[0]
    assert f"curl -i {base}/events" in text
    assert post(base, example.encode()) == 202
    assert wait_for(lambda: told(base), STORY_SECONDS), run.log.read_text()
    assert run.stop(how) == 0
    assert not run.left()
    assert "Traceback" not in run.log.read_text()
    assert "Killing" not in run.log.read_text()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux: /proc tells the children")
def test_ctrl_c_is_for_the_parent_to_act_on(going: Callable[..., Going]):
    # A worker that acts on it too is asked twice, and may then wait for ever (adapter/cli/hosting.py).
    port = free_port()
    server = going("serve", ADAPTER_PORT=str(port))
    assert up(f"http://127.0.0.1:{port}"), server.log.read_text()
    pid = server.process.pid
    (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        server.process.wait(2)
    assert up(f"http://127.0.0.1:{port}")
    assert server.stop() == 0
    assert "Killing" not in server.log.read_text()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux: /proc tells the children")
@pytest.mark.parametrize("after", [0.0, 0.2, 0.5])
def test_a_stop_while_it_starts_stops_it(going: Callable[..., Going], after: float):
    server = going("serve", ADAPTER_PORT=str(free_port()))
    pid = server.process.pid
    assert wait_for(lambda: bool(Path(f"/proc/{pid}/task/{pid}/children").read_text()), 20 * SLACK)
    time.sleep(after)
    server.stop()
    assert "Killing" not in server.log.read_text()


@pytest.mark.slow
def test_serve_work_and_simulate_side_by_side_tell_the_same_story(going: Callable[..., Going]):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    quick = {
        "ADAPTER_POLL_SECONDS": "0.2",
        "ADAPTER_WORKER_SECONDS": "0.2",
        "ADAPTER_SIMULATE_SECONDS": "0.2",
    }
    serve = going("serve", "--port", port)
    assert up(base), serve.log.read_text()
    work, simulate = going("work", **quick), going("simulate", **quick)
    assert post(base, NEED.read_bytes()) == 202
    assert wait_for(lambda: told(base), STORY_SECONDS * SLACK), work.log.read_text()
    for each in (simulate, work, serve):
        assert each.stop(signal.SIGTERM) == 0, each.log.read_text()


def test_a_port_that_is_taken_is_told(call: Call):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        got = call("run", "--port", taken.getsockname()[1])
    assert got.returncode == 2
    assert "IPK-S015" in got.stderr


def test_postgresql_that_was_not_prepared_is_not_served(call: Call):
    server = os.environ.get("ADAPTER_TEST_DATABASE") or None
    if server is None:
        pytest.skip("PostgreSQL: ADAPTER_TEST_DATABASE names no server")
    got = call("serve", "--port", free_port(), ADAPTER_DATABASE_URL=server)
    assert got.returncode == 2
    assert "ip-adapter db upgrade" in got.stderr
