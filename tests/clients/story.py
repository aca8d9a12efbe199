"""What a client is asked to do, and where the clients that run on Node are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent
SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where the server is, the token to show, and what the story is about."""

    base: str
    token: str
    patient: str = ""
    plan: str = ""
    page: int = 2
    body: dict[str, Any] | None = None
    """The plan to create."""

    @property
    def identifier(self) -> str:
        """Return the writer's own identifier of the plan to create, as a search has it."""
        (found,) = (self.body or {})["identifier"]
        return f"{found['system']}|{found['value']}"


def on_node(script: str, part: str, job: Job, folder: Path) -> dict[str, Any]:
    """Return what a script told of its part of the story; skips by name where Node or the clients are not there."""
    named = os.environ.get("ADAPTER_NODE_CLIENTS")
    if not named or shutil.which("node") is None:
        pytest.skip("the FHIR clients for Node are not installed (ADAPTER_NODE_CLIENTS)")
    # Beside the packages, since a module is looked for from where its importer lies.
    (folder / "node_modules").symlink_to(Path(named).resolve() / "node_modules")
    copied = shutil.copy(HERE / script, folder)
    told = subprocess.run(
        ["node", copied, part], input=json.dumps(asdict(job)), capture_output=True, text=True, check=False,
        timeout=SECONDS, cwd=folder,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    found: dict[str, Any] = json.loads(told.stdout)
    return found
