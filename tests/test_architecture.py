"""The house: imports point downwards, every library has its room, clock and chance and environment have theirs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADAPTER = ROOT / "adapter"
PURE = (
    "timing",
    "trail",
    "statistics",
    "mappings",
    "rules",
    "retry",
    "model",
    "fhir",
    "kith",
    "xmlsafe",
    "events",
    "data",
    "codes",
    "ids",
    "idscan",
    "naming",
    "hosts",
    "errors",
    "errortable",
)

FILES = sorted(path for path in ADAPTER.rglob("*.py") if "versions" not in path.parts)
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

CLOCK_AND_CHANCE = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
    ("time", "time_ns"), ("uuid", "uuid1"), ("uuid", "uuid4"),
}  # fmt: skip
ENVIRONMENT = {("os", "environ"), ("os", "getenv"), ("os", "putenv"), ("os", "environb")}
WORLD = {
    "asyncio", "http", "logging", "multiprocessing", "os", "prometheus_client", "queue", "random", "requests", "secrets",
    "select", "shutil", "signal", "socket", "sqlite3", "sqlalchemy", "structlog", "subprocess", "tempfile",
    "time", "urllib3",
}  # fmt: skip
"""Modules through which a pure room would touch the world."""


def room(path: Path) -> str:
    """Return the room of a file: the module or package right under adapter/."""
    return path.relative_to(ADAPTER).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def uses(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (owner, name, line) of every `owner.name` and every `from owner import name`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            named = (
                owner.attr
                if isinstance(owner, ast.Attribute)
                else owner.id
                if isinstance(owner, ast.Name)
                else ""
            )
            yield named, node.attr, node.lineno
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (node.module or "").rpartition(".")[2], alias.name, node.lineno


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the root of every imported module, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0], node.lineno


def found(rule: set[tuple[str, str]], *, but: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} {owner}.{name}"
        for path in FILES
        if room(path) not in but
        for owner, name, line in uses(path)
        if (owner, name) in rule
    ]


def test_imports_point_downwards_and_libraries_stay_in_their_rooms() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_clock_and_chance_live_in_wiring() -> None:
    assert found(CLOCK_AND_CHANCE, but={"wiring"}) == []


def test_the_environment_is_read_by_settings() -> None:
    assert found(ENVIRONMENT, but={"settings"}) == []


def test_logs_are_configured_in_log() -> None:
    assert found({("structlog", "configure"), ("structlog", "reset_defaults")}, but={"log"}) == []


@pytest.mark.parametrize("name", PURE)
def test_a_pure_room_does_not_touch_the_world(name: str) -> None:
    touched = [
        f"{path.relative_to(ROOT)}:{line} {module}"
        for path in FILES
        if room(path) == name
        for module, line in imports(path)
        if module in WORLD
    ]
    assert touched == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ADAPTER)))
def test_a_file_says_what_it_is_and_stays_small(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "no module docstring"
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ADAPTER)))
def test_a_function_fits_in_a_glance(path: Path) -> None:
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def _passes_over(node: ast.AST) -> bool:
    """Whether it is `except Exception: pass`, or wider. A named exception may be an answer: a queue that is empty."""
    if not isinstance(node, ast.ExceptHandler) or not all(isinstance(each, ast.Pass) for each in node.body):
        return False
    return node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )


def test_nothing_is_silently_passed_over_or_left_for_later() -> None:
    left = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(tree(path))
        if _passes_over(node) or (isinstance(node, ast.Name) and node.id == "NotImplementedError")
    ]
    assert left == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_has_hashes_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|^-|^#|file:", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_what_runs_is_locked_alike_for_development() -> None:
    run, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run <= dev
