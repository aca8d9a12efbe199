"""Tables of the blocks of care, in the order of poKomponent 1.5 and 1.6. HIS 80704:2009 and HIS 80704:2014.

The root of a message is in the namespace of the message, nearly all below it in that of poKomponent, which is written
without prefix; people and units are of felleskomponent1, components of the record in namespaces of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final

from lxml import etree

from adapter.kith.binding import UNKNOWN, Block, Field, Kind, block
from adapter.kith.parties import FK1, fk1_units, people, professionals
from adapter.kith.plo import blocks, content_rows, head_rows
from adapter.kith.plo.rows import kind_of, resolved
from adapter.kith.tree import namespace

PO: Final[Mapping[str, str]] = {
    "1.5": "http://www.kith.no/xmlstds/po/poKomponent/2009-06-30",
    "1.6": "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01",
}
VERSIONS: Final = tuple(PO)
_EPJ: Final = {
    "epj1": "http://www.kith.no/xmlstds/epj/epj1/2008-02-20",
    "epj2": "http://www.kith.no/xmlstds/epj/epj2/2008-02-20",
    "epj3": "http://www.kith.no/xmlstds/epj/epj3/2008-02-20",
}


def spaces(version: str) -> dict[str, str]:
    """Return what the prefixes of the tables stand for."""
    return {"": PO[version], "fk1": FK1, **_EPJ}


def _fields(version: str) -> dict[str, Field]:
    """Return every field that a message may have, by its tag."""
    known = spaces(version)
    kinds: dict[str, Kind] = {
        "person": block(people("fk1:", "fk1:", known)),
        "professional": block(professionals("fk1:", "fk1:", known)),
        "unit": block(fk1_units(known)),
    }
    # A table comes after those it names.
    for name, rows in (*head_rows.ROWS.items(), *content_rows.ROWS.items()):
        kinds[name] = kind_of(rows, kinds, known)
    return {row.tag: resolved(row, kinds) for row in (*head_rows.FIELDS, *content_rows.FIELDS)}


FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {version: _fields(version) for version in VERSIONS}
HEAD: Final = tuple(row.tag for row in head_rows.FIELDS)
"""What every message begins with, in this order."""
NO_SHIPMENT: Final = blocks.Shipment(status=UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The payload of a message of care: root, prefix as the standard has it, namespace by version, and its tables."""

    root: str
    prefix: str
    namespaces: Mapping[str, str]
    blocks: Mapping[str, Block]

    def read(self, element: etree._Element) -> Any:
        """Return what the payload says; its version by its namespace."""
        space = namespace(element)
        version = next(each for each, known in self.namespaces.items() if known == space)
        return self.blocks[version].parse(element)

    def write(self, body: Any) -> str:
        """Return the payload as XML text, in the version that the body names."""
        version = body.version
        return (
            f'<{self.prefix}:{self.root} xmlns="{PO[version]}" xmlns:fk1="{FK1}" '
            f'xmlns:{self.prefix}="{self.namespaces[version]}">{self.blocks[version].content(body)}'
            f"</{self.prefix}:{self.root}>"
        )


def payload(
    model: type[blocks.Care], root: str, prefix: str, *, folders: tuple[str, str], elements: tuple[str, ...]
) -> Payload:
    """Return the payload of a model whose own elements, in order, are these; `folders` name it in 1.5 and in 1.6."""
    known = {field.name for field in fields(model)}
    tables = {}
    for version in VERSIONS:
        rows = tuple(FIELDS[version][tag] for tag in (*HEAD, *elements))
        lost = {row.name for row in rows} ^ (known - {"version"})
        if lost:
            raise TypeError(f"{root}: {', '.join(sorted(lost))}")
        make = partial(_made, model, version)
        tables[version] = Block(make, rows, spaces=spaces(version))
    return Payload(root=root, prefix=prefix, namespaces=_namespaces(folders), blocks=tables)


def _made(model: type[blocks.Care], version: str, **found: Any) -> blocks.Care:
    found.setdefault("shipment", NO_SHIPMENT)
    return model(version=version, **found)


def _namespaces(folders: tuple[str, str]) -> dict[str, str]:
    """Return the namespaces of a message by version."""
    old, new = folders
    return {
        "1.5": f"http://www.kith.no/xmlstds/po/{old}/2009-06-30",
        "1.6": f"http://www.kith.no/xmlstds/po/{new}/2012-04-01",
    }
