"""server.py: the same app for any WSGI server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy

ROOT = Path(__file__).parents[2]


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
