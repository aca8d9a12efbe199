"""Dialogmelding read, both versions, nothing lost. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from lxml import etree

from adapter.kith.dialog import Notes
from adapter.kith.dialog_tables import TABLES
from adapter.kith.tree import namespace


def read(payload: etree._Element) -> Notes:
    """Return what a Dialogmelding holds. Nothing is refused here: faults are the schema's and the rules' to find."""
    found: Notes = TABLES[namespace(payload)].parse(payload)
    return found
