"""KITH messages: head, dialogue and receipts, read from anyone and written by the book.

Standards: HIS 80601 (MsgHead 1.2), HIS 80603 (Dialogmelding 1.0 and 1.1), HIS 80415 (AppRec 1.0 and 1.1).
"""

from __future__ import annotations

from adapter.kith.building import build, reissue
from adapter.kith.checking import check, receipt_faults
from adapter.kith.issuing import issue
from adapter.kith.reading import Attachment, Read, read
from adapter.kith.types import Message, MessageType

__all__ = [
    "Attachment",
    "Message",
    "MessageType",
    "Read",
    "build",
    "check",
    "issue",
    "read",
    "receipt_faults",
    "reissue",
]
