"""The documents say what is true: links, settings, codes, commands and event types they name exist; examples are taken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, get_args

import click
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter import cli, naming
from adapter.errortable import TABLE
from adapter.events import catalogue, schemas
from adapter.model import MessageState
from adapter.oversight.event_views import VIEWS
from adapter.rules import assignment_states, machines, states
from adapter.settings import PREFIX, Settings
from tests import reference
from tests.clock import Clock
from tools import errors

ROOT: Final = reference.ROOT
DOCS: Final = tuple(
    sorted(
        path
        for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "fixtures").glob("*/*.md"))
        if path.is_file()
    )
)
GUIDES: Final = (
    "README.md",
    "docs/guide-epj-vendors.md",
    "docs/guide-ip-platforms.md",
    "docs/guide-testers.md",
)
OF_TESTS: Final = {
    "TEST_DATABASE",
    "TEST_EVENTS",
    "TEST_EVENTS_SEED",
    "TEST_SEQUENCES",
    "TEST_SEQUENCES_SEED",
    "TEST_FUZZ_SECONDS",
    "TEST_FUZZ_SEED",
    "TEST_KILLS",
    "TEST_MUTANTS",
    "REFERENCE",
    "AXE",
    "FHIR_VALIDATOR",
    "NODE_CLIENTS",
}
"""What the tests read from the environment; the program does not."""

every_document = pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))


def text_of(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code_of(path: Path) -> str:
    """Return what stands in code spans and blocks, a line each."""
    found = re.findall(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", text_of(path), re.DOTALL)
    return "\n".join(block or span for block, span in found)


# ── what documents name ──────────────────────────────────────────────────────────────────────────────────────────────


@every_document
def test_every_relative_link_leads_to_a_file(path: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(path))
    missing = [
        link
        for link in links
        if not link.startswith(("http://", "https://", "#"))
        and not (path.parent / link.partition("#")[0]).exists()
    ]
    assert not missing


@every_document
def test_every_setting_named_exists(path: Path):
    known = {name.upper() for name in Settings.model_fields} | OF_TESTS
    named = set(re.findall(rf"{PREFIX}([A-Z0-9_]+)", text_of(path)))
    wrong = {n for n in named - known if not (n.endswith("_") and any(k.startswith(n) for k in known))}
    assert not wrong


@every_document
def test_every_error_code_named_exists(path: Path):
    assert set(re.findall(r"IPK-[A-Z][0-9]{3}(?![0-9A-Z-])", text_of(path))) <= set(TABLE)


@every_document
def test_every_event_type_named_exists(path: Path):
    named = set(re.findall(r"`(ip\.[a-z-]+\.[a-z-]+)`|\"type\": \"(ip\.[a-z.-]+)\"", text_of(path)))
    assert {a or b for a, b in named} - {"ip.need.identifed"} <= {*catalogue.TYPES, *VIEWS}


@every_document
def test_every_command_named_exists_with_its_options(path: Path):
    for line in re.findall(r"ip-adapter ([a-z][^\n|;#`]*)", code_of(path)):
        name, *rest = line.split()
        assert name in cli.COMMANDS, line
        command: click.Command | None = cli.group.get_command(click.Context(cli.group), name)
        if isinstance(command, click.Group) and rest:
            command = command.get_command(click.Context(command), rest[0])
        assert command is not None, line
        known = {option for param in command.params for option in param.opts} | {"--help"}
        assert {word for word in rest if word.startswith("--")} <= known, line


@every_document
def test_every_make_target_and_module_named_exists(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    for line in re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z ]+)", code_of(path), re.MULTILINE):
        words = list(takewhile(lambda word: word in targets, line.split()))
        assert words, line
    for module in re.findall(r"python -m ([a-z_.]+)", code_of(path)):
        assert find_spec(module), module


@every_document
def test_every_path_of_the_project_named_exists(path: Path):
    named = re.findall(r"(?<![\w/.])((?:adapter|tests|tools|fixtures|docs)/[\w./-]+)", code_of(path))
    assert not [n for n in named if not (ROOT / n).exists()]


def test_every_document_is_listed():
    index = text_of("docs/README.md")
    assert not [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md" and p.name not in index]
    listed = text_of("docs/decisions/README.md")
    named = re.findall(r"^\| \[\d+\]\((\S+)\)", listed, re.MULTILINE)
    assert named == sorted(p.name for p in (ROOT / "docs/decisions").glob("0*.md"))


def test_the_list_of_errors_is_made_from_the_table():
    assert text_of("docs/errors.md") == errors.markdown(), "run: python -m tools.errors > docs/errors.md"


def test_the_machines_are_drawn_from_their_tables():
    assert text_of("docs/machines.md") == machines.markdown(), (
        "run: python -m adapter.rules.machines > docs/machines.md"
    )


def test_every_move_of_every_machine_stands_in_the_document():
    told = text_of("docs/machines.md")
    for machine in machines.MACHINES:
        assert all(move.source and f"| `{move.event}` |" in told for move in machine.moves)
        drawn = "\n".join(machines.mermaid(machine))
        held = {state for states_ in machine.groups.values() for state in states_}
        named = {move.after for move in machine.moves} | {b for move in machine.moves for b in move.before}
        assert all(state.replace("-", "_") in drawn for state in (named | held) - {""})


# ── the states ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_state_of_a_need_stands_with_its_task_and_its_request():
    rows = re.findall(
        r"^\| (`.+`) \| (\S+) \| (\S+?),? ?(?:\(.*|or .*)?\|$", text_of("docs/states.md"), re.MULTILINE
    )
    told = {name: (task, request) for names, task, request in rows for name in re.findall(r"`(.+?)`", names)}
    assert told == {s.business: (s.task_status, s.request_status) for s in states.STATES.values()}


ASSIGNMENT: Final = "## An assignment"


def drawn_moves(text: str) -> list[tuple[str, str, str]]:
    """Return (from, to, label) of the moves that name an event."""
    return re.findall(r"^    ([\w\[*\]]+) --> (\w+): (E\d\d.*)$", text, re.MULTILINE)


def test_every_move_drawn_by_an_event_is_in_the_table_of_states():
    by_number = {row.number: type_ for type_, row in catalogue.TYPES.items() if row.posted}
    drawn = [m for m in drawn_moves(text_of("docs/states.md").partition(ASSIGNMENT)[0]) if m[0] != "[*]"]
    assert drawn
    for before, after, label in drawn:
        begins = states.OUT if before == "out" else (before.replace("_", "-"),)
        for number in re.findall(r"E\d\d", label):
            ends = {
                states.transition(b, by_number[number]).business
                for b in begins
                if states.permits(b, by_number[number])
            }
            assert after.replace("_", "-") in ends, (before, label)


def test_every_move_of_an_assignment_is_drawn_and_no_other_is():
    drawn = {
        ("" if before == "[*]" else before.replace("_", "-"), number, after.replace("_", "-"))
        for before, after, label in drawn_moves(text_of("docs/states.md").partition(ASSIGNMENT)[2])
        for number in re.findall(r"E\d\d", label)
    }
    table = {
        (before, catalogue.TYPES[move.event].number, move.after)
        for move in assignment_states.MOVES
        for before in move.before
    }
    assert drawn <= table
    assert {(number, after) for _, number, after in table} <= {(n, a) for _, n, a in drawn} | {
        ("E49", "active")  # the end comes nearer: nothing moves
    }


def test_every_state_of_a_message_is_named():
    told = text_of("docs/states.md").partition("## A message that goes out")[2]
    assert not [state for state in get_args(MessageState) if state not in told]


# ── the examples ─────────────────────────────────────────────────────────────────────────────────────────────────────


def posted(path: str) -> list[dict[str, Any]]:
    """Return the events that a document posts, in its order."""
    return [json.loads(body) for body in re.findall(r"<<'JSON'\n(.*?)\nJSON\n", text_of(path), re.DOTALL)]


def accepted(client: FlaskClient, event: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/events", data=json.dumps(event), content_type="application/cloudevents+json")
    assert answer.status_code == 202, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def test_the_examples_of_the_readme_and_of_the_platform_guide_are_taken_in_order(
    client: FlaskClient, clock: Clock
):
    clock.advance(days=90)
    need, plan = posted("README.md")
    subscription, update = posted("docs/guide-ip-platforms.md")
    assert client.post("/fhir/Subscription", json=subscription).status_code == 201
    assert need == schemas.example("ip.need.identified")
    assert accepted(client, need)["case"]["meldeId"] in text_of("README.md")
    made = accepted(client, plan)
    assert (made["status"], {w["code"] for w in made["warnings"]}) == ("recorded", {"IPK-E028", "IPK-E029"})
    assert accepted(client, update)["case"]["planId"] == made["case"]["planId"]


def test_the_examples_of_the_guide_for_record_systems_are_taken_in_order(client: FlaskClient, clock: Clock):
    clock.advance(days=90)
    guide = text_of("docs/guide-epj-vendors.md")
    snippet = re.search(r"python3 -c '\n(.*?)' > need.json", guide, re.DOTALL)
    assert snippet
    schema = client.get("/schemas/events/ip.need.identified").get_data(as_text=True)
    run = subprocess.run(
        [sys.executable, "-c", snippet[1]], input=schema, capture_output=True, text=True, check=True
    )
    need = json.loads(run.stdout)
    melde_id = naming.melde_id(naming.event_id(source=need["source"], id_=need["id"]))
    assert accepted(client, need)["case"]["meldeId"] == melde_id
    (withdrawal,) = posted("docs/guide-epj-vendors.md")
    assert withdrawal["data"]["continues"] == {"meldeId": melde_id}
    assert accepted(client, withdrawal)["status"] == "accepted"


def _asked(client: FlaskClient, address: str) -> TestResponse:
    if address.endswith("/_search"):
        return client.post(address, data={"_count": "1"})
    if address.endswith("/$validate"):
        return client.post(address, json={"resourceType": "CarePlan"})
    return client.get(address)


@pytest.mark.parametrize("path", GUIDES)
def test_every_address_in_an_example_is_served(path: str, client: FlaskClient):
    asked = re.findall(r"http://127\.0\.0\.1:8080(/[^\s'`\"<>)]*)", text_of(path))
    for address in asked:
        answer = _asked(client, address)
        assert answer.status_code in {200, 400} or address == "/fhir", address
