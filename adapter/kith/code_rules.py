"""The rule that a code is of the list of its element: one walk over what is coded, by `adapter/codes/uses.toml`. HISD 1165."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from lxml import etree

from adapter.codes import uses
from adapter.kith import schemas
from adapter.kith.codes import Code
from adapter.kith.head import NAMESPACE
from adapter.kith.rule import Rule, never

if TYPE_CHECKING:
    from adapter.kith.reading import Read

_CODED: Final = etree.XPath("descendant::*[@V]")


def _of_no_list(read: Read) -> Iterator[str]:
    """Yield the codes that no list of their element has; of a message not supported, those of its head."""
    judged = read.root if read.supported else read.root.find(f"{{{NAMESPACE}}}MsgInfo")
    if judged is None:
        return
    coded: Iterable[etree._Element] = cast("Any", _CODED(judged))
    for element in coded:
        parent = element.getparent()
        # Strings alone: this is asked of every message we send.
        if parent is not None and not _fits(parent.tag, element.tag, element.get("V"), element.get("S")):
            yield schemas.where(element)


@lru_cache(maxsize=4096)
def _fits(inside: str, name: str, v: str, s: str | None) -> bool:
    """Return whether a code may stand there: of a list of the element, or without a value (OT alone)."""
    found = uses.of(inside.rpartition("}")[2], name.rpartition("}")[2])
    code = Code(" ".join(v.split()), s=(s or "").strip() or None)
    return not found or not code.v or any(use.holds(code.v, code.list) for use in found)


CODE_OF_LIST: Final[Rule] = never(
    "code-of-list",
    None,
    _of_no_list,
    source="HISD 1165; the list of each element: uses.toml",
    code="IPK-M056",
)
