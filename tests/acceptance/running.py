"""`ip-adapter run` as a user starts it: a process group of its own, to be asked over HTTP and to be killed."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import orjson

from tests import reference

STARTS_WITHIN: Final = 30.0


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Program:
    """The whole program in one process group."""

    command = "run"
    """Of the command line: what it is started with."""

    def __init__(self, folder: Path, *, database: str | None = None, **settings: Any) -> None:
        self.folder = folder
        self.exchange = folder / "exchange"
        self.port = free_port()
        self.log = folder / "log.txt"
        said = {
            "database_url": database or f"sqlite:///{folder / 'adapter.db'}",
            "exchange": self.exchange,
            "port": self.port,
            **settings,
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ADAPTER_")}
        self._environment = kept | {f"ADAPTER_{k.upper()}": str(v) for k, v in said.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; do not wait."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "adapter", self.command],
                cwd=reference.ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of the process that was started, and of its group."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End every process of the group at once, as a power cut does."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def ready(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()[-2000:]
            if self._is_ready():
                return
            time.sleep(0.02)
        raise AssertionError("it does not start")

    def _is_ready(self) -> bool:
        try:
            return self.ask("GET", "/health/ready", seconds=1)[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: bytes | None = None, **more: Any) -> tuple[int, bytes]:
        """Ask once, on a connection of its own; status and body. Raises OSError when it is gone."""
        seconds = more.pop("seconds", 10)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, more.pop("headers", {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError from error
        finally:
            connection.close()

    def post(self, event: dict[str, Any]) -> tuple[int, bytes]:
        """Post one event in structured mode."""
        headers = {"Content-Type": "application/cloudevents+json"}
        return self.ask("POST", "/events", orjson.dumps(event), headers=headers)
