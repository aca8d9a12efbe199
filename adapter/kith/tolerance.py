"""What senders in use get wrong, put right before it is judged: one row each, and each is told of.

HIS 80601 (order of ConversationRef, MIGversion); XML Schema part 2, 4.3.6 (blanks); Unicode annex 15 (NFC). Only what
costs the reader nothing stands here. The bytes as received are kept by the caller, untouched.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from adapter import xmlsafe
from adapter.errors import Fault
from adapter.kith import attachments, head

_H: Final = f"{{{head.NAMESPACE}}}"
MIG_VERSION: Final = "v1.2 2006-05-24"
BLANKS: Final = "blanks"
"""Name of what `blanks` mends."""
_COMBINING: Final = (b"\xcc", b"\xcd")
"""First bytes of the combining marks U+0300 to U+036F in UTF-8."""
_PADDED: Final = etree.XPath(
    "//*[not(*)][not(self::b:Base64Container)][contains('0123456789', substring(normalize-space(.), 1, 1))]"
    "[normalize-space(.) != .]",
    namespaces={"b": attachments.NAMESPACE},
)
"""Leaves that begin with a digit and have blanks around them: what may be a date or a time. An attachment is not looked at."""


def put_right(data: bytes, root: etree._Element) -> tuple[str, ...]:
    """Mend the tree of a document and return the names of what was mended, in the order of the table.

    `encoding`: read in another encoding than it declares (xmlsafe does it) · `letters`: names of elements in NFD ·
    `thread-order`: RefToConversation before RefToParent (NAV sends it so) · `edition`: a MIGversion that the namespace
    contradicts; the namespace decides.
    """
    return tuple(name for name, mend in _MENDS if mend(data, root))


def faults(data: bytes) -> tuple[Fault, ...]:
    """Return what no schema sees of what is tolerated: the encoding. IPK-M035, never a reason to refuse."""
    actual = xmlsafe.mislabelled(data)
    if not actual:
        return ()
    return (
        Fault(code="IPK-M035", path="/", rule="encoding", line=1, severity="never", hint=f"read as {actual}"),
    )


def _encoding(data: bytes, _root: etree._Element) -> bool:
    return bool(xmlsafe.mislabelled(data))


def _letters(data: bytes, root: etree._Element) -> bool:
    """Rename elements such as Formål whose letters came apart."""
    if not any(mark in data for mark in _COMBINING) and b"\x00" not in data[:4]:
        return False
    apart = [each for each in root.iter(etree.Element) if not unicodedata.is_normalized("NFC", str(each.tag))]
    for each in apart:
        each.tag = unicodedata.normalize("NFC", str(each.tag))
    return bool(apart)


def _thread(_data: bytes, root: etree._Element) -> bool:
    ref = root.find(f"{_H}MsgInfo/{_H}ConversationRef")
    if ref is None or [child.tag for child in ref] != [f"{_H}RefToConversation", f"{_H}RefToParent"]:
        return False
    ref.append(ref[0])
    return True


def _edition(_data: bytes, root: etree._Element) -> bool:
    stated = root.find(f"{_H}MsgInfo/{_H}MIGversion")
    if stated is None or len(stated) or stated.text in {None, MIG_VERSION}:
        return False
    stated.text = MIG_VERSION
    return True


def blanks(root: etree._Element) -> bool:
    """Take away the blanks around dates and times, which a schema reads as they stand; return whether there were any."""
    padded: list[etree._Element] = [each for each in _padded(root) if _is_time((each.text or "").strip())]
    for each in padded:
        each.text = (each.text or "").strip()
    return bool(padded)


def _padded(root: etree._Element) -> list[etree._Element]:
    found = _PADDED(root)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []  # noqa: SLF001


def _is_time(value: str) -> bool:
    """Return whether a value begins as an xs:date or xs:dateTime and holds no blank."""
    return value[4:5] == "-" and value[7:8] == "-" and value[:4].isdigit() and not value.split()[1:]


_Mend = Callable[[bytes, Any], bool]

_MENDS: Final[tuple[tuple[str, _Mend], ...]] = (
    ("encoding", _encoding),
    ("letters", _letters),
    ("thread-order", _thread),
    ("edition", _edition),
)
