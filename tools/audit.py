"""Dependency audit of what runs: known vulnerabilities, consistency, licences. Exit 1 where one of them is found wanting.

An advisory service that cannot be reached is said by name and fails nothing: the other two still hold.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tools import licences

TIMEOUT: Final = 240
IGNORED: Final[dict[str, str]] = {}
"""Advisory → why it does not concern us, with the date of the decision."""


def advisories(lock: Path) -> list[dict[str, Any]] | None:
    """Return the packages of a lock file with their advisories, or None when the service did not answer."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "audit.json")
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--requirement",
            str(lock),
            "--require-hashes",
            "--disable-pip",
        ]
        command += [
            "--format",
            "json",
            "--output",
            str(answer),
            "--progress-spinner",
            "off",
            "--timeout",
            "15",
        ]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return None
        return list(json.loads(answer.read_text("utf-8"))["dependencies"]) if answer.exists() else None


def vulnerable() -> bool:
    """Print known vulnerabilities of the lock file that `make run` installs. Return whether there are any."""
    packages = advisories(licences.ROOT / licences.LOCKS[0])
    if packages is None:
        print("audit: SKIPPED, the advisory service of the package index did not answer (pip-audit)")
        return False
    found = [
        (each["name"], vuln)
        for each in packages
        for vuln in each.get("vulns", ())
        if vuln["id"] not in IGNORED
    ]
    for name, vuln in found:
        print(f"audit: {name}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no version yet'}")
    print(f"audit: {len(packages)} locked packages, {len(found)} known vulnerabilities")
    return bool(found)


def inconsistent() -> bool:
    """Let pip check that what is installed fits together. Return whether it does not."""
    return subprocess.run([sys.executable, "-m", "pip", "check"], check=False).returncode != 0


def main() -> int:
    """Run all three. Return the exit code."""
    return int(any([vulnerable(), inconsistent(), licences.main() != 0]))


if __name__ == "__main__":
    sys.exit(main())
