"""The independent FHIR validator (Node): where it is, and what it says about resources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapter.fhir import profiles
from tests import reference

GUIDE = reference.ROOT / "adapter" / "data" / "definitions"


def place() -> Path:
    """Return where the validator is installed; skips by name where it is not."""
    named = os.environ.get("ADAPTER_FHIR_VALIDATOR")
    found = Path(named) if named else reference.path("tools", "fhir-validate")
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not (found / "node_modules").is_dir():
        pytest.skip("the independent FHIR validator is not installed (ADAPTER_FHIR_VALIDATOR)")
    return found


def claiming(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a copy that claims its profile of the guide, as well as those it claims already."""
    meta = resource.get("meta", {})
    found = profiles.of(resource)
    return {**resource, "meta": {**meta, "profile": [*meta.get("profile", ()), *([found] if found else ())]}}


def errors(resources: Sequence[dict[str, Any] | bytes], folder: Path) -> list[str]:
    """Return every error of the validator about resources, written into `folder` first; skips by name without it."""
    home = place()
    national = reference.path("standards", "fhir", "profiles")
    files = [_written(folder / f"{number:03}.json", one) for number, one in enumerate(resources)]
    options = ["--json"]
    for known in (national / "no-basis-2.2.0", national / "kodeverk", GUIDE):
        options += ["--profiles", str(known)]
    command = ["node", str(home / "validate.js"), *options, *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    lines = [json.loads(line) for line in told.stdout.splitlines() if line.startswith("{")]
    assert len(lines) == len(files), told.stderr
    return [f"{Path(line['file']).name}: {issue}" for line in lines for issue in line["issue"] if _bad(issue)]


def _written(path: Path, resource: dict[str, Any] | bytes) -> Path:
    path.write_bytes(resource if isinstance(resource, bytes) else json.dumps(resource).encode())
    return path


def _bad(issue: dict[str, Any]) -> bool:
    return issue["severity"] in {"error", "fatal"}
