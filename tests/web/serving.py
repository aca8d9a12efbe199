"""A server as `ip-adapter serve` starts it, for a test that speaks HTTP itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from shutil import copy
from time import monotonic, sleep
from typing import Final

ROOT: Final = Path(__file__).parents[2]


@contextmanager
def served(folder: Path, prepared: Path, **settings: str) -> Iterator[int]:
    """Serve from a copy of a prepared database in `folder`; the port."""
    path = copy(prepared, folder / "adapter.db")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    given = {"ADAPTER_DATABASE_URL": f"sqlite:///{path}", "ADAPTER_EXCHANGE": str(folder / "exchange")}
    given |= {f"ADAPTER_{name.upper()}": value for name, value in settings.items()}
    server = subprocess.Popen(
        [sys.executable, "-m", "adapter", "serve", "--port", str(number)],
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = monotonic() + 60
        while monotonic() < until and not _listens(number):
            sleep(0.1)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def _listens(port: int) -> bool:
    try:
        return asked(port, "GET", "/health/live")[0] == 200
    except OSError:
        return False


def asked(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Ask once, with an event where there is a body; status and body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            method, path, body, {"Content-Type": "application/cloudevents+json"} if body else {}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
