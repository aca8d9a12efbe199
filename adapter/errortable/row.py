"""One row of the table of errors. RFC 9457 (problem+json), R4 value set issue-type, Volven 8221 (AppRec errors)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means on every wire. `apprec` is None where no receipt may say it; `exit` is the command line's."""

    http: int
    issue: str
    nb: str
    en: str
    fix_nb: str = ""
    fix_en: str = ""
    apprec: str | None = None
    exit: int = 1
    retry: bool = False
