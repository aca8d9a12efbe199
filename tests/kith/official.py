"""The official schemas, loaded from the reference material with every import found by file name there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from tests import reference


class _ByName(etree.Resolver):
    """Answers every import with the file of that name in the folder; DTDs with nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, url: str, _id: str, context: Any) -> Any:
        name = url.rstrip("/").rpartition("/")[2]
        if name.endswith(".dtd"):
            return self.resolve_string("", context)
        return self.resolve_filename(str(self._folder / name), context)


def schema() -> etree.XMLSchema:
    """Return the driver that knows every KITH namespace; skips the test where the reference material is missing."""
    return _load(reference.path("standards", "kith", "xsd", "all.xsd"))


@cache
def _load(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(_ByName(path.parent))
    return etree.XMLSchema(etree.parse(str(path), parser))


def valid(data: bytes) -> bool:
    """Return the official verdict on a document."""
    return bool(schema().validate(etree.fromstring(data)))
