"""The closest real peer: sekmet-fhir, a FHIR R4 server in Python on SQLite, as it validates by default. pypi.org/project/sekmet-fhir.

It is installed when the benchmark runs, in an environment of its own under `var/`, and is no dependency of ours. What it
keeps for testers (a log of all traffic, the simulator of a hospital) is off: it would only make it slower.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from bench import servers

NAME: Final = "sekmet-fhir"
PINNED: Final = "sekmet-fhir==0.1.1"
PLACE: Final = servers.ROOT / "var" / "bench-peer"
_INSTALL_SECONDS: Final = 600
_CREATED: Final = frozenset({200, 201})
_SETTINGS: Final = """\
base_url: http://127.0.0.1:{port}/fhir
host: 127.0.0.1
port: {port}
data_dir: {folder}
db_path: {folder}/peer.db
own_private_key_path: {folder}/key.pem
log_inbound: false
simulator: {{enabled: false}}
"""


def installed() -> Path | None:
    """Return the Python that has the peer, None where it cannot be installed (no index, no network)."""
    python = PLACE / "bin" / "python"
    if _has_it(python):
        return python
    try:
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run(
            [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                PINNED,
            ],
            check=True,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{NAME} cannot be installed: {type(error).__name__}", file=sys.stderr)
        return None
    return python if _has_it(python) else None


def _has_it(python: Path) -> bool:
    return python.exists() and (python.parent / "sekmet").exists()


@contextmanager
def serving(python: Path, folder: Path) -> Iterator[int]:
    """Serve an empty peer for the length of the block; yields its port. Raises RuntimeError."""
    folder.mkdir()
    port = servers.free_port()
    (folder / "settings.yaml").write_text(_SETTINGS.format(port=port, folder=folder))
    asked = [
        str(python), "-m", "uvicorn", "--factory", "sekmet.main:app_factory", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "critical", "--no-access-log",
    ]  # fmt: skip
    env = {"SEKMET_CONFIG": str(folder / "settings.yaml")}
    with servers.started(asked, port=port, name=NAME, env=env, folder=folder):
        yield port


def fill(port: int, resources: Iterable[Mapping[str, Any]]) -> None:
    """Store resources under their own ids, one after the other. Raises RuntimeError where one is refused."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for one in resources:
            line.request(
                "PUT", f"/fhir/{one['resourceType']}/{one['id']}", orjson.dumps(one),
                {"Content-Type": "application/fhir+json", "Prefer": "return=minimal"},
            )  # fmt: skip
            answer = line.getresponse()
            answer.read()
            if answer.status not in _CREATED:
                raise RuntimeError(f"{NAME}: PUT answered {answer.status}")
    finally:
        line.close()
