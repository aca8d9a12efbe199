"""A message or receipt as bytes: written as text, parsed again and checked by our schema before anyone sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.kith import apprec_write, attachments, schemas, time, types
from adapter.kith.apprec import AppRec
from adapter.kith.attachments import Outgoing
from adapter.kith.escape import escape

_END: Final = "</MsgHead>"
_MSG_ID: Final = re.compile("<MsgId>[^<]*</MsgId>")
_GEN_DATE: Final = re.compile("<GenDate>[^<]*</GenDate>")
_ISSUE_DATE: Final = re.compile('<IssueDate V="[^"]*"/>')


def build(message: types.Message | AppRec, *, attached: Sequence[Outgoing] = ()) -> bytes:
    """Return the document in UTF-8 with its declaration, valid by our schema, with what is attached after its text.

    Raises MessageError IPK-M002 (at its place; the schema, or a character XML cannot carry), IPK-M012, and of what is
    attached IPK-M030 to IPK-M033.
    """
    return built(message, attached=attached)[0]


def built(
    message: types.Message | AppRec, *, attached: Sequence[Outgoing] = ()
) -> tuple[bytes, etree._Element]:
    """Return the document of `build`, and its root as it was read again."""
    if isinstance(message, AppRec):
        return _checked(apprec_write.build(message))
    head, end, rest = types.row_of_model(message).build(message).rpartition(_END)
    return _checked("".join((head, *(f"{attachments.document(one)}\n" for one in attached), end, rest)))


def reissue(data: bytes, *, msg_id: str, gen_date: datetime) -> bytes:
    """Return a document that `build` made, under a new MsgId, GenDate and IssueDate, all else byte for byte.

    Raises MessageError IPK-M002 for a document of another origin, or a receipt, which is never sent again.
    """
    text = data.decode("utf-8")
    when = time.write(gen_date)
    replacements = (
        (_MSG_ID, f"<MsgId>{escape(msg_id)}</MsgId>"),
        (_GEN_DATE, f"<GenDate>{when}</GenDate>"),
        (_ISSUE_DATE, f'<IssueDate V="{when}"/>'),
    )
    # In what we build, markup inside text is escaped, so the first match is the element of the head.
    for pattern, replacement in replacements:
        text, count = pattern.subn(replacement.replace("\\", r"\\"), text, count=1)
        if count != 1:
            raise MessageError("IPK-M002", at="/MsgHead/MsgInfo")
    return _checked(text)[0]


def _checked(text: str) -> tuple[bytes, etree._Element]:
    """Return the text as UTF-8 after our schema took it, and its root."""
    data = text.encode("utf-8")
    root = xmlsafe.reread(data)
    schemas.require(root)
    return data, root
