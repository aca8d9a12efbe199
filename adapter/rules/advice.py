"""What a person is told of a receipt: the cause, whose task it is, the next step. domain § 2.6; list 8221, HITS 1168."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from adapter.model import Reason
from adapter.rules import anchors

MISSING: Final = "missing"
"""A receipt that never came."""
OTHER: Final = "other"
"""A code that no list knows."""
SAYS_SO: Final = frozenset({"rejected", "ok-with-errors"})
"""Statuses of a receipt whose codes a person must act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is told, in bokmål. Nothing about the patient."""

    code: str
    cause: str
    owner: str
    next: str

    @property
    def told(self) -> dict[str, str]:
        """As an answer tells it: `{cause, owner, next}`."""
        return {name: value for name, value in asdict(self).items() if name != "code"}

    @property
    def line(self) -> str:
        """As one line of a work item."""
        return self.reason.text

    @property
    def reason(self) -> Reason:
        """As a step of `why`."""
        return anchors.reason(
            "receipt-advice", self.code, cause=self.cause, owner=self.owner, next=self.next.removesuffix(".")
        )


@cache
def table() -> Mapping[str, Advice]:
    """Return code of 8221 → advice, with `missing` and `other`."""
    text = resources.files(__package__).joinpath("advice.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: Advice(code=code, **row) for code, row in tomllib.loads(text).items()})


def of(status: str, codes: Iterable[str] = ()) -> Advice | None:
    """Return what to tell of a receipt: `ok` needs nothing, `missing` none came; of several codes the first that is known."""
    rows = table()
    if status == MISSING:
        return rows[MISSING]
    if status not in SAYS_SO:
        return None
    return next((rows[code] for code in codes if code in rows), rows[OTHER])


def of_receipt(apprec: Mapping[str, Any] | None) -> Advice | None:
    """Return the same of a receipt as a message row keeps it: `{status, errors: [{code}]}`; None without one."""
    if apprec is None:
        return None
    return of(str(apprec.get("status")), tuple(str(e.get("code")) for e in apprec.get("errors", ())))
