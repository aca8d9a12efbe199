"""Servers of the benchmark: Granian, one worker process, on a free port of 127.0.0.1; gone at the end, whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


@contextmanager
def serving(app: str, *, threads: int, env: Mapping[str, str]) -> Iterator[int]:
    """Serve a WSGI app (`module:name`) for the length of the block; yields its port. Raises RuntimeError."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", str(threads), "--backlog", "1024", "--no-ws", "--log-level", "error", app,
    ]  # fmt: skip
    with started(command, port=port, name=app, env=env):
        yield port


@contextmanager
def started(
    command: Sequence[str], *, port: int, name: str, env: Mapping[str, str], folder: Path = ROOT
) -> Iterator[None]:
    """Run a server for the length of the block, from when its port answers. Raises RuntimeError."""
    # A session of its own: whatever the server starts is stopped with it.
    child = subprocess.Popen(
        command, cwd=folder, env={**_clean(), **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait(child, port, name)
        yield
    finally:
        stop(child)


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _clean() -> dict[str, str]:
    """Return the environment without settings of the adapter: the benchmark measures the defaults."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}


def _wait(child: subprocess.Popen[bytes], port: int, name: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{name} did not start")


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop a server and all it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            break
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    child.wait(STOP_SECONDS)
