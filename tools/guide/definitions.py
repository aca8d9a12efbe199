"""The compiled definitions as package data: a file each, and an index that tells what there is without reading them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tools.guide.place import DEFINITIONS

INDEX: Final = "index.json"
_KEPT: Final = ("url", "name", "title", "type", "kind", "derivation")


def files(compiled: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return name of file → text, the index among them."""
    rows = [_row(name, definition) for name, definition in sorted(compiled.items())]
    texts = {name: _text(definition) for name, definition in compiled.items()}
    return {**texts, INDEX: "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"}


def _row(name: str, definition: Mapping[str, Any]) -> dict[str, str]:
    kept = {key: str(definition[key]) for key in _KEPT if key in definition}
    if definition["resourceType"] == "NamingSystem":
        kept["url"] = next(one["value"] for one in definition["uniqueId"] if one.get("preferred"))
    return {"file": name, "resourceType": definition["resourceType"], "id": definition["id"], **kept}


def _text(definition: Mapping[str, Any]) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=1) + "\n"


def write(texts: Mapping[str, str], folder: Path = DEFINITIONS) -> None:
    """Write the files, and remove those of definitions that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
