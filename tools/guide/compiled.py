"""SUSHI's work: FSH and examples in, definitions out, in the form that the package carries."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.guide import packages
from tools.guide.place import SITE, SOURCES, NotBuilt

Json = dict[str, Any]

_COUNT: Final = re.compile(r"(\d+)\s+Errors?\s+.*?(\d+)\s+Warnings?", re.DOTALL)
_TIMEOUT: Final = 300
"""Seconds."""
_BULK: Final = frozenset(
    {"mapping", "comment", "requirements", "alias", "example", "isModifierReason", "meaningWhenMissing"}
)
"""What an element of a snapshot says of R4 itself and no check reads; the specification says it."""
_DEFINED: Final = frozenset(
    {
        "StructureDefinition", "CodeSystem", "ValueSet", "ConceptMap", "SearchParameter", "NamingSystem",
        "CapabilityStatement", "OperationDefinition", "ImplementationGuide",
    }
)  # fmt: skip


def compile_(site: Path = SITE) -> dict[str, Json]:
    """Return name of file → definition, compiled from `ig/`.

    Raises NotBuilt where a part is missing, or where SUSHI tells an error or a warning.
    """
    modules = packages.node(site)
    home, work = site / "home", site / "work"
    packages.prepare(home, modules)
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(SOURCES, work, ignore=shutil.ignore_patterns("node_modules", "package*.json"))
    with packages.registry() as address:
        told = subprocess.run(
            [str(modules / ".bin" / "sushi"), "build", "--snapshot", "."],
            cwd=work, capture_output=True, text=True, check=False, timeout=_TIMEOUT,
            env={**os.environ, "HOME": str(home), "USERPROFILE": str(home), "FPL_REGISTRY": address},
        )  # fmt: skip
    counted = _COUNT.search(told.stdout)
    if told.returncode or counted is None or counted.groups() != ("0", "0"):
        raise NotBuilt(f"SUSHI is not content:\n{_said(told.stdout + told.stderr)}")
    return dict(sorted(_written(work / "fsh-generated" / "resources")))


def _said(text: str) -> str:
    lines = text.splitlines()
    found = [n for n, line in enumerate(lines) if line.startswith(("error", "warn"))]
    kept = sorted({k for n in found for k in range(n, min(n + 4, len(lines)))})
    return "\n".join(lines[k] for k in kept) or "\n".join(lines[-20:])


def _written(folder: Path) -> Iterator[tuple[str, Json]]:
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_bytes())
        if found["resourceType"] in _DEFINED:
            yield path.name, lean(found)


def lean(definition: Mapping[str, Any]) -> Json:
    """Return a definition as the package carries it: the elements of a snapshot without what only R4's own pages need."""
    if "snapshot" not in definition:
        return dict(definition)
    elements = [_element(one) for one in definition["snapshot"]["element"]]
    kept = {key: value for key, value in definition.items() if key != "mapping"}
    return {**kept, "snapshot": {"element": elements}}


def _element(element: Mapping[str, Any]) -> Json:
    kept = {key: value for key, value in element.items() if key not in _BULK}
    if "constraint" in kept:
        kept["constraint"] = [
            {key: value for key, value in one.items() if key != "xpath"} for one in kept["constraint"]
        ]
    return kept
