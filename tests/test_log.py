"""Logs: allow-list, mask, no text of exceptions, libraries through the same net."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapter import log as room
from adapter.errors import EventError

LINE = "13116900216"  # Line Danser, an official fictive person
UUID = "00000000-1311-4900-8216-131169002160"
ADAPTER = Path(__file__).parents[1] / "adapter"


class Told(io.BytesIO):
    """The log of one test."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def only(self) -> dict[str, Any]:
        (line,) = self.lines()
        return line


@pytest.fixture
def told() -> Told:
    stream = Told()
    room.configure(stream=stream)
    return stream


def test_a_line_is_json_with_time_level_noun_and_ids(told: Told) -> None:
    structlog.get_logger().info("outbox.sent", message_id=UUID, attempt=2)
    line = told.only()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "outbox.sent", "level": "info", "message_id": UUID, "attempt": 2}


def test_a_logger_bound_for_every_request_follows_a_new_configuration(told: Told) -> None:
    room.bound().info("http.request")
    later = Told()
    room.configure(stream=later, level="warning")
    room.bound().info("http.request")
    room.bound().warning("http.failed")
    assert (told.only()["event"], later.only()["event"]) == ("http.request", "http.failed")


def test_a_key_that_is_not_allowed_is_dropped_and_counted(told: Told) -> None:
    structlog.get_logger().info("event.accepted", patient="Line Danser", name="Danser", code="IPK-E001")
    assert told.only()["dropped"] == 2
    assert b"Danser" not in told.getvalue()


@pytest.mark.parametrize("value", [LINE, f"id {LINE}!", "131169 00216", int(LINE), [LINE], (1, f"x{LINE}")])
def test_eleven_digits_are_masked_wherever_they_stand(told: Told, value: object) -> None:
    structlog.get_logger().info("event.refused", reason=value)
    assert b"131169" not in told.getvalue()
    assert b"***********" in told.getvalue()


def test_a_uuid_is_no_number_of_a_person(told: Told) -> None:
    structlog.get_logger().info("event.accepted", event_id=UUID)
    assert told.only()["event_id"] == UUID


def test_a_sentence_is_not_logged(told: Told) -> None:
    structlog.get_logger().info("Line Danser was here")
    assert told.only()["event"] == "log.not-a-noun"
    assert b"Danser" not in told.getvalue()


def test_an_object_shows_its_type_alone(told: Told) -> None:
    structlog.get_logger().info("event.accepted", reason={"family": "Danser"}, code=None, count=1.5)
    line = told.only()
    assert (line["reason"], line["code"], line["count"]) == ("<dict>", None, 1.5)


def test_a_long_text_is_cut(told: Told) -> None:
    structlog.get_logger().info("event.refused", reason="x" * 1000)
    assert len(told.only()["reason"]) == room.LONGEST


def test_an_exception_shows_type_code_and_place_but_not_its_text(told: Told) -> None:
    try:
        _fail()
    except EventError:
        structlog.get_logger().exception("event.failed")
    line = told.only()
    assert (line["error"], line["error_code"], line["cause"]) == ("EventError", "IPK-E001", "ValueError")
    assert "_fail" in line["place"]
    assert b"Danser" not in told.getvalue()


def _fail() -> None:
    try:
        raise ValueError("Line Danser")
    except ValueError as error:
        raise EventError("IPK-E001") from error


def test_a_cut_chain_shows_no_cause(told: Told) -> None:
    try:
        try:
            raise ValueError("Line Danser")
        except ValueError:
            raise KeyError("Danser") from None
    except KeyError as error:
        structlog.get_logger().error("event.failed", exc_info=error)
    assert "cause" not in told.only()
    assert b"Danser" not in told.getvalue()


def test_exc_info_without_an_exception_says_nothing(told: Told) -> None:
    structlog.get_logger().error("event.failed", exc_info=True, stack_info=True)
    assert "error" not in told.only()


def test_a_library_is_heard_from_warning_up_without_what_fills_its_text(told: Told) -> None:
    library = logging.getLogger("some.library")
    library.info("quiet %s", "Danser")
    library.warning("cannot bind %r", {"family": "Danser"})
    library.error("filled already: Danser")
    first, second = told.lines()
    assert (first["event"], first["logger"], first["template"]) == (
        "library.logged",
        "some.library",
        "cannot bind %r",
    )
    assert (first["level"], second["level"]) == ("warning", "error")
    assert "template" not in second
    assert b"Danser" not in told.getvalue()


def test_a_library_that_logs_an_exception_does_not_show_its_text(told: Told) -> None:
    try:
        raise ValueError("Danser")
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", "Danser")
    assert told.only()["error"] == "ValueError"
    assert b"Danser" not in told.getvalue()


def test_configuring_twice_logs_once(told: Told) -> None:
    room.configure(stream=told)
    logging.getLogger("some.library").warning("once %s", 1)
    assert told.only()["template"] == "once %s"


def test_the_level_is_kept(told: Told) -> None:
    room.configure(level="error", stream=told)
    structlog.get_logger().warning("outbox.retry")
    assert told.lines() == []


def test_the_text_form_passes_the_same_net(told: Told) -> None:
    room.configure(form="text", stream=told)
    structlog.get_logger().info("event.refused", reason=LINE, patient="Danser")
    assert told.getvalue().endswith(b"info    event.refused reason=*********** dropped=1\n")


def test_what_is_bound_to_the_context_passes_the_same_net(told: Told) -> None:
    with structlog.contextvars.bound_contextvars(request_id=UUID, patient="Danser"):
        structlog.get_logger().info("event.accepted")
    assert told.only()["request_id"] == UUID
    assert b"Danser" not in told.getvalue()


def test_a_crash_of_a_thread_is_told_without_its_text(told: Told) -> None:
    thread = threading.Thread(target=_fail, name="worker-1")
    thread.start()
    thread.join()
    line = told.only()
    assert (line["event"], line["thread"], line["error"]) == ("thread.crashed", "worker-1", "EventError")


def test_a_crash_of_the_process_is_told_without_its_text(told: Told) -> None:
    error = ValueError("Danser")
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert (told.only()["event"], told.only()["place"]) == ("process.crashed", "")
    assert b"Danser" not in told.getvalue()


def test_every_key_that_the_code_logs_is_allowed_and_every_event_is_a_noun() -> None:
    calls = [(path, call) for path in ADAPTER.rglob("*.py") for call in _log_calls(path)]
    for path, call in calls:
        place = f"{path.relative_to(ADAPTER)}:{call.lineno}"
        keys = {keyword.arg for keyword in call.keywords} - {"exc_info", None}
        assert keys <= room.ALLOWED, f"{place}: {sorted(map(str, keys - room.ALLOWED))}"
        event = call.args[0] if call.args else None
        assert isinstance(event, ast.Constant), f"{place}: the event is a constant"
        assert room._NOUN.fullmatch(str(event.value)), f"{place}: the event is a noun"


def _log_calls(path: Path) -> Iterator[ast.Call]:
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in levels:
            holder = node.func.value
            if isinstance(holder, ast.Name) and holder.id in {"log", "logger", "_log"}:
                yield node


def test_words_of_another_logger_can_be_left_out_and_nothing_else_is():
    room.leave_out("tests.other", "too many threads")
    other = logging.getLogger("tests.other")
    told = [
        bool(other.filter(logging.LogRecord("tests.other", logging.WARNING, "", 1, text, None, None)))
        for text in ("there are too many threads", "the port is taken")
    ]
    assert told == [False, True]
