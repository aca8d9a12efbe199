"""What a rule that schemas cannot say is: one row of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from adapter.kith.reading import Read

Severity = Literal["must", "may", "never"]
INFO: Final = "/MsgHead/MsgInfo"
CONTENT: Final = "/MsgHead/Document/RefDoc/Content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `test` returns the XPath of what breaks it, None where it holds or does not apply."""

    name: str
    source: str
    severity: Severity
    code: str
    test: Callable[[Read], str | None]
