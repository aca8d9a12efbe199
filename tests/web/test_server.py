"""server.py: the same app for any WSGI server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copy
from time import sleep

import pytest

from tests.web.serving import ROOT, asked, served


def test_the_wsgi_entry_serves_by_its_settings(tmp_path: Path, prepared_file: Path):
    path = copy(prepared_file, tmp_path / "adapter.db")
    program = "import server; print(server.app.test_client().get('/health/ready').status_code)"
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "ADAPTER_DATABASE_URL": f"sqlite:///{path}", "ADAPTER_EXCHANGE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == "200", told.stderr


@pytest.fixture
def port(tmp_path: Path, prepared_file: Path) -> Iterator[int]:
    """Serve until the test is over; the port."""
    with served(tmp_path, prepared_file, threads="4") as found:
        yield found


@pytest.mark.acceptance
def test_who_sends_ten_megabytes_sees_the_answer_413(port: int):
    status, body = asked(port, "POST", "/events", b" " * 10_000_000)
    assert status == 413
    assert b"IPK-E003" in body


@pytest.mark.acceptance
def test_bodies_that_trickle_in_do_not_keep_others_from_their_answers(port: int):
    head = b"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 99\r\n\r\n{"
    with ExitStack() as opened:
        for _ in range(12):
            slow = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            slow.sendall(head)
        sleep(0.5)
        assert asked(port, "GET", "/health/live")[0] == 200
        status, body = asked(port, "POST", "/events", b"{}")
        assert status == 503
        assert b"IPK-S002" in body
    sleep(0.5)
    assert asked(port, "POST", "/events", b"{}")[0] == 422
