"""A notice with its title line, facts and Melde-id line, in the thread that runs with its receiver. message-rules.md, 'The text'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapter.kith import text
from adapter.mappings.context import Notice
from adapter.model import Message, Party


def notice(
    receiver: Party,
    title: str,
    lines: Sequence[tuple[str, str | None]],
    *,
    melde_id: str | None,
    thread: Message | None,
    **more: Any,
) -> Notice:
    """Return the notice of these facts to a party; `more` are further fields of Notice."""
    return Notice(
        receiver=receiver,
        title=title,
        text=text.notice(title, lines, melde_id),
        melde_id=melde_id,
        thread=thread,
        **more,
    )
